package lint

import (
	"slices"

	"github.com/daypass/daypass/policy"
)

// rulesOfConditions are about what a Condition element asks as a whole.
func rulesOfConditions() []rule {
	return []rule{
		{code: "EMPTY_ARRAY_CONDITION", severity: Suggestion, statement: emptyValues("", false),
			means: "A condition has no values: it is never met, or always when its operator is negated.", fix: "Name the values, or leave the condition out."},
		{code: "EMPTY_ARRAY_CONDITION_FORALLVALUES", severity: Suggestion, statement: emptyValues("ForAllValues", false),
			means: "A ForAllValues condition has no values: it is met only when the key is missing.", fix: "Ask with Null whether the key exists."},
		{code: "EMPTY_ARRAY_CONDITION_FORANYVALUE", severity: Suggestion, statement: emptyValues("ForAnyValue", false),
			means: "A ForAnyValue condition has no values: it is never met.", fix: "Name the values, or leave the statement out."},
		{code: "EMPTY_ARRAY_CONDITION_IFEXISTS", severity: Suggestion, statement: emptyValues("", true),
			means: "An IfExists condition has no values: it is met only when the key is missing.", fix: "Ask with Null whether the key exists."},
		{code: "EMPTY_OBJECT_CONDITION", severity: Suggestion, document: emptyBlocks,
			means: "A Condition element, or an operator in it, holds nothing and so asks nothing.", fix: "Leave it out, or add what was meant."},
		{code: "NULL_WITH_QUALIFIER", severity: Suggestion, statement: nullSet,
			means: "Null, which asks whether a key exists, has a set operator, which says nothing there.", fix: "Write Null alone."},
		{code: "INVALID_CONDITION_MULTIPLE_BOOLEAN", severity: Warning, statement: twoBooleans,
			means: "Bool or Null has several values; with both of them it says nothing.", fix: "Write one value."},
		{code: "CONDITION_NEVER_TRUE", severity: Warning, statement: neverTrue,
			means: "None of a condition's values can be read as its operator needs, so that the statement never matches.", fix: "Mend the values, or choose the operator of their type."},
		{code: "CONTRADICTING_CONDITIONS", severity: Warning, statement: contradiction,
			means: "Two conditions on one key cannot hold together, so that the statement never matches.", fix: "Drop one, or make two statements of it."},
	}
}

// emptyValues finds conditions without values, by operators of one form.
func emptyValues(set string, ifExists bool) func(*linter, *statement) {
	return func(l *linter, s *statement) {
		for _, c := range s.Conditions {
			if len(c.Values) == 0 && c.Operator.Set == set && (set != "" || c.Operator.IfExists == ifExists) {
				l.say(c.Key, "%s has no values to compare with under %s", clip(c.Key.Text), c.Operator.Name)
			}
		}
	}
}

func emptyBlocks(l *linter) {
	t := newTree([]byte(l.src))
	if t == nil {
		return
	}
	list, ok := t.root.member("Statement")
	if !ok {
		return
	}
	statements := list.value.items
	if list.value.kind == '{' {
		statements = []node{list.value}
	}
	for i := range min(len(statements), len(l.statements)) {
		l.at = &l.statements[i]
		c, ok := statements[i].member("Condition")
		if !ok {
			continue
		}
		if len(c.value.members) == 0 {
			l.say(policy.Token{Start: c.start, End: c.value.end}, "the Condition asks nothing")
		}
		for _, op := range c.value.members {
			if len(op.value.members) == 0 {
				l.say(policy.Token{Start: op.start, End: op.value.end}, "%s asks nothing", clip(op.name))
			}
		}
	}
	l.at = nil
}

func nullSet(l *linter, s *statement) {
	for _, c := range s.Conditions {
		if c.Operator.Values == policy.PresenceValue && c.Operator.Set != "" {
			l.say(c.Key, "%s says no more than Null", c.Operator.Name)
		}
	}
}

func twoBooleans(l *linter, s *statement) {
	for _, c := range s.Conditions {
		if (c.Operator.Values == policy.BoolValue || c.Operator.Values == policy.PresenceValue) && len(c.Values) > 1 {
			l.say(c.Values[1], "%s is compared with %d values", clip(c.Key.Text), len(c.Values))
		}
	}
}

// readable says whether a value can be compared by an operator. What holds a variable can.
func readable(typ policy.ValueType, v string) bool {
	if len(variables(v)) > 0 {
		return true
	}
	switch typ {
	case policy.NumberValue:
		return policy.IsNumber(v)
	case policy.DateValue:
		return policy.IsDate(v)
	case policy.AddressValue:
		return isRange(v)
	case policy.ARNValue:
		return v == "*" || fields(v) != nil
	}
	return true
}

func neverTrue(l *linter, s *statement) {
	for _, c := range s.Conditions {
		if len(c.Values) == 0 || c.Operator.Negated || c.Operator.IfExists || c.Operator.Set == "ForAllValues" {
			continue
		}
		if !slices.ContainsFunc(c.Values, func(v policy.Token) bool { return readable(c.Operator.Values, v.Text) }) {
			l.say(c.Key, "nothing meets %s here, so %s", c.Operator.Name, s.effectless())
		}
	}
}

// effectless is what follows from a statement that never matches.
func (s *statement) effectless() string {
	if s.denies() {
		return "this Deny denies nothing"
	}
	return "this Allow allows nothing"
}
