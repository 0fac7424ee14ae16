package seal_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/seal"
)

var purpose = []byte("session token")

func TestSealOpens(t *testing.T) {
	root := newRoot(t, 1)
	ring := newRing(t, root, newKeys(t, root, 2))
	for _, n := range []int{0, 1, 600, seal.MaxPlain} {
		plain := randomBytes(t, n)
		token, err := ring.Seal(plain, purpose, start)
		if err != nil {
			t.Fatal(err)
		}
		if n > 16 && bytes.Contains(token, plain[:16]) {
			t.Error("the plaintext shows")
		}
		got, err := ring.Open(token, purpose, start.Add(36*time.Hour))
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %v", n, err)
		}
		again, err := ring.Seal(plain, purpose, start)
		if err != nil || bytes.Equal(token, again) {
			t.Error("two seals of one plaintext are the same")
		}
		for _, other := range [][]byte{nil, []byte("session toke"), []byte("session token "), []byte("secret at rest")} {
			if _, err := ring.Open(token, other, start); err != seal.ErrOpen {
				t.Errorf("opened for %q: %v", other, err)
			}
		}
	}
	if _, err := ring.Seal(make([]byte, seal.MaxPlain+1), purpose, start); !errors.Is(err, seal.ErrTooLarge) {
		t.Errorf("a plaintext beyond the bound: %v", err)
	}
}

func TestAttack14_TokenTruncatedOrExtended(t *testing.T) {
	root := newRoot(t, 1)
	ring := newRing(t, root, newKeys(t, root, 2))
	// 79 bytes sealed, so that the text has padding to play with.
	token, err := ring.Seal([]byte("account 123456789012 role clerk-01"), purpose, start)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(what string, altered []byte) {
		t.Helper()
		if plain, err := ring.Open(altered, purpose, start); err != seal.ErrOpen || plain != nil {
			t.Errorf("%s: %q, %v", what, plain, err)
		}
	}
	for n := range token {
		refuse("prefix", token[:n])
		refuse("suffix", token[n+1:])
		for bit := range 8 {
			flipped := bytes.Clone(token)
			flipped[n] ^= 1 << bit
			refuse("flipped bit", flipped)
		}
		refuse("doubled byte", append(bytes.Clone(token[:n+1]), token[n:]...))
	}
	for b := range 256 {
		refuse("appended byte", append(bytes.Clone(token), byte(b)))
		refuse("prepended byte", append([]byte{byte(b)}, token...))
	}
	refuse("twice", append(bytes.Clone(token), token...))
	refuse("huge", make([]byte, 10<<20))

	text := seal.EncodeText(token)
	for n := range text {
		if got, err := seal.DecodeText(text[:n]); err == nil {
			refuse("text prefix", got)
		}
	}
	for what, variant := range textVariants(text) {
		if _, err := seal.DecodeText(variant); err != seal.ErrOpen {
			t.Errorf("text variant %s is read: %v", what, err)
		}
	}
}

func textVariants(text string) map[string]string {
	raw := text
	for len(raw) > 0 && raw[len(raw)-1] == '=' {
		raw = raw[:len(raw)-1]
	}
	return map[string]string{
		"line end": text + "\n", "carriage return": text + "\r", "line end within": text[:4] + "\n" + text[4:], "four line ends": text + "\n\n\n\n",
		"blank before": " " + text, "blank after": text + " ", "more padding": text + "=", "block of padding": text + "====",
		"no padding": raw, "data after padding": text + "AAAA=", "NUL": text + "\x00",
	}
}

func TestTextHasOneSpelling(t *testing.T) {
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{"", true}, {"AA==", true}, {"AAA=", true}, {"AAAA", true}, {"+/+/", true},
		{"AB==", false}, {"AAB=", false}, {"AA", false}, {"AA=", false}, {"A", false}, {"-_-_", false}, {"AA==\n", false}, {"\nAAAA", false},
		{"AA==AA==", false}, {"=", false}, {"====", false}, {"AA\n==", false},
	} {
		data, err := seal.DecodeText(c.text)
		if (err == nil) != c.ok {
			t.Errorf("%q: %v", c.text, err)
		}
		if err == nil && seal.EncodeText(data) != c.text {
			t.Errorf("%q is written as %q", c.text, seal.EncodeText(data))
		}
	}
}

