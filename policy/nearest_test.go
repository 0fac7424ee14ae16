package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// Which statement did the author mean? The first is what somebody who knows the
// account would point at.
func TestNearestIsWhatTheAuthorMeant(t *testing.T) {
	say := func(sid, action, resource, condition string) string {
		if condition != "" {
			condition = `,"Condition":` + condition
		}
		return fmt.Sprintf(`{"Sid":%q,"Effect":"Allow","Action":%s,"Resource":%s%s}`, sid, list(action), list(resource), condition)
	}
	const mfa = `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	for name, c := range map[string]struct {
		statements       []string
		action, resource string
		keys             []string
		want             string // the order of the statements' names
		note             string // of a miss of the first
	}{
		"another bucket before another operation": {
			[]string{say("Put", "s3:PutObject", "arn:aws:s3:::data/*", ""), say("Logs", "s3:GetObject", "arn:aws:s3:::logs/*", "")},
			"s3:GetObject", "arn:aws:s3:::data/k", nil, "Logs Put", "",
		},
		"only MFA is missing": {
			[]string{say("Other", "s3:GetObject", "arn:aws:s3:::data-old/*", ""), say("WithMFA", "s3:*", "*", mfa)},
			"s3:GetObject", "arn:aws:s3:::data/k", nil, "WithMFA Other", "",
		},
		"three conditions of the right statement": {
			[]string{say("Else", "s3:GetObject", "arn:aws:s3:::elsewhere/*", ""),
				say("Right", "s3:GetObject", "arn:aws:s3:::data/*", `{"Bool":{"aws:MultiFactorAuthPresent":"true"},"StringEquals":{"aws:PrincipalTag/team":"red","aws:SourceVpc":"vpc-1"}}`)},
			"s3:GetObject", "arn:aws:s3:::data/k", []string{"aws:PrincipalTag/team=blue"}, "Right Else", "",
		},
		"the objects of the bucket that is listed": {
			[]string{say("Buckets", "s3:ListBucket", "arn:aws:s3:::other", ""), say("Objects", "s3:*", "arn:aws:s3:::data/*", "")},
			"s3:ListBucket", "arn:aws:s3:::data", nil, "Objects Buckets", "",
		},
		"the same operation of another service is no neighbour": {
			[]string{say("Dynamo", "dynamodb:GetItem", "*", ""), say("Lambda", "s3-object-lambda:GetObject", "*", ""), say("Same", "s3:PutObject", "arn:aws:s3:::b/*", "")},
			"s3:GetObject", "arn:aws:s3:::data/k", nil, "Same Lambda Dynamo", "",
		},
		"a slip of the pen in the action": {
			[]string{say("Put", "s3:PutObject", "*", ""), say("Slip", "s3:GetObjects", "*", "")},
			"s3:GetObject", "arn:aws:s3:::data/k", nil, "Slip Put", "",
		},
		"a slip of the pen in the resource": {
			[]string{say("Far", "s3:GetObject", "arn:aws:s3:::marketing/*", ""), say("Slip", "s3:GetObject", "arn:aws:s3:::dta/report.csv", "")},
			"s3:GetObject", "arn:aws:s3:::data/report.csv", nil, "Slip Far", "",
		},
		"the case of a name": {
			[]string{say("Near", "s3:GetObject", "arn:aws:s3:::data/reports-old/*", ""), say("Case", "s3:GetObject", "arn:aws:s3:::data/Reports/*", "")},
			"s3:GetObject", "arn:aws:s3:::data/reports/q1", nil, "Case Near", "only the case of letters differs from arn:aws:s3:::data/Reports/*",
		},
		"the case of a tag's value": {
			[]string{say("Tag", "s3:GetObject", "*", `{"StringEquals":{"aws:PrincipalTag/team":"Red"}}`), say("Blue", "s3:GetObject", "*", `{"StringEquals":{"aws:PrincipalTag/team":"blue"}}`)},
			"s3:GetObject", "arn:aws:s3:::data/k", []string{"aws:PrincipalTag/team=red"}, "Tag Blue", "only the case of letters differs from Red",
		},
		"the same kind of thing in another region or account": {
			[]string{say("Queue", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders", ""), say("Any", "sqs:SendMessage", "arn:aws:sqs:*:111122223333:invoices-*", "")},
			"sqs:SendMessage", "arn:aws:sqs:eu-central-1:111122223333:orders", nil, "Queue Any", "",
		},
		"texts that only look alike": {
			[]string{say("Role", "iam:*", "arn:aws:iam::111122223333:role/data", ""), say("Data", "s3:Put*", "arn:aws:s3:::*", "")},
			"s3:GetObject", "arn:aws:s3:::data", nil, "Data Role", "",
		},
		"somebody else's folder": {
			[]string{say("Public", "s3:GetObject", "arn:aws:s3:::data/public/*", ""), say("Home", "s3:GetObject", "arn:aws:s3:::data/home/${aws:username}/*", "")},
			"s3:GetObject", "arn:aws:s3:::data/home/bob/x", []string{"aws:username=alice"}, "Home Public", "",
		},
		"a folder of nobody": {
			[]string{say("Public", "s3:GetObject", "arn:aws:s3:::data/public/*", ""), say("Home", "s3:GetObject", "arn:aws:s3:::data/home/${aws:username}/*", "")},
			"s3:GetObject", "arn:aws:s3:::data/home/bob/x", nil, "Home Public", "a variable in arn:aws:s3:::data/home/${aws:username}/* has no value in this request",
		},
		"a variable in a condition": {
			[]string{say("Owner", "s3:GetObject", "*", `{"StringEquals":{"s3:ExistingObjectTag/owner":"${aws:username}"}}`), say("Put", "s3:PutObject", "*", "")},
			"s3:GetObject", "arn:aws:s3:::data/k", []string{"s3:ExistingObjectTag/owner=bob"}, "Owner Put", "the variable ${aws:username} has no value in this request",
		},
		"one of many resources": {
			[]string{say("Many", "s3:GetObject", "arn:aws:s3:::a/*|arn:aws:s3:::date/*|arn:aws:s3:::c/*", ""), say("Wrong", "s3:DeleteObject", "arn:aws:s3:::data/*", "")},
			"s3:GetObject", "arn:aws:s3:::data/k", nil, "Many Wrong", "",
		},
		"an action that has no resource": {
			[]string{say("List", "s3:ListAllMyBuckets", "arn:aws:s3:::*", ""), say("Get", "s3:Get*", "*", "")},
			"s3:ListAllMyBuckets", "*", nil, "List Get", `the action has no resource: only Resource "*" covers it`,
		},
		"what is left out on purpose is far": {
			[]string{`{"Sid":"Not","Effect":"Allow","NotAction":"s3:*","Resource":"*"}`, say("Get", "s3:GetObject", "arn:aws:s3:::x/*", "")},
			"s3:GetObject", "arn:aws:s3:::data/k", nil, "Get Not", "",
		},
	} {
		// Whichever stands first in the document.
		for _, backwards := range []bool{false, true} {
			all := slices.Clone(c.statements)
			if backwards {
				slices.Reverse(all)
			}
			r := getObject(alice(), keys(c.keys...))
			r.Action, r.Resource = c.action, c.resource
			tr := policy.Explain(identity(t, statements(all...)), r)
			near := tr.Nearest(9)
			var got []string
			for _, m := range near {
				got = append(got, m.Sid)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q (%d, %d)", name, got, near[0].Near, near[1].Near)
				continue
			}
			if c.note != "" && !slices.ContainsFunc(near[0].Failed, func(m policy.ElementMiss) bool { return m.Note == c.note }) {
				t.Errorf("%s: %+v", name, near[0].Failed)
			}
		}
	}
}

// list writes texts with bars between them as a JSON list.
func list(s string) string { return `["` + strings.ReplaceAll(s, "|", `","`) + `"]` }

// The policy of a resource in the caller's own account would have helped as well.
func TestNearestLooksAtTheResourceToo(t *testing.T) {
	bucket := source(t, policy.Resource, `{"Statement":{"Sid":"Bob","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/bob"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`)
	l := identity(t, statement("Allow", "s3:PutObject", "arn:aws:s3:::b/*", ""))
	l.Resource = &bucket
	near := policy.Explain(l, getObject(alice(), nil)).Nearest(3)
	if len(near) != 2 || near[0].Sid != "Bob" || near[0].Layer != policy.LayerResource || near[0].Failed[0].Element != "Principal" {
		t.Errorf("%+v", near)
	}
	l.Boundary = new(source(t, policy.Managed, nothing))
	l.Identity = policy.NewSet(source(t, policy.Managed, allowAll))
	if near := policy.Explain(l, getObject(alice(), nil)).Nearest(3); len(near) != 1 || near[0].Layer != policy.LayerBoundary {
		t.Errorf("a boundary is not made up for by anything else: %+v", near)
	}
}

// A grant in another resource group is what somebody overlooked.
func TestNearestLooksIntoOtherScopes(t *testing.T) {
	c := clouds()[0]
	l := &policy.Layers{
		Grammar:  c.g,
		Identity: policy.NewSet(c.say(t, policy.Managed, "Allow", "ecs:StopInstance", "")),
		Scoped:   map[string]*policy.Set{"rg-2": policy.NewSet(c.say(t, policy.Managed, "Allow", "ecs:*", "")), "rg-3": policy.NewSet(c.say(t, policy.Managed, "Deny", "ecs:*", ""))},
	}
	for scope, request := range map[string][]string{"rg-1": {"rg-1"}, "": nil} {
		r := c.request(c.user, nil)
		r.Scope = scope
		tr := policy.Explain(l, r)
		near := tr.Nearest(9)
		if len(near) != 2 || near[0].Layer != policy.LayerScoped || len(near[0].Failed) != 1 {
			t.Fatalf("%+v", near)
		}
		if m := near[0].Failed[0]; m.Element != "Scope" || !slices.Equal(m.Policy, []string{"rg-2"}) || !slices.Equal(m.Request, request) {
			t.Errorf("%+v", m)
		}
	}
}
