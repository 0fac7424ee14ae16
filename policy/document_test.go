package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/policy"
)

const trustText = `{ "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": [ "arn:aws:iam::111122223333:user/\u0061lice", "111122223333"], "Service": "logs.example.com"},
     "Action": "sts:AssumeRole"},
    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:TagSession" }
  ] }
`

func TestPrincipals(t *testing.T) {
	d, err := policy.Parse(policy.AWS(), policy.Trust, []byte(trustText))
	if err != nil {
		t.Fatal(err)
	}
	type ref struct{ Type, Value, At string }
	var got []ref
	for _, p := range d.Principals() {
		got = append(got, ref{p.Type, p.Value, trustText[p.Pos.Offset : p.Pos.Offset+4]})
	}
	want := []ref{
		{"AWS", "arn:aws:iam::111122223333:user/alice", `"arn`}, {"AWS", account, `"111`},
		{"Service", "logs.example.com", `"log`}, {"AWS", "*", `"*"}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	not, err := policy.Parse(policy.AWS(), policy.Resource, []byte(`{"Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if ps := not.Principals(); len(ps) != 1 || !ps[0].Not || ps[0].Value != "*" {
		t.Errorf("%+v", ps)
	}
}

func TestRewritePrincipals(t *testing.T) {
	d, err := policy.Parse(policy.AWS(), policy.Trust, []byte(trustText))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(d.RewritePrincipals(func(_, v string) string { return v })); got != trustText {
		t.Errorf("changed without a change:\n%s", got)
	}
	bind := func(typ, v string) string {
		if typ == "AWS" && strings.HasSuffix(v, "user/alice") {
			return "AIDAALICE00000000001"
		}
		return v
	}
	got := string(d.RewritePrincipals(bind))
	want := strings.Replace(trustText, `"arn:aws:iam::111122223333:user/\u0061lice"`, `"AIDAALICE00000000001"`, 1)
	if got != want {
		t.Errorf("got %s", got)
	}
	bound, err := policy.Parse(policy.AWS(), policy.Trust, []byte(got))
	if err != nil {
		t.Fatal(err)
	}
	if bound.Principals()[0].Value != "AIDAALICE00000000001" {
		t.Error("not bound")
	}
	// Whatever is put in stays one JSON string.
	for _, v := range []string{`a"b\c`, "\n\x01", "ü\u2028", "\xff"} {
		out := d.RewritePrincipals(func(string, string) string { return v })
		if !json.Valid(out) {
			t.Errorf("%q makes %s", v, out)
		}
	}
}

func TestSizeSourceAndAccessors(t *testing.T) {
	const doc = "{ \"Version\" : \"2012-10-17\",\n\t\"Id\": \"a \\\" b\",\r\n \"Statement\": {\"Effect\":\"Allow\", \"Action\":\"*\", \"Resource\":\"*\"}, \"X\": 1}"
	text := strings.Replace(doc, `, "X": 1`, "", 1)
	d, err := policy.Parse(policy.AWS(), policy.Managed, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if want := len(`{"Version":"2012-10-17","Id":"a \" b","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`); d.Size() != want {
		t.Errorf("size %d, want %d", d.Size(), want)
	}
	src := d.Source()
	if string(src) != text {
		t.Error("source differs")
	}
	src[0] = 'x'
	if string(d.Source()) != text {
		t.Error("the document's text can be written to")
	}
	if d.Use() != policy.Managed || d.Grammar() != policy.AWS() || d.Version() != "2012-10-17" || d.Grammar().Name() != "aws" || d.Compile().Document() != d {
		t.Error("accessors")
	}
	umlaut := `{"Id":"ü","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	if d, err = policy.Parse(policy.AWS(), policy.Inline, []byte(umlaut)); err != nil || d.Size() != len(umlaut)-1 {
		t.Errorf("size counts bytes: %v", err)
	}
}

// What each use demands and forbids, beyond the corpus.
func TestUses(t *testing.T) {
	const plain = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	for _, c := range []struct {
		use policy.Use
		doc string
		bad policy.FaultCode // "" = accepted
	}{
		{policy.Managed, plain, ""},
		{policy.Managed, strings.Replace(plain, `"Version":"2012-10-17",`, "", 1), policy.FaultVersion},
		{policy.Inline, strings.Replace(plain, "2012", "2008", 1), ""},
		{policy.Session, plain, ""},
		{policy.SCP, plain, ""},
		{policy.Resource, plain, ""},
		{policy.Trust, plain, policy.FaultProhibited},
		{policy.RCP, plain, policy.FaultSyntax},
		{policy.Session, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:*"}}`, policy.FaultARN},
		{policy.Resource, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:*"}}`, policy.FaultARN},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:*"}}`, ""},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Sid":"a-b","Action":"s3:*","Resource":"*"}}`, policy.FaultSid},
		{policy.Resource, `{"Statement":{"Effect":"Allow","Sid":"a b-c","Action":"s3:*","Resource":"*"}}`, ""},
		{policy.SCP, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`, policy.FaultPrincipalDenied},
		{policy.RCP, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`, ""},
		{policy.RCP, `{"Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"s3:*","Resource":"*"}}`, policy.FaultProhibited},
		{policy.RCP, `{"Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"s3:*","Resource":"*"}}`, policy.FaultProhibited},
		{policy.Trust, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole*"}}`, ""},
		{policy.Trust, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"}}`, policy.FaultAction},
		{policy.Trust, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"NotAction":"sts:AssumeRole"}}`, policy.FaultAction},
		{policy.Trust, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"STS:assumerole"}}`, ""},
		{policy.Trust, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","NotResource":"*"}}`, policy.FaultProhibited},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"s3*:Get","Resource":"*"}}`, policy.FaultAction},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"*:Get*","Resource":"*"}}`, ""},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"**","Resource":"*"}}`, policy.FaultAction},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"**"}}`, policy.FaultResource},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:*:::b"}}`, policy.FaultResource},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:*:s3:::b"}}`, policy.FaultResource},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"x:aws:s3:::b"}}`, policy.FaultResource},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::1:u*r/x"}}`, ""},
		{policy.Inline, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::1:thing/x"}}`, policy.FaultResource},
	} {
		d, err := policy.Parse(policy.AWS(), c.use, []byte(c.doc))
		switch {
		case c.bad == "" && err != nil:
			t.Errorf("%s %s: %v", c.use, c.doc, describe(err))
		case c.bad != "" && d != nil:
			t.Errorf("%s %s: accepted", c.use, c.doc)
		case c.bad != "":
			if s := refused(t, c.use, c.doc); s.Faults[0].Code != c.bad {
				t.Errorf("%s %s: %+v", c.use, c.doc, s.Faults)
			}
		}
	}
}

