package storetest

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/store"
)

// Subject is an engine under test.
type Subject struct {
	// Open opens the store at a place, which is an empty folder of the test's
	// the first time. After Close the same place gives the same store again.
	Open func(place string) (store.Engine, error)
	// Forgets says that Close loses everything; what concerns a store at rest
	// is then not run.
	Forgets bool
	// Copy copies a store at rest from one place to another, which is empty.
	Copy func(t *testing.T, from, to string)
	// Fill leaves an open store no room and returns what gives it back. Nil
	// when the engine has no bound of its own.
	Fill func(t *testing.T, e store.Engine) (drain func())
	// Damage are the ways to spoil a store at rest that holds thousands of
	// rows, by name. Each must be noticed at the latest when it is loaded.
	Damage map[string]func(t *testing.T, place string)
}

// Run runs the whole suite.
func Run(t *testing.T, s Subject) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Subject)
		rest bool // needs a store that outlives Close
	}{
		{"new store is empty", testEmpty, false},
		{"snapshot and history agree", testAgree, false},
		{"snapshot stands still", testSnapshot, false},
		{"values are kept to the byte", testValues, false},
		{"one writer wins each revision", testWriters, false},
		{"follow resumes without gap or repeat", testFollow, false},
		{"follow wakes up", testWake, false},
		{"compaction beside writers", testCompact, false},
		{"time-out applies at most once", testTimeout, false},
		{"limits hold before writing", testLimits, false},
		{"closed store says so", testClosed, false},
		{"other history is refused", testLineage, false},
		{"reopened store is the same", testReopen, true},
		{"older copy in place of a newer", testOlder, true},
		{"kill at any point", testCrash, true},
		{"damage is refused", testDamage, true},
		{"full storage", testFull, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.rest && s.Forgets {
				t.Skip("the engine keeps nothing at rest")
			}
			c.test(t, s)
		})
	}
}

func open(t testing.TB, s Subject, place string) store.Engine {
	t.Helper()
	e, err := s.Open(place)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return e
}

func shut(t testing.TB, e store.Engine) {
	t.Helper()
	if err := e.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
}

// load reads a whole snapshot and checks its order.
func load(t testing.TB, e store.Engine) (store.Position, map[string]string) {
	t.Helper()
	at, state, err := drain(e.Load(patience(t)))
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return at, state
}

func drain(at store.Position, rows iter.Seq2[store.Row, error]) (store.Position, map[string]string, error) {
	state := map[string]string{}
	last := ""
	for r, err := range rows {
		switch {
		case err != nil:
			return at, state, err
		case r.Key <= last:
			return at, state, fmt.Errorf("key %q comes after %q", r.Key, last)
		case r.Value == nil:
			return at, state, fmt.Errorf("key %q has no value", r.Key)
		}
		last = r.Key
		state[r.Key] = string(r.Value)
	}
	return at, state, nil
}

// commit must succeed.
func commit(t testing.TB, e store.Engine, after store.Position, batches ...store.Batch) store.Position {
	t.Helper()
	at, err := e.Commit(patience(t), after, batches...)
	if err != nil {
		t.Fatalf("commit after %s: %v", after, err)
	}
	if want := after.Revision + uint64(len(batches)); at.Revision != want || at.Lineage != after.Lineage || at.Nonce == (store.Nonce{}) {
		t.Fatalf("commit of %d after %s gave %s", len(batches), after, at)
	}
	return at
}

// until follows from a position up to a revision, checking that no revision
// is missing, repeated or out of order.
func until(ctx context.Context, e store.Engine, after store.Position, revision uint64) ([]store.Batch, error) {
	if after.Revision == revision {
		return nil, nil
	}
	var all []store.Batch
	for b, err := range e.Follow(ctx, after) {
		if err != nil {
			return all, err
		}
		want := after.Revision + uint64(len(all)) + 1
		if b.Position.Revision != want || b.Position.Lineage != after.Lineage {
			return all, fmt.Errorf("followed to %s, want revision %d of %s", b.Position, want, after.Lineage)
		}
		if all = append(all, b); want == revision {
			return all, nil
		}
	}
	return all, fmt.Errorf("the sequence ended without a reason")
}

// replay applies batches to a state.
func replay(state map[string]string, batches []store.Batch) {
	for _, b := range batches {
		for _, r := range b.Rows {
			if r.Deleted() {
				delete(state, r.Key)
			} else {
				state[r.Key] = string(r.Value)
			}
		}
	}
}

// agree checks that the whole history, replayed, is the snapshot.
func agree(t testing.TB, e store.Engine, origin store.Position) store.Position {
	t.Helper()
	at, state := load(t, e)
	batches, err := until(patience(t), e, origin, at.Revision)
	if err != nil {
		t.Fatalf("follow from %s to %s: %v", origin, at, err)
	}
	told := map[string]string{}
	replay(told, batches)
	if diff := cmp.Diff(state, told); diff != "" {
		t.Fatalf("the snapshot (-) and the history (+) differ:\n%s", diff)
	}
	if n := len(batches); n > 0 && batches[n-1].Position != at {
		t.Fatalf("history ends at %s, the snapshot is at %s", batches[n-1].Position, at)
	}
	return at
}

// patience is the test's context with an end, so that a lost wake-up or a
// leaked connection fails one test with its name instead of hanging them all.
func patience(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// put is a batch that sets one key.
func put(id, key, value string) store.Batch {
	return store.Batch{Cause: cause(id), Rows: []store.Row{{Key: key, Value: []byte(value)}}}
}

func cause(id string) store.Cause {
	return store.Cause{
		ID:        id,
		Principal: "arn:aws:iam::000000000000:user/alice",
		Operation: "iam:CreateUser",
		RequestID: "request-" + id,
		Time:      time.Date(2026, 3, 4, 5, 6, 7, 89, time.UTC),
	}
}

// dice are random and say how to throw the same again.
func dice(t testing.TB) *rand.Rand {
	a, b := rand.Uint64(), rand.Uint64()
	t.Logf("dice %d, %d", a, b)
	return rand.New(rand.NewPCG(a, b))
}

// fewer shortens a test under -short.
func fewer(n int) int {
	if testing.Short() {
		return max(1, n/10)
	}
	return n
}

// team runs f n times at once and waits; the first error fails the test.
func team(t *testing.T, n int, f func(i int) error) {
	t.Helper()
	faults := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { faults[i] = f(i) })
	}
	wait.Wait()
	if i := slices.IndexFunc(faults, func(err error) bool { return err != nil }); i >= 0 {
		t.Fatalf("number %d: %v", i, faults[i])
	}
}
