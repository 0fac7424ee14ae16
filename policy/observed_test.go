package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// What live requests to AWS IAM were decided like, by a condition on the tags of the request: facts of a public recording of TagUser
// under session policies (September 2026). Each holds for Allow and for Deny.
func TestObservedConditions(t *testing.T) {
	for _, c := range []struct {
		op, value    string
		match, other []string // single values, or the keys of the tags after "keys "
	}{
		{"NumericEquals", "1", []string{"1", "01", "1.0"}, []string{"2", "no-number", "", "NaN", "Infinity"}},
		{"NumericNotEquals", "1", []string{"2"}, []string{"1", "01", "1.0"}},
		{"DateEquals", "2030-01-01T00:00:00Z", []string{"2030-01-01T00:00:00Z", "1893456000", "2030-01-01"}, []string{"2030-01-02T00:00:00Z", "not-a-date", ""}},
		{"DateNotEquals", "2030-01-01T00:00:00Z", []string{"2030-01-02T00:00:00Z"}, []string{"2030-01-01T00:00:00Z"}},
		{"ArnLike", "arn:aws:iam::*:user/*", []string{"arn:aws:iam::123456789012:user/test"}, []string{"arn:aws:iam::123456789012:role/test", "not-an-arn", ""}},
		{"ArnNotLike", "arn:aws:iam::*:user/*", []string{"arn:aws:iam::123456789012:role/test"}, []string{"arn:aws:iam::123456789012:user/test", "not-an-arn", ""}},
		{"IpAddress", "192.0.2.0/24", []string{"192.0.2.0", "192.0.2.255"}, []string{"192.0.3.1"}},
		{"IpAddress", "192.0.2.5/24", []string{"192.0.2.1"}, nil},
		{"IpAddress", "192.0.2.0/31", []string{"192.0.2.1"}, []string{"192.0.2.2"}},
		{"IpAddress", "192.0.2.0/0", []string{"203.0.113.1"}, []string{"2001:db8::1"}},
		{"NotIpAddress", "192.0.2.0/0", []string{"2001:db8::1"}, []string{"203.0.113.1"}},
		{"Null", "TRUE", nil, []string{"present"}},
		{"Bool", "false", []string{"false"}, []string{"true", "True", "TRUE"}},
		{"StringEqualsIgnoreCase", "prod", []string{"PrOd"}, nil},
		{"StringEqualsIgnoreCase", "I", nil, []string{"\u0131"}},
		{"StringEqualsIgnoreCase", "i", nil, []string{"\u0130"}},
		{"StringEqualsIgnoreCase", "s", nil, []string{"\u017f"}},
		{"StringEqualsIgnoreCase", "\u00df", nil, []string{"SS"}},

		{"StringEquals", "team", nil, []string{"keys", "keys team", "keys env", "keys team env"}},
		{"StringNotEquals", "team", []string{"keys"}, []string{"keys team", "keys env", "keys team env"}},
		{"StringEqualsIfExists", "team", []string{"keys"}, []string{"keys team", "keys env", "keys team env"}},
		{"StringNotEqualsIfExists", "team", []string{"keys"}, []string{"keys team", "keys env", "keys team env"}},
		{"ForAnyValue:StringEquals", "team", []string{"keys team", "keys team env"}, []string{"keys", "keys env"}},
		{"ForAllValues:StringEquals", "team", []string{"keys", "keys team"}, []string{"keys env", "keys team env"}},
		{"ForAnyValue:StringNotEquals", "team", []string{"keys env", "keys team env"}, []string{"keys", "keys team"}},
		{"ForAllValues:StringNotEquals", "team", []string{"keys"}, []string{"keys team"}},
		{"ForAnyValue:NumericEquals", "1", []string{"keys no-number 1", "keys 1 2"}, []string{"keys no-number", "keys no-number 2"}},
		{"ForAllValues:NumericEquals", "1", nil, []string{"keys no-number", "keys no-number 1", "keys no-number 2", "keys 1 2"}},
	} {
		check := func(given string, want bool) {
			for _, effect := range []string{"Allow", "Deny"} {
				key, told := "aws:RequestTag/value", policy.MapKeys{}
				if list := strings.Fields(given); len(list) > 0 && list[0] == "keys" {
					key = "aws:TagKeys"
					if len(list) > 1 {
						told.SetList(key, list[1:]...)
					}
				} else {
					told.Set(key, given)
				}
				cond, err := json.Marshal(map[string]map[string]string{c.op: {key: c.value}})
				if err != nil {
					t.Fatal(err)
				}
				statements := `{"Effect":"` + effect + `","Action":"s3:*","Resource":"*","Condition":` + string(cond) + `}`
				if effect == "Deny" {
					statements += `,{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
				}
				s := source(t, policy.Managed, `{"Version":"2012-10-17","Statement":[`+statements+`]}`)
				d := policy.Decide(&policy.Layers{Identity: []policy.Source{s}}, getObject(alice(), told))
				if d.Allowed() != (want == (effect == "Allow")) {
					t.Errorf("%s %s %q, of %q: %v", effect, c.op, c.value, given, d.Verdict)
				}
			}
		}
		for _, v := range c.match {
			check(v, true)
		}
		for _, v := range c.other {
			check(v, false)
		}
	}
}
