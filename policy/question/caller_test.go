package question_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

func trust(principal string, more ...string) string {
	s := `{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"`
	for _, m := range more {
		s += "," + m
	}
	return s + "}"
}

func bucket(effect, element, principal string) string {
	return `{"Effect":"` + effect + `","` + element + `":` + principal + `,"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}`
}

func TestDiffOfPrincipals(t *testing.T) {
	const (
		account  = `{"AWS":"111122223333"}`
		root     = `{"AWS":"arn:aws:iam::111122223333:root"}`
		alice    = `{"AWS":"arn:aws:iam::111122223333:user/alice"}`
		both     = `{"AWS":["arn:aws:iam::111122223333:user/alice","arn:aws:iam::111122223333:user/bob"]}`
		levels   = `{"AWS":["111122223333","arn:aws:iam::111122223333:user/alice"]}`
		role     = `{"AWS":"arn:aws:iam::111122223333:role/team/app"}`
		session  = `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`
		sid      = `{"AWS":"AROAAPP0000000000001:s1"}`
		id       = `{"AWS":"AROAAPP0000000000001"}`
		userID   = `{"AWS":"AIDAALICE00000000001"}`
		fed      = `{"AWS":"arn:aws:sts::111122223333:federated-user/f"}`
		service  = `{"Service":"logs.example.com"}`
		saml     = `{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`
		google   = `{"Federated":"accounts.google.com"}`
		everyone = `{"AWS":"*"}`
		canon    = `{"CanonicalUser":"c0ffee"}`
	)
	for _, c := range []struct {
		what     string
		use      policy.Use
		old, new string
		want     question.Answer
	}{
		{"the account by its other name", policy.Trust, trust(account), trust(root), question.Never},
		{"one of two users", policy.Trust, trust(both), trust(alice), question.Never},
		{"another user", policy.Trust, trust(alice), trust(both), question.Sometimes},
		{"a user of the account: no identity policy is needed now", policy.Trust, trust(account), trust(alice), question.Sometimes},
		{"everyone for a user", policy.Trust, trust(everyone), trust(alice), question.Never},
		{"everyone for an account", policy.Trust, trust(everyone), trust(account), question.Never},
		{"an account for everyone", policy.Trust, trust(account), trust(everyone), question.Sometimes},
		{"a session of the role", policy.Resource, bucket("Allow", "Principal", role), bucket("Allow", "Principal", session), question.Sometimes},
		{"the role of a session", policy.Resource, bucket("Allow", "Principal", session), bucket("Allow", "Principal", role), question.Sometimes},
		{"a session by its role's id", policy.Trust, trust(sid), trust(id), question.Sometimes},
		{"a user's id", policy.Trust, trust(userID), trust(alice), question.Sometimes},
		{"a federated user", policy.Trust, trust(fed), trust(account), question.Sometimes},
		{"a provider more", policy.Trust, trust(google), trust(google) + "," + trust(saml), question.Sometimes},
		{"everyone does not mean a service in a trust policy", policy.Trust, trust(everyone), trust(service), question.Sometimes},
		{"everyone means a service elsewhere", policy.Resource, bucket("Allow", "Principal", `"*"`), bucket("Allow", "Principal", service), question.Never},
		{"a service means nobody else", policy.Resource, bucket("Allow", "Principal", service), bucket("Allow", "Principal", `"*"`), question.Sometimes},
		{"a canonical user is an account", policy.Resource, bucket("Allow", "Principal", canon), bucket("Allow", "Principal", account), question.Sometimes},
		{"all but nobody", policy.Resource, bucket("Allow", "Principal", `"*"`) + "," + bucket("Deny", "Principal", `"*"`),
			bucket("Allow", "Principal", `"*"`) + "," + bucket("Deny", "NotPrincipal", levels), question.Sometimes},
		{"all but fewer", policy.Resource, bucket("Allow", "Principal", `"*"`) + "," + bucket("Deny", "NotPrincipal", levels),
			bucket("Allow", "Principal", `"*"`) + "," + bucket("Deny", "NotPrincipal", account), question.Never},
		{"a Deny more", policy.Resource, bucket("Allow", "Principal", role), bucket("Allow", "Principal", role) + "," + bucket("Deny", "NotPrincipal", role), question.Never},
		{"the same in another order", policy.Resource, bucket("Allow", "Principal", both), bucket("Allow", "Principal",
			`{"AWS":["arn:aws:iam::111122223333:user/bob","arn:aws:iam::111122223333:user/alice"]}`), question.Never},
		{"a policy for a role that has none", policy.Trust, "", trust(service), question.Sometimes},
	} {
		d := diff(t, c.use, c.old, c.new, question.Bound{})
		if d.Grants != c.want {
			t.Errorf("%s: %s, want %s%s", c.what, d.Grants, c.want, show(d))
		}
	}
}

