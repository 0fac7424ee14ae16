package guard

import (
	"errors"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/policy"
)

func TestIdentify(t *testing.T) {
	w := newWorld(t)
	c := w.session(noon)
	for name, want := range map[string]struct {
		keyID, token string
		typ          policy.PrincipalType
		arn          string
		session      bool
	}{
		"user":    {w.ann, "", policy.User, "arn:aws:iam::111111111111:user/ann", false},
		"root":    {w.root, "", policy.Root, "arn:aws:iam::111111111111:root", false},
		"session": {c.KeyID, c.Token.Reveal(), policy.AssumedRole, "arn:aws:sts::111111111111:assumed-role/clerk/desk", true},
	} {
		caller := w.caller(want.keyID, want.token)
		s, err := caller.Subject(w.view)
		if err != nil || s.Principal.Type != want.typ || s.Principal.ARN != want.arn || (caller.Session != nil) != want.session {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
		k, _ := w.view.Key(w.ann)
		if want.session && (caller.Origin.KeyID != w.ann || caller.Origin.UserID != k.User) {
			t.Errorf("%s: origin %+v", name, caller.Origin)
		}
	}
}

// Who knows no secret can not tell from the answer, nor from the work done for it, whether a key, a user, a session or an account is there.
// Every claim is verified exactly once, against something.
func TestAttack11_TimingAndOracle(t *testing.T) {
	const (
		ok       = "ok"
		mismatch = "mismatch"
		unknown  = "unauthenticated"
		expired  = "expired"
		internal = "internal"
	)
	verdict := func(err error) string {
		if err == nil {
			return ok
		}
		if sign.KindOf(err) == sign.Mismatch {
			return mismatch
		}
		return fault.Of(err).Kind.String()
	}
	for name, c := range map[string]struct {
		prepare   func(*testing.T, *world) (keyID, token string)
		right     string // the answer to who has the secret
		wrong     string // the answer to who has not
		usesDecoy bool
	}{
		"a key in order":      {func(t *testing.T, w *world) (string, string) { return w.ann, "" }, ok, mismatch, false},
		"an unknown key":      {func(t *testing.T, w *world) (string, string) { return "AKIAQNZGKIQY56JQ7WML", "" }, unknown, unknown, true},
		"a key id of no form": {func(t *testing.T, w *world) (string, string) { return "x", "" }, unknown, unknown, true},
		"a disabled key": {func(t *testing.T, w *world) (string, string) {
			w.change(func(tx *iam.Tx) { must[*iam.AccessKey](t)(tx.UpdateAccessKey(home, "ann", w.ann, false)) })
			return w.ann, ""
		}, unknown, unknown, true},
		"a deleted key": {func(t *testing.T, w *world) (string, string) {
			w.change(func(tx *iam.Tx) {
				if err := tx.DeleteAccessKey(home, "ann", w.ann); err != nil {
					t.Fatal(err)
				}
			})
			return w.ann, ""
		}, unknown, unknown, true},
		"a suspended account": {func(t *testing.T, w *world) (string, string) {
			w.change(func(tx *iam.Tx) { must[*iam.Account](t)(tx.SuspendAccount(other)) })
			return w.away, ""
		}, unknown, mismatch, false},
		"a session in order": {func(t *testing.T, w *world) (string, string) {
			c := w.session(noon)
			return c.KeyID, c.Token.Reveal()
		}, ok, mismatch, false},
		"an expired session": {func(t *testing.T, w *world) (string, string) {
			c := w.session(noon.Add(-time.Hour))
			return c.KeyID, c.Token.Reveal()
		}, expired, mismatch, false},
		"a revoked session": {func(t *testing.T, w *world) (string, string) {
			c := w.session(noon)
			w.change(func(tx *iam.Tx) { must[*iam.Role](t)(tx.RevokeSessions(home, "clerk", noon.Add(time.Second))) })
			return c.KeyID, c.Token.Reveal()
		}, unknown, mismatch, false},
		"a session whose key was disabled": {func(t *testing.T, w *world) (string, string) {
			c := w.session(noon)
			w.change(func(tx *iam.Tx) { must[*iam.AccessKey](t)(tx.UpdateAccessKey(home, "ann", w.ann, false)) })
			return c.KeyID, c.Token.Reveal()
		}, unknown, mismatch, false},
		"a token that is none":    {func(t *testing.T, w *world) (string, string) { return w.session(noon).KeyID, "token" }, unknown, unknown, true},
		"a session without token": {func(t *testing.T, w *world) (string, string) { return w.session(noon).KeyID, "" }, unknown, unknown, true},
		"another session's token": {func(t *testing.T, w *world) (string, string) {
			return w.session(noon).KeyID, w.session(noon).Token.Reveal()
		}, unknown, unknown, true},
		"a long-term key with token": {func(t *testing.T, w *world) (string, string) { return w.ann, w.session(noon).Token.Reveal() }, unknown, unknown, true},
		"a key whose secret is unreadable": {func(t *testing.T, w *world) (string, string) {
			w.spoil(`"sealed":"`, `"sealed":"AAAA`)
			return w.ann, ""
		}, internal, internal, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			keyID, token := c.prepare(t, w)
			for made, want := range map[string]string{w.keys[keyID]: c.right, "a guess": c.wrong} {
				signed, p := claim(keyID, token, made)
				caller, err := w.guard.Identify(signed, w.view, noon)
				if got := verdict(err); got != want || (caller != nil) != (want == ok) {
					t.Errorf("signed with %q: %s (%v), want %s", made, got, err, want)
				}
				if len(p.seen) != 1 || p.seen[0] == "" || (p.seen[0] == decoy.Reveal()) != c.usesDecoy {
					t.Errorf("verified against %q", p.seen)
				}
			}
			// Whoever signs with the decoy gets no further.
			signed, _ := claim(keyID, token, decoy.Reveal())
			if _, err := w.guard.Identify(signed, w.view, noon); err == nil {
				t.Error("the decoy is a secret that works")
			}
		})
	}
}

