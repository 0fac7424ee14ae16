package saml

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// Sizes of RSA keys that are used, in bits. Shorter ones can be broken, longer ones make every response expensive to check.
const (
	minRSA = 2048
	maxRSA = 8192
)

// certificate reads a certificate in base64 whose key can be used: RSA of a fitting size, or ECDSA on a NIST curve.
func certificate(text string) (*x509.Certificate, bool) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, false
	}
	c, err := x509.ParseCertificate(der)
	if err != nil || !usable(c) {
		return nil, false
	}
	return c, true
}

func usable(c *x509.Certificate) bool {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		n := k.N.BitLen()
		return n >= minRSA && n <= maxRSA
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256() || k.Curve == elliptic.P384() || k.Curve == elliptic.P521()
	}
	return false
}

// current lists the certificates whose dates include now.
func current(list []*x509.Certificate, now time.Time) []*x509.Certificate {
	return slices.DeleteFunc(slices.Clone(list), func(c *x509.Certificate) bool {
		return now.Before(c.NotBefore) || now.After(c.NotAfter)
	})
}
