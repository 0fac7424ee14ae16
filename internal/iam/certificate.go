package iam

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// maxChain bounds the certificates of a chain.
const maxChain = 16

// readCertificates reads certificates in PEM, one after the other, with nothing but white space between them. ok is false for anything
// else, for none, and for more than most.
func readCertificates(text string, most int) (list []*x509.Certificate, ok bool) {
	rest := bytes.TrimSpace([]byte(text))
	for len(rest) > 0 {
		// The decoder would skip what stands before a block.
		if !bytes.HasPrefix(rest, []byte("-----BEGIN CERTIFICATE-----")) || len(list) == most {
			return nil, false
		}
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "CERTIFICATE" {
			return nil, false
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, false
		}
		list, rest = append(list, c), bytes.TrimSpace(rest)
	}
	return list, len(list) > 0
}

// strongEnough says whether the key of a certificate is worth anything: RSA keys below 1024 bits are not, of any other sort all are that
// the parser knows.
func strongEnough(c *x509.Certificate) bool {
	key, isRSA := c.PublicKey.(*rsa.PublicKey)
	return c.PublicKeyAlgorithm != x509.UnknownPublicKeyAlgorithm && (!isRSA || key.N.BitLen() >= 1024)
}

// tidyPEM gives a text one form of line end.
func tidyPEM(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}
