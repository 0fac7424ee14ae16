package lint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/lint"
)

// example is a document that a rule speaks of, and one near it of which it does not. What the finding is about stands between « and ».
// A text that begins with "Effect" or another element of a statement is put into a document of one statement, one that begins with {
// into a list of statements.
type example struct {
	code    string
	use     policy.Use
	bad     string
	good    string
	options lint.Options
}

// document makes a whole document of an example, and finds the marks in it.
func document(s string) (src string, start, end int) {
	switch {
	case strings.HasPrefix(s, "raw:"):
		s = strings.TrimPrefix(s, "raw:")
	case strings.HasPrefix(strings.TrimLeft(s, "«"), "{"):
		s = `{"Version":"2012-10-17","Statement":[` + "\n  " + s + `]}`
	default:
		s = `{"Version":"2012-10-17",` + "\n  " + `"Statement":[{` + s + `}]}`
	}
	start = strings.Index(s, "«")
	s = strings.Replace(s, "«", "", 1)
	end = strings.Index(s, "»")
	return strings.Replace(s, "»", "", 1), start, end
}

func codes(findings []lint.Finding) []string {
	var all []string
	for i := range findings {
		all = append(all, findings[i].Code)
	}
	return all
}

func TestRules(t *testing.T) {
	had := map[string]bool{}
	for _, x := range examples() {
		had[x.code] = true
		t.Run(x.code, func(t *testing.T) {
			src, start, end := document(x.bad)
			findings, _ := lint.Read(policy.AWS(), x.use, []byte(src), x.options)
			at := slices.IndexFunc(findings, func(f lint.Finding) bool { return f.Code == x.code && f.Pos.Offset == start })
			if at < 0 {
				t.Fatalf("not found at %d in %s: %v", start, src, findings)
			}
			f := findings[at]
			if end >= 0 && f.End.Offset != end {
				t.Errorf("ends at %d, not at %d: %q", f.End.Offset, end, src[f.Pos.Offset:f.End.Offset])
			}
			line := 1 + strings.Count(src[:start], "\n")
			if column := start - strings.LastIndexByte(src[:start], '\n'); f.Pos.Line != line || f.Pos.Column != column {
				t.Errorf("at %d:%d, not at %d:%d", f.Pos.Line, f.Pos.Column, line, column)
			}
			if f.Message == "" || f.Suggestion == "" {
				t.Errorf("says too little: %+v", f)
			}
			src, _, _ = document(x.good)
			if findings, _ := lint.Read(policy.AWS(), x.use, []byte(src), x.options); slices.Contains(codes(findings), x.code) {
				t.Errorf("found in %s: %+v", src, findings)
			}
		})
	}
	for _, r := range lint.Rules() {
		if !had[r.Code] {
			t.Errorf("%s has no example", r.Code)
		}
	}
	for code := range had {
		if !lint.Known(code) {
			t.Errorf("there is no rule %s", code)
		}
	}
}

const repo = "token.actions.githubusercontent.com"

// words is a small vocabulary.
func words() lint.Options {
	return lint.Options{Account: "111122223333", Vocabulary: lint.Vocabulary{
		"iam": {Actions: []string{"CreateUser", "PassRole"}, Keys: []string{"PassedToService", "ResourceTag/"}},
		"sts": {Actions: []string{"AssumeRole"}},
	}}
}

func examples() []example {
	return slices.Concat(faultExamples(), documentExamples(), actionExamples(), resourceExamples(), principalExamples(), trustExamples(),
		conditionExamples(), valueExamples(), redundancyExamples())
}

const some = `"Effect":"Allow","Action":"s3:GetObject","Resource":"*"`

