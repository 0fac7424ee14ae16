package policy_test

import (
	"fmt"
	"testing"

	"github.com/daypass/daypass/policy"
)

func TestActions(t *testing.T) {
	for _, c := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "s3:GetObject", true},
		{"s3:*", "S3:getobject", true},
		{"S3:GETOBJECT", "s3:GetObject", true},
		{"s3:Get*", "s3:PutObject", false},
		{"*:Get*", "s3:GetObject", true},
		{"*:*", "s3:GetObject", true},
		{"s3:*Object", "s3:GetObjectAcl", false},
		{"s3:*t*j*", "s3:GetObject", true},
		{"s3:*o?je*", "s3:GetObject", true},
		{"s3:?etObject", "s3:GetObject", true},
		{"s3:GetObject?", "s3:GetObject", false},
		{"s3:GetObject", "s3:GetObjec", false},
		{"kms:Decrypt", "\u212ams:Decrypt", false},
	} {
		r := getObject(alice(), nil)
		r.Action = c.action
		if got := verdict(t, identity(t, statement("Allow", c.pattern, "*", "")), r) == policy.Allow; got != c.want {
			t.Errorf("%s against %s: %v", c.pattern, c.action, got)
		}
		not := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":%q,"Resource":"*"}}`, c.pattern)
		if got := verdict(t, identity(t, not), r) == policy.Allow; got == c.want {
			t.Errorf("NotAction %s against %s: %v", c.pattern, c.action, got)
		}
	}
}

func TestResources(t *testing.T) {
	for _, c := range []struct {
		pattern, resource string
		want              bool
	}{
		{"*", "*", true},
		{"*", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::*", "*", false},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b:c", true},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::B/a", false},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b", false},
		{"arn:aws:s3:*:*:b", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::b/?", "arn:aws:s3:::b/ü", true},
		{"arn:aws:s3:::*/x/*/y", "arn:aws:s3:::b/x/x/y/y", true},
		{"arn:aws:s3:::*/?x/*", "arn:aws:s3:::b/ax/c", true},
		{"arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", true},
		{"arn:aws:iam::1*:role/x", "arn:aws:iam::21:role/x", false},
		{"arn:aws:sqs:us-*:1:q", "arn:aws:sqs:us-east-1:1:q", true},
		{"arn:aws:sqs:us-*-1:1:q", "arn:aws:sqs:us-east-1:1:q", true},
		// A star that ends a field may run over colons, one inside may not.
		{"arn:aws:logs:*:1:log-group:x", "arn:aws:logs:us:2:log-group:1:log-group:x", true},
		{"arn:aws:logs:us*:1:log-group:*", "arn:aws:logs:us:2:a:1:log-group:y:1:log-group:x", true},
		{"arn:aws:logs:u*s:1:log-group:x", "arn:aws:logs:us:2:log-group:1:log-group:x", false},
		{"arn:aws:logs:*:*:*:x", "arn:aws:logs:us:2:log-group:x", true},
		{"arn:aws:logs:*:1:y*x", "arn:aws:logs:us:2:a:1:y:b:x", true},
		{"arn:aws:logs:*:1:y?x", "arn:aws:logs:us:1:z:1:y-x", true},
		{"arn:aws:logs:*:1:y*x", "arn:aws:logs:us:2:a:1:b:x", false},
		// What is missing at the end covers everything.
		{"arn:aws:sqs", "arn:aws:sqs:us-east-1:1:q", true},
		{"arn:aws:sqs", "arn:aws:sns:us-east-1:1:q", false},
		{"arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-2:1:q", false},
		{"arn:aws:s3:*", "arn:aws:s3:::b/k", true},
		{"arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:us-east-1:1:table/prod-x", true},
		{"arn:aws:dynamodb:*:table/prod-*", "arn:aws:dynamodb:us-east-1:1:table/test-x", false},
		// Variables: their values are text, also with colons in them.
		{"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/al/k", true},
		{"arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/other", false},
		{"arn:aws:s3:::b/${k:none}", "arn:aws:s3:::b/", false},
		{"arn:aws:s3:::b/${k:none, 'x'}", "arn:aws:s3:::b/x", true},
		{"arn:aws:s3:::b/*${k:colon}*", "arn:aws:s3:::b/1a:b2", true},
		{"arn:aws:s3:::b/${*}", "arn:aws:s3:::b/k", false},
	} {
		r := getObject(alice(), keys("aws:username=al", "k:colon=a:b"))
		r.Resource = c.resource
		if got := verdict(t, identity(t, statement("Allow", "*", c.pattern, "")), r) == policy.Allow; got != c.want {
			t.Errorf("%s against %s: %v", c.pattern, c.resource, got)
		}
		not := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","NotResource":%q}}`, c.pattern)
		if got := verdict(t, identity(t, allowAll, not), r) == policy.ExplicitDeny; got == c.want {
			t.Errorf("NotResource %s against %s: %v", c.pattern, c.resource, got)
		}
	}
}

