package session

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
)

// A session is honoured only as long as everything it came from is: the next request with it is refused.
func TestAttack20_SessionOutlivesPrincipal(t *testing.T) {
	drop := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	recreate := func(t *testing.T, tx *iam.Tx) {
		drop(t, tx.DeleteRole(home, "clerk"))
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "clerk", Trust: trust}))
	}
	for name, c := range map[string]struct {
		change func(*testing.T, *world, *iam.Tx)
		alive  bool
	}{
		"nothing happened":   {func(*testing.T, *world, *iam.Tx) {}, true},
		"role deleted":       {func(t *testing.T, w *world, tx *iam.Tx) { drop(t, tx.DeleteRole(home, "clerk")) }, false},
		"role made anew":     {func(t *testing.T, w *world, tx *iam.Tx) { recreate(t, tx) }, false},
		"role's trust moved": {func(t *testing.T, w *world, tx *iam.Tx) { must[*iam.Role](t)(tx.UpdateTrust(home, "clerk", trust)) }, true},
		"key deleted": {func(t *testing.T, w *world, tx *iam.Tx) {
			drop(t, tx.DeleteAccessKey(other, "ann", w.key))
		}, false},
		"key disabled": {func(t *testing.T, w *world, tx *iam.Tx) {
			must[*iam.AccessKey](t)(tx.UpdateAccessKey(other, "ann", w.key, false))
		}, false},
		"key disabled and enabled": {func(t *testing.T, w *world, tx *iam.Tx) {
			must[*iam.AccessKey](t)(tx.UpdateAccessKey(other, "ann", w.key, false))
			must[*iam.AccessKey](t)(tx.UpdateAccessKey(other, "ann", w.key, true))
		}, true},
		"user deleted": {func(t *testing.T, w *world, tx *iam.Tx) {
			drop(t, tx.DeleteAccessKey(other, "ann", w.key))
			drop(t, tx.DeleteUser(other, "ann"))
		}, false},
		"user made anew, with a key of the same id": {func(t *testing.T, w *world, tx *iam.Tx) {
			drop(t, tx.DeleteAccessKey(other, "ann", w.key))
			drop(t, tx.DeleteUser(other, "ann"))
			must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "ann"}))
			must[*iam.AccessKey](t)(tx.CreateAccessKey(other, "ann", w.key, []byte("sealed")))
		}, false},
		"user renamed": {func(t *testing.T, w *world, tx *iam.Tx) {
			must[*iam.User](t)(tx.UpdateUser(other, "ann", "", "anna"))
		}, true},
		"role's account suspended":   {func(t *testing.T, w *world, tx *iam.Tx) { must[*iam.Account](t)(tx.SuspendAccount(home)) }, false},
		"origin's account suspended": {func(t *testing.T, w *world, tx *iam.Tx) { must[*iam.Account](t)(tx.SuspendAccount(other)) }, false},
		"account suspended and resumed": {func(t *testing.T, w *world, tx *iam.Tx) {
			must[*iam.Account](t)(tx.SuspendAccount(home))
			must[*iam.Account](t)(tx.ResumeAccount(home))
		}, true},
		"sessions up to now revoked": {func(t *testing.T, w *world, tx *iam.Tx) {
			must[*iam.Role](t)(tx.RevokeSessions(home, "clerk", noon.Add(time.Second)))
		}, false},
		"older sessions revoked": {func(t *testing.T, w *world, tx *iam.Tx) {
			must[*iam.Role](t)(tx.RevokeSessions(home, "clerk", noon))
		}, true},
		"a third account suspended": {func(t *testing.T, w *world, tx *iam.Tx) {
			must[*iam.Account](t)(tx.CreateAccount("444444444444", "x"))
			must[*iam.Account](t)(tx.SuspendAccount("444444444444"))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s, creds := w.issue(noon)
			role, ok := s.Alive(w.view)
			if !ok || role.Name != "clerk" {
				t.Fatal("dead at birth")
			}
			w.change(noon.Add(time.Second), func(tx *iam.Tx) { c.change(t, w, tx) })
			// The token still opens: what became of the principal is in the state and not in the token.
			got, _, err := w.mint.Open(w.view, creds.KeyID, creds.Token, noon.Add(time.Second))
			if err != nil {
				t.Fatal(err)
			}
			if role, ok := got.Alive(w.view); ok != c.alive || (role != nil) != c.alive {
				t.Errorf("alive: %t, role %v", ok, role)
			}
		})
	}
}

