package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/store"
)

// write commits n revisions of some size on top.
func write(t *testing.T, e store.Engine, at store.Position, n int) store.Position {
	t.Helper()
	for range n {
		id := fmt.Sprintf("%s-%d", at.Nonce, at.Revision)
		at = commit(t, e, at, put(id, "key/"+id, strings.Repeat(id, 10)))
	}
	return at
}

func testReopen(t *testing.T, s Subject) {
	place := t.TempDir()
	e := open(t, s, place)
	origin, _ := load(t, e)
	at := write(t, e, origin, 40)
	_, before := load(t, e)
	shut(t, e)
	e = open(t, s, place)
	if now, after := load(t, e); now != at || cmp.Diff(before, after) != "" {
		t.Errorf("reopened at %s, closed at %s; rows differ: %s", now, at, cmp.Diff(before, after))
	}
	agree(t, e, origin)
	write(t, e, at, 3)
	agree(t, e, origin)
	if second, err := s.Open(place); !errors.Is(err, store.ErrInUse) {
		if err == nil {
			second.Close()
		}
		t.Errorf("opening an open store gave %v, want ErrInUse", err)
	}
	write(t, e, agree(t, e, origin), 3) // the refused one left it unharmed
}

// testLineage stands on positions that are not of this history.
func testLineage(t *testing.T, s Subject) {
	e, other := open(t, s, t.TempDir()), open(t, s, t.TempDir())
	at, _ := load(t, e)
	at = write(t, e, at, 5)
	foreign, _ := load(t, other)
	foreign = write(t, other, foreign, 5)
	ahead, parted := at, at
	ahead.Revision++
	parted.Nonce[0] ^= 1
	for name, p := range map[string]store.Position{
		"another store": foreign, "ahead of the newest": ahead, "another nonce": parted,
		"nowhere": {}, "start with a nonce": {Lineage: at.Lineage, Nonce: at.Nonce},
	} {
		want := store.ErrLineage
		if p.Lineage == at.Lineage && p.Revision < at.Revision {
			want = store.ErrBehind // what is behind is found out by following
		}
		if _, err := e.Commit(patience(t), p, put("x", "k", "v")); !errors.Is(err, want) {
			t.Errorf("commit on %s gave %v, want %v", name, err, want)
		}
		if _, err := until(patience(t), e, p, p.Revision+1); !errors.Is(err, store.ErrLineage) {
			t.Errorf("follow from %s gave %v", name, err)
		}
	}
	if now, _ := load(t, e); now != at {
		t.Errorf("the store moved to %s", now)
	}
}

// testOlder puts a copy from yesterday in place of today's store, and lets it
// catch up with other changes, so that revisions are used twice.
func testOlder(t *testing.T, s Subject) {
	place, kept := t.TempDir(), t.TempDir()
	e := open(t, s, place)
	origin, _ := load(t, e)
	old := write(t, e, origin, 10)
	shut(t, e)
	s.Copy(t, place, kept)
	e = open(t, s, place)
	newer := write(t, e, old, 20)
	shut(t, e)

	e = open(t, s, kept)
	refuse := func(when string) {
		t.Helper()
		if _, err := e.Commit(patience(t), newer, put("x", "k", "v")); !errors.Is(err, store.ErrLineage) && !errors.Is(err, store.ErrBehind) {
			t.Errorf("%s: commit gave %v", when, err)
		}
		if _, err := until(patience(t), e, newer, newer.Revision+1); !errors.Is(err, store.ErrLineage) {
			t.Errorf("%s: follow gave %v", when, err)
		}
	}
	refuse("older")
	at := write(t, e, old, 20)
	refuse("level")
	if _, err := e.Commit(patience(t), newer, put("x", "k", "v")); !errors.Is(err, store.ErrLineage) {
		t.Errorf("level: commit gave %v", err)
	}
	at = write(t, e, at, 20)
	refuse("newer")
	// What both have in common is still good.
	if _, err := until(patience(t), e, old, at.Revision); err != nil {
		t.Error(err)
	}
}

// testDamage spoils a store at rest.
func testDamage(t *testing.T, s Subject) {
	whole := t.TempDir()
	e := open(t, s, whole)
	at, _ := load(t, e)
	for i := range 100 {
		b := store.Batch{Cause: cause(fmt.Sprint(i))}
		for k := range 50 {
			b.Rows = append(b.Rows, store.Row{Key: fmt.Sprintf("row/%d/%d", i, k), Value: []byte(strings.Repeat("value", 20))})
		}
		at = commit(t, e, at, b)
	}
	shut(t, e)
	for name, damage := range s.Damage {
		t.Run(name, func(t *testing.T) {
			place := t.TempDir()
			s.Copy(t, whole, place)
			damage(t, place)
			e, err := s.Open(place)
			if err == nil {
				_, _, err = drain(e.Load(patience(t)))
				e.Close()
			}
			if !errors.Is(err, store.ErrCorrupt) {
				t.Fatalf("got %v, want ErrCorrupt", err)
			}
			for _, word := range []string{place, "backup"} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the message does not name %s: %v", word, err)
				}
			}
		})
	}
}

// testFull runs out of room and gets it back.
func testFull(t *testing.T, s Subject) {
	if s.Fill == nil {
		t.Skip("the engine has no bound of its own")
	}
	place := t.TempDir()
	e := open(t, s, place)
	origin, _ := load(t, e)
	at := write(t, e, origin, 20)
	release := s.Fill(t, e)
	var err error
	for i := range 1000 {
		var next store.Position
		b := put(fmt.Sprint("big", i), "big", strings.Repeat("b", 1+i*997%store.MaxValue))
		if next, err = e.Commit(patience(t), at, put(fmt.Sprint("small", i), "small", "s"), b); err != nil {
			break
		}
		at = next
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatalf("the storage never got full: %v", err)
	}
	if now := agree(t, e, origin); now != at {
		t.Fatalf("acknowledged up to %s, the store is at %s", at, now)
	}
	release()
	at = write(t, e, at, 20)
	if now := agree(t, e, origin); now != at {
		t.Fatalf("acknowledged up to %s, the store is at %s", at, now)
	}
	if s.Forgets {
		return
	}
	shut(t, e)
	if now := agree(t, open(t, s, place), origin); now != at {
		t.Fatalf("acknowledged up to %s, reopened at %s", at, now)
	}
}
