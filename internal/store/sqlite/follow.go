package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"github.com/daypass/daypass/internal/store"
)

// page is how many revisions a follower reads at a time. They are read whole
// before the first is handed out, so that a slow follower does not hold a
// snapshot open, which would keep the write-ahead log growing.
const page = 32

// Follow implements store.Engine.
func (e *Engine) Follow(ctx context.Context, after store.Position) iter.Seq2[store.Batch, error] {
	return func(yield func(store.Batch, error) bool) {
		inner, cancel := e.while(ctx)
		defer cancel()
		for at := after; ; {
			heard := e.bell.Heard()
			news, err := e.since(inner, at)
			if err != nil {
				yield(store.Batch{}, e.reason(ctx, err))
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
			case <-inner.Done():
				yield(store.Batch{}, e.ended(ctx))
				return
			case <-heard:
			}
		}
	}
}

// since returns the next batches after the position, none when it is the newest.
func (e *Engine) since(ctx context.Context, after store.Position) ([]store.Batch, error) {
	if err := e.ended(ctx); err != nil {
		return nil, err
	}
	tx, err := e.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, e.explain("read history", err)
	}
	defer tx.Rollback()
	head, oldest, err := e.position(ctx, onTx{tx, sqlHead}, onTx{tx, sqlNonce})
	if err != nil {
		return nil, err
	}
	at := head.Nonce
	if after.Revision >= oldest && after.Revision < head.Revision {
		if at, err = e.nonce(ctx, onTx{tx, sqlNonce}, after.Revision, oldest); err != nil {
			return nil, err
		}
	}
	if err := after.FollowOn(head, oldest, at); err != nil {
		return nil, err
	}
	until := min(head.Revision, after.Revision+page)
	if until == after.Revision {
		return nil, nil
	}
	batches, err := e.history(ctx, tx, after, until)
	if err != nil {
		return nil, err
	}
	if n := uint64(len(batches)); n != until-after.Revision {
		return nil, damaged(e.path, fmt.Errorf("revision %d is missing", after.Revision+n+1))
	}
	return batches, nil
}

// history reads the batches after one revision up to and with another.
func (e *Engine) history(ctx context.Context, tx *sql.Tx, after store.Position, until uint64) ([]store.Batch, error) {
	rows, err := tx.QueryContext(ctx, sqlHistory, int64(after.Revision), int64(until))
	if err != nil {
		return nil, e.explain("read history", err)
	}
	defer rows.Close()
	var batches []store.Batch
	for rows.Next() {
		var rev, seq int64
		var nonce, cause []byte
		var r store.Row
		var deleted bool
		if err := rows.Scan(&rev, &seq, &nonce, &cause, &r.Key, &r.Value, &deleted); err != nil {
			return nil, e.explain("read history", err)
		}
		if !deleted && r.Value == nil {
			r.Value = []byte{}
		}
		if seq == 0 {
			b := store.Batch{Position: store.Position{Revision: after.Revision + uint64(len(batches)) + 1, Lineage: after.Lineage}}
			if len(nonce) != len(b.Position.Nonce) {
				return nil, damaged(e.path, fmt.Errorf("revision %d has a nonce of %d bytes", rev, len(nonce)))
			}
			b.Position.Nonce = store.Nonce(nonce)
			if err := b.Cause.UnmarshalText(cause); err != nil {
				return nil, damaged(e.path, fmt.Errorf("revision %d: %w", rev, err))
			}
			batches = append(batches, b)
		}
		if len(batches) == 0 {
			return nil, damaged(e.path, fmt.Errorf("revision %d does not begin at its first row", rev))
		}
		last := &batches[len(batches)-1]
		if uint64(rev) != last.Position.Revision || int(seq) != len(last.Rows) {
			return nil, damaged(e.path, fmt.Errorf("row %d of revision %d is out of order", seq, rev))
		}
		last.Rows = append(last.Rows, r)
	}
	if err := rows.Err(); err != nil {
		return nil, e.explain("read history", err)
	}
	return batches, nil
}
