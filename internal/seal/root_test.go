package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

func TestRootWraps(t *testing.T) {
	root, other := newRoot(t, 1), newRoot(t, 2)
	id := []byte("accesskey/AKIA1")
	wrapped, err := root.Wrap([]byte("wJalrXUtnFEMI"), id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := root.Unwrap(wrapped, id); err != nil || string(got) != "wJalrXUtnFEMI" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := root.Unwrap(wrapped, []byte("accesskey/AKIA2")); err != seal.ErrOpen {
		t.Errorf("moved into another record: %v", err)
	}
	if _, err := other.Unwrap(wrapped, id); err != seal.ErrOtherRoot {
		t.Errorf("another root: %v", err)
	}
	for n := range wrapped {
		altered := bytes.Clone(wrapped)
		altered[n] ^= 1 << randomBit(t, 8)
		if _, err := root.Unwrap(altered, id); err == nil {
			t.Errorf("byte %d altered and unwrapped", n)
		}
		if _, err := root.Unwrap(wrapped[:n], id); err != seal.ErrOpen {
			t.Errorf("prefix %d: %v", n, err)
		}
	}
	if _, err := root.Wrap(make([]byte, seal.MaxPlain+1), id); !errors.Is(err, seal.ErrTooLarge) {
		t.Errorf("beyond the bound: %v", err)
	}
}

func TestRootKeyText(t *testing.T) {
	good, err := seal.GenerateRoot(chacha(1))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", good, good, good), good.Reveal()) {
		t.Error("a root key prints")
	}
	for _, text := range []string{good.Reveal(), good.Reveal() + "\n", "  " + good.Reveal() + "\r\n"} {
		if _, err := seal.NewRoot(secret.New(text)); err != nil {
			t.Errorf("%v", err)
		}
	}
	bad := []string{
		"", "changeme", good.Reveal()[:40], good.Reveal() + "AAAA", strings.TrimRight(good.Reveal(), "="),
		base64.StdEncoding.EncodeToString(make([]byte, 32)),
		base64.StdEncoding.EncodeToString([]byte("passwordpasswordpasswordpassword")),
		base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("01234567"), 4)),
	}
	for _, text := range bad {
		if _, err := seal.NewRoot(secret.New(text)); err != seal.ErrRootKey {
			t.Errorf("%q is a root key: %v", text, err)
		}
	}
	if _, err := seal.GenerateRoot(io.LimitReader(chacha(1), 31)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a short random source: %v", err)
	}
}
