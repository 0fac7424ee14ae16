package session

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
)

// TestRotation walks through a year of monthly keys: every session lives as long as it was given, whatever rotates meanwhile, and no key
// stays for ever.
func TestRotation(t *testing.T) {
	w := newWorld(t)
	schedule := seal.DefaultSchedule()
	type live struct {
		c   Credentials
		end time.Time
	}
	var tokens []live
	sealers := map[uint32]bool{}
	now := noon
	for now.Before(noon.Add(365 * 24 * time.Hour)) {
		if !RotationDue(w.view, schedule, now).After(now) {
			w.change(now, func(tx *iam.Tx) { must[*iam.SealKey](t)(Rotate(tx, schedule, w.root, rand.Reader, now)) })
		}
		sealers[must[uint32](t)(w.mint.Primary(w.view, now))] = true
		s := w.session(now)
		s.Expires = now.Add(seal.LongestSession)
		tokens = append(tokens, live{must[Credentials](t)(w.mint.Issue(w.view, s)), s.Expires})
		for len(tokens) > 0 && !tokens[0].end.After(now) {
			tokens = tokens[1:]
		}
		for _, l := range tokens {
			if err := w.open(l.c.KeyID, l.c.Token.Reveal(), now); err != nil {
				t.Fatalf("at %s a session that ends at %s: %v", now, l.end, err)
			}
		}
		if n := len(w.view.SealKeys()); n > 3 {
			t.Fatalf("%d keys at %s", n, now)
		}
		now = now.Add(7 * time.Hour)
	}
	if n := len(sealers); n < 12 || n > 14 {
		t.Errorf("%d keys sealed within a year", n)
	}
}

func TestRotationOverlap(t *testing.T) {
	w := newWorld(t)
	schedule := seal.DefaultSchedule()
	_, old := w.issue(noon)
	w.change(noon, func(tx *iam.Tx) {
		fresh := must[*iam.SealKey](t)(Rotate(tx, schedule, w.root, rand.Reader, noon))
		if !fresh.PrimaryFrom.Equal(noon.Add(schedule.Lead)) {
			t.Errorf("the new key seals from %s", fresh.PrimaryFrom)
		}
	})
	first := must[uint32](t)(w.mint.Primary(w.view, noon))
	if second := must[uint32](t)(w.mint.Primary(w.view, noon.Add(schedule.Lead))); first == second {
		t.Error("the same key is primary after the lead time")
	}
	end := noon.Add(schedule.Lead + schedule.Overlap)
	if err := w.open(old.KeyID, old.Token.Reveal(), end.Add(-time.Second)); err != nil {
		t.Errorf("just before the overlap ends: %v", err)
	}
	if err := w.open(old.KeyID, old.Token.Reveal(), end); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("when the overlap has ended: %v", err)
	}
	// The record goes some time after.
	w.change(end.Add(schedule.Keep), func(tx *iam.Tx) {
		must[*iam.SealKey](t)(Rotate(tx, schedule, w.root, rand.Reader, end.Add(schedule.Keep)))
	})
	for _, k := range w.view.SealKeys() {
		if k.ID == first {
			t.Error("a key that retired long ago is still on record")
		}
	}
}

// Asked again before the new key seals, it is the same rotation.
func TestRotateTwiceIsOnce(t *testing.T) {
	w := newWorld(t)
	var ids []uint32
	for range 3 {
		w.change(noon, func(tx *iam.Tx) {
			ids = append(ids, must[*iam.SealKey](t)(Rotate(tx, seal.DefaultSchedule(), w.root, rand.Reader, noon)).ID)
		})
	}
	if len(w.view.SealKeys()) != 2 || ids[0] != ids[1] || ids[1] != ids[2] {
		t.Errorf("%v", ids)
	}
}

func TestRotateRefusesABadSchedule(t *testing.T) {
	w := newWorld(t)
	tx := iam.NewTx(w.view, noon, rand.Reader)
	short := seal.DefaultSchedule()
	short.Overlap = time.Hour
	if _, err := Rotate(tx, short, w.root, rand.Reader, noon); !errors.Is(err, seal.ErrSchedule) {
		t.Errorf("%v", err)
	}
	if len(tx.Changes()) != 0 {
		t.Error("a refused rotation changed the ring")
	}
}
