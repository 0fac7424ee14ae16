package question

import (
	"github.com/daypass/daypass/policy"
)

// ask is called with what a truth hangs on: a key that is not chosen, or a
// guess by its index in search.free.
type ask func(k *key, free int)

// statementTruth says whether a statement of the live ones matches, as far as
// the choices tell.
func (s *search) statementTruth(st *statement, a ask) truth {
	t := s.resourcesTruth(st.resources, a)
	for _, test := range st.tests {
		if t == no {
			return no
		}
		t = min(t, s.testTruth(test, a))
	}
	return t
}

func (s *search) resourcesTruth(r *resources, a ask) truth {
	if r == nil {
		return yes
	}
	t := truthOf(r.all || r.plain >= 0 && s.resource.in[r.plain])
	for _, c := range r.crossings {
		if t == yes {
			break
		}
		t = max(t, s.crossingTruth(c, s.resource, a))
	}
	if r.not {
		return yes - t
	}
	return t
}

func (s *search) testTruth(t *test, a ask) truth {
	c := s.choice[t.key]
	switch {
	case c == nil:
		if a != nil {
			a(t.key, 0)
		}
		return open
	case len(t.crossings) == 0 || c.state == absent || c.state == list && t.op.Set == "":
		return truthOf(c.holds[t.index])
	case c.state == list:
		return s.guessed(len(s.crossings)+t.id, a)
	case t.op.Values == policy.ARNValue && (!c.in[t.key.arns] || t.unread && t.op.Negated):
		return no
	}
	found := truthOf(t.plain >= 0 && c.in[t.plain])
	for _, x := range t.crossings {
		if found == yes {
			break
		}
		found = max(found, s.crossingTruth(x, c, a))
	}
	if t.op.Negated {
		return yes - found
	}
	return found
}

func (s *search) guessed(i int, a ask) truth {
	if s.free[i] == open && a != nil {
		a(nil, i)
	}
	return s.free[i]
}

// crossingTruth says whether a pattern with variables matches a text of a class.
func (s *search) crossingTruth(c *crossing, at *class, a ask) truth {
	if !at.in[c.general] {
		return no
	}
	bound, undecided := false, false
	for _, v := range c.vars {
		switch chosen := s.choice[v.key]; {
		case chosen == nil:
			undecided = true
			if a != nil {
				a(v.key, 0)
			}
		case chosen.state == single:
			bound = true
		case !v.has:
			return no
		}
	}
	switch {
	case undecided:
		return open
	case bound:
		return s.guessed(c.id, a)
	}
	return truthOf(c.fallback >= 0 && at.in[c.fallback])
}

// bound says that all variables have values, so that the pattern's language as
// one of symbols is what it means.
func (c *crossing) bound(s *search) bool {
	for _, v := range c.vars {
		if chosen := s.choice[v.key]; chosen == nil || chosen.state != single {
			return false
		}
	}
	return true
}

// languages of the crossing's place that say what can be said without values.
func (c *crossing) languages() []int {
	if c.fallback >= 0 {
		return []int{c.general, c.fallback}
	}
	return []int{c.general}
}

// languages of the key's place that tell its values apart for the test.
func (t *test) languages() []int {
	var list []int
	if t.plain >= 0 {
		list = append(list, t.plain)
	}
	if t.other >= 0 {
		list = append(list, t.other)
	}
	if t.key.arns >= 0 && t.op.Values == policy.ARNValue {
		list = append(list, t.key.arns)
	}
	for _, c := range t.crossings {
		list = append(list, c.languages()...)
	}
	return list
}
