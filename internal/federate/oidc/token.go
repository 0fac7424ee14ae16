package oidc

import (
	"encoding/base64"
	"errors"
	"strings"

	"github.com/daypass/daypass/internal/fault"
)

// Bounds of a token (clientTokenType of the STS API model) and of the JSON in it.
const (
	maxToken = 20000 // bytes
	maxDepth = 8     // nesting of claims
	maxName  = 1024  // characters of a key id
)

// token is one taken apart. Nothing in it is believed.
type token struct {
	compact   string
	algorithm string
	keyID     string // "" if it names none
	claims    object
}

var errToken = errors.New("oidc: malformed token")

// Issuer reads the issuer a token claims to come from, to find the provider record with. It verifies nothing.
func Issuer(compact string) (string, error) {
	t, err := parseToken(compact)
	if err != nil {
		return "", err
	}
	return t.claims.required("iss")
}

// refusedHeaders are header parameters that a token must not have: they change how it is to be read, or bring along the key it is to
// be verified with (RFC 7515 section 4.1, RFC 7516 section 4.1, RFC 7797).
var refusedHeaders = []string{"crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip", "epk"}

// parseToken takes a token in compact form apart: three parts, the first two of them JSON objects without double names.
func parseToken(compact string) (*token, error) {
	if len(compact) > maxToken {
		return nil, malformed(errToken)
	}
	// A text full of dots must not become a list of as many parts.
	parts := strings.SplitN(compact, ".", 4)
	if len(parts) != 3 || parts[2] == "" {
		return nil, malformed(errToken)
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = decode64(part); err != nil {
			return nil, malformed(err)
		}
	}
	header, err := parseObject(raw[0], maxDepth)
	if err != nil {
		return nil, malformed(err)
	}
	for _, name := range refusedHeaders {
		if _, there := header[name]; there {
			return nil, malformed(errors.New("oidc: header parameter " + name))
		}
	}
	t := &token{compact: compact}
	if t.algorithm, err = header.text("alg"); err != nil || t.algorithm == "" {
		return nil, malformed(errors.New("oidc: no algorithm"))
	}
	if t.keyID, err = header.text("kid"); err != nil || len(t.keyID) > maxName {
		return nil, malformed(errors.New("oidc: bad key id"))
	}
	if t.claims, err = parseObject(raw[1], maxDepth); err != nil {
		return nil, malformed(err)
	}
	return t, nil
}

// decode64 reads base64url without padding, and only in its one spelling: a token has no second form.
func decode64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errToken // the decoder would skip them
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}

func malformed(cause error) error {
	return &fault.Error{Kind: fault.Malformed, What: fault.OutsideToken, Err: cause}
}
