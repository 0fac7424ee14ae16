package session

import (
	"fmt"
	"io"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
)

// Rotate publishes a new key and plans the retirement of those it replaces; keys that retired long ago are dropped. It returns
// the new key, or the one already published that is not primary yet: asked twice, it rotates once. Live sessions stay valid: a key
// opens for as long as the longest session after it was replaced.
func Rotate(tx *iam.Tx, schedule seal.Schedule, root *seal.Root, random io.Reader, now time.Time) (*iam.SealKey, error) {
	for _, k := range tx.SealKeys() {
		if k.PrimaryFrom.After(now) {
			return k, nil
		}
	}
	before := Records(tx.SealKeys())
	kept := schedule.Prune(before, now)
	after, err := schedule.Publish(root, random, kept, now)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	staying := make(map[uint32]bool, len(after))
	for _, k := range after {
		staying[k.ID] = true
	}
	// What goes makes room for what comes: the number of keys is bounded.
	for _, k := range before {
		if !staying[k.ID] {
			if err := tx.DeleteSealKey(k.ID); err != nil {
				return nil, err
			}
		}
	}
	var fresh *iam.SealKey
	for _, k := range after {
		if fresh, err = tx.PutSealKey(iam.SealKey{ID: k.ID, Version: k.Version, Born: k.Born, PrimaryFrom: k.PrimaryFrom,
			Retired: k.Retired, Wrapped: k.Wrapped}); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// RotationDue says when the next key must be published.
func RotationDue(v *iam.View, schedule seal.Schedule, now time.Time) time.Time {
	return schedule.Due(Records(v.SealKeys()), now)
}
