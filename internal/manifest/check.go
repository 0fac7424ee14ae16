package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/policy"
)

func (m *Manifest) policyARN(p *Policy) string {
	return arn.Policy(m.Account, cmp.Or(p.Path, "/"), p.Name)
}

// names are what an account has, by resource name, and its groups and roles by folded name.
type names struct {
	arns   map[string]bool
	groups map[string]bool
	roles  map[string]bool
}

func (m *Manifest) names(into names) {
	for i := range m.Policies {
		into.arns[m.policyARN(&m.Policies[i])] = true
	}
	for _, u := range m.Users {
		into.arns[arn.User(m.Account, cmp.Or(u.Path, "/"), u.Name)] = true
	}
	for _, r := range m.Roles {
		into.arns[arn.Role(m.Account, cmp.Or(r.Path, "/"), r.Name)] = true
		into.roles[fold(r.Name)] = true
	}
	for _, g := range m.Groups {
		into.groups[fold(g.Name)] = true
	}
}

// check finds what would fail half way through a plan: names that come twice, documents that do not parse, and what refers to
// something that neither the manifest nor the server (have) has. All faults are told at once.
func (m *Manifest) check(have *Manifest) error {
	c := &checking{m: m, there: names{arns: map[string]bool{}, groups: map[string]bool{}, roles: map[string]bool{}}}
	m.names(c.there)
	have.names(c.there)
	unique := func(kind string, seen map[string]bool, name string) {
		if name == "" || seen[fold(name)] {
			c.fault("%s %q: the name is empty or comes twice", kind, name)
		}
		seen[fold(name)] = true
	}
	policies, groups, users, roles, profiles := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range m.Policies {
		unique("policy", policies, p.Name)
		c.document("policy "+p.Name, policy.Managed, p.Document)
	}
	for _, g := range m.Groups {
		unique("group", groups, g.Name)
		c.grants("group "+g.Name, &g.Grants)
	}
	for _, u := range m.Users {
		what := "user " + u.Name
		unique("user", users, u.Name)
		c.grants(what, &u.Grants)
		c.refers(what, u.Boundary)
		for _, g := range u.Groups {
			if !c.there.groups[fold(g)] {
				c.fault("%s: there is no group %q", what, g)
			}
		}
	}
	for _, r := range m.Roles {
		what := "role " + r.Name
		unique("role", roles, r.Name)
		if isReserved(r.Path) {
			c.fault("%s: the path %s is kept for roles that a service makes", what, r.Path)
		}
		c.grants(what, &r.Grants)
		c.refers(what, r.Boundary)
		if d := c.document(what+", trust policy", policy.Trust, r.Trust); d != nil {
			old := find(have.Roles, roleName, r.Name)
			for _, p := range d.Principals() {
				c.refers(what+", trust policy", p.Value)
				if isUniqueID(p.Value) && (old == nil || !same(old.Trust, r.Trust)) {
					c.fault("%s: the trust policy names %s, a user or role that was deleted; take it out", what, p.Value)
				}
			}
		}
	}
	for _, p := range m.InstanceProfiles {
		unique("instance profile", profiles, p.Name)
		if p.Role != "" && !c.there.roles[fold(p.Role)] {
			c.fault("instance profile %s: there is no role %q", p.Name, p.Role)
		}
	}
	return errors.Join(c.faults...)
}

// isUniqueID says whether a principal is the id that a trust policy shows when the user or role it named is gone.
func isUniqueID(s string) bool {
	return len(s) == 21 && (strings.HasPrefix(s, "AIDA") || strings.HasPrefix(s, "AROA"))
}

type checking struct {
	m      *Manifest
	there  names
	faults []error
}

func (c *checking) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

func (c *checking) document(what string, use policy.Use, d Document) *policy.Document {
	read, err := policy.Parse(policy.AWS(), use, d)
	if err != nil {
		c.fault("%s: %w", what, err)
	}
	return read
}

func (c *checking) grants(what string, g *Grants) {
	for _, name := range slices.Sorted(maps.Keys(g.Inline)) {
		c.document(what+", inline policy "+name, policy.Inline, g.Inline[name])
	}
	for _, name := range g.Attached {
		c.refers(what, name)
	}
}

// refers demands that a policy, user or role of this account that is named somewhere will be there. What belongs to others the
// server knows.
func (c *checking) refers(what, name string) {
	n, err := arn.Parse(name)
	if err != nil || n.Service != "iam" || n.Account != c.m.Account || strings.ContainsAny(name, "*?") {
		return
	}
	kind, _, _, ok := n.Entity()
	if ok && (kind == "policy" || kind == "user" || kind == "role") && !c.there.arns[name] {
		c.fault("%s: there is no %s", what, name)
	}
}
