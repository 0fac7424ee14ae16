package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign"
)

// KeySize is the length of a signing key in bytes.
const KeySize = sha256.Size

// Key is a signing key: good for one secret, one UTC day, one region and one service. Whoever holds it can sign as that identity
// within that scope, so it prints [secret].
type Key struct {
	_     [0]func()
	bytes *[KeySize]byte
}

// NewKey takes a signing key that another Daypass derived. False when it is not KeySize bytes long.
func NewKey(bytes []byte) (Key, bool) {
	if len(bytes) != KeySize {
		return Key{}, false
	}
	return Key{bytes: (*[KeySize]byte)(append([]byte(nil), bytes...))}, true
}

// DeriveKey derives the signing key of a scope; day is YYYYMMDD (IAM User Guide, "Create a signed AWS API request", step 4).
func DeriveKey(key sign.Secret, day, region, service string) Key {
	sum := mac([]byte("AWS4"+key.Reveal()), day)
	sum = mac(sum[:], region)
	sum = mac(sum[:], service)
	sum = mac(sum[:], terminator)
	return Key{bytes: &sum}
}

// Reveal returns the bytes in the clear. The caller answers for where they go.
func (k Key) Reveal() []byte {
	if k.bytes == nil {
		return nil
	}
	return append([]byte(nil), k.bytes[:]...)
}

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.bytes == nil }

// Format prints [secret] for every verb.
func (k Key) Format(f fmt.State, verb rune) { _, _ = io.WriteString(f, secret.Hidden) }

// LogValue makes slog write [secret].
func (k Key) LogValue() slog.Value { return slog.StringValue(secret.Hidden) }

// MarshalText gives [secret] to every encoder.
func (k Key) MarshalText() ([]byte, error) { return []byte(secret.Hidden), nil }

// sign returns the MAC of the string to sign.
func (k Key) sign(text []byte) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, k.bytes[:])
	h.Write(text)
	h.Sum(sum[:0])
	return sum
}

func mac(key []byte, text string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, text)
	h.Sum(sum[:0])
	return sum
}
