package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/store"
)

// replica is what a node does: a state kept by following, changed by commits.
type replica struct {
	e     store.Engine
	at    store.Position
	state map[string]string
	seen  map[string]uint64 // cause id to revision
}

func newReplica(ctx context.Context, e store.Engine) (*replica, error) {
	at, state, err := drain(e.Load(ctx))
	return &replica{e: e, at: at, state: state, seen: map[string]uint64{}}, err
}

// follow catches up with at least one revision.
func (r *replica) follow(ctx context.Context, to uint64) error {
	batches, err := until(ctx, r.e, r.at, to)
	replay(r.state, batches)
	for _, b := range batches {
		if was, twice := r.seen[b.Cause.ID]; twice {
			return fmt.Errorf("cause %s was applied at %d and at %d", b.Cause.ID, was, b.Position.Revision)
		}
		r.seen[b.Cause.ID] = b.Position.Revision
		r.at = b.Position
	}
	return err
}

func (r *replica) newest(ctx context.Context) error {
	at, rows := r.e.Load(ctx)
	for _, err := range rows {
		if err != nil {
			return err
		}
		break
	}
	return r.follow(ctx, at.Revision)
}

// increment adds one to the shared counter in a batch of its own.
func (r *replica) increment(ctx context.Context, id string) (store.Position, error) {
	n, _ := strconv.Atoi(r.state["counter"])
	return r.e.Commit(ctx, r.at, put(id, "counter", strconv.Itoa(n+1)))
}

// testWriters lets nodes fight over one counter.
func testWriters(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	const writers = 8
	each := fewer(40)
	var mu sync.Mutex
	winners := map[uint64]string{}
	team(t, writers, func(w int) error {
		r, err := newReplica(patience(t), e)
		if err != nil {
			return err
		}
		for i := 0; i < each; {
			id := fmt.Sprintf("w%d-%d", w, i)
			at, err := r.increment(patience(t), id)
			if errors.Is(err, store.ErrBehind) {
				if err := r.follow(patience(t), r.at.Revision+1); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
			mu.Lock()
			other, taken := winners[at.Revision]
			winners[at.Revision] = id
			mu.Unlock()
			if taken {
				return fmt.Errorf("revision %d was given to %s and to %s", at.Revision, other, id)
			}
			i++
		}
		return nil
	})
	at, state := load(t, e)
	if want := writers * each; state["counter"] != strconv.Itoa(want) || at.Revision != uint64(want) {
		t.Errorf("the counter is %s at revision %d, want %d", state["counter"], at.Revision, want)
	}
	origin := store.Position{Lineage: at.Lineage}
	agree(t, e, origin)
	batches, err := until(patience(t), e, origin, at.Revision)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if winners[b.Position.Revision] != b.Cause.ID {
			t.Errorf("revision %d was acknowledged to %s and holds %s", b.Position.Revision, winners[b.Position.Revision], b.Cause.ID)
		}
	}
}

// testTimeout ends contexts while commits wait and run. A commit that failed
// for its context is not in history; one with an unknown outcome is there once
// at most; trying again at the same position never applies it twice.
func testTimeout(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	origin, _ := load(t, e)
	ctx, cancel := context.WithCancel(patience(t))
	cancel()
	if _, err := e.Commit(ctx, origin, put("never", "k", "v")); !errors.Is(err, context.Canceled) {
		t.Fatalf("commit after the end of its context gave %v", err)
	}
	const writers = 6
	each := fewer(60)
	d := dice(t)
	waits := make([][]time.Duration, writers)
	for w := range waits {
		for range each {
			waits[w] = append(waits[w], time.Duration(d.IntN(3_000_000)))
		}
	}
	var acknowledged, late atomic.Int64
	team(t, writers, func(w int) error {
		r, err := newReplica(patience(t), e)
		if err != nil {
			return err
		}
		for i, wait := range waits[w] {
			id := fmt.Sprintf("w%d-%d", w, i)
			ctx, cancel := context.WithTimeout(patience(t), wait)
			err := stubborn(ctx, r, id)
			cancel()
			if err := r.newest(patience(t)); err != nil {
				return err
			}
			_, there := r.seen[id]
			switch {
			case err == nil && there:
				acknowledged.Add(1)
			case errors.Is(err, store.ErrUnknown):
				if there {
					acknowledged.Add(1)
				}
			case errors.Is(err, context.DeadlineExceeded) && !there:
				late.Add(1)
			default:
				return fmt.Errorf("%s: in history: %t, although commit said: %w", id, there, err)
			}
		}
		return nil
	})
	t.Logf("%d acknowledged, %d late", acknowledged.Load(), late.Load())
	at, state := load(t, e)
	if at.Revision != uint64(acknowledged.Load()) || at.Revision > 0 && state["counter"] != fmt.Sprint(at.Revision) {
		t.Errorf("%d increments were applied, the counter is %q at revision %d", acknowledged.Load(), state["counter"], at.Revision)
	}
	agree(t, e, origin)
}

// stubborn tries until the increment is in or the context ends.
func stubborn(ctx context.Context, r *replica, id string) error {
	for {
		_, err := r.increment(ctx, id)
		switch {
		case errors.Is(err, store.ErrBehind):
			if err := r.follow(ctx, r.at.Revision+1); err != nil {
				return err
			}
			if _, there := r.seen[id]; there {
				return nil
			}
		case errors.Is(err, store.ErrUnknown): // the same again at the same position
			continue
		default:
			return err
		}
	}
}

func testClosed(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	at, _ := load(t, e)
	at = commit(t, e, at, put("one", "k", "v"))
	waiting := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		var last error
		for b, err := range e.Follow(context.Background(), store.Position{Lineage: at.Lineage}) {
			if last = err; b.Position == at {
				close(waiting)
			}
		}
		done <- last
	}()
	<-waiting
	_, pending := e.Load(context.Background())
	shut(t, e)
	if err := <-done; !errors.Is(err, store.ErrClosed) {
		t.Errorf("the follower was told %v", err)
	}
	var last error
	for _, last = range pending {
	}
	if !errors.Is(last, store.ErrClosed) {
		t.Errorf("the reader of a snapshot was told %v", last)
	}
	if _, err := e.Commit(patience(t), at, put("two", "k", "v")); !errors.Is(err, store.ErrClosed) {
		t.Errorf("commit gave %v", err)
	}
	if _, _, err := drain(e.Load(patience(t))); !errors.Is(err, store.ErrClosed) {
		t.Errorf("load gave %v", err)
	}
	if _, err := until(patience(t), e, at, at.Revision+1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("follow gave %v", err)
	}
	if c, ok := e.(store.Compactor); ok {
		if _, err := c.Compact(patience(t), 1); !errors.Is(err, store.ErrClosed) {
			t.Errorf("compact gave %v", err)
		}
	}
	if err := e.Close(); err != nil {
		t.Errorf("closing again gave %v", err)
	}
}
