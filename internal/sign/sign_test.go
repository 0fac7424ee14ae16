package sign_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestSignatureEqual(t *testing.T) {
	a := sign.SignatureOf([]byte("abc"))
	for _, c := range []struct {
		other string
		want  bool
	}{{"abc", true}, {"abd", false}, {"ab", false}, {"abcd", false}, {"", false}} {
		if got := a.Equal(sign.SignatureOf([]byte(c.other))); got != c.want {
			t.Errorf("%q: %v", c.other, got)
		}
	}
	if (sign.Signature{}).Equal(sign.Signature{}) || !(sign.Signature{}).IsZero() || a.IsZero() {
		t.Error("an empty signature proves something")
	}
	if reflect.TypeFor[sign.Signature]().Comparable() || reflect.TypeFor[sign.Secret]().Comparable() {
		t.Error("comparable with ==")
	}
	if text := fmt.Sprintf("%v %+v %#v %s", a, a, a, a); strings.Contains(text, "abc") || strings.Contains(text, "97") {
		t.Errorf("a signature prints: %s", text)
	}
}

// TestKindsAreWorded: every kind has a name and a text of its own, and says no more of the request than a bounded piece.
func TestKindsAreWorded(t *testing.T) {
	names, texts := map[string]bool{}, map[string]bool{}
	for _, k := range sign.Kinds() {
		p := &sign.Problem{Kind: k, Field: "Field", Missing: []string{"A", "B"}, Given: strings.Repeat("g", 10000), Want: "want", Limit: 7,
			Date: noon, Now: noon, Bound: noon, Window: time.Minute}
		if name := k.String(); names[name] || strings.HasPrefix(name, "Kind(") {
			t.Errorf("kind %d is named %q", k, name)
		} else {
			names[name] = true
		}
		text := p.Error()
		if texts[text] || text == "signature: "+k.String() || len(text) > 400 {
			t.Errorf("kind %s reads %q", k, text)
		}
		texts[text] = true
		if got := sign.KindOf(fmt.Errorf("wrapped: %w", p)); got != k {
			t.Errorf("kind %s is found as %s", k, got)
		}
	}
	if len(names) < 20 {
		t.Errorf("only %d kinds", len(names))
	}
	if sign.KindOf(errors.New("x")) != 0 || sign.KindOf(nil) != 0 || sign.Kind(0).String() != "Kind(0)" {
		t.Error("a kind out of nothing")
	}
}

func TestCheckSkew(t *testing.T) {
	for _, c := range []struct {
		date time.Duration
		want sign.Kind
	}{{0, 0}, {-15 * time.Minute, 0}, {15 * time.Minute, 0}, {-15*time.Minute - 1, sign.SkewPast}, {15*time.Minute + 1, sign.SkewFuture}} {
		// The server's clock may be in any zone.
		err := sign.CheckSkew(noon.Add(c.date), noon.In(time.FixedZone("x", 7200)), sign.DefaultSkew)
		if got := sign.KindOf(err); got != c.want {
			t.Errorf("%s: %v", c.date, err)
		}
	}
	err := sign.CheckSkew(noon.Add(-time.Hour), noon, sign.DefaultSkew)
	const want = "signature: signed at 20260301T110000Z, before 20260301T114500Z (20260301T120000Z less 15m0s)"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestCheckLife(t *testing.T) {
	for _, c := range []struct {
		now  time.Duration
		want sign.Kind
	}{{0, 0}, {time.Minute, 0}, {time.Minute + 1, sign.ExpiredPresign}, {-15 * time.Minute, 0}, {-15*time.Minute - 1, sign.SkewFuture}} {
		if err := sign.CheckLife(noon, noon.Add(c.now), time.Minute, sign.DefaultSkew); sign.KindOf(err) != c.want {
			t.Errorf("%s: %v", c.now, err)
		}
	}
}

type agreeable struct{}

func (agreeable) Verify(sign.Secret, time.Time) error { return nil }

// TestClaimFailsClosed: without a proof or without a secret nothing verifies, whatever the proof would say.
func TestClaimFailsClosed(t *testing.T) {
	var none *sign.Claim
	for what, err := range map[string]error{
		"no claim":  none.Verify(secret.New("x"), noon),
		"no proof":  (&sign.Claim{}).Verify(secret.New("x"), noon),
		"no secret": (&sign.Claim{Proof: agreeable{}}).Verify(sign.Secret{}, noon),
	} {
		if sign.KindOf(err) != sign.Mismatch {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := (&sign.Claim{Proof: agreeable{}}).Verify(secret.New("x"), noon); err != nil {
		t.Error(err)
	}
}
