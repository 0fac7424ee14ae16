package oidc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

func TestVerifyAlgorithms(t *testing.T) {
	r, e256, e384, e521 := rsaKey(t, 0), ecKey(t, elliptic.P256()), ecKey(t, elliptic.P384()), ecKey(t, elliptic.P521())
	i := newIDP(t, "/realms/A/", public(r, "r"), public(e256, "e256"), public(e384, "e384"), public(e521, "e521"))
	v, p := i.verifier(), i.provider("sts")
	for _, c := range []struct {
		key any
		alg jose.SignatureAlgorithm
		id  string
	}{{r, jose.RS256, "r"}, {r, jose.RS384, "r"}, {r, jose.RS512, "r"}, {e256, jose.ES256, "e256"}, {e384, jose.ES384, "e384"}, {e521, jose.ES512, "e521"}} {
		if _, err := v.Verify(t.Context(), p, signed(t, c.key, c.alg, c.id, i.claims(nil)), noon); err != nil {
			t.Errorf("%s: %v", c.alg, err)
		}
	}
	_, err := v.Verify(t.Context(), p, signed(t, r, jose.PS256, "r", i.claims(nil)), noon)
	refused(t, "PS256", err, fault.Malformed, fault.OutsideToken)
	// Without a key id only the issuer's one key can be meant.
	_, err = v.Verify(t.Context(), p, signed(t, r, jose.RS256, "", i.claims(nil)), noon)
	refused(t, "no key id and four keys", err, fault.Invalid, fault.VerificationKey)
	i.keys.Store(&[]jose.JSONWebKey{public(r, "r")})
	if _, err := i.verifier().Verify(t.Context(), p, signed(t, r, jose.RS256, "", i.claims(nil)), noon); err != nil {
		t.Errorf("no key id and one key: %v", err)
	}
}

func TestKeySet(t *testing.T) {
	good := text(t, public(rsaKey(t, 0), "r"))
	e := text(t, public(ecKey(t, elliptic.P256()), "e"))
	short := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	full := text(t, jose.JSONWebKey{Key: rsaKey(t, 0), KeyID: "private"})
	with := func(key, more string) string { return key[:len(key)-1] + "," + more + "}" }
	for what, c := range map[string]struct {
		keys []string
		want int
	}{
		"two":                       {[]string{good, e}, 2},
		"for encryption":            {[]string{good, with(e, `"use":"enc"`)}, 1},
		"for signing":               {[]string{with(good, `"use":"sig"`)}, 1},
		"another algorithm":         {[]string{e, with(good, `"alg":"PS256"`)}, 1},
		"an algorithm of its type":  {[]string{with(good, `"alg":"RS384"`)}, 1},
		"symmetric":                 {[]string{e, `{"kty":"oct","k":"c2VjcmV0","kid":"k"}`}, 1},
		"another type":              {[]string{e, `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`}, 1},
		"too short":                 {[]string{e, text(t, public(short, "s"))}, 1},
		"private":                   {[]string{e, full}, 1},
		"malformed":                 {[]string{e, `{"kty":"RSA","n":"AQ","e":"!!"}`, `"text"`, `5`, `{}`, `{"kty":5}`}, 1},
		"off the curve":             {[]string{good, `{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}`}, 1},
		"with certificates":         {[]string{with(good, `"x5c":["nonsense"],"x5t":"x"`)}, 1},
		"an even exponent":          {[]string{e, strings.Replace(good, `"e":"AQAB"`, `"e":"AQAC"`, 1)}, 1},
		"a key id that is a number": {[]string{e, strings.Replace(good, `"kid":"r"`, `"kid":7`, 1)}, 1},
		"none that is of use":       {[]string{`{"kty":"oct","k":"c2VjcmV0"}`}, 0},
		"none":                      {nil, 0},
		"too many":                  {slices.Repeat([]string{e}, maxKeys+1), 0},
	} {
		set, err := parseKeySet([]byte(`{"keys":[` + strings.Join(c.keys, ",") + `]}`))
		if len(set) != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%s: %d keys, %v", what, len(set), err)
		}
	}
	for _, bad := range []string{"", "{}", `{"keys":5}`, `{"keys":{}}`, `[]`, `{"keys":[` + e + `],"keys":[]}`, `{"keys":[` + e + `]} x`} {
		if set, err := parseKeySet([]byte(bad)); err == nil {
			t.Errorf("%s gives %d keys", bad, len(set))
		}
	}
}

