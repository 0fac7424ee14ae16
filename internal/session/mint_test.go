package session

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

func TestIssueAndOpen(t *testing.T) {
	w := newWorld(t)
	s, c := w.issue(noon)
	if account, ok := iam.AccountOfKey(c.KeyID); !ok || account != home || c.KeyID[:4] != iam.PrefixTemporaryKey || s.KeyID != c.KeyID {
		t.Errorf("the key id is %s, the session's %s", c.KeyID, s.KeyID)
	}
	if len(c.Secret.Reveal()) != 40 || !c.Expires.Equal(s.Expires) {
		t.Errorf("a secret of %d characters, expiry %s", len(c.Secret.Reveal()), c.Expires)
	}
	got, key, err := w.mint.Open(w.view, c.KeyID, c.Token, noon.Add(time.Minute))
	if err != nil || !key.Equal(c.Secret) {
		t.Fatalf("%v, the secret is the same: %t", err, key.Equal(c.Secret))
	}
	if d := cmp.Diff(s, got); d != "" {
		t.Error(d)
	}
	if text := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(text, c.Secret.Reveal()) || strings.Contains(text, c.Token.Reveal()) {
		t.Error("credentials print their secrets")
	}
	// The same session twice is two credentials.
	_, twin := w.issue(noon)
	if twin.KeyID == c.KeyID || twin.Token.Equal(c.Token) || twin.Secret.Equal(c.Secret) {
		t.Error("two sessions share something")
	}
	// Expiry is told in other words, so opening does not look at it.
	if err := w.open(c.KeyID, c.Token.Reveal(), noon.Add(2*time.Hour)); err != nil {
		t.Error(err)
	}
	if s.Expired(noon.Add(time.Hour-time.Second)) || !s.Expired(noon.Add(time.Hour)) {
		t.Error("a session ends at its expiry, not before, not after")
	}
}

func TestIssueFails(t *testing.T) {
	w := newWorld(t)
	if _, err := w.mint.Issue(iam.Empty(), w.session(noon)); !errors.Is(err, seal.ErrNoPrimary) {
		t.Errorf("without a ring: %v", err)
	}
	if _, err := NewMint(newRoot(t), rand.Reader).Issue(w.view, w.session(noon)); !errors.Is(err, seal.ErrOtherRoot) {
		t.Errorf("under another root: %v", err)
	}
	if _, err := NewMint(w.root, bytes.NewReader(nil)).Issue(w.view, w.session(noon)); err == nil {
		t.Error("without randomness")
	}
	if _, err := w.mint.Primary(iam.Empty(), noon); !errors.Is(err, seal.ErrNoPrimary) {
		t.Errorf("%v", err)
	}
	if id, err := w.mint.Primary(w.view, noon); err != nil || id != w.view.SealKeys()[0].ID {
		t.Errorf("primary is %d, %v", id, err)
	}
}

// The ring is unwrapped again when the state's changes, and not when something else does.
func TestMintKeepsTheRing(t *testing.T) {
	w := newWorld(t)
	_, c := w.issue(noon)
	before := w.mint.ring.Load().ring
	w.change(noon, func(tx *iam.Tx) { must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "bob"})) })
	if err := w.open(c.KeyID, c.Token.Reveal(), noon); err != nil || w.mint.ring.Load().ring != before {
		t.Errorf("%v, the ring is the same: %t", err, w.mint.ring.Load().ring == before)
	}
	w.change(noon, func(tx *iam.Tx) {
		if err := tx.DeleteSealKey(w.view.SealKeys()[0].ID); err != nil {
			t.Fatal(err)
		}
	})
	if err := w.open(c.KeyID, c.Token.Reveal(), noon); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a token of a key that is gone: %v", err)
	}
}

