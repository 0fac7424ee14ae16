package iam

import (
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

func TestTrustBindsNamesToIDs(t *testing.T) {
	tx := begin(t)
	joe := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe", Path: "/eng/"})).(*User)
	far := ok(t)(tx.CreateRole(other, RoleSpec{Name: "far", Trust: trustHome})).(*Role)
	document := trustAWS(joe.ARN(), far.ARN(), home, arn.Root(other), "*", arn.AssumedRole(other, "far", "session"))
	r := ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: document})).(*Role)
	want := strings.NewReplacer(joe.ARN(), joe.ID, far.ARN(), far.ID, arn.AssumedRole(other, "far", "session"), far.ID+":session").Replace(document)
	if r.Trust != want {
		t.Errorf("stored %s\nwant   %s", r.Trust, want)
	}
	if got := tx.ShowTrust(r); got != document {
		t.Errorf("shown %s\nwant  %s", got, document)
	}
	// What is shown may be saved again, and so may what is stored.
	again := ok(t)(tx.UpdateTrust(home, "r", document)).(*Role)
	if again.Trust != want {
		t.Errorf("saved again as %s", again.Trust)
	}
	if again = ok(t)(tx.UpdateTrust(home, "r", want)).(*Role); again.Trust != want {
		t.Errorf("ids saved as %s", again.Trust)
	}
	// A renamed user is the same one under a new name.
	joe = ok(t)(tx.UpdateUser(home, "joe", "/", "zoe")).(*User)
	if got := tx.ShowTrust(again); !strings.Contains(got, joe.ARN()) {
		t.Errorf("after renaming: %s", got)
	}
	settled(t, Empty(), tx)
}