func documentExamples() []example {
	return []example{
		{code: "MISSING_VERSION", use: policy.Inline, bad: `raw:«{»"Statement":[{` + some + `}]}`, good: some},
		{code: "VARIABLE_UNSUPPORTED_IN_VERSION", use: policy.Inline,
			bad:  `raw:{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::b/${aws:username}"»}]}`,
			good: `"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"`},
		{code: "EMPTY_SID_VALUE", bad: `"Sid":«""»,` + some, good: `"Sid":"A",` + some},
		{code: "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", bad: `raw:«{»"Version":"2012-10-17","Statement":[{"Sid":"Something",` + some + "}]}", good: some, options: lint.Options{Quota: 96}},
		{code: "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", use: policy.Resource, bad: "raw:«{»\"Version\":\"2012-10-17\",\"Statement\":[{" + some + `}, {"Effect":"Deny",` + strings.TrimPrefix(some, `"Effect":"Allow",`) + "}]}",
			good: some, options: lint.Options{Quota: 120}},
		{code: "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", use: policy.Trust, options: lint.Options{Quota: 120},
			bad:  `raw:«{»"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["111122223333","444455556666"]},"Action":"sts:AssumeRole"}}`,
			good: `raw:{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`},
		{code: "POLICY_SIZE_EXCEEDS_SCP_QUOTA", use: policy.SCP, bad: `raw:«{»"Version":"2012-10-17","Statement":[{` + some + strings.Repeat(" ", 5100) + `}]}`, good: some},
		{code: "POLICY_SIZE_NEAR_QUOTA", bad: `raw:«{»"Version":"2012-10-17","Statement":[{` + some + `}]}`, good: strings.Replace(some, "GetObject", "*", 1), options: lint.Options{Quota: 98}},
		{code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", bad: `"Effect":"Allow","Action":«"s3:${aws:username}"»,"Resource":"*"`, good: `"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/${aws:username}"`},
		{code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", bad: `"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"StringEquals":{«"aws:PrincipalTag/${aws:username}"»:"x"}}`,
			good: `"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/x":"${aws:username}"}}`},
		{code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", use: policy.Resource, bad: `"Effect":"Deny","Principal":{"AWS":«"arn:aws:iam::111122223333:user/${aws:username}"»},"Action":"s3:*","Resource":"*"`,
			good: `"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/a"},"Action":"s3:*","Resource":"*"`},
		{code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3::${aws:PrincipalAccount}:b"»`, good: some},
		{code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", use: policy.SCP, bad: `"Sid":«"a ${aws:username}"»,` + some, good: `"Sid":"a",` + some},
		{code: "EMPTY_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::b/${}"»`, good: `"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:userid}"`},
		{code: "EMPTY_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::b/${ }"»`, good: some},
		{code: "NOT_RESOURCE_WITH_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","NotResource":«"arn:aws:s3:::b/${aws:username}/*"»`, good: `"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b/${aws:username, 'none'}/*"`},
		{code: "UNKNOWN_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::b/${aws:usernam}"»`, good: `"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/Team}"`},
	}
}