// TestAttack12_TokenSelfMinted: whoever has material of his own, however shaped, makes no token that opens.
func TestAttack12_TokenSelfMinted(t *testing.T) {
	root := newRoot(t, 1)
	keys := newKeys(t, root, 2)
	ring := newRing(t, root, keys)
	plain := []byte(`{"policy":"everything"}`)

	foreignRoot := newRoot(t, 9)
	foreignKeys := newKeys(t, foreignRoot, 10)
	foreign := newRing(t, foreignRoot, foreignKeys)
	token, err := foreign.Seal(plain, purpose, start)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ring.Open(token, purpose, start); err != seal.ErrOpen {
		t.Errorf("another ring's token opens: %v", err)
	}
	good, err := ring.Seal(plain, purpose, start)
	if err != nil {
		t.Fatal(err)
	}
	claimed := append(bytes.Clone(good[:5]), token[5:]...)
	if _, err := ring.Open(claimed, purpose, start); err != seal.ErrOpen {
		t.Errorf("another ring's token under our key id opens: %v", err)
	}
	// What the root wraps is no token, and a token is nothing that the root unwraps.
	wrapped, err := root.Wrap(plain, purpose)
	if err != nil {
		t.Fatal(err)
	}
	for _, candidate := range [][]byte{wrapped, append(bytes.Clone(good[:5]), wrapped[9:]...), keys[0].Wrapped} {
		if _, err := ring.Open(candidate, purpose, start); err != seal.ErrOpen {
			t.Errorf("something that the root wrapped opens as a token: %v", err)
		}
	}
	if _, err := root.Unwrap(good, purpose); err == nil {
		t.Error("a token unwraps")
	}
	// A store that swaps material between records is noticed.
	two, err := seal.DefaultSchedule().Publish(root, chacha(3), keys, start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	two[0].Wrapped, two[1].Wrapped = two[1].Wrapped, two[0].Wrapped
	if _, err := seal.NewRing(root, two); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("swapped material: %v", err)
	}
}