func TestAttack14_TokenTruncatedOrExtended(t *testing.T) {
	w := newWorld(t)
	_, a := w.issue(noon)
	_, b := w.issue(noon)
	token := a.Token.Reveal()
	if err := w.open(a.KeyID, token, noon); err != nil {
		t.Fatal(err)
	}
	refused := func(what, keyID, token string) {
		t.Helper()
		if err := w.open(keyID, token, noon); !errors.Is(err, seal.ErrOpen) || err.Error() != seal.ErrOpen.Error() {
			t.Errorf("%s: %v", what, err)
		}
	}
	for n := range len(token) {
		refused(fmt.Sprintf("the first %d characters", n), a.KeyID, token[:n])
	}
	for n := 1; n < len(token); n++ {
		refused(fmt.Sprintf("all but the first %d characters", n), a.KeyID, token[n:])
	}
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			flipped := bytes.Clone(raw)
			flipped[i] ^= 1 << bit
			refused(fmt.Sprintf("bit %d of byte %d", bit, i), a.KeyID, base64.StdEncoding.EncodeToString(flipped))
		}
	}
	for n := 1; n <= len(raw); n++ {
		refused("bytes cut off", a.KeyID, base64.StdEncoding.EncodeToString(raw[:len(raw)-n]))
	}
	for _, more := range []string{"A", "=", "==", "AAAA", " ", "\n", "\r\n", "\x00", "%3D", "." + token, token} {
		refused(fmt.Sprintf("%q appended", more), a.KeyID, token+more)
		refused(fmt.Sprintf("%q in front", more), a.KeyID, more+token)
	}
	refused("bytes appended", a.KeyID, base64.StdEncoding.EncodeToString(append(bytes.Clone(raw), 0)))
	for what, text := range map[string]string{
		"URL alphabet":         base64.URLEncoding.EncodeToString(raw),
		"no padding":           base64.RawStdEncoding.EncodeToString(raw),
		"URL, no padding":      base64.RawURLEncoding.EncodeToString(raw),
		"encoded twice":        base64.StdEncoding.EncodeToString([]byte(token)),
		"not decoded":          string(raw),
		"broken into lines":    token[:76] + "\n" + token[76:],
		"a blank inside":       token[:10] + " " + token[10:],
		"in quotes":            `"` + token + `"`,
		"lower case":           strings.ToLower(token),
		"nothing":              "",
		"very long":            strings.Repeat("A", 1<<21),
		"head of one, rest of": token[:40] + b.Token.Reveal()[40:],
	} {
		if text != token {
			refused(what, a.KeyID, text)
		}
	}
	// Splices: the token of one session under the key id of another.
	refused("another session's key id", b.KeyID, token)
	refused("a long-term key id", w.key, token)
	refused("no key id", "", token)
	refused("the key id in lower case", strings.ToLower(a.KeyID), token)
	for n := 1; n < len(raw); n += 7 {
		other, _ := base64.StdEncoding.DecodeString(b.Token.Reveal())
		if n < len(other) {
			refused("two tokens spliced", a.KeyID, base64.StdEncoding.EncodeToString(append(bytes.Clone(raw[:n]), other[n:]...)))
		}
	}
	for i, j := 0, len(token)-4; i < 4; i++ {
		// The last characters have spare bits: only one spelling is the token.
		for _, c := range "ABCDwxyz0189+/" {
			if other := token[:j+i] + string(c) + token[j+i+1:]; other != token {
				refused("a character of the end", a.KeyID, other)
			}
		}
	}
}

// Somebody with every secret a client can have makes a token of his own.
func TestAttack12_TokenSelfMinted(t *testing.T) {
	w := newWorld(t)
	own, c := w.issue(noon)
	forged := *own
	forged.Policy, forged.Expires = "", noon.Add(1000*time.Hour)
	claims := encode(&forged)
	raw, _ := base64.StdEncoding.DecodeString(c.Token.Reveal())
	head := raw[:5]
	mac := func(key string) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write(claims)
		return h.Sum(nil)
	}
	for what, sealed := range map[string][]byte{
		"claims in the clear":               claims,
		"claims under a real head":          append(bytes.Clone(head), claims...),
		"signed with the session's secret":  append(append(bytes.Clone(head), claims...), mac(c.Secret.Reveal())...),
		"signed with a long-term secret":    append(append(bytes.Clone(head), claims...), mac("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")...),
		"claims over the sealed ones":       append(append(bytes.Clone(head), claims...), raw[5:]...),
		"zeros as long as the real one":     make([]byte, len(raw)),
		"a real head and zeros":             append(bytes.Clone(head), make([]byte, len(raw)-5)...),
		"text of a signed JSON token":       []byte("eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0."),
		"a head of another version":         append([]byte{2}, raw[1:]...),
		"a head that names an unknown key":  append([]byte{1, 0, 0, 0, 9}, raw[5:]...),
		"a head that names no key":          append([]byte{1, 0, 0, 0, 0}, raw[5:]...),
		"the real one, sealed once more in": append(bytes.Clone(head), raw...),
	} {
		if err := w.open(c.KeyID, base64.StdEncoding.EncodeToString(sealed), noon); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// A whole server of one's own, with its own root and ring: even its ring's key ids copied over do not help.
	mine := newWorld(t)
	_, foreign := mine.issue(noon)
	if err := w.open(foreign.KeyID, foreign.Token.Reveal(), noon); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another server's token: %v", err)
	}
	sealed, _ := base64.StdEncoding.DecodeString(foreign.Token.Reveal())
	copy(sealed, head)
	if err := w.open(foreign.KeyID, base64.StdEncoding.EncodeToString(sealed), noon); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another server's token under our key's id: %v", err)
	}
}

