package access

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

const object = "arn:aws:s3:::b/k"

func TestSubjects(t *testing.T) {
	v := state(t, nil)
	u, _ := v.User(home, "ann")
	r, _ := v.Role(home, "clerk")
	for _, c := range []struct {
		s                             *Subject
		arn, issuer, userID, username string
	}{
		{Root(iam.Empty(), home), "arn:aws:iam::111111111111:root", "arn:aws:iam::111111111111:root", home, ""},
		{ann(t, v), "arn:aws:iam::111111111111:user/team/a/ann", "arn:aws:iam::111111111111:user/team/a/ann", u.ID, "ann"},
		{clerk(t, v, nil), "arn:aws:sts::111111111111:assumed-role/clerk/desk", "arn:aws:iam::111111111111:role/jobs/clerk", r.ID + ":desk", ""},
	} {
		if c.s.Principal.ARN != c.arn || c.s.Issuer != c.issuer || c.s.UserID != c.userID || c.s.UserName != c.username {
			t.Errorf("%+v", c.s)
		}
	}
	a := Ask{Resource: "arn:x", Label: "user x"}
	if a.Named() != "user x" {
		t.Error(a.Named())
	}
	a.Label = ""
	if a.Named() != "arn:x" {
		t.Error(a.Named())
	}
}