// While an issuer is down its keys go on, for a day and no longer; who has none is told to come again.
func TestIssuerDown(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	i := newIDP(t, "", public(key, "k"))
	var reported []error
	v := New(Options{Network: Network{Loopback: true}, Roots: i.roots(), Report: func(issuer string, err error) {
		if issuer != i.issuer() {
			t.Errorf("reported for %s", issuer)
		}
		reported = append(reported, err)
	}})
	now, down := noon, true
	i.before = func(w http.ResponseWriter, r *http.Request) bool {
		if down {
			w.WriteHeader(http.StatusBadGateway)
		}
		return down
	}
	verify := func() error {
		token := signed(t, key, jose.ES256, "k", i.claims(map[string]any{"iat": now.Unix(), "exp": now.Unix() + 60}))
		_, err := v.Verify(t.Context(), i.provider("sts"), token, now)
		return err
	}
	// Down at the start: refused, asked again ten seconds later, and then it works.
	refused(t, "an issuer that is down", verify(), fault.Unavailable, fault.IdentityProvider)
	refused(t, "at once again", verify(), fault.Unavailable, fault.IdentityProvider)
	if i.asked.Load() != 1 || len(reported) != 1 {
		t.Errorf("asked %d times, reported %v", i.asked.Load(), reported)
	}
	down = false
	now = now.Add(Between)
	if err := verify(); err != nil {
		t.Fatal(err)
	}
	down = true
	since := now
	for _, age := range []time.Duration{Fresh, time.Hour, 12 * time.Hour, Kept - time.Second} {
		now = since.Add(age)
		before := i.asked.Load()
		for range 10 {
			if err := verify(); err != nil {
				t.Errorf("down for %v: %v", age, err)
			}
		}
		if n := i.asked.Load() - before; n != 1 {
			t.Errorf("asked %d times after %v", n, age)
		}
	}
	now = since.Add(Kept)
	refused(t, "down for a day", verify(), fault.Unavailable, fault.IdentityProvider)
	down = false
	now = now.Add(Between)
	if err := verify(); err != nil {
		t.Errorf("up again: %v", err)
	}
	// What an issuer answers for good is told in other words.
	i.before = func(w http.ResponseWriter, r *http.Request) bool { http.NotFound(w, r); return true }
	now = now.Add(Kept)
	refused(t, "an issuer without documents", verify(), fault.Invalid, fault.VerificationKey)
	// A clock that was put back does not stop anything.
	i.before = nil
	now = noon.Add(-time.Hour)
	if err := verify(); err != nil {
		t.Errorf("after the clock was put back: %v", err)
	}
	i.Close()
	now = now.Add(2 * Kept)
	refused(t, "nobody there", verify(), fault.Unavailable, fault.IdentityProvider)
}

