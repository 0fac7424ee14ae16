package issuer

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
)

const home, other = "111111111111", "222222222222"

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

func newRoot(t testing.TB) *seal.Root {
	t.Helper()
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return must[*seal.Root](t)(seal.NewRoot(text))
}

// two are the issuers of two accounts.
func two(t testing.TB) (s *Signer, a, b *iam.Issuer) {
	t.Helper()
	s = &Signer{Root: newRoot(t), External: "https://sts.corp.example"}
	tx := iam.NewTx(iam.Empty(), noon, rand.Reader)
	var list []*iam.Issuer
	for _, account := range []string{home, other} {
		must[*iam.Account](t)(tx.CreateAccount(account, "Account"))
		keys := must[[]iam.IssuerKey](t)(NewKeys(s.Root, rand.Reader, account))
		list = append(list, must[*iam.Issuer](t)(tx.EnableIssuer(account, keys)))
	}
	if err := tx.Check(); err != nil {
		t.Fatal(err)
	}
	return s, list[0], list[1]
}

func claims() Claims {
	return Claims{Subject: "arn:aws:iam::111111111111:user/ann", Audience: Audience{"x"}, Issued: noon.Unix(), Expires: noon.Unix() + 300,
		ID: "id", Identity: Identity{Account: home, Region: "here-1", Principal: "arn:aws:iam::111111111111:user/ann"}}
}

func keySet(t testing.TB, i *iam.Issuer) *jose.JSONWebKeySet {
	t.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(must[[]byte](t)(KeySet(i, noon)), &set); err != nil {
		t.Fatal(err)
	}
	return &set
}

// A token verifies under its issuer's published keys, and under nobody else's; and it says exactly what it was made to say.
func TestSign(t *testing.T) {
	s, a, b := two(t)
	for _, algorithm := range iam.Algorithms() {
		c := claims()
		c.Issuer = "https://attacker.example"
		token := must[interface{ Reveal() string }](t)(s.Sign(a, algorithm, c, noon)).Reveal()
		signed := must[*jose.JSONWebSignature](t)(jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(algorithm)}))
		payload := must[[]byte](t)(signed.Verify(keySet(t, a)))
		want := `{"iss":"https://sts.corp.example/issuer/` + a.ID + `","sub":"arn:aws:iam::111111111111:user/ann","aud":"x","iat":1795348800,"exp":1795349100,` +
			`"jti":"id","https://sts.amazonaws.com/":{"aws_account":"111111111111","source_region":"here-1","principal_id":"arn:aws:iam::111111111111:user/ann"}}`
		if string(payload) != want {
			t.Errorf("%s says\n%s, want\n%s", algorithm, payload, want)
		}
		if h := signed.Signatures[0].Protected; h.Algorithm != algorithm || h.JSONWebKey != nil || h.ExtraHeaders["typ"] != "JWT" || len(h.ExtraHeaders) != 1 {
			t.Errorf("header %+v", h)
		}
		if _, err := signed.Verify(keySet(t, b)); err == nil {
			t.Error("it verifies under another account's keys")
		}
	}
}

func TestAudienceForms(t *testing.T) {
	for want, a := range map[string]Audience{`"x"`: {"x"}, `["x","y"]`: {"x", "y"}} {
		if got := must[[]byte](t)(json.Marshal(a)); string(got) != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	s, a, b := two(t)
	c := claims()
	c.Identity.RequestTags = map[string]string{"k": strings.Repeat("v", MaxPayload)}
	if _, err := s.Sign(a, "ES384", c, noon); !errors.Is(err, &fault.Error{Kind: fault.TooLarge, What: fault.IdentityToken}) {
		t.Errorf("too large: %v", err)
	}
	c = claims()
	c.Audience = nil
	for i := range 10 {
		c.Audience = append(c.Audience, strings.Repeat(string(rune('a'+i)), 1000))
	}
	largest := must[interface{ Reveal() string }](t)(s.Sign(a, "RS256", c, noon)).Reveal()
	if len(largest) > 20000 {
		t.Errorf("a token of %d characters, more than AssumeRoleWithWebIdentity takes", len(largest))
	}
	if _, err := s.Sign(a, "HS256", claims(), noon); err == nil {
		t.Error("HS256")
	}
	if _, err := s.Sign(a, "ES384", claims(), noon.Add(-time.Hour)); err == nil {
		t.Error("signed before the key may sign")
	}
	if (&Signer{}).Ready() == nil || s.Ready() != nil {
		t.Error("ready without a name")
	}
	// Wrapped material opens only in its own place, under its own root.
	moved := *a
	moved.Keys = append([]iam.IssuerKey(nil), a.Keys...)
	for n := range moved.Keys {
		moved.Keys[n].Wrapped = b.Keys[n].Wrapped
	}
	for why, c := range map[string]struct {
		root *seal.Root
		i    *iam.Issuer
	}{"another account's": {s.Root, &moved}, "another root": {newRoot(t), a}} {
		if token, err := (&Signer{Root: c.root, External: s.External}).Sign(c.i, "ES384", claims(), noon); err == nil {
			t.Errorf("%s: %s", why, token.Reveal())
		}
	}
}

// Nobody but the holder of the root key has what signs: not from the record, the key set, the sealing ring's material or another
// account's keys.
func TestAttack17_IssuerKeysAreTheirOwn(t *testing.T) {
	_, a, b := two(t)
	seen := map[string]bool{}
	for _, k := range append(append([]iam.IssuerKey(nil), a.Keys...), b.Keys...) {
		if seen[k.ID] || seen[string(k.Public)] {
			t.Error("two keys are one")
		}
		seen[k.ID], seen[string(k.Public)] = true, true
	}
	private := []string{`"d"`, `"p"`, `"q"`, `"dp"`, `"dq"`, `"qi"`, `"k"`}
	set := string(must[[]byte](t)(KeySet(a, noon)))
	for _, member := range private {
		if strings.Contains(set, member+":") {
			t.Errorf("the key set has %s", member)
		}
	}
	for _, k := range a.Keys {
		if strings.Contains(set, base64.StdEncoding.EncodeToString(k.Wrapped)) {
			t.Error("the key set has wrapped material")
		}
	}
	for _, k := range keySet(t, a).Keys {
		if !k.IsPublic() || !k.Valid() || k.Use != "sig" {
			t.Errorf("%+v", k)
		}
	}
}

func TestDiscovery(t *testing.T) {
	s, a, _ := two(t)
	name := "https://sts.corp.example/issuer/" + a.ID
	want := `{"issuer":"` + name + `","jwks_uri":"` + name + `/.well-known/jwks.json","subject_types_supported":["public"],"response_types_supported":["id_token"],` +
		`"id_token_signing_alg_values_supported":["RS256","ES384"],"claims_supported":["sub","iss","aud","exp","iat","jti","https://sts.amazonaws.com/"]}`
	if got := string(must[[]byte](t)(s.Discovery(a))); got != want {
		t.Errorf("\n%s, want\n%s", got, want)
	}
}

func BenchmarkSign(b *testing.B) {
	s, a, _ := two(b)
	for _, algorithm := range iam.Algorithms() {
		b.Run(algorithm, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Sign(a, algorithm, claims(), noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
