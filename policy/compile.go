package policy

import (
	"encoding/base64"
	"slices"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// Policy is a compiled document. It is immutable; any number of goroutines and
// Layers may share one.
type Policy struct {
	doc     *Document
	grammar *Grammar
	denies  []statement
	allows  []statement
	actions int // of all statements
	index   *index
}

// Document returns what the policy was compiled from.
func (p *Policy) Document() *Document { return p.doc }

// statement is a compiled statement. Its elements are tested in the order of
// their cost; what tests need stands together, before what only reports need.
type statement struct {
	effect      Effect
	anyAction   bool // "*"
	notAction   bool
	hasResource bool
	notResource bool
	everything  bool // every action and resource, unconditionally, and nothing of callers
	actions     []actionPattern
	resources   []arnPattern
	conditions  []condition
	principals  *principals
	// resolved: in this grammar, a resource whose variable has no value keeps
	// the statement from matching.
	resolved bool

	index    int
	src      *statementText
	pos, end Pos
}

// Compile makes the form that decides. Every value is typed, every pattern cut
// and every key folded here, once.
func (d *Document) Compile() *Policy {
	c := newCompiler(d)
	p := &Policy{doc: d, grammar: d.grammar, denies: make([]statement, 0, c.denies), allows: make([]statement, 0, len(d.statements)-c.denies)}
	for i := range d.statements {
		list := &p.allows
		if d.statements[i].effect == EffectDeny {
			list = &p.denies
		}
		*list = append(*list, statement{})
		c.statement(&(*list)[len(*list)-1], i)
	}
	p.actions = len(c.actions)
	p.index = newIndex([]Source{{Policy: p}}, indexFrom)
	return p
}

// compiler holds what the statements of a document are made of in one piece of
// memory each, to be cut up.
type compiler struct {
	doc        *Document
	at         cursor
	denies     int
	actions    []actionPattern
	resources  []arnPattern
	conditions []condition
}

func newCompiler(d *Document) *compiler {
	c := &compiler{doc: d, at: cursor{table: d.lines}}
	actions, resources, conditions := 0, 0, 0
	for i := range d.statements {
		s := &d.statements[i]
		if s.effect == EffectDeny {
			c.denies++
		}
		actions += len(s.actions.items)
		resources += len(s.resources.items)
		conditions += len(s.conditions)
	}
	c.actions = make([]actionPattern, 0, actions)
	c.resources = make([]arnPattern, 0, resources)
	c.conditions = make([]condition, 0, conditions)
	return c
}

func (c *compiler) statement(s *statement, index int) {
	d, src := c.doc, &c.doc.statements[index]
	*s = statement{
		index: index, effect: src.effect, src: src, pos: c.at.pos(src.pos), end: c.at.pos(src.end),
		notAction: src.actions.not, hasResource: src.resources.present, notResource: src.resources.not,
	}
	from := len(c.actions)
	for _, a := range src.actions.items {
		if a.s == "*" {
			s.anyAction = true
		}
		c.actions = append(c.actions, newActionPattern(a.s))
	}
	s.actions = slices.Clip(c.actions[from:])
	from = len(c.resources)
	for _, r := range src.resources.items {
		c.resources = append(c.resources, newARNPattern(r.s, &d.grammar.resource, d.variables))
	}
	s.resources = slices.Clip(c.resources[from:])
	if src.principals != nil {
		s.principals = newPrincipals(d.grammar, src.principals)
	}
	from = len(c.conditions)
	for i := range src.conditions {
		c.conditions = append(c.conditions, newCondition(&src.conditions[i], d, src.effect))
	}
	s.conditions = slices.Clip(c.conditions[from:])
	s.everything = s.anyAction && !s.notAction && len(s.resources) <= 1 && s.everywhere() && s.principals == nil && len(s.conditions) == 0
	s.resolved = d.grammar.deciding.unresolved && (s.effect == EffectAllow || s.notResource)
}

// condition is one key under one operator, its values typed. Only the list of
// its class is filled.
type condition struct {
	src      *conditionText
	class    opClass
	rel      relation
	negated  bool
	set      setOp
	ifExists bool
	key      string // folded
	unread   bool   // some policy value cannot be read as its type
	resolved bool   // in this grammar, a variable without a value keeps it from being true
	mistyped bool   // in this grammar, a value of the request that cannot be read satisfies nothing
	strings  map[string]struct{}
	globs    []glob
	arns     []arnValue
	numbers  []decimal
	dates    []instant
	nets     []prefix
	bools    []bool
	binaries []string
}

// manyStrings is where looking a text up beats comparing it with each.
const manyStrings = 8

func newCondition(src *conditionText, d *Document, effect Effect) condition {
	c := condition{
		src: src, class: src.op.class, rel: src.op.rel, negated: src.op.negated,
		set: src.set, ifExists: src.ifExists, key: FoldKey(src.key.s), mistyped: d.grammar.deciding.mistyped,
	}
	for _, v := range src.values {
		if !c.add(v.s, d.variables) {
			c.unread = true
		}
	}
	// Whether another value saves the condition is not documented: in a Deny it
	// does, in an Allow it does not.
	c.resolved = d.grammar.deciding.unresolved && (c.negated || effect == EffectAllow)
	c.index()
	return c
}

func (c *condition) add(v string, variables bool) (ok bool) {
	switch c.class {
	case classString, classFold, classLike:
		c.globs = append(c.globs, newGlob(c.src.op.affix.pieces(valuePieces(v, c.class == classLike && c.src.op.affix == affixNone, variables)), false))
		return true
	case classARN:
		a, ok := newARNValue(valuePieces(v, true, variables))
		if ok {
			c.arns = append(c.arns, a)
		}
		return ok
	case classNumber:
		d, ok := parseDecimal(v)
		if ok {
			c.numbers = append(c.numbers, d)
		}
		return ok
	case classDate:
		t, ok := parseDate(v)
		if ok {
			c.dates = append(c.dates, t)
		}
		return ok
	case classIP:
		n, ok := parsePrefix(v)
		if ok {
			c.nets = append(c.nets, prefix{n})
		}
		return ok
	case classBool, classNull:
		c.bools = append(c.bools, isTrueText(v))
		return true
	}
	raw, err := base64.StdEncoding.DecodeString(v)
	if err == nil {
		c.binaries = append(c.binaries, string(raw))
	}
	return err == nil
}

// pieces adds the star that the name of an operator stands for.
func (a affix) pieces(value []pattern.Piece) []pattern.Piece {
	star := []pattern.Piece{{Kind: pattern.Star}}
	switch a {
	case affixStart:
		return append(value, star...)
	case affixEnd:
		return append(star, value...)
	}
	return value
}

func valuePieces(v string, wild, variables bool) []pattern.Piece {
	if variables {
		pieces, _ := pattern.Template(v, wild) // Parse refused what cannot be read
		return pieces
	}
	if wild {
		return pattern.Parse(v)
	}
	if v == "" {
		return nil
	}
	return []pattern.Piece{{Kind: pattern.Text, Text: v}}
}

// index replaces a long list of plain strings by a set.
func (c *condition) index() {
	if c.class != classString || len(c.globs) < manyStrings {
		return
	}
	for i := range c.globs {
		if c.globs[i].kind != globExact {
			return
		}
	}
	c.strings = make(map[string]struct{}, len(c.globs))
	for i := range c.globs {
		c.strings[c.globs[i].lit] = struct{}{}
	}
	c.globs = nil
}
