package credential

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
)

func newRoot(t *testing.T) *seal.Root {
	t.Helper()
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root, err := seal.NewRoot(text)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestKeyOfANewAdministrator(t *testing.T) {
	root := newRoot(t)
	tx := iam.NewTx(iam.Empty(), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), rand.Reader)
	a, err := NewAccount(tx, "111111111111", "Home", "admin")
	if err != nil {
		t.Fatal(err)
	}
	u, err := tx.User(a.ID, "admin")
	if err != nil || len(tx.IdentityPolicies(u).Sources()) != 1 {
		t.Fatalf("%v %v", u, err)
	}
	k, key, err := Make(tx, root, rand.Reader, a.ID, "admin")
	if err != nil {
		t.Fatal(err)
	}
	if len(key.Reveal()) != 40 || strings.Contains(string(k.Sealed), key.Reveal()) {
		t.Errorf("a secret of %d characters, stored as %q", len(key.Reveal()), k.Sealed)
	}
	if opened, err := Open(root, k); err != nil || !opened.Equal(key) {
		t.Errorf("opened: %v", err)
	}
	// A secret opens in the place of no other key, and under no other root.
	moved := *k
	moved.ID = "AKIAQAAAAAAAAAAAAAAA"
	if _, err := Open(root, &moved); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("in another key's place: %v", err)
	}
	if _, err := Open(newRoot(t), k); !errors.Is(err, seal.ErrOtherRoot) {
		t.Errorf("under another root: %v", err)
	}
	if _, err := NewSecret(strings.NewReader("short")); err == nil {
		t.Error("a secret without randomness")
	}
}
