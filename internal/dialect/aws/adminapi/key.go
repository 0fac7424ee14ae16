package adminapi

import (
	"time"

	"github.com/daypass/daypass/internal/wire"
)

// Key is part of a message: a key that seals session tokens, without its material.
type Key struct {
	KeyId       int64
	Born        time.Time
	PrimaryFrom time.Time
	Retired     *time.Time // nil: no end is set yet
	State       string     // [StatePending], [StatePrimary], [StateOpening] or [StateRetired]
}

// Walk implements wire.Shape.
func (v *Key) Walk(w wire.Walker) {
	w.Int("KeyId", &v.KeyId, nil)
	w.Time("Born", &v.Born, nil)
	w.Time("PrimaryFrom", &v.PrimaryFrom, nil)
	w.OptTime("Retired", &v.Retired, nil)
	w.Text("State", &v.State, nil)
}

// RotateKeysInput is the input of RotateKeys.
type RotateKeysInput struct{}

// Walk implements wire.Shape.
func (*RotateKeysInput) Walk(wire.Walker) {}

// RotateKeysOutput is the output of RotateKeys.
type RotateKeysOutput struct {
	KeyId       int64
	PrimaryFrom time.Time
}

// Walk implements wire.Shape.
func (v *RotateKeysOutput) Walk(w wire.Walker) {
	w.Int("KeyId", &v.KeyId, nil)
	w.Time("PrimaryFrom", &v.PrimaryFrom, nil)
}

// ListKeysInput is the input of ListKeys.
type ListKeysInput struct{}

// Walk implements wire.Shape.
func (*ListKeysInput) Walk(wire.Walker) {}

// ListKeysOutput is the output of ListKeys.
type ListKeysOutput struct{ Keys []Key }

// Walk implements wire.Shape.
func (v *ListKeysOutput) Walk(w wire.Walker) { wire.List(w, "Keys", &v.Keys, nil) }
