package policy

import (
	"encoding/base64"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// Policy is a compiled document. It is immutable; any number of goroutines and
// Layers may share one.
type Policy struct {
	doc    *Document
	denies []statement
	allows []statement
}

// Document returns what the policy was compiled from.
func (p *Policy) Document() *Document { return p.doc }

// statement is a compiled statement. Its elements are tested in the order of
// their cost.
type statement struct {
	index       int
	effect      Effect
	src         *statementText
	pos, end    Pos
	anyAction   bool // "*"
	notAction   bool
	actions     []glob
	resources   []arnPattern
	hasResource bool
	notResource bool
	principals  *principals
	conditions  []condition
}

// Compile makes the form that decides. Every value is typed, every pattern cut
// and every key folded here, once.
func (d *Document) Compile() *Policy {
	p := &Policy{doc: d}
	for i := range d.statements {
		src := &d.statements[i]
		s := statement{
			index: i, effect: src.effect, src: src,
			pos: d.lines.pos(src.pos), end: d.lines.pos(src.end),
			notAction: src.actions.not, hasResource: src.resources.present, notResource: src.resources.not,
		}
		for _, a := range src.actions.items {
			if a.s == "*" {
				s.anyAction = true
			}
			s.actions = append(s.actions, newGlob(pattern.Parse(a.s), true))
		}
		for _, r := range src.resources.items {
			s.resources = append(s.resources, newARNPattern(r.s, d.variables))
		}
		if src.principals != nil {
			s.principals = newPrincipals(src.principals)
		}
		for j := range src.conditions {
			s.conditions = append(s.conditions, newCondition(&src.conditions[j], d.variables))
		}
		if s.effect == EffectDeny {
			p.denies = append(p.denies, s)
		} else {
			p.allows = append(p.allows, s)
		}
	}
	return p
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

func newCondition(src *conditionText, variables bool) condition {
	c := condition{
		src: src, class: src.op.class, rel: src.op.rel, negated: src.op.negated,
		set: src.set, ifExists: src.ifExists, key: FoldKey(src.key.s),
	}
	for _, v := range src.values {
		if !c.add(v.s, variables) {
			c.unread = true
		}
	}
	c.index()
	return c
}

func (c *condition) add(v string, variables bool) (ok bool) {
	switch c.class {
	case classString, classFold, classLike:
		c.globs = append(c.globs, newGlob(valuePieces(v, c.class == classLike, variables), false))
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
