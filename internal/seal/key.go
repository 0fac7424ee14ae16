package seal

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// materialSize is the length of a key's material in bytes.
const materialSize = 32

// materialVersion says how the material becomes keys. A record with another one is refused.
const materialVersion = 1

// Key is one key of a ring as it is stored. All fields may be seen by whoever reads the store; Wrapped opens only with the root.
type Key struct {
	ID      uint32 `json:"id"`
	Version uint8  `json:"version"`
	// Born is when the key was made. It is bound to Wrapped, as ID and Version are.
	Born time.Time `json:"born"`
	// PrimaryFrom is when the key begins to seal, unless one with a later PrimaryFrom has begun.
	PrimaryFrom time.Time `json:"primaryFrom"`
	// Retired is when the key ceases to open; zero while that is not planned.
	Retired time.Time `json:"retired,omitzero"`
	Wrapped []byte    `json:"wrapped"`
}

// NewKey makes a key with fresh material. Its id is random, so that a restored backup that goes on alone never gives an old id a
// new meaning; taken lists the ids that are in use.
func NewKey(root *Root, random io.Reader, born, primaryFrom time.Time, taken []Key) (Key, error) {
	buf := make([]byte, materialSize)
	if _, err := io.ReadFull(random, buf); err != nil {
		return Key{}, fmt.Errorf("seal: randomness for a key: %w", err)
	}
	k := Key{Version: materialVersion, Born: born.UTC().Truncate(time.Second), PrimaryFrom: primaryFrom.UTC().Truncate(time.Second)}
	for tries := 0; k.ID == 0 || has(taken, k.ID); tries++ {
		var id [4]byte
		if _, err := io.ReadFull(random, id[:]); err != nil {
			return Key{}, fmt.Errorf("seal: randomness for a key id: %w", err)
		}
		if k.ID = binary.BigEndian.Uint32(id[:]); tries > 64 {
			return Key{}, fmt.Errorf("seal: the random source repeats itself")
		}
	}
	var err error
	k.Wrapped, err = root.Wrap(buf, k.associated())
	return k, err
}

func has(keys []Key, id uint32) bool {
	for i := range keys {
		if keys[i].ID == id {
			return true
		}
	}
	return false
}

// associated is what the wrapped material is bound to: everything of the record that never changes.
func (k *Key) associated() []byte {
	out := append([]byte("daypass ring key "), k.Version)
	out = binary.BigEndian.AppendUint32(out, k.ID)
	return binary.BigEndian.AppendUint64(out, uint64(k.Born.Unix()))
}

// opens reports whether the key still opens at now.
func (k *Key) opens(now time.Time) bool { return k.Retired.IsZero() || now.Before(k.Retired) }
