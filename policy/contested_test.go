package policy_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// The rules that AWS's documentation leaves open or contradicts, each decided.
// docs/policy.md lists them by these numbers; decisions 012 and 031 say why.

func TestContested01_MultivaluedKeyWithoutSetOperator(t *testing.T) {
	for _, op := range []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists"} {
		for _, list := range []string{"k:x=[a]", "k:x=[b]", "k:x=[a,b]"} {
			if holds(t, `{"`+op+`":{"k:x":"a"}}`, keys(list)) {
				t.Errorf("%s of %s", op, list)
			}
		}
	}
}

func TestContested02_EmptyListIsAbsent(t *testing.T) {
	for condition, want := range map[string]bool{
		`{"StringEquals":{"k:x":""}}`: false, `{"StringNotEquals":{"k:x":""}}`: true, `{"StringEqualsIfExists":{"k:x":"a"}}`: true,
		`{"Null":{"k:x":"true"}}`: true,
	} {
		if holds(t, condition, keys("k:x=[")) != want || holds(t, condition, nil) != want {
			t.Errorf("%s: want %v", condition, want)
		}
	}
}

func TestContested03_ForAnyValueIfExistsOfAbsentKey(t *testing.T) {
	if !holds(t, `{"ForAnyValue:StringEqualsIfExists":{"k:x":"a"}}`, nil) || holds(t, `{"ForAnyValue:StringEquals":{"k:x":"a"}}`, nil) {
		t.Error("IfExists makes an absent key hold, under ForAnyValue as well")
	}
}

func TestContested04_NoVariablesOutsideTexts(t *testing.T) {
	for _, condition := range []string{
		`{"Bool":{"aws:SecureTransport":"${k:x}"}}`, `{"NumericEquals":{"k:n":"${k:x}"}}`, `{"IpAddress":{"aws:SourceIp":"${k:x}"}}`, `{"Null":{"k:n":"${k:x}"}}`,
	} {
		s := refused(t, policy.Managed, statement("Allow", "*", "*", `"Condition":`+condition))
		if s != nil && s.Error() != "The policy failed legacy parsing" {
			t.Errorf("%s: %v", condition, s)
		}
	}
}

// To the letter: a pattern whose variable has no value covers nothing, so
// NotResource reaches everything, in an Allow as in a Deny.
func TestContested05_NotResourceWithoutValue(t *testing.T) {
	doc := func(effect string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"*","NotResource":"arn:aws:s3:::b/${k:none}"}]}`
	}
	if verdict(t, identity(t, doc("Allow")), getObject(alice(), nil)) != policy.Allow {
		t.Error("Allow")
	}
	if verdict(t, identity(t, allowAll, doc("Deny")), getObject(alice(), nil)) != policy.ExplicitDeny {
		t.Error("Deny")
	}
}

// covers reports whether a pattern of Resource covers a name.
func covers(t *testing.T, pattern, name string) bool {
	t.Helper()
	r := getObject(alice(), nil)
	r.Resource = name
	return verdict(t, identity(t, statement("Allow", "*", pattern, "")), r) == policy.Allow
}

func TestContested06_StarAtTheEndOfAField(t *testing.T) {
	for pattern, want := range map[string]bool{
		"arn:aws:sqs:*": true, "arn:aws:sqs:eu-*:orders": true, "arn:aws:sqs:*:111122223333:orders": true,
		"arn:aws:sqs:e*st-1:111122223333:orders": true, "arn:aws:sqs:e*t-1:orders:x": false, "arn:aws:sqs:e*1:orders": false,
	} {
		if covers(t, pattern, "arn:aws:sqs:eu-west-1:111122223333:orders") != want {
			t.Errorf("%s: want %v", pattern, want)
		}
	}
}

func TestContested07_IncompleteARNs(t *testing.T) {
	const incomplete = "arn:aws:s3:::"
	for use, ok := range map[policy.Use]bool{policy.Resource: false, policy.Session: false, policy.Managed: true, policy.SCP: true} {
		doc := strings.Replace(statement("Deny", "*", "arn:aws:s3", ""), incomplete, "", 1)
		if _, err := policy.Parse(policy.AWS(), use, []byte(doc)); (err == nil) != ok {
			t.Errorf("%s: %v", use, err)
		}
	}
	if !covers(t, "arn:aws:s3", "arn:aws:s3:::b/k") {
		t.Error("the fields that are missing cover everything")
	}
}

func TestContested08_WildcardInTheKindOfAResource(t *testing.T) {
	if !covers(t, "arn:aws:iam::111122223333:u*r/x", "arn:aws:iam::111122223333:user/x") ||
		!covers(t, "arn:aws:iam::111122223333:u*r/x", "arn:aws:iam::111122223333:union/of/user/x") {
		t.Error("it matches by its text")
	}
}

func TestContested09_NotPrincipalWithAnIncompleteList(t *testing.T) {
	for list, want := range map[string]policy.Verdict{
		`["arn:aws:iam::111122223333:user/alice"]`:                policy.ExplicitDeny,
		`["111122223333"]`:                                        policy.ExplicitDeny,
		`["111122223333","arn:aws:iam::111122223333:user/alice"]`: policy.Allow,
	} {
		bucket := source(t, policy.Resource, `{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":`+list+`},"Action":"*","Resource":"*"}}`)
		l := identity(t, allowAll)
		l.Resource = &bucket
		if got := verdict(t, l, getObject(alice(), nil)); got != want {
			t.Errorf("%s: %s", list, got)
		}
	}
}

