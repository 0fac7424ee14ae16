package adminapi

import (
	"time"

	"github.com/daypass/daypass/internal/wire"
)

// GetDelegationTokenInput is the input of GetDelegationToken.
type GetDelegationTokenInput struct{ DelegationRequestId string }

// Walk implements wire.Shape.
func (v *GetDelegationTokenInput) Walk(w wire.Walker) {
	w.Text("DelegationRequestId", &v.DelegationRequestId, &ruleRequestId)
}

// GetDelegationTokenOutput is the output of GetDelegationToken.
type GetDelegationTokenOutput struct {
	DelegationRequestId string
	State               string     // of the request
	TradeInToken        *string    // nil unless the request is finalized
	ExpiresAt           *time.Time // when the permissions end
}

// Walk implements wire.Shape.
func (v *GetDelegationTokenOutput) Walk(w wire.Walker) {
	w.Text("DelegationRequestId", &v.DelegationRequestId, nil)
	w.Text("State", &v.State, nil)
	w.OptText("TradeInToken", &v.TradeInToken, &ruleSecretAccessKey)
	w.OptTime("ExpiresAt", &v.ExpiresAt, nil)
}
