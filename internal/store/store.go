package store

import (
	"context"
	"iter"
)

// Engine keeps the state and its history. Revisions are dense (each is its
// predecessor plus one) and totally ordered. All methods may be called from
// any goroutine at the same time.
//
// Every sequence that ends for another reason than the caller leaving the
// loop yields that reason as its last element, with the zero Row or Batch.
type Engine interface {
	// Load returns one consistent snapshot: its position and every row, in
	// byte order of the key. When the snapshot cannot be taken the position is
	// zero and the sequence yields the error. The sequence can be ranged over
	// once; until it is, or until ctx ends, the engine holds the snapshot open.
	Load(ctx context.Context) (Position, iter.Seq2[Row, error])

	// Commit makes the batches durable as the next revisions, all or nothing,
	// and returns the position of the last. Batch i becomes revision
	// after.Revision+1+i. On any error but ErrUnknown nothing was written.
	//
	//	ErrBehind    another writer was first: follow up, then try again
	//	ErrUnknown   the outcome is not known; follow from after and look for
	//	             the cause's ID. Committing the same batches again at the
	//	             same position is safe: it can succeed only if they are absent
	//	ErrLineage   after belongs to another history
	//	ErrTooLarge  a limit was exceeded
	//	ErrInvalid   a key, a cause or a batch is malformed
	//	ErrFull      no room is left
	//	ErrClosed    the engine was closed
	Commit(ctx context.Context, after Position, batches ...Batch) (Position, error)

	// Follow yields every whole batch after the position, in order, none
	// missing, then waits for more until ctx ends.
	//
	//	ErrCompacted history no longer reaches back to after: Load again
	//	ErrLineage   this is another history (restored, failed over, wrong database)
	Follow(ctx context.Context, after Position) iter.Seq2[Batch, error]

	// Close releases everything the engine holds and ends its sequences with
	// ErrClosed. Closing twice is allowed.
	Close() error
}

// Compactor is an engine whose history can be shortened. Every engine of this
// tree is one.
type Compactor interface {
	// Compact forgets history except for the newest keep revisions and returns
	// the oldest revision Follow can still start after. The state itself is
	// not touched. It works in small steps beside writers and can be stopped
	// between them by ctx.
	Compact(ctx context.Context, keep uint64) (oldest uint64, err error)
}

// Row is one key of the state and its value.
type Row struct {
	// Key is 1 to MaxKey bytes of printable ASCII (0x21–0x7e), compared bytewise.
	Key string
	// Value is at most MaxValue bytes. In a Batch nil means that the key is
	// deleted, while an empty value that is not nil is stored as such. A value
	// handed out by an engine must not be changed.
	Value []byte
}

// Deleted says that the row, as a change in a batch, removes its key.
func (r Row) Deleted() bool { return r.Value == nil }

// Batch is one revision: a cause and the rows it changed.
type Batch struct {
	// Position is where the batch stands in history. Engines fill it in; it is
	// ignored by Commit.
	Position Position
	Cause    Cause
	// Rows are the changes, at least one, each key at most once. Deleting a key
	// that does not exist is allowed.
	Rows []Row
}
