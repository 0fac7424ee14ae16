package server

import (
	"context"
	"crypto/rand"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
)

// rotateIssuers gives new keys to the issuers whose keys have signed long enough. Making a key takes a while, so each is made
// before the change that publishes it begins.
func (s *Server) rotateIssuers(ctx context.Context) error {
	now := s.clock.Now()
	for after := ""; ; {
		page, next := s.View().Issuers(after, 100)
		for _, i := range page {
			if !i.Enabled() || i.Due().After(now) || i.Pending(now) {
				continue
			}
			keys, err := issuer.NewKeys(s.root, rand.Reader, i.Account)
			if err != nil {
				return err
			}
			if err := s.change(ctx, "RotateIssuerKeys", func(tx *iam.Tx) error {
				_, err := tx.RotateIssuer(i.Account, keys)
				return err
			}); err != nil {
				return err
			}
		}
		if next == "" || ctx.Err() != nil {
			return ctx.Err()
		}
		after = next
	}
}
