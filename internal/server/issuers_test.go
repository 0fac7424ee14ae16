package server

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
)

// The keys of issuers follow one another by themselves, only those of issuers, and in time.
func TestRotateIssuers(t *testing.T) {
	s := newParts(t).server(t, dev)
	ids := []string{"111111111111", "222222222222", "333333333333"}
	for _, id := range ids {
		keys := must[[]iam.IssuerKey](t)(issuer.NewKeys(s.root, rand.Reader, id))
		err := s.change(t.Context(), "Test", func(tx *iam.Tx) error {
			if _, err := tx.CreateAccount(id, "Account"); err != nil || id == ids[0] {
				return err
			}
			_, err := tx.EnableIssuer(id, keys)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.change(t.Context(), "Test", func(tx *iam.Tx) error { return tx.DisableIssuer(ids[2]) }); err != nil {
		t.Fatal(err)
	}
	keys := func(account string) int {
		i, err := s.View().Issuer(account)
		if err != nil {
			return 0
		}
		return len(i.Published(s.clock.Now()))
	}
	rotate := func(after time.Duration) {
		t.Helper()
		s.clock.ahead.Add(int64(after))
		if err := s.rotateIssuers(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	rotate(0)
	if keys(ids[1]) != 2 {
		t.Errorf("%d keys on the first day", keys(ids[1]))
	}
	rotate(iam.IssuerPeriod - iam.IssuerLead - time.Hour)
	if keys(ids[1]) != 2 {
		t.Error("rotated too early")
	}
	rotate(2 * time.Hour)
	if keys(ids[0]) != 0 || keys(ids[1]) != 4 || keys(ids[2]) != 0 {
		t.Errorf("%d, %d, %d keys when they are due", keys(ids[0]), keys(ids[1]), keys(ids[2]))
	}
	revision := s.View().Revision()
	rotate(time.Hour)
	if s.View().Revision() != revision {
		t.Error("rotated twice")
	}
	rotate(iam.IssuerLead + iam.IssuerOverlap)
	if keys(ids[1]) != 2 {
		t.Errorf("%d keys after the turn", keys(ids[1]))
	}
}
