package db

import (
	"crypto/rand"
	"fmt"
	"sync"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func TestBehindRunsAgain(t *testing.T) {
	d, e := open(t)
	other := join(t, e.Engine)
	e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
		if try == 1 {
			change(t, other, user("first"))
		}
		return through()
	}
	runs := 0
	change(t, d, func(tx *iam.Tx) error {
		runs++
		_, err := tx.User(home, "first")
		if seen := err == nil; seen != (runs == 2) {
			t.Errorf("run %d sees the other node's user: %t", runs, seen)
		}
		return user("second")(tx)
	})
	if runs != 2 {
		t.Errorf("%d runs", runs)
	}
	has(t, d, "first", true)
	has(t, d, "second", true)
	agrees(t, d, e.Engine)
}

// What was right on the old state may be wrong on the new one.
func TestBehindRefusesOnTheNewState(t *testing.T) {
	d, e := open(t)
	other := join(t, e.Engine)
	e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
		if try == 1 {
			change(t, other, user("ann"))
		}
		return through()
	}
	_, err := d.Update(t.Context(), cause("x"), user("ann"))
	wantKind(t, err, fault.Exists)
	agrees(t, d, e.Engine)
}

func TestBehindForEver(t *testing.T) {
	d, e := open(t)
	other := join(t, e.Engine)
	e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
		change(t, other, user(fmt.Sprint("user", try)))
		return through()
	}
	_, err := d.Update(t.Context(), cause("x"), user("ann"))
	wantKind(t, err, fault.Unavailable)
	if len(e.commits) != attempts {
		t.Errorf("%d tries", len(e.commits))
	}
	e.commit = nil
	change(t, d, user("ann"))
	agrees(t, d, e.Engine)
}

// A commit of unknown outcome is made once, and the answer tells of what is stored: a key made for an answer that another run
// of the function gave would never work.
func TestUnknownIsNeverAppliedTwice(t *testing.T) {
	for name, c := range map[string]struct {
		commit func(try int, through func() (store.Position, error)) (store.Position, error)
		kind   fault.Kind
		made   bool
	}{
		"was made": {func(try int, through func() (store.Position, error)) (store.Position, error) {
			if try == 1 {
				if _, err := through(); err != nil {
					return store.Position{}, err
				}
				return store.Position{}, fmt.Errorf("the line broke: %w", store.ErrUnknown)
			}
			return through()
		}, 0, true},
		"was not made": {func(try int, through func() (store.Position, error)) (store.Position, error) {
			if try == 1 {
				return store.Position{}, store.ErrUnknown
			}
			return through()
		}, 0, true},
		"stays unknown, not made": {func(int, func() (store.Position, error)) (store.Position, error) {
			return store.Position{}, store.ErrUnknown
		}, fault.Unavailable, false},
	} {
		t.Run(name, func(t *testing.T) {
			d, e := open(t)
			change(t, d, user("ann"))
			e.commits, e.commit = nil, c.commit
			runs, given := 0, ""
			_, err := d.Update(t.Context(), cause("the one"), func(tx *iam.Tx) (err error) {
				runs++
				if given, err = tx.NewAccessKeyID(home); err != nil {
					return err
				}
				_, err = tx.CreateAccessKey(home, "ann", given, []byte("sealed"))
				return err
			})
			if c.made {
				if err != nil {
					t.Fatal(err)
				}
				if _, ok := d.View().Key(given); !ok || runs != 1 {
					t.Errorf("the key handed out is in the state: %t, after %d runs", ok, runs)
				}
			} else {
				wantKind(t, err, c.kind)
			}
			u, _ := d.View().User(home, "ann")
			if n := len(d.View().KeysOf(home, u.ID)); (n == 1) != c.made || n > 1 {
				t.Errorf("%d keys", n)
			}
			e.commit = nil
			change(t, d, user("bob"))
			agrees(t, d, e.Engine)
		})
	}
}

// The line broke, and meanwhile another node wrote: ours is not there and is made on top.
func TestUnknownThenBehind(t *testing.T) {
	d, e := open(t)
	other := join(t, e.Engine)
	e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
		if try == 1 {
			change(t, other, user("first"))
			return store.Position{}, store.ErrUnknown
		}
		return through()
	}
	change(t, d, user("second"))
	has(t, d, "first", true)
	has(t, d, "second", true)
	agrees(t, d, e.Engine)
}

// The line broke after the commit, and another node wrote on top of it.
func TestUnknownMadeThenFollowed(t *testing.T) {
	d, e := open(t)
	e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
		if try == 1 {
			if _, err := through(); err != nil {
				return store.Position{}, err
			}
			change(t, join(t, e.Engine), user("later"))
			return store.Position{}, store.ErrUnknown
		}
		return through()
	}
	if at := change(t, d, user("ann")); at != 2 {
		t.Errorf("revision %d", at)
	}
	e.commit = nil
	change(t, d, user("bob"))
	for _, name := range []string{"ann", "later", "bob"} {
		has(t, d, name, true)
	}
	agrees(t, d, e.Engine)
}

func TestFailedCommitLeavesNoTrace(t *testing.T) {
	d, e := open(t)
	e.commit = func(int, func() (store.Position, error)) (store.Position, error) {
		return store.Position{}, store.ErrFull
	}
	_, err := d.Update(t.Context(), cause("x"), user("ann"))
	wantKind(t, err, fault.Unavailable)
	has(t, d, "ann", false)
	e.commit = nil
	change(t, d, user("ann"))
	agrees(t, d, e.Engine)
}

// Many callers on two nodes of one engine: nothing is lost, nothing is made twice, all views are whole.
func TestManyWriters(t *testing.T) {
	a, e := open(t)
	b := join(t, e.Engine) // past the recorder, which counts for one node
	var wg sync.WaitGroup
	const each, rounds = 8, 12
	for n, d := range []*DB{a, b} {
		for w := range each {
			wg.Go(func() {
				for i := range rounds {
					name := fmt.Sprintf("user-%d-%d-%d", n, w, i)
					if _, err := d.Update(t.Context(), cause(rand.Text()), user(name)); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
					if _, err := d.View().User(home, name); err != nil {
						t.Errorf("%s is not visible to the node that made it", name)
					}
				}
			})
		}
	}
	wg.Wait()
	change(t, a, func(*iam.Tx) error { return nil })
	last := join(t, e.Engine)
	if n := last.View().Counts(home).Users; n != 2*each*rounds {
		t.Errorf("%d users", n)
	}
	if want := uint64(1 + 2*each*rounds); last.Revision() != want {
		t.Errorf("revision %d, want %d", last.Revision(), want)
	}
	if err := last.View().Check(); err != nil {
		t.Error(err)
	}
}
