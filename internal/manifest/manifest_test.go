package manifest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/wire"
)

const (
	account = "111111111111"
	allow   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
)

func trusting(principal string) Document {
	return Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`)
}

func read(t *testing.T, text string) *Manifest {
	t.Helper()
	m, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// steps are the lines of a plan.
func steps(p *Plan) (lines []string) {
	for i := range p.Steps {
		lines = append(lines, p.Steps[i].String())
	}
	return lines
}

// log is a server that writes down what it is asked, and fails from one action on.
type log struct {
	calls []string
	fail  string
}

var errServer = errors.New("refused")

func (l *log) Call(_ context.Context, action string, in, _ wire.Shape) error {
	if action == l.fail {
		return errServer
	}
	l.calls = append(l.calls, action+" "+string(wire.AppendForm(nil, in, wire.MemberList)))
	return nil
}

func TestReadIsStrict(t *testing.T) {
	for name, text := range map[string]string{
		"empty":           ``,
		"no format":       `{"account":"111111111111"}`,
		"newer format":    `{"daypass":2}`,
		"unknown member":  `{"daypass":1,"secrets":[]}`,
		"unknown below":   `{"daypass":1,"users":[{"name":"a","accessKeys":["AKIA"]}]}`,
		"member twice":    `{"daypass":1,"users":[{"name":"a","name":"b"}]}`,
		"twice in policy": `{"daypass":1,"policies":[{"name":"a","document":{"Statement":[],"Statement":[]}}]}`,
		"wrong type":      "{\"daypass\":1,\n\"users\":{}}",
		"trailing":        `{"daypass":1} {}`,
		"truncated":       `{"daypass":1,"users":[`,
		"deep":            `{"daypass":1,"users":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`,
	} {
		if m, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	_, err := Read(strings.NewReader("{\"daypass\":1,\n\"users\":{}}"))
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("the error does not say where: %v", err)
	}
}

func TestWriteReadsBack(t *testing.T) {
	m := &Manifest{Format: Format, Account: account, Alias: "corp",
		Policies:         []Policy{{Name: "p", Path: "/x/", Description: "<&>", Tags: map[string]string{"k": "v"}, Document: Document(allow)}},
		OIDCProviders:    []OIDCProvider{{URL: "https://issuer.example/a", ClientIDs: []string{"app"}}},
		SAMLProviders:    []SAMLProvider{{Name: "corp", Metadata: "<EntityDescriptor/>"}},
		Groups:           []Group{{Name: "g", Grants: Grants{Attached: []string{amazonPolicies + "ReadOnlyAccess"}}}},
		Users:            []User{{Name: "u", Groups: []string{"g"}, Boundary: amazonPolicies + "PowerUserAccess"}},
		Roles:            []Role{{Name: "r", MaxSession: 7200, Trust: trusting(account), Grants: Grants{Inline: map[string]Document{"i": Document(allow)}}}},
		InstanceProfiles: []InstanceProfile{{Name: "ip", Role: "r"}},
	}
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	back := read(t, b.String())
	plan, err := Compare(m, back, Options{Prune: true})
	if err != nil || len(plan.Steps) != 0 {
		t.Errorf("what was written differs: %v %v", steps(plan), err)
	}
	var again bytes.Buffer
	if err := back.Write(&again); err != nil || again.String() != b.String() {
		t.Errorf("%v: %s", err, cmp.Diff(b.String(), again.String()))
	}
}

func TestRenumber(t *testing.T) {
	for in, want := range map[string]string{
		"111111111111":                         "222222222222",
		"arn:aws:iam::111111111111:root":       "arn:aws:iam::222222222222:root",
		"1111111111111":                        "1111111111111",
		"x111111111111 111111111111y":          "x222222222222 222222222222y",
		"9111111111111 and 111111111111":       "9111111111111 and 222222222222",
		"1111111111119":                        "1111111111119",
		"nothing":                              "nothing",
		"":                                     "",
		"111111111111111111111111":             "111111111111111111111111",
		"arn:aws:s3:::logs-111111111111/AWS/*": "arn:aws:s3:::logs-222222222222/AWS/*",
	} {
		if got := renumber(in, account, "222222222222"); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// TestCompare: what each difference costs.
func TestCompare(t *testing.T) {
	have := &Manifest{Format: Format, Account: account, Alias: "old",
		Policies:         []Policy{{Name: "p", Document: Document(allow), versions: []string{"v1", "v2", "v4", "v9"}}, {Name: "gone", Document: Document(allow), versions: []string{"v1"}}},
		Groups:           []Group{{Name: "g"}, {Name: "h"}},
		Users:            []User{{Name: "u", Groups: []string{"g"}, Tags: map[string]string{"a": "1", "b": "2"}}, {Name: "leaver", Groups: []string{"g"}, Grants: Grants{Attached: []string{amazonPolicies + "ReadOnlyAccess"}}}},
		Roles:            []Role{{Name: "r", Description: "text", MaxSession: 3600, Boundary: amazonPolicies + "PowerUserAccess", Trust: trusting(account), Grants: Grants{Inline: map[string]Document{"i": Document(allow), "j": Document(allow)}}}},
		InstanceProfiles: []InstanceProfile{{Name: "ip", Role: "r"}},
	}
	changed := strings.Replace(allow, "GetObject", "PutObject", 1)
	want := &Manifest{Format: Format, Account: account, Alias: "new",
		Policies:         []Policy{{Name: "p", Document: Document(changed)}},
		Groups:           []Group{{Name: "G", Path: "/team/"}, {Name: "h"}},
		Users:            []User{{Name: "u", Path: "/team/", Groups: []string{"h"}, Tags: map[string]string{"a": "1", "b": "3", "c": "4"}}},
		Roles:            []Role{{Name: "r", MaxSession: 7200, Trust: trusting("222222222222"), Grants: Grants{Attached: []string{amazonPolicies + "ReadOnlyAccess"}, Inline: map[string]Document{"i": Document(changed)}}}},
		InstanceProfiles: []InstanceProfile{{Name: "ip"}},
	}
	plan, err := Compare(have, want, Options{Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{
		"~ policy p: document",
		"~ group G: path",
		"~ user u: path",
		"~ user u: set tags b, c",
		"~ user u: join group h",
		"~ user u: leave group g",
		"~ role r: description",
		"~ role r: maximum session duration",
		"~ role r: no permissions boundary",
		"~ role r: delete inline policy j",
		"~ role r: attach " + amazonPolicies + "ReadOnlyAccess",
		"~ role r: put inline policy i",
		"~ role r: trust policy",
		"~ instance profile ip: role",
		"~ account alias new",
		"- user leaver",
		"- policy gone",
	}, steps(plan)); d != "" {
		t.Error(d)
	}
	l := &log{}
	if err := plan.Run(t.Context(), l, func(*Step) {}); err != nil {
		t.Fatal(err)
	}
	for i, begin := range []string{
		"DeletePolicyVersion PolicyArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Apolicy%2Fp&VersionId=v1",
		"CreatePolicyVersion PolicyArn=",
		"UpdateGroup GroupName=G&NewPath=%2Fteam%2F",
		"UpdateUser UserName=u&NewPath=%2Fteam%2F",
		"TagUser UserName=u&Tags.member.1.Key=b&Tags.member.1.Value=3&Tags.member.2.Key=c&Tags.member.2.Value=4",
		"AddUserToGroup GroupName=h&UserName=u",
		"RemoveUserFromGroup GroupName=g&UserName=u",
		"UpdateRole RoleName=r&Description=",
		"UpdateRole RoleName=r&MaxSessionDuration=7200",
		"DeleteRolePermissionsBoundary RoleName=r",
		"DeleteRolePolicy RoleName=r&PolicyName=j",
		"AttachRolePolicy RoleName=r&PolicyArn=",
		"PutRolePolicy RoleName=r&PolicyName=i&PolicyDocument=",
		"UpdateAssumeRolePolicy RoleName=r&PolicyDocument=",
		"RemoveRoleFromInstanceProfile InstanceProfileName=ip&RoleName=r",
		"CreateAccountAlias AccountAlias=new",
		"RemoveUserFromGroup GroupName=g&UserName=leaver",
		"DetachUserPolicy UserName=leaver",
		"DeleteUser UserName=leaver",
		"DeletePolicyVersion PolicyArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Apolicy%2Fgone&VersionId=v1",
		"DeletePolicy PolicyArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Apolicy%2Fgone",
	} {
		if i >= len(l.calls) || !strings.HasPrefix(l.calls[i], begin) {
			t.Fatalf("call %d is not %s: %v", i, begin, l.calls)
		}
	}
	// Without prune nothing is deleted, and nothing is when there is no difference.
	plan, err = Compare(have, want, Options{})
	if err != nil || plan.Count(Delete) != 0 {
		t.Errorf("%v %v", steps(plan), err)
	}
	// A plan that fails says where.
	var failed *Failed
	if err := plan.Run(t.Context(), &log{fail: "UpdateUser"}, func(*Step) {}); !errors.As(err, &failed) || failed.Done != 2 || !errors.Is(err, errServer) {
		t.Errorf("%v", err)
	}
}

// TestRolesThatTrustEachOther: whoever trusts what is still to come begins closed.
func TestRolesThatTrustEachOther(t *testing.T) {
	role := func(name, trusted string) Role {
		return Role{Name: name, Trust: trusting("arn:aws:iam::" + account + ":" + trusted)}
	}
	want := &Manifest{Format: Format, Account: account, Users: []User{{Name: "u"}},
		Roles: []Role{role("a", "role/b"), role("b", "role/a"), role("c", "user/u"), role("self", "role/self")}}
	plan, err := Compare(&Manifest{Account: account}, want, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"+ user u", "+ role a", "+ role b", "+ role c", "+ role self", "~ role a: trust policy", "~ role self: trust policy"}, steps(plan)); d != "" {
		t.Error(d)
	}
	for i, open := range []bool{1: false, 2: true, 3: true, 4: false} {
		if i > 0 && strings.Contains(plan.Steps[i].calls[0].in[1].value, `"Deny"`) == open {
			t.Errorf("%s begins with %s", plan.Steps[i].Name, plan.Steps[i].calls[0].in[1].value)
		}
	}
}

// TestCompareRefuses: what cannot be done is told before anything is.
func TestCompareRefuses(t *testing.T) {
	empty := &Manifest{Account: account}
	there := &Manifest{Account: account, Roles: []Role{{Name: "r", Trust: trusting(account)}}, Users: []User{{Name: "me"}},
		Policies: []Policy{{Name: "p", Document: Document(allow)}}, InstanceProfiles: []InstanceProfile{{Name: "ip"}}}
	own := "arn:aws:iam::" + account + ":"
	for name, c := range map[string]struct {
		have, want *Manifest
		o          Options
		text       string
	}{
		"another account":   {empty, &Manifest{Account: "222222222222"}, Options{}, "asked as account"},
		"name twice":        {empty, &Manifest{Account: account, Users: []User{{Name: "u"}, {Name: "U"}}}, Options{}, "comes twice"},
		"no name":           {empty, &Manifest{Account: account, Groups: []Group{{}}}, Options{}, "empty"},
		"bad document":      {empty, &Manifest{Account: account, Policies: []Policy{{Name: "p", Document: Document("{}")}}}, Options{}, "policy p"},
		"bad trust":         {empty, &Manifest{Account: account, Roles: []Role{{Name: "r", Trust: Document(allow)}}}, Options{}, "trust policy"},
		"unknown policy":    {empty, &Manifest{Account: account, Users: []User{{Name: "u", Grants: Grants{Attached: []string{own + "policy/x"}}}}}, Options{}, "there is no " + own + "policy/x"},
		"unknown boundary":  {empty, &Manifest{Account: account, Users: []User{{Name: "u", Boundary: own + "policy/x"}}}, Options{}, "there is no"},
		"unknown group":     {empty, &Manifest{Account: account, Users: []User{{Name: "u", Groups: []string{"g"}}}}, Options{}, `no group "g"`},
		"unknown principal": {empty, &Manifest{Account: account, Roles: []Role{{Name: "r", Trust: trusting(own + "user/x")}}}, Options{}, "there is no " + own + "user/x"},
		"deleted principal": {empty, &Manifest{Account: account, Roles: []Role{{Name: "r", Trust: trusting("AIDAAAAAAAAAAAAAAAAAA")}}}, Options{}, "was deleted"},
		"unknown role":      {empty, &Manifest{Account: account, InstanceProfiles: []InstanceProfile{{Name: "ip", Role: "x"}}}, Options{}, `no role "x"`},
		"reserved path":     {empty, &Manifest{Account: account, Roles: []Role{{Name: "r", Path: "/aws-service-role/x/", Trust: trusting(account)}}}, Options{}, "is kept for"},
		"path of a role":    {there, &Manifest{Account: account, Roles: []Role{{Name: "r", Path: "/x/", Trust: trusting(account)}}}, Options{}, "cannot be changed"},
		"path of a policy":  {there, &Manifest{Account: account, Policies: []Policy{{Name: "p", Path: "/x/", Document: Document(allow)}}}, Options{}, "cannot be changed"},
		"text of a policy":  {there, &Manifest{Account: account, Policies: []Policy{{Name: "p", Description: "x", Document: Document(allow)}}}, Options{}, "description cannot be changed"},
		"path of a profile": {there, &Manifest{Account: account, InstanceProfiles: []InstanceProfile{{Name: "ip", Path: "/x/"}}}, Options{}, "cannot be changed"},
		"oneself":           {there, &Manifest{Account: account}, Options{Prune: true, Self: own + "user/me"}, "it is who asks"},
		"one's role":        {there, &Manifest{Account: account}, Options{Prune: true, Self: "arn:aws:sts::" + account + ":assumed-role/r/me"}, "it is who asks"},
	} {
		_, err := Compare(c.have, c.want, c.o)
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// All faults are told at once.
	_, err := Compare(empty, &Manifest{Account: account, Users: []User{{Name: "a", Groups: []string{"x"}}, {Name: "b", Groups: []string{"y"}}}}, Options{})
	if err == nil || !strings.Contains(err.Error(), `"x"`) || !strings.Contains(err.Error(), `"y"`) {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"daypass":1,"account":"111111111111","users":[{"name":"u","groups":["g"]}],"policies":[{"name":"p","document":` + allow + `}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		m.Move("222222222222")
		var b bytes.Buffer
		if err := m.Write(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(&b); err != nil {
			t.Fatalf("written and not read: %v", err)
		}
		_, _ = Compare(&Manifest{Account: m.Account}, m, Options{})
	})
}
