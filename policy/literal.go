package policy

import (
	"cmp"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// Reading of typed values: what policies hold and requests bring. Everything
// here answers ok=false for a text it cannot read.

// decimal is an exact decimal number, kept as its digits: 0.WHOLEFRACTION times
// ten to the power of point.
type decimal struct {
	negative bool
	whole    string // without leading zeros
	fraction string // without trailing zeros, and without leading ones if there is no whole
	point    int
}

// parseDecimal reads [+-]digits[.digits][e[+-]digits], where one side of the
// point may be empty. NaN, infinities and hexadecimal digits are not read.
func parseDecimal(s string) (decimal, bool) {
	d := decimal{}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative, s = s[0] == '-', s[1:]
	}
	s, shift, ok := cutExponent(s)
	whole, fraction, _ := strings.Cut(s, ".")
	if !ok || whole == "" && fraction == "" || whole != "" && !isDigits(whole) || fraction != "" && !isDigits(fraction) {
		return decimal{}, false
	}
	d.whole = strings.TrimLeft(whole, "0")
	d.fraction = strings.TrimRight(fraction, "0")
	d.point = len(d.whole) + shift
	if d.whole == "" {
		n := len(d.fraction)
		d.fraction = strings.TrimLeft(d.fraction, "0")
		d.point -= n - len(d.fraction)
	}
	if d.whole == "" && d.fraction == "" {
		d.negative, d.point = false, math.MinInt // less than every other
	}
	return d, true
}

// cutExponent cuts off an exponent of nine digits at most.
func cutExponent(s string) (digits string, shift int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	e := s[i+1:]
	sign := 1
	if e != "" && (e[0] == '-' || e[0] == '+') {
		if e[0] == '-' {
			sign = -1
		}
		e = e[1:]
	}
	if !isDigits(e) || len(e) > 9 {
		return "", 0, false
	}
	n, _ := strconv.Atoi(e)
	return s[:i], sign * n, true
}

// digit is the digit at a place, counted from the first one that is not zero.
func (d decimal) digit(i int) byte {
	switch {
	case i < len(d.whole):
		return d.whole[i]
	case i < len(d.whole)+len(d.fraction):
		return d.fraction[i-len(d.whole)]
	}
	return '0'
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (d decimal) compare(e decimal) int {
	if d.negative != e.negative {
		if d.negative {
			return -1
		}
		return 1
	}
	c := cmp.Compare(d.point, e.point)
	for i := 0; c == 0 && i < max(len(d.whole)+len(d.fraction), len(e.whole)+len(e.fraction)); i++ {
		c = cmp.Compare(d.digit(i), e.digit(i))
	}
	if d.negative {
		c = -c
	}
	return c
}

func (r relation) holds(c int) bool {
	switch r {
	case relLess:
		return c < 0
	case relLessEqual:
		return c <= 0
	case relGreater:
		return c > 0
	case relGreaterEqual:
		return c >= 0
	}
	return c == 0
}

// isTrueText: every text but "true", in letters of any case, is false.
func isTrueText(s string) bool { return len(s) == 4 && pattern.FoldASCII(s) == "true" }

// parseAddr reads an IP address. An IPv4 address written inside IPv6 is the
// IPv4 address; a zone belongs to one host only and is not read. Numbers with
// leading zeros are not read either: others read them as octal.
func parseAddr(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// parsePrefix reads an address range as it stands in a policy; bits beyond the
// prefix are ignored, and no prefix means the one address. Unlike in a request,
// leading zeros say nothing: AWS reads 192.000.002.0/024 and /+24 so.
func parsePrefix(s string) (netip.Prefix, bool) {
	text, length, ranged := strings.Cut(s, "/")
	a, err := netip.ParseAddr(plainQuad(text))
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	if !ranged {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	length = strings.TrimPrefix(length, "+")
	bits, err := strconv.Atoi(length)
	if err != nil || !isDigits(length) || bits > a.BitLen() {
		return netip.Prefix{}, false
	}
	if a.Is4In6() && bits >= 96 {
		a, bits = a.Unmap(), bits-96
	}
	return netip.PrefixFrom(a, bits).Masked(), true
}

// plainQuad writes four decimal numbers of three digits at most without their
// leading zeros, and every other text as it is.
func plainQuad(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return s
	}
	for i, p := range parts {
		if !isDigits(p) || len(p) > 3 {
			return s
		}
		if parts[i] = strings.TrimLeft(p, "0"); parts[i] == "" {
			parts[i] = "0"
		}
	}
	return strings.Join(parts, ".")
}
