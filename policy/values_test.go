package policy_test

import (
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/policytest"
)

// What a text can be read as, for those who take values from people.
func TestReadable(t *testing.T) {
	readers := map[string]func(string) bool{
		"number": policy.IsNumber, "date": policy.IsDate, "address": policy.IsAddress, "binary": policy.IsBinary,
	}
	for _, c := range []struct {
		kind     string
		good, no []string
	}{
		{"number", []string{"0", "-1.5", "+1", "1e3", ".5"}, []string{"", "NaN", "0x10", "1,000", "one"}},
		{"date", []string{"2026", "2026-11-22", "2026-11-22T10:00:00Z", "1700000000"}, []string{"", "22.11.2026", "2026-W47", "now"}},
		{"address", []string{"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"}, []string{"", "192.0.2.0/24", "192.0.2.01", "fe80::1%eth0", "host"}},
		{"binary", []string{"", "YQ==", "aGVsbG8="}, []string{"YQ", "YR==", "a\nQ==", "*"}},
	} {
		for _, s := range c.good {
			if !readers[c.kind](s) {
				t.Errorf("%q is a %s", s, c.kind)
			}
		}
		for _, s := range c.no {
			if readers[c.kind](s) {
				t.Errorf("%q is no %s", s, c.kind)
			}
		}
	}
}

func TestStatementsAreCounted(t *testing.T) {
	if n := compile(t, policy.Managed, policytest.Mixed(20)[0]).Statements(); n != 20 {
		t.Errorf("%d statements of 20", n)
	}
}