// All faults are told, each at its place, the one IAM would tell first.
func TestFaultsAndPositions(t *testing.T) {
	doc := "{\"Version\":\"2012-10-17\",\n\"Statement\":[\n{\"Effect\":\"Allow\",\"Action\":\"nocolon\",\n\"Resource\":\"nowhere\"},\n{\"Effect\":\"Alow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}]}"
	s := refused(t, policy.Managed, doc)
	type fault struct {
		Line, Column int
		Code         policy.FaultCode
		Message      string
	}
	var got []fault
	for _, f := range s.Faults {
		got = append(got, fault{f.Pos.Line, f.Pos.Column, f.Code, f.Message})
	}
	want := []fault{
		{5, 11, policy.FaultSyntax, "Syntax errors in policy."},
		{4, 12, policy.FaultResource, `Resource nowhere must be in ARN format or "*".`},
		{3, 28, policy.FaultAction, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s.Error() != want[0].Message {
		t.Error(s.Error())
	}
}

// Kinds of IAM resources that came later are known, though the message that lists the kinds does not have them.
func TestDelegationRequestsAsResources(t *testing.T) {
	in := func(kind string) []byte {
		return []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111111111111:` + kind + `/dr-1"}}`)
	}
	d, err := policy.Parse(policy.AWS(), policy.Managed, in("delegation-request"))
	if err != nil || d == nil {
		t.Errorf("refused: %v", err)
	}
	if _, err := policy.Parse(policy.AWS(), policy.Managed, in("delegation-requests")); err == nil || strings.Contains(err.Error(), "delegation") {
		t.Errorf("another kind: %v", err)
	}
}

func TestBucketPolicies(t *testing.T) {
	in := func(s string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",` + s + `}]}`
	}
	for doc, want := range map[string]string{
		in(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`):                        "",
		in(`"Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::b*"`):       "",
		in(`"Action":"s3:*","Resource":"arn:aws:s3:::b"`):                                  "",
		in(`"Action":"s3:GetLifecycleConfiguration","Resource":"arn:aws:s3:::b"`):          "",
		in(`"Action":"s3:AbortMultipartUpload","Resource":"arn:aws:s3:::b/k"`):             "",
		in(`"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b/*"`):                       "Action does not apply to any resource(s) in statement",
		in(`"Action":"s3:getobject","Resource":"arn:aws:s3:::b"`):                          "Action does not apply to any resource(s) in statement",
		in(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::bb/*"`):                       "Policy has invalid resource",
		in(`"Action":"s3:GetObject","Resource":"arn:aws:s3:eu::b/*"`):                      "Policy has invalid resource",
		in(`"Action":"GetObject","Resource":"arn:aws:s3:::b/*"`):                           "Policy has invalid action",
		in(`"NotAction":"s3:GetObject","Resource":"arn:aws:s3:::b"`):                       "",
		` ` + in(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`):                  "Policies must be valid JSON and the first byte must be '{'",
		`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"}}`:     "Missing required field Principal",
		`{"Statement":{"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::b"}}`:     "Statement is missing required element",
		`{"Statement":{"Effect":"Allow","Principal":"me","Action":"s3:*","Resource":"*"}}`: "Invalid principal in policy",
	} {
		_, err := policy.ParseBucketPolicy([]byte(doc), "b")
		if got := ""; err != nil {
			got = err.Error()
			if got != want {
				t.Errorf("%s: %q, want %q", doc, got, want)
			}
		} else if want != "" {
			t.Errorf("%s: accepted, want %q", doc, want)
		}
	}
}

// What cannot be a principal is nobody, in a document that is read for deciding only.
func TestOddPrincipalsAreNobody(t *testing.T) {
	for _, p := range []string{
		"root", "user/alice", "arn:aws:iam::111122223333:rooted", "arn:aws:iam::111122223333:root/x", "arn:aws:iam::111122223333:*", "arn:aws:iam::*:root",
		"arn:aws:iam::111122223333:saml-provider/x", "arn:aws:iam:111122223333:root", "1111", "arn:aws:iam::111122223333:user/ali?e", "",
	} {
		d, err := policy.Read(policy.AWS(), policy.Resource, []byte(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"`+p+`"},"Action":"*","Resource":"*"}}`))
		if d == nil || err == nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		bucket := policy.Source{ID: "odd", Policy: d.Compile()}
		for _, who := range []*policy.Principal{alice(), role(), root(), federated()} {
			tr := policy.Explain(&policy.Layers{Resource: &bucket}, getObject(who, nil))
			if tr.Layers[0].Outcome != policy.ImplicitDeny {
				t.Errorf("%s is %s", p, who.ARN)
			}
		}
	}
}
