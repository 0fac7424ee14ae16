package arn

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Name
	}{
		{"arn:aws:iam::123456789012:user/a/b/joe", Name{"aws", "iam", "", "123456789012", "user/a/b/joe"}},
		{"arn:aws:iam::aws:policy/AdministratorAccess", Name{"aws", "iam", "", "aws", "policy/AdministratorAccess"}},
		{"arn:aws:s3:::bucket/a:b", Name{"aws", "s3", "", "", "bucket/a:b"}},
		{"arn:aws-cn:sqs:cn-north-1:123456789012:queue", Name{"aws-cn", "sqs", "cn-north-1", "123456789012", "queue"}},
		{"arn:aws:iam::123456789012:root", Name{"aws", "iam", "", "123456789012", "root"}},
	} {
		got, err := Parse(c.in)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q) = %+v, %v", c.in, got, err)
		}
		if got.String() != c.in {
			t.Errorf("%q prints as %q", c.in, got)
		}
	}
	for _, in := range []string{
		"", "arn", "arn:", "arn:aws:iam::123456789012", "arn:aws:iam::123456789012:", "nothing-valid-in-here", "arn:a:a::aaaaaaaaaa:",
		"arn:awsx:iam::123456789012:user/x", "arn:aws-:iam::123456789012:user/x", "ARN:aws:iam::123456789012:user/x",
		"arn:aws:IAM::123456789012:user/x", "arn:aws:iam::12345678901:user/x", "arn:aws:iam::1234567890123:user/x",
		"arn:aws:iam::*:role/x", "arn:aws:iam::12345678901a:user/x", " arn:aws:iam::123456789012:user/x",
		"arn:aws:iam::123456789012:user/x ", "arn:aws:iam::123456789012:user/x\n", "arn:aws:iam::123456789012:user/\x00",
		"arn:aws:::123456789012:user/x", "arn:aws:iam:eu_west:123456789012:user/x", "arn:*:iam::123456789012:user/x",
		"arn:aws:s3:::" + strings.Repeat("x", MaxLength),
	} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %+v", in, got)
		}
	}
}

func TestEntity(t *testing.T) {
	for _, c := range []struct {
		in, kind, path, name string
		ok                   bool
	}{
		{User("123456789012", "/", "joe"), "user", "/", "joe", true},
		{User("123456789012", "", "joe"), "user", "/", "joe", true},
		{Role("123456789012", "/a/b/", "r"), "role", "/a/b/", "r", true},
		{Group("123456789012", "/g/", "g"), "group", "/g/", "g", true},
		{Policy("aws", "/", "P"), "policy", "/", "P", true},
		{"arn:aws:iam::123456789012:instance-profile/p", "instance-profile", "/", "p", true},
		{"arn:aws:iam::123456789012:mfa/m", "mfa", "/", "m", true},
		{"arn:aws:iam::123456789012:saml-provider/s", "saml-provider", "/", "s", true},
		{"arn:aws:iam::123456789012:oidc-provider/idp.example.com/x", "oidc-provider", "/idp.example.com/", "x", true},
		{Root("123456789012"), "root", "", "", true},
		{AssumedRole("123456789012", "R", "S"), "assumed-role", "/R/", "S", true},
		{"arn:aws:sts::123456789012:federated-user/bob", "federated-user", "/", "bob", true},
		{"arn:aws:sqs:eu-west-1:123456789012:queue", "", "", "", false},
		{"arn:aws:iam::123456789012:user/", "", "", "", false},
		{"arn:aws:iam::123456789012:/x", "", "", "", false},
	} {
		n, err := Parse(c.in)
		if err != nil {
			t.Fatalf("Parse(%q): %v", c.in, err)
		}
		kind, path, name, ok := n.Entity()
		if kind != c.kind || path != c.path || name != c.name || ok != c.ok {
			t.Errorf("%q is %q %q %q %t", c.in, kind, path, name, ok)
		}
	}
}

func TestSession(t *testing.T) {
	n, _ := Parse(AssumedRole("123456789012", "R", "S"))
	if role, session, ok := n.Session(); role != "R" || session != "S" || !ok {
		t.Errorf("got %q %q %t", role, session, ok)
	}
	for _, in := range []string{
		"arn:aws:iam::123456789012:assumed-role/R/S", "arn:aws:sts::123456789012:assumed-role/R", "arn:aws:sts::123456789012:assumed-role//S",
		"arn:aws:sts::123456789012:assumed-role/R/", "arn:aws:sts::123456789012:assumed-role/p/R/S", "arn:aws:sts::123456789012:federated-user/x",
	} {
		n, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := n.Session(); ok {
			t.Errorf("%q passes for a session", in)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("arn:aws:iam::123456789012:user/a/b/joe")
	f.Add("arn:aws:s3:::bucket/a:b")
	f.Add("arn:aws-cn:sqs:cn-north-1:123456789012:q")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s)
		if err != nil {
			if n != (Name{}) {
				t.Errorf("an error and %+v", n)
			}
			return
		}
		if n.String() != s {
			t.Errorf("%q prints as %q", s, n)
		}
		if kind, path, name, ok := n.Entity(); ok && kind != "root" && kind+path+name != n.Resource {
			t.Errorf("%q falls into %q %q %q", s, kind, path, name)
		}
	})
}
