package memory

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/daypass/daypass/internal/store"
)

// Engine is a store.Engine and store.Compactor in memory.
type Engine struct {
	random io.Reader
	bell   store.Bell
	done   chan struct{}

	mu     sync.Mutex
	closed bool
	head   store.Position
	oldest store.Position // where history starts: the position before history[0]
	state  map[string][]byte
	// history[i] is revision oldest.Revision+1+i. Elements are never changed
	// once appended, so that a reader may keep a slice of it.
	history []store.Batch
}

var (
	_ store.Engine    = (*Engine)(nil)
	_ store.Compactor = (*Engine)(nil)
)

// New returns an empty engine of a new lineage. Lineage and nonces are drawn
// from random: crypto/rand.Reader outside of tests.
func New(random io.Reader) (*Engine, error) {
	lineage, err := store.NewLineage(random)
	if err != nil {
		return nil, err
	}
	at := store.Position{Lineage: lineage}
	return &Engine{
		random: random,
		done:   make(chan struct{}),
		head:   at,
		oldest: at,
		state:  map[string][]byte{},
	}, nil
}

// Load implements store.Engine.
func (e *Engine) Load(ctx context.Context) (store.Position, iter.Seq2[store.Row, error]) {
	head, state, err := e.snapshot(ctx)
	if err != nil {
		return store.Position{}, func(yield func(store.Row, error) bool) { yield(store.Row{}, err) }
	}
	var once sync.Once
	return head, func(yield func(store.Row, error) bool) {
		fresh := false
		once.Do(func() { fresh = true })
		if !fresh {
			yield(store.Row{}, fmt.Errorf("%w: the snapshot was already read", store.ErrInvalid))
			return
		}
		for _, key := range slices.Sorted(maps.Keys(state)) {
			if err := e.ended(ctx); err != nil {
				yield(store.Row{}, err)
				return
			}
			if !yield(store.Row{Key: key, Value: state[key]}, nil) {
				return
			}
		}
	}
}

func (e *Engine) snapshot(ctx context.Context) (store.Position, map[string][]byte, error) {
	if err := e.ended(ctx); err != nil {
		return store.Position{}, nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.head, maps.Clone(e.state), nil
}

// ended returns why a call must stop, or nil.
func (e *Engine) ended(ctx context.Context) error {
	select {
	case <-e.done:
		return store.ErrClosed
	default:
		return ctx.Err()
	}
}

// Commit implements store.Engine.
func (e *Engine) Commit(ctx context.Context, after store.Position, batches ...store.Batch) (store.Position, error) {
	if err := store.Check(batches); err != nil {
		return store.Position{}, err
	}
	if err := ctx.Err(); err != nil {
		return store.Position{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return store.Position{}, store.ErrClosed
	}
	if err := after.CommitOn(e.head); err != nil {
		return store.Position{}, err
	}
	at := e.head
	stored := make([]store.Batch, len(batches))
	for i, b := range batches {
		next, err := at.Next(e.random)
		if err != nil {
			return store.Position{}, err
		}
		at, stored[i] = next, b.Stored(next)
	}
	for _, b := range stored {
		for _, r := range b.Rows {
			if r.Deleted() {
				delete(e.state, r.Key)
			} else {
				e.state[r.Key] = r.Value
			}
		}
	}
	e.head, e.history = at, append(e.history, stored...)
	e.bell.Ring()
	return at, nil
}

// Follow implements store.Engine.
func (e *Engine) Follow(ctx context.Context, after store.Position) iter.Seq2[store.Batch, error] {
	return func(yield func(store.Batch, error) bool) {
		at := after
		for {
			heard := e.bell.Heard()
			news, err := e.since(at)
			if err != nil {
				yield(store.Batch{}, err)
				return
			}
			for _, b := range news {
				if err := e.ended(ctx); err != nil {
					yield(store.Batch{}, err)
					return
				}
				if !yield(b, nil) {
					return
				}
				at = b.Position
			}
			if len(news) > 0 {
				continue
			}
			select {
			case <-ctx.Done():
				yield(store.Batch{}, ctx.Err())
				return
			case <-e.done:
				yield(store.Batch{}, store.ErrClosed)
				return
			case <-heard:
			}
		}
	}
}

// since returns the batches after the position, none when it is the newest.
func (e *Engine) since(at store.Position) ([]store.Batch, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, store.ErrClosed
	}
	nonce := e.oldest.Nonce
	if at.Revision > e.oldest.Revision && at.Revision <= e.head.Revision {
		nonce = e.history[at.Revision-e.oldest.Revision-1].Position.Nonce
	}
	if err := at.FollowOn(e.head, e.oldest.Revision, nonce); err != nil {
		return nil, err
	}
	return e.history[at.Revision-e.oldest.Revision:], nil
}

// Compact implements store.Compactor.
func (e *Engine) Compact(ctx context.Context, keep uint64) (uint64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return 0, store.ErrClosed
	}
	have := uint64(len(e.history))
	if have <= keep {
		return e.oldest.Revision, nil
	}
	drop := have - keep
	e.oldest = e.history[drop-1].Position
	e.history = slices.Clone(e.history[drop:]) // the old array must become garbage
	return e.oldest.Revision, nil
}

// Close implements store.Engine.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.closed {
		e.closed = true
		close(e.done)
	}
	return nil
}
