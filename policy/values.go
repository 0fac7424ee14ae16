package policy

import (
	"encoding/base64"
	"net/netip"
	"strings"
)

// IsNumber reports whether Numeric operators can read a text.
func IsNumber(s string) bool {
	_, ok := parseDecimal(s)
	return ok
}

// IsDate reports whether Date operators can read a text.
func IsDate(s string) bool {
	_, ok := parseDate(s)
	return ok
}

// IsAddress reports whether IpAddress and NotIpAddress can read a text as the
// address a request comes from.
func IsAddress(s string) bool {
	_, ok := parseAddr(s)
	return ok
}

// IsBinary reports whether a text is bytes in base64, as BinaryEquals compares
// them: padded, and without line breaks or stray bits.
func IsBinary(s string) bool {
	_, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil && !strings.ContainsAny(s, "\r\n")
}

// Statements is how many statements the policy has.
func (p *Policy) Statements() int { return len(p.denies) + len(p.allows) }

// ReadDate reads a text as Date operators do: seconds since 1970 and a
// fraction in nanoseconds.
func ReadDate(s string) (seconds int64, nanos int32, ok bool) {
	t, ok := parseDate(s)
	return t.seconds, t.nanos, ok
}

// ReadRange reads a text as IpAddress and NotIpAddress read the ranges of a
// policy.
func ReadRange(s string) (netip.Prefix, bool) { return parsePrefix(s) }
