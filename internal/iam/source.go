package iam

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/daypass/daypass/policy"
)

// compiled is a document's compiled form, made on first use and kept with the document.
type compiled struct {
	use      policy.Use
	typ, id  string
	document string
	once     sync.Once
	result   policy.Source
	err      error
}

// of gives the place for a document's compiled form: c itself when that is what it is for, else a new one.
func (c *compiled) of(use policy.Use, typ, id, document string) *compiled {
	if c != nil && c.use == use && c.typ == typ && c.id == id && c.document == document {
		return c
	}
	return &compiled{use: use, typ: typ, id: id, document: document}
}

// source compiles. A document that does not parse, though it did when it was stored, denies everything: what it used to deny is
// not known any more.
func (c *compiled) source() *policy.Source {
	c.once.Do(func() {
		doc, err := policy.Parse(policy.AWS(), c.use, []byte(c.document))
		if err != nil {
			c.err = err
			c.result = *deny(c.typ, c.id)
			return
		}
		c.result = policy.Source{ID: c.id, Type: c.typ, Policy: doc.Compile()}
	})
	return &c.result
}

// deny is a source that denies everything, in place of one that is missing or broken.
func deny(typ, id string) *policy.Source {
	const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
	s := &policy.Source{ID: id, Type: typ}
	if doc, err := policy.Parse(policy.AWS(), policy.Inline, []byte(document)); err == nil {
		s.Policy = doc.Compile()
	}
	return s
}

// spoken keeps the compiled set of policies that speak for one version of a user or role, for the views that have a certain mark.
type spoken struct {
	last atomic.Pointer[spokenSet]
}

type spokenSet struct {
	mark *mark
	set  *policy.Set
}

// IdentityPolicies are the identity policies that speak for a user: the own inline ones, the own attached ones, then those of the
// groups. A policy that is missing or does not compile any more stands as one that denies everything.
func (s *tables) IdentityPolicies(u *User) *policy.Set {
	r := s.realm(u.Account)
	if set := u.spoken.of(r.mark); set != nil {
		return set
	}
	sources := s.sources(&u.Grants, nil)
	for _, id := range u.Groups {
		if g, ok := s.groups.Get(id); ok {
			sources = s.sources(&g.Grants, sources)
		} else {
			sources = append(sources, *deny("group", id))
		}
	}
	return u.spoken.keep(r.mark, sources)
}

// RolePolicies are the identity policies that speak for a role: the inline ones, then the attached ones. See IdentityPolicies.
func (s *tables) RolePolicies(r *Role) *policy.Set {
	in := s.realm(r.Account)
	if set := r.spoken.of(in.mark); set != nil {
		return set
	}
	return r.spoken.keep(in.mark, s.sources(&r.Grants, nil))
}

func (s *tables) sources(g *Grants, to []policy.Source) []policy.Source {
	to = slices.Grow(to, len(g.Inline)+len(g.Attached))
	for i := range g.Inline {
		to = append(to, *g.Inline[i].compiled.source())
	}
	for _, name := range g.Attached {
		to = append(to, *s.Managed(name))
	}
	return to
}

func (l *spoken) of(m *mark) *policy.Set {
	if l == nil {
		return nil
	}
	if have := l.last.Load(); have != nil && have.mark == m {
		return have.set
	}
	return nil
}

// keep compiles a list of policies into a set.
func (l *spoken) keep(m *mark, sources []policy.Source) *policy.Set {
	set := policy.NewSet(sources...)
	if l != nil {
		l.last.Store(&spokenSet{mark: m, set: set})
	}
	return set
}

// Boundary is a permissions boundary as it decides, by the boundary policy's resource name; nil without a name. A boundary that is
// missing or broken denies everything.
func (s *tables) Boundary(policyARN string) *policy.Source {
	if policyARN == "" {
		return nil
	}
	return s.Managed(policyARN)
}

// Managed is the version in force of a managed policy of whatever account. One that is missing or broken denies everything; ask
// Policy first when that matters.
func (s *tables) Managed(policyARN string) *policy.Source {
	if p, ok := s.policyByARN(policyARN); ok {
		return p.source()
	}
	return deny("user-managed", policyARN)
}

// Trust is a role's trust policy as it decides: with unique ids in place of the names of users and roles. One that is broken
// trusts nobody.
func (s *tables) Trust(r *Role) *policy.Source {
	if r.trust == nil {
		return (&compiled{use: policy.Trust, typ: "resource", id: r.ARN(), document: r.Trust}).source()
	}
	return r.trust.source()
}