// TestAttack17_DerivedKeyFromRoot: neither the root nor any secret that a person holds leads to a token key; retiring one key voids
// exactly what that key made.
func TestAttack17_DerivedKeyFromRoot(t *testing.T) {
	text, err := seal.GenerateRoot(chacha(1))
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot(t, 1)
	a, b := newKeys(t, root, 2), newKeys(t, root, 3)
	ringA, ringB := newRing(t, root, a), newRing(t, root, b)
	tokenA, err := ringA.Seal([]byte("x"), purpose, start)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ringB.Open(tokenA, purpose, start); err != seal.ErrOpen {
		t.Error("two rings under one root share a key: the root is enough to mint")
	}
	rootBytes, err := seal.DecodeText(text.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	derived, err := ringA.Derive(a[0].ID, "session secret", []byte("ASIAEXAMPLE"), start)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(derived, rootBytes) || bytes.Contains(a[0].Wrapped, rootBytes) {
		t.Error("the root's bytes leave the root")
	}

	later := start.Add(40 * 24 * time.Hour)
	all, err := seal.DefaultSchedule().Publish(root, chacha(4), a, later)
	if err != nil {
		t.Fatal(err)
	}
	ring := newRing(t, root, all)
	at := later.Add(2 * time.Hour)
	tokenNew, err := ring.Seal([]byte("y"), purpose, at)
	if err != nil {
		t.Fatal(err)
	}
	after := newRing(t, root, seal.DefaultSchedule().Revoke(all, a[0].ID, at))
	if _, err := after.Open(tokenA, purpose, at); err != seal.ErrOpen {
		t.Error("a token of the revoked key opens")
	}
	if _, err := after.Derive(a[0].ID, "session secret", nil, at); err != seal.ErrOpen {
		t.Error("the revoked key derives")
	}
	if _, err := after.Open(tokenNew, purpose, at); err != nil {
		t.Errorf("a token of another key no longer opens: %v", err)
	}
}

func TestDeriveIsSeparate(t *testing.T) {
	root := newRoot(t, 1)
	keys := newKeys(t, root, 2)
	ring := newRing(t, root, keys)
	seen := map[string]string{}
	for _, c := range []struct{ label, data string }{{"ab", "c"}, {"a", "bc"}, {"abc", ""}, {"", "abc"}, {"", ""}, {"ab", "c\x00"}} {
		out, err := ring.Derive(keys[0].ID, c.label, []byte(c.data), start)
		if err != nil || len(out) != 32 {
			t.Fatal(err)
		}
		name := c.label + "|" + c.data
		if other, dup := seen[string(out)]; dup {
			t.Errorf("%q and %q give one secret", name, other)
		}
		seen[string(out)] = name
		again, err := newRing(t, root, keys).Derive(keys[0].ID, c.label, []byte(c.data), start)
		if err != nil || !bytes.Equal(out, again) {
			t.Errorf("%q is not derived again: %v", name, err)
		}
	}
	if _, err := ring.Derive(keys[0].ID+1, "a", nil, start); err != seal.ErrOpen {
		t.Errorf("an unknown key derives: %v", err)
	}
}

func TestKeyOf(t *testing.T) {
	root := newRoot(t, 1)
	keys := newKeys(t, root, 2)
	token, err := newRing(t, root, keys).Seal(nil, nil, start)
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := seal.KeyOf(token); !ok || id != keys[0].ID {
		t.Errorf("%08x, %v", id, ok)
	}
	token[0]++
	for _, bad := range [][]byte{nil, token, token[:4]} {
		if _, ok := seal.KeyOf(bad); ok {
			t.Errorf("%x has a key", bad)
		}
	}
}

func TestRingRefusesRecords(t *testing.T) {
	root := newRoot(t, 1)
	keys := newKeys(t, root, 2)
	change := func(f func(*seal.Key)) []seal.Key { k := keys[0]; f(&k); return []seal.Key{k} }
	cases := map[string]struct {
		root *seal.Root
		keys []seal.Key
		want error
	}{
		"other root":      {newRoot(t, 7), keys, seal.ErrOtherRoot},
		"one id twice":    {root, []seal.Key{keys[0], keys[0]}, seal.ErrKeys},
		"id zero":         {root, change(func(k *seal.Key) { k.ID = 0 }), seal.ErrKeys},
		"other id":        {root, change(func(k *seal.Key) { k.ID++ }), seal.ErrOpen},
		"other birth":     {root, change(func(k *seal.Key) { k.Born = k.Born.Add(time.Second) }), seal.ErrOpen},
		"unknown version": {root, change(func(k *seal.Key) { k.Version++ }), seal.ErrKeys},
		"no material":     {root, change(func(k *seal.Key) { k.Wrapped = nil }), seal.ErrOpen},
		"cut material":    {root, change(func(k *seal.Key) { k.Wrapped = k.Wrapped[:len(k.Wrapped)-1] }), seal.ErrOpen},
		"too many":        {root, make([]seal.Key, seal.MaxKeys+1), seal.ErrKeys},
	}
	for name, c := range cases {
		if _, err := seal.NewRing(c.root, c.keys); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := newRing(t, root, nil).Seal(nil, nil, start); err != seal.ErrNoPrimary {
		t.Errorf("an empty ring seals: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	// Fuzz workers are processes of their own: with a key of each, only its own genuine token may open.
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	root, err := seal.NewRoot(text)
	if err != nil {
		f.Fatal(err)
	}
	keys, err := seal.DefaultSchedule().Publish(root, rand.Reader, nil, start)
	if err != nil {
		f.Fatal(err)
	}
	ring := newRing(f, root, keys)
	token, err := ring.Seal([]byte("plain"), purpose, start)
	if err != nil {
		f.Fatal(err)
	}
	genuine := seal.EncodeText(token)
	f.Add(genuine)
	f.Add("")
	f.Add(genuine[:8])
	f.Add(seal.EncodeText(token[:5]))
	f.Add(seal.EncodeText(append(token, 0)))
	f.Fuzz(func(t *testing.T, text string) {
		data, err := seal.DecodeText(text)
		if err != nil {
			return
		}
		if seal.EncodeText(data) != text {
			t.Fatalf("%q is a second spelling", text)
		}
		if _, err := ring.Open(data, purpose, start); err == nil && text != genuine {
			t.Fatalf("forged: %q", text)
		}
		_, _ = root.Unwrap(data, purpose)
	})
}

func BenchmarkSeal600(b *testing.B) {
	root := newRoot(b, 1)
	ring := newRing(b, root, newKeys(b, root, 2))
	plain := randomBytes(b, 600)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.Seal(plain, purpose, start); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen600(b *testing.B) {
	root := newRoot(b, 1)
	ring := newRing(b, root, newKeys(b, root, 2))
	token, err := ring.Seal(randomBytes(b, 600), purpose, start)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.Open(token, purpose, start); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDerive(b *testing.B) {
	root := newRoot(b, 1)
	keys := newKeys(b, root, 2)
	ring := newRing(b, root, keys)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.Derive(keys[0].ID, "session secret", purpose, start); err != nil {
			b.Fatal(err)
		}
	}
}
