package question

import (
	"strconv"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// key is a condition key, with everything the documents ask about it.
type key struct {
	place
	name    string      // folded
	shown   string      // as a document writes it
	known   policy.Keys // the keys that the question tells; may be nil
	tests   []*test
	arns    int  // the language of all ARNs, if an Arn operator asks; otherwise -1
	fixed   bool // the question tells it
	value   policy.Values
	present bool // fixed: it has a value
	named   bool // a variable stands for it
	memo    map[string]*classes
}

// test is a condition: one key under one operator.
type test struct {
	name      string
	id, index int // among all, and among those of the key
	key       *key
	op        policy.Operator
	probe     *policy.Test
	values    []string
	plain     int // the language of the values without variables, -1 if there are none
	other     int // of a Bool: the language of what is false; otherwise -1
	crossings []*crossing
	unread    bool // an Arn operator has a value that is no ARN
}

// single says of a fixed key that it has one value.
func (k *key) single() bool { return k.present && !k.value.Multi }

func (m *model) key(folded string) *key {
	if k, ok := m.keys[folded]; ok {
		return k
	}
	k := &key{name: folded, shown: folded, known: m.known, arns: -1, memo: map[string]*classes{}}
	if shown := m.spelling[folded]; shown != "" {
		k.shown = shown
	}
	if m.known != nil {
		if v, told := m.known.Lookup(folded); told {
			k.fixed, k.value, k.present = true, v, !v.Multi || len(v.List) > 0
		}
	}
	m.keys[folded] = k
	m.order = append(m.order, k)
	return k
}

// testName writes a condition in one way, whatever the order of its values.
func testName(d *policy.Document, c *policy.ConditionElement) string {
	var values []string
	for _, v := range c.Values {
		values = append(values, v.Text)
	}
	name := c.Operator.Name + strconv.Quote(policy.FoldKey(c.Key.Text)) + written(values)
	if d.Variables() {
		name += "\x01"
	}
	return name
}

func (m *model) test(d *policy.Document, statement, condition int, c *policy.ConditionElement) *test {
	k := m.key(policy.FoldKey(c.Key.Text))
	name := testName(d, c)
	for _, have := range k.tests {
		if name == have.name {
			return have
		}
	}
	t := &test{name: name, id: len(m.tests), index: len(k.tests), key: k, op: c.Operator, probe: d.Test(statement, condition), plain: -1, other: -1}
	for _, v := range c.Values {
		t.values = append(t.values, v.Text)
	}
	m.languages(t, d.Variables())
	k.tests = append(k.tests, t)
	m.tests = append(m.tests, t)
	return t
}

// languages makes the languages in which a test on texts asks whether a value is.
func (m *model) languages(t *test, variables bool) {
	if !t.textual() {
		return
	}
	k := t.key
	if t.op.Values == policy.BoolValue {
		t.plain = k.add("true", func() *pattern.Language { return pattern.Glob(pattern.Parse("true"), pattern.ASCII) })
		t.other = k.add("false", func() *pattern.Language { return pattern.Glob(pattern.Parse("false"), pattern.ASCII) })
		return
	}
	if t.op.Values == policy.ARNValue && k.arns < 0 {
		k.arns = k.add("arn:", pattern.ARNs)
	}
	var plain []*pattern.Language
	for _, v := range t.values {
		k.mention(v)
		tm := template{m: m, text: v, kind: t.op.Values, variables: variables}
		switch vars, nothing := tm.open(); {
		case nothing:
		case len(vars) > 0:
			t.crossings = append(t.crossings, m.crossing(&k.place, &tm, vars))
		default:
			if l := tm.language(nil); l != nil {
				plain = append(plain, l)
			} else {
				t.unread = true
			}
		}
	}
	if plain != nil {
		t.plain = k.add(t.name, func() *pattern.Language { return pattern.Union(plain...) })
	}
}

// textual says whether the operator sees its key as a text that languages can
// describe.
func (t *test) textual() bool {
	switch t.op.Values {
	case policy.StringValue, policy.FoldedValue, policy.PatternValue, policy.ARNValue, policy.BoolValue:
		return true
	}
	return false
}
