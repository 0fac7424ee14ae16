package credential

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// maxPrivateKey bounds a private key in PEM (IAM API model).
const maxPrivateKey = 16384

// UploadServerCertificate stores a server certificate with its private key, if the two belong together. spec.ID and spec.Sealed are filled
// in here. It fails as the verb of iam does, with Malformed and What PrivateKey, or with Invalid and What PrivateKey when the key is
// another certificate's.
func UploadServerCertificate(tx *iam.Tx, root *seal.Root, account string, spec iam.ServerCertificateSpec, key secret.Text) (*iam.ServerCertificate, error) {
	leaf, err := iam.CheckServerCertificate(spec.Body, spec.Chain)
	if err != nil {
		return nil, err
	}
	private, err := readPrivateKey([]byte(key.Reveal()))
	if err != nil {
		return nil, &fault.Error{Kind: fault.Malformed, What: fault.PrivateKey, Err: err}
	}
	public, ok := private.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(leaf.PublicKey) {
		return nil, fault.New(fault.Invalid, fault.PrivateKey, "")
	}
	if spec.ID, err = tx.NewServerCertificateID(); err != nil {
		return nil, err
	}
	if spec.Sealed, err = root.Wrap([]byte(key.Reveal()), []byte(spec.ID)); err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	return tx.UploadServerCertificate(account, spec)
}

// OpenServerCertificate gives the private key of a certificate in PEM, as it was uploaded. It fails when the record was altered or
// another root wrapped it.
func OpenServerCertificate(root *seal.Root, c *iam.ServerCertificate) (secret.Text, error) {
	plain, err := root.Unwrap(c.Sealed, []byte(c.ID))
	if err != nil {
		return secret.Text{}, fmt.Errorf("credential: %s: %w", c.ID, err)
	}
	return secret.New(string(plain)), nil
}

// The errors say nothing of the key.
var (
	errPrivateKey = errors.New("credential: no private key in PEM, or more than that")
	errKeyForm    = errors.New("credential: a private key that cannot be read")
)

// readPrivateKey reads one key in PEM: PKCS #8, or the older forms for RSA and elliptic curves. An encrypted key is refused.
func readPrivateKey(text []byte) (crypto.Signer, error) {
	text = bytes.TrimSpace(text)
	if len(text) > maxPrivateKey || !bytes.HasPrefix(text, []byte("-----BEGIN ")) {
		return nil, errPrivateKey
	}
	// OpenSSL writes a block of curve parameters before an elliptic key.
	block, rest := pem.Decode(text)
	if block != nil && block.Type == "EC PARAMETERS" {
		block, rest = pem.Decode(rest)
	}
	if block == nil || len(bytes.TrimSpace(rest)) > 0 || len(block.Headers) > 0 {
		return nil, errPrivateKey
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	}
	signer, ok := key.(crypto.Signer)
	if err != nil || !ok {
		return nil, errKeyForm
	}
	return signer, nil
}