// The ring seals other things too, some day: what was sealed for another use is no token, and a token whose claims are broken is refused.
func TestTokenOfAnotherUse(t *testing.T) {
	w := newWorld(t)
	s, _ := w.issue(noon)
	ring := must[*seal.Ring](t)(w.mint.unwrap(w.view))
	for use, claims := range map[string][]byte{
		"audit cursor " + s.KeyID:      encode(s),
		s.KeyID:                        encode(s),
		"session secret" + s.KeyID:     encode(s),
		"session token " + s.KeyID:     []byte("no claims"),
		"session token " + s.KeyID[1:]: encode(s),
	} {
		sealed := must[[]byte](t)(ring.Seal(claims, []byte(use), noon))
		if err := w.open(s.KeyID, seal.EncodeText(sealed), noon); err == nil {
			t.Errorf("%q opens as a token", use)
		}
	}
}

func TestAttack17_DerivedKeyFromRoot(t *testing.T) {
	w := newWorld(t)
	_, c := w.issue(noon)
	// The secret is not computable from anything a client, an administrator or a reader of the store has.
	k := w.view.SealKeys()[0]
	raw, _ := base64.StdEncoding.DecodeString(c.Token.Reveal())
	for what, known := range map[string]string{
		"the wrapped key": string(k.Wrapped), "the key's id": fmt.Sprint(k.ID), "the access key id": c.KeyID, "the token": c.Token.Reveal(),
		"the sealed bytes": string(raw), "an admin's key id": w.key, "nothing": "",
	} {
		h := hmac.New(sha256.New, []byte(known))
		h.Write([]byte("session secret"))
		h.Write(raw)
		if guess := base64.StdEncoding.EncodeToString(h.Sum(nil)[:30]); secret.New(guess).Equal(c.Secret) {
			t.Errorf("the secret follows from %s", what)
		}
	}
	// The same records under another root open nothing, so nothing but the root leads to the ring.
	if _, _, err := NewMint(newRoot(t), rand.Reader).Open(w.view, c.KeyID, c.Token, noon); !errors.Is(err, seal.ErrOtherRoot) {
		t.Errorf("another root: %v", err)
	}
	// Retiring a key voids exactly what it sealed.
	schedule := seal.DefaultSchedule()
	later := noon.Add(schedule.Lead)
	w.change(noon, func(tx *iam.Tx) { must[*iam.SealKey](t)(Rotate(tx, schedule, w.root, rand.Reader, noon)) })
	_, fresh := w.issue(later)
	w.change(later, func(tx *iam.Tx) {
		for _, r := range schedule.Revoke(Records(tx.SealKeys()), k.ID, later) {
			must[*iam.SealKey](t)(tx.PutSealKey(iam.SealKey{ID: r.ID, Version: r.Version, Born: r.Born, PrimaryFrom: r.PrimaryFrom, Retired: r.Retired, Wrapped: r.Wrapped}))
		}
	})
	if err := w.open(c.KeyID, c.Token.Reveal(), later); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("a token of the retired key: %v", err)
	}
	if err := w.open(fresh.KeyID, fresh.Token.Reveal(), later); err != nil {
		t.Errorf("a token of the other key: %v", err)
	}
}
