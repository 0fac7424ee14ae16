package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

// commitTimeout bounds one commit of the engine; the callers of a group wait for it whatever their own patience.
const commitTimeout = 30 * time.Second

// attempts is how often a group is tried against an engine that other nodes write to as well.
const attempts = 100

// Update runs fn on the newest state and makes its changes durable, and visible to this node, before it returns. The returned
// revision is the one that holds them, or the current one if fn changed nothing. An error of fn is returned as it is and nothing
// changes. fn may run several times, on other goroutines, each time from the start: it must depend on the Tx alone and must not
// block.
//
// When the engine can not say whether the change was made, the error is of kind Unavailable; asking again by the cause's id is
// left to the operator.
func (d *DB) Update(ctx context.Context, cause store.Cause, fn func(*iam.Tx) error) (uint64, error) {
	u := &update{cause: cause, fn: fn, done: make(chan struct{}), lead: make(chan struct{}, 1)}
	if d.queue.join(u) {
		d.serve()
		<-u.done
	} else if err := d.queue.await(ctx, u, d.serve); err != nil {
		return 0, &fault.Error{Kind: fault.Unavailable, Err: err}
	}
	return u.revision, u.err
}

// serve carries one group to the engine and passes the charge on.
func (d *DB) serve() {
	defer d.queue.pass()
	group := d.queue.take()
	// A panic below (of an engine, say) must not leave the others of the group waiting for ever.
	defer func() {
		if p := recover(); p != nil {
			for _, u := range group {
				u.abandon(&fault.Error{Kind: fault.Internal, Err: fmt.Errorf("db: panic in a commit: %v", p)})
			}
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	d.commit(ctx, group)
}

// commit runs and writes the group. On return every update is settled or back in line.
func (d *DB) commit(ctx context.Context, group []*update) {
	d.applying.Lock()
	defer d.applying.Unlock()
	var rest []*update
	var err error
	made := false
	for tries := 0; !made && err == nil; tries++ {
		if tries == attempts {
			err = errors.New("db: other nodes were first too often")
			break
		}
		var next *iam.View
		var batches []store.Batch
		if next, batches, rest = d.run(group); len(batches) == 0 {
			break
		}
		var at store.Position
		at, err = d.write(ctx, batches)
		switch {
		case err == nil:
			d.state.Store(&snapshot{next, at})
			made = true
		case errors.Is(err, store.ErrBehind):
			made, err = d.catchUp(ctx, batches)
		}
	}
	for _, u := range group[:len(group)-len(rest)] {
		switch {
		case u.refused != nil && (err == nil || u.firm):
			u.settle(0, u.refused)
		case err != nil:
			u.settle(0, unavailable(err))
		default:
			u.settle(d.Revision(), nil)
		}
	}
	d.queue.back(rest)
}

// write hands the batches to the engine. When it can not say what became of them, the very same batches are tried again at the same
// position: that succeeds only if they are absent, and ErrBehind then says that somebody's are there, perhaps these. To run the functions
// again instead would answer with ids and secrets other than those that may be stored by now.
func (d *DB) write(ctx context.Context, batches []store.Batch) (at store.Position, err error) {
	for range attempts {
		start := d.now()
		at, err = d.engine.Commit(ctx, d.state.Load().at, batches...)
		if err == nil {
			d.seen(d.now().Sub(start), at.Revision)
		}
		if !errors.Is(err, store.ErrUnknown) {
			break
		}
	}
	return at, err
}

func unavailable(err error) error { return &fault.Error{Kind: fault.Unavailable, Err: err} }

// run builds the group's changes one on top of the other. An update whose function fails leaves no trace. rest are the updates that
// no longer fit into one commit.
func (d *DB) run(group []*update) (next *iam.View, batches []store.Batch, rest []*update) {
	next = d.View()
	size := 0
	for i, u := range group {
		tx := iam.NewTx(next, d.now(), d.random)
		tx.SetQuotas(d.quotas)
		u.refused, u.firm = guarded(u.fn, tx), len(batches) == 0
		if u.refused != nil {
			continue
		}
		changes := tx.Changes()
		if len(changes) == 0 {
			continue
		}
		b := store.Batch{Cause: u.cause, Rows: make([]store.Row, len(changes))}
		for j, c := range changes {
			b.Rows[j] = store.Row(c)
		}
		// One update that the engine would refuse must not take its whole group along.
		if err := store.Check([]store.Batch{b}); err != nil {
			u.refused = unfit(err)
			continue
		}
		if size += b.Size(); size > store.MaxCommit && len(batches) > 0 {
			return next, batches, group[i:]
		}
		batches = append(batches, b)
		next = tx.View(next.Revision() + 1)
	}
	return next, batches, nil
}

// unfit words what an engine can not take: a change that is too large is the caller's doing, anything else ours.
func unfit(err error) error {
	if errors.Is(err, store.ErrTooLarge) {
		return &fault.Error{Kind: fault.TooLarge, What: fault.Record, Limit: store.MaxCommit, Err: err}
	}
	return fault.Broken(err)
}

// guarded turns a panic of one caller's function into that caller's error: it runs on somebody else's goroutine.
func guarded(fn func(*iam.Tx) error, tx *iam.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &fault.Error{Kind: fault.Internal, Err: fmt.Errorf("db: panic in an update: %v", p)}
		}
	}()
	return fn(tx)
}

// catchUp applies what another node committed first, at least one batch. made says that the batch is the first of ours: a
// commit of unknown outcome had taken place after all.
func (d *DB) catchUp(ctx context.Context, ours []store.Batch) (made bool, err error) {
	left := 1
	for b, err := range d.engine.Follow(ctx, d.state.Load().at) {
		if err != nil {
			return false, err
		}
		if err := d.applyLocked(b); err != nil {
			return false, err
		}
		if b.Cause.ID == ours[0].Cause.ID {
			made, left = true, len(ours)
		}
		if left--; left == 0 {
			break
		}
	}
	return made, ctx.Err()
}