func TestContested10_WhoEveryoneIs(t *testing.T) {
	for _, who := range []*policy.Principal{service(), web(), nil} {
		l := &policy.Layers{Resource: grantTo(t, policy.Resource, `"*"`)}
		if verdict(t, l, getObject(who, nil)) != policy.Allow {
			t.Errorf("%+v is not everyone in a resource policy", who)
		}
		l = &policy.Layers{Kind: policy.ResourceTrust, Resource: grantTo(t, policy.Trust, `{"AWS":"*"}`)}
		r := getObject(who, nil)
		r.Action = "sts:AssumeRole"
		if verdict(t, l, r) == policy.Allow {
			t.Errorf("%+v is everyone in a trust policy", who)
		}
	}
}

func TestContested11_ArnLikeStar(t *testing.T) {
	if !holds(t, `{"ArnLike":{"k:x":"*"}}`, keys("k:x=arn:aws:s3:::b")) || holds(t, `{"ArnLike":{"k:x":"*"}}`, keys("k:x=b")) {
		t.Error("the star alone is every ARN, and nothing else")
	}
}

func TestContested12_ColonInAVariableOfAnArnOperator(t *testing.T) {
	const condition = `{"ArnLike":{"k:x":"arn:aws:sqs:${k:y}:orders"}}`
	told := keys("k:x=arn:aws:sqs:eu:111122223333:orders", "k:y=eu:111122223333")
	if !holds(t, condition, told) {
		t.Error("the colon of a value separates fields")
	}
	// In Resource it does not.
	r := getObject(alice(), told)
	r.Resource = "arn:aws:s3:::eu:111122223333/x"
	if verdict(t, identity(t, statement("Allow", "*", "arn:aws:s3:::${k:y}/x", "")), r) != policy.Allow {
		t.Error("in Resource a value is text of the last field")
	}
}

func TestContested13_Dates(t *testing.T) {
	if !holds(t, `{"DateEquals":{"k:t":"2026-01-01T00:00:00"}}`, keys("k:t=2026-01-01T00:00:00Z")) {
		t.Error("without a zone it is UTC")
	}
	if !holds(t, `{"DateEquals":{"k:t":"1767225600.5"}}`, keys("k:t=2026-01-01T00:00:00.5Z")) {
		t.Error("seconds may have a fraction")
	}
	if s := refused(t, policy.Managed, statement("Allow", "*", "*", `"Condition":{"DateEquals":{"k:t":"2026-W01-1"}}`)); s != nil && s.Faults[0].Code != policy.FaultLegacy {
		t.Errorf("%+v", s.Faults)
	}
}

func TestContested14_Numbers(t *testing.T) {
	for value, want := range map[string]bool{"1000": true, "+1000": true, "1e3": true, "1000.0": true, "0x3e8": false, "1,000": false, " 1000": false} {
		if holds(t, `{"NumericEquals":{"k:n":"1000"}}`, keys("k:n="+value)) != want {
			t.Errorf("%q: want %v", value, want)
		}
	}
}

