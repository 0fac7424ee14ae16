package server

import (
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/daypass/daypass/internal/federate/oidc"
)

// issuerDial is how long making a connection to an issuer of ID tokens may take.
const issuerDial = 3 * time.Second

// verifier verifies outside ID tokens. Issuers on this machine are asked in development mode alone.
func (s *Server) verifier(o *Options) *oidc.Verifier {
	return oidc.New(oidc.Options{
		Dialer:  net.Dialer{Timeout: issuerDial},
		Network: oidc.Network{Loopback: o.Dev, Private: o.IssuerNetworks}, Roots: o.IssuerRoots,
		Report: func(issuer string, err error) {
			s.log.Warn("the keys of an identity provider could not be fetched", "issuer", issuer, "error", err)
		},
	})
}

// Roots are the system's certificate roots and those of a PEM file; nil, which means the system's, without a file.
func Roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("certificates for identity providers: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("the system's certificate roots: %w", err)
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("certificates for identity providers: there is none in %s", file)
	}
	return roots, nil
}