// What limits is asked beside policies that allow, so that what becomes
// possible is seen.
func TestDiffOfLimits(t *testing.T) {
	const rcp = `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}}`
	for _, c := range []struct {
		use      policy.Use
		old, new string
		want     question.Answer
	}{
		{policy.SCP, allow("*", "*") + "," + deny("iam:*", "*"), allow("*", "*"), question.Sometimes},
		{policy.SCP, allow("*", "*"), allow("*", "*") + "," + deny("iam:*", "*"), question.Never},
		{policy.Session, allow("s3:*", "*"), allow("s3:Get*", "*"), question.Never},
		{policy.Session, "", allow("s3:Get*", "*"), question.Sometimes},
		{policy.RCP, rcp, `{"Effect":"Deny","Principal":"*","Action":"s3:Put*","Resource":"*"}`, question.Sometimes},
		{policy.Inline, allow("s3:*", "*"), allow("s3:Get*", "*"), question.Never},
	} {
		if d := diff(t, c.use, c.old, c.new, question.Bound{}); d.Grants != c.want {
			t.Errorf("%s: %s, want %s%s", c.use, d.Grants, c.want, show(d))
		}
	}
}

func TestDiffOfDocumentsThatDoNotBelongTogether(t *testing.T) {
	identity, role := source(t, policy.Inline, allow("*", "*")), source(t, policy.Trust, trust(`{"AWS":"*"}`))
	if _, err := question.Diff([]policy.Source{identity}, []policy.Source{role}, question.Bound{}); !errors.Is(err, question.ErrMixed) {
		t.Error(err)
	}
	if _, err := question.Diff(nil, []policy.Source{role, role}, question.Bound{}); err == nil {
		t.Error("a role with two trust policies")
	}
	broken := policy.Source{ID: "broken"}
	for _, c := range []struct {
		old, new policy.Source
		want     question.Answer
	}{{identity, broken, question.Never}, {broken, identity, question.Sometimes}, {broken, broken, question.Never}} {
		if d, err := question.Diff([]policy.Source{c.old}, []policy.Source{c.new}, question.Bound{}); err != nil || d.Grants != c.want {
			t.Errorf("%v, %v: want %s", d, err, c.want)
		}
	}
}

// Several policies of a principal are compared together.
func TestDiffOfSets(t *testing.T) {
	read := func(s string) policy.Source { return source(t, policy.Managed, s) }
	old := []policy.Source{read(allow("s3:*", "*")), read(deny("s3:Delete*", "*"))}
	new := []policy.Source{read(allow("s3:Get*", "*")), read(allow("s3:Put*", "*"))}
	for _, c := range []struct {
		old, new []policy.Source
		want     question.Answer
	}{{old, new, question.Never}, {new, old, question.Sometimes}, {old, []policy.Source{old[1], old[0]}, question.Never}} {
		if d, err := question.Diff(c.old, c.new, question.Bound{}); err != nil || d.Grants != c.want {
			t.Errorf("%s, want %s", d.Grants, c.want)
		}
	}
}

// Documents with very many principals are answered within the bound, and never
// with "never" if not all were asked.
func TestDiffOfVeryManyPrincipals(t *testing.T) {
	var list []string
	for i := range 70 {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		list = append(list, `"AIDAALICE0000000`+n+`00"`, `"AROAAPP000000000`+n+`00"`, `"1111222233`+n+`"`)
	}
	all := func(l []string) string { return `{"AWS":[` + join(l) + `]}` }
	d := diff(t, policy.Trust, trust(all(list)), trust(all(list[1:])), question.Bound{Steps: 3_000_000})
	if d.Grants != question.Perhaps {
		t.Errorf("%s%s", d.Grants, show(d))
	}
	if d = diff(t, policy.Trust, trust(all(list)), trust(all(append(slices.Clone(list[1:]), list[0]))), question.Bound{}); d.Grants != question.Never {
		t.Errorf("the same: %s%s", d.Grants, show(d))
	}
}

