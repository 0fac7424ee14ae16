package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// step is how many revisions one transaction of Compact forgets. A writer
// waits for one step at most.
const step = 256

// Compact implements store.Compactor. Freed pages are used again; the file
// does not shrink.
func (e *Engine) Compact(ctx context.Context, keep uint64) (uint64, error) {
	for {
		oldest, more, err := e.forget(ctx, keep)
		if err != nil || !more {
			return oldest, err
		}
	}
}

// forget does one step; more says whether another is due.
func (e *Engine) forget(ctx context.Context, keep uint64) (oldest uint64, more bool, err error) {
	if err := e.acquire(ctx); err != nil {
		return 0, false, err
	}
	defer e.release()
	if err := e.writable(); err != nil {
		return 0, false, err
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := e.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, false, e.explain("compact", err)
	}
	defer tx.Rollback()
	head, oldest, err := e.position(ctx, onTx{tx, sqlHead}, onTx{tx, sqlNonce})
	if err != nil {
		return 0, false, err
	}
	if head.Revision-oldest <= keep {
		return oldest, false, nil
	}
	target := head.Revision - keep
	next := min(target, oldest+step)
	if _, err := tx.ExecContext(ctx, sqlForgotten, int64(next)); err != nil {
		return 0, false, e.explain("compact", err)
	}
	if _, err := tx.ExecContext(ctx, sqlForget, int64(next)); err != nil {
		return 0, false, e.explain("compact", err)
	}
	if err := tx.Commit(); err != nil {
		return 0, false, e.failed(err)
	}
	return next, next < target, nil
}

// Check reads the whole file and reports the first damage as
// store.ErrCorrupt: pages, indexes, gaps in history, state of revisions that
// do not exist. It takes seconds per gigabyte; commits go on beside it.
func (e *Engine) Check(ctx context.Context) error {
	inner, cancel := e.while(ctx)
	defer cancel()
	return e.reason(ctx, e.check(inner))
}

func (e *Engine) check(ctx context.Context) error {
	tx, at, err := e.snapshot(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var verdict string
	if err := tx.QueryRowContext(ctx, `SELECT integrity_check FROM pragma_integrity_check LIMIT 1`).Scan(&verdict); err != nil {
		return e.explain("check the state file", err)
	}
	if verdict != "ok" {
		return damaged(e.path, errors.New(verdict))
	}
	var count, low, high, stray int64
	if err := tx.QueryRowContext(ctx, sqlExtent).Scan(&count, &low, &high); err != nil {
		return e.explain("check history", err)
	}
	if count > 0 && (uint64(high) != at.Revision || count != high-low+1) {
		return damaged(e.path, fmt.Errorf("history has %d revisions from %d to %d, the newest is %d", count, low, high, at.Revision))
	}
	if err := tx.QueryRowContext(ctx, sqlStray).Scan(&stray); err != nil {
		return e.explain("check the state", err)
	}
	if stray > 0 {
		return damaged(e.path, fmt.Errorf("%d rows are newer than the newest revision", stray))
	}
	return nil
}
