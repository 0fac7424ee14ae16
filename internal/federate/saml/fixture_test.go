package saml_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/federate/saml/samltest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	entity   = "https://idp.example.com/metadata"
	role     = "arn:aws:iam::111111111111:role/clerk"
	provider = "arn:aws:iam::111111111111:saml-provider/corp"
)

// Keys are made once: RSA takes its time. The first is the same in every process, so that what one fuzzes another can verify.
var (
	ecKey = sync.OnceValue(func() crypto.Signer {
		return must(ecdsa.ParseRawPrivateKey(elliptic.P256(), bytes.Repeat([]byte{7}, 32)))
	})
	ecKey2 = sync.OnceValue(func() crypto.Signer { return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)) })
	rsaKey = sync.OnceValue(func() crypto.Signer { return must(rsa.GenerateKey(rand.Reader, 2048)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func idp(key crypto.Signer) *samltest.IdP {
	return must(samltest.New(entity, key, rand.Reader, noon.Add(-time.Hour), noon.Add(24*time.Hour)))
}

// trusting is the provider that a server makes of a provider's metadata.
func trusting(p *samltest.IdP) *saml.Provider {
	d := must(saml.ParseMetadata([]byte(p.Metadata())))
	return must(saml.NewProvider(d.EntityID, d.Certificates, d.ValidUntil))
}

func good() *samltest.Response { return samltest.Good("0123456789abcdef0123", role, provider, noon) }

// verify verifies a document at noon.
func verify(p *samltest.IdP, doc *etree.Document) (*saml.Assertion, error) {
	return trusting(p).Verify(samltest.Base64(doc), &saml.Here{}, noon)
}

// refused wants a problem of one of the kinds.
func refused(t *testing.T, what string, a *saml.Assertion, err error, kinds ...saml.Kind) {
	t.Helper()
	var p *saml.Problem
	if a != nil || !errors.As(err, &p) {
		t.Errorf("%s: %+v, %v", what, a, err)
		return
	}
	for _, k := range kinds {
		if p.Kind == k {
			return
		}
	}
	if len(kinds) > 0 {
		t.Errorf("%s: refused as %d: %v", what, p.Kind, err)
	}
}
