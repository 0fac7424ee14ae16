package question_test

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

func identity(t testing.TB, doc string) *policy.Layers {
	return &policy.Layers{Identity: policy.NewSet(source(t, policy.Managed, doc))}
}

func known(pairs ...string) policy.MapKeys {
	m := policy.MapKeys{}
	for i := 0; i < len(pairs); i += 2 {
		m.Set(pairs[i], pairs[i+1])
	}
	return m
}

func TestCan(t *testing.T) {
	const b, home = "arn:aws:s3:::b/*", "arn:aws:s3:::home/${aws:username}/*"
	boundary := source(t, policy.Managed, allow("s3:Get*", "*"))
	scp := source(t, policy.SCP, allow("*", "*")+","+deny("s3:*", "arn:aws:s3:::b/secret/*"))
	for _, c := range []struct {
		what             string
		doc              string
		change           func(*policy.Layers)
		action, resource string
		known            policy.Keys
		want             question.Answer
		limit            policy.Layer
		keys             string
	}{
		{what: "all of it", doc: allow("s3:*", "*"), action: "s3:Get*", resource: b, want: question.Always},
		{what: "nothing of it", doc: allow("ec2:*", "*"), action: "s3:Get*", resource: b, want: question.Never},
		{what: "some resources", doc: allow("s3:*", "arn:aws:s3:::b/a*"), action: "s3:*", resource: b, want: question.Sometimes},
		{what: "in two parts", doc: allow("s3:*", "arn:aws:s3:::b/a*") + `,{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b/a*"}`,
			action: "s3:*", resource: b, want: question.Always},
		{what: "a key", doc: allow("s3:*", "*", when(`{"Bool":{"aws:SecureTransport":"true"}}`)), action: "s3:*", resource: b,
			want: question.Sometimes, keys: "aws:SecureTransport"},
		{what: "a key that is known", doc: allow("s3:*", "*", when(`{"Bool":{"aws:SecureTransport":"true"}}`)), action: "s3:*", resource: b,
			known: known("aws:securetransport", "true"), want: question.Always},
		{what: "a key that is known otherwise", doc: allow("s3:*", "*", when(`{"Bool":{"aws:SecureTransport":"true"}}`)), action: "s3:*", resource: b,
			known: known("aws:securetransport", "false"), want: question.Never},
		{what: "a key that does not matter", doc: allow("s3:*", "*", when(`{"Null":{"k":"true"}}`)) + "," + allow("s3:*", "*", when(`{"Null":{"k":"false"}}`)),
			action: "s3:*", resource: b, want: question.Always},
		{what: "a variable that is known", doc: allow("s3:*", home), action: "s3:*", resource: "arn:aws:s3:::home/ann/x",
			known: known("aws:username", "ann"), want: question.Always},
		{what: "another's", doc: allow("s3:*", home), action: "s3:*", resource: "arn:aws:s3:::home/bob/*",
			known: known("aws:username", "ann"), want: question.Never},
		{what: "a variable known to be absent", doc: allow("s3:*", home), action: "s3:*", resource: "*",
			known: policy.MapKeys{"aws:username": policy.List()}, want: question.Never},
		{what: "a condition with a variable that is known", doc: allow("s3:*", "*", when(`{"StringEquals":{"k":"${aws:username}"}}`)), action: "s3:*", resource: b,
			known: known("aws:username", "ann", "k", "ann"), want: question.Always},
		{what: "the boundary", doc: allow("s3:*", "*"), change: func(l *policy.Layers) { l.Boundary = &boundary }, action: "s3:Put*", resource: b,
			want: question.Never, limit: policy.LayerBoundary},
		{what: "an organization", doc: allow("s3:*", "*"), change: func(l *policy.Layers) { l.SCP = []*policy.Set{policy.NewSet(scp)} },
			action: "s3:*", resource: b, want: question.Sometimes, limit: policy.LayerSCP},
		{what: "a session without policies", doc: allow("s3:*", "*"), change: func(l *policy.Layers) { l.HasSession = true },
			action: "s3:*", resource: b, want: question.Never, limit: policy.LayerSession},
	} {
		l := identity(t, c.doc)
		if c.change != nil {
			c.change(l)
		}
		p, err := question.Can(&question.Query{Layers: l, Principal: user(), Known: c.known}, c.action, c.resource)
		if err != nil {
			t.Fatal(err)
		}
		if p.Can != c.want || c.keys != strings.Join(p.Keys, " ") || len(p.Doubts) > 0 {
			t.Errorf("%s: %s, want %s; keys %q, doubts %q", c.what, p.Can, c.want, p.Keys, p.Doubts)
		}
		if (p.Example != nil) != (p.Can == question.Sometimes || p.Can == question.Always) || (p.Limit != nil) != (p.Can != question.Always) {
			t.Errorf("%s: example %v, limit %v", c.what, p.Example, p.Limit)
		}
		if p.Example != nil && !policy.Decide(l, p.Example.Request()).Allowed() {
			t.Errorf("%s: the example is not allowed", c.what)
		}
		if p.Limit != nil && (p.Limit.Decision.Allowed() || p.Limit.Decision.Layer != c.limit) {
			t.Errorf("%s: the limit is %+v", c.what, p.Limit.Decision)
		}
	}
}

