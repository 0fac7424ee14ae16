package session

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

func TestMessage(t *testing.T) {
	w := newWorld(t)
	text := must[string](t)(w.mint.SealMessage(w.view, home, []byte("the reasons"), noon))
	if got, err := w.mint.OpenMessage(w.view, home, text, noon.Add(time.Hour)); err != nil || string(got) != "the reasons" || strings.Contains(text, "reasons") {
		t.Errorf("%q %v", got, err)
	}
	full := must[string](t)(w.mint.SealMessage(w.view, home, make([]byte, MessageRoom), noon))
	if len(full) > MaxMessage {
		t.Errorf("%d characters", len(full))
	}
	if _, err := w.mint.OpenMessage(w.view, home, full, noon); err != nil {
		t.Error(err)
	}
	if _, err := w.mint.SealMessage(w.view, home, make([]byte, MessageRoom+1), noon); !errors.Is(err, seal.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := w.mint.SealMessage(iam.Empty(), home, nil, noon); !errors.Is(err, seal.ErrNoPrimary) {
		t.Errorf("without a ring: %v", err)
	}
}

// Nothing but the very text opens, and only for the account it was sealed for; messages and tokens are not each other.
func TestMessageIsNothingElse(t *testing.T) {
	w := newWorld(t)
	text := must[string](t)(w.mint.SealMessage(w.view, home, []byte("why"), noon))
	_, c := w.issue(noon)
	refuse := func(what, account, text string) {
		t.Helper()
		if got, err := w.mint.OpenMessage(w.view, account, text, noon); err != seal.ErrOpen || got != nil {
			t.Errorf("%s: %q %v", what, got, err)
		}
	}
	for _, account := range []string{other, "", home + "1", home[:11]} {
		refuse("account "+account, account, text)
	}
	raw, err := seal.DecodeText(text)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		refuse("cut", home, seal.EncodeText(raw[:i]))
		for bit := range 8 {
			raw[i] ^= 1 << bit
			refuse("a flipped bit", home, seal.EncodeText(raw))
			raw[i] ^= 1 << bit
		}
	}
	for name, s := range map[string]string{"none": "", "a line end": text + "\n", "a blank": " " + text, "twice": text + text, "long": strings.Repeat("A", MaxMessage+4),
		"a session token": c.Token.Reveal()} {
		refuse(name, home, s)
	}
	for _, account := range []string{home, other, c.KeyID} {
		refuse("a session token for "+account, account, c.Token.Reveal())
	}
	for _, id := range []string{c.KeyID, home, ""} {
		if s, _, err := w.mint.Open(w.view, id, secret.New(text), noon); err != seal.ErrOpen || s != nil {
			t.Errorf("a message is a session token for %q: %v", id, err)
		}
	}
	// Not even one whose text is a session's, under a name that would be a key id.
	forged := must[string](t)(w.mint.SealMessage(w.view, c.KeyID, encode(w.session(noon)), noon))
	if err := w.open(c.KeyID, forged, noon); err != seal.ErrOpen {
		t.Errorf("a forged session: %v", err)
	}
}

// Rotation leaves messages readable until their key is gone.
func TestMessageOutlivesRotation(t *testing.T) {
	w := newWorld(t)
	text := must[string](t)(w.mint.SealMessage(w.view, home, []byte("why"), noon))
	now := noon
	for range 40 {
		now = now.Add(24 * time.Hour)
		w.change(now, func(tx *iam.Tx) {
			must[*iam.SealKey](t)(Rotate(tx, seal.DefaultSchedule(), w.root, w.mint.random, now))
		})
		kept := false
		raw, _ := seal.DecodeText(text)
		id, _ := seal.KeyOf(raw)
		for _, k := range w.view.SealKeys() {
			kept = kept || k.ID == id && (k.Retired.IsZero() || now.Before(k.Retired))
		}
		if _, err := w.mint.OpenMessage(w.view, home, text, now); (err == nil) != kept {
			t.Fatalf("after %s: the key is kept: %t, %v", now.Sub(noon), kept, err)
		}
	}
}

func FuzzOpenMessage(f *testing.F) {
	w := newWorld(f)
	text := must[string](f)(w.mint.SealMessage(w.view, home, []byte("why"), noon))
	_, c := w.issue(noon)
	for _, seed := range []string{text, text[:len(text)-4], c.Token.Reveal(), "", "AQ=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := w.mint.OpenMessage(w.view, home, in, noon)
		if in == text {
			if err != nil {
				t.Error(err)
			}
			return
		}
		if err != seal.ErrOpen || got != nil {
			t.Errorf("%q opened: %v", in, err)
		}
	})
}
