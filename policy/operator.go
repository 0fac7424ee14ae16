package policy

import (
	"slices"
	"strings"
)

type operator struct {
	name    string
	class   opClass
	rel     relation
	negated bool
	affix   affix
}

// affix says that a value is compared with one end of the text: the star that
// the operator's name stands for.
type affix uint8

const (
	affixNone  affix = iota
	affixStart       // the text starts with the value
	affixEnd         // the text ends with it
)

type setPrefix struct {
	prefix string
	set    setOp
}

// opClass is the type of value an operator compares.
type opClass uint8

const (
	classString opClass = iota
	classFold           // string without case
	classLike           // string with wildcards
	classNumber
	classDate
	classBool
	classBinary
	classIP
	classARN
	classNull
)

// variables reports whether values of the class may hold variables.
func (c opClass) variables() bool {
	return c == classString || c == classFold || c == classLike || c == classARN
}

type relation uint8

const (
	relEqual relation = iota
	relLess
	relLessEqual
	relGreater
	relGreaterEqual
)

type setOp uint8

const (
	setNone setOp = iota
	setAll        // ForAllValues
	setAny        // ForAnyValue
)

// operator splits the name of a condition operator. The spelling must be exact.
func (g *Grammar) operator(name string) (op operator, set setOp, ifExists, ok bool) {
	for _, s := range g.sets {
		if rest, cut := strings.CutPrefix(name, s.prefix); cut {
			name, set = rest, s.set
			break
		}
	}
	if op, ok = g.operators[name]; ok {
		return op, set, false, true
	}
	rest, cut := strings.CutSuffix(name, g.ifExists)
	if !cut || g.ifExists == "" {
		return operator{}, 0, false, false
	}
	op, ok = g.operators[rest]
	if !ok || op.class == classNull {
		return operator{}, 0, false, false
	}
	return op, set, true, true
}

// operators puts lists of operators together.
func operators(lists ...[]operator) map[string]operator {
	m := make(map[string]operator)
	for _, o := range slices.Concat(lists...) {
		m[o.name] = o
	}
	return m
}

// ordered makes the six operators of a type that has an order.
func ordered(prefix string, class opClass) []operator {
	return append([]operator{
		{name: prefix + "Equals", class: class},
		{name: prefix + "NotEquals", class: class, negated: true},
	}, inequalities(prefix, class)...)
}

func inequalities(prefix string, class opClass) []operator {
	return []operator{
		{name: prefix + "LessThan", class: class, rel: relLess},
		{name: prefix + "LessThanEquals", class: class, rel: relLessEqual},
		{name: prefix + "GreaterThan", class: class, rel: relGreater},
		{name: prefix + "GreaterThanEquals", class: class, rel: relGreaterEqual},
	}
}

// equalities makes the string operators without wildcards.
func equalities() []operator {
	return []operator{
		{name: "StringEquals", class: classString},
		{name: "StringNotEquals", class: classString, negated: true},
		{name: "StringEqualsIgnoreCase", class: classFold},
		{name: "StringNotEqualsIgnoreCase", class: classFold, negated: true},
	}
}

func addresses() []operator {
	return []operator{
		{name: "IpAddress", class: classIP},
		{name: "NotIpAddress", class: classIP, negated: true},
	}
}
