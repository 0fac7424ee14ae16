package sts

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// What an AssumeRole must be allowed: one action, and two more for tags and source identity, inherited ones included.
func TestAsks(t *testing.T) {
	w := newWorld(t)
	full := func(in *AssumeRole) {
		in.Tags, in.Transitive, in.SourceIdentity, in.ExternalID = []iam.Tag{{Key: "team", Value: "blue"}}, []string{"team"}, "ann", "x-1"
	}
	parent := w.become(w.ann(), ask("clerk", full))
	for name, c := range map[string]struct {
		caller  *access.Subject
		in      func(*AssumeRole)
		actions []string
		keys    map[string][]string
		tags    []iam.Tag
	}{
		"plain": {w.ann(), nil, []string{"sts:AssumeRole"}, map[string][]string{"sts:rolesessionname": {"desk"}}, nil},
		"everything": {w.ann(), full, []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}, map[string][]string{
			"sts:rolesessionname": {"desk"}, "sts:externalid": {"x-1"}, "sts:sourceidentity": {"ann"}, "sts:transitivetagkeys": {"team"}},
			[]iam.Tag{{Key: "team", Value: "blue"}}},
		// What is inherited needs the same leave, but was not passed in this call.
		"inherited": {parent, nil, []string{"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}, map[string][]string{"sts:rolesessionname": {"desk"}}, nil},
	} {
		p, err := w.plan(c.caller, ask("clerk", c.in))
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for _, a := range p.Asks() {
			actions = append(actions, a.Action)
			keys := map[string][]string{}
			for _, k := range a.Keys {
				keys[k.Name] = k.Values.List
				if !k.Values.Multi {
					keys[k.Name] = []string{k.Values.One}
				}
			}
			if d := cmp.Diff(c.keys, keys); d != "" {
				t.Errorf("%s, %s: %s", name, a.Action, d)
			}
			if a.Kind != policy.ResourceTrust || !a.Quiet || a.Account != home || a.Policy == nil || !slices.Equal(a.RequestTags, c.tags) {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if !slices.Equal(actions, c.actions) {
			t.Errorf("%s: asks for %v", name, actions)
		}
	}
}

func TestTagsAndIdentityNeedTheirOwnLeave(t *testing.T) {
	w := newWorld(t)
	w.role(home, "plain", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}`)
	if _, err := w.assume(w.ann(), ask("plain", nil)); err != nil {
		t.Fatal(err)
	}
	_, err := w.assume(w.ann(), ask("plain", func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "a", Value: "b"}} }))
	wantDenied(t, "tags", err, "sts:TagSession")
	_, err = w.assume(w.ann(), ask("plain", func(in *AssumeRole) { in.SourceIdentity = "ann" }))
	wantDenied(t, "source identity", err, "sts:SetSourceIdentity")
	parent := w.become(w.ann(), ask("clerk", func(in *AssumeRole) { in.SourceIdentity = "ann" }))
	_, err = w.assume(parent, ask("plain", nil))
	wantDenied(t, "an inherited source identity", err, "sts:SetSourceIdentity")
	tagged := w.become(w.ann(), ask("clerk", func(in *AssumeRole) {
		in.Tags, in.Transitive = []iam.Tag{{Key: "a", Value: "b"}}, []string{"a"}
	}))
	_, err = w.assume(tagged, ask("plain", nil))
	wantDenied(t, "inherited tags", err, "sts:TagSession")
}

// Who trusts whom, on both sides.
func TestTrust(t *testing.T) {
	w := newWorld(t)
	w.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "poor"}))
		must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "away"}))
		must[*iam.User](t)(tx.PutUserPolicy(other, "away", "all", allowAll))
		must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "poor"}))
	})
	user := func(account, name string) *access.Subject {
		return access.User(w.view, must[*iam.User](t)(w.view.User(account, name)))
	}
	w.role(home, "named", trusting("arn:aws:iam::111111111111:user/poor", ""))
	w.role(home, "abroad", trusting(other, ""))
	w.role(home, "abroadNamed", trusting("arn:aws:iam::222222222222:user/poor", ""))
	w.role(home, "everyone", trusting("*", ""))
	for _, c := range []struct {
		account, user, role string
		want                bool
	}{
		{home, "ann", "clerk", true},           // the account is trusted, and her own policy allows
		{home, "poor", "clerk", false},         // the account is trusted, but nothing allows her
		{home, "poor", "named", true},          // named: needs no policy of her own in the same account
		{home, "ann", "named", false},          // an administrator who is not trusted
		{other, "away", "abroad", true},        // both sides say yes
		{other, "poor", "abroad", false},       // only the role's side
		{other, "poor", "abroadNamed", false},  // also by name: abroad both sides must
		{other, "away", "clerk", false},        // only the caller's side
		{home, "ann", "abroad", false},         // the role's own account is not trusted
		{home, "poor", "everyone", true},       // "*" means the caller itself
		{other, "poor", "everyone", false},     // but abroad both sides must
		{other, "away", "everyone", true},      // and do
		{home, "ann", "nobody/of/this", false}, // no such role
		{other, "away", "nobody/of/this", false},
	} {
		_, err := w.assume(user(c.account, c.user), ask(c.role, nil))
		if (err == nil) != c.want {
			t.Errorf("%s of %s assumes %s: %v", c.user, c.account, c.role, err)
		}
		if err != nil {
			if d := wantDenied(t, c.role, err, "sts:AssumeRole"); d.CrossAccount != (c.account != home) {
				t.Errorf("%+v", d)
			}
		}
	}
}

// A stranger can not tell a role that is not there from one that does not trust him, nor anything else about the account.
func TestUnknownRoleLooksUntrusting(t *testing.T) {
	w := newWorld(t)
	w.role(other, "private", trusting(other, ""))
	w.change(func(tx *iam.Tx) {
		must[*iam.Policy](t)(tx.CreatePolicy(other, iam.PolicySpec{Name: "there", Document: allowAll}))
	})
	const there, gone = "arn:aws:iam::222222222222:role/private", "arn:aws:iam::222222222222:role/unknown"
	for name, change := range map[string]func(*AssumeRole){
		"plain":                           nil,
		"longer than the role allows":     func(in *AssumeRole) { in.Duration = 12 * time.Hour },
		"a policy that is there":          func(in *AssumeRole) { in.PolicyARNs = []string{"arn:aws:iam::222222222222:policy/there"} },
		"a policy that is not":            func(in *AssumeRole) { in.PolicyARNs = []string{"arn:aws:iam::222222222222:policy/gone"} },
		"with tags and a source identity": func(in *AssumeRole) { in.Tags, in.SourceIdentity = []iam.Tag{{Key: "a"}}, "ann" },
	} {
		var seen []guard.Denied
		for _, role := range []string{there, gone, "arn:aws:iam::999999999999:role/x"} {
			_, err := w.assume(w.ann(), ask(role, change))
			d := *wantDenied(t, name+" "+role, err, "sts:AssumeRole")
			if d.Resource != role {
				t.Errorf("%s: %q", name, d.Resource)
			}
			d.Resource, d.Trace = "", nil // the name is the caller's own; the explanation is for administrators
			seen = append(seen, d)
		}
		for _, d := range seen[1:] {
			if diff := cmp.Diff(seen[0], d); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	// Even when asked for nothing but to be ready.
	p, err := w.plan(w.ann(), ask(gone, nil))
	if err != nil || p.Role != nil {
		t.Fatal(p, err)
	}
	wantFault(t, "an unknown role", p.Ready(), fault.NotFound, fault.Role)
}
