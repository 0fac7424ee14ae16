package oidc

import (
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// errCertificate says that nobody vouches for an issuer's certificate.
var errCertificate = errors.New("oidc: the certificate is not vouched for")

// secure is how a TLS connection to an issuer is made: the issuer's certificate must be good for the name and time, and lead to a root
// that is believed, or else to a certificate that the account has vouched for by its thumbprint.
func secure(name string, roots *x509.CertPool, thumbprints []string, now time.Time) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: name,
		Time: func() time.Time { return now },
		// The check is made by VerifyConnection, always: a thumbprint can stand in for a root, which the built-in check does not know.
		InsecureSkipVerify: true,
		VerifyConnection: func(c tls.ConnectionState) error {
			// Not c.ServerName, which is empty for an address: no name would then be asked about.
			err := chain(c.PeerCertificates, name, roots, now)
			if err == nil || vouched(c.PeerCertificates, name, thumbprints, now) {
				return nil
			}
			return fmt.Errorf("%w: %w", errCertificate, err)
		},
	}
}

// chain verifies certificates, the server's own first, up to one of the roots; nil means the system's.
func chain(certificates []*x509.Certificate, name string, roots *x509.CertPool, now time.Time) error {
	if len(certificates) == 0 || name == "" {
		return errCertificate
	}
	o := x509.VerifyOptions{DNSName: name, Roots: roots, CurrentTime: now, Intermediates: x509.NewCertPool()}
	for _, c := range certificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := certificates[0].Verify(o)
	return err
}

// vouched says whether the last certificate that the server shows has one of the thumbprints, and all others lead to it. The
// thumbprint takes the place of a root and of nothing else: name and time count as ever.
func vouched(certificates []*x509.Certificate, name string, thumbprints []string, now time.Time) bool {
	if len(certificates) == 0 {
		return false
	}
	top := certificates[len(certificates)-1]
	if !slices.ContainsFunc(thumbprints, func(s string) bool { return strings.EqualFold(s, Thumbprint(top)) }) {
		return false
	}
	root := x509.NewCertPool()
	root.AddCert(top)
	return chain(certificates, name, root, now) == nil
}

// Thumbprint is how a certificate is named in a provider: the SHA-1 of its bytes, in lower case hexadecimal
// (CreateOpenIDConnectProvider, IAM API Reference).
func Thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return hex.EncodeToString(sum[:])
}
