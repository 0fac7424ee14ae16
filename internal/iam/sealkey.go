package iam

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// SealKey is one key of the ring that seals session tokens. Its material is wrapped by the server's root key.
type SealKey struct {
	ID          uint32    `json:"id"`
	Version     uint8     `json:"version"` // of the wrapped material's form
	Born        time.Time `json:"born"`
	PrimaryFrom time.Time `json:"primary"`          // from then on it seals; never before Born
	Retired     time.Time `json:"retired,omitzero"` // from then on it does not open any more; zero while that is not decided
	Wrapped     []byte    `json:"wrapped"`
}

// maxWrapped bounds wrapped key material in bytes.
const maxWrapped = 8192

func (k *SealKey) rowKey() string { return fmt.Sprintf("sealkey/%010d", k.ID) }
func (k *SealKey) prepare()       {}

// PutSealKey adds a key to the ring or changes one: its times, or its wrapping when the root key changes; not its birth. It fails
// with Invalid (no material, times out of order, another birth) or Limit.
func (t *Tx) PutSealKey(k SealKey) (*SealKey, error) {
	name := strconv.FormatUint(uint64(k.ID), 10)
	k.Born, k.PrimaryFrom, k.Retired = utc(k.Born), utc(k.PrimaryFrom), utc(k.Retired)
	if err := k.check(); err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, What: fault.Key, Name: name, Err: err}
	}
	old, exists := t.seals.Get(k.rowKey())
	if exists && !old.Born.Equal(k.Born) {
		return nil, &fault.Error{Kind: fault.Invalid, What: fault.Key, Name: name, Detail: "born"}
	}
	if !exists && t.seals.Len() >= t.quotas.SealKeys {
		return nil, fault.Exceeded(fault.None, fault.Key, name, t.quotas.SealKeys)
	}
	k.Wrapped = slices.Clone(k.Wrapped)
	return put(t, &k)
}

// DeleteSealKey forgets a key; tokens that it sealed are lost. It fails with NotFound.
func (t *Tx) DeleteSealKey(id uint32) error {
	probe := SealKey{ID: id}
	k, ok := t.seals.Get(probe.rowKey())
	if !ok {
		return fault.Missing(fault.Key, strconv.FormatUint(uint64(id), 10))
	}
	t.drop(k)
	return nil
}

func (k *SealKey) check() error {
	switch {
	case len(k.Wrapped) == 0 || len(k.Wrapped) > maxWrapped:
		return fmt.Errorf("material of %d bytes", len(k.Wrapped))
	case k.Born.IsZero() || k.PrimaryFrom.Before(k.Born):
		return fmt.Errorf("primary before it is born")
	case !k.Retired.IsZero() && k.Retired.Before(k.PrimaryFrom):
		return fmt.Errorf("retired before it is primary")
	}
	return nil
}

// utc makes a time the same before and after it was stored.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Round(0)
}
