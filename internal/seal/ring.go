package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
)

// Errors of a ring.
var (
	// ErrOpen is the one answer to everything that does not open. It does not say why.
	ErrOpen = errors.New("seal: not a value that opens here")
	// ErrNoPrimary: no key may seal at this time.
	ErrNoPrimary = errors.New("seal: the ring has no primary key at this time")
	// ErrKeys: the records do not make a ring: two with one id, an unknown version, an id of zero.
	ErrKeys = errors.New("seal: the key records are not a ring")
)

const (
	sealedVersion = 1
	headSize      = 1 + 4 // version, key id
	// MaxKeys is how many keys a ring may have.
	MaxKeys = 1000
)

// Ring seals, opens and derives. It is immutable and safe for concurrent use; a change of the records makes a new ring.
//
// A sealed value is: one byte of format version, four bytes of key id (big endian), 12 bytes of salt, 12 of nonce, the
// ciphertext, 16 of tag. Version and id are authenticated with it.
type Ring struct {
	keys  map[uint32]*ringKey
	order []*ringKey // latest PrimaryFrom first
}

type ringKey struct {
	Key
	aead   tink.AEAD
	derive []byte
}

// NewRing unwraps the records. It fails when the root is not theirs, when a record was altered, or with [ErrKeys].
func NewRing(root *Root, records []Key) (*Ring, error) {
	if len(records) > MaxKeys {
		return nil, ErrKeys
	}
	r := &Ring{keys: make(map[uint32]*ringKey, len(records))}
	for _, record := range records {
		if record.ID == 0 || record.Version != materialVersion || r.keys[record.ID] != nil {
			return nil, ErrKeys
		}
		material, err := root.Unwrap(record.Wrapped, record.associated())
		if err != nil {
			return nil, fmt.Errorf("seal: key %08x: %w", record.ID, err)
		}
		if len(material) != materialSize {
			return nil, ErrKeys
		}
		k := &ringKey{Key: record, derive: expand(material, "ring derive")}
		if k.aead, err = newAEAD(expand(material, "ring seal")); err != nil {
			return nil, err
		}
		r.keys[record.ID] = k
		r.order = append(r.order, k)
	}
	slices.SortFunc(r.order, func(a, b *ringKey) int { return later(&a.Key, &b.Key) })
	return r, nil
}

// later orders keys by precedence as primary: the later PrimaryFrom first, then the higher id, so that all nodes agree.
func later(a, b *Key) int {
	if c := b.PrimaryFrom.Compare(a.PrimaryFrom); c != 0 {
		return c
	}
	if a.ID > b.ID {
		return -1
	}
	return 1
}

func (r *Ring) primary(now time.Time) *ringKey {
	for _, k := range r.order {
		if !k.PrimaryFrom.After(now) && k.opens(now) {
			return k
		}
	}
	return nil
}

// Primary returns the id of the key that Seal uses at now, or [ErrNoPrimary].
func (r *Ring) Primary(now time.Time) (uint32, error) {
	k := r.primary(now)
	if k == nil {
		return 0, ErrNoPrimary
	}
	return k.ID, nil
}

// Seal seals plaintext with the key that is primary at now and binds it to associated, which is not part of the result. Begin
// associated with a word for the purpose, so that a value sealed for one purpose never opens for another.
// Fails with [ErrNoPrimary] or [ErrTooLarge].
func (r *Ring) Seal(plaintext, associated []byte, now time.Time) ([]byte, error) {
	if len(plaintext) > MaxPlain {
		return nil, ErrTooLarge
	}
	k := r.primary(now)
	if k == nil {
		return nil, ErrNoPrimary
	}
	head := binary.BigEndian.AppendUint32([]byte{sealedVersion}, k.ID)
	body, err := k.aead.Encrypt(plaintext, bind(head, associated))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return append(head, body...), nil
}

// Open undoes Seal. A key opens from the moment the ring has it, even before it is primary here, because another node's clock may
// be ahead; it ceases when it is retired. Every failure is [ErrOpen].
func (r *Ring) Open(sealed, associated []byte, now time.Time) ([]byte, error) {
	if len(sealed) < headSize+overhead || len(sealed) > maxSealed {
		return nil, ErrOpen
	}
	id, ok := KeyOf(sealed)
	if !ok {
		return nil, ErrOpen
	}
	k := r.keys[id]
	if k == nil || !k.opens(now) {
		return nil, ErrOpen
	}
	plaintext, err := k.aead.Decrypt(sealed[headSize:], bind(sealed[:headSize], associated))
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

// KeyOf returns the id of the key that a value claims to be sealed with. It proves nothing before Open succeeds.
func KeyOf(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < headSize || sealed[0] != sealedVersion {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:headSize]), true
}

// Derive returns 32 bytes that only this key gives for this label and data, and always the same: a secret that needs no storing.
// Label says the use and is part of the program; data says for whom. Fails with [ErrOpen] when the key is unknown or retired.
func (r *Ring) Derive(id uint32, label string, data []byte, now time.Time) ([]byte, error) {
	k := r.keys[id]
	if k == nil || !k.opens(now) {
		return nil, ErrOpen
	}
	info := make([]byte, 0, 32+len(label)+len(data))
	info = append(info, "daypass derived v1 "...)
	// The label's length keeps ("ab", "c") and ("a", "bc") apart.
	info = binary.BigEndian.AppendUint32(info, uint32(len(label)))
	info = append(append(info, label...), data...)
	out, err := hkdf.Expand(sha256.New, k.derive, string(info), 32)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return out, nil
}
