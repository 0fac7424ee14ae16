package policy

import (
	"net/netip"
	"strings"
)

// Reading of typed values: what policies hold and requests bring. Everything
// here answers ok=false for a text it cannot read; such a value satisfies no
// condition, negated or not.

// decimal is an exact decimal number, kept as its digits.
type decimal struct {
	negative bool
	whole    string // without leading zeros
	fraction string // without trailing zeros
}

// parseDecimal reads -?digits(.digits)?; exponents, hexadecimal digits and a
// leading plus are not documented for Numeric operators and are not read.
func parseDecimal(s string) (decimal, bool) {
	d := decimal{}
	if strings.HasPrefix(s, "-") {
		d.negative, s = true, s[1:]
	}
	whole, fraction, point := strings.Cut(s, ".")
	if !isDigits(whole) || point && !isDigits(fraction) {
		return decimal{}, false
	}
	d.whole = strings.TrimLeft(whole, "0")
	d.fraction = strings.TrimRight(fraction, "0")
	if d.whole == "" && d.fraction == "" {
		d.negative = false
	}
	return d, true
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
	c := len(d.whole) - len(e.whole)
	if c == 0 {
		c = strings.Compare(d.whole, e.whole)
	}
	if c == 0 {
		c = strings.Compare(d.fraction, e.fraction)
	}
	if d.negative {
		c = -c
	}
	return c
}

func (r relation) holds(cmp int) bool {
	switch r {
	case relLess:
		return cmp < 0
	case relLessEqual:
		return cmp <= 0
	case relGreater:
		return cmp > 0
	case relGreaterEqual:
		return cmp >= 0
	}
	return cmp == 0
}

func parseBool(s string) (value, ok bool) {
	switch {
	case len(s) == 4 && foldASCII(s) == "true":
		return true, true
	case len(s) == 5 && foldASCII(s) == "false":
		return false, true
	}
	return false, false
}

// parseAddr reads an IP address. An IPv4 address written inside IPv6 is the
// IPv4 address; a zone belongs to one host only and is not read.
func parseAddr(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// parsePrefix reads an address range; bits beyond the prefix are ignored, and
// no prefix means the one address.
func parsePrefix(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, ok := parseAddr(s)
		if !ok {
			return netip.Prefix{}, false
		}
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), true
}
