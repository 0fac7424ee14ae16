package question

import (
	"slices"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// class is what some texts or values have in common, as far as the documents
// can tell them apart, with one of them to stand for all.
type class struct {
	text   string        // of the resource
	values policy.Values // of a key
	state  state
	in     []bool // by language of the place
	holds  []bool // by test of the key
}

type state uint8

const (
	single state = iota
	absent
	list // several values, or one that counts as several
)

// classes of a place, as far as a set of languages and tests can tell.
type classes struct {
	list      []*class
	languages []int
	// doubt says why there may be more classes than these; "" if there are not.
	doubt string
}

// Bounds of what is told apart.
const (
	mostClasses = 1024
	mostLists   = 512
	mostValues  = 64 // of which lists are made
	// valuesPerStep is how many values are compared in the time of one other step.
	valuesPerStep = 8
)

// split finds the classes of the texts of a place within must.
func (p *place) split(languages []int, must []*pattern.Language, b *pattern.Budget) (list []*class, ok bool) {
	chosen := make([]*pattern.Language, len(languages))
	for i, l := range languages {
		chosen[i] = p.languages[l]
	}
	found, ok := pattern.Classes(must, chosen, mostClasses, b)
	for _, f := range found {
		c := &class{text: f.Text, in: make([]bool, len(p.languages))}
		for i, l := range languages {
			c.in[l] = f.In[i]
		}
		list = append(list, c)
	}
	return list, ok
}

// classes finds the classes of what a request may say about the key, as far as
// the tests and the languages of crossings can tell.
func (k *key) classes(tests []*test, languages []int, b *pattern.Budget) *classes {
	name := make([]byte, 0, 64)
	for _, t := range tests {
		name = append(name, byte(t.index), byte(t.index>>8))
	}
	name = append(name, 0xff, 0xff)
	for _, l := range languages {
		name = append(name, byte(l), byte(l>>8))
	}
	if have := k.memo[string(name)]; have != nil {
		return have
	}
	c := &classes{languages: languages}
	k.memo[string(name)] = c
	if k.fixed {
		c.list = []*class{k.told(tests, languages, b)}
		return c
	}
	texts, doubt := k.candidates(tests, languages, b)
	c.doubt = doubt
	var singles []*class
	seen := map[string]bool{}
	for _, text := range texts {
		if b.Steps < 0 {
			c.doubt = doubtSteps
			break
		}
		one := k.judge(tests, languages, single, policy.Single(text), b)
		if sign := one.sign(); !seen[sign] {
			seen[sign] = true
			singles = append(singles, one)
		}
	}
	lists, all := k.lists(tests, languages, singles, b)
	c.list = append(singles, k.judge(tests, languages, absent, policy.List(), b))
	if c.list = append(c.list, lists...); !k.crossed(tests) {
		c.list = merge(c.list)
	}
	if !all && c.doubt == "" {
		c.doubt = "the values of " + k.shown + " can be listed in too many ways"
	}
	return c
}

// crossed says that it matters what the values are, besides what the tests say.
func (k *key) crossed(tests []*test) bool {
	return k.named || slices.ContainsFunc(tests, func(t *test) bool { return len(t.crossings) > 0 })
}

// merge keeps one class of those about which all tests say the same.
func merge(list []*class) []*class {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(c *class) bool {
		sign := (&class{holds: c.holds}).sign()
		twice := seen[sign]
		seen[sign] = true
		return twice
	})
}

// told is the class of what the question tells about the key.
func (k *key) told(tests []*test, languages []int, b *pattern.Budget) *class {
	switch {
	case !k.present:
		return k.judge(tests, languages, absent, policy.List(), b)
	case k.value.Multi:
		return k.judge(tests, languages, list, k.value, b)
	}
	return k.judge(tests, languages, single, k.value, b)
}

// judge asks the evaluator what the tests say of some values.
func (k *key) judge(tests []*test, languages []int, s state, v policy.Values, b *pattern.Budget) *class {
	c := &class{state: s, values: v, in: make([]bool, len(k.languages)), holds: make([]bool, len(k.tests))}
	if s == single {
		for _, l := range languages {
			c.in[l] = k.languages[l].Match(v.One)
		}
	}
	for _, t := range tests {
		b.Steps -= max(1, len(v.List)) * (1 + len(t.values)/valuesPerStep)
		c.holds[t.index] = t.probe.Holds(beside{k.name, v, k.known})
	}
	return c
}

// beside is one key beside those that the question tells.
type beside struct {
	name  string
	value policy.Values
	known policy.Keys // may be nil
}

// Lookup implements policy.Keys.
func (b beside) Lookup(key string) (policy.Values, bool) {
	if key == b.name {
		return b.value, true
	}
	if b.known == nil {
		return policy.Values{}, false
	}
	return b.known.Lookup(key)
}

// sign tells classes apart.
func (c *class) sign() string {
	b := []byte{byte(c.state)}
	for _, list := range [...][]bool{c.in, c.holds} {
		for _, is := range list {
			if is {
				b = append(b, 1)
			} else {
				b = append(b, 0)
			}
		}
	}
	return string(b)
}

// lists makes the classes of keys with several values: a test with a set
// operator holds if all, or some, of them meet it, so that a list is known by
// what its values have in common and what any of them brings. all is false if
// there are more than mostLists.
func (k *key) lists(tests []*test, languages []int, singles []*class, b *pattern.Budget) (found []*class, all bool) {
	values := func(of []*class) policy.Values {
		v := policy.Values{Multi: true}
		for _, c := range of {
			v.List = append(v.List, c.values.One)
		}
		return v
	}
	if len(singles) == 0 { // there was no step left for any
		return nil, false
	}
	if !slices.ContainsFunc(tests, func(t *test) bool { return t.op.Set != "" }) {
		return []*class{k.judge(tests, languages, list, values(singles[:1]), b)}, true
	}
	all = len(singles) <= mostValues
	singles = singles[:min(len(singles), mostValues)]
	seen := map[string]bool{}
	var made [][]*class
	add := func(of []*class) bool {
		c := k.judge(tests, languages, list, values(of), b)
		if sign := c.sign(); !seen[sign] {
			seen[sign] = true
			found = append(found, c)
			made = append(made, of)
		}
		return len(found) < mostLists && b.Steps >= 0
	}
	for _, c := range singles {
		if !add([]*class{c}) {
			return found, false
		}
	}
	for i := 0; i < len(made); i++ {
		for _, c := range singles {
			if slices.Contains(made[i], c) {
				continue
			}
			if !add(append(made[i][:len(made[i]):len(made[i])], c)) {
				return found, false
			}
		}
	}
	return found, all
}