func TestAliveOfARootsSession(t *testing.T) {
	w := newWorld(t)
	s := w.session(noon)
	s.Origin = Origin{Account: other, KeyID: w.rkey}
	if _, ok := s.Alive(w.view); !ok {
		t.Error("a session that began with the account's root key is dead")
	}
	// The key must be the very one: of that account and that user.
	for _, o := range []Origin{
		{Account: other, UserID: "", KeyID: w.key},
		{Account: other, UserID: w.session(noon).Origin.UserID, KeyID: w.rkey},
		{Account: home, UserID: "", KeyID: w.rkey},
		{Account: other, KeyID: w.rkey, Provider: "arn:aws:iam::222222222222:oidc-provider/issuer.example"},
		{Account: other, Provider: "arn:aws:iam::222222222222:oidc-provider/issuer.example"},
		{Account: other, UserID: "", KeyID: ""},
		{},
	} {
		s.Origin = o
		if _, ok := s.Alive(w.view); ok {
			t.Errorf("%+v is alive", o)
		}
	}
	s = w.session(noon)
	s.Account = other // a role of another account
	if _, ok := s.Alive(w.view); ok {
		t.Error("a role's session in another account is alive")
	}
}

// What ends a role's sessions ends what they went on to.
func TestAliveThroughAChain(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, *iam.Tx)
		alive  bool
	}{
		"nothing happened": {func(*testing.T, *iam.Tx) {}, true},
		"the first role's sessions revoked": {func(t *testing.T, tx *iam.Tx) {
			must[*iam.Role](t)(tx.RevokeSessions(home, "clerk", noon.Add(time.Second)))
		}, false},
		"older sessions revoked": {func(t *testing.T, tx *iam.Tx) { must[*iam.Role](t)(tx.RevokeSessions(home, "clerk", noon)) }, true},
		"the first role deleted": {func(t *testing.T, tx *iam.Tx) {
			if err := tx.DeleteRole(home, "clerk"); err != nil {
				t.Fatal(err)
			}
		}, false},
		"the first role's account suspended": {func(t *testing.T, tx *iam.Tx) { must[*iam.Account](t)(tx.SuspendAccount(home)) }, false},
	} {
		w := newWorld(t)
		w.change(noon, func(tx *iam.Tx) { must[*iam.Role](t)(tx.CreateRole(other, iam.RoleSpec{Name: "second", Trust: trust})) })
		first := w.session(noon)
		second := *w.session(noon.Add(time.Minute))
		r, _ := w.view.Role(other, "second")
		second.Account, second.RoleID, second.Chained, second.Via = other, r.ID, true, first.Handed()
		w.change(noon.Add(time.Minute), func(tx *iam.Tx) { c.change(t, tx) })
		if _, ok := second.Alive(w.view); ok != c.alive {
			t.Errorf("%s: alive %t", name, ok)
		}
	}
}

