package sts

import (
	"testing"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/iam"
)

// A token tells the organization of its account and the place in it, and nothing of the kind outside of one.
func TestIdentityTokenTellsTheOrganization(t *testing.T) {
	w := newWorld(t)
	w.change(func(tx *iam.Tx) {
		var keys []iam.IssuerKey
		for _, algorithm := range iam.Algorithms() {
			keys = append(keys, iam.IssuerKey{ID: algorithm, Algorithm: algorithm, Public: []byte{1}, Wrapped: []byte{1}})
		}
		must[*iam.Issuer](t)(tx.EnableIssuer(home, keys))
	})
	in := &IdentityToken{ID: "1", Audience: []string{"x"}, Algorithm: iam.Algorithms()[0]}
	tell := func() (id, path string) {
		t.Helper()
		_, c, err := in.Claims(w.view, w.ann(), &access.Environment{Now: noon})
		if err != nil {
			t.Fatal(err)
		}
		return c.Identity.Organization, c.Identity.OrganizationPath
	}
	if id, path := tell(); id+path != "" {
		t.Errorf("in no organization: %q %q", id, path)
	}
	var o *iam.Organization
	w.change(func(tx *iam.Tx) { o = must[*iam.Organization](t)(tx.FoundOrganization(home, false)) })
	if id, path := tell(); id != o.ID || path != o.ID+"/"+o.Root+"/" {
		t.Errorf("%q %q, want %s", id, path, o.ID)
	}
}
