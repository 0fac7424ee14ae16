package access

import (
	"encoding/json"
	"maps"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

func TestKeysOfEachPrincipal(t *testing.T) {
	text, err := os.ReadFile("testdata/principal_keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var facts struct {
		Principals    map[string]map[string]*string `json:"principals"`
		AlwaysPresent []string                      `json:"always_present"`
	}
	if err := json.Unmarshal(text, &facts); err != nil {
		t.Fatal(err)
	}
	v := state(t, nil)
	subjects := map[string]*Subject{
		"root":               Root(iam.Empty(), home),
		"user-long-term-key": ann(t, v),
		"assumed-role":       clerk(t, v, func(s *session.Session) { s.SourceIdentity = "ann" }),
	}
	maps.Copy(subjects, otherSubjects(t))
	a := &Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	for kind, keys := range facts.Principals {
		s := subjects[kind]
		if s == nil {
			t.Errorf("no subject of kind %s", kind)
			continue
		}
		delete(subjects, kind)
		for name, want := range keys {
			got, ok := lookup(s, a, name)
			if ok != (want != nil) {
				t.Errorf("%s: %s is there: %t", kind, name, ok)
				continue
			}
			if want == nil {
				continue
			}
			path, id := "/team/a/", s.UserID
			if s.RoleName != "" {
				path, id = "/jobs/", ""
			}
			filled := strings.NewReplacer("ACCOUNT", s.Principal.Account, "PATH", path, "NAME", "ann", "USERID", id, "ROLEID", s.Principal.RoleID,
				"ROLE", "clerk", "SESSION", "desk", "ISSUED", "2026-11-22T12:00:00Z", "IDENTITY", "ann", "PROVIDER", provider).Replace(*want)
			if got.Multi || got.One != filled {
				t.Errorf("%s: %s is %+v, want %q", kind, name, got, filled)
			}
		}
		for _, name := range facts.AlwaysPresent {
			if _, ok := lookup(s, a, name); !ok {
				t.Errorf("%s: %s is absent", kind, name)
			}
		}
	}
	for kind := range subjects {
		t.Errorf("no facts about %s", kind)
	}
}

func TestKeysOfTheRequest(t *testing.T) {
	v := state(t, nil)
	a := &Ask{Action: "iam:TagUser", Resource: "arn:aws:iam::" + other + ":user/x", Account: other,
		Keys:        []Key{{"iam:policyarn", policy.Single("arn:p")}, {"iam:list", policy.List("a", "b")}},
		RequestTags: []iam.Tag{{Key: "Stage", Value: "prod"}}, TagKeys: []string{"Old"},
		ResourceTags: []iam.Tag{{Key: "Owner", Value: "bob"}}}
	for name, want := range map[string][]string{
		"aws:CurrentTime":         {"2026-11-22T12:00:00Z"},
		"aws:EpochTime":           {"1795348800"},
		"aws:SecureTransport":     {"true"},
		"aws:SourceIp":            {"192.0.2.7"},
		"aws:UserAgent":           {"agent/1"},
		"AWS:REFERER":             {"https://ref"},
		"aws:RequestedRegion":     {"eu-central-1"},
		"aws:ViaAWSService":       {"false"},
		"aws:ResourceAccount":     {other},
		"aws:RequestTag/stage":    {"prod"},
		"aws:ResourceTag/OWNER":   {"bob"},
		"iam:ResourceTag/owner":   {"bob"},
		"iam:PolicyARN":           {"arn:p"},
		"iam:List":                {"a", "b"},
		"aws:TagKeys":             {"Old", "Stage"},
		"aws:PrincipalTag/TEAM":   {"blue"},
		"aws:RequestTag/other":    nil,
		"aws:ResourceTag/stage":   nil,
		"s3:ResourceTag/owner":    nil, // another service's
		"iam:RequestTag/stage":    nil,
		"aws:Nothing":             nil,
		"aws:PolicyARN":           nil,
		"aws:group/x":             nil,
		"sts:ExternalId":          nil,
		"":                        nil,
		"aws:":                    nil,
		"aws:SourceVpc":           nil,
		"aws:CalledVia":           nil,
		"aws:PrincipalOrgID":      nil,
		"aws:MultiFactorAuthAge":  nil,
		"aws:PrincipalTag/absent": nil,
	} {
		got, ok := lookup(ann(t, v), a, name)
		if ok != (want != nil) {
			t.Errorf("%s is there: %t", name, ok)
			continue
		}
		if !ok {
			continue
		}
		list := got.List
		if !got.Multi {
			list = []string{got.One}
		}
		if multi := name == "aws:TagKeys" || name == "iam:List"; !slices.Equal(list, want) || got.Multi != multi {
			t.Errorf("%s is %+v, want %q", name, got, want)
		}
	}
	// What was not there is absent, not empty.
	bare := &keys{subject: Root(iam.Empty(), home), ask: &Ask{Action: "s3:ListBuckets", Resource: "*"}, env: &Environment{Now: noon, Source: netip.Addr{}}}
	for _, name := range []string{"aws:sourceip", "aws:useragent", "aws:referer", "aws:requestedregion", "aws:tagkeys", "aws:requesttag/x"} {
		if got, ok := bare.Lookup(name); ok {
			t.Errorf("%s is %+v without a value", name, got)
		}
	}
	if got, ok := bare.Lookup("aws:securetransport"); !ok || got.One != "false" {
		t.Errorf("aws:SecureTransport is %+v", got)
	}
}

// Neither an operation nor, through one, a client can say what the server knows by itself.
func TestAttack25_ContextKeyInjection(t *testing.T) {
	v := state(t, nil)
	a := &Ask{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	server := []string{"aws:username", "aws:userid", "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice",
		"aws:tokenissuetime", "aws:multifactorauthpresent", "aws:sourceidentity", "aws:currenttime", "aws:epochtime", "aws:securetransport",
		"aws:sourceip", "aws:useragent", "aws:referer", "aws:requestedregion", "aws:viaawsservice", "aws:resourceaccount", "aws:tagkeys",
		"aws:principaltag/team", "aws:requesttag/team", "aws:resourcetag/team", "aws:principalorgid", "aws:somethingnew"}
	subjects := map[string]*Subject{"root": Root(iam.Empty(), home), "user": ann(t, v), "session": clerk(t, v, nil)}
	for kind, s := range subjects {
		for _, name := range server {
			before, had := lookup(s, a, name)
			poisoned := &Ask{Action: a.Action, Resource: a.Resource, Keys: []Key{{name, policy.Single("forged")}}}
			after, has := lookup(s, poisoned, name)
			if had != has || after.One == "forged" || before.One != after.One {
				t.Errorf("%s: %s became %+v, %t", kind, name, after, has)
			}
		}
	}
	// A policy that trusts such a key is not fooled.
	v = state(t, func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "p", statement("Allow", "s3:*", "*", `{"StringEquals":{"aws:PrincipalTag/admin":"yes","aws:SourceIp":"10.0.0.1"}}`)))
	})
	forged := *a
	forged.Keys = []Key{{"aws:principaltag/admin", policy.Single("yes")}, {"aws:sourceip", policy.Single("10.0.0.1")}}
	forged.RequestTags, forged.ResourceTags = []iam.Tag{{Key: "admin", Value: "yes"}}, []iam.Tag{{Key: "admin", Value: "yes"}}
	if allowed(ann(t, v), &forged) {
		t.Error("a forged key opened the door")
	}
}

func TestPrincipalTags(t *testing.T) {
	v := state(t, nil)
	s := clerk(t, v, func(s *session.Session) {
		s.Tags = []iam.Tag{{Key: "TEAM", Value: "session's"}, {Key: "job", Value: "x"}}
	})
	for key, want := range map[string]string{"team": "session's", "Team": "session's", "job": "x", "site": "north"} {
		if got, ok := s.Tag(key); !ok || got != want {
			t.Errorf("tag %s is %q", key, got)
		}
		if got, ok := lookup(s, &Ask{Action: "s3:GetObject"}, "aws:PrincipalTag/"+key); !ok || got.One != want {
			t.Errorf("aws:PrincipalTag/%s is %+v", key, got)
		}
	}
	if got := s.Tags(); !slices.Equal(got, []iam.Tag{{Key: "TEAM", Value: "session's"}, {Key: "job", Value: "x"}, {Key: "site", Value: "north"}}) {
		t.Errorf("tags %v", got)
	}
	if got := ann(t, v).Tags(); len(got) != 2 {
		t.Errorf("a user's tags %v", got)
	}
	if got := Root(iam.Empty(), home).Tags(); len(got) != 0 {
		t.Errorf("the root's tags %v", got)
	}
}
