package db

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/store/memory"
)

const home = "111111111111"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// engine is a memory engine whose commits a test can hold up or answer itself.
type engine struct {
	*memory.Engine
	commits []int // batches of each commit that reached the engine
	// commit, if set, stands in for the engine's; through is the engine's own.
	commit func(try int, through func() (store.Position, error)) (store.Position, error)
}

func (e *engine) Commit(ctx context.Context, after store.Position, batches ...store.Batch) (store.Position, error) {
	e.commits = append(e.commits, len(batches))
	through := func() (store.Position, error) { return e.Engine.Commit(ctx, after, batches...) }
	if e.commit == nil {
		return through()
	}
	return e.commit(len(e.commits), through)
}

// open gives a DB with one account, and its engine.
func open(t *testing.T) (*DB, *engine) {
	t.Helper()
	m, err := memory.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{Engine: m}
	d := join(t, e)
	change(t, d, func(tx *iam.Tx) error {
		_, err := tx.CreateAccount(home, "Home")
		return err
	})
	e.commits = nil
	return d, e
}

// join opens a DB on an engine that another one may use too.
func join(t *testing.T, e store.Engine) *DB {
	t.Helper()
	d, err := Open(t.Context(), e, Options{Now: func() time.Time { return noon }, Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func cause(id string) store.Cause { return store.Cause{ID: id, Operation: "test:Change", Time: noon} }

func change(t *testing.T, d *DB, fn func(*iam.Tx) error) uint64 {
	t.Helper()
	at, err := d.Update(t.Context(), cause(rand.Text()), fn)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// user adds a user.
func user(name string) func(*iam.Tx) error {
	return func(tx *iam.Tx) error {
		_, err := tx.CreateUser(home, iam.UserSpec{Path: "/", Name: name})
		return err
	}
}

// heavy adds n keys of about 11 kB each to the ring.
func heavy(first, n int) func(*iam.Tx) error {
	return func(tx *iam.Tx) error {
		q := iam.DefaultQuotas()
		q.SealKeys = 1 << 20
		tx.SetQuotas(q)
		for i := range n {
			if _, err := tx.PutSealKey(iam.SealKey{ID: uint32(first + i), Version: 1, Born: noon, PrimaryFrom: noon, Wrapped: bytes.Repeat([]byte{1}, 8192)}); err != nil {
				return err
			}
		}
		return nil
	}
}

func has(t *testing.T, d *DB, name string, want bool) {
	t.Helper()
	if _, err := d.View().User(home, name); (err == nil) != want {
		t.Errorf("user %s is there: %t, want %t", name, err == nil, want)
	}
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.Of(err).Kind != kind {
		t.Errorf("got %v, want %v", err, kind)
	}
}

// agrees says that what the node believes is what the engine holds.
func agrees(t *testing.T, d *DB, e store.Engine) {
	t.Helper()
	other := join(t, e)
	if other.Revision() != d.Revision() || other.View().Counts(home) != d.View().Counts(home) {
		t.Errorf("the node is at %d with %v, the engine at %d with %v", d.Revision(), d.View().Counts(home), other.Revision(), other.View().Counts(home))
	}
	if err := d.View().Check(); err != nil {
		t.Error(err)
	}
}

// result is the outcome of an update that ran beside others.
type result struct {
	revision uint64
	err      error
	done     bool
}

// line holds the first commit up, lines the functions up behind it in their order, and lets go. It must run in a bubble.
func line(t *testing.T, d *DB, e *engine, ctx func(i int) context.Context, fns ...func(*iam.Tx) error) (results []result, release func()) {
	t.Helper()
	gate, before := make(chan struct{}), e.commit
	e.commit = func(try int, through func() (store.Position, error)) (store.Position, error) {
		if try == 1 {
			<-gate
			return through()
		}
		if before != nil {
			return before(try-1, through)
		}
		return through()
	}
	results = make([]result, len(fns))
	go func() { _, _ = d.Update(t.Context(), cause("head of the line"), user("head")) }()
	synctest.Wait()
	for i, fn := range fns {
		c := t.Context()
		if ctx != nil {
			c = ctx(i)
		}
		go func() {
			r := &results[i]
			r.revision, r.err = d.Update(c, cause(fmt.Sprint("cause ", i)), fn)
			r.done = true
		}()
		synctest.Wait()
	}
	return results, func() { close(gate); synctest.Wait() }
}

func TestOpenAndUpdate(t *testing.T) {
	d, e := open(t)
	if d.Revision() != 1 || d.View().Revision() != 1 {
		t.Fatalf("revision %d, view %d", d.Revision(), d.View().Revision())
	}
	before := d.View()
	if at := change(t, d, user("ann")); at != 2 || d.Revision() != 2 {
		t.Errorf("revision %d, then %d", at, d.Revision())
	}
	has(t, d, "ann", true)
	if _, err := before.User(home, "ann"); err == nil {
		t.Error("a view changed after it was taken")
	}
	if at := change(t, d, func(*iam.Tx) error { return nil }); at != 2 || len(e.commits) != 1 {
		t.Errorf("a function that changes nothing gave revision %d and %d commits", at, len(e.commits))
	}
	failure := errors.New("no")
	at, err := d.Update(t.Context(), cause("x"), func(tx *iam.Tx) error {
		if err := user("bob")(tx); err != nil {
			return err
		}
		return failure
	})
	if at != 0 || err != failure {
		t.Errorf("%d, %v", at, err)
	}
	has(t, d, "bob", false)
	agrees(t, d, e)
}

func TestOpenFails(t *testing.T) {
	m, _ := memory.New(rand.Reader)
	if _, err := m.Commit(t.Context(), store.Position{}, store.Batch{}); err == nil {
		t.Fatal("the engine took an empty batch")
	}
	_ = m.Close()
	if _, err := Open(t.Context(), m, Options{Now: time.Now, Random: rand.Reader}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a closed engine: %v", err)
	}
	broken, _ := memory.New(rand.Reader)
	at, _ := broken.Load(t.Context())
	if _, err := broken.Commit(t.Context(), at, store.Batch{Cause: cause("x"), Rows: []store.Row{{Key: "user/x/y", Value: []byte(`{"v":9}`)}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), broken, Options{Now: time.Now, Random: rand.Reader}); !errors.Is(err, iam.ErrRow) {
		t.Errorf("a row that can not be read: %v", err)
	}
}

func TestCommittedIsTold(t *testing.T) {
	m, _ := memory.New(rand.Reader)
	var told []string
	now := noon
	d, err := Open(t.Context(), m, Options{Random: rand.Reader,
		Now:       func() time.Time { now = now.Add(time.Millisecond); return now },
		Committed: func(took time.Duration, revision uint64) { told = append(told, fmt.Sprint(took, " ", revision)) }})
	if err != nil {
		t.Fatal(err)
	}
	change(t, d, func(tx *iam.Tx) error { _, err := tx.CreateAccount(home, "Home"); return err })
	change(t, d, func(*iam.Tx) error { return nil })
	if len(told) != 1 || told[0] != "1ms 1" {
		t.Errorf("told %v", told)
	}
}

func TestRunFollowsAnotherWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, e := open(t)
		b := join(t, e.Engine)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- b.Run(ctx) }()
		change(t, a, user("ann"))
		synctest.Wait()
		has(t, b, "ann", true)
		// And the other way: a is behind, is told so, and takes over what came first.
		change(t, b, user("bob"))
		change(t, a, user("cid"))
		synctest.Wait()
		for _, name := range []string{"ann", "bob", "cid"} {
			has(t, a, name, true)
			has(t, b, name, true)
		}
		agrees(t, a, e.Engine)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
	})
}

func TestRunReloadsAfterCompaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, e := open(t)
		b := join(t, e.Engine)
		for i := range 5 {
			change(t, a, user(fmt.Sprint("user", i)))
		}
		if _, err := e.Compact(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		go func() { _ = b.Run(t.Context()) }()
		synctest.Wait()
		has(t, b, "user4", true)
		if b.Revision() != a.Revision() {
			t.Errorf("at %d and %d", a.Revision(), b.Revision())
		}
		change(t, b, user("late"))
		agrees(t, b, e.Engine)
	})
}

func TestRunEndsWhenTheEngineDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, e := open(t)
		ended := make(chan error, 1)
		go func() { ended <- d.Run(t.Context()) }()
		synctest.Wait()
		_ = e.Close()
		if err := <-ended; !errors.Is(err, store.ErrClosed) {
			t.Errorf("Run ended with %v", err)
		}
		_, err := d.Update(t.Context(), cause("x"), user("ann"))
		wantKind(t, err, fault.Unavailable)
		has(t, d, "ann", false)
	})
}