func TestDecide(t *testing.T) {
	const readOnly = "arn:aws:iam::111111111111:policy/get"
	v := state(t, func(tx *iam.Tx) {
		must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "get", Document: allow("s3:GetObject", "*")}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", allow("s3:*", "*")))
		must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "all", allow("s3:*", "*")))
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "bounded", Boundary: readOnly}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "bounded", "all", allow("*", "*")))
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "writers"))
		must[*iam.Group](t)(tx.PutGroupPolicy(home, "writers", "put", allow("s3:PutObject", "*")))
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "member"}))
		if err := tx.AddUserToGroup(home, "writers", "member"); err != nil {
			t.Fatal(err)
		}
	})
	user := func(name string) *Subject { return User(v, must[*iam.User](t)(v.User(home, name))) }
	restricted := func(document string, arns ...string) *Subject {
		return clerk(t, v, func(s *session.Session) { s.Policy, s.PolicyARNs = document, arns })
	}
	bucket := source(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"s3:GetObject","Resource":"*"}]}`)
	get, put := Ask{Action: "s3:GetObject", Resource: object}, Ask{Action: "s3:PutObject", Resource: object}
	foreign := func(a Ask, p *policy.Source) Ask { a.Account, a.Policy = other, p; return a }
	for name, c := range map[string]struct {
		s    *Subject
		a    Ask
		want bool
	}{
		"user":                               {ann(t, v), put, true},
		"user, other action":                 {ann(t, v), Ask{Action: "sqs:SendMessage", Resource: "*"}, false},
		"root in its own account":            {Root(iam.Empty(), home), Ask{Action: "anything:AtAll", Resource: "*"}, true},
		"root in another account":            {Root(iam.Empty(), other), foreign(get, nil), true}, // "other" is its own
		"root abroad":                        {Root(iam.Empty(), home), foreign(get, nil), false},
		"member of a group":                  {user("member"), put, true},
		"member, other action":               {user("member"), get, false},
		"boundary allows":                    {user("bounded"), get, true},
		"boundary does not":                  {user("bounded"), put, false},
		"session without policy":             {clerk(t, v, nil), put, true},
		"session policy allows":              {restricted(allow("s3:PutObject", "*")), put, true},
		"session policy does not":            {restricted(allow("s3:PutObject", "*")), get, false},
		"session policy grants nothing more": {restricted(allow("*", "*")), Ask{Action: "sqs:SendMessage", Resource: "*"}, false},
		"session policy by ARN":              {restricted("", readOnly), get, true},
		"session policy by ARN does not":     {restricted("", readOnly), put, false},
		"both kinds together: a union":       {restricted(allow("s3:PutObject", "*"), readOnly), put, true},
		"session policy that is gone":        {restricted("", "arn:aws:iam::111111111111:policy/gone"), get, false},
		"session policy that is broken":      {restricted("{"), get, false},
		"gone beside one that allows":        {restricted(allow("s3:*", "*"), "arn:aws:iam::111111111111:policy/gone"), get, false},
		"abroad, nobody there says yes":      {ann(t, v), foreign(get, nil), false},
		"abroad, both sides say yes":         {ann(t, v), foreign(get, bucket), true},
		"abroad, only the resource says yes": {user("member"), foreign(get, bucket), false},
		"abroad, only the own side":          {ann(t, v), foreign(put, bucket), false},
		"abroad, boundary still holds":       {user("bounded"), foreign(get, bucket), true},
		"trust without a policy":             {ann(t, v), Ask{Action: "sts:AssumeRole", Resource: "arn:aws:iam::111111111111:role/x", Kind: policy.ResourceTrust}, false},
	} {
		d := c.s.Decide(&c.a, environment())
		if d.Allowed() != c.want {
			t.Errorf("%s: %+v", name, d)
		}
		if trace := c.s.Explain(&c.a, environment()); trace.Decision != d {
			t.Errorf("%s: decided %+v, explained %+v", name, d, trace.Decision)
		}
	}
	if s := user("ann"); s.CrossAccount(&get) || !s.CrossAccount(new(foreign(get, nil))) {
		t.Error("whose resource it is")
	}
}

// A session that is restricted can never do what the same session without restriction can not: whatever the policies say.
func TestAttack21_SessionPolicyEscape(t *testing.T) {
	actions := []string{"iam:CreateAccessKey", "iam:CreateUser", "iam:PutRolePolicy", "sts:AssumeRole", "s3:GetObject", "s3:PutObject"}
	resources := []string{"arn:aws:iam::111111111111:user/ann", "arn:aws:iam::111111111111:role/jobs/clerk", object}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(what string) string {
			effect := rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(rt, what+" effect")
			action := rapid.SampledFrom(append([]string{"*", "iam:*", "s3:*"}, actions...)).Draw(rt, what+" action")
			resource := rapid.SampledFrom(append([]string{"*", "arn:aws:iam::*:user/*"}, resources...)).Draw(rt, what+" resource")
			condition := rapid.SampledFrom([]string{"", "", `{"Null":{"aws:TokenIssueTime":"true"}}`, `{"StringNotEquals":{"aws:userid":"x"}}`}).Draw(rt, what+" condition")
			return statement(effect, action, resource, condition)
		}
		v := state(t, func(tx *iam.Tx) {
			for i := range rapid.IntRange(0, 3).Draw(rt, "identity policies") {
				must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", fmt.Sprint("p", i), draw("identity")))
			}
			must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "managed", Document: draw("managed")}))
		})
		inline := draw("session")
		arns := rapid.SampledFrom([][]string{nil, {"arn:aws:iam::111111111111:policy/managed"}, {"arn:aws:iam::111111111111:policy/gone"}}).Draw(rt, "session ARNs")
		free, bound := clerk(t, v, nil), clerk(t, v, func(s *session.Session) { s.Policy, s.PolicyARNs = inline, arns })
		for _, action := range actions {
			for _, resource := range resources {
				a := &Ask{Action: action, Resource: resource}
				if allowed(bound, a) && !allowed(free, a) {
					rt.Fatalf("the restricted session may %s on %s, the free one may not", action, resource)
				}
			}
		}
	})
	// The classical case: a full administrator role, narrowed to reading, tries to make itself wide again.
	v := state(t, func(tx *iam.Tx) { must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "all", allow("*", "*"))) })
	narrow := clerk(t, v, func(s *session.Session) { s.Policy = allow("s3:GetObject", "*") })
	for _, action := range actions {
		if got := allowed(narrow, &Ask{Action: action, Resource: "*"}); got != (action == "s3:GetObject") {
			t.Errorf("%s: %t", action, got)
		}
	}
	// Nor by a trust policy that names the role itself.
	self := source(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/jobs/clerk"},"Action":"sts:AssumeRole","Resource":"*"}]}`)
	assume := &Ask{Action: "sts:AssumeRole", Resource: "arn:aws:iam::111111111111:role/jobs/clerk", Policy: self, Kind: policy.ResourceTrust}
	if allowed(narrow, assume) || !allowed(clerk(t, v, nil), assume) {
		t.Error("a role that trusts itself lets a narrowed session out")
	}
}
