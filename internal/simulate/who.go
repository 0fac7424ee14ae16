package simulate

import (
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// Who asks which principals may do an action on a resource, as an account can know it.
type Who struct {
	Account string // whose principals are asked about, and whose state may be looked at
	// Action and Resource are names, "*" of a resource for an action without one; or patterns: then the question is who may do some
	// action of them on some resource. Patterns are held against what principals' own policies and what limits them say; who may take
	// on a role, its trust policy says, and that is asked of one role.
	Action   string
	Resource string
	Owner    string // account that owns a resource whose name does not tell; "" = Account
	Context  []Entry
}

// Kinds of principals in a Finding.
const (
	KindRoot        = "Root"
	KindUser        = "User"
	KindRole        = "Role"        // any session of the role
	KindSession     = "Session"     // a session by its name, which a trust policy singles out
	KindAccount     = "Account"     // whoever another account lets
	KindEveryone    = "Everyone"    // whoever any account lets
	KindWebIdentity = "WebIdentity" // whom an OIDC provider vouches for
	KindSAML        = "SAML"        // whom a SAML provider vouches for
	KindService     = "Service"
)

// Finding is a principal who may do what was asked, for certain or under conditions.
type Finding struct {
	Name string // resource name, the name of a service or provider, or "*"
	Kind string
	// Allowed is false if it depends on Open.
	Allowed bool
	// Decision is the one that grants; what is open counts in the principal's favour.
	Decision policy.Decision
	// Open is what it depends on. Of control policies in force it says no more than that it depends on them.
	Open []policy.OpenLayer
	// Ever is the answer to a question with a pattern, and then in place of Decision and Open. Allowed says Always.
	Ever *question.Possibility
	// Also is the account whose policies, which are not looked at, have to allow it as well; "" if there is none, and "*" for each
	// principal's own.
	Also string
}

// survey is a Who that was found fit to be answered.
type survey struct {
	Who
	view    *iam.View
	told    policy.MapKeys
	pattern bool   // Action or Resource is one
	also    string // the owner, if it is another account
	// policy of the resource: the trust policy of a role that is to be taken on; of another account's resource, all it can allow.
	policy *policy.Source
	kind   policy.ResourceKind
	named  []named
}

// Bounds of a page: statements tried, and statements listed of one principal.
const (
	pageWork = 50_000
	maxOpen  = 100
	// maxOpenBytes ends the list of one principal, after the statement that passes it.
	maxOpenBytes = 1 << 20
	// openBytes of what is listed are as much work as a statement that is tried.
	openBytes = 40
	// everyPage is how many principals a page asks about patterns.
	everyPage = 20
)

// pageOfWork is how many principals are looked up at a time.
const pageOfWork = 100

// Page lists principals in the order root, users, roles, those whom the resource's own policy names besides; after is the marker that
// the page before gave, or "". A page can be empty and yet not the last: it ends when it is full or was work enough. It fails with
// Invalid: What SimulatedAction, SimulatedResource, ResourceOwner, SimulationMarker, or one of those of condition keys.
func (w Who) Page(v *iam.View, after string, limit int) (page []Finding, next string, err error) {
	s, err := w.survey(v)
	if err != nil {
		return nil, "", err
	}
	group, name, _ := strings.Cut(after, "/")
	page = []Finding{}
	work := 0
	for at := range s.from(group, name) {
		if at.marker == "" {
			return nil, "", fault.New(fault.Invalid, fault.SimulationMarker, "")
		}
		if len(page) == limit || work > pageWork {
			return page, next, nil
		}
		next = at.marker
		if at.ask == nil {
			continue
		}
		f, ok, cost := at.ask()
		if work += cost; ok {
			page = append(page, f)
		}
	}
	return page, "", nil
}

func (w Who) survey(v *iam.View) (*survey, error) {
	s := &survey{Who: w, view: v}
	var err error
	if s.pattern = strings.ContainsAny(w.Action, "*?") || w.Resource != "*" && strings.ContainsAny(w.Resource, "*?"); s.pattern {
		if Assumes(w.Action) {
			return nil, fault.New(fault.Invalid, fault.SimulatedResource, w.Resource)
		}
		_, err = ever(&question.Query{Layers: &policy.Layers{}}, w.Action, w.Resource)
	} else {
		if _, err = checkResources([]string{w.Resource}); err == nil {
			err = checkActions([]string{w.Action}, "", false)
		}
	}
	if err != nil {
		return nil, err
	}
	if s.told, err = told(w.Context); err != nil {
		return nil, err
	}
	n, none := arn.Parse(w.Resource)
	if s.Owner == "" {
		s.Owner = w.Account
	}
	if !arn.IsAccount(s.Owner) {
		return nil, fault.New(fault.Invalid, fault.ResourceOwner, s.Owner)
	}
	if f := strings.SplitN(w.Resource, ":", 6); len(f) == 6 && arn.IsAccount(f[4]) {
		s.Owner = f[4] // also of a pattern, if it is about one account
	}
	if s.Owner != w.Account {
		open := elsewhere(policy.Resource, `,"Principal":"*"`)
		s.also, s.policy = s.Owner, &open
	}
	if s.pattern || s.also != "" || none != nil || n.Service != "iam" {
		return s, nil
	}
	switch kind, _, name, _ := n.Entity(); kind {
	case "role":
		if r, err := v.Role(w.Account, name); err == nil && r.ARN() == w.Resource {
			s.role(r)
		} else if Assumes(w.Action) {
			s.policy, s.kind = &policy.Source{ID: w.Resource}, policy.ResourceTrust // nobody takes on a role that does not exist
		}
	case "user":
		if u, err := v.User(w.Account, name); err == nil && u.ARN() == w.Resource {
			s.tags(u.Tags)
		}
	}
	return s, nil
}

// role is the role that is asked about. While it is taken on, tags that a session hands on stand in place of its own, so that those are
// not known.
func (s *survey) role(r *iam.Role) {
	if !Assumes(s.Action) {
		s.tags(r.Tags)
		return
	}
	s.policy, s.kind = s.view.Trust(r), policy.ResourceTrust
	s.named = s.namedBy(s.policy)
}

func (s *survey) tags(tags []iam.Tag) {
	for _, t := range tags {
		for _, group := range []string{"aws:ResourceTag/", "iam:ResourceTag/"} {
			if _, told := s.told[policy.FoldKey(group+t.Key)]; !told {
				s.told.Set(group+t.Key, t.Value)
			}
		}
	}
}

// hypothesis is what a principal of the account is asked.
func (s *survey) hypothesis(sub *access.Subject) access.Hypothesis {
	h := sub.Own(s.Action, s.Resource)
	h.Told, h.Firm, h.Account, h.Policy, h.Kind = s.told, true, s.Owner, s.policy, s.kind
	return h
}

// own asks for a principal of the account.
func (s *survey) own(name, kind string, sub *access.Subject) (Finding, bool, int) {
	if ungoverned(s.Action, kind) {
		return Finding{Name: name, Kind: kind, Allowed: true, Decision: policy.Decision{Verdict: policy.Allow, Statement: -1}}, true, 1
	}
	h := s.hypothesis(sub)
	if s.pattern {
		return s.findEver(Finding{Name: name, Kind: kind, Also: s.also}, sub, &h)
	}
	return s.find(Finding{Name: name, Kind: kind, Also: s.also}, sub, &h)
}

// find asks, and tells what it cost.
func (s *survey) find(f Finding, sub *access.Subject, h *access.Hypothesis) (Finding, bool, int) {
	cost := 1
	for _, src := range h.Identity.Sources() {
		if src.Policy != nil {
			cost += src.Policy.Statements()
		}
	}
	res := sub.Partial(h)
	if f.Decision = res.Best(); !f.Decision.Allowed() {
		return f, false, cost
	}
	if s.also != "" {
		f.Decision = policy.Decision{Verdict: policy.Allow, Statement: -1} // the other account's policy is not one that anybody has read
	}
	_, f.Allowed = res.Verdict()
	n, length := 0, 0
	for _, o := range res.Open() {
		if o.Layer == policy.LayerSCP || o.Layer == policy.LayerRCP {
			o.Statements = nil
		}
		listed := 0
		for listed < len(o.Statements) && n < maxOpen && length < maxOpenBytes {
			length += lengthOf(&o.Statements[listed])
			listed++
			n++
		}
		o.Statements = o.Statements[:listed]
		f.Open = append(f.Open, o)
	}
	return f, true, cost + length/openBytes
}

// lengthOf is how long what is open is, in bytes of its texts.
func lengthOf(s *policy.OpenStatement) int {
	n := 0
	add := func(texts []string) {
		for _, text := range texts {
			n += len(text)
		}
	}
	add(s.Resources)
	for _, c := range s.Conditions {
		add(c.Values)
		add(c.Request)
	}
	return n
}

// findEver asks about patterns.
func (s *survey) findEver(f Finding, sub *access.Subject, h *access.Hypothesis) (Finding, bool, int) {
	p, err := ever(queryOf(sub, h, everySteps), s.Action, s.Resource)
	if err != nil || p.Can == question.Never { // the patterns were read before
		return f, false, pageWork / everyPage
	}
	f.Ever, f.Allowed = p, p.Can == question.Always
	return f, true, pageWork / everyPage
}

// ungoverned are the actions that policies say nothing about, which whoever can sign may do (IAM User Guide, "Permissions for
// GetSessionToken"; STS API Reference, GetCallerIdentity).
func ungoverned(action, kind string) bool {
	switch strings.ToLower(action) {
	case "sts:getcalleridentity":
		return true
	case "sts:getsessiontoken":
		return kind == KindRoot || kind == KindUser
	}
	return false
}

// takes says whether a kind of principal can bring a request for the action: each way of taking on a role has its own, and the root
// user has none; and sessions of users are made with long-term credentials (STS API Reference).
func takes(action, kind string) bool {
	switch strings.ToLower(action) {
	case "sts:assumerolewithwebidentity":
		return kind == KindWebIdentity
	case "sts:assumerolewithsaml":
		return kind == KindSAML
	case "sts:assumerole":
		return kind != KindRoot && kind != KindWebIdentity && kind != KindSAML
	case "sts:tagsession", "sts:setsourceidentity":
		return kind != KindRoot
	case "sts:getsessiontoken", "sts:getfederationtoken":
		return kind == KindRoot || kind == KindUser
	case "sts:assumeroot":
		return kind != KindRoot
	}
	return true
}
