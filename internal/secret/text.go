package secret

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Hidden is what a Text shows in place of what it holds.
const Hidden = "[secret]"

// ErrPlaceholder is returned when [Hidden] itself is read as a secret: somebody fed the output of a redacted dump back in.
var ErrPlaceholder = errors.New("secret: the placeholder " + Hidden + " is not a secret")

// Text is a secret text: an access key's secret, a session token, a password. The zero Text is empty.
//
// It cannot be compared with ==, which would tell its length of agreement by timing; use [Text.Equal].
type Text struct {
	_ [0]func()
	// A pointer, because fmt prints the unexported fields of a foreign struct by reflection without calling methods:
	// it then shows an address and not the text.
	text *string
}

// New wraps a text. An empty text gives the zero Text.
func New(text string) Text {
	if text == "" {
		return Text{}
	}
	return Text{text: &text}
}

// Reveal returns the text in the clear. The caller answers for where it goes.
func (t Text) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// IsZero reports whether the text is empty. Encoders with an omitzero option use it.
func (t Text) IsZero() bool { return t.text == nil }

// Equal compares two texts in time that depends only on their lengths.
func (t Text) Equal(other Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.Reveal()), []byte(other.Reveal())) == 1
}

// Format prints [Hidden] for every verb and flag.
func (t Text) Format(f fmt.State, verb rune) {
	// There is nobody to report a failed write to: fmt offers no way to return it.
	_, _ = io.WriteString(f, Hidden)
}

// String returns [Hidden].
func (t Text) String() string { return Hidden }

// GoString returns [Hidden].
func (t Text) GoString() string { return Hidden }

// LogValue makes slog write [Hidden].
func (t Text) LogValue() slog.Value { return slog.StringValue(Hidden) }

// MarshalText gives [Hidden] to every encoder that asks for text: JSON, YAML, XML, map keys.
func (t Text) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// UnmarshalText reads a secret from configuration or input. It fails with [ErrPlaceholder] on [Hidden].
func (t *Text) UnmarshalText(text []byte) error {
	if string(text) == Hidden {
		return ErrPlaceholder
	}
	*t = New(string(text))
	return nil
}
