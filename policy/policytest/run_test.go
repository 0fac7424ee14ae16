package policytest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

const (
	doc   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	alice = `"arn:aws:iam::111122223333:user/alice"`
)

func line(id, principal, expect, more string) string {
	return fmt.Sprintf(`{"id":%q,"policies":{"identity":[%s]%s},"request":{"principal":%s,"action":"s3:GetObject","resource":"arn:aws:s3:::b/k"},"expect":%q}`,
		id, doc, more, principal, expect)
}

func run(t *testing.T, input string) (results []Result, passed, failed int) {
	t.Helper()
	passed, failed, err := Run(strings.NewReader(input), "cases.jsonl", func(r Result) { results = append(results, r) })
	if err != nil {
		t.Fatal(err)
	}
	return results, passed, failed
}

func TestRun(t *testing.T) {
	input := strings.Join([]string{
		"// a comment", "",
		line("ok", alice, "allow", ""),
		line("wrong", alice, "deny", ""),
		line("either", alice, "deny", `,"boundary":{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`),
		line("empty session", `"arn:aws:sts::111122223333:assumed-role/r/s"`, "implicitDeny", `,"session":[]`),
		line("null session", `"arn:aws:sts::111122223333:assumed-role/r/s"`, "allow", `,"session":null`),
		line("malformed", alice, "malformed", `,"resource":"{"`),
		line("unexpectedly malformed", alice, "allow", `,"resource":{"Statement":7}`),
		line("odd", alice, "allow", `,"resource":{"Statement":[]}`),
		line("odd and refused", alice, "malformed", `,"resource":{"Statement":[]}`),
		line("not malformed", alice, "malformed", ""),
	}, "\n")
	results, passed, failed := run(t, input)
	if passed != 7 || failed != 3 || len(results) != 10 {
		t.Errorf("%d passed, %d failed, %d reported", passed, failed, len(results))
	}
	want := map[string]string{
		"ok": "allow", "wrong": "allow", "either": "explicitDeny", "empty session": "implicitDeny", "null session": "allow",
		"malformed": "malformed", "unexpectedly malformed": "malformed", "not malformed": "allow",
		"odd": "allow", "odd and refused": "malformed",
	}
	for i, r := range results {
		if r.Got != want[r.ID] || r.Line != i+3 || r.File != "cases.jsonl" {
			t.Errorf("%+v", r)
		}
		if (r.Trace == nil) != (r.Got == "malformed") || (r.Err != nil) != (r.Got == "malformed") {
			t.Errorf("%s: trace %v, error %v", r.ID, r.Trace != nil, r.Err)
		}
	}
}

func TestRunRefusesBadCases(t *testing.T) {
	for name, bad := range map[string]string{
		"not JSON":         `{`,
		"two objects":      line("a", alice, "allow", "") + "{}",
		"unknown field":    strings.Replace(line("a", alice, "allow", ""), `"policies"`, `"police"`, 1),
		"unknown layer":    line("a", alice, "allow", `,"sessions":[]`),
		"expect":           line("a", alice, "perhaps", ""),
		"dialect":          strings.Replace(line("a", alice, "allow", ""), `{`, `{"dialect":"oracle",`, 1),
		"kind":             line("a", alice, "allow", `,"resource_kind":"other"`),
		"principal":        line("a", `"bob"`, "allow", ""),
		"group":            line("a", `"arn:aws:iam::111122223333:group/g"`, "allow", ""),
		"principal field":  line("a", `{"arm":"x"}`, "allow", ""),
		"principal number": line("a", `1`, "allow", ""),
		"null document":    strings.Replace(line("a", alice, "allow", ""), "["+doc+"]", "[null]", 1),
		"null key":         strings.Replace(line("a", alice, "allow", ""), `"action"`, `"context":{"k":null},"action"`, 1),
		"two keys":         strings.Replace(line("a", alice, "allow", ""), `"action"`, `"context":{"k:x":"1","K:X":"2"},"action"`, 1),
	} {
		results, passed, failed := run(t, bad)
		if passed != 0 || failed != 1 || results[0].Err == nil || results[0].Got != "" || results[0].Passed() {
			t.Errorf("%s: %d passed, %d failed, %+v", name, passed, failed, results)
		}
	}
	if r, _, _ := run(t, strings.Replace(line("a", alice, "allow", ""), `{`, `{"dialect":"oracle",`, 1)); !strings.Contains(r[0].Err.Error(), "aws, alibaba, huawei, ucloud") {
		t.Errorf("%v", r[0].Err)
	}
}

