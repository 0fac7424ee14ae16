package iam

import (
	"slices"

	"github.com/daypass/daypass/policy"
)

// Held is an identity policy with what it is called and whose it is: what reports need beside the source that decides.
type Held struct {
	Name   string     // of the policy
	ARN    string     // resource name of a managed policy; "" for an inline one
	Kind   EntityKind // whose inline policy it is, or to whom a managed one is attached
	Owner  string     // the name of that user, group or role
	Source policy.Source
}

// HeldByUser lists the identity policies that speak for a user in the order of IdentityPolicies, groups by name. A managed policy
// that is attached several times is listed once. One that is missing or broken stands as a policy that denies everything.
func (s *tables) HeldByUser(u *User) []Held {
	list := s.held(KindUser, u.Name, &u.Grants, nil)
	for _, g := range s.GroupsOf(u) {
		list = s.held(KindGroup, g.Name, &g.Grants, list)
	}
	return list
}

// HeldByGroup lists the identity policies of a group. See HeldByUser.
func (s *tables) HeldByGroup(g *Group) []Held { return s.held(KindGroup, g.Name, &g.Grants, nil) }

// HeldByRole lists the identity policies of a role. See HeldByUser.
func (s *tables) HeldByRole(r *Role) []Held { return s.held(KindRole, r.Name, &r.Grants, nil) }

func (s *tables) held(kind EntityKind, owner string, g *Grants, to []Held) []Held {
	for i := range g.Inline {
		to = append(to, Held{Name: g.Inline[i].Name, Kind: kind, Owner: owner, Source: *g.Inline[i].compiled.source()})
	}
	for _, name := range g.Attached {
		if slices.ContainsFunc(to, func(h Held) bool { return h.ARN == name }) {
			continue
		}
		h := Held{Name: name, ARN: name, Kind: kind, Owner: owner, Source: *s.Managed(name)}
		if p, ok := s.policyByARN(name); ok {
			h.Name = p.Name
		}
		to = append(to, h)
	}
	return to
}