func TestTrustRefusesPrincipals(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe", Path: "/eng/"}))
	g := ok(t)(tx.CreateGroup(home, "", "g")).(*Group)
	typed := func(typ, value string) string {
		return strings.Replace(trustAWS(value), `"AWS"`, `"`+typ+`"`, 1)
	}
	for name, document := range map[string]string{
		"unknown user":        trustAWS("arn:aws:iam::111111111111:user/none"),
		"wrong path":          trustAWS("arn:aws:iam::111111111111:user/joe"),
		"wrong case":          trustAWS("arn:aws:iam::111111111111:user/eng/JOE"),
		"right user as role":  trustAWS("arn:aws:iam::111111111111:role/eng/joe"),
		"user elsewhere":      trustAWS("arn:aws:iam::999999999999:user/joe"),
		"root of nobody":      trustAWS("arn:aws:iam::aws:root"),
		"session elsewhere":   trustAWS("arn:aws:sts::999999999999:assumed-role/r/s"),
		"group":               trustAWS(g.ARN()),
		"group id":            trustAWS(g.ID),
		"unknown id":          trustAWS("AIDAAAAAAAAAAAAAAAAAA"),
		"managed policy":      trustAWS(adminARN),
		"other partition":     trustAWS("arn:aws-cn:iam::111111111111:root"),
		"region":              trustAWS("arn:aws:iam:eu-west-1:111111111111:root"),
		"session with path":   trustAWS("arn:aws:sts::111111111111:assumed-role/p/r/s"),
		"service":             typed("Service", "nodots"),
		"provider":            typed("Federated", "arn:aws:iam::111111111111:user/eng/joe"),
		"canonical":           typed("CanonicalUser", "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"),
		"one bad among many":  trustAWS(home, other, "arn:aws:iam::111111111111:user/none"),
		"NotPrincipal or not": strings.Replace(trustAWS("arn:aws:iam::111111111111:user/none"), `"Principal"`, `"NotPrincipal"`, 1),
	} {
		_, err := tx.CreateRole(home, RoleSpec{Name: "r", Trust: document})
		if f := fault.Of(err); err == nil || f.Kind != fault.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustAWS("arn:aws:iam::111111111111:user/none")})
	f := wantFault(t, err, fault.Malformed, fault.Principal)
	if f.Name != "AWS" || f.Detail != "arn:aws:iam::111111111111:user/none" {
		t.Errorf("data %q %q", f.Name, f.Detail)
	}
	for name, document := range map[string]string{
		"empty": "", "no JSON": "x", "resource": strings.Replace(trustHome, `"Effect"`, `"Resource":"*","Effect"`, 1),
		"no principal": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}`,
		"star":         strings.Replace(trustHome, `{"AWS":"111111111111"}`, `"*"`, 1),
	} {
		_, err := tx.CreateRole(home, RoleSpec{Name: "r", Trust: document})
		if f := fault.Of(err); err == nil || f.Kind != fault.Malformed || f.What != fault.TrustPolicy || f.Detail == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range [][2]string{
		{"Service", "ec2.amazonaws.com"}, {"Federated", "arn:aws:iam::111111111111:saml-provider/Idp"}, {"Federated", "accounts.google.com"},
		{"Federated", "arn:aws:iam::111111111111:oidc-provider/idp.example.com/realm"},
	} {
		r, err := tx.CreateRole(home, RoleSpec{Name: "fine", Trust: typed(c[0], c[1])})
		if err != nil {
			t.Errorf("%v: %v", c, err)
			continue
		}
		if tx.ShowTrust(r) != typed(c[0], c[1]) {
			t.Errorf("%v comes back as %s", c, tx.ShowTrust(r))
		}
		must(t, tx.DeleteRole(home, "fine"))
	}
}

// TestAttack31_WildcardPrincipalScope: a principal that reaches across accounts by name is refused when it is saved.
func TestAttack31_WildcardPrincipalScope(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateRole(other, RoleSpec{Name: "x", Trust: trustHome}))
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "mine", Trust: trustHome}))
	for _, value := range []string{
		"arn:aws:iam::*:role/x", "arn:aws:iam::222222222222:role/*", "arn:aws:iam::222222222222:role/?", "arn:aws:iam::22222222222?:role/x",
		"arn:aws:iam::222222222222:*", "arn:*:iam::222222222222:role/x", "arn:aws:*::222222222222:role/x", "arn:aws:iam:::role/x",
		"arn:aws:sts::222222222222:assumed-role/x/*", "arn:aws:sts::*:assumed-role/x/s", "arn:aws:sts::222222222222:federated-user/*",
		"role/x", "x", "**", "22222222222*", "AROA*", "*:role/x",
	} {
		if _, err := tx.UpdateTrust(home, "mine", trustAWS(value)); err == nil || fault.Of(err).Kind != fault.Malformed {
			t.Errorf("%q: %v", value, err)
		}
	}
	// The name of a role in one account gives nothing to its namesake in another.
	far := ok(t)(tx.Role(other, "x")).(*Role)
	mine := ok(t)(tx.UpdateTrust(home, "mine", trustAWS(far.ARN()))).(*Role)
	near := ok(t)(tx.CreateRole(home, RoleSpec{Name: "x", Trust: trustHome})).(*Role)
	view := settled(t, Empty(), tx)
	session := func(r *Role) *policy.Principal {
		return &policy.Principal{Type: policy.AssumedRole, ARN: arn.AssumedRole(r.Account, r.Name, "s"), Account: r.Account, ID: r.ID,
			RoleARN: r.ARN(), RoleID: r.ID, SessionName: "s"}
	}
	if !trusts(view, mine, session(far)) {
		t.Error("the role that is meant is not trusted")
	}
	if trusts(view, mine, session(near)) {
		t.Error("a namesake in another account is trusted")
	}
}

// TestAttack32_DeletedPrincipalRecreated: who takes the name of a trusted user after that user is gone gets nothing.
func TestAttack32_DeletedPrincipalRecreated(t *testing.T) {
	tx := begin(t)
	joe := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	r := ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustAWS(joe.ARN())})).(*Role)
	if !trusts(tx.View(1), r, asUser(joe)) {
		t.Fatal("joe is not trusted to begin with")
	}
	must(t, tx.DeleteUser(home, "joe"))
	if shown := tx.ShowTrust(r); !strings.Contains(shown, joe.ID) || strings.Contains(shown, "user/joe") {
		t.Errorf("after deletion the policy shows %s", shown)
	}
	second := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	if second.ARN() != joe.ARN() || second.ID == joe.ID {
		t.Fatalf("recreated as %s %s", second.ARN(), second.ID)
	}
	view := settled(t, Empty(), tx)
	r, _ = view.RoleByID(r.ID)
	if trusts(view, r, asUser(second)) {
		t.Error("the namesake is trusted")
	}
	if shown := view.ShowTrust(r); shown != r.Trust {
		t.Errorf("the policy shows the namesake: %s", shown)
	}
	// The dead id may not be saved anew; naming the new user trusts the new user.
	_, err := tx.UpdateTrust(home, "r", r.Trust)
	wantFault(t, err, fault.Malformed, fault.Principal)
	r = ok(t)(tx.UpdateTrust(home, "r", trustAWS(second.ARN()))).(*Role)
	if !trusts(tx.View(3), r, asUser(second)) || trusts(tx.View(3), r, asUser(joe)) {
		t.Error("saving the name again does not trust exactly the new user")
	}
}

func TestRole(t *testing.T) {
	tx := begin(t)
	r := ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Path: "/p/", Trust: trustHome, Description: new("for tests")})).(*Role)
	if r.MaxSession != time.Hour || *r.Description != "for tests" || r.ARN() != "arn:aws:iam::111111111111:role/p/r" {
		t.Errorf("role %+v", r)
	}
	for _, d := range []time.Duration{time.Hour - time.Second, 12*time.Hour + time.Second, -time.Hour, time.Hour + time.Millisecond} {
		_, err := tx.UpdateRole(home, "r", nil, d)
		wantFault(t, err, fault.Invalid, fault.Parameter)
		_, err = tx.CreateRole(home, RoleSpec{Name: "s", Trust: trustHome, MaxSession: d})
		wantFault(t, err, fault.Invalid, fault.Parameter)
	}
	r = ok(t)(tx.UpdateRole(home, "R", nil, 12*time.Hour)).(*Role)
	if r.MaxSession != 12*time.Hour || *r.Description != "for tests" {
		t.Errorf("updated %+v", r)
	}
	r = ok(t)(tx.UpdateRole(home, "r", new(""), 0)).(*Role)
	if r.MaxSession != 12*time.Hour || r.Description == nil || *r.Description != "" {
		t.Errorf("updated %+v", r)
	}
	_, err := tx.UpdateRole(home, "r", new("a\x00b"), 0)
	wantFault(t, err, fault.Invalid, fault.Parameter)
	_, err = tx.CreateRole(home, RoleSpec{Name: "R", Trust: trustHome})
	wantFault(t, err, fault.Exists, fault.Role)
	for _, name := range []string{"arn:aws:iam::111111111111:role/r", "arn:aws:iam::111111111111:role/p/R", "arn:aws:iam::222222222222:role/p/r",
		"arn:aws:iam::111111111111:user/p/r", "r", ""} {
		_, err = tx.RoleByARN(name)
		wantFault(t, err, fault.NotFound, fault.Role)
	}
	if got, err := tx.RoleByARN(r.ARN()); err != nil || got != r {
		t.Errorf("by ARN: %v %v", got, err)
	}
	settled(t, Empty(), tx)
}

func TestRevokeSessions(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustHome}))
	r := ok(t)(tx.RevokeSessions(home, "r", clock)).(*Role)
	if !r.RevokedBefore.Equal(clock) {
		t.Errorf("revoked before %v", r.RevokedBefore)
	}
	r = ok(t)(tx.RevokeSessions(home, "r", clock.Add(-time.Hour))).(*Role)
	if !r.RevokedBefore.Equal(clock) {
		t.Error("a revocation was taken back")
	}
	_, err := tx.RevokeSessions(home, "r", clock.Add(time.Minute))
	wantFault(t, err, fault.Invalid, fault.Parameter)
	_, err = tx.RevokeSessions(home, "none", clock)
	wantFault(t, err, fault.NotFound, fault.Role)
	settled(t, Empty(), tx)
}

func FuzzBindTrust(f *testing.F) {
	f.Add(trustHome)
	f.Add(trustAWS("arn:aws:iam::111111111111:user/joe", "*"))
	f.Add(strings.Replace(trustHome, "111111111111", `arn\u003aaws:iam::111111111111:user/joe`, 1))
	tx := begin(f)
	joe := ok(f)(tx.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	f.Fuzz(func(t *testing.T, document string) {
		bound, err := tx.bindTrust("111122223333", "r", document)
		if err != nil {
			return
		}
		doc, err := policy.Parse(policy.AWS(), policy.Trust, []byte(bound))
		if err != nil {
			t.Fatalf("what is stored does not parse: %v\n%s", err, bound)
		}
		for _, p := range doc.Principals() {
			if p.Type == "AWS" && p.Value == joe.ARN() {
				t.Fatalf("a user is stored by name: %s", bound)
			}
		}
		if again, err := tx.bindTrust("111122223333", "r", tx.ShowTrust(&Role{Trust: bound})); err != nil || again != bound {
			t.Fatalf("what is shown is stored as %q, %v; want %q", again, err, bound)
		}
	})
}