func TestRunBoundsLines(t *testing.T) {
	passed, failed, err := Run(strings.NewReader(line("a", alice, "allow", "")+"\n"+strings.Repeat(" ", maxLine+1)), "x", nil)
	if err == nil || !strings.Contains(err.Error(), "x:2: ") || passed != 1 || failed != 0 {
		t.Errorf("%d %d %v", passed, failed, err)
	}
}

// Every form of a principal, and what becomes of it.
func TestPrincipals(t *testing.T) {
	for in, want := range map[string]policy.Principal{
		alice:                                         {Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"},
		`"anonymous"`:                                 {},
		`"111122223333"`:                              {Type: policy.Root, ARN: "arn:aws:iam::111122223333:root", Account: "111122223333"},
		`"arn:aws:iam::111122223333:root"`:            {Type: policy.Root, ARN: "arn:aws:iam::111122223333:root", Account: "111122223333"},
		`"arn:aws:iam::111122223333:role/p/r"`:        {Type: policy.AssumedRole, ARN: "arn:aws:iam::111122223333:role/p/r", Account: "111122223333", RoleARN: "arn:aws:iam::111122223333:role/p/r"},
		`"arn:aws:sts::1:assumed-role/r/s"`:           {Type: policy.AssumedRole, ARN: "arn:aws:sts::1:assumed-role/r/s", Account: "1", RoleARN: "arn:aws:iam::1:role/r", SessionName: "s"},
		`"arn:aws:sts::1:federated-user/f"`:           {Type: policy.FederatedUser, ARN: "arn:aws:sts::1:federated-user/f", Account: "1"},
		`"logs.example.com"`:                          {Type: policy.Service, ARN: "logs.example.com"},
		`"accounts.google.com"`:                       {Type: policy.WebIdentity, ARN: "accounts.google.com"},
		`"arn:aws:iam::1:oidc-provider/a.b"`:          {Type: policy.WebIdentity, ARN: "arn:aws:iam::1:oidc-provider/a.b"},
		`"arn:aws:iam::1:saml-provider/x"`:            {Type: policy.SAML, ARN: "arn:aws:iam::1:saml-provider/x"},
		`{"type":"federated","arn":"idp.test"}`:       {Type: policy.WebIdentity, ARN: "idp.test"},
		`{"type":"root","account":"111122223333"}`:    {Type: policy.Root, ARN: "arn:aws:iam::111122223333:root", Account: "111122223333"},
		`{"arn":"111122223333","canonical_id":"c"}`:   {Type: policy.Root, ARN: "arn:aws:iam::111122223333:root", Account: "111122223333", CanonicalID: "c"},
		`{"arn":"arn:aws:iam::1:user/u","id":"AIDA"}`: {Type: policy.User, ARN: "arn:aws:iam::1:user/u", Account: "1", ID: "AIDA"},
		`{"type":"service","arn":"localservice"}`:     {Type: policy.Service, ARN: "localservice"},
		`{"arn":"arn:aws:sts::1:assumed-role/AWSx/s","role_arn":"arn:aws:iam::1:role/aws-service-role/x/AWSx"}`: {
			Type: policy.AssumedRole, ARN: "arn:aws:sts::1:assumed-role/AWSx/s", Account: "1", SessionName: "s",
			RoleARN: "arn:aws:iam::1:role/aws-service-role/x/AWSx", ServiceLinked: true,
		},
	} {
		got, err := readPrincipal(policy.AWS(), []byte(in), "", "")
		if err != nil || *got != want {
			t.Errorf("%s: %+v %v", in, got, err)
		}
	}
	if p, err := Principal("111122223333"); err != nil || p.Type != policy.Root {
		t.Errorf("%+v %v", p, err)
	}
	if p, err := Principal("alice"); err == nil {
		t.Errorf("alice is %+v", p)
	}
	p, err := readPrincipal(policy.AWS(), []byte(`"arn:aws:sts::1:federated-user/f"`), "", "arn:aws:iam::1:user/u")
	if err != nil || p.IssuerARN != "arn:aws:iam::1:user/u" {
		t.Errorf("%+v %v", p, err)
	}
}

// Of other clouds a principal is what the object says, and nothing is guessed.
func TestPrincipalsOfOtherClouds(t *testing.T) {
	for in, want := range map[string]policy.Principal{
		`{"type":"user","arn":"acs:ram::1:user/u","account":"1","id":"2"}`: {Type: policy.User, ARN: "acs:ram::1:user/u", Account: "1", ID: "2"},
		`{"type":"role-session","arn":"sts::1:assumed-agency:r/s","account":"1","role_arn":"iam::1:agency:r"}`: {
			Type: policy.AssumedRole, ARN: "sts::1:assumed-agency:r/s", Account: "1", RoleARN: "iam::1:agency:r", SessionName: "s",
		},
		`{"type":"root","arn":"1","account":"1"}`:            {Type: policy.Root, ARN: "1", Account: "1"},
		`{"type":"service","arn":"ecs.aliyuncs.com"}`:        {Type: policy.Service, ARN: "ecs.aliyuncs.com"},
		`{"type":"federated","arn":"iam::1:oidcProvider:p"}`: {Type: policy.WebIdentity, ARN: "iam::1:oidcProvider:p"},
		`{"type":"anonymous"}`:                               {},
	} {
		got, err := readPrincipal(policy.Huawei(), []byte(in), "", "")
		if err != nil || *got != want {
			t.Errorf("%s: %+v %v", in, got, err)
		}
	}
	for _, bad := range []string{`"acs:ram::1:user/u"`, `{"arn":"acs:ram::1:user/u"}`, `{"type":"group","arn":"x"}`} {
		if p, err := readPrincipal(policy.RAM(), []byte(bad), "", ""); err == nil {
			t.Errorf("%s: %+v", bad, p)
		}
	}
}

// A policy attached within a project counts in it only, and the owner of a
// resource is read off its name.
func TestProjectsAndOwners(t *testing.T) {
	const doc = `{"Version":"1","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`
	for name, c := range map[string]struct{ identity, project, resource, got string }{
		"in it":           {`{"doc":` + doc + `,"project":"org-a"}`, "org-a", "ucs:uhost:cn-bj2:65818677:instance/x", allow},
		"elsewhere":       {`{"doc":` + doc + `,"project":"org-a"}`, "org-b", "ucs:uhost:cn-bj2:65818677:instance/x", implicitDeny},
		"everywhere":      {`{"doc":` + doc + `}`, "org-b", "ucs:uhost:cn-bj2:65818677:instance/x", allow},
		"another company": {doc, "", "ucs:uhost:cn-bj2:99999999:instance/x", implicitDeny},
		"no owner":        {doc, "", "*", allow},
		"null":            {`null`, "", "*", ""},
		"malformed":       {`{"doc":{"Version":"2"},"project":"org-a"}`, "", "*", malformed},
	} {
		in := fmt.Sprintf(`{"id":"a","dialect":"ucloud","policies":{"identity":[%s]},"request":{"principal":{"type":"user","arn":"ucs:iam::65818677:user/u","account":"65818677"},`+
			`"project":%q,"action":"uhost:X","resource":%q},"expect":"allow"}`, c.identity, c.project, c.resource)
		if r, _, _ := run(t, in); r[0].Got != c.got {
			t.Errorf("%s: %+v", name, r[0])
		}
	}
}

// Two actions are beyond all policies.
func TestActionsBeyondPolicies(t *testing.T) {
	for _, c := range []struct{ principal, action, got string }{
		{alice, "sts:GetSessionToken", "allow"},
		{alice, "STS:getcalleridentity", "allow"},
		{`"arn:aws:sts::111122223333:assumed-role/r/s"`, "sts:GetSessionToken", "implicitDeny"},
		{`"anonymous"`, "sts:GetCallerIdentity", "implicitDeny"},
	} {
		in := fmt.Sprintf(`{"id":"a","policies":{},"request":{"principal":%s,"action":%q,"resource":"*"},"expect":"allow"}`, c.principal, c.action)
		if r, _, _ := run(t, in); r[0].Got != c.got {
			t.Errorf("%s %s: %+v", c.principal, c.action, r[0])
		}
	}
}

func FuzzRun(f *testing.F) {
	f.Add(line("a", alice, "allow", ""))
	f.Add(line("a", `{"arn":"x.y"}`, "deny", `,"scp":[[],null],"rcp":null,"vpce":`+doc))
	f.Add("{}\n[]\n\"")
	f.Fuzz(func(t *testing.T, input string) {
		n := 0
		passed, failed, _ := Run(strings.NewReader(input), "fuzz", func(r Result) {
			n++
			if r.Passed() && r.Got == "" || r.Got == "" && r.Err == nil {
				t.Fatalf("%+v", r)
			}
		})
		if passed+failed != n {
			t.Fatalf("%d + %d, %d reported", passed, failed, n)
		}
	})
}