// A chain remembers every role by its first session, however often the roles take turns.
func TestHanded(t *testing.T) {
	a := &Session{RoleID: "A", Issued: noon}
	b := &Session{RoleID: "B", Issued: noon.Add(time.Minute), Via: a.Handed()}
	again := &Session{RoleID: "A", Issued: noon.Add(time.Hour), Via: b.Handed()}
	want := []Link{{"A", noon}, {"B", noon.Add(time.Minute)}}
	if got := again.Handed(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if len(a.Via) != 0 || len(b.Via) != 1 {
		t.Error("handing on changed the session")
	}
	x, y := (&Session{RoleID: "X", Via: want[:1]}).Handed(), (&Session{RoleID: "Y", Via: want[:1]}).Handed()
	if x[1].RoleID != "X" || y[1].RoleID != "Y" || want[1].RoleID != "B" {
		t.Error("two sessions share a list")
	}
}

func TestRestricted(t *testing.T) {
	for _, c := range []struct {
		s    Session
		want bool
	}{{Session{}, false}, {Session{Policy: "{}"}, true}, {Session{PolicyARNs: []string{"x"}}, true}, {Session{Tags: []iam.Tag{{Key: "a"}}}, false}} {
		if got := c.s.Restricted(); got != c.want {
			t.Errorf("%+v: %t", c.s, got)
		}
	}
}

// The other kinds of sessions live as long as the key they were made with, whosever they are.
func TestAliveOfEveryKind(t *testing.T) {
	for _, kind := range []Kind{OfUser, OfFederated} {
		for name, c := range map[string]struct {
			change func(*testing.T, *world, *iam.Tx)
			alive  bool
		}{
			"nothing happened": {func(*testing.T, *world, *iam.Tx) {}, true},
			"key disabled": {func(t *testing.T, w *world, tx *iam.Tx) {
				must[*iam.AccessKey](t)(tx.UpdateAccessKey(other, "ann", w.key, false))
			}, false},
			"user deleted": {func(t *testing.T, w *world, tx *iam.Tx) {
				if err := errors.Join(tx.DeleteAccessKey(other, "ann", w.key), tx.DeleteUser(other, "ann")); err != nil {
					t.Fatal(err)
				}
			}, false},
			"account suspended": {func(t *testing.T, w *world, tx *iam.Tx) { must[*iam.Account](t)(tx.SuspendAccount(other)) }, false},
			"role deleted": {func(t *testing.T, w *world, tx *iam.Tx) {
				if err := tx.DeleteRole(home, "clerk"); err != nil {
					t.Fatal(err)
				}
			}, true},
		} {
			w := newWorld(t)
			s := w.session(noon)
			s.Kind, s.Account, s.RoleID = kind, other, ""
			w.change(noon, func(tx *iam.Tx) { c.change(t, w, tx) })
			if role, ok := s.Alive(w.view); ok != c.alive || role != nil {
				t.Errorf("%d, %s: alive %t", kind, name, ok)
			}
		}
	}
	w := newWorld(t)
	for what, change := range map[string]func(*Session){
		"a user's, elsewhere than its key":      func(s *Session) { s.Kind, s.Account = OfUser, home },
		"a federated, elsewhere than its key":   func(s *Session) { s.Kind, s.Account = OfFederated, home },
		"of no kind":                            func(s *Session) { s.Kind = kinds },
		"a root's, of an account that is gone":  func(s *Session) { s.Kind, s.Account = OfRoot, "999999999999" },
		"a role's, without the id of a role":    func(s *Session) { s.RoleID = "" },
		"a user's, without a key at its origin": func(s *Session) { s.Kind, s.Account, s.Origin.KeyID = OfUser, other, "" },
	} {
		s := w.session(noon)
		change(s)
		if _, ok := s.Alive(w.view); ok {
			t.Errorf("%s is alive", what)
		}
	}
	// Only sessions of roles are links of a chain.
	if got := (&Session{Kind: OfUser}).Handed(); len(got) != 0 {
		t.Errorf("handed on: %v", got)
	}
}

// An assumed root lives only as long as its organization takes such sessions, and the account that took it may.
func TestAliveOfAnAssumedRoot(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, *world, *iam.Tx, string)
		alive  bool
	}{
		"nothing happened": {func(*testing.T, *world, *iam.Tx, string) {}, true},
		"the key is off": {func(t *testing.T, w *world, tx *iam.Tx, _ string) {
			must[*iam.AccessKey](t)(tx.UpdateAccessKey(other, "ann", w.key, false))
		}, false},
		"the feature is off": {func(t *testing.T, w *world, tx *iam.Tx, _ string) {
			must[*iam.Organization](t)(tx.SetRootSessions(other, false))
		}, false},
		"the member left": {func(t *testing.T, w *world, tx *iam.Tx, member string) {
			if err := tx.RemoveMember(other, member); err != nil {
				t.Fatal(err)
			}
		}, false},
		"the member is suspended": {func(t *testing.T, w *world, tx *iam.Tx, member string) {
			must[*iam.Account](t)(tx.SuspendAccount(member))
		}, false},
	} {
		w := newWorld(t)
		var member string
		w.change(noon, func(tx *iam.Tx) {
			must[*iam.Organization](t)(tx.FoundOrganization(other, false))
			member = must[*iam.MemberRequest](t)(tx.CreateMember(other, iam.MemberSpec{Name: "m", Email: "m@example.org"})).Account
			must[*iam.Organization](t)(tx.TrustService(other, "iam.amazonaws.com"))
			must[*iam.Organization](t)(tx.SetRootSessions(other, true))
		})
		s := w.session(noon)
		s.Kind, s.Account, s.RoleID, s.Name = OfRoot, member, "", other
		w.change(noon, func(tx *iam.Tx) { c.change(t, w, tx, member) })
		if role, ok := s.Alive(w.view); ok != c.alive || role != nil {
			t.Errorf("%s: alive %t", name, ok)
		}
		if s.Name = home; c.alive {
			if _, ok := s.Alive(w.view); ok {
				t.Error("a session that another account took is alive")
			}
		}
	}
}

// A session that an identity provider stands behind ends with the provider, and a namesake made later does not bring it back.
func TestAttack20_SessionOutlivesProvider(t *testing.T) {
	const name = "arn:aws:iam::" + home + ":oidc-provider/issuer.example"
	provider := func(tx *iam.Tx) {
		must[*iam.OIDCProvider](t)(tx.CreateOIDCProvider(home, iam.OIDCSpec{URL: "https://issuer.example", Clients: []string{"app"}}))
	}
	w := newWorld(t)
	w.change(noon, provider)
	s := w.session(noon)
	s.Origin = Origin{Account: home, Provider: name}
	second := w.session(noon.Add(time.Minute))
	second.Origin, second.Via, second.Chained = s.Origin, s.Handed(), true
	alive := func(what string, want bool) {
		t.Helper()
		for _, x := range []*Session{s, second} {
			if _, ok := x.Alive(w.view); ok != want {
				t.Errorf("%s: alive %t", what, ok)
			}
		}
	}
	alive("at birth", true)
	w.change(noon.Add(time.Minute), func(tx *iam.Tx) {
		if err := tx.DeleteOIDCProvider(home, name); err != nil {
			t.Fatal(err)
		}
	})
	alive("the provider is gone", false)
	w.change(noon.Add(time.Hour), provider)
	alive("a namesake", false)
	s.Issued = noon.Add(time.Hour)
	if _, ok := s.Alive(w.view); !ok {
		t.Error("a session of the new provider is dead")
	}
}
