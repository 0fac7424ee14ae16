package credential

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

const home = "111111111111"

// cheap is a hasher that takes no time.
func cheap(root *seal.Root, slots int) *Hasher {
	h := NewHasher(root, rand.Reader, slots)
	h.cost = cost{passes: 1, memory: 8, threads: 1}
	return h
}

func withUser(t *testing.T) *iam.Tx {
	t.Helper()
	tx := iam.NewTx(iam.Empty(), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), rand.Reader)
	if _, err := NewAccount(tx, home, "Home", "ann"); err != nil {
		t.Fatal(err)
	}
	return tx
}

func isFault(err error, kind fault.Kind, what fault.What) bool {
	return errors.Is(err, &fault.Error{Kind: kind, What: what})
}

func TestPasswords(t *testing.T) {
	root := newRoot(t)
	h := cheap(root, 1)
	tx := withUser(t)
	if _, err := h.Ready(t.Context(), tx.View(1), home, "nobody", secret.New("Pass-word-1")); !isFault(err, fault.NotFound, fault.User) {
		t.Errorf("of nobody: %v", err)
	}
	if _, err := h.Ready(t.Context(), tx.View(1), home, "ann", secret.New("weak")); !isFault(err, fault.Invalid, fault.Password) {
		t.Errorf("a weak one: %v", err)
	}
	ready, err := h.Ready(t.Context(), tx.View(1), home, "ann", secret.New("Pass-word-1"))
	if err != nil || ready.Over != nil || strings.Contains(string(ready.Sealed), "Pass-word-1") || strings.Contains(string(ready.Sealed), "argon2id") {
		t.Fatalf("%+v %v", ready, err)
	}
	p, err := tx.CreateLoginProfile(home, "ann", ready.Sealed, false)
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"Pass-word-1": true, "Pass-word-2": false, "pass-word-1": false, "": false} {
		if got, err := h.Check(t.Context(), p, secret.New(password)); err != nil || got != want {
			t.Errorf("%q: %t %v", password, got, err)
		}
	}
	// A hash is good for one user and under one root.
	moved := *p
	moved.User = "AIDAAAAAAAAAAAAAAAAAA"
	if _, err := h.Check(t.Context(), &moved, secret.New("Pass-word-1")); fault.Of(err).Kind != fault.Internal {
		t.Errorf("in another user's place: %v", err)
	}
	if _, err := cheap(newRoot(t), 1).Check(t.Context(), p, secret.New("Pass-word-1")); fault.Of(err).Kind != fault.Internal {
		t.Errorf("under another root: %v", err)
	}
	// The cost stands with the hash.
	if got, err := NewHasher(root, rand.Reader, 1).Check(t.Context(), p, secret.New("Pass-word-1")); err != nil || !got {
		t.Errorf("by a hasher of another cost: %t %v", got, err)
	}
}

func TestPasswordsAreNotUsedAgain(t *testing.T) {
	h := cheap(newRoot(t), 1)
	tx := withUser(t)
	set := func(password string) error {
		ready, err := h.Ready(t.Context(), tx.View(1), home, "ann", secret.New(password))
		if err != nil {
			return err
		}
		if ready.Over == nil {
			_, err = tx.CreateLoginProfile(home, "ann", ready.Sealed, false)
		} else {
			_, err = tx.UpdateLoginProfile(home, "ann", iam.LoginChange{Sealed: ready.Sealed, Over: ready.Over})
		}
		return err
	}
	for _, password := range []string{"Pass-word-1", "Pass-word-1", "Pass-word-2", "Pass-word-3"} {
		if err := set(password); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tx.SetPasswordPolicy(iam.PasswordPolicy{Account: home, Remember: 2}); err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"Pass-word-3", "Pass-word-2"} {
		if err := set(password); !isFault(err, fault.Exists, fault.Password) {
			t.Errorf("%s again: %v", password, err)
		}
	}
	if err := set("Pass-word-1"); err != nil {
		t.Errorf("the last but two: %v", err)
	}
}

// Whoever waits for a slot longer than he wants to gets none, and the slots are free again afterwards.
func TestHasherIsBounded(t *testing.T) {
	h := cheap(newRoot(t), 1)
	h.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.hash(ctx, "user", secret.New("x")); fault.Of(err).Kind != fault.Unavailable {
		t.Errorf("without a slot: %v", err)
	}
	<-h.slots
	for range 3 {
		if _, err := h.hash(t.Context(), "user", secret.New("x")); err != nil {
			t.Error(err)
		}
	}
}

func TestHashText(t *testing.T) {
	c := cost{passes: 2, memory: 19 * 1024, threads: 1}
	good := format(c, make([]byte, 16), make([]byte, 32))
	if got, _, _, err := parse(good); err != nil || got != c {
		t.Fatalf("%s: %+v %v", good, got, err)
	}
	for _, bad := range []string{"", good + "A", good[1:], good + "$", strings.Replace(good, "t=2", "t=0", 1), strings.Replace(good, "t=2", "t=17", 1),
		strings.Replace(good, "m=19456", "m=1048576", 1), strings.Replace(good, "m=19456", "m=7", 1), strings.Replace(good, "p=1", "p=9", 1),
		strings.Replace(good, "m=19456", "m=019456", 1), strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "p=1", "p=1 ", 1), format(c, make([]byte, 7), make([]byte, 32)), format(c, make([]byte, 16), make([]byte, 31))} {
		if _, _, _, err := parse(bad); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// The present cost is what the decision says, and the form is that of argon2's own tools.
func TestPresentCost(t *testing.T) {
	root := newRoot(t)
	sealed, err := NewHasher(root, rand.Reader, 1).hash(t.Context(), "user", secret.New("x"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := root.Unwrap(sealed, ofUser("user"))
	if err != nil || !strings.HasPrefix(string(text), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("%s %v", text, err)
	}
}

func FuzzHashText(f *testing.F) {
	f.Add(format(present, make([]byte, 16), make([]byte, 32)))
	f.Fuzz(func(t *testing.T, text string) {
		c, salt, sum, err := parse(text)
		if err == nil && (format(c, salt, sum) != text || c.memory > maxMemory || c.passes > maxPasses || c.threads > maxThreads) {
			t.Errorf("%q was read as %+v", text, c)
		}
	})
}
