package obs

import (
	"encoding"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/secret"
)

// maxText is how many bytes of one value are logged. Clients choose some of
// the values, and must not choose the size of the log.
const maxText = 2048

// NewLogger returns a logger that writes one line per record to w: level is
// debug, info, warn or error; format is json or text. Writes are serialised.
//
// Secrets are values of their own type and print as such. Behind that is a
// net: values under a key that sounds like a secret are replaced, and values
// of a shape the log does not know (structs, maps, bytes) are not written.
func NewLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var threshold slog.Level
	switch level {
	case "debug", "info", "warn", "error":
		if err := threshold.UnmarshalText([]byte(level)); err != nil {
			return nil, fmt.Errorf("log level: %w", err)
		}
	default:
		return nil, fmt.Errorf("log level %q is none of debug, info, warn, error", level)
	}
	options := &slog.HandlerOptions{Level: threshold, ReplaceAttr: clean}
	switch format {
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	}
	return nil, fmt.Errorf("log format %q is none of json, text", format)
}

// clean is the net. It sees every attribute that is not a group; groups are
// the names of the groups it is in.
func clean(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	for _, g := range groups {
		if Sensitive(g) {
			return slog.String(a.Key, secret.Hidden)
		}
	}
	// An empty value is told apart, since a missing secret is a common fault.
	if Sensitive(a.Key) && !(a.Value.Kind() == slog.KindString && a.Value.String() == "") {
		return slog.String(a.Key, secret.Hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(shorten(a.Value.String()))
	case slog.KindAny:
		a.Value = known(a.Value.Any())
	}
	return a
}

// known writes values that have chosen their own text, and nothing else.
func known(v any) slog.Value {
	switch v := v.(type) {
	case nil:
		return slog.AnyValue(nil)
	case *slog.Source:
		return slog.AnyValue(v)
	case []string:
		return slog.StringValue(shorten(strings.Join(v, " ")))
	case error, fmt.Stringer:
		// fmt survives a nil pointer whose method does not, and honours Format.
		return slog.StringValue(shorten(fmt.Sprint(v)))
	case encoding.TextMarshaler:
		text, err := v.MarshalText()
		if err != nil {
			return slog.StringValue("[unprintable]")
		}
		return slog.StringValue(shorten(string(text)))
	}
	return slog.StringValue(fmt.Sprintf("[%T]", v))
}

func shorten(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > maxText-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return fmt.Sprintf("%s… (%d bytes more)", s[:cut], len(s)-cut)
}

// telling are parts of names that hold secrets, in lower case without
// separators.
var telling = [...]string{
	"secret", "password", "passwd", "passphrase", "token", "authorization", "cookie", "credential", "signature", "assertion",
	"samlresponse", "privatekey", "rootkey", "apikey", "sessionkey", "signingkey", "accesskeysecret", "bearer", "onetimecode", "enrol",
}

// harmless are names that sound like it but hold names, numbers or kinds.
var harmless = [...]string{
	"tokenid", "tokentype", "tokenversion", "tokenbytes", "tokenservice", "credentialid", "credentialscope", "credentialtype",
	"signatureversion", "signaturemethod", "signaturealgorithm", "rootkeyfile", "rootkeyenv", "secretid", "passwordlastused",
}

// Sensitive says whether a value of this name is likely a secret: header
// names, parameters and attribute keys, in any case and with any separators.
func Sensitive(name string) bool {
	flat := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	for _, h := range harmless {
		if flat == h {
			return false
		}
	}
	for _, t := range telling {
		if strings.Contains(flat, t) {
			return true
		}
	}
	return false
}
