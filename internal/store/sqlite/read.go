package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/daypass/daypass/internal/store"
)

// meta is the one row of the table meta.
type meta struct {
	rev, compacted uint64
	lineage        store.Lineage
	schema         int64
}

// errMeta is the cause of a meta row that no version of this program wrote.
var errMeta = errors.New("its meta row makes no sense")

// row is what readMeta reads from: *sql.Row.
type row interface{ Scan(...any) error }

func readMeta(r row) (meta, error) {
	var rev, compacted int64
	var lineage []byte
	var m meta
	if err := r.Scan(&rev, &compacted, &lineage, &m.schema); err != nil {
		return meta{}, err
	}
	if compacted < 0 || rev < compacted || len(lineage) != len(m.lineage) {
		return meta{}, fmt.Errorf("%w: revision %d, compacted %d, lineage of %d bytes", errMeta, rev, compacted, len(lineage))
	}
	m.rev, m.compacted, m.lineage = uint64(rev), uint64(compacted), store.Lineage(lineage)
	return m, nil
}

// query is a statement that is asked for one row: *sql.Stmt, or text on a *sql.Tx.
type query interface {
	QueryRowContext(ctx context.Context, args ...any) *sql.Row
}

type onTx struct {
	tx   *sql.Tx
	text string
}

func (q onTx) QueryRowContext(ctx context.Context, args ...any) *sql.Row {
	return q.tx.QueryRowContext(ctx, q.text, args...)
}

// position reads the newest position and where history starts.
func (e *Engine) position(ctx context.Context, head, nonce query) (store.Position, uint64, error) {
	m, err := readMeta(head.QueryRowContext(ctx))
	if errors.Is(err, errMeta) || errors.Is(err, sql.ErrNoRows) {
		return store.Position{}, 0, damaged(e.path, err)
	}
	if err != nil {
		return store.Position{}, 0, e.explain("read the revision", err)
	}
	at := store.Position{Revision: m.rev, Lineage: m.lineage}
	if at.Nonce, err = e.nonce(ctx, nonce, m.rev, m.compacted); err != nil {
		return store.Position{}, 0, err
	}
	return at, m.compacted, nil
}

// nonce reads the nonce of a revision that is still in history. Only the
// revision a store was created at has no row, and the zero nonce.
func (e *Engine) nonce(ctx context.Context, nonce query, rev, compacted uint64) (store.Nonce, error) {
	var b []byte
	err := nonce.QueryRowContext(ctx, int64(rev)).Scan(&b)
	switch {
	case errors.Is(err, sql.ErrNoRows) && rev == compacted:
		return store.Nonce{}, nil
	case errors.Is(err, sql.ErrNoRows):
		return store.Nonce{}, damaged(e.path, fmt.Errorf("revision %d is missing", rev))
	case err != nil:
		return store.Nonce{}, e.explain("read history", err)
	case len(b) != len(store.Nonce{}):
		return store.Nonce{}, damaged(e.path, fmt.Errorf("revision %d has a nonce of %d bytes", rev, len(b)))
	}
	return store.Nonce(b), nil
}

// while returns a context that also ends when the engine closes.
func (e *Engine) while(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(e.life, cancel)
	return ctx, func() { stop(); cancel() }
}

// reason is err, unless a call failed because it had to end.
func (e *Engine) reason(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ended := e.ended(ctx); ended != nil {
		return ended
	}
	return err
}

// Load implements store.Engine.
func (e *Engine) Load(ctx context.Context) (store.Position, iter.Seq2[store.Row, error]) {
	inner, cancel := e.while(ctx)
	tx, at, err := e.snapshot(inner)
	if err != nil {
		cancel()
		err = e.reason(ctx, err)
		return store.Position{}, func(yield func(store.Row, error) bool) { yield(store.Row{}, err) }
	}
	var once sync.Once
	return at, func(yield func(store.Row, error) bool) {
		fresh := false
		once.Do(func() { fresh = true })
		if !fresh {
			yield(store.Row{}, fmt.Errorf("%w: the snapshot was already read", store.ErrInvalid))
			return
		}
		defer cancel()
		defer tx.Rollback()
		left, err := e.rows(inner, tx, yield)
		if !left && err != nil {
			yield(store.Row{}, e.reason(ctx, err))
		}
	}
}

// snapshot opens a transaction that sees one state from here on.
func (e *Engine) snapshot(ctx context.Context) (*sql.Tx, store.Position, error) {
	if err := e.ended(ctx); err != nil {
		return nil, store.Position{}, err
	}
	tx, err := e.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, store.Position{}, e.explain("open a snapshot", err)
	}
	at, _, err := e.position(ctx, onTx{tx, sqlHead}, onTx{tx, sqlNonce})
	if err != nil {
		tx.Rollback()
		return nil, store.Position{}, err
	}
	return tx, at, nil
}

// rows yields the state; left says that the caller left the loop.
func (e *Engine) rows(ctx context.Context, tx *sql.Tx, yield func(store.Row, error) bool) (left bool, err error) {
	if err := e.ended(ctx); err != nil {
		return false, err
	}
	rows, err := tx.QueryContext(ctx, sqlState)
	if err != nil {
		return false, e.explain("read the state", err)
	}
	defer rows.Close()
	for rows.Next() {
		// The end of the engine reaches the context a moment later only.
		if err := e.ended(ctx); err != nil {
			return false, err
		}
		var r store.Row
		if err := rows.Scan(&r.Key, &r.Value); err != nil {
			return false, e.explain("read the state", err)
		}
		if r.Value == nil { // the driver does not tell empty from absent, and none is absent here
			r.Value = []byte{}
		}
		if !yield(r, nil) {
			return true, nil
		}
	}
	if err := rows.Err(); err != nil {
		return false, e.explain("read the state", err)
	}
	return false, nil
}
