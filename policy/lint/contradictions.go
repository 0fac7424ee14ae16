package lint

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/policy"
)

// maxConditions is how many conditions of a statement are compared with each other.
const maxConditions = 64

func contradiction(l *linter, s *statement) {
	for i := range min(len(s.Conditions), maxConditions) {
		for j := range i {
			a, b := &s.Conditions[j], &s.Conditions[i]
			if s.keys[i] != s.keys[j] || !l.spend(1+len(a.Values)*len(b.Values)) {
				continue
			}
			if excludes(a, b) || excludes(b, a) {
				l.say(b.Key, "%s and %s on %s cannot hold together: %s", a.Operator.Name, b.Operator.Name, clip(b.Key.Text), s.effectless())
				return
			}
		}
	}
}

// excludes says that no request meets both of two conditions on one key. a needs the key and a value it names; so what b says of a
// missing key does not matter.
func excludes(a, b *policy.ConditionElement) bool {
	if b.Operator.Values == policy.PresenceValue {
		return needsKey(a) && len(b.Values) == 1 && lower(b.Values[0].Text) == "true"
	}
	if !needsKey(a) || a.Operator.Set != "" || b.Operator.Set != "" || varies(a) || varies(b) {
		return false
	}
	switch {
	case a.Operator.Base == "StringEquals":
		return noneMeets(a, b)
	case a.Operator.Values == policy.BoolValue && b.Operator.Values == policy.BoolValue:
		return len(a.Values) == 1 && len(b.Values) == 1 && (lower(a.Values[0].Text) == "true") != (lower(b.Values[0].Text) == "true")
	}
	return disjoint(a, b)
}

// needsKey says that a condition never holds without its key.
func needsKey(c *policy.ConditionElement) bool {
	return !c.Operator.Negated && !c.Operator.IfExists && c.Operator.Set != "ForAllValues" && c.Operator.Values != policy.PresenceValue
}

func varies(c *policy.ConditionElement) bool {
	return slices.ContainsFunc(c.Values, func(v policy.Token) bool { return strings.Contains(v.Text, "${") })
}

// noneMeets says that of the texts a names none meets b.
func noneMeets(a, b *policy.ConditionElement) bool {
	if b.Operator.Values != policy.StringValue && b.Operator.Values != policy.PatternValue {
		return false
	}
	for _, v := range a.Values {
		like := b.Operator.Values == policy.PatternValue
		if like && (wild(v.Text) || !ascii(v.Text)) {
			return false // matches is about plain texts of ASCII letters
		}
		listed := slices.ContainsFunc(b.Values, func(w policy.Token) bool { return w.Text == v.Text || like && matches(w.Text, v.Text) })
		if listed != b.Operator.Negated {
			return false
		}
	}
	return len(a.Values) > 0
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// disjoint says that two comparisons by size leave no value: x < 5 and x > 10.
func disjoint(a, b *policy.ConditionElement) bool {
	if a.Operator.Values != b.Operator.Values || a.Operator.Values != policy.NumberValue && a.Operator.Values != policy.DateValue {
		return false
	}
	below, least, okA := bound(a)
	above, most, okB := bound(b)
	if !okA || !okB || below == above {
		return false
	}
	if below {
		least, most = most, least
	}
	strict := !strings.HasSuffix(a.Operator.Base, "Equals") || !strings.HasSuffix(b.Operator.Base, "Equals")
	return least > most || strict && least == most
}

// bound reads a condition such as NumericLessThan with one value.
func bound(c *policy.ConditionElement) (below bool, at float64, ok bool) {
	below = strings.Contains(c.Operator.Base, "LessThan")
	if len(c.Values) != 1 || c.Operator.Negated || !below && !strings.Contains(c.Operator.Base, "GreaterThan") {
		return false, 0, false
	}
	v := c.Values[0].Text
	if len(v) <= 15 { // so many digits a float64 holds exactly
		if at, err := strconv.ParseFloat(v, 64); err == nil && policy.IsNumber(v) && (c.Operator.Values == policy.NumberValue || len(v) > 4) {
			return below, at, true
		}
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, v); err == nil && c.Operator.Values == policy.DateValue {
			return below, float64(t.Unix()), true
		}
	}
	return false, 0, false
}