func TestContested15_UnreadableValueUnderANegatedOperator(t *testing.T) {
	for condition, want := range map[string]bool{
		`{"NumericNotEquals":{"k:x":"1"}}`:                     true,
		`{"DateNotEquals":{"k:x":"2026-01-01"}}`:               true,
		`{"NotIpAddress":{"k:x":"10.0.0.0/8"}}`:                false,
		`{"ArnNotLike":{"k:x":"arn:aws:s3:::b"}}`:              false,
		`{"NumericEquals":{"k:x":"1"}}`:                        false,
		`{"NumericLessThan":{"k:x":"1"}}`:                      false,
		`{"StringNotEquals":{"k:x":"not a number, but text"}}`: true,
	} {
		if holds(t, condition, keys("k:x=nonsense")) != want {
			t.Errorf("%s: want %v", condition, want)
		}
	}
}

func TestContested16_EmptyTextIsAValue(t *testing.T) {
	if holds(t, `{"ForAllValues:StringEquals":{"k:x":"a"}}`, keys("k:x=")) || !holds(t, `{"ForAllValues:StringEquals":{"k:x":""}}`, keys("k:x=")) {
		t.Error("an empty text was taken for no value")
	}
}

// Each layer that denies is taken away in turn: what is told next is the order.
func TestContested17_WhichLayerIsTold(t *testing.T) {
	deny := source(t, policy.Managed, statement("Deny", "*", "*", ""))
	resource := source(t, policy.Resource, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`)
	set := policy.NewSet(deny)
	l := &policy.Layers{
		SCP: []*policy.Set{set}, RCP: []*policy.Set{set}, Endpoint: &deny, Resource: &resource, Boundary: &deny, Session: set, HasSession: true, Identity: set,
	}
	for _, step := range []struct {
		layer policy.Layer
		drop  func()
	}{
		{policy.LayerSCP, func() { l.SCP = nil }},
		{policy.LayerRCP, func() { l.RCP = nil }},
		{policy.LayerEndpoint, func() { l.Endpoint = nil }},
		{policy.LayerResource, func() { l.Resource = nil }},
		{policy.LayerBoundary, func() { l.Boundary = nil }},
		{policy.LayerSession, func() { l.Session, l.HasSession = nil, false }},
		{policy.LayerIdentity, func() { l.Identity = nil }},
	} {
		tr := policy.Explain(l, getObject(role(), nil))
		if d := tr.Decision; d.Verdict != policy.ExplicitDeny || d.Layer != step.layer {
			t.Errorf("%s by the %s, want the %s", d.Verdict, d.Layer, step.layer)
		}
		for _, lt := range tr.Layers {
			if lt.Outcome != policy.ExplicitDeny {
				t.Errorf("the trace leaves out the %s", lt.Layer)
			}
		}
		step.drop()
	}
}

func TestContested18_GrantsPastASessionPolicy(t *testing.T) {
	silent := policy.NewSet(source(t, policy.Session, nothing))
	for principal, want := range map[string]bool{
		`{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`: true,
		`"*"`: true,
		`{"AWS":"arn:aws:iam::111122223333:role/team/app"}`: false,
		`{"AWS":"111122223333"}`:                            false,
	} {
		l := &policy.Layers{Resource: grantTo(t, policy.Resource, principal), HasSession: true, Session: silent, Identity: policy.NewSet(source(t, policy.Managed, allowAll))}
		if got := verdict(t, l, getObject(role(), nil)) == policy.Allow; got != want {
			t.Errorf("%s: %v", principal, got)
		}
	}
}

func TestContested19_CaseOfOperators(t *testing.T) {
	for _, op := range []string{"stringEquals", "StringLIKE", "forAllValues:StringEquals", "StringEqualsIfexists"} {
		refused(t, policy.Managed, statement("Allow", "*", "*", `"Condition":{"`+op+`":{"k:x":"a"}}`))
	}
}

func TestContested20_WildcardInTheServiceOfAResource(t *testing.T) {
	doc := []byte(statement("Deny", "*", "arn:aws:s?:::b/*", ""))
	if s := refused(t, policy.Managed, string(doc)); s != nil && s.Error() != "Resource vendor must be fully qualified and cannot contain regexes." {
		t.Error(s)
	}
	// A document from elsewhere is decided by, and there it matches inside its field.
	d, err := policy.Read(policy.AWS(), policy.Managed, doc)
	if d == nil || err == nil {
		t.Fatalf("%v %v", d, err)
	}
	l := identity(t, allowAll)
	l.Identity = with(l.Identity, policy.Source{ID: "old", Policy: d.Compile()})
	if got := verdict(t, l, getObject(alice(), nil)); got != policy.ExplicitDeny {
		t.Error(got)
	}
}
