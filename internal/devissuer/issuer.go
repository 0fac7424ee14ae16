package devissuer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Path is where the issuer stands.
const Path = "/oidc"

// What a token says when nothing else is asked for.
const (
	Subject  = "ci"
	Audience = "daypass"
	Lifetime = 5 * time.Minute
)

// Bounds of what may be asked for.
const (
	maxLifetime = 24 * time.Hour
	maxQuery    = 8 << 10
)

const keyID = "development"

// Issuer makes ID tokens.
type Issuer struct {
	url    string
	now    func() time.Time
	newID  func() string
	signer jose.Signer
	public jose.JSONWebKeySet
}

// New makes an issuer with a key of its own. base is the URL of the server it is part of, without a slash at the end.
func New(base string, now func() time.Time, newID func() string, random io.Reader) (*Issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", keyID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, options)
	if err != nil {
		return nil, fmt.Errorf("devissuer: %w", err)
	}
	return &Issuer{url: base + Path, now: now, newID: newID, signer: signer, public: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: key.Public(), KeyID: keyID, Algorithm: string(jose.ES256), Use: "sig"}}}}, nil
}

// URL is the issuer as its tokens name it.
func (i *Issuer) URL() string { return i.url }

// ServeHTTP answers below [Path].
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "use GET", http.StatusMethodNotAllowed)
		return
	}
	switch strings.TrimPrefix(r.URL.Path, Path) {
	case "/.well-known/openid-configuration":
		i.json(w, map[string]any{
			"issuer": i.url, "jwks_uri": i.url + "/keys", "token_endpoint": i.url + "/token",
			"response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []jose.SignatureAlgorithm{jose.ES256},
		})
	case "/keys":
		i.json(w, i.public)
	case "/token":
		i.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (i *Issuer) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client is gone
}

// token writes a token and nothing else, not even a line end, so that it can be put into a file as it is.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	// Web pages can reach loopback, by a name of their own too.
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" || !isLoopback(r.Host) {
		http.Error(w, "not for browsers", http.StatusForbidden)
		return
	}
	if len(r.URL.RawQuery) > maxQuery {
		http.Error(w, "the query is too long", http.StatusRequestURITooLong)
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		http.Error(w, "the query cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	claims, err := i.claims(query)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	text, err := i.sign(claims)
	if err != nil {
		http.Error(w, "the token could not be signed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text)
}

func (i *Issuer) sign(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := i.signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// Names of the claims that speak to STS.
const (
	tagsClaim     = "https://aws.amazon.com/tags"
	identityClaim = "https://aws.amazon.com/source_identity"
)

// own are claims that are the issuer's to make.
var own = []string{"iss", "iat", "exp", "nbf", "jti", tagsClaim, identityClaim}

// claims reads what a token is to say: ttl is how long it is good for, tag.KEY a session tag, transitive the key of one that goes on,
// source_identity what it says; everything else is a claim, twice or more a list.
func (i *Issuer) claims(query url.Values) (map[string]any, error) {
	lifetime := Lifetime
	now := i.now().Unix()
	claims := map[string]any{"iss": i.url, "sub": Subject, "aud": Audience, "iat": now, "jti": i.newID()}
	tags, transitive := map[string][]string{}, []string(nil)
	for name, values := range query {
		key, isTag := strings.CutPrefix(name, "tag.")
		switch {
		case isTag:
			tags[key] = values
		case name == "ttl":
			d, err := time.ParseDuration(values[0])
			if err != nil || d < time.Second || d > maxLifetime {
				return nil, fmt.Errorf("ttl must be a duration such as 90s or 1h, from 1s to %s", maxLifetime)
			}
			lifetime = d
		case name == "transitive":
			transitive = values
		case name == "source_identity":
			claims[identityClaim] = values[0]
		case name == "" || slices.Contains(own, name):
			return nil, fmt.Errorf("%q is not yours to say", name)
		case len(values) == 1:
			claims[name] = values[0]
		default:
			claims[name] = values
		}
	}
	claims["exp"] = now + int64(lifetime/time.Second)
	if len(tags) > 0 || len(transitive) > 0 {
		claims[tagsClaim] = map[string]any{"principal_tags": tags, "transitive_tag_keys": append([]string{}, transitive...)}
	}
	return claims, nil
}

// isLoopback says whether a Host header names this machine by a name no web page has.
func isLoopback(host string) bool {
	if at, err := netip.ParseAddrPort(host); err == nil {
		return at.Addr().IsLoopback()
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	name, _, _ := strings.Cut(host, ":")
	return name == "localhost" || err == nil && a.IsLoopback()
}
