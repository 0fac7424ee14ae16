package db

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		var fns []func(*iam.Tx) error
		for i := range 2*64 + 3 {
			fns = append(fns, user(fmt.Sprint("user", i)))
		}
		results, release := line(t, d, e, nil, fns...)
		release()
		if want := []int{1, 64, 64, 3}; !slices.Equal(e.commits, want) {
			t.Errorf("commits of %v batches, want %v", e.commits, want)
		}
		for i, r := range results {
			if r.err != nil || !r.done {
				t.Fatalf("update %d: %+v", i, r)
			}
			// Everybody is told the revision of the whole group: it holds his own change.
			if want := uint64(2 + min(maxGroup*(i/maxGroup+1), len(fns))); r.revision != want {
				t.Errorf("update %d is told revision %d, want %d", i, r.revision, want)
			}
		}
		agrees(t, d, e.Engine)
		// Each change stands in history on its own, with its own cause, in the order of arrival.
		var causes []string
		for b, err := range e.Follow(t.Context(), firstPosition(t, e)) {
			if err != nil {
				t.Fatal(err)
			}
			if causes = append(causes, b.Cause.ID); len(causes) == len(fns)+2 {
				break
			}
		}
		for i := range fns {
			if want := fmt.Sprint("cause ", i); causes[i+2] != want {
				t.Fatalf("revision %d was caused by %q, want %q", i+3, causes[i+2], want)
			}
		}
	})
}

// firstPosition is where history starts.
func firstPosition(t *testing.T, e *engine) store.Position {
	t.Helper()
	at, _ := e.Load(t.Context())
	return store.Position{Lineage: at.Lineage}
}

func TestEachUpdateHasItsOwnVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		results, release := line(t, d, e, nil,
			user("ann"),
			user("ann"), // sees the one before, which is not stored yet
			func(tx *iam.Tx) error { _ = user("trace")(tx); panic("secret thing") },
			func(*iam.Tx) error { return nil },
			func(tx *iam.Tx) error {
				if err := user("half")(tx); err != nil {
					return err
				}
				return fault.New(fault.Denied, fault.User, "half")
			},
			user("bob"),
		)
		release()
		for i, want := range []fault.Kind{0, fault.Exists, fault.Internal, 0, fault.Denied, 0} {
			r := results[i]
			if want != 0 && (r.err == nil || fault.Of(r.err).Kind != want) || (i == 0 || i == 3 || i == 5) && r.err != nil {
				t.Errorf("update %d: %v, want %v", i, r.err, want)
			}
			if (r.err == nil) != (r.revision == 4) {
				t.Errorf("update %d: revision %d", i, r.revision)
			}
		}
		has(t, d, "ann", true)
		has(t, d, "bob", true)
		has(t, d, "half", false)
		has(t, d, "trace", false)
		if want := []int{1, 2}; !slices.Equal(e.commits, want) {
			t.Errorf("commits %v", e.commits)
		}
		agrees(t, d, e.Engine)
	})
}

// A refusal that rests on somebody else's change holds only if that change was made.
func TestRefusalOnUnstoredState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
			if try == 1 {
				return store.Position{}, store.ErrFull
			}
			return through()
		}
		results, release := line(t, d, e, nil, user("head"), user("ann"), user("ann"))
		release()
		for i, want := range []fault.Kind{fault.Exists, fault.Unavailable, fault.Unavailable} {
			if results[i].err == nil || fault.Of(results[i].err).Kind != want {
				t.Errorf("update %d: %v, want %v", i, results[i].err, want)
			}
		}
		has(t, d, "ann", false)
		change(t, d, user("ann"))
		agrees(t, d, e.Engine)
	})
}

func TestGroupIsCutBySize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		results, release := line(t, d, e, nil, heavy(1, 40), heavy(101, 40), heavy(201, 40), user("ann"), heavy(301, 40))
		release()
		for i, r := range results {
			if r.err != nil || !r.done {
				t.Errorf("update %d: %+v", i, r)
			}
		}
		if want := []int{1, 2, 3}; !slices.Equal(e.commits, want) {
			t.Errorf("commits %v, want %v", e.commits, want)
		}
		if n := len(d.View().SealKeys()); n != 160 {
			t.Errorf("%d keys", n)
		}
		has(t, d, "ann", true)
	})
}

