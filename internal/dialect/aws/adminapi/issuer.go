package adminapi

import (
	"time"

	"github.com/daypass/daypass/internal/wire"
)

// RotateIssuerKeysInput is the input of RotateIssuerKeys.
type RotateIssuerKeysInput struct {
	AccountId string
	// Immediately withdraws all present keys, and with them the tokens they signed.
	Immediately *bool
}

// Walk implements wire.Shape.
func (v *RotateIssuerKeysInput) Walk(w wire.Walker) {
	w.Text("AccountId", &v.AccountId, &ruleAccountId)
	w.OptBool("Immediately", &v.Immediately, nil)
}

// RotateIssuerKeysOutput is the output of RotateIssuerKeys: all keys that are published now.
type RotateIssuerKeysOutput struct{ Keys []IssuerKey }

// Walk implements wire.Shape.
func (v *RotateIssuerKeysOutput) Walk(w wire.Walker) { wire.List(w, "Keys", &v.Keys, nil) }

// IssuerKey is part of a message: a key that signs an account's identity tokens, without its material.
type IssuerKey struct {
	KeyId          string
	Algorithm      string
	SignsFrom      time.Time
	PublishedUntil *time.Time // nil: no end is set yet
}

// Walk implements wire.Shape.
func (v *IssuerKey) Walk(w wire.Walker) {
	w.Text("KeyId", &v.KeyId, nil)
	w.Text("Algorithm", &v.Algorithm, nil)
	w.Time("SignsFrom", &v.SignsFrom, nil)
	w.OptTime("PublishedUntil", &v.PublishedUntil, nil)
}