// A pattern whose variable has no value covers nothing, so NotResource reaches
// everything else, whatever the effect.
func TestNotResourceWithoutValue(t *testing.T) {
	doc := func(effect, resources string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%q,"Action":"*","NotResource":%s}}`, effect, resources)
	}
	const pattern = `["arn:aws:s3:::b/${aws:username}","arn:aws:s3:::c"]`
	r := getObject(alice(), nil)
	if verdict(t, identity(t, doc("Allow", pattern)), r) != policy.Allow {
		t.Error("the Allow does not reach the resource")
	}
	if verdict(t, identity(t, allowAll, doc("Deny", pattern)), r) != policy.ExplicitDeny {
		t.Error("the Deny reaches nothing")
	}
	r.Keys = keys("aws:username=al")
	if verdict(t, identity(t, doc("Allow", pattern)), r) != policy.Allow {
		t.Error("with a value the statement matches")
	}
}

// In version 2008-10-17, and without one, ${…} is text.
func TestOldVersionHasNoVariables(t *testing.T) {
	for _, version := range []string{`"Version":"2008-10-17",`, ""} {
		doc := `{` + version + `"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}","Condition":{"StringEquals":{"k:x":"${k:y}"}}}}`
		l := &policy.Layers{Identity: policy.NewSet(source(t, policy.Inline, doc))}
		r := getObject(alice(), keys("aws:username=k", "k:x=1", "k:y=1"))
		if verdict(t, l, r) == policy.Allow {
			t.Errorf("%s: variables are replaced", version)
		}
		r.Resource, r.Keys = "arn:aws:s3:::b/${aws:username}", keys("k:x=${k:y}")
		if verdict(t, l, r) != policy.Allow {
			t.Errorf("%s: the text does not match itself", version)
		}
	}
}

func TestStatementWithoutPrincipalReachesNobody(t *testing.T) {
	s := source(t, policy.Resource, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	if verdict(t, &policy.Layers{Resource: &s}, getObject(alice(), nil)) == policy.Allow {
		t.Error("allowed")
	}
}

// A caller who knows only its session ARN is matched to the role by name.
func TestRoleByName(t *testing.T) {
	who := role()
	who.RoleARN = ""
	for p, want := range map[string]bool{
		"arn:aws:iam::111122223333:role/deep/path/app": true,
		"arn:aws:iam::111122223333:role/app":           true,
		"arn:aws:iam::444455556666:role/app":           false,
		"arn:aws:iam::111122223333:role/app/other":     false,
	} {
		l := &policy.Layers{Resource: grantTo(t, policy.Resource, fmt.Sprintf(`{"AWS":%q}`, p))}
		if got := verdict(t, l, getObject(who, nil)) == policy.Allow; got != want {
			t.Errorf("%s: %v", p, got)
		}
	}
}
