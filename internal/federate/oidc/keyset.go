package oidc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// Bounds of a key set.
const (
	maxKeys    = 100
	minRSA     = 2048 // bits
	maxRSA     = 8192 // bits: what takes longer to verify is no key
	maxKeyTry  = 4    // keys under one id
	keySetDeep = 4
)

// algorithms are all that any key may be used with (AssumeRoleWithWebIdentity, STS API Reference).
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}

// publicKey is a key of an issuer with what it may be used for.
type publicKey struct {
	id         string
	key        any // *rsa.PublicKey or *ecdsa.PublicKey
	algorithms []jose.SignatureAlgorithm
}

// keySet is the usable keys of an issuer, in the issuer's order.
type keySet []publicKey

var errKeySet = errors.New("oidc: malformed key set")

// parseKeySet reads a JSON Web Key Set (RFC 7517). Keys that no token can be verified with here are left out: of other types and
// curves, for encryption, too short, symmetric ones above all.
func parseKeySet(data []byte) (keySet, error) {
	o, err := parseObject(data, keySetDeep)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if json.Unmarshal(o["keys"], &list) != nil || len(list) > maxKeys {
		return nil, errKeySet
	}
	var set keySet
	for _, raw := range list {
		if k, ok := parseKey(raw); ok {
			set = append(set, k)
		}
	}
	if len(set) == 0 {
		return nil, errors.New("oidc: no usable key in the key set")
	}
	return set, nil
}

func parseKey(raw json.RawMessage) (publicKey, bool) {
	o, err := parseObject(raw, 3)
	if err != nil {
		return publicKey{}, false
	}
	if kind, err := o.text("kty"); err != nil || kind != "RSA" && kind != "EC" {
		return publicKey{}, false
	}
	// A certificate in the key adds nothing: it is the set's origin that is believed.
	for _, name := range []string{"x5c", "x5u", "x5t", "x5t#S256"} {
		delete(o, name)
	}
	plain, err := json.Marshal(o)
	if err != nil {
		return publicKey{}, false
	}
	var k jose.JSONWebKey
	if err := k.UnmarshalJSON(plain); err != nil || !k.IsPublic() || k.Use != "" && k.Use != "sig" || len(k.KeyID) > maxName {
		return publicKey{}, false
	}
	p := publicKey{id: k.KeyID, key: k.Key, algorithms: algorithmsOf(k.Key)}
	if k.Algorithm != "" {
		only := jose.SignatureAlgorithm(k.Algorithm)
		if !slices.Contains(p.algorithms, only) {
			return publicKey{}, false
		}
		p.algorithms = []jose.SignatureAlgorithm{only}
	}
	return p, len(p.algorithms) > 0
}

// algorithmsOf says what a key's type lets it do; nil for a key that is of no use.
func algorithmsOf(key any) []jose.SignatureAlgorithm {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n >= minRSA && n <= maxRSA && k.E >= 3 && k.E%2 == 1 {
			return algorithms[:3]
		}
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return algorithms[3:4]
		case elliptic.P384():
			return algorithms[4:5]
		case elliptic.P521():
			return algorithms[5:6]
		}
	}
	return nil
}

// under gives the keys of an id. A token that names none may only mean the issuer's one key.
func (s keySet) under(id string) []publicKey {
	if id == "" {
		if len(s) == 1 {
			return s
		}
		return nil
	}
	var found []publicKey
	for _, k := range s {
		if k.id == id && len(found) < maxKeyTry {
			found = append(found, k)
		}
	}
	return found
}

// signed says whether one of the keys made the token's signature, each by what the key itself may be used for.
func (t *token) signed(keys []publicKey) bool {
	for _, k := range keys {
		if !slices.Contains(k.algorithms, jose.SignatureAlgorithm(t.algorithm)) {
			continue
		}
		signature, err := jose.ParseSignedCompact(t.compact, k.algorithms)
		if err != nil {
			continue
		}
		if _, err := signature.Verify(k.key); err == nil {
			return true
		}
	}
	return false
}