func TestCanRefusesPatternsThatMeanNothing(t *testing.T) {
	q := &question.Query{Layers: identity(t, allow("*", "*")), Principal: user()}
	for _, bad := range [][2]string{{"s3", "*"}, {"s3:*", "bucket/*"}, {"", "*"}} {
		if p, err := question.Can(q, bad[0], bad[1]); err == nil {
			t.Errorf("%q: %+v", bad, p)
		}
	}
	if _, err := question.NeverGrants(q, nil, []string{"*"}); err == nil {
		t.Error("never grants nothing")
	}
}

func TestNeverGrants(t *testing.T) {
	l := identity(t, allow("*", "*")+","+deny("iam:*", "*", when(`{"StringNotEquals":{"aws:PrincipalTag/team":"iam"}}`)))
	q := &question.Query{Layers: l, Principal: user()}
	for _, c := range []struct {
		actions []string
		tag     string
		want    question.Answer
	}{
		{[]string{"iam:*"}, "", question.Sometimes},
		{[]string{"iam:*", "iam:PassRole"}, "web", question.Never},
		{[]string{"iam:*", "s3:GetObject"}, "web", question.Sometimes},
	} {
		if q.Known = nil; c.tag != "" {
			q.Known = known("aws:PrincipalTag/Team", c.tag)
		}
		p, err := question.NeverGrants(q, c.actions, []string{"*"})
		if err != nil || p.Can != c.want {
			t.Errorf("%v with %q: %s, want %s (%v)", c.actions, c.tag, p.Can, c.want, err)
		}
	}
}

func TestWhatCan(t *testing.T) {
	l := identity(t, `{"Sid":"Read","Effect":"Allow","Action":["s3:Get*","s3:PutObject","iam:*"],"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::home/${aws:username}/*"]},
		{"Effect":"Allow","NotAction":["iam:*"],"Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
		{"Effect":"Deny","Action":"iam:*","Resource":"*"}`)
	boundary := source(t, policy.Managed, allow("s3:Get*", "*")+","+allow("iam:*", "*"))
	boundary.ID = "edge"
	l.Boundary = &boundary
	list, more := question.WhatCan(&question.Query{Layers: l, Principal: user(), Known: known("aws:username", "ann")})
	var got []string
	for _, c := range list {
		line := c.Sid + " " + c.Action + " " + c.Resource + " " + c.Can.String()
		if c.Limit != nil {
			line += " by " + c.Limit.Decision.Layer.String() + " " + c.Limit.Decision.Verdict.String()
		}
		got = append(got, line+" "+strings.Join(c.Keys, ","))
	}
	want := []string{
		"Read s3:Get* arn:aws:s3:::b/* always ",
		"Read s3:Get* arn:aws:s3:::home/${aws:username}/* always ",
		"Read s3:PutObject arn:aws:s3:::b/* never by permissions boundary implicitDeny ",
		"Read s3:PutObject arn:aws:s3:::home/${aws:username}/* never by permissions boundary implicitDeny ",
		"Read iam:* arn:aws:s3:::b/* never by identity-based policy explicitDeny ",
		"Read iam:* arn:aws:s3:::home/${aws:username}/* never by identity-based policy explicitDeny ",
		" iam:* * sometimes by permissions boundary implicitDeny aws:MultiFactorAuthPresent",
	}
	if more || !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Answers about one resource are not those about another that came before it,
// and whose place in memory it has.
func TestWhatCanAboutManyResources(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	var resources []string
	for i := range 150 {
		resources = append(resources, fmt.Sprintf(`"arn:aws:s3:::b%d/*"`, i))
	}
	s := source(t, policy.Managed, `{"Effect":"Allow","Action":"s3:Get*","Resource":[`+strings.Join(resources, ",")+`]},`+deny("s3:*", "arn:aws:s3:::b1*"))
	who := &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"}
	list, _ := question.WhatCan(&question.Query{Layers: &policy.Layers{Identity: policy.NewSet(s)}, Principal: who})
	for _, c := range list {
		want := question.Always
		if strings.HasPrefix(c.Resource, "arn:aws:s3:::b1") {
			want = question.Never
		}
		if c.Can != want {
			t.Errorf("%s: %s %q, want %s", c.Resource, c.Can, c.Doubts, want)
		}
	}
}
