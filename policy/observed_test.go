package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// What live requests to AWS IAM were decided like, by a condition on the tags of the request: facts of public recordings of TagUser
// under session policies (September 2026; radkawar/stackd, testdata/aws/iam, condition_values, condition_ip and condition_strings).
// Each holds for Allow and for Deny. What is decided differently here on purpose: docs/decisions/031.
func TestObservedConditions(t *testing.T) {
	for _, c := range []struct {
		op, value    string
		match, other []string // single values, or the keys of the tags after "keys "
	}{
		{"NumericEquals", "1", []string{"1", "01", "1.0", "+1", "1e0"}, []string{"2", "no-number", "", "NaN", "Infinity"}},
		{"NumericNotEquals", "1", []string{"2", "no-number", "", "NaN", "Infinity"}, []string{"1", "01", "1.0", "+1", "1e0"}},
		{"NumericEquals", "NaN", nil, []string{"1", "no-number"}},
		{"NumericNotEquals", "NaN", []string{"1", "no-number"}, nil},
		{"NumericEquals", "+1", []string{"1"}, nil},
		{"NumericEquals", "1.", []string{"1"}, nil},
		{"NumericEquals", "9007199254740993", nil, []string{"9007199254740992"}},
		{"NumericLessThan", "9007199254740993", []string{"9007199254740992"}, nil},
		{"DateEquals", "2030-01-01T00:00:00Z", []string{"2030-01-01T00:00:00Z", "1893456000", "2030-01-01", "+1893456000", "2030-01-01T00:00:00"}, []string{"2030-01-02T00:00:00Z", "not-a-date", ""}},
		{"DateNotEquals", "2030-01-01T00:00:00Z", []string{"2030-01-02T00:00:00Z", "not-a-date", ""}, []string{"2030-01-01T00:00:00Z", "1893456000", "2030-01-01"}},
		{"ArnLike", "arn:aws:iam::*:user/*", []string{"arn:aws:iam::123456789012:user/test"}, []string{"arn:aws:iam::123456789012:role/test", "not-an-arn", ""}},
		{"ArnNotLike", "arn:aws:iam::*:user/*", []string{"arn:aws:iam::123456789012:role/test"}, []string{"arn:aws:iam::123456789012:user/test", "not-an-arn", ""}},
		{"IpAddress", "192.0.2.0/24", []string{"192.0.2.0", "192.0.2.255"}, []string{"192.0.3.1"}},
		{"IpAddress", "192.0.2.5/24", []string{"192.0.2.1"}, nil},
		{"IpAddress", "192.0.2.0/31", []string{"192.0.2.1"}, []string{"192.0.2.2"}},
		{"IpAddress", "192.0.2.0/0", []string{"203.0.113.1"}, []string{"2001:db8::1"}},
		{"NotIpAddress", "192.0.2.0/0", []string{"2001:db8::1"}, []string{"203.0.113.1"}},
		{"IpAddress", "192.0.2.0/24", nil, []string{"not-an-ip", "", "192.0.2.1/32", "192.0.513", "3221225985"}},
		{"NotIpAddress", "192.0.2.0/24", nil, []string{"not-an-ip", "", "192.0.2.1/32", "192.0.513", "3221225985"}},
		{"IpAddress", "192.000.002.0/24", []string{"192.0.2.1"}, nil},
		{"NotIpAddress", "192.000.002.0/24", nil, []string{"192.0.2.1"}},
		{"IpAddress", "192.000.002.1", []string{"192.0.2.1"}, nil},
		{"IpAddress", "192.0.2.0/024", []string{"192.0.2.1"}, nil},
		{"IpAddress", "192.0.2.0/+24", []string{"192.0.2.1"}, nil},
		{"NotIpAddress", "192.0.2.0/+24", nil, []string{"192.0.2.1"}},
		{"IpAddress", "2001:DB8::/064", []string{"2001:0db8:0000:0000:0000:0000:0000:0001"}, nil},
		{"IpAddress", "192.0.2.0/33", nil, []string{"192.0.2.1"}},
		{"NotIpAddress", "192.0.2.0/33", []string{"192.0.2.1"}, nil},
		{"NotIpAddress", "2001:db8::/129", []string{"2001:db8::1"}, nil},
		{"IpAddress", "not-an-ip", nil, []string{"192.0.2.1", "not-an-ip"}},
		{"NotIpAddress", "not-an-ip", []string{"192.0.2.1"}, []string{"not-an-ip"}},
		{"Null", "TRUE", nil, []string{"present"}},
		{"Null", "yes", []string{"present"}, nil},
		{"Bool", "true", []string{"true", "True", "TRUE"}, []string{"false", "yes", "1", "", " true "}},
		{"Bool", "yes", []string{"false"}, nil},
		{"Bool", "false", []string{"false", "yes", "1", "", " true "}, []string{"true", "True", "TRUE"}},
		{"StringEqualsIgnoreCase", "prod", []string{"PrOd"}, nil},
		{"StringEqualsIgnoreCase", "I", nil, []string{"\u0131"}},
		{"StringEqualsIgnoreCase", "i", nil, []string{"\u0130"}},
		{"StringEqualsIgnoreCase", "s", nil, []string{"\u017f"}},
		{"StringEqualsIgnoreCase", "K", []string{"\u212a"}, nil},
		{"StringNotEqualsIgnoreCase", "K", nil, []string{"\u212a"}},
		{"StringEqualsIgnoreCase", "\u00df", []string{"\u1e9e"}, []string{"SS"}},
		{"StringEqualsIgnoreCase", "\u03a3", []string{"\u03c3"}, []string{"\u03c2"}},
		{"StringEqualsIgnoreCase", "\u00c9", []string{"\u00e9"}, nil},
		{"StringEqualsIgnoreCase", "\U00010400", []string{"\U00010400"}, []string{"\U00010428"}},

		{"StringEquals", "team", nil, []string{"keys", "keys team", "keys env", "keys team env"}},
		{"StringNotEquals", "team", []string{"keys"}, []string{"keys team", "keys env", "keys team env"}},
		{"StringEqualsIfExists", "team", []string{"keys"}, []string{"keys team", "keys env", "keys team env"}},
		{"StringNotEqualsIfExists", "team", []string{"keys"}, []string{"keys team", "keys env", "keys team env"}},
		{"ForAnyValue:StringEquals", "team", []string{"keys team", "keys team env"}, []string{"keys", "keys env"}},
		{"ForAllValues:StringEquals", "team", []string{"keys", "keys team"}, []string{"keys env", "keys team env"}},
		{"ForAnyValue:StringNotEquals", "team", []string{"keys env", "keys team env"}, []string{"keys", "keys team"}},
		{"ForAllValues:StringNotEquals", "team", []string{"keys"}, []string{"keys team"}},
		{"ForAnyValue:NumericEquals", "1", []string{"keys no-number 1", "keys 1 2"}, []string{"keys no-number", "keys no-number 2"}},
		{"ForAnyValue:NumericNotEquals", "1", []string{"keys no-number", "keys no-number 1", "keys no-number 2", "keys 1 2"}, nil},
		{"ForAllValues:NumericNotEquals", "1", []string{"keys no-number", "keys no-number 2"}, []string{"keys no-number 1", "keys 1 2"}},
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
				d := policy.Decide(&policy.Layers{Identity: policy.NewSet(s)}, getObject(alice(), told))
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