// A thumbprint takes the place of a root; name and time count all the same.
func TestThumbprints(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	rootKey, root := certificate(t, nil, nil, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })
	middleKey, middle := certificate(t, rootKey, root, func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true })
	leaf := func(change func(*x509.Certificate)) tls.Certificate {
		k, c := certificate(t, middleKey, middle, change)
		return tls.Certificate{Certificate: [][]byte{c.Raw, middle.Raw}, PrivateKey: k}
	}
	selfKey, self := certificate(t, nil, nil, nil)
	selfSigned := tls.Certificate{Certificate: [][]byte{self.Raw}, PrivateKey: selfKey}
	chained := leaf(nil)
	full := tls.Certificate{Certificate: append(slices.Clone(chained.Certificate), root.Raw), PrivateKey: chained.PrivateKey}
	believed := x509.NewCertPool()
	believed.AddCert(root)
	for _, c := range []struct {
		what        string
		show        tls.Certificate
		roots       *x509.CertPool
		thumbprints []string
		want        bool
	}{
		{"self-signed, vouched for", selfSigned, x509.NewCertPool(), []string{Thumbprint(self)}, true},
		{"self-signed, vouched for in capitals", selfSigned, x509.NewCertPool(), []string{strings.Repeat("0", 40), strings.ToUpper(Thumbprint(self))}, true},
		{"self-signed, nobody vouches", selfSigned, x509.NewCertPool(), nil, false},
		{"self-signed, another is vouched for", selfSigned, x509.NewCertPool(), []string{Thumbprint(root)}, false},
		{"the system's roots do not know it", selfSigned, nil, nil, false},
		{"a chain up to a configured root", chained, believed, nil, true},
		{"a chain up to a configured root, with an old thumbprint", chained, believed, []string{strings.Repeat("0", 40)}, true},
		{"a chain whose top is vouched for", chained, x509.NewCertPool(), []string{Thumbprint(middle)}, true},
		{"a chain with its root, vouched for", full, x509.NewCertPool(), []string{Thumbprint(root)}, true},
		{"the middle of a chain is vouched for", full, x509.NewCertPool(), []string{Thumbprint(middle)}, false},
		{"a leaf that the top did not sign", tls.Certificate{Certificate: [][]byte{self.Raw, middle.Raw}, PrivateKey: selfKey}, x509.NewCertPool(), []string{Thumbprint(middle)}, false},
		{"for another name", leaf(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example.com"} }), x509.NewCertPool(), []string{Thumbprint(middle)}, false},
		{"expired", leaf(func(c *x509.Certificate) { c.NotAfter = noon.Add(-time.Hour) }), x509.NewCertPool(), []string{Thumbprint(middle)}, false},
		{"not for servers", leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), x509.NewCertPool(), []string{Thumbprint(middle)}, false},
	} {
		i := newIDP(t, "", public(key, "k"))
		served := httptest.NewUnstartedServer(i.Config.Handler)
		served.TLS = &tls.Config{Certificates: []tls.Certificate{c.show}}
		served.StartTLS()
		p := &iam.OIDCProvider{URL: served.URL, Clients: []string{"sts"}, Thumbprints: c.thumbprints}
		i.discovery = map[string]any{"issuer": served.URL, "jwks_uri": served.URL + "/keys"}
		v := New(Options{Network: Network{Loopback: true}, Roots: c.roots})
		_, err := v.Verify(t.Context(), p, signed(t, key, jose.ES256, "k", i.claims(map[string]any{"iss": served.URL})), noon)
		if c.want && err != nil {
			t.Errorf("%s: %v", c.what, err)
		} else if !c.want {
			refused(t, c.what, err, fault.Invalid, fault.IssuerCertificate)
		}
		served.Close()
	}
}

// certificate makes one for 127.0.0.1; without a parent it signs itself.
func certificate(t *testing.T, by *ecdsa.PrivateKey, parent *x509.Certificate, change func(*x509.Certificate)) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key := ecKey(t, elliptic.P256())
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: rand.Text()}, NotBefore: noon.Add(-24 * time.Hour), NotAfter: noon.Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	if change != nil {
		change(c)
	}
	if parent == nil {
		by, parent = key, c
	}
	return key, must[*x509.Certificate](t)(x509.ParseCertificate(must[[]byte](t)(x509.CreateCertificate(rand.Reader, c, parent, key.Public(), by))))
}

