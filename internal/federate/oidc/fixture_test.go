package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Keys are made once: RSA ones take their time.
var (
	rsaOnce sync.Once
	rsaKeys [2]*rsa.PrivateKey
)

func rsaKey(t testing.TB, i int) *rsa.PrivateKey {
	rsaOnce.Do(func() {
		for i := range rsaKeys {
			rsaKeys[i] = must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
		}
	})
	return rsaKeys[i]
}

func ecKey(t testing.TB, c elliptic.Curve) *ecdsa.PrivateKey {
	return must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(c, rand.Reader))
}

// idp is an issuer under the test's hand.
type idp struct {
	*httptest.Server
	path      string // of the issuer's URL
	discovery map[string]any
	keys      atomic.Pointer[[]jose.JSONWebKey]
	asked     atomic.Int32 // documents served
	before    func(http.ResponseWriter, *http.Request) (done bool)
}

// newIDP serves TLS with a certificate that only client believes.
func newIDP(t testing.TB, path string, keys ...jose.JSONWebKey) *idp {
	t.Helper()
	i := &idp{path: path}
	i.keys.Store(&keys)
	i.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.asked.Add(1)
		if i.before != nil && i.before(w, r) {
			return
		}
		switch r.URL.Path {
		case strings.TrimSuffix(path, "/") + wellKnown:
			_ = json.NewEncoder(w).Encode(i.discovery)
		case "/keys":
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: *i.keys.Load()})
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(i.Close)
	i.discovery = map[string]any{"issuer": i.issuer(), "jwks_uri": i.URL + "/keys"}
	return i
}

func (i *idp) issuer() string { return i.URL + i.path }

func (i *idp) provider(clients ...string) *iam.OIDCProvider {
	return &iam.OIDCProvider{Account: "111111111111", URL: i.issuer(), Clients: clients}
}

// roots believe the test server's certificate.
func (i *idp) roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(i.Certificate())
	return p
}

// verifier believes the test server, which stands on this machine.
func (i *idp) verifier() *Verifier {
	return New(Options{Dialer: net.Dialer{Timeout: time.Second}, Network: Network{Loopback: true}, Roots: i.roots()})
}

// claims are good ones, with changes; a nil value takes a claim away.
func (i *idp) claims(changes map[string]any) map[string]any {
	c := map[string]any{"iss": i.issuer(), "sub": "repo:octo/app:ref:refs/heads/main", "aud": "sts", "iat": noon.Unix() - 10, "exp": noon.Unix() + 600}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func public(key crypto.Signer, id string) jose.JSONWebKey {
	return jose.JSONWebKey{Key: key.Public(), KeyID: id}
}

// signed makes a token as a good issuer does.
func signed(t testing.TB, key any, alg jose.SignatureAlgorithm, id string, claims any) string {
	t.Helper()
	o := (&jose.SignerOptions{}).WithType("JWT")
	if id != "" {
		o = o.WithHeader("kid", id)
	}
	s := must[jose.Signer](t)(jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o))
	object := must[*jose.JSONWebSignature](t)(s.Sign(must[[]byte](t)(json.Marshal(claims))))
	return must[string](t)(object.CompactSerialize())
}

// forged makes a token by hand: any header and payload text, truly signed with an RSA key.
func forged(t testing.TB, key *rsa.PrivateKey, header, payload string) string {
	t.Helper()
	body := encode(header) + "." + encode(payload)
	sum := sha256.Sum256([]byte(body))
	return body + "." + encode(string(must[[]byte](t)(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:]))))
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func text(t testing.TB, v any) string { return string(must[[]byte](t)(json.Marshal(v))) }

// refused demands a fault.
func refused(t testing.TB, what string, err error, kind fault.Kind, about fault.What) {
	t.Helper()
	if err == nil {
		t.Errorf("%s is accepted", what)
	} else if f := fault.Of(err); f.Kind != kind || f.What != about {
		t.Errorf("%s: %v, want %s of %s", what, err, kind, about)
	}
}

// jsonText is JSON that the encoder takes as it is.
type jsonText string

func (j jsonText) MarshalJSON() ([]byte, error) { return []byte(j), nil }
