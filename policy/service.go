package policy

import (
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// GrantsService reports whether a policy can allow anything of a service, by
// its name in actions ("s3"). Conditions, resources and other policies are not
// looked at, so that the answer is about what the policy is for and not about
// one request; a Deny of the whole service, on everything and without
// conditions, takes back whatever the policy allows.
func (p *Policy) GrantsService(service string) bool {
	if p.DeniesService(service) {
		return false
	}
	for i := range p.allows {
		if some, _ := p.allows[i].ofService(service); some {
			return true
		}
	}
	return false
}

// DeniesService reports whether a policy takes back a whole service: a Deny of
// all its actions, on everything and without conditions.
func (p *Policy) DeniesService(service string) bool {
	for i := range p.denies {
		s := &p.denies[i]
		if _, all := s.ofService(service); all && len(s.conditions) == 0 && s.everywhere() {
			return true
		}
	}
	return false
}

// ofService says whether a statement is about some actions of a service, and
// whether it is about all of them.
func (s *statement) ofService(service string) (some, all bool) {
	for _, a := range s.src.actions.items {
		vendor, name, ok := strings.Cut(a.s, ":")
		if !ok {
			vendor, name = a.s, a.s // "*"
		}
		g := newGlob(pattern.Parse(vendor), true)
		var m matcher
		if name == "" || !m.match(&g, service) {
			continue
		}
		some = true
		if strings.Trim(strings.TrimSuffix(name, ":*"), "*") == "" { // Huawei writes a whole service with two stars
			all = true
		}
	}
	if s.notAction {
		return !all, !some
	}
	return some, all
}

func (s *statement) everywhere() bool {
	if s.notResource {
		return false
	}
	for i := range s.resources {
		if s.resources[i].kind == globAny {
			return true
		}
	}
	return !s.hasResource
}
