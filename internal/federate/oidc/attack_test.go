package oidc

import (
	"context"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

// The key decides the algorithm, and no header can bring another key or another way of reading along: CVE-2026-33322.
func TestAttack13_TokenAlgConfusion(t *testing.T) {
	key := rsaKey(t, 0)
	i := newIDP(t, "", public(key, "k"), public(ecKey(t, elliptic.P256()), "e"))
	v, p := i.verifier(), i.provider("sts")
	payload := text(t, i.claims(nil))
	good := forged(t, key, `{"alg":"RS256","kid":"k"}`, payload)
	if _, err := v.Verify(t.Context(), p, good, noon); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	resign := func(header string, secret []byte) string {
		body := encode(header) + "." + parts[1]
		m := hmac.New(sha256.New, secret)
		m.Write([]byte(body))
		return body + "." + encode(string(m.Sum(nil)))
	}
	der := must[[]byte](t)(x509.MarshalPKIXPublicKey(key.Public()))
	for name, token := range map[string]string{
		"HS256 with the public key in PEM": resign(`{"alg":"HS256","kid":"k"}`, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"HS256 with the public key in DER": resign(`{"alg":"HS256","kid":"k"}`, der),
		"HS256 with the client id":         resign(`{"alg":"HS256","kid":"k"}`, []byte("sts")),
		"HS256 with nothing":               resign(`{"alg":"HS256","kid":"k"}`, nil),
		"none":                             encode(`{"alg":"none","kid":"k"}`) + "." + parts[1] + ".",
		"none with a signature":            encode(`{"alg":"none","kid":"k"}`) + "." + parts[1] + "." + parts[2],
		"None":                             encode(`{"alg":"None","kid":"k"}`) + "." + parts[1] + "." + parts[2],
		"rs256 in lower case":              forged(t, key, `{"alg":"rs256","kid":"k"}`, payload),
		"no algorithm":                     forged(t, key, `{"kid":"k"}`, payload),
		"an algorithm that is a number":    forged(t, key, `{"alg":256,"kid":"k"}`, payload),
		"Alg instead of alg":               forged(t, key, `{"Alg":"RS256","kid":"k"}`, payload),
		"alg twice":                        forged(t, key, `{"alg":"RS256","kid":"k","alg":"none"}`, payload),
		"a PSS header over PKCS 1":         forged(t, key, `{"alg":"PS256","kid":"k"}`, payload),
		"an EC algorithm for an RSA key":   forged(t, key, `{"alg":"ES256","kid":"k"}`, payload),
		"an RSA algorithm for an EC key":   forged(t, key, `{"alg":"RS256","kid":"e"}`, payload),
		"EdDSA":                            forged(t, key, `{"alg":"EdDSA","kid":"k"}`, payload),
		"crit":                             forged(t, key, `{"alg":"RS256","kid":"k","crit":["exp"]}`, payload),
		"crit b64":                         forged(t, key, `{"alg":"RS256","kid":"k","crit":["b64"],"b64":true}`, payload),
		"b64":                              forged(t, key, `{"alg":"RS256","kid":"k","b64":false}`, payload),
		"an embedded jwk":                  forged(t, rsaKey(t, 1), `{"alg":"RS256","kid":"k","jwk":`+text(t, public(rsaKey(t, 1), "k"))+`}`, payload),
		"jku":                              forged(t, rsaKey(t, 1), `{"alg":"RS256","kid":"k","jku":"`+i.URL+`/keys"}`, payload),
		"x5u":                              forged(t, key, `{"alg":"RS256","kid":"k","x5u":"https://evil.example"}`, payload),
		"x5c":                              forged(t, key, `{"alg":"RS256","kid":"k","x5c":["AAAA"]}`, payload),
		"a key id that is a list":          forged(t, key, `{"alg":"RS256","kid":["k"]}`, payload),
		"a claim twice":                    forged(t, key, `{"alg":"RS256","kid":"k"}`, payload[:len(payload)-1]+`,"sub":"admin"}`),
		"a nested claim twice":             forged(t, key, `{"alg":"RS256","kid":"k"}`, payload[:len(payload)-1]+`,"x":{"a":1,"a":2}}`),
		"encrypted":                        encode(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + ".a.b.c.d",
		"encrypted in three parts":         forged(t, key, `{"alg":"RS256","enc":"A256GCM","kid":"k"}`, payload),
		"compressed":                       forged(t, key, `{"alg":"RS256","zip":"DEF","kid":"k"}`, payload),
		"JSON serialization":               `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
	} {
		_, err := v.Verify(t.Context(), p, token, noon)
		if err == nil {
			t.Errorf("%s is accepted", name)
		} else if f := fault.Of(err); f.What != fault.OutsideToken || f.Kind != fault.Malformed && f.Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A key that says what it is for is used for nothing else.
	only := public(key, "only")
	only.Algorithm = string(jose.RS512)
	i.keys.Store(&[]jose.JSONWebKey{only})
	later := noon.Add(Between)
	_, err := v.Verify(t.Context(), p, signed(t, key, jose.RS256, "only", i.claims(nil)), later)
	refused(t, "RS256 with a key for RS512", err, fault.Invalid, fault.OutsideToken)
	if _, err := v.Verify(t.Context(), p, signed(t, key, jose.RS512, "only", i.claims(nil)), later); err != nil {
		t.Errorf("RS512: %v", err)
	}
}

// No other spelling of a good token is one.
func TestAttack14_TokenTruncatedOrExtended(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	i := newIDP(t, "", public(key, "k"))
	v, p := i.verifier(), i.provider("sts")
	good := signed(t, key, jose.ES256, "k", i.claims(nil))
	if _, err := v.Verify(t.Context(), p, good, noon); err != nil {
		t.Fatal(err)
	}
	try := func(what, token string) {
		t.Helper()
		if _, err := v.Verify(t.Context(), p, token, noon); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
	for n := range len(good) {
		try(fmt.Sprintf("the first %d bytes", n), good[:n])
	}
	for n := range len(good) {
		for _, bit := range []byte{1, 2, 4, 8, 16, 32} {
			b := []byte(good)
			b[n] ^= bit
			try(fmt.Sprintf("bit %d of byte %d flipped", bit, n), string(b))
		}
	}
	parts := strings.Split(good, ".")
	for what, token := range map[string]string{
		"appended": good + "A", "appended padding": good + "=", "a fourth part": good + ".", "a space behind": good + " ", "a line end behind": good + "\n",
		"a space in front": " " + good, "line ends inside": parts[0] + "." + parts[1][:8] + "\r\n" + parts[1][8:] + "." + parts[2],
		"padded parts": parts[0] + "=." + parts[1] + "." + parts[2], "in standard base64": strings.NewReplacer("-", "+", "_", "/").Replace(good) + "+",
		"prefixed": "Bearer " + good,
	} {
		try(what, token)
	}
	// The claims of one token under the signature of another.
	other := strings.Split(signed(t, key, jose.ES256, "k", i.claims(map[string]any{"sub": "admin"})), ".")
	try("spliced", parts[0]+"."+other[1]+"."+parts[2])
	try("spliced the other way", other[0]+"."+parts[1]+"."+other[2])
}

// What has no end, or not one that can be told, is no token: GHSA-xvfh.
func TestAttack15_TokenTimes(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	i := newIDP(t, "", public(key, "k"))
	v, p := i.verifier(), i.provider("sts")
	at := noon.Unix()
	verify := func(changes map[string]any) (*Claims, error) {
		return v.Verify(t.Context(), p, signed(t, key, jose.ES256, "k", i.claims(changes)), noon)
	}
	for _, c := range []struct {
		what    string
		changes map[string]any
		kind    fault.Kind
		about   fault.What
	}{
		{"no exp", map[string]any{"exp": nil}, fault.NotFound, fault.Claim},
		{"exp now", map[string]any{"exp": at}, fault.Expired, fault.OutsideToken},
		{"exp in the past", map[string]any{"exp": at - 1}, fault.Expired, fault.OutsideToken},
		{"exp 0", map[string]any{"exp": 0}, fault.Expired, fault.OutsideToken},
		{"exp as text", map[string]any{"exp": fmt.Sprint(at + 600)}, fault.Invalid, fault.Claim},
		{"exp null", map[string]any{"exp": jsonText("null")}, fault.Invalid, fault.Claim},
		{"a fraction", map[string]any{"exp": jsonText(fmt.Sprintf("%d.5", at+600))}, fault.Invalid, fault.Claim},
		{"an exponent", map[string]any{"exp": jsonText("1e12")}, fault.Invalid, fault.Claim},
		{"negative", map[string]any{"exp": -1}, fault.Invalid, fault.Claim},
		{"huge", map[string]any{"exp": jsonText("9223372036854775807")}, fault.Invalid, fault.Claim},
		{"beyond 64 bits", map[string]any{"exp": jsonText("99999999999999999999999")}, fault.Invalid, fault.Claim},
		{"no iat", map[string]any{"iat": nil}, fault.NotFound, fault.Claim},
		{"iat ahead", map[string]any{"iat": at + 61}, fault.Denied, fault.Claim},
		{"iat as a fraction", map[string]any{"iat": jsonText("1.5")}, fault.Invalid, fault.Claim},
		{"nbf ahead", map[string]any{"nbf": at + 61}, fault.Denied, fault.Claim},
		{"nbf as text", map[string]any{"nbf": "now"}, fault.Invalid, fault.Claim},
		{"a day old, good for a year", map[string]any{"iat": at - 24*3600, "exp": at + 365*24*3600}, fault.Expired, fault.OutsideToken},
	} {
		_, err := verify(c.changes)
		refused(t, c.what, err, c.kind, c.about)
	}
	for what, changes := range map[string]map[string]any{
		"a minute ahead": {"iat": at + 60, "nbf": at + 60}, "one second left": {"exp": at + 1}, "nbf 0": {"nbf": 0},
	} {
		if _, err := verify(changes); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	c, err := verify(map[string]any{"iat": at - 3600, "exp": at + 365*24*3600})
	if err != nil || !c.Expires.Equal(noon.Add(23*time.Hour)) {
		t.Errorf("a token for a year: %+v, %v", c, err)
	}
}

// Bombs cost nothing: CVE-2025-30204, CVE-2025-66506, CVE-2024-34079, CVE-2024-28180.
func TestAttack16_TokenSizeBombs(t *testing.T) {
	key := rsaKey(t, 0)
	i := newIDP(t, "", public(key, "k"))
	v, p := i.verifier(), i.provider("sts")
	payload := text(t, i.claims(nil))
	deep := payload[:len(payload)-1] + `,"x":` + strings.Repeat(`[`, 3000) + strings.Repeat(`]`, 3000) + `}`
	nested := payload[:len(payload)-1] + `,"x":` + strings.Repeat(`{"a":`, 9) + `1` + strings.Repeat(`}`, 9) + `}`
	for what, token := range map[string]string{
		"a million dots":     strings.Repeat(".", 1<<20),
		"a few dots":         strings.Repeat(".", 19999),
		"a megabyte":         forged(t, key, `{"alg":"RS256","kid":"k"}`, payload[:len(payload)-1]+`,"x":"`+strings.Repeat("a", 1<<20)+`"}`),
		"deep lists":         forged(t, key, `{"alg":"RS256","kid":"k"}`, deep),
		"nested objects":     forged(t, key, `{"alg":"RS256","kid":"k"}`, nested),
		"deep header":        forged(t, key, `{"alg":"RS256","kid":"k","x":`+strings.Repeat(`[`, 5000)+strings.Repeat(`]`, 5000)+`}`, payload),
		"compressed content": encode(`{"alg":"dir","enc":"A128GCM","zip":"DEF"}`) + "..AAAA." + strings.Repeat("A", 15000) + ".AAAA",
		"a long key id":      forged(t, key, `{"alg":"RS256","kid":"`+strings.Repeat("k", 1025)+`"}`, payload),
	} {
		asked := i.asked.Load()
		_, err := v.Verify(t.Context(), p, token, noon)
		refused(t, what, err, fault.Malformed, fault.OutsideToken)
		if i.asked.Load() != asked {
			t.Errorf("%s: the issuer was asked", what)
		}
		if n := testing.AllocsPerRun(1, func() { _, _ = parseToken(token) }); n > 2000 {
			t.Errorf("%s takes %v allocations", what, n)
		}
	}
	full := payload[:len(payload)-1] + `,"x":"` + strings.Repeat("a", 14000) + `"}`
	if _, err := v.Verify(t.Context(), p, forged(t, key, `{"alg":"RS256","kid":"k"}`, full), noon); err != nil {
		t.Errorf("a token of nearly the full size: %v", err)
	}
}

// A token that is meant for somebody else, or for somebody else as well, is nothing here: CVE-2024-5798, GHSA-7m6v.
func TestAttack34_OIDCAudience(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	i := newIDP(t, "", public(key, "k"))
	v := i.verifier()
	verify := func(clients []string, changes map[string]any) (*Claims, error) {
		return v.Verify(t.Context(), i.provider(clients...), signed(t, key, jose.ES256, "k", i.claims(changes)), noon)
	}
	for _, c := range []struct {
		what    string
		clients []string
		changes map[string]any
	}{
		{"another audience", []string{"sts"}, map[string]any{"aud": "vault"}},
		{"a prefix of the client id", []string{"sts"}, map[string]any{"aud": "st"}},
		{"the client id as a prefix", []string{"sts"}, map[string]any{"aud": "sts.evil"}},
		{"another case", []string{"sts"}, map[string]any{"aud": "STS"}},
		{"a pattern", []string{"*"}, map[string]any{"aud": "sts"}},
		{"several, one foreign", []string{"sts"}, map[string]any{"aud": []string{"sts", "https://kubernetes.default.svc"}}},
		{"several, one foreign, azp ours", []string{"sts"}, map[string]any{"aud": []string{"sts", "vault"}, "azp": "sts"}},
		{"several of ours, nobody named", []string{"sts", "other"}, map[string]any{"aud": []string{"sts", "other"}}},
		{"azp foreign", []string{"sts"}, map[string]any{"azp": "app"}},
		{"azp ours, aud foreign", []string{"sts"}, map[string]any{"aud": "api", "azp": "sts"}},
		{"azp empty", []string{"sts"}, map[string]any{"azp": ""}},
		{"no client registered", nil, nil},
		{"no client registered, aud empty in a list", nil, map[string]any{"aud": []string{"x"}}},
	} {
		_, err := verify(c.clients, c.changes)
		refused(t, c.what, err, fault.Invalid, fault.Audience)
	}
	for what, changes := range map[string]map[string]any{"none": {"aud": nil}, "an empty one": {"aud": ""}, "an empty list": {"aud": []string{}}} {
		_, err := verify([]string{"sts"}, changes)
		refused(t, what, err, fault.NotFound, fault.Claim)
	}
	for what, bad := range map[string]any{"a number": 5, "an object": map[string]any{"sts": true}, "a list of numbers": []int{1}, "a nested list": [][]string{{"sts"}}} {
		_, err := verify([]string{"sts"}, map[string]any{"aud": bad})
		refused(t, what, err, fault.Invalid, fault.Claim)
	}
	for _, c := range []struct {
		changes  map[string]any
		audience string
	}{
		{map[string]any{"aud": []string{"sts"}}, "sts"},
		{map[string]any{"aud": []string{"sts", "app"}, "azp": "app"}, "app"},
		{map[string]any{"aud": "sts", "azp": "app"}, "app"},
	} {
		if got, err := verify([]string{"sts", "app"}, c.changes); err != nil || got.Audience != c.audience {
			t.Errorf("%v: %+v, %v", c.changes, got, err)
		}
	}
}

// Two issuers are two, however alike they are.
func TestAttack37_OIDCIssuerMixup(t *testing.T) {
	a, b := ecKey(t, elliptic.P256()), ecKey(t, elliptic.P256())
	one, two := newIDP(t, "", public(a, "same")), newIDP(t, "/realm", public(b, "same"))
	pool := one.roots()
	pool.AddCert(two.Certificate())
	v := New(Options{Network: Network{Loopback: true}, Roots: pool})
	verify := func(p *iam.OIDCProvider, token string) error {
		_, err := v.Verify(t.Context(), p, token, noon)
		return err
	}
	for range 2 { // with keys yet to be fetched, and with kept ones
		if err := verify(one.provider("sts"), signed(t, a, jose.ES256, "same", one.claims(nil))); err != nil {
			t.Fatal(err)
		}
		if err := verify(two.provider("sts"), signed(t, b, jose.ES256, "same", two.claims(nil))); err != nil {
			t.Fatal(err)
		}
		refused(t, "the key of another provider", verify(one.provider("sts"), signed(t, b, jose.ES256, "same", one.claims(nil))), fault.Invalid, fault.OutsideToken)
		refused(t, "the token of another provider", verify(one.provider("sts"), signed(t, b, jose.ES256, "same", two.claims(nil))), fault.Invalid, fault.Claim)
	}
	for _, issuer := range []string{one.issuer() + "/", strings.ToUpper(one.issuer()), strings.TrimPrefix(one.issuer(), "https://"), one.issuer() + "#", " " + one.issuer()} {
		refused(t, issuer, verify(one.provider("sts"), signed(t, a, jose.ES256, "same", one.claims(map[string]any{"iss": issuer}))), fault.Invalid, fault.Claim)
	}
	refused(t, "no issuer", verify(one.provider("sts"), signed(t, a, jose.ES256, "same", one.claims(map[string]any{"iss": nil}))), fault.NotFound, fault.Claim)
	// A discovery document that speaks of another issuer gives no keys, be the difference one slash.
	for _, named := range []any{two.issuer(), one.issuer() + "/", "", nil, 5} {
		one.discovery["issuer"] = named
		fresh := one.verifier()
		_, err := fresh.Verify(t.Context(), one.provider("sts"), signed(t, a, jose.ES256, "same", one.claims(nil)), noon)
		refused(t, fmt.Sprintf("a discovery document of %v", named), err, fault.Invalid, fault.VerificationKey)
	}
	// What one account vouches for is nothing to another: keys behind a certificate that only a thumbprint makes good stay there.
	one.discovery["issuer"] = one.issuer()
	strict := New(Options{Network: Network{Loopback: true}, Roots: x509.NewCertPool()})
	vouching := one.provider("sts")
	vouching.Thumbprints = []string{Thumbprint(one.Certificate())}
	token := signed(t, a, jose.ES256, "same", one.claims(nil))
	if _, err := strict.Verify(t.Context(), vouching, token, noon); err != nil {
		t.Fatal(err)
	}
	_, err := strict.Verify(t.Context(), one.provider("sts"), token, noon)
	refused(t, "keys that another account's thumbprint fetched", err, fault.Invalid, fault.IssuerCertificate)
}

// A flood of unknown key ids is one fetch now and then, and keys that are known go on: minio#10359.
func TestAttack38_JWKSRotationStorm(t *testing.T) {
	key, next := ecKey(t, elliptic.P256()), ecKey(t, elliptic.P256())
	i := newIDP(t, "", public(key, "k"))
	v, p := i.verifier(), i.provider("sts")
	good := signed(t, key, jose.ES256, "k", i.claims(map[string]any{"exp": noon.Add(23 * time.Hour).Unix()}))
	now := noon
	verify := func(token string) error {
		_, err := v.Verify(t.Context(), p, token, now)
		return err
	}
	if err := verify(good); err != nil || i.asked.Load() != 2 {
		t.Fatalf("%v after %d documents", err, i.asked.Load())
	}
	flood := func() {
		for n := range 50 {
			refused(t, "an unknown key id", verify(signed(t, key, jose.ES256, fmt.Sprint("k", n), i.claims(nil))), fault.Invalid, fault.VerificationKey)
		}
		if err := verify(good); err != nil {
			t.Errorf("during the flood: %v", err)
		}
	}
	flood()
	if n := i.asked.Load(); n != 2 {
		t.Errorf("the flood made the issuer serve %d documents", n)
	}
	now = now.Add(Between)
	flood()
	if n := i.asked.Load(); n != 4 {
		t.Errorf("%d documents after two floods", n)
	}
	// A new key is known as soon as the issuer may be asked again, however long the flood goes on.
	i.keys.Store(&[]jose.JSONWebKey{public(key, "k"), public(next, "n")})
	fresh := signed(t, next, jose.ES256, "n", i.claims(nil))
	refused(t, "a key that the issuer has just published", verify(fresh), fault.Invalid, fault.VerificationKey)
	now = now.Add(Between)
	if Between > time.Minute {
		t.Error("what is not known stays unknown for more than a minute")
	}
	if err := verify(fresh); err != nil {
		t.Errorf("a new key: %v", err)
	}
	// A key the issuer has withdrawn is good no longer than the kept ones are fresh.
	i.keys.Store(&[]jose.JSONWebKey{public(next, "n")})
	now = now.Add(Fresh)
	refused(t, "a withdrawn key", verify(good), fault.Invalid, fault.VerificationKey)
	// Many at once are one fetch.
	now = now.Add(Fresh)
	before := i.asked.Load()
	entered, release := make(chan struct{}, 2), make(chan struct{})
	i.before = func(http.ResponseWriter, *http.Request) bool { entered <- struct{}{}; <-release; return false }
	errs := make(chan error, 20)
	token := signed(t, next, jose.ES256, "unheard of", i.claims(map[string]any{"iat": now.Unix(), "exp": now.Unix() + 60}))
	for range cap(errs) {
		go func() { errs <- verify(token) }()
	}
	<-entered
	// Meanwhile kept keys serve without waiting.
	if err := verify(signed(t, next, jose.ES256, "n", i.claims(map[string]any{"iat": now.Unix(), "exp": now.Unix() + 60}))); err != nil {
		t.Errorf("while the issuer is being asked: %v", err)
	}
	// Who gives up waiting is told, and takes nothing away from others.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := v.Verify(ctx, p, token, now)
	refused(t, "no patience", err, fault.Unavailable, fault.IdentityProvider)
	close(release)
	for range cap(errs) {
		refused(t, "an unknown key id", <-errs, fault.Invalid, fault.VerificationKey)
	}
	if n := i.asked.Load() - before; n != 2 {
		t.Errorf("twenty at once made the issuer serve %d documents", n)
	}
}
