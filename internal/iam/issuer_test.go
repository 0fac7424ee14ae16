package iam

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// pairOf makes what passes for the keys of an issuer.
func pairOf(name string) []IssuerKey {
	var keys []IssuerKey
	for _, a := range Algorithms() {
		keys = append(keys, IssuerKey{ID: name + a, Algorithm: a, Public: []byte("p"), Wrapped: []byte("w")})
	}
	return keys
}

func refused(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !errors.Is(err, &fault.Error{Kind: kind}) {
		t.Errorf("got %v, want %s", err, kind)
	}
}

// later goes on from a Tx at another time.
func later(t *testing.T, tx *Tx, now time.Time) *Tx {
	t.Helper()
	must(t, tx.Check())
	return NewTx(tx.View(tx.Revision()+1), now, chance(2))
}

func signs(i *Issuer, now time.Time) string {
	k, _ := i.Signing("ES384", now)
	return k.ID
}

func shown(i *Issuer, now time.Time) (ids []string) {
	for _, k := range i.Published(now) {
		if k.Algorithm == "ES384" {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

func TestIssuerLife(t *testing.T) {
	tx := begin(t)
	_, err := tx.Issuer(home)
	refused(t, err, fault.NotFound)
	refused(t, tx.DisableIssuer(home), fault.NotFound)
	_, err = tx.EnableIssuer("999999999999", pairOf("a"))
	refused(t, err, fault.NotFound)
	_, err = tx.EnableIssuer(home, nil)
	refused(t, err, fault.Conflict)
	_, err = tx.EnableIssuer(home, pairOf("a")[:1])
	refused(t, err, fault.Internal)
	made := ok(t)(tx.EnableIssuer(home, pairOf("a"))).(*Issuer)
	if found, ok := tx.IssuerByID(made.ID); !ok || found != made || !isUUID(made.ID) {
		t.Errorf("%q finds %v", made.ID, found)
	}
	_, err = tx.EnableIssuer(home, pairOf("b"))
	refused(t, err, fault.Exists)

	at := clock.Add(time.Hour)
	tx = later(t, tx, at)
	must(t, tx.DisableIssuer(home))
	refused(t, tx.DisableIssuer(home), fault.NotFound)
	off := ok(t)(tx.Issuer(home)).(*Issuer)
	end := tx.Now().Add(IssuerOverlap)
	if off.Enabled() || len(off.Published(end.Add(-time.Second))) != 2 || off.Published(end) != nil {
		t.Errorf("switched off: %+v", off)
	}
	tx = later(t, tx, at.Add(48*time.Hour))
	back := ok(t)(tx.EnableIssuer(home, nil)).(*Issuer)
	if !back.Enabled() || back.ID != made.ID || signs(back, tx.Now()) != "aES384" {
		t.Errorf("back again: %+v", back)
	}
	must(t, tx.Check())
}

func TestIssuerKeysFollowOneAnother(t *testing.T) {
	tx := begin(t)
	_, err := tx.RotateIssuer(home, pairOf("b"))
	refused(t, err, fault.NotFound)
	_, err = tx.ReplaceIssuerKeys(home, pairOf("b"))
	refused(t, err, fault.NotFound)
	ok(t)(tx.EnableIssuer(home, pairOf("a")))
	start := tx.Now()

	tx = later(t, tx, start.Add(time.Minute))
	_, err = tx.RotateIssuer(home, nil)
	refused(t, err, fault.Conflict)
	i := ok(t)(tx.RotateIssuer(home, pairOf("b"))).(*Issuer)
	turn := tx.Now().Add(IssuerLead)
	if got := ok(t)(tx.RotateIssuer(home, pairOf("c"))).(*Issuer); got != i {
		t.Error("asked twice, it rotated twice")
	}
	for _, c := range []struct {
		at    time.Time
		signs string
		shown []string
	}{
		{tx.Now(), "aES384", []string{"aES384", "bES384"}},
		{turn.Add(-time.Second), "aES384", []string{"aES384", "bES384"}},
		{turn, "bES384", []string{"aES384", "bES384"}},
		// The last token of the old key was made a second before the turn, for an hour.
		{turn.Add(time.Hour), "bES384", []string{"aES384", "bES384"}},
		{turn.Add(IssuerOverlap - time.Second), "bES384", []string{"aES384", "bES384"}},
		{turn.Add(IssuerOverlap), "bES384", []string{"bES384"}},
		{start.Add(10 * IssuerPeriod), "bES384", []string{"bES384"}},
	} {
		if signs(i, c.at) != c.signs || !slices.Equal(shown(i, c.at), c.shown) {
			t.Errorf("at %s signs %s of %v", c.at, signs(i, c.at), shown(i, c.at))
		}
	}
	if !i.Due().Equal(turn.Add(IssuerPeriod - IssuerLead)) {
		t.Errorf("due at %s", i.Due())
	}
	tx = later(t, tx, i.Due())
	i = ok(t)(tx.RotateIssuer(home, pairOf("c"))).(*Issuer)
	if len(i.Keys) != 4 {
		t.Errorf("what is past is still on record: %+v", i.Keys)
	}
	i = ok(t)(tx.ReplaceIssuerKeys(home, pairOf("d"))).(*Issuer)
	if signs(i, tx.Now()) != "dES384" || len(i.Published(tx.Now())) != 2 {
		t.Errorf("replaced: %+v", i.Keys)
	}
	must(t, tx.Check())
}

func TestIssuersPage(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.EnableIssuer(other, pairOf("b")))
	ok(t)(tx.EnableIssuer(home, pairOf("a")))
	page, next := tx.Issuers("", 1)
	if len(page) != 1 || page[0].Account != home || next != home {
		t.Errorf("%v %q", page, next)
	}
	if page, next = tx.Issuers(next, 1); len(page) != 1 || page[0].Account != other || next != "" {
		t.Errorf("%v %q", page, next)
	}
}