func TestClaims(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	i := newIDP(t, "", public(key, "k"))
	v, p := i.verifier(), i.provider("sts", "app")
	verify := func(changes map[string]any) (*Claims, error) {
		return v.Verify(t.Context(), p, signed(t, key, jose.ES256, "k", i.claims(changes)), noon)
	}
	c, err := verify(map[string]any{
		"aud": []string{"sts", "app"}, "azp": "app", "amr": []string{"mfa", "pwd"}, "repository": "octo/app", "run_attempt": 3, "email_verified": true, "zero": 0,
		"nested": map[string]any{"a": 1}, "nothing": nil, "null": jsonText("null"), "half": 0.5, "mixed": []any{"a", 1}, "empty": "", "none": []string{}, "jti": "x", "nonce": "y",
		"https://claims.example/group": "ops", "Actor": "me", "actor": "you", "Sub": "admin", "AUD": "sts", "a b": "no", "long": strings.Repeat("x", maxValue+1),
		TagsClaim:           map[string]any{"principal_tags": map[string]any{"Team": []string{"blue"}, "Stage": "prod"}, "transitive_tag_keys": []string{"Team"}},
		SourceIdentityClaim: "octo", RolesClaim: "arn:aws:iam::111111111111:role/a",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &Claims{Subject: "repo:octo/app:ref:refs/heads/main", Audience: "app", Expires: noon.Add(10 * time.Minute),
		Facts: []Fact{
			{"aud", []string{"app"}, false}, {"oaud", []string{"sts", "app"}, true}, {"azp", []string{"app"}, false},
			{"amr", []string{"mfa", "pwd"}, true}, {"email_verified", []string{"true"}, false}, {"empty", []string{""}, false},
			{"https://claims.example/group", []string{"ops"}, false}, {"none", nil, true}, {"repository", []string{"octo/app"}, false},
			{"run_attempt", []string{"3"}, false}, {"zero", []string{"0"}, false},
		},
		Tags: []iam.Tag{{Key: "Stage", Value: "prod"}, {Key: "Team", Value: "blue"}}, Transitive: []string{"Team"}, SourceIdentity: "octo",
		Roles: []string{"arn:aws:iam::111111111111:role/a"}}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
	// sub and amr are there however many claims there are.
	many := map[string]any{"amr": "pwd"}
	for n := range 200 {
		many[fmt.Sprintf("a%03d", n)] = "x"
	}
	if c, err = verify(many); err != nil || len(c.Facts) != maxFacts {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, name := range []string{"aud", "sub", "amr"} {
		if !slices.ContainsFunc(c.Facts, func(f Fact) bool { return f.Name == name }) {
			t.Errorf("%s is lost among many claims", name)
		}
	}
	for what, changes := range map[string]map[string]any{
		"sub a number": {"sub": 5}, "sub long": {"sub": strings.Repeat("x", maxSubject+1)}, "azp a number": {"azp": 5},
		"tags a text": {TagsClaim: "x"}, "tags unknown": {TagsClaim: map[string]any{"other": 1}}, "two values": {TagsClaim: map[string]any{"principal_tags": map[string]any{"k": []string{"a", "b"}}}},
		"no value": {TagsClaim: map[string]any{"principal_tags": map[string]any{"k": []string{}}}}, "tags a list": {TagsClaim: map[string]any{"principal_tags": []string{"k"}}},
		"transitive a number": {TagsClaim: map[string]any{"transitive_tag_keys": 5}}, "source identity a number": {SourceIdentityClaim: 5},
		"source identity empty": {SourceIdentityClaim: ""}, "roles a number": {RolesClaim: 5},
	} {
		_, err := verify(changes)
		refused(t, what, err, fault.Invalid, fault.Claim)
	}
	for what, changes := range map[string]map[string]any{"no sub": {"sub": nil}, "an empty sub": {"sub": ""}} {
		_, err := verify(changes)
		refused(t, what, err, fault.NotFound, fault.Claim)
	}
	// A token that names no role at all may be used for none.
	if c, err := verify(map[string]any{RolesClaim: []string{}}); err != nil || c.Roles == nil || len(c.Roles) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

// The issuers kept are bounded, and those that are used stay.
func TestVerifierForgets(t *testing.T) {
	v := New(Options{})
	for n := range maxIssuers + 10 {
		v.issuer(&iam.OIDCProvider{URL: "https://kept.example.com"}, noon.Add(time.Duration(n)*time.Second))
		v.issuer(&iam.OIDCProvider{URL: fmt.Sprintf("https://n%d.example.com", n)}, noon.Add(time.Duration(n)*time.Second))
	}
	if len(v.issuers) > maxIssuers || v.issuers["https://kept.example.com "] == nil {
		t.Errorf("%d issuers are kept", len(v.issuers))
	}
}

// When too many issuers are being asked the next one is refused, and can be asked later.
func TestVerifierBusy(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	i := newIDP(t, "", public(key, "k"))
	v := i.verifier()
	for range cap(v.fetches) {
		v.fetches <- struct{}{}
	}
	token := signed(t, key, jose.ES256, "k", i.claims(nil))
	_, err := v.Verify(t.Context(), i.provider("sts"), token, noon)
	refused(t, "one too many", err, fault.Unavailable, fault.IdentityProvider)
	if !errors.Is(err, errBusy) {
		t.Error(err)
	}
	<-v.fetches
	if _, err := v.Verify(t.Context(), i.provider("sts"), token, noon.Add(Between)); err != nil {
		t.Error(err)
	}
}

func FuzzToken(f *testing.F) {
	key := ecKey(f, elliptic.P256())
	i := newIDP(f, "", public(key, "k"))
	v, p := i.verifier(), i.provider("sts")
	good := signed(f, key, jose.ES256, "k", i.claims(map[string]any{"amr": []string{"x"}, TagsClaim: map[string]any{"principal_tags": map[string]any{"k": "v"}}}))
	if _, err := v.Verify(f.Context(), p, good, noon); err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("..")
	f.Add(good + ".")
	f.Add(encode(`{"alg":"none"}`) + "." + encode(`{"iss":"x"}`) + ".")
	f.Add(encode(`{"alg":"ES256","kid":"k"}`) + "." + encode(`{"iss":"x","exp":1e400}`) + ".AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := v.Verify(t.Context(), p, token, noon); err == nil && token != good {
			t.Errorf("%q is accepted", token)
		}
		if issuer, err := Issuer(token); (err == nil) == (issuer == "") {
			t.Errorf("issuer %q, %v", issuer, err)
		}
	})
}

func FuzzClaims(f *testing.F) {
	p := &iam.OIDCProvider{URL: "https://idp.example.com", Clients: []string{"sts"}}
	base := fmt.Sprintf(`{"iss":"https://idp.example.com","sub":"s","aud":"sts","iat":%d,"exp":%d`, noon.Unix(), noon.Unix()+60)
	f.Add(base + "}")
	f.Add(base + `,"azp":"sts","amr":["a"],"x":{"y":[1,2.5e3]},"` + TagsClaim + `":{"principal_tags":{"k":["v"]},"transitive_tag_keys":["k"]}}`)
	f.Add(base + `,"` + RolesClaim + `":["x"],"` + SourceIdentityClaim + `":"me"}`)
	f.Fuzz(func(t *testing.T, payload string) {
		o, err := parseObject([]byte(payload), maxDepth)
		if err != nil {
			return
		}
		c, err := read(p, o, noon)
		if err != nil {
			if f := fault.Of(err); f.Kind == fault.Internal {
				t.Errorf("%q: %v", payload, err)
			}
			return
		}
		if c.Subject == "" || c.Audience != "sts" || !c.Expires.After(noon) || c.Expires.After(noon.Add(MaxLifetime+Skew)) || len(c.Facts) > maxFacts {
			t.Errorf("%q gives %+v", payload, c)
		}
	})
}

func FuzzKeySet(f *testing.F) {
	f.Add(`{"keys":[` + text(f, public(ecKey(f, elliptic.P256()), "e")) + `]}`)
	f.Add(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","use":"sig"}]}`)
	f.Fuzz(func(t *testing.T, set string) {
		keys, err := parseKeySet([]byte(set))
		if (err == nil) != (len(keys) > 0) {
			t.Errorf("%d keys, %v", len(keys), err)
		}
		for _, k := range keys {
			if len(k.algorithms) == 0 || algorithmsOf(k.key) == nil {
				t.Errorf("a key of no use: %+v", k)
			}
		}
	})
}
