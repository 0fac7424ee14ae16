package sts

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/federate/oidc"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
)

// said is a token of an issuer with a path and a port, whose name has capitals.
func said(change func(*oidc.Claims)) *WebIdentity {
	c := &oidc.Claims{Subject: "ci", Audience: "sts", Facts: []oidc.Fact{
		{Name: "aud", Values: []string{"sts"}}, {Name: "sub", Values: []string{"ci"}}, {Name: "amr", Values: []string{"mfa"}, List: true},
		{Name: "Team", Values: []string{"blue"}}, {Name: "aws:PrincipalArn", Values: []string{"x"}}}}
	if change != nil {
		change(c)
	}
	return &WebIdentity{&iam.OIDCProvider{Account: home, URL: "https://KC.example.com:8443/realms/A"}, c}
}

// Claims are keys below the issuer's name and nowhere else; three of them go on in the session.
func TestWebIdentityFacts(t *testing.T) {
	const host = "kc.example.com:8443/realms/a:"
	want := []session.Fact{{Name: host + "aud", Values: []string{"sts"}}, {Name: host + "sub", Values: []string{"ci"}}, {Name: host + "amr", Values: []string{"mfa"}, Multi: true},
		{Name: host + "team", Values: []string{"blue"}}, {Name: host + "aws:principalarn", Values: []string{"x"}},
		{Name: "sts:roleauthorizedbyidp", Values: []string{"false"}}}
	w := said(nil)
	if d := cmp.Diff(want, w.facts()); d != "" {
		t.Error(d)
	}
	var ask AssumeRole
	w.Complete(&ask)
	if d := cmp.Diff(want[:3], ask.Facts); d != "" {
		t.Error(d)
	}
	// What does not fit into every request of a session stays behind.
	w = said(func(c *oidc.Claims) { c.Facts[2].Values = []string{strings.Repeat("x", maxLasting+1)} })
	w.Complete(&ask)
	if d := cmp.Diff(want[:2], ask.Facts); d != "" {
		t.Error(d)
	}
	w = said(func(c *oidc.Claims) { c.Roles = []string{"r"} })
	if f := w.facts(); f[len(f)-1].Values[0] != "true" {
		t.Errorf("%v", f)
	}
}

// What a token says to STS is held against the rules, and is no wish but a limit.
func TestWebIdentityCheck(t *testing.T) {
	const role = "arn:aws:iam::111111111111:role/web"
	for what, c := range map[string]struct {
		change func(*oidc.Claims)
		claim  string // the one that is wrong; "" = none is
	}{
		"nothing":                    {nil, ""},
		"the role":                   {func(c *oidc.Claims) { c.Roles = []string{"x", role} }, ""},
		"another role":               {func(c *oidc.Claims) { c.Roles = []string{role + "x"} }, oidc.RolesClaim},
		"a pattern of roles":         {func(c *oidc.Claims) { c.Roles = []string{"arn:aws:iam::111111111111:role/*"} }, oidc.RolesClaim},
		"no role":                    {func(c *oidc.Claims) { c.Roles = []string{} }, oidc.RolesClaim},
		"a source identity":          {func(c *oidc.Claims) { c.SourceIdentity = "octo@example.com" }, ""},
		"a short source identity":    {func(c *oidc.Claims) { c.SourceIdentity = "o" }, oidc.SourceIdentityClaim},
		"a source identity in words": {func(c *oidc.Claims) { c.SourceIdentity = "o c" }, oidc.SourceIdentityClaim},
		"a tag":                      {func(c *oidc.Claims) { c.Tags = []iam.Tag{{Key: "k", Value: "v"}} }, ""},
		"a reserved tag":             {func(c *oidc.Claims) { c.Tags = []iam.Tag{{Key: "AWS:k", Value: "v"}} }, oidc.TagsClaim},
		"a tag twice":                {func(c *oidc.Claims) { c.Tags = []iam.Tag{{Key: "k"}, {Key: "K"}} }, oidc.TagsClaim},
	} {
		err := said(c.change).check(role)
		if c.claim == "" && err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if f := fault.Of(err); c.claim != "" && (f == nil || f.Kind != fault.Invalid || f.What != fault.Claim || f.Name != c.claim) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A token finds its provider in the account of the role, whatever other accounts believe, and is looked at before anything else is.
func TestWebIdentityProvider(t *testing.T) {
	w := newWorld(t)
	w.change(func(tx *iam.Tx) {
		must[*iam.OIDCProvider](t)(tx.CreateOIDCProvider(other, iam.OIDCSpec{URL: "https://idp.example.com", Clients: []string{"sts"}}))
	})
	v := oidc.New(oidc.Options{})
	// {"alg":"ES256","kid":"k"}.{"iss":"https://idp.example.com","sub":"s","aud":"sts","iat":1,"exp":2}
	const token = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6InMiLCJhdWQiOiJzdHMiLCJpYXQiOjEsImV4cCI6Mn0.AAAA"
	for role, want := range map[string]struct {
		kind fault.Kind
		what fault.What
	}{
		"arn:aws:iam::" + home + ":role/r":   {fault.NotFound, fault.OIDCProvider},
		"arn:aws:iam::333333333333:role/r":   {fault.NotFound, fault.OIDCProvider},
		"arn:aws:iam::" + other + ":role/r":  {fault.Expired, fault.OutsideToken},
		"no role":                            {fault.Invalid, fault.ARN},
		"arn:aws:iam::" + other + ":user/me": {fault.Expired, fault.OutsideToken}, // that it is no role comes after
	} {
		_, _, err := ProveWebIdentity(t.Context(), w.view, v, role, token, noon)
		if f := fault.Of(err); f == nil || f.Kind != want.kind || f.What != want.what {
			t.Errorf("%s: %v", role, err)
		}
	}
	_, _, err := ProveWebIdentity(t.Context(), w.view, v, "arn:aws:iam::"+other+":role/r", "x", noon)
	if f := fault.Of(err); f == nil || f.Kind != fault.Malformed {
		t.Errorf("no token: %v", err)
	}
}
