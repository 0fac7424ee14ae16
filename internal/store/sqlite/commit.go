package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/daypass/daypass/internal/store"
)

// statements are prepared once on the writer's connection.
type statements struct {
	head, nonce, advance, record, put, delete *sql.Stmt
}

func prepare(ctx context.Context, db *sql.DB) (statements, error) {
	var s statements
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&s.head, sqlHead}, {&s.nonce, sqlNonce}, {&s.advance, sqlAdvance},
		{&s.record, sqlRecord}, {&s.put, sqlPut}, {&s.delete, sqlDelete},
	} {
		made, err := db.PrepareContext(ctx, p.text)
		if err != nil {
			s.close()
			return statements{}, err
		}
		*p.to = made
	}
	return s, nil
}

func (s statements) close() {
	for _, p := range []*sql.Stmt{s.head, s.nonce, s.advance, s.record, s.put, s.delete} {
		if p != nil {
			p.Close()
		}
	}
}

// Commit implements store.Engine. ctx bounds the wait for other writers; once
// writing has begun it runs to its end, so that a time-out never leaves the
// outcome unknown. ErrUnknown therefore means that the disk failed while it
// flushed. After that the engine refuses to write until it is opened again,
// since what a failed flush left behind shows only then.
func (e *Engine) Commit(ctx context.Context, after store.Position, batches ...store.Batch) (store.Position, error) {
	if err := store.Check(batches); err != nil {
		return store.Position{}, err
	}
	if err := e.acquire(ctx); err != nil {
		return store.Position{}, err
	}
	defer e.release()
	if err := e.writable(); err != nil {
		return store.Position{}, err
	}
	at, err := e.commit(context.WithoutCancel(ctx), after, batches)
	if err != nil {
		return store.Position{}, err
	}
	e.bell.Ring()
	return at, nil
}

func (e *Engine) acquire(ctx context.Context) error {
	if err := e.ended(ctx); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-e.life.Done():
		return store.ErrClosed
	case _, open := <-e.writing:
		if !open {
			return store.ErrClosed
		}
		return nil
	}
}

func (e *Engine) release() { e.writing <- struct{}{} }

// ended returns why a call must stop, or nil.
func (e *Engine) ended(ctx context.Context) error {
	if e.life.Err() != nil {
		return store.ErrClosed
	}
	return ctx.Err()
}

// writable refuses to acknowledge what would not last: after a failed flush,
// and when the file was replaced or removed under the running process.
func (e *Engine) writable() error {
	if e.broken != nil {
		return e.broken
	}
	now, err := os.Stat(e.path)
	if errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(now, e.file) {
		e.broken = fmt.Errorf("%w: %s was replaced or removed while it was open; restart to use what is there now", store.ErrLineage, e.path)
		return e.broken
	}
	if err != nil {
		return fmt.Errorf("look at the state file: %w", err)
	}
	return nil
}

func (e *Engine) commit(ctx context.Context, after store.Position, batches []store.Batch) (store.Position, error) {
	tx, err := e.write.BeginTx(ctx, nil)
	if err != nil {
		return store.Position{}, e.explain("begin a commit", err)
	}
	defer tx.Rollback()
	head, _, err := e.position(ctx, tx.StmtContext(ctx, e.stmts.head), tx.StmtContext(ctx, e.stmts.nonce))
	if err != nil {
		return store.Position{}, err
	}
	if err := after.CommitOn(head); err != nil {
		return store.Position{}, err
	}
	if uint64(len(batches)) > maxRevision-head.Revision {
		return store.Position{}, fmt.Errorf("%w: there are no revisions after %d", store.ErrTooLarge, uint64(maxRevision))
	}
	at := head
	for _, b := range batches {
		if at, err = at.Next(e.random); err != nil {
			return store.Position{}, err
		}
		if err := e.apply(ctx, tx, at, b); err != nil {
			return store.Position{}, err
		}
	}
	if _, err := tx.StmtContext(ctx, e.stmts.advance).ExecContext(ctx, int64(at.Revision)); err != nil {
		return store.Position{}, e.explain("write the revision", err)
	}
	if err := tx.Commit(); err != nil {
		return store.Position{}, e.failed(err)
	}
	return at, nil
}

// failed tells a commit that certainly did not happen from one that may have.
// A full disk and a lock are found before the frame that makes the transaction
// count is whole; after any other failure that frame may be on the disk.
func (e *Engine) failed(err error) error {
	switch code(err) {
	case codeFull, codeBusy, codeLocked:
		return e.explain("commit", err)
	}
	err = e.explain("commit", err)
	e.broken = fmt.Errorf("an earlier commit to %s failed while it was flushed; check the disk, then restart: %w", e.path, err)
	return fmt.Errorf("%w: %w", store.ErrUnknown, err)
}

// apply records one batch as the revision at and changes the state.
func (e *Engine) apply(ctx context.Context, tx *sql.Tx, at store.Position, b store.Batch) error {
	cause, err := b.Cause.MarshalText()
	if err != nil {
		return fmt.Errorf("encode the cause: %w", err)
	}
	record := tx.StmtContext(ctx, e.stmts.record)
	put := tx.StmtContext(ctx, e.stmts.put)
	remove := tx.StmtContext(ctx, e.stmts.delete)
	rev := int64(at.Revision)
	for seq, r := range b.Rows {
		// An untyped nil is NULL; a nil []byte would be an empty value.
		var nonce, why, value any
		if seq == 0 {
			nonce, why = at.Nonce[:], cause
		}
		if !r.Deleted() {
			value = r.Value
		}
		if _, err := record.ExecContext(ctx, rev, seq, nonce, why, r.Key, value); err != nil {
			return e.explain("write history", err)
		}
		if r.Deleted() {
			_, err = remove.ExecContext(ctx, r.Key)
		} else {
			_, err = put.ExecContext(ctx, r.Key, rev, r.Value)
		}
		if err != nil {
			return e.explain("write the state", err)
		}
	}
	return nil
}
