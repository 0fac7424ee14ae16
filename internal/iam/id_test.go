package iam

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestAccountOfKey(t *testing.T) {
	for _, c := range []struct {
		id, account string
		ok          bool
	}{
		{"ASIAQNZGKIQY56JQ7WML", "029608264753", true}, // published example of a decoded key
		{"AKIAQNZGKIQY56JQ7WML", "029608264753", true},
		{"ASIAQNZGKIQY56JQ7WM", "", false},
		{"ASIAQNZGKIQY56JQ7WMLL", "", false},
		{"ASIAQNZGKIQY56JQ7WM1", "", false},
		{"asiaQNZGKIQY56JQ7WML", "", false},
		{"AKIAIOSFODNN7EXAMPLE", "", false}, // the old layout
		{"ASIA7777777777777777", "", false}, // more than twelve digits
		{"", "", false},
	} {
		if account, ok := AccountOfKey(c.id); account != c.account || ok != c.ok {
			t.Errorf("AccountOfKey(%q) = %q, %t", c.id, account, ok)
		}
	}
}

func TestKeyIDCarriesItsAccount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		account := rapid.StringMatching(`[0-9]{12}`).Draw(t, "account")
		random := rapid.SliceOfN(rapid.Byte(), 10, 10).Draw(t, "random")
		id, err := NewKeyID(PrefixTemporaryKey, account, strings.NewReader(string(random)))
		if err != nil {
			t.Fatal(err)
		}
		if id[4] < 'Q' && id[4] > '7' || len(id) != 20 || !strings.HasPrefix(id, "ASIA") {
			t.Fatalf("id %q", id)
		}
		if got, ok := AccountOfKey(id); got != account || !ok {
			t.Fatalf("%q is of %q, %t; want %q", id, got, ok, account)
		}
	})
}

func TestKeyIDsDiffer(t *testing.T) {
	seen := map[string]bool{}
	random := chance(7)
	for range 10_000 {
		id, err := NewKeyID(PrefixAccessKey, home, random)
		must(t, err)
		if seen[id] {
			t.Fatalf("%s came twice", id)
		}
		seen[id] = true
		e, err := NewEntityID(PrefixUser, random)
		must(t, err)
		if seen[e] || !IsUniqueID(e) {
			t.Fatalf("entity id %s", e)
		}
		seen[e] = true
	}
}

func TestIDsNeedRandomness(t *testing.T) {
	broken := iotest.ErrReader(errors.New("no entropy"))
	if _, err := NewKeyID(PrefixAccessKey, home, broken); err == nil {
		t.Error("a key id without randomness")
	}
	if _, err := NewEntityID(PrefixUser, broken); err == nil {
		t.Error("an entity id without randomness")
	}
	if _, err := NewKeyID(PrefixAccessKey, "12", chance(1)); err == nil {
		t.Error("a key id of no account")
	}
	tx := NewTx(begin(t).View(1), clock, broken)
	if _, err := tx.CreateUser(home, UserSpec{Name: "joe"}); err == nil || len(tx.Changes()) != 0 {
		t.Error("a user without an id")
	}
	if _, err := tx.CreateAccount("", "x"); err == nil {
		t.Error("an account without an id")
	}
	// A source that repeats itself must not give one id to two.
	same := NewTx(begin(t).View(1), clock, repeat{})
	ok(t)(same.CreateUser(home, UserSpec{Name: "joe"}))
	if _, err := same.CreateUser(home, UserSpec{Name: "jim"}); err == nil {
		t.Error("two users with one id")
	}
}

type repeat struct{}

func (repeat) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzAccountOfKey(f *testing.F) {
	f.Add("ASIAQNZGKIQY56JQ7WML")
	f.Add("AKIAIOSFODNN7EXAMPLE")
	f.Fuzz(func(t *testing.T, id string) {
		account, ok := AccountOfKey(id)
		if ok != (account != "") || ok && len(account) != 12 {
			t.Errorf("AccountOfKey(%q) = %q, %t", id, account, ok)
		}
	})
}