// One update that no commit can hold fails alone.
func TestOversizedUpdateFailsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		results, release := line(t, d, e, nil, user("ann"), heavy(1, 120), user("bob"))
		release()
		if results[0].err != nil || results[2].err != nil {
			t.Errorf("%+v, %+v", results[0], results[2])
		}
		wantKind(t, results[1].err, fault.TooLarge)
		has(t, d, "ann", true)
		has(t, d, "bob", true)
		if n := len(d.View().SealKeys()); n != 0 {
			t.Errorf("%d keys", n)
		}
		agrees(t, d, e.Engine)
	})
}

func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		ran := false
		results, release := line(t, d, e, func(i int) context.Context {
			if i == 1 {
				return ctx
			}
			return t.Context()
		}, user("ann"), func(tx *iam.Tx) error { ran = true; return user("gone")(tx) }, user("bob"))
		cancel()
		synctest.Wait()
		if !results[1].done {
			t.Fatal("a caller that gave up is still waiting")
		}
		wantKind(t, results[1].err, fault.Unavailable)
		release()
		if results[0].err != nil || results[2].err != nil || ran {
			t.Errorf("%+v, ran %t", results, ran)
		}
		has(t, d, "gone", false)
		has(t, d, "bob", true)
	})
}

// Once an update was taken to the engine only the outcome says what happened.
func TestCancelAfterTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		hold := make(chan struct{})
		e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
			if try == 1 {
				<-hold
			}
			return through()
		}
		results, release := line(t, d, e, func(int) context.Context { return ctx }, user("ann"), user("bob"))
		release()
		cancel()
		synctest.Wait()
		if results[0].done || results[1].done {
			t.Fatal("answered before the outcome was known")
		}
		close(hold)
		synctest.Wait()
		if results[0].err != nil || results[1].err != nil {
			t.Errorf("%+v", results)
		}
		has(t, d, "bob", true)
	})
}

// Whoever is put in charge and has given up hands the charge on.
func TestChargePassesOverThoseWhoGaveUp(t *testing.T) {
	for seed := range 50 {
		synctest.Test(t, func(t *testing.T) {
			d, e := open(t)
			ctx, cancel := context.WithCancel(t.Context())
			results, release := line(t, d, e, func(i int) context.Context {
				if i%2 == seed%2 {
					return ctx
				}
				return t.Context()
			}, user("a"), user("b"), user("c"), user("d"))
			go cancel() // races with the charge that release passes on
			release()
			synctest.Wait()
			for i, r := range results {
				if !r.done || r.err != nil && i%2 != seed%2 {
					t.Errorf("update %d: %+v", i, r)
				}
				has(t, d, string(rune('a'+i)), r.err == nil)
			}
			change(t, d, user("after"))
		})
	}
}

// Nobody serves others for longer than one commit.
func TestLeadershipPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		first, second := make(chan struct{}), make(chan struct{})
		e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
			switch try {
			case 1:
				<-first
			case 2:
				<-second
			}
			return through()
		}
		headDone := false
		go func() {
			_, _ = d.Update(t.Context(), cause("head"), user("head"))
			headDone = true
		}()
		synctest.Wait()
		for i := range 3 {
			go func() { _, _ = d.Update(t.Context(), cause(fmt.Sprint(i)), user(fmt.Sprint("user", i))) }()
		}
		synctest.Wait()
		close(first)
		synctest.Wait()
		if !headDone {
			t.Error("the first caller is kept to serve the next group")
		}
		has(t, d, "head", true)
		close(second)
		synctest.Wait()
		has(t, d, "user2", true)
	})
}

// An engine that panics fails its group, whole, and nobody waits for ever.
func TestPanicInACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
			if try == 1 {
				panic("the engine breaks")
			}
			return through()
		}
		results, release := line(t, d, e, nil, user("ann"), user("bob"))
		release()
		for i, r := range results {
			if !r.done {
				t.Fatalf("update %d still waits", i)
			}
			wantKind(t, r.err, fault.Internal)
		}
		has(t, d, "ann", false)
		change(t, d, user("cay"))
		has(t, d, "cay", true)
	})
}
