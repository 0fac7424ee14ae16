package credential

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// NewTradeIn makes what the trade-in token of a delegation request is proved by: 256 random bits, wrapped for the record.
func NewTradeIn(root *seal.Root, random io.Reader, request string) ([]byte, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return nil, fmt.Errorf("credential: randomness for a trade-in token: %w", err)
	}
	return root.Wrap(b[:], tradeIn(request))
}

// TradeIn is the trade-in token of a finalized delegation request.
func TradeIn(root *seal.Root, d *iam.DelegationRequest) (secret.Text, error) {
	b, err := root.Unwrap(d.Token, tradeIn(d.ID))
	if err != nil {
		return secret.Text{}, fmt.Errorf("credential: trade-in token of %s: %w", d.ID, err)
	}
	return secret.New(d.ID + "." + base64.RawURLEncoding.EncodeToString(b)), nil
}

// IsTradeIn says whether a token is that of a finalized delegation request. How long it takes does not depend on where they differ.
func IsTradeIn(root *seal.Root, d *iam.DelegationRequest, token string) (bool, error) {
	want, err := TradeIn(root, d)
	return err == nil && want.Equal(secret.New(token)), err
}

// RequestOf is the delegation request that a trade-in token claims to belong to. It proves nothing.
func RequestOf(token string) string {
	id, _, _ := strings.Cut(token, ".")
	return id
}

// tradeIn binds wrapped material to its record.
func tradeIn(request string) []byte { return []byte("delegation " + request) }