func join(list []string) string {
	s := ""
	for i, item := range list {
		if i > 0 {
			s += ","
		}
		s += item
	}
	return s
}

func TestGrants(t *testing.T) {
	docs := []policy.Source{source(t, policy.Managed, allow("*", "*")+","+deny("iam:*", "arn:aws:iam::*:role/*"))}
	for _, c := range []struct {
		action, resource string
		want             question.Answer
	}{
		{"iam:*", "arn:aws:iam::*:role/admin*", question.Never},
		{"iam:*", "*", question.Sometimes},
		{"s3:*", "*", question.Sometimes},
	} {
		d, err := question.Grants(docs, []string{c.action}, []string{c.resource}, question.Bound{})
		if err != nil || d.Grants != c.want {
			t.Errorf("%s on %s: %s, want %s (%v)", c.action, c.resource, d.Grants, c.want, err)
		}
	}
	if _, err := question.Grants(docs, []string{"x"}, []string{"*"}, question.Bound{}); err == nil {
		t.Error("x is no action")
	}
	if _, err := question.Grants(append(docs, source(t, policy.Trust, trust(`{"AWS":"*"}`))), []string{"*"}, []string{"*"}, question.Bound{}); err == nil {
		t.Error("documents that do not belong together")
	}
	none, some := question.Difference{Grants: question.Never}, question.Difference{Doubts: []string{"why"}}
	if none.Add(&some); none.Grants != question.Perhaps {
		t.Error(none)
	}
}

func TestAnswers(t *testing.T) {
	for a, want := range map[question.Answer]string{question.Perhaps: "perhaps", question.Always: "always", 9: "unknown answer"} {
		if text, err := a.MarshalText(); string(text) != want || err != nil {
			t.Errorf("%s, want %s", text, want)
		}
	}
}

