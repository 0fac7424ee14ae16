package question_test

import (
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// Conditions: whether the second one holds for a request that the first does
// not hold for.
func TestDiffOfConditions(t *testing.T) {
	for _, c := range []struct {
		what, old, new string
		want           question.Answer
	}{
		{"the same values in another order", `{"StringEquals":{"k":["a","b"]}}`, `{"StringEquals":{"K":["b","a"]}}`, question.Never},
		{"fewer values", `{"StringEquals":{"k":["a","b"]}}`, `{"StringEquals":{"k":"b"}}`, question.Never},
		{"more values", `{"StringEquals":{"k":"b"}}`, `{"StringEquals":{"k":["a","b"]}}`, question.Sometimes},
		{"a pattern for its values", `{"StringLike":{"k":"a*"}}`, `{"StringEquals":{"k":["a","ab"]}}`, question.Never},
		{"values for a pattern", `{"StringEquals":{"k":["a","ab"]}}`, `{"StringLike":{"k":"a*"}}`, question.Sometimes},
		{"patterns in parts", `{"StringLike":{"k":"a*"}}`, `{"StringLike":{"k":["a","a?*"]}}`, question.Never},
		{"without case", `{"StringEqualsIgnoreCase":{"k":"key"}}`, "{\"StringEquals\":{\"k\":[\"KEY\",\"\u212aey\"]}}", question.Never},
		{"one condition more", `{"StringEquals":{"k":"a"}}`, `{"StringEquals":{"k":"a","j":"b"}}`, question.Never},
		{"one condition less", `{"StringEquals":{"k":"a","j":"b"}}`, `{"StringEquals":{"k":"a"}}`, question.Sometimes},
		{"another key", `{"StringEquals":{"k":"a"}}`, `{"StringEquals":{"j":"a"}}`, question.Sometimes},
		{"IfExists", `{"StringEquals":{"k":"a"}}`, `{"StringEqualsIfExists":{"k":"a"}}`, question.Sometimes},
		{"IfExists with Null", `{"StringEquals":{"k":"a"}}`, `{"StringEqualsIfExists":{"k":"a"},"Null":{"k":"false"}}`, question.Never},
		{"ForAllValues is true of nothing", `{"StringEquals":{"k":"a"}}`, `{"ForAllValues:StringEquals":{"k":"a"}}`, question.Sometimes},
		{"some of more", `{"ForAnyValue:StringEquals":{"k":["a","b"]}}`, `{"ForAnyValue:StringEquals":{"k":["b"]}}`, question.Never},
		{"all and some", `{"ForAnyValue:StringEquals":{"k":"a"}}`, `{"ForAllValues:StringEquals":{"k":"a"},"Null":{"k":"false"}}`, question.Never},
		{"some and all", `{"ForAllValues:StringEquals":{"k":"a"}}`, `{"ForAnyValue:StringEquals":{"k":"a"}}`, question.Sometimes},
		{"two of two", `{"ForAnyValue:StringEquals":{"k":"a"}}`, `{"ForAnyValue:StringEquals":{"k":"b"},"ForAllValues:StringEquals":{"k":["a","b"]}}`, question.Sometimes},
		{"a list holds no condition", `{"StringNotEquals":{"k":"a"}}`, `{"ForAnyValue:StringNotEquals":{"k":"a"}}`, question.Sometimes},
		{"a smaller range", `{"IpAddress":{"k":"10.0.0.0/8"}}`, `{"IpAddress":{"k":["10.1.0.0/16","10.2.3.4"]}}`, question.Never},
		{"a larger range", `{"IpAddress":{"k":"10.1.0.0/16"}}`, `{"IpAddress":{"k":"10.0.0.0/8"}}`, question.Sometimes},
		{"halves of a range", `{"IpAddress":{"k":"10.0.0.0/8"}}`, `{"IpAddress":{"k":["10.0.0.0/9","10.128.0.0/9"]}}`, question.Never},
		{"a range of halves", `{"IpAddress":{"k":["10.0.0.0/9","10.128.0.0/9"]}}`, `{"IpAddress":{"k":"10.0.0.0/8"}}`, question.Never},
		{"the other version", `{"IpAddress":{"k":"0.0.0.0/0"}}`, `{"IpAddress":{"k":"::/0"}}`, question.Sometimes},
		{"outside a range", `{"IpAddress":{"k":["0.0.0.0/1","128.0.0.0/1","::/0"]}}`, `{"NotIpAddress":{"k":"10.0.0.0/8"},"Null":{"k":"false"}}`, question.Never},
		{"a lower bound", `{"NumericLessThan":{"k":"10"}}`, `{"NumericLessThanEquals":{"k":"9.5"}}`, question.Never},
		{"just above", `{"NumericLessThan":{"k":"10"}}`, `{"NumericLessThanEquals":{"k":"10"}}`, question.Sometimes},
		{"between neighbours", `{"NumericEquals":{"k":["010","1.1e1"]}}`, `{"NumericGreaterThanEquals":{"k":"10"},"NumericLessThanEquals":{"k":"11"}}`, question.Sometimes},
		{"what is no number", `{"NumericLessThan":{"k":"1"}}`, `{"NumericNotEquals":{"k":"1"}}`, question.Sometimes},
		{"later", `{"DateGreaterThan":{"k":"2026-01-01"}}`, `{"DateGreaterThan":{"k":"2026-01-02T00:00:00+01:00"}}`, question.Never},
		{"earlier", `{"DateGreaterThan":{"k":"2026-01-01"}}`, `{"DateGreaterThanEquals":{"k":"2026-01-01"}}`, question.Sometimes},
		{"an instant", `{"DateEquals":{"k":["2026-01-01T00:00:00Z","2026-01-01T00:00:00.000000001Z"]}}`,
			`{"DateGreaterThanEquals":{"k":"2026-01-01"},"DateLessThan":{"k":"2026-01-01T00:00:00.000000002Z"}}`, question.Never},
		{"true and not false", `{"Bool":{"k":"true"}}`, `{"StringEqualsIgnoreCase":{"k":"true"}}`, question.Never},
		{"false and not true", `{"Bool":{"k":"false"}}`, `{"StringNotEquals":{"k":["true","TRUE"]},"Null":{"k":"false"}}`, question.Sometimes},
		{"bytes", `{"BinaryEquals":{"k":["YQ==","Yg=="]}}`, `{"BinaryEquals":{"k":"Yg=="}}`, question.Never},
		{"other bytes", `{"BinaryEquals":{"k":"YQ=="}}`, `{"BinaryEquals":{"k":"Yg=="}}`, question.Sometimes},
		{"an ARN as text", `{"StringLike":{"k":"arn:aws:sns:*"}}`, `{"ArnLike":{"k":"arn:aws:sns:*:*:t"}}`, question.Never},
		{"a text as ARN", `{"ArnLike":{"k":"arn:aws:sns:*:*:t"}}`, `{"StringLike":{"k":"arn:aws:sns:*:t"}}`, question.Sometimes},
		{"no ARN", `{"ArnLike":{"k":"*"}}`, `{"StringLike":{"k":"*"}}`, question.Sometimes},
		{"a variable", `{"StringEquals":{"k":"${aws:username}"}}`, `{"StringEquals":{"k":"${aws:username}","j":"a"}}`, question.Never},
		{"a variable among values", `{"StringEquals":{"k":["a","${aws:username}"]}}`, `{"StringEquals":{"k":"${aws:username}"}}`, question.Never},
		{"a variable in a pattern", `{"StringLike":{"k":"home/${aws:username}/*"}}`, `{"StringLike":{"k":"home/${aws:username}/a/*"}}`, question.Never},
		{"a pattern with a variable less", `{"StringLike":{"k":"home/${aws:username}/a/*"}}`, `{"StringLike":{"k":"home/${aws:username}/*"}}`, question.Sometimes},
		{"a variable for its pattern", `{"StringLike":{"k":"home/*"}}`, `{"StringEquals":{"k":"home/${aws:username}"}}`, question.Never},
		{"two variables", `{"StringEquals":{"k":"${a}","j":"${a}"}}`, `{"StringEquals":{"k":"${a}"}}`, question.Sometimes},
		{"a variable without a value", `{"StringNotEquals":{"k":"${a}"}}`, `{"StringNotEqualsIfExists":{"k":"${a}"}}`, question.Never},
		{"not a variable", `{"StringEquals":{"k":"${a}"}}`, `{"StringNotEquals":{"k":"${a}"}}`, question.Sometimes},
		{"an ARN with a variable", `{"ArnLike":{"k":"arn:aws:sns:*:*:${a}"}}`, `{"ArnLike":{"k":"arn:aws:sns:*:*:${a}"},"Null":{"b":"true"}}`, question.Never},
		{"texts and numbers", `{"NumericLessThan":{"k":"10"}}`, `{"StringEquals":{"k":"9"}}`, question.Perhaps},
		{"texts and numbers, shown", `{"NumericLessThan":{"k":"10"}}`, `{"StringEquals":{"k":"11"}}`, question.Sometimes},
	} {
		const a, r = "s3:GetObject", "arn:aws:s3:::b/*"
		d := diff(t, policy.Managed, allow(a, r, when(c.old)), allow(a, r, when(c.new)), question.Bound{})
		if d.Grants != c.want {
			t.Errorf("%s: %s, want %s%s", c.what, d.Grants, c.want, show(d))
		}
		// A Deny with the condition is the other way around, whatever else applies.
		d = diff(t, policy.SCP, allow("*", "*")+","+deny(a, r, when(c.new)), allow("*", "*")+","+deny(a, r, when(c.old)), question.Bound{})
		if d.Grants != c.want {
			t.Errorf("%s, in a Deny: %s, want %s%s", c.what, d.Grants, c.want, show(d))
		}
	}
}

// A pattern that no statement of the action asks about says nothing.
func TestDiffWithAVariableThatOtherActionsAskAbout(t *testing.T) {
	old := `{"Effect":"Allow","NotAction":"*","Resource":"*","Condition":{"StringNotLike":{"v":"${v}"}}},` + allow("s3:Get*", "arn:aws:s3:::b/*")
	new := allow("s3:*", "arn:aws:s3:::b/${v}", when(`{"ForAllValues:StringEquals":{"v":"${v}"}}`))
	if d := diff(t, policy.Managed, old, new, question.Bound{}); d.Grants != question.Sometimes {
		t.Errorf("%s%s", d.Grants, show(d))
	}
}
