package adminapi

import (
	"time"

	"github.com/daypass/daypass/internal/wire"
)

// RevokeSessionsInput is the input of RevokeSessions: sessions of a role of the caller's account that were issued earlier.
type RevokeSessionsInput struct {
	RoleName     string
	IssuedBefore *time.Time // nil: now
}

// Walk implements wire.Shape.
func (v *RevokeSessionsInput) Walk(w wire.Walker) {
	w.Text("RoleName", &v.RoleName, &ruleRoleName)
	w.OptTime("IssuedBefore", &v.IssuedBefore, nil)
}

// RevokeSessionsOutput is the output of RevokeSessions.
type RevokeSessionsOutput struct {
	RoleName      string
	RevokedBefore time.Time
}

// Walk implements wire.Shape.
func (v *RevokeSessionsOutput) Walk(w wire.Walker) {
	w.Text("RoleName", &v.RoleName, &ruleRoleName)
	w.Time("RevokedBefore", &v.RevokedBefore, nil)
}