func actionExamples() []example {
	list := []example{
		{code: "INVALID_ACTION", options: words(), bad: `"Effect":"Allow","Action":["s3:Anything",«"iam:CreateUsr"»],"Resource":"*"`, good: `"Effect":"Deny","Action":["iam:createuser","s3:Anything","iam:C*"],"Resource":"*"`},
		{code: "INVALID_ACTION", options: words(), bad: `"Effect":"Deny","Action":«"iam:Delete*"»,"Resource":"*"`, good: `"Effect":"Deny","Action":"iam:Crea*","Resource":"*"`},
		{code: "INVALID_ACTION", bad: `"Effect":"Allow","Action":«"GetObject"»,"Resource":"*"`, good: some},
		{code: "INVALID_SERVICE_IN_ACTION", options: words(), bad: `"Effect":"Allow","Action":«"st:AssumeRole"»,"Resource":"*"`, good: `"Effect":"Allow","Action":["sns:Publish","sts:AssumeRole"],"Resource":"*"`},
		{code: "INVALID_SERVICE_IN_ACTION", bad: `"Effect":"Allow","Action":«"s3*:Get"»,"Resource":"*"`, good: some},
		{code: "ALLOW_WITH_NOT_ACTION", bad: `"Effect":"Allow",«"NotAction"»:"iam:*","Resource":"*"`, good: `"Effect":"Deny","NotAction":"iam:*","Resource":"*"`},
		{code: "WILDCARD_IN_SERVICE_NAME", bad: `"Effect":"Allow","Action":["*",«"*:Get*"»],"Resource":"*"`, good: `"Effect":"Allow","Action":"s3:Get*","Resource":"*"`},
		{code: "WILDCARD_IN_SERVICE_NAME", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s*:::b"»`, good: some},
		{code: "ALLOW_WITH_NOT_RESOURCE", bad: `"Effect":"Allow","Action":"s3:*",«"NotResource"»:"arn:aws:s3:::b"`, good: `"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::b"`},
		{code: "ASSUME_ROLE_WITH_STAR_IN_RESOURCE", bad: `"Effect":"Allow","Action":"sts:AssumeRole","Resource":«"arn:aws:iam::*:role/*"»`, good: `"Effect":"Allow","Action":"sts:AssumeRole","Resource":["arn:aws:iam::*:role/reader","arn:aws:iam::111122223333:role/*"]`},
		{code: "PRIVILEGE_ESCALATION", bad: `"Effect":"Allow","Action":["iam:GetUser",«"iam:Put*"»],"Resource":"*"`, good: `"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"arn:aws:iam::111122223333:user/app/*"`},
		{code: "PRIVILEGE_ESCALATION", bad: `"Effect":"Allow","Action":«"iam:CreateAccessKey"»,"Resource":"arn:aws:iam::111122223333:user/*"`,
			good: `{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"*"},{"Effect":"Deny","Action":"iam:Create*","Resource":"*"}`},
	}
	for _, of := range []struct{ code, action, key string }{{"PASS_ROLE_WITH_", "iam:PassRole", "iam:PassedToService"}, {"CREATE_SLR_WITH_", "iam:CreateServiceLinkedRole", "iam:AWSServiceName"}} {
		star := strings.Replace(of.action, "Role", "Ro*", 1)
		condition := fmt.Sprintf(`,"Condition":{"StringEquals":{%q:"a.example"}}`, of.key)
		list = append(list,
			example{code: of.code + "STAR_IN_RESOURCE", bad: `"Effect":"Allow","Action":"` + of.action + `","Resource":«"*"»`, good: `"Effect":"Allow","Action":"` + of.action + `","Resource":"*"` + condition},
			example{code: of.code + "STAR_IN_ACTION_AND_RESOURCE", bad: `"Effect":"Allow","Action":"` + star + `","Resource":«"arn:aws:iam::111122223333:*"»`, good: `"Effect":"Allow","Action":"` + star + `","Resource":"arn:aws:iam::111122223333:role/app-*"`},
			example{code: of.code + "STAR_IN_RESOURCE_AND_NOTACTION", bad: `"Effect":"Allow","NotAction":"s3:*","Resource":«"*"»`, good: `"Effect":"Allow","NotAction":"iam:*","Resource":"*"`},
			example{code: of.code + "NOTRESOURCE", bad: `"Effect":"Allow","Action":«"` + of.action + `"»,"NotResource":"arn:aws:iam::111122223333:role/a"`, good: `"Effect":"Deny","Action":"` + of.action + `","NotResource":"arn:aws:iam::111122223333:role/a"`},
			example{code: of.code + "STAR_IN_ACTION_AND_NOTRESOURCE", bad: `"Effect":"Allow","Action":«"` + star + `"»,"NotResource":"arn:aws:iam::111122223333:role/a"`, good: `"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:iam::111122223333:role/a"`},
			example{code: of.code + "NOTACTION_AND_NOTRESOURCE", bad: `"Effect":"Allow",«"NotAction"»:"s3:*","NotResource":"arn:aws:iam::111122223333:role/a"`, good: `"Effect":"Allow","NotAction":"iam:*","NotResource":"arn:aws:iam::111122223333:role/a"`},
		)
	}
	return list
}

func resourceExamples() []example {
	on := func(resource string) string { return `"Effect":"Allow","Action":"a:B","Resource":` + resource }
	return []example{
		{code: "ARN_REGION_NOT_ALLOWED", bad: on(`«"arn:aws:sts:us-east-1:111122223333:assumed-role/a/b"»`), good: on(`"arn:aws:ec2:us-east-1:111122223333:instance/i"`)},
		{code: "ARN_REGION_NOT_ALLOWED", bad: on(`«"arn:aws:iam:us-east-1:111122223333:role/b"»`), good: on(`"arn:aws:iam::111122223333:role/b"`)},
		{code: "ARN_ACCOUNT_NOT_ALLOWED", bad: on(`«"arn:aws:s3::111122223333:b"»`), good: on(`"arn:aws:s3:us-east-1:111122223333:accesspoint/a"`)},
		{code: "INVALID_ARN_ACCOUNT", bad: on(`«"arn:aws:sqs:us-east-1:12345:q"»`), good: on(`["arn:aws:iam::aws:policy/P","arn:aws:sqs:us-east-1:1111*:q"]`)},
		{code: "INVALID_ARN_SERVICE_CASE", bad: on(`«"arn:aws:SQS:us-east-1:111122223333:q"»`), good: on(`"arn:aws:sqs:us-east-1:111122223333:Q"`)},
		{code: "STAR_ENDS_ARN_FIELD", bad: on(`«"arn:aws:sqs:us-*:111122223333:q"»`), good: on(`["arn:aws:sqs:*:*:q*","arn:aws:sqs:us-*-1:111122223333:q"]`)},
		{code: "WILDCARD_IN_RESOURCE_TYPE", bad: on(`«"arn:aws:iam::111122223333:u*r/a"»`), good: on(`["arn:aws:iam::111122223333:user/*","arn:aws:iam::111122223333:*"]`)},
	}
}

func redundancyExamples() []example {
	allow := func(actions, resources string) string {
		return fmt.Sprintf(`"Effect":"Allow","Action":%s,"Resource":%s`, actions, resources)
	}
	return []example{
		{code: "REDUNDANT_ACTION", bad: allow(`[«"s3:getobject"»,"s3:Get*"]`, `"*"`), good: allow(`["s3:PutObject","s3:Get*"]`, `"*"`)},
		{code: "REDUNDANT_ACTION", bad: allow(`["s3:GetObject",«"S3:GetObject"»]`, `"*"`), good: allow(`["s3:Get*","s3:*Object"]`, `"*"`)},
		{code: "REDUNDANT_RESOURCE", bad: allow(`"s3:*"`, `["arn:aws:s3:::b/*",«"arn:aws:s3:::b/${aws:username}/*"»]`), good: allow(`"s3:*"`, `["arn:aws:s3:::b/*","arn:aws:s3:::b"]`)},
		{code: "REDUNDANT_RESOURCE", bad: allow(`"a:B"`, `["arn:aws:a:*:*:x",«"arn:aws:a:eu*:1111?:x"»]`), good: allow(`"a:B"`, `["arn:aws:a:e*u:*:x","arn:aws:a:e:u:1:x"]`)},
		{code: "REDUNDANT_CONDITION_VALUE_NUM", bad: some + `,"Condition":{"NumericLessThan":{"a:b":["1",«"2"»]}}`, good: some + `,"Condition":{"NumericEquals":{"a:b":["1","2"]}}`},
		{code: "REDUNDANT_STATEMENT",
			bad:  `{"Effect":"Allow","Action":"s3:*","Resource":"*"},«{"Sid":"X","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b","Condition":{"Bool":{"aws:SecureTransport":"true"}}}»`,
			good: `{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}},{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b"}`},
		{code: "REDUNDANT_STATEMENT", use: policy.Resource,
			bad:  `«{"Effect":"Allow","Principal":{"AWS":"111122223333"},"NotAction":["s3:Get*","s3:P*"],"Resource":"*"}»,{"Effect":"Allow","Principal":{"AWS":["111122223333","444455556666"]},"NotAction":"s3:GetObject","Resource":"*"}`,
			good: `{"Effect":"Allow","Principal":{"AWS":"111122223333"},"NotAction":"s3:G","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"444455556666"},"NotAction":"s3:G","Resource":"*"}`},
		{code: "DENY_HIDES_ALLOW",
			bad:  `{"Effect":"Deny","Action":"s3:*","Resource":"*"},«{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b"}»`,
			good: `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b"}`},
		{code: "LINT_INCOMPLETE", use: policy.Session, bad: `raw:«{»"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[` + strings.Join(stars(400), ",") + `],"Resource":"*"}]}`, good: some},
	}
}

// stars are patterns that take long to compare, and of which none covers another.
func stars(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`"s3:*a*b*c*d*e*f*g*h%03d"`, i))
	}
	return all
}
