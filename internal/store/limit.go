package store

import "fmt"

// Limits, all in bytes. They are part of the contract, so that what one
// engine takes every other takes too.
const (
	MaxKey    = 512       // one key
	MaxValue  = 256 << 10 // one value
	MaxCause  = 8 << 10   // one cause, its fields together
	MaxCommit = 1 << 20   // one commit: all batches together, see Batch.Size
)

// rowWeight is added for every row, so that the number of rows of a commit is
// bounded too.
const rowWeight = 32

// Size is what the batch counts against MaxCommit, in bytes: its keys, values
// and cause, and 32 for every row.
func (b Batch) Size() int {
	n := b.Cause.Size()
	for _, r := range b.Rows {
		n += len(r.Key) + len(r.Value) + rowWeight
	}
	return n
}

// Check reports whether the batches may be committed together: nil,
// ErrTooLarge or ErrInvalid. Engines call it before they write anything.
func Check(batches []Batch) error {
	if len(batches) == 0 {
		return fmt.Errorf("%w: a commit needs at least one batch", ErrInvalid)
	}
	total := 0
	for i, b := range batches {
		if err := b.check(); err != nil {
			return fmt.Errorf("batch %d of %d: %w", i+1, len(batches), err)
		}
		if total += b.Size(); total > MaxCommit {
			return fmt.Errorf("%w: the commit has more than %d bytes", ErrTooLarge, MaxCommit)
		}
	}
	return nil
}

func (b Batch) check() error {
	if err := b.Cause.Check(); err != nil {
		return err
	}
	if len(b.Rows) == 0 {
		return fmt.Errorf("%w: it changes nothing", ErrInvalid)
	}
	seen := make(map[string]struct{}, len(b.Rows))
	for _, r := range b.Rows {
		if err := r.check(); err != nil {
			return err
		}
		// A follower may then apply the rows of a batch in any order.
		if _, twice := seen[r.Key]; twice {
			return fmt.Errorf("%w: it changes key %q twice", ErrInvalid, r.Key)
		}
		seen[r.Key] = struct{}{}
	}
	return nil
}

func (r Row) check() error {
	if len(r.Key) > MaxKey {
		return fmt.Errorf("%w: a key has %d bytes, the limit is %d", ErrTooLarge, len(r.Key), MaxKey)
	}
	if r.Key == "" {
		return fmt.Errorf("%w: a key is empty", ErrInvalid)
	}
	for i := range len(r.Key) {
		if c := r.Key[i]; c < 0x21 || c > 0x7e {
			return fmt.Errorf("%w: key %q holds byte 0x%02x, which is not printable ASCII", ErrInvalid, r.Key, c)
		}
	}
	if len(r.Value) > MaxValue {
		return fmt.Errorf("%w: the value of %q has %d bytes, the limit is %d", ErrTooLarge, r.Key, len(r.Value), MaxValue)
	}
	return nil
}

// Stored returns the batch as an engine hands it out again: at its position,
// its values copied, its cause in the precision of storage.
func (b Batch) Stored(at Position) Batch {
	rows := make([]Row, len(b.Rows))
	for i, r := range b.Rows {
		rows[i] = Row{Key: r.Key}
		if r.Value != nil {
			rows[i].Value = append([]byte{}, r.Value...)
		}
	}
	return Batch{Position: at, Cause: b.Cause.normal(), Rows: rows}
}
