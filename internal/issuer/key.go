package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
)

// rsaBits is the size of RSA keys: what every verifier takes and none refuses.
const rsaBits = 2048

// NewKeys makes a key pair for each algorithm, for an account's issuer. It takes a noticeable part of a second: never call it within
// a transaction, which holds up all others.
func NewKeys(root *seal.Root, random io.Reader, account string) ([]iam.IssuerKey, error) {
	var keys []iam.IssuerKey
	for _, algorithm := range iam.Algorithms() {
		pair, err := generate(algorithm, random)
		if err != nil {
			return nil, fmt.Errorf("issuer: make a key for %s: %w", algorithm, err)
		}
		k, err := wrap(root, account, algorithm, pair)
		if err != nil {
			return nil, fmt.Errorf("issuer: %w", err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func generate(algorithm string, random io.Reader) (crypto.Signer, error) {
	switch algorithm {
	case "RS256":
		return rsa.GenerateKey(random, rsaBits)
	case "ES384":
		return ecdsa.GenerateKey(elliptic.P384(), random)
	}
	return nil, fmt.Errorf("no such algorithm")
}

func wrap(root *seal.Root, account, algorithm string, pair crypto.Signer) (iam.IssuerKey, error) {
	k := iam.IssuerKey{Algorithm: algorithm}
	// The thumbprint (RFC 7638) as id: no two accounts' keys share one, and a verifier can tell which it has.
	thumb, err := (&jose.JSONWebKey{Key: pair.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return k, err
	}
	k.ID = base64.RawURLEncoding.EncodeToString(thumb)
	if k.Public, err = x509.MarshalPKIXPublicKey(pair.Public()); err != nil {
		return k, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		return k, err
	}
	k.Wrapped, err = root.Wrap(private, bound(account, &k))
	return k, err
}

// bound ties wrapped material to its record: moved to another account, algorithm or key id it does not open.
func bound(account string, k *iam.IssuerKey) []byte {
	return []byte("issuer key " + account + " " + k.Algorithm + " " + k.ID)
}

// open gives the private key of a record.
func open(root *seal.Root, account string, k *iam.IssuerKey) (any, error) {
	der, err := root.Unwrap(k.Wrapped, bound(account, k))
	if err != nil {
		return nil, fmt.Errorf("issuer: key %s: %w", k.ID, err)
	}
	pair, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		// The cause may speak of the key's insides.
		return nil, fmt.Errorf("issuer: key %s is not a private key", k.ID)
	}
	return pair, nil
}

// public is the half of a key that everybody may see.
func public(k *iam.IssuerKey) (jose.JSONWebKey, error) {
	key, err := x509.ParsePKIXPublicKey(k.Public)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("issuer: key %s: %w", k.ID, err)
	}
	return jose.JSONWebKey{Key: key, KeyID: k.ID, Algorithm: k.Algorithm, Use: "sig"}, nil
}
