package question

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// candidates are single values of a key, among them one of every class. doubt
// says why that may not be so.
func (k *key) candidates(tests []*test, languages []int, b *pattern.Budget) (texts []string, doubt string) {
	var values [policy.PresenceValue + 1][]string
	kinds, textual := 0, len(languages) > 0
	asked := map[policy.ValueType]bool{}
	for _, t := range tests {
		values[t.op.Values] = append(values[t.op.Values], t.values...)
		asked[t.op.Values] = true
		textual = textual || t.textual()
	}
	add := func(list []string, all bool) {
		kinds++
		texts = append(texts, list...)
		if !all && doubt == "" {
			doubt = "the values of " + k.shown + " can be told apart in too many ways"
		}
	}
	if asked[policy.NumberValue] {
		add(numbers(values[policy.NumberValue]))
	}
	if asked[policy.DateValue] {
		add(dates(values[policy.DateValue]))
	}
	if asked[policy.AddressValue] {
		add(addresses(values[policy.AddressValue]), true)
	}
	if asked[policy.BinaryValue] {
		add(binaries(values[policy.BinaryValue]), true)
	}
	if textual || kinds == 0 {
		list, ok := k.split(languages, nil, b)
		found := plausible(k.name) // reads better than the shortest text of its class
		if asked[policy.BoolValue] {
			found = []string{"true", "false"}
		}
		for _, c := range list {
			found = append(found, c.text)
		}
		add(found, ok)
	}
	if kinds > 1 && doubt == "" {
		doubt = k.shown + " is compared as values of different types"
	}
	return texts, doubt
}

// plausible is what a value of the key may look like, by the key's name.
func plausible(name string) []string {
	for _, shape := range [...]struct{ part, value string }{
		{"arn", "arn:aws:iam::" + otherAccount + ":user/alice"}, {"account", otherAccount}, {"region", "eu-central-1"},
		{"orgid", "o-example"}, {"vpc", "vpc-1a2b3c4d"}, {"type", "User"},
	} {
		if strings.Contains(name, shape.part) {
			return []string{shape.value, "alice"}
		}
	}
	return []string{"alice"}
}

// numbers are the boundaries, one number in each gap, one on either side, and
// what is no number.
func numbers(values []string) (list []string, all bool) {
	all = true
	var at []*big.Rat
	for _, v := range values {
		if !policy.IsNumber(v) {
			continue
		}
		r, ok := rational(v)
		if !ok {
			all = false
			continue
		}
		at = append(at, r)
		list = append(list, v)
	}
	slices.SortFunc(at, (*big.Rat).Cmp)
	one := big.NewRat(1, 1)
	if len(at) == 0 {
		list = append(list, "1")
	} else {
		list = append(list, decimal(new(big.Rat).Add(at[len(at)-1], one)), decimal(new(big.Rat).Sub(at[0], one)))
	}
	for i := 1; i < len(at); i++ {
		mid := new(big.Rat).Add(at[i-1], at[i])
		list = append(list, decimal(mid.Quo(mid, big.NewRat(2, 1))))
	}
	return append(list, "not-a-number"), all
}

// rational reads a number whose digits can be written out.
func rational(s string) (*big.Rat, bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		if digits := strings.TrimLeft(s[i+1:], "+-0"); len(digits) > 3 {
			return nil, false
		}
	}
	sign, digits := "", s
	if s[0] == '-' || s[0] == '+' {
		sign, digits = s[:1], s[1:]
	}
	if digits = strings.TrimLeft(digits, "0"); digits == "" || digits[0] < '0' || digits[0] > '9' {
		digits = "0" + digits
	}
	return new(big.Rat).SetString(sign + digits)
}

func decimal(r *big.Rat) string {
	digits, _ := r.FloatPrec()
	return r.FloatString(digits)
}

// dates are the boundaries, one instant in each gap, one on either side, and
// what is no date.
func dates(values []string) (list []string, all bool) {
	type instant struct {
		seconds int64
		nanos   int32
	}
	all = true
	var at []instant
	write := func(seconds int64, nanos int32) {
		t := time.Unix(seconds, int64(nanos)).UTC()
		if y := t.Year(); y < 1 || y > 9999 {
			all = false
			return
		}
		list = append(list, t.Format(time.RFC3339Nano))
	}
	for _, v := range values {
		s, n, ok := policy.ReadDate(v)
		if !ok {
			continue
		}
		if s < -60_000_000_000 || s > 250_000_000_000 { // what four digits of a year can say, and a little less
			all = false
			continue
		}
		at = append(at, instant{s, n})
		list = append(list, v)
	}
	slices.SortFunc(at, func(a, b instant) int {
		if a.seconds != b.seconds {
			if a.seconds < b.seconds {
				return -1
			}
			return 1
		}
		return int(a.nanos - b.nanos)
	})
	if len(at) == 0 {
		write(1_767_225_600, 0)
	} else {
		last := at[len(at)-1]
		write(last.seconds+86_400, last.nanos)
		write(at[0].seconds-86_400, at[0].nanos)
	}
	for i := 1; i < len(at); i++ {
		a, b := at[i-1], at[i]
		switch {
		case b.seconds-a.seconds > 1:
			write(a.seconds+(b.seconds-a.seconds)/2, 0)
		case a.nanos < 999_999_999:
			write(a.seconds, a.nanos+1)
		default:
			write(a.seconds+1, 0)
		}
	}
	return append(list, "not-a-date"), all
}

// addresses are one of every set of ranges that an address can be in: such a
// set changes only where a range begins or has just ended.
func addresses(values []string) []string {
	list := []string{"203.0.113.7", "2001:db8::7"}
	var edges []string
	for _, v := range values {
		p, ok := policy.ReadRange(v)
		if !ok {
			continue
		}
		first := p.Addr()
		if next := first.Next(); next.IsValid() && p.Contains(next) {
			list = append(list, next.String())
		}
		edges = append(edges, first.String())
		if end := lastOf(p).Next(); end.IsValid() {
			edges = append(edges, end.String())
		}
	}
	// ::ffff:0:0/96 is IPv4 written as IPv6: behind it IPv6 goes on.
	return append(append(list, edges...), "0.0.0.0", "::", "::1:0:0:0", "not-an-address")
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// binaries are the values, one that is none of them, and what is not base64.
func binaries(values []string) []string {
	list := slices.Clone(values)
	other := ""
	for n := 0; ; n++ {
		other = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "other-%d", n))
		if !slices.Contains(values, other) {
			break
		}
	}
	return append(list, other, "", "%")
}