// The identity policies of other clouds are compared in their own languages.
func TestDiffInOtherLanguages(t *testing.T) {
	type languages struct {
		g       *policy.Grammar
		use     policy.Use
		version string
	}
	ali, hua, ucl := languages{policy.RAM(), policy.Managed, "1"}, languages{policy.Huawei(), policy.Managed, "5.0"}, languages{policy.UCloud(), policy.Managed, "1"}
	of := func(l languages, u policy.Use) languages { l.use = u; return l }
	const hwAccount = "0123456789abcdef0123456789abcdef"
	for _, c := range []struct {
		in       languages
		old, new string
		want     question.Answer
	}{
		{ali, `"Action":"oss:*","Resource":"acs:oss:*:*:b/*"`, `"Action":"oss:Get*","Resource":"acs:oss:*:*:b/x*"`, question.Never},
		{ali, `"Action":"oss:Get*","Resource":"acs:oss:*:*:b/x*"`, `"Action":"oss:*","Resource":"acs:oss:*:*:b/x*"`, question.Sometimes},
		{ali, `"Action":"oss:*","Resource":"acs:oss:*:*:b/*"`, `"Action":"oss:*","Resource":"acs:oss:::b/*"`, question.Never},
		{ali, `"Action":"oss:*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"}}`,
			`"Action":"oss:*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":"10.1.0.0/16"}}`, question.Never},
		{of(ali, policy.Session), `"Action":"oss:Get*","Resource":"*"`, `"Action":"oss:*","Resource":"*"`, question.Sometimes},
		{of(ali, policy.SCP), `"Action":"*","Resource":"*"`, `"Action":"oss:*","Resource":"*"`, question.Never},
		{hua, `"Action":["obs:*:*"],"Resource":["OBS:*:*:bucket:b*"]`, `"Action":["obs:object:get*"],"Resource":["OBS:*:` + hwAccount + `:bucket:b1"]`, question.Never},
		{hua, `"Action":["obs:object:get*"]`, `"Action":["obs:object:*"]`, question.Sometimes},
		{hua, `"Action":["obs:*:*"],"Condition":{"StringMatch":{"g:UserName":["a*"]}}`, `"Action":["obs:*:*"],"Condition":{"StringEquals":{"g:UserName":["ab"]}}`, question.Never},
		{hua, `"Action":["obs:*:*"],"Condition":{"Bool":{"g:MFAPresent":["false"]}}`, `"Action":["obs:*:*"],"Condition":{"Bool":{"g:MFAPresent":["false"]},"StringEquals":{"g:UserName":["a"]}}`, question.Never},
		{hua, `"Action":["obs:*:*"]`, `"Action":["obs:*:*"],"Condition":{"StringEquals":{"g:UserName":["${g:DomainName}"]}}`, question.Perhaps},
		{hua, `"Action":["obs:*:*"],"Condition":{"StringEquals":{"g:UserName":["a"]}}`, `"Action":["obs:*:*"],"Condition":{"StringStartWith":{"g:UserName":["a"]}}`, question.Perhaps},
		{ucl, `"Action":["uhost:*"],"Resource":["*"]`, `"Action":["uhost:Describe*"],"Resource":["ucs:uhost:*:12345:instance/*"]`, question.Never},
		{ucl, `"Action":["uhost:Describe*"],"Resource":["*"]`, `"Action":["uhost:*"],"Resource":["*"]`, question.Sometimes},
		{of(ucl, policy.Trust), `"Action":["sts:AssumeRole"],"Principal":{"UCS":["ucs:iam::12345:root"]}`, `"Action":["sts:AssumeRole"],"Principal":{"UCS":["ucs:iam::54321:root"]}`, question.Perhaps},
	} {
		read := func(body string) []policy.Source {
			d, err := policy.Parse(c.in.g, c.in.use, []byte(`{"Version":"`+c.in.version+`","Statement":[{"Effect":"Allow",`+body+`}]}`))
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			return []policy.Source{{ID: "p", Policy: d.Compile()}}
		}
		d, err := question.Diff(read(c.old), read(c.new), question.Bound{})
		if err != nil || d.Grants != c.want {
			t.Errorf("%s: %s for %s: %s, want %s (%v)%s", c.in.g.Name(), c.new, c.old, d.Grants, c.want, err, show(d))
		}
		for _, w := range d.Witnesses {
			if policy.Decide(w.Before, w.Request()).Allowed() || !policy.Decide(w.After, w.Request()).Allowed() {
				t.Errorf("no witness: %+v", w.Example)
			}
		}
	}
	if _, err := question.Diff([]policy.Source{source(t, policy.Managed, allow("*", "*"))}, foreign(t), question.Bound{}); !errors.Is(err, question.ErrMixed) {
		t.Error("documents of two languages")
	}
}

func foreign(t *testing.T) []policy.Source {
	d, err := policy.Parse(policy.RAM(), policy.Managed, []byte(`{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return []policy.Source{{ID: "foreign", Policy: d.Compile()}}
}

// What a principal of another cloud can do is asked of its layers; a policy in
// another language denies, as it does in a decision.
func TestWhatCanInOtherLanguages(t *testing.T) {
	l := &policy.Layers{Grammar: policy.RAM(), Scoped: map[string]*policy.Set{"rg-1": policy.NewSet(foreign(t)...)}}
	q := &question.Query{Layers: l, Principal: user()}
	for scope, want := range map[string]question.Answer{"rg-1": question.Always, "rg-2": question.Never} {
		q.Scope = scope
		if list, _ := question.WhatCan(q); len(list) != 1 || list[0].Can != want || list[0].Layer != policy.LayerScoped {
			t.Errorf("in %s: %+v", scope, list)
		}
		if p, err := question.Can(q, "oss:*", "acs:oss:*:*:b"); err != nil || p.Can != want {
			t.Errorf("in %s: %+v, %v", scope, p, err)
		}
	}
	if _, err := question.Can(q, "oss:*", "arn:aws:s3:::b"); err == nil {
		t.Error("an ARN is no name of this cloud")
	}
	l.Identity = policy.NewSet(source(t, policy.Managed, allow("*", "*")))
	q.Scope = "rg-1"
	if list, _ := question.WhatCan(q); len(list) != 1 || list[0].Can != question.Never {
		t.Errorf("beside a policy in another language: %+v", list)
	}
}
