package question_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// Nothing an author can write makes a question endless: where the bound is
// reached, the answer is perhaps, with the reason.
func TestBounds(t *testing.T) {
	repeat := func(n int, each func(i int) string) string {
		var parts []string
		for i := range n {
			parts = append(parts, each(i))
		}
		return strings.Join(parts, ",")
	}
	letter := func(i int) string { return string(rune('a' + i%26)) }
	for _, c := range []struct {
		what, old, new string
		steps          int
		want           question.Answer
	}{
		{"stars that can share a text in many ways", allow("s3:*", "arn:aws:s3:::"+strings.Repeat("*a", 20)+"*b"),
			allow("s3:*", "arn:aws:s3:::"+strings.Repeat("*a", 21)+"*b"), 0, question.Never},
		{"resources that overlap in all ways", repeat(40, func(i int) string { return allow("s3:*", "arn:aws:s3:::*"+letter(i)+letter(i/3)+"*") }),
			repeat(40, func(i int) string { return allow("s3:*", "arn:aws:s3:::*"+letter(i)+letter(i/3)+"?*") }), 200_000, question.Perhaps},
		{"actions that overlap in all ways", repeat(40, func(i int) string { return allow("s3:*"+letter(i)+letter(i/3)+"*", "*") }),
			repeat(40, func(i int) string { return allow("s3:*"+letter(i)+letter(i/3)+"?*", "*") }), 200_000, question.Perhaps},
		{"two hundred statements, each narrower", repeat(200, func(i int) string { return allow(fmt.Sprintf("s%d:*", i), fmt.Sprintf("arn:aws:s%d:::b/*", i)) }),
			repeat(200, func(i int) string { return allow(fmt.Sprintf("s%d:Get*", i), fmt.Sprintf("arn:aws:s%d:::b/x*", i)) }), 0, question.Never},
		{"two hundred statements, one of them wider", repeat(200, func(i int) string { return allow(fmt.Sprintf("s%d:*", i), fmt.Sprintf("arn:aws:s%d:::b/*", i)) }),
			repeat(200, func(i int) string {
				return allow(fmt.Sprintf("s%d:*", i), fmt.Sprintf("arn:aws:s%d:::b%s*", i, "/*"[:(i+1)%200%2]))
			}), 0, question.Sometimes},
		{"thirty keys, one condition more", repeat(30, func(i int) string { return allow("*", "*", when(fmt.Sprintf(`{"StringEquals":{"k%d":"a"}}`, i))) }),
			repeat(30, func(i int) string {
				return allow("*", "*", when(fmt.Sprintf(`{"StringEquals":{"k%d":"a","j":"b"}}`, i)))
			}), 0, question.Never},
		{"thirty keys in one statement, one condition less", allow("*", "*", when(`{"StringEquals":{`+repeat(30, func(i int) string { return fmt.Sprintf(`"k%d":"a"`, i) })+`}}`)),
			allow("*", "*", when(`{"StringEquals":{`+repeat(29, func(i int) string { return fmt.Sprintf(`"k%d":"a"`, i) })+`}}`)), 0, question.Sometimes},
		{"pairs of thirty keys", repeat(30, func(i int) string {
			return allow("*", "*", when(fmt.Sprintf(`{"StringEquals":{"k%d":"a","k%d":"b"}}`, i, (i*7+1)%30)))
		}),
			repeat(30, func(i int) string {
				return allow("*", "*", when(fmt.Sprintf(`{"StringLike":{"k%d":"a*","k%d":"b"},"StringNotLike":{"k%d":"a?*"}}`, i, (i*7+1)%30, i)))
			}), 2_000_000, question.Never},
		{"lists of many kinds", allow("*", "*", when(`{"ForAnyValue:StringEquals":{"k":["`+strings.Join(strings.Split("abcdefghijklmnopqrstuvwxyz", ""), `","`)+`"]}}`)),
			repeat(26, func(i int) string { return allow("*", "*", when(`{"ForAnyValue:StringEquals":{"k":"`+letter(i)+`"}}`)) }), 2_000_000, question.Perhaps},
		{"values that are compared with thousands", allow("*", "*", when(`{"NumericEquals":{"k":[`+repeat(2000, strconv.Itoa)+`]}}`)),
			allow("*", "*", when(`{"NumericEquals":{"k":"5000"}}`)), 500_000, question.Perhaps},
		{"lists that are compared with thousands", "", repeat(10, func(i int) string {
			return deny("*", "*", when(`{"ForAnyValue:NumericEquals":{"k":[`+repeat(200, func(j int) string { return strconv.Itoa(1000*i + j) })+`]}}`))
		}) + "," + allow("*", "*", when(`{"ForAllValues:NumericLessThan":{"k":"50"},"ForAnyValue:NumericGreaterThan":{"k":"60"}}`)), 500_000, question.Perhaps},
	} {
		if d := diff(t, policy.Managed, c.old, c.new, question.Bound{Steps: c.steps}); d.Grants != c.want {
			t.Errorf("%s: %s, want %s%s", c.what, d.Grants, c.want, show(d))
		}
	}
}

