package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

// DB is the state and its engine.
type DB struct {
	engine store.Engine
	now    func() time.Time
	random io.Reader
	quotas iam.Quotas
	seen   func(commit time.Duration, revision uint64)

	state atomic.Pointer[snapshot]

	queue queue
	// applying is held while the state is replaced: by the update in charge, or by Run when another node wrote.
	applying sync.Mutex
}

// snapshot is a View with the position it stands for.
type snapshot struct {
	view *iam.View
	at   store.Position
}

// Options are what a DB needs besides its engine. Now and Random must be set; Random must be cryptographic and safe for
// concurrent use.
type Options struct {
	Now    func() time.Time
	Random io.Reader
	// Quotas are what every change is held to; the zero ones stand for the defaults.
	Quotas iam.Quotas
	// Committed, if set, is told of every commit of this node: how long the engine took, and the new revision.
	Committed func(took time.Duration, revision uint64)
}

// Open loads the newest state of the engine.
func Open(ctx context.Context, engine store.Engine, o Options) (*DB, error) {
	d := &DB{engine: engine, now: o.Now, random: o.Random, quotas: o.Quotas, seen: o.Committed}
	if d.quotas == (iam.Quotas{}) {
		d.quotas = iam.DefaultQuotas()
	}
	if d.seen == nil {
		d.seen = func(time.Duration, uint64) {}
	}
	if err := d.load(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// View is the newest state. It never changes; keep it as long as one request lasts, so that decision and act agree.
func (d *DB) View() *iam.View { return d.state.Load().view }

// Revision is the revision of the newest state.
func (d *DB) Revision() uint64 { return d.state.Load().at.Revision }

// load replaces the state by what the engine has.
func (d *DB) load(ctx context.Context) error {
	at, rows := d.engine.Load(ctx)
	view, err := iam.Load(translate(rows), at.Revision)
	if err != nil {
		return fmt.Errorf("load the state: %w", err)
	}
	d.state.Store(&snapshot{view, at})
	return nil
}

func translate(rows iter.Seq2[store.Row, error]) iter.Seq2[iam.Row, error] {
	return func(yield func(iam.Row, error) bool) {
		for r, err := range rows {
			if !yield(iam.Row(r), err) {
				return
			}
		}
	}
}

// Run applies what other nodes commit to the same engine until ctx ends. A single node needs it too: it is how a state that
// was changed behind its back becomes an error instead of going unnoticed.
func (d *DB) Run(ctx context.Context) error {
	for {
		err := d.follow(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, store.ErrCompacted):
			if err := d.reload(ctx); err != nil {
				return err
			}
		case err != nil:
			return fmt.Errorf("follow the state: %w", err)
		}
	}
}

func (d *DB) reload(ctx context.Context) error {
	d.applying.Lock()
	defer d.applying.Unlock()
	return d.load(ctx)
}

func (d *DB) follow(ctx context.Context) error {
	for b, err := range d.engine.Follow(ctx, d.state.Load().at) {
		if err != nil {
			return err
		}
		if err := d.apply(b); err != nil {
			return err
		}
	}
	return nil
}

// apply takes over a batch unless it is in the state already.
func (d *DB) apply(b store.Batch) error {
	d.applying.Lock()
	defer d.applying.Unlock()
	return d.applyLocked(b)
}

func (d *DB) applyLocked(b store.Batch) error {
	have := d.state.Load()
	if b.Position.Revision <= have.at.Revision {
		return nil
	}
	rows := make([]iam.Row, len(b.Rows))
	for i, r := range b.Rows {
		rows[i] = iam.Row(r)
	}
	view, err := have.view.Apply(rows, b.Position.Revision)
	if err != nil {
		return fmt.Errorf("apply revision %d: %w", b.Position.Revision, err)
	}
	d.state.Store(&snapshot{view, b.Position})
	return nil
}
