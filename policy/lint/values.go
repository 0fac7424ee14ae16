package lint

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfValues are about the values of conditions.
func rulesOfValues() []rule {
	return []rule{
		{code: "TYPE_MISMATCH_BOOLEAN", severity: Warning, statement: badBool,
			means: "Bool or Null has a value other than true and false, which counts as false.", fix: "Write \"true\" or \"false\"."},
		{code: "TYPE_MISMATCH_NUMBER", severity: Warning, statement: badNumber,
			means: "A numeric operator has a value that is no number; it is passed over.", fix: "Write digits, with a point if need be."},
		{code: "TYPE_MISMATCH_IP_RANGE", severity: Warning, statement: badAddress,
			means: "An address operator has a value that is no address and no range; it is passed over.", fix: "Write 192.0.2.0/24 or 2001:db8::/32."},
		{code: "TYPE_MISMATCH_STRING", severity: Warning, statement: badBinary,
			means: "BinaryEquals has a value that is not base64; it is passed over.", fix: "Write the bytes in base64, padded."},
		{code: "INVALID_DATE_VALUE", severity: Warning, statement: badDate,
			means: "A date is written in a form that is stored but cannot be compared.", fix: "Write YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ."},
		{code: "DATE_WITHOUT_ZONE", severity: Suggestion, statement: zoneless,
			means: "A date with a time has no zone. It is read as UTC, which AWS does not promise.", fix: "End it with Z."},
		{code: "UNUSUAL_NUMBER", severity: Suggestion, statement: unusualNumber,
			means: "A number has an exponent or a plus sign, which AWS does not document.", fix: "Write it out in digits."},
		{code: "INVALID_ARN_VALUE", severity: Warning, statement: badARN,
			means: "A value under an Arn operator is not an ARN of six fields; it is passed over.", fix: "Write arn:partition:service:region:account:resource."},
		{code: "ARN_LIKE_STAR", severity: Suggestion, statement: arnStar,
			means: "A value under an Arn operator is a star alone. It means every ARN here; AWS documents six fields.", fix: "Write arn:*:*:*:*:*, or ask with Null whether the key exists."},
		{code: "WILDCARD_WITHOUT_LIKE_OPERATOR", severity: Warning, statement: plainStar,
			means: "A value with a star or a question mark is compared letter by letter.", fix: "Use StringLike; or a value without them."},
		{code: "IMPROVE_IP_RANGE", severity: Suggestion, statement: looseRange,
			means: "A range has bits beyond its length, which are ignored.", fix: "Write the first address of the range."},
		{code: "INVALID_CONDITION_DATA_TYPE", severity: Warning, statement: mixedTypes,
			means: "The values of one key are of different JSON types.", fix: "Write them all as strings."},
	}
}

// eachValue calls f with every value under operators of a type. Values with variables are left out: they are known later.
func (s *statement) eachValue(typ policy.ValueType, f func(*policy.ConditionElement, policy.Token)) {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if c.Operator.Values != typ {
			continue
		}
		for _, v := range c.Values {
			if !strings.Contains(v.Text, "${") {
				f(c, v)
			}
		}
	}
}

func badBool(l *linter, s *statement) {
	for _, typ := range []policy.ValueType{policy.BoolValue, policy.PresenceValue} {
		s.eachValue(typ, func(c *policy.ConditionElement, v policy.Token) {
			if w := lower(v.Text); w != "true" && w != "false" {
				l.say(v, "%s counts as false under %s", clip(v.Text), c.Operator.Name)
			}
		})
	}
}

func badNumber(l *linter, s *statement) {
	s.eachValue(policy.NumberValue, func(c *policy.ConditionElement, v policy.Token) {
		if !policy.IsNumber(v.Text) {
			l.say(v, "%s is no number", clip(v.Text))
		}
	})
}

func unusualNumber(l *linter, s *statement) {
	s.eachValue(policy.NumberValue, func(c *policy.ConditionElement, v policy.Token) {
		if policy.IsNumber(v.Text) && strings.ContainsAny(v.Text, "eE+") {
			l.say(v, "%s may be read differently elsewhere", clip(v.Text))
		}
	})
}

func badAddress(l *linter, s *statement) {
	s.eachValue(policy.AddressValue, func(c *policy.ConditionElement, v policy.Token) {
		if !isRange(v.Text) {
			l.say(v, "%s is no address and no range", clip(v.Text))
		}
	})
}

// isRange reads what the engine reads; leading zeros, which it takes too, are nothing to write.
func isRange(s string) bool {
	text, length, ranged := strings.Cut(s, "/")
	if !policy.IsAddress(text) {
		return false
	}
	a, _ := netip.ParseAddr(text)
	bits, err := strconv.Atoi(length)
	return !ranged || err == nil && bits >= 0 && bits <= a.BitLen()
}

func looseRange(l *linter, s *statement) {
	s.eachValue(policy.AddressValue, func(c *policy.ConditionElement, v policy.Token) {
		if p, err := netip.ParsePrefix(v.Text); err == nil && p != p.Masked() {
			l.advise(v, "Write "+p.Masked().String()+".", "%s is the range %s", clip(v.Text), p.Masked())
		}
	})
}

func badBinary(l *linter, s *statement) {
	s.eachValue(policy.BinaryValue, func(c *policy.ConditionElement, v policy.Token) {
		if _, err := base64.StdEncoding.DecodeString(v.Text); err != nil {
			l.say(v, "%s is not base64", clip(v.Text))
		}
	})
}

func badDate(l *linter, s *statement) {
	s.eachValue(policy.DateValue, func(c *policy.ConditionElement, v policy.Token) {
		if !policy.IsDate(v.Text) {
			l.say(v, "%s cannot be compared", clip(v.Text))
		}
	})
}

func zoneless(l *linter, s *statement) {
	s.eachValue(policy.DateValue, func(c *policy.ConditionElement, v policy.Token) {
		_, clock, timed := strings.Cut(v.Text, "T")
		if timed && policy.IsDate(v.Text) && !strings.ContainsAny(clock, "Zz+-") {
			l.say(v, "%s has no zone", clip(v.Text))
		}
	})
}

func badARN(l *linter, s *statement) {
	s.eachValue(policy.ARNValue, func(c *policy.ConditionElement, v policy.Token) {
		if fields(v.Text) == nil && v.Text != "*" {
			l.say(v, "%s has not the six fields of an ARN", clip(v.Text))
		}
	})
}

func arnStar(l *linter, s *statement) {
	s.eachValue(policy.ARNValue, func(c *policy.ConditionElement, v policy.Token) {
		if v.Text == "*" {
			l.say(v, "the star stands for every ARN")
		}
	})
}

func plainStar(l *linter, s *statement) {
	for _, typ := range []policy.ValueType{policy.StringValue, policy.FoldedValue} {
		s.eachValue(typ, func(c *policy.ConditionElement, v policy.Token) {
			if wild(v.Text) {
				l.say(v, "%s takes %s letter by letter", c.Operator.Name, clip(v.Text))
			}
		})
	}
}

func mixedTypes(l *linter, s *statement) {
	for _, c := range s.Conditions {
		for _, v := range c.Values[min(1, len(c.Values)):] {
			if l.jsonType(v) != l.jsonType(c.Values[0]) {
				l.say(v, "%s is a %s, the first value a %s", clip(v.Text), l.jsonType(v), l.jsonType(c.Values[0]))
				break
			}
		}
	}
}

// jsonType is how a value is written.
func (l *linter) jsonType(v policy.Token) string {
	switch l.src[v.Start] {
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	}
	return "number"
}