// A bound that does not suffice never makes it "never".
func TestSmallBounds(t *testing.T) {
	for steps := 1; steps < 4000; steps = steps*3/2 + 1 {
		d := diff(t, policy.Managed, allow("s3:*", "arn:aws:s3:::b/*"), allow("s3:*", "arn:aws:s3:::b*"), question.Bound{Steps: steps})
		if d.Grants == question.Never {
			t.Errorf("never, with %d steps", steps)
		}
		if d = diff(t, policy.Managed, allow("s3:*", "*"), allow("s3:*", "arn:aws:s3:::b*"), question.Bound{Steps: steps}); d.Grants == question.Sometimes {
			t.Errorf("sometimes, with %d steps", steps)
		}
	}
}

// realistic is a set of statements as accounts have them; the one at wider
// allows more than it would.
func realistic(n, wider int) string {
	svcs := []string{"s3", "ec2", "sqs", "sns", "dynamodb", "lambda", "kms", "logs", "glue", "athena"}
	var parts []string
	for i := range n {
		s := svcs[i%len(svcs)]
		res := fmt.Sprintf("arn:aws:%s:eu-central-1:111122223333:team-%d/*", s, i/len(svcs))
		act := []string{s + ":Get*", s + ":List*", s + ":Describe*", s + ":Put*", s + ":*"}[i%5]
		var cond string
		switch i % 7 {
		case 1:
			cond = when(`{"StringEquals":{"aws:PrincipalTag/team":"${aws:ResourceTag/team}"}}`)
		case 2:
			cond = when(`{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","192.168.0.0/16"]},"Bool":{"aws:SecureTransport":"true"}}`)
		case 3:
			res = fmt.Sprintf("arn:aws:%s:eu-central-1:111122223333:home/${aws:username}/t%d/*", s, i)
		case 4:
			cond = when(`{"StringLike":{"aws:RequestedRegion":["eu-*","us-east-1"]},"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}`)
		case 5:
			cond = when(`{"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost","env"]},"StringEquals":{"aws:RequestTag/env":["dev","test"]}}`)
		}
		eff := "Allow"
		if i%10 == 9 {
			eff = "Deny"
		}
		if s == "s3" {
			res = strings.Replace(res, ":eu-central-1:111122223333:", ":::", 1)
		}
		if i == wider {
			act = s + ":*"
			cond = ""
		}
		if cond != "" {
			parts = append(parts, statement(eff, act, res, cond))
		} else {
			parts = append(parts, statement(eff, act, res))
		}
	}
	parts = append(parts, `{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/admin"}}}`)
	parts = append(parts, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`)
	return strings.Join(parts, ",")
}

// Policies as they are written are answered far within the bound.
func TestRealisticPolicies(t *testing.T) {
	for _, c := range []struct {
		statements int
		bound      question.Bound
	}{{10, question.Bound{Steps: 200_000}}, {50, question.Bound{Steps: 500_000}}, {200, question.Bound{Steps: 4_000_000}}} {
		old, wider := realistic(c.statements, -1), realistic(c.statements, 3)
		if d := diff(t, policy.Managed, old, wider, c.bound); d.Grants != question.Sometimes || len(d.Doubts) > 0 {
			t.Errorf("%d statements, one wider: %s%s", c.statements, d.Grants, show(d))
		}
		if d := diff(t, policy.Managed, wider, old, c.bound); d.Grants != question.Never {
			t.Errorf("%d statements, one narrower: %s%s", c.statements, d.Grants, show(d))
		}
	}
}
