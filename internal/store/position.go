package store

import (
	"encoding/hex"
	"fmt"
	"io"
)

// Lineage names one history. It is random, chosen when a store is created or
// restored, and never changes after that.
type Lineage [16]byte

func (l Lineage) String() string { return hex.EncodeToString(l[:]) }

// Nonce is the random mark of one revision. Two histories of the same lineage
// that parted (an old copy put in place of a newer one) re-use revisions but
// not nonces, which is how they are told apart. The position a store is
// created at has the zero nonce.
type Nonce [8]byte

func (n Nonce) String() string { return hex.EncodeToString(n[:]) }

// Position is one point in one history. Positions are equal when == says so.
type Position struct {
	Revision uint64
	Nonce    Nonce
	Lineage  Lineage
}

// String is "revision.nonce@lineage", for messages.
func (p Position) String() string {
	return fmt.Sprintf("%d.%s@%s", p.Revision, p.Nonce, p.Lineage)
}

// Next returns the position that follows p, its nonce drawn from random.
func (p Position) Next(random io.Reader) (Position, error) {
	next := Position{Revision: p.Revision + 1, Lineage: p.Lineage}
	// The zero nonce is the mark of creation, so it is never dealt again.
	for next.Nonce == (Nonce{}) {
		if _, err := io.ReadFull(random, next.Nonce[:]); err != nil {
			return Position{}, fmt.Errorf("draw the nonce of revision %d: %w", next.Revision, err)
		}
	}
	return next, nil
}

// NewLineage draws the name of a new history.
func NewLineage(random io.Reader) (Lineage, error) {
	var l Lineage
	if _, err := io.ReadFull(random, l[:]); err != nil {
		return Lineage{}, fmt.Errorf("draw a lineage: %w", err)
	}
	return l, nil
}

// CommitOn tells whether a writer that stands at p may commit onto head:
// nil, ErrBehind or ErrLineage.
func (p Position) CommitOn(head Position) error {
	switch {
	case p == head:
		return nil
	case p.Lineage == head.Lineage && p.Revision < head.Revision:
		return fmt.Errorf("%w: at revision %d, the store is at %d", ErrBehind, p.Revision, head.Revision)
	default:
		return fmt.Errorf("%w: at %s, the store is at %s", ErrLineage, p, head)
	}
}

// FollowOn tells whether history can be followed from p on, in a store whose
// newest position is head, whose history starts after oldest, and in which
// revision p.Revision has the nonce at (only looked at when it is still in
// history): nil, ErrCompacted or ErrLineage.
func (p Position) FollowOn(head Position, oldest uint64, at Nonce) error {
	switch {
	case p.Lineage != head.Lineage || p.Revision > head.Revision:
		return fmt.Errorf("%w: at %s, the store is at %s", ErrLineage, p, head)
	case p.Revision < oldest:
		return fmt.Errorf("%w: asked for what follows revision %d, the oldest is %d", ErrCompacted, p.Revision, oldest)
	case p.Nonce != at:
		return fmt.Errorf("%w: at %s, which is %s here", ErrLineage, p, at)
	}
	return nil
}
