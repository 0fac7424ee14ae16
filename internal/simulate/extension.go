package simulate

import (
	"fmt"
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// Extension is what a question can hold beyond AWS's. With one, be it empty, the trust policies of roles that exist decide who may
// take them on, and the answers tell what each kind of policy says.
type Extension struct {
	Session []string   // session policies; they grant nothing, and only what one of them allows is allowed
	SCP     [][]string // service control policies, from the root of the organization down; nil: those in force
	RCP     [][]string // resource control policies in the same way
	Trust   string     // the trust policy of every role that is a resource; "": those in force
	Explain bool       // the answers come with their reasons
}

// proposed is what an extension adds to a simulation.
type proposed struct {
	extended, explain bool
	session           *policy.Set
	scp, rcp          []*policy.Set
	trust             *policy.Source
	keyBytes          int       // of the values of all condition keys that are told
	view              *iam.View // where the trust policies in force are found; nil if they take no part
	account           string
}

func (p *proposed) work() int {
	n := 0
	for _, set := range append(append([]*policy.Set{p.session}, p.scp...), p.rcp...) {
		for _, src := range set.Sources() {
			n += p.cost(&src)
		}
	}
	if p.trust != nil {
		n += p.cost(p.trust)
	}
	return n
}

// extend reads the extension. It fails with Malformed (What SimulatedPolicy, with the place of the policy as Name; What ResourcePolicy
// for the trust policy) or Invalid (What CallerMissing).
func (s *Simulation) extend(v *iam.View, q *Question) (err error) {
	x := q.Extension
	if x == nil {
		return nil
	}
	s.extended, s.explain, s.account = true, x.Explain, q.Account
	if s.subject.Issuer != "" {
		s.view = v // somebody is nobody a trust policy could name
	}
	if len(x.Session) > 0 {
		if s.session, err = givenSet("SessionPolicyInputList", x.Session, policy.Session); err != nil {
			return err
		}
	}
	if s.scp, err = givenLevels("ServiceControlPolicyInputList", x.SCP, policy.SCP); err != nil {
		return err
	}
	if s.rcp, err = givenLevels("ResourceControlPolicyInputList", x.RCP, policy.RCP, policy.Resource); err != nil {
		return err
	}
	if x.Trust == "" {
		return nil
	}
	if s.view == nil {
		return fault.New(fault.Invalid, fault.CallerMissing, "")
	}
	doc, err := policy.Read(policy.AWS(), policy.Trust, []byte(x.Trust))
	if doc == nil {
		return &fault.Error{Kind: fault.Malformed, What: fault.ResourcePolicy, Err: err}
	}
	s.trust = &policy.Source{ID: "TrustPolicyInput", Type: "resource", Policy: doc.Compile()}
	return nil
}

func givenSet(list string, texts []string, uses ...policy.Use) (*policy.Set, error) {
	var sources []policy.Source
	for i, text := range texts {
		var doc *policy.Document
		var first error
		for _, use := range uses {
			var err error
			if doc, err = policy.Read(policy.AWS(), use, []byte(text)); doc != nil {
				break
			}
			if first == nil {
				first = err
			}
		}
		place := fmt.Sprintf("%s.%d", list, i+1)
		if doc == nil {
			return nil, &fault.Error{Kind: fault.Malformed, What: fault.SimulatedPolicy, Name: place, Err: first}
		}
		sources = append(sources, policy.Source{ID: place, Type: "none", Policy: doc.Compile()})
	}
	return policy.NewSet(sources...), nil
}

func givenLevels(list string, levels [][]string, uses ...policy.Use) ([]*policy.Set, error) {
	var sets []*policy.Set
	for i, level := range levels {
		set, err := givenSet(fmt.Sprintf("%s.%d", list, i+1), level, uses...)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return sets, nil
}

// trustOf is the trust policy that takes part: of a role of the asker's account, when the action is one of taking it on. What another
// account trusts is not told.
func (s *Simulation) trustOf(action, resource string) *policy.Source {
	if s.view == nil || s.resource != nil || !Assumes(action) {
		return nil
	}
	n, err := arn.Parse(resource)
	if err != nil || n.Service != "iam" {
		return nil
	}
	kind, _, name, ok := n.Entity()
	switch {
	case !ok || kind != "role":
		return nil
	case s.trust != nil:
		return s.trust
	case n.Account != s.account:
		return nil
	}
	r, err := s.view.Role(s.account, name)
	if err != nil || r.ARN() != resource {
		return nil
	}
	return s.view.Trust(r)
}

// Assumes says whether an action is one of those by which a role is taken on: those that its trust policy has to allow.
func Assumes(action string) bool {
	switch strings.ToLower(action) {
	case "sts:assumerole", "sts:assumerolewithwebidentity", "sts:assumerolewithsaml", "sts:tagsession", "sts:setsourceidentity":
		return true
	}
	return false
}

// Reasons is why policies say what they say, and on what it depends as far as keys were not told. Of control policies and trust
// policies in force it has no more than what the layer says: who may ask about a user need not be one who may read them.
type Reasons struct {
	Trace *policy.Trace      `json:"trace"`
	Open  []policy.OpenLayer `json:"open,omitempty"`
}

// add says what only an extension asks for.
func (s *Simulation) add(r *Result, sim *policy.Simulation, h *access.Hypothesis) {
	if !s.extended {
		return
	}
	r.All = make(map[policy.Layer]policy.Verdict)
	for l := policy.LayerIdentity; l <= policy.LayerTrust; l++ {
		if v, ok := sim.Outcome(l); ok {
			r.All[l] = v
		}
	}
	if !s.explain {
		return
	}
	r.Reasons = &Reasons{Trace: s.subject.Reasons(h), Open: s.subject.Partial(h).Open()}
	for i := range r.Reasons.Trace.Layers {
		if l := &r.Reasons.Trace.Layers[i]; s.hides(l.Layer) {
			l.Policies, l.Note = nil, "what it holds is not told"
		}
	}
	for i := range r.Reasons.Open {
		if o := &r.Reasons.Open[i]; s.hides(o.Layer) {
			o.Statements = nil
		}
	}
	if d := &r.Reasons.Trace.Decision; s.hides(d.Layer) {
		d.Source, d.SourceType, d.Statement, d.Sid, d.Pos, d.End = "", "", -1, "", policy.Pos{}, policy.Pos{}
	}
}

// hides says whether what the policies of a layer hold is not the asker's to see.
func (s *Simulation) hides(l policy.Layer) bool {
	switch l {
	case policy.LayerSCP:
		return s.scp == nil
	case policy.LayerRCP:
		return s.rcp == nil
	case policy.LayerTrust:
		return s.trust == nil && s.resource == nil
	}
	return false
}
