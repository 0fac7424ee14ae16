package policy

import (
	"encoding/base64"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// truth has three values: a condition on a key that is not known yet is neither
// true nor false. Decide never meets an unknown key; it lets unknown count
// against the caller.
type truth uint8

const (
	isFalse truth = iota
	isUnknown
	isTrue
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

func (t truth) not() truth { return isTrue - t }

// and and or are Kleene's: the smaller and the larger of both.
func (t truth) and(u truth) truth { return min(t, u) }
func (t truth) or(u truth) truth  { return max(t, u) }

// evaluator holds one request while it is decided. It lives on the stack.
type evaluator struct {
	who     *Principal
	action  string
	folded  foldedAction
	about   string  // the name of the resource
	name    arnText // the same in its fields; see arn
	keys    Keys
	grammar *Grammar
	bounded bool
	open    bool // a key that is absent may still come: it is unknown
	steps   int  // what looking into indexes cost
}

// nobody is the caller of a Request without a Principal.
var nobody = Principal{Type: Anonymous}

func newEvaluator(l *Layers, r *Request) evaluator {
	var e evaluator
	e.start(l, r)
	return e
}

func (e *evaluator) start(l *Layers, r *Request) {
	e.who, e.action, e.about, e.keys, e.bounded = r.Principal, r.Action, r.Resource, r.Keys, l.Boundary != nil
	e.grammar = l.grammar()
	if e.who == nil {
		e.who = &nobody
	}
	e.folded.set(r.Action)
}

// arn is the name of the resource in its fields. It is cut when a pattern is
// the first to ask for them.
func (e *evaluator) arn() *arnText {
	if e.name.fields == 0 {
		e.name = cutName(e.about, &e.grammar.resource)
	}
	return &e.name
}

func (e *evaluator) lookup(key string) (Values, bool) {
	if e.keys == nil {
		return Values{}, false
	}
	return e.keys.Lookup(key)
}

// matches tests a whole statement, cheapest element first.
func (e *evaluator) matches(s *statement, sc scope) (truth, grant) {
	if !e.actionMatches(s) {
		return isFalse, grantNone
	}
	return e.applies(s, sc)
}

// applies tests a statement about the action.
func (e *evaluator) applies(s *statement, sc scope) (truth, grant) {
	t := e.resourceMatches(s)
	if t == isFalse {
		return isFalse, grantNone
	}
	g := s.principals.grants(e.who, sc, s.effect, e.bounded)
	if g == grantNone {
		return isFalse, grantNone
	}
	for i := range s.conditions {
		if t = t.and(e.condition(&s.conditions[i])); t == isFalse {
			return isFalse, grantNone
		}
	}
	return t, g
}

func (e *evaluator) actionMatches(s *statement) bool {
	if s.anyAction {
		return !s.notAction
	}
	for i := range s.actions {
		if p := &s.actions[i]; (e.folded.head^p.head)&p.mask == 0 && e.folded.matches(p, e.action) {
			return !s.notAction
		}
	}
	return s.notAction
}

func (e *evaluator) resourceMatches(s *statement) truth {
	if !s.hasResource {
		return isTrue
	}
	sure := isTrue
	if s.resolved {
		for i := range s.resources {
			sure = sure.and(e.resolved(s.resources[i].vars()))
		}
	}
	found := isFalse
	for i := range s.resources {
		if found = found.or(e.resource(&s.resources[i])); found == isTrue {
			break
		}
	}
	if !s.notResource {
		return found.and(sure)
	}
	// A pattern whose variable has no value covers nothing, so NotResource reaches the resource, whatever the effect: that is the
	// documentation to the letter ("will not match any resource"). Contested; see docs/decisions/012.
	return found.not().and(sure)
}

// resolved reports whether all variables have a value.
func (e *evaluator) resolved(vars []pattern.Piece) truth {
	if len(vars) == 0 {
		return isTrue
	}
	var b bindings
	return e.resolve(vars, &b)
}

// resource tests one pattern. One whose variable has no value matches nothing.
func (e *evaluator) resource(p *arnPattern) truth {
	switch p.kind {
	case globAny:
		return isTrue
	case globExact:
		return truthOf(e.about == p.lit)
	case globPrefix:
		return truthOf(strings.HasPrefix(e.about, p.lit))
	}
	if !strings.HasPrefix(e.about, p.lit) {
		return isFalse
	}
	var m matcher
	vars := p.vars()
	if len(vars) > 0 {
		m.vals = new(bindings)
		if t := e.resolve(vars, m.vals); t != isTrue {
			return t
		}
	}
	if last := len(p.fields) - 1; p.from == last && last == e.grammar.resource.fields-1 {
		return truthOf(m.match(&p.fields[last], e.about[p.start:])) // the only field with wildcards: nothing has to be cut
	}
	return truthOf(m.matchARN(p, e.arn()))
}

// unresolved reports whether a variable of the pattern has no value, for reports.
func (e *evaluator) unresolved(p *arnPattern) bool {
	var b bindings
	return p.kind == globGeneral && e.resolve(p.vars(), &b) == isFalse
}

// resolve finds the values of variables: false if one has none, also no
// default. A multivalued key is no value.
func (e *evaluator) resolve(vars []pattern.Piece, b *bindings) truth {
	b.reset(len(vars))
	t := isTrue
	for i := range vars {
		v, known := e.value(&vars[i])
		if known == isFalse {
			return isFalse
		}
		b.set(i, v)
		t = t.and(known)
	}
	return t
}

// value finds the value of one variable.
func (e *evaluator) value(variable *pattern.Piece) (string, truth) {
	v, ok := e.lookup(variable.Text)
	switch {
	case ok && !v.Multi:
		return v.One, isTrue
	case !ok && e.open:
		return "", isUnknown
	case variable.Has:
		return variable.Def, isTrue
	}
	return "", isFalse
}

// condition evaluates one key under one operator (IAM User Guide, "Condition
// operators" and "Multivalued context keys").
func (e *evaluator) condition(c *condition) truth {
	if c.resolved {
		return e.meets(c).and(e.conditionResolved(c))
	}
	return e.meets(c)
}

func (e *evaluator) conditionResolved(c *condition) truth {
	t := isTrue
	for i := range c.globs {
		t = t.and(e.resolved(c.globs[i].vars()))
	}
	return t
}

func (e *evaluator) meets(c *condition) truth {
	v, known := e.lookup(c.key)
	present := known && (!v.Multi || len(v.List) > 0)
	if c.class == classNull {
		return e.null(c, present, !known && e.open)
	}
	if !present {
		switch {
		case !known && e.open:
			return isUnknown
		case c.ifExists || c.set == setAll:
			return isTrue
		case c.set == setAny:
			return isFalse
		}
		return truthOf(c.negated)
	}
	if !v.Multi {
		return e.test(c, v.One)
	}
	switch c.set {
	case setAll:
		t := isTrue
		for _, one := range v.List {
			t = t.and(e.test(c, one))
		}
		return t
	case setAny:
		t := isFalse
		for _, one := range v.List {
			t = t.or(e.test(c, one))
		}
		return t
	}
	return isFalse // several values need a set operator
}

func (e *evaluator) null(c *condition, present, unknown bool) truth {
	switch {
	case c.set == setAll:
		return isTrue
	case c.set == setAny:
		return isFalse
	}
	for _, absent := range c.bools {
		if unknown {
			return isUnknown
		}
		if absent != present {
			return isTrue
		}
	}
	return isFalse
}

// test holds one value of the request against the values of the policy: some
// of them must match, or with a negated operator none. A value of the policy
// that cannot be read as its type is like none; so is a number or a date of the
// request. An address or ARN that cannot be read satisfies neither operator.
// AWS was observed to do so; see docs/decisions/031.
func (e *evaluator) test(c *condition, v string) truth {
	t, readable := e.compare(c, v)
	switch {
	case !readable && c.mistyped:
		return isFalse
	case !readable:
		return truthOf(c.negated && (c.class == classNumber || c.class == classDate))
	case c.negated && c.unread && c.class == classARN:
		return isFalse
	case c.negated:
		return t.not()
	}
	return t
}

func (e *evaluator) compare(c *condition, v string) (t truth, readable bool) {
	switch c.class {
	case classString, classFold, classLike:
		return e.compareText(c, v), true
	case classARN:
		return e.compareARN(c, v)
	case classNumber:
		d, ok := parseDecimal(v)
		for i := range c.numbers {
			t = t.or(truthOf(c.rel.holds(d.compare(c.numbers[i]))))
		}
		return t, ok
	case classDate:
		d, ok := parseDate(v)
		for i := range c.dates {
			t = t.or(truthOf(c.rel.holds(d.compare(c.dates[i]))))
		}
		return t, ok
	case classIP:
		a, ok := parseAddr(v)
		for i := range c.nets {
			t = t.or(truthOf(c.nets[i].Contains(a)))
		}
		return t, ok
	case classBool:
		b := isTrueText(v)
		for i := range c.bools {
			t = t.or(truthOf(c.bools[i] == b))
		}
		return t, b || !c.mistyped || pattern.FoldASCII(v) == "false"
	}
	raw, err := base64.StdEncoding.DecodeString(v)
	for i := range c.binaries {
		t = t.or(truthOf(c.binaries[i] == string(raw)))
	}
	return t, err == nil
}

func (e *evaluator) compareText(c *condition, v string) truth {
	if c.strings != nil {
		_, ok := c.strings[v]
		return truthOf(ok)
	}
	t := isFalse
	for i := range c.globs {
		if t = t.or(e.text(c, &c.globs[i], v)); t == isTrue {
			break
		}
	}
	return t
}

// text compares with one policy value. A variable without a value matches
// nothing; under a negated operator that makes the condition true.
func (e *evaluator) text(c *condition, g *glob, v string) truth {
	var m matcher
	vars := g.vars()
	if len(vars) == 0 {
		if c.class == classFold {
			return truthOf(sameFold(g.lit, v))
		}
		return truthOf(m.match(g, v))
	}
	var b bindings
	if t := e.resolve(vars, &b); t != isTrue {
		return t
	}
	if c.class == classFold {
		return truthOf(sameFold(bound(g.rest.segs[0].pieces, &b), v))
	}
	m.vals = &b
	return truthOf(m.match(g, v))
}

func bound(pieces []pattern.Piece, b *bindings) string {
	var s strings.Builder
	n := 0
	for _, p := range pieces {
		if p.Kind == pattern.Var {
			p.Text = b.get(n)
			n++
		}
		s.WriteString(p.Text)
	}
	return s.String()
}

func (e *evaluator) compareARN(c *condition, v string) (t truth, readable bool) {
	a := cutARN(v)
	if !a.ok {
		return isFalse, false
	}
	for i := range c.arns {
		if t = t.or(e.arnValue(&c.arns[i], &a)); t == isTrue {
			break
		}
	}
	return t, true
}

func (e *evaluator) arnValue(p *arnValue, a *arnText) truth {
	var m matcher
	if len(p.vars) == 0 {
		return truthOf(m.matchARNValue(p, a))
	}
	var b bindings
	if t := e.resolve(p.vars, &b); t != isTrue {
		return t
	}
	filled, ok := p.bind(&b)
	return truthOf(ok && m.matchARNValue(&filled, a))
}