// One text for all that is not honoured: the cause stays inside.
func TestUnknownTellsNothing(t *testing.T) {
	w := newWorld(t)
	for _, keyID := range []string{"AKIAQNZGKIQY56JQ7WML", w.session(noon).KeyID} {
		signed, _ := claim(keyID, "x", "x")
		_, err := w.guard.Identify(signed, w.view, noon)
		f := fault.Of(err)
		if f.Kind != fault.Unauthenticated || f.What != fault.Credential || f.Name != "" || f.Detail != "" || f.Limit != 0 {
			t.Errorf("%#v", f)
		}
	}
}

// A caller is asked about again in the very state that is written on.
func TestSubjectOfALaterState(t *testing.T) {
	for name, change := range map[string]func(*testing.T, *world, *iam.Tx) error{
		"key disabled": func(t *testing.T, w *world, tx *iam.Tx) error {
			_, err := tx.UpdateAccessKey(home, "ann", w.ann, false)
			return err
		},
		"key deleted": func(t *testing.T, w *world, tx *iam.Tx) error { return tx.DeleteAccessKey(home, "ann", w.ann) },
		"key passed on": func(t *testing.T, w *world, tx *iam.Tx) error {
			if err := tx.DeleteAccessKey(home, "ann", w.ann); err != nil {
				return err
			}
			must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "bob"}))
			_, err := tx.CreateAccessKey(home, "bob", w.ann, []byte("x"))
			return err
		},
	} {
		w := newWorld(t)
		c := w.session(noon)
		long, short := w.caller(w.ann, ""), w.caller(c.KeyID, c.Token.Reveal())
		w.change(func(tx *iam.Tx) {
			if err := change(t, w, tx); err != nil {
				t.Fatal(err)
			}
		})
		for _, caller := range []*Caller{long, short} {
			if s, err := caller.Subject(w.view); err == nil || fault.Of(err).Kind != fault.Unauthenticated || s != nil {
				t.Errorf("%s: %v, %v", name, s, err)
			}
		}
	}
	w := newWorld(t)
	root := w.caller(w.root, "")
	if s, err := root.Subject(w.view); err != nil || s.Principal.Type != policy.Root {
		t.Errorf("%v", err)
	}
	if _, err := root.Subject(iam.Empty()); err == nil {
		t.Error("a root without an account")
	}
}

func TestIdentifyKeepsTheProblem(t *testing.T) {
	w := newWorld(t)
	signed, _ := claim(w.ann, "", "x")
	signed.Proof = late{}
	_, err := w.guard.Identify(signed, w.view, noon)
	var p *sign.Problem
	if !errors.As(err, &p) || p.Kind != sign.SkewPast {
		t.Errorf("%v", err)
	}
	signed.Proof = nil
	if _, err := w.guard.Identify(signed, w.view, noon); sign.KindOf(err) != sign.Mismatch {
		t.Errorf("a claim without proof: %v", err)
	}
}

type late struct{}

func (late) Verify(sign.Secret, time.Time) error { return &sign.Problem{Kind: sign.SkewPast} }
