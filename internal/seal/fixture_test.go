package seal_test

import (
	"crypto/rand"
	"math/big"
	mathrand "math/rand/v2"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/seal"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// chacha is a source of key material that is the same in every run.
func chacha(n byte) *mathrand.ChaCha8 { return mathrand.NewChaCha8([32]byte{n}) }

func newRoot(tb testing.TB, n byte) *seal.Root {
	tb.Helper()
	text, err := seal.GenerateRoot(chacha(n))
	if err != nil {
		tb.Fatal(err)
	}
	root, err := seal.NewRoot(text)
	if err != nil {
		tb.Fatal(err)
	}
	return root
}

func newKeys(tb testing.TB, root *seal.Root, n byte) []seal.Key {
	tb.Helper()
	keys, err := seal.DefaultSchedule().Publish(root, chacha(n), nil, start)
	if err != nil {
		tb.Fatal(err)
	}
	return keys
}

func newRing(tb testing.TB, root *seal.Root, keys []seal.Key) *seal.Ring {
	tb.Helper()
	ring, err := seal.NewRing(root, keys)
	if err != nil {
		tb.Fatal(err)
	}
	return ring
}

func randomBytes(tb testing.TB, n int) []byte {
	tb.Helper()
	out := make([]byte, n)
	if _, err := rand.Read(out); err != nil {
		tb.Fatal(err)
	}
	return out
}

func randomBit(tb testing.TB, max int) int {
	tb.Helper()
	n, err := rand.Int(rand.Reader, big.NewInt(int64(max)))
	if err != nil {
		tb.Fatal(err)
	}
	return int(n.Int64())
}
