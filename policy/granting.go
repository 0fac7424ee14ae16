package policy

import (
	"maps"
	"slices"
	"strings"
)

// GrantsAction reports whether a policy can allow an action, such as
// "s3:GetObject". Like GrantsService it looks at what the policy is for:
// conditions, resources and other policies do not count, and a Deny of the
// action, on everything and without conditions, takes back whatever the policy
// allows.
func (p *Policy) GrantsAction(action string) bool {
	e := evaluator{action: action}
	e.folded.set(action)
	for i := range p.denies {
		if s := &p.denies[i]; len(s.conditions) == 0 && s.everywhere() && e.actionMatches(s) {
			return false
		}
	}
	for i := range p.allows {
		if e.actionMatches(&p.allows[i]) {
			return true
		}
	}
	return false
}

// Services lists the services that the allowing statements of a policy name
// in full, such as "s3" of "s3:Get*", in lower case. Those it means by a
// pattern or by what it leaves out are not among them.
func (p *Policy) Services() []string {
	seen := map[string]bool{}
	for i := range p.allows {
		s := &p.allows[i]
		if s.notAction {
			continue
		}
		for _, a := range s.src.actions.items {
			if vendor, _, ok := strings.Cut(a.s, ":"); ok && vendor != "" && !strings.ContainsAny(vendor, "*?$") {
				seen[strings.ToLower(vendor)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
