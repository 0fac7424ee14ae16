package simulate

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// Answer is what the policies say to one action, on all resources together and on each.
type Answer struct {
	Action string
	Result
	// Each has an answer per resource; nil when the question was about "*".
	Each []Result
}

// Result is what the policies say to one action on a resource.
type Result struct {
	Resource string // "*" for several
	Verdict  policy.Verdict
	Matched  []policy.Match // the statements that made the verdict; none of an organization's
	Missing  []string       // condition keys that were not told and on which the verdict hangs

	Boundary     *bool // whether the permissions boundary allows; nil without one
	Organization *bool // whether the organization's policies allow; nil outside an organization
	// Layers tells how each kind of policy sees a request that goes from one account to another; nil for others.
	Layers map[policy.Layer]policy.Verdict

	// With an Extension, All tells how every kind of policy sees the request, and Reasons why if that was asked for.
	All     map[policy.Layer]policy.Verdict
	Reasons *Reasons
}

// Work is how many statements an action is tried against: what an answer costs. One with reasons costs more.
func (s *Simulation) Work() int { return s.work() }

// A statement that is told about costs more, in time and in length of the answer: so many times as much, and one more for so many bytes of
// its policy. The values of condition keys stand beside each condition, of which a policy has one in conditionBytes at most.
const (
	reasonsCost    = 200
	reasonsBytes   = 2
	conditionBytes = 20
)

// cost is what it costs to try a policy on a resource.
func (p *proposed) cost(src *policy.Source) int {
	n := src.Policy.Statements()
	if p.explain && src.Policy != nil {
		size := len(src.Policy.Document().Source())
		n = n*reasonsCost + size/reasonsBytes + size/conditionBytes*p.keyBytes/reasonsBytes
	}
	return n
}

// maxMatched bounds an answer: the statements it lists, over all resources.
const maxMatched = 20_000

// Ask answers for one action. It fails with Limit (What Simulation) when the answer would be too long.
func (s *Simulation) Ask(action string) (Answer, error) {
	a := Answer{Action: action}
	if s.resources == nil {
		a.Result = s.one(action, "*")
		return a, nil
	}
	matched := 0
	for _, r := range s.resources {
		a.Each = append(a.Each, s.one(action, r))
		if matched += len(a.Each[len(a.Each)-1].Matched); matched > maxMatched {
			return a, &fault.Error{Kind: fault.Limit, What: fault.Simulation, Limit: maxMatched}
		}
	}
	a.Result = together(a.Each)
	return a, nil
}

func (s *Simulation) one(action, resource string) Result {
	h := &access.Hypothesis{
		Action: action, Resource: resource, Identity: s.identity, Boundary: s.boundary, Policy: s.resource, Kind: s.kind,
		Session: s.session, SCP: s.scp, RCP: s.rcp, Told: s.told,
	}
	if trust := s.trustOf(action, resource); trust != nil {
		h.Policy, h.Kind = trust, policy.ResourceTrust
	}
	h.Account = s.ownerOf(resource, h.Policy != nil)
	sim := s.subject.Simulate(h)
	r := Result{Resource: resource, Verdict: sim.Decision.Verdict, Matched: sim.Matched, Missing: sim.Missing}
	s.add(&r, sim, h)
	r.Boundary, r.Organization = allows(sim, policy.LayerBoundary), allows(sim, policy.LayerSCP)
	if resources := allows(sim, policy.LayerRCP); resources != nil && (r.Organization == nil || !*resources) {
		r.Organization = resources
	}
	if r.Organization != nil && !*r.Organization {
		// What an organization's policies hold is not for those they limit, and nothing below them was asked.
		r.Matched, r.Missing = nil, nil
		return r
	}
	r.Matched = slices.DeleteFunc(r.Matched, func(m policy.Match) bool {
		return m.Layer == policy.LayerSCP || m.Layer == policy.LayerRCP
	})
	if h.Policy != nil && h.Account != s.subject.Principal.Account {
		r.Layers = make(map[policy.Layer]policy.Verdict)
		for _, l := range []policy.Layer{policy.LayerIdentity, policy.LayerResource, policy.LayerTrust, policy.LayerBoundary} {
			if v, ok := sim.Outcome(l); ok {
				r.Layers[l] = v
			}
		}
	}
	return r
}

// ownerOf is the account that owns a resource. Without the resource's policy only the caller's own side can be asked, and it is asked
// as for a resource of its own account.
func (s *Simulation) ownerOf(resource string, hasPolicy bool) string {
	own := s.subject.Principal.Account
	if !hasPolicy {
		return own
	}
	if f := strings.SplitN(resource, ":", 6); len(f) == 6 && arn.IsAccount(f[4]) {
		return f[4]
	}
	if s.owner != "" {
		return s.owner
	}
	return own
}

func allows(sim *policy.Simulation, l policy.Layer) *bool {
	v, ok := sim.Outcome(l)
	if !ok {
		return nil
	}
	yes := v == policy.Allow
	return &yes
}

// together sums results up: allowed is what is allowed on all resources, denied explicitly what is on any.
func together(each []Result) Result {
	if len(each) == 1 {
		return each[0]
	}
	sum := Result{Resource: "*", Verdict: policy.Allow}
	seen, keys := make(map[policy.Match]bool), make(map[string]bool)
	for i := range each {
		r := &each[i]
		sum.Verdict = stricter(sum.Verdict, r.Verdict)
		for _, m := range r.Matched {
			if !seen[m] {
				seen[m], sum.Matched = true, append(sum.Matched, m)
			}
		}
		for _, key := range r.Missing {
			if fold := policy.FoldKey(key); !keys[fold] {
				keys[fold], sum.Missing = true, append(sum.Missing, key)
			}
		}
		sum.Boundary, sum.Organization = both(sum.Boundary, r.Boundary), both(sum.Organization, r.Organization)
		sum.Layers, sum.All = stricterOf(sum.Layers, r.Layers), stricterOf(sum.All, r.All)
	}
	return sum
}

// stricterOf sums up what layers say.
func stricterOf(sum, more map[policy.Layer]policy.Verdict) map[policy.Layer]policy.Verdict {
	for l, v := range more {
		if sum == nil {
			sum = make(map[policy.Layer]policy.Verdict)
		}
		if have, ok := sum[l]; ok {
			v = stricter(have, v)
		}
		sum[l] = v
	}
	return sum
}

func both(a, b *bool) *bool {
	if a == nil || b == nil {
		return b
	}
	yes := *a && *b
	return &yes
}

func stricter(a, b policy.Verdict) policy.Verdict {
	switch {
	case a == policy.ExplicitDeny || b == policy.ExplicitDeny:
		return policy.ExplicitDeny
	case a == policy.ImplicitDeny || b == policy.ImplicitDeny:
		return policy.ImplicitDeny
	}
	return policy.Allow
}
