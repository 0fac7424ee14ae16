package simulate

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

func TestContextThatIsRefused(t *testing.T) {
	v := state(t, nil)
	entry := func(kind string, values ...string) []Entry { return []Entry{{"k:test", kind, values}} }
	bad := func(form string) fault.Error {
		return fault.Error{Kind: fault.Invalid, What: fault.ContextValue, Name: "k:test", Detail: form}
	}
	const number, date, ip, binary = "numeric format", "DateTime format", "IP address", "base-64 encoded binary format"
	for name, c := range map[string]struct {
		entries []Entry
		want    fault.Error
	}{
		"no name":        {[]Entry{{"", "string", []string{"x"}}}, fault.Error{Kind: fault.Invalid, What: fault.ContextName}},
		"no type":        {entry("", "x"), fault.Error{Kind: fault.Invalid, What: fault.ContextType, Name: "k:test", Detail: "null"}},
		"an odd type":    {entry("stringListList", "x"), fault.Error{Kind: fault.Invalid, What: fault.ContextType, Name: "k:test", Detail: "stringListList"}},
		"no values":      {entry("string"), fault.Error{Kind: fault.Invalid, What: fault.ContextValues, Name: "k:test"}},
		"an empty list":  {entry("stringList"), fault.Error{Kind: fault.Invalid, What: fault.ContextValues, Name: "k:test"}},
		"two of one":     {entry("string", "a", "b"), fault.Error{Kind: fault.Invalid, What: fault.ContextCount, Name: "string", Detail: "2"}},
		"twice":          {[]Entry{{"k:test", "string", []string{"a"}}, {"K:TEST", "string", []string{"b"}}}, fault.Error{Kind: fault.Invalid, What: fault.ContextKey, Name: "K:TEST"}},
		"words":          {entry("numeric", "abc"), bad(number)},
		"not a number":   {entry("numeric", "NaN"), bad(number)},
		"infinity":       {entry("numeric", "Infinity"), bad(number)},
		"hexadecimal":    {entry("numeric", "0x10"), bad(number)},
		"spaces":         {entry("numericList", "1", " 1 "), bad(number)},
		"a long number":  {entry("numeric", "1e100000000"), bad(number)},
		"half exponent":  {entry("numeric", "1e"), bad(number)},
		"tomorrow":       {entry("date", "tomorrow"), bad(date)},
		"no such date":   {entry("dateList", "2021-02-29"), bad(date)},
		"an address":     {entry("ip", "999.0.0.1"), bad(ip)},
		"a range":        {entry("ip", "192.0.2.0/24"), bad(ip)},
		"a zone":         {entry("ipList", "fe80::1%eth0"), bad(ip)},
		"not base64":     {entry("binary", "!base64"), bad(binary)},
		"a line break":   {entry("binary", "eWVz\n"), bad(binary)},
		"not padded":     {entry("binary", "YQ"), bad(binary)},
		"stray bits":     {entry("binaryList", "YR=="), bad(binary)},
		"other alphabet": {entry("binary", "YQ-_"), bad(binary)},
	} {
		fails(t, v, name, Question{Actions: []string{"s3:GetObject"}, Context: c.entries}, c.want)
	}
}

func TestContextThatIsTold(t *testing.T) {
	v := state(t, nil)
	for name, c := range map[string]struct {
		condition string
		entry     Entry
		want      bool
	}{
		"a string":            {`{"StringEquals":{"k:x":"a"}}`, Entry{"K:X", "string", []string{"a"}}, true},
		"an empty string":     {`{"Null":{"k:x":"false"}}`, Entry{"k:x", "string", []string{""}}, true},
		"a list":              {`{"ForAllValues:StringEquals":{"k:x":["a","b"]}}`, Entry{"k:x", "stringList", []string{"b", "a"}}, true},
		"a list of one":       {`{"StringEquals":{"k:x":"a"}}`, Entry{"k:x", "stringList", []string{"a"}}, false},
		"a number":            {`{"NumericEquals":{"k:x":"1"}}`, Entry{"k:x", "numeric", []string{"01.00"}}, true},
		"with a plus":         {`{"NumericEquals":{"k:x":"1"}}`, Entry{"k:x", "numeric", []string{"+1"}}, true},
		"with an exponent":    {`{"NumericEquals":{"k:x":"1250"}}`, Entry{"k:x", "numeric", []string{"1.25E3"}}, true},
		"a small one":         {`{"NumericEquals":{"k:x":"-0.0125"}}`, Entry{"k:x", "numeric", []string{"-1.25e-2"}}, true},
		"numbers":             {`{"ForAnyValue:NumericGreaterThan":{"k:x":"5"}}`, Entry{"k:x", "numericList", []string{"1", "7"}}, true},
		"a boolean":           {`{"Bool":{"k:x":"true"}}`, Entry{"k:x", "boolean", []string{"TRUE"}}, true},
		"no boolean":          {`{"Bool":{"k:x":"true"}}`, Entry{"k:x", "boolean", []string{"yes"}}, false},
		"booleans":            {`{"ForAllValues:Bool":{"k:x":"true"}}`, Entry{"k:x", "booleanList", []string{"true", "false"}}, false},
		"a date":              {`{"DateGreaterThan":{"k:x":"2030-01-01T00:00:00Z"}}`, Entry{"k:x", "date", []string{"2035"}}, true},
		"an address":          {`{"IpAddress":{"k:x":"2001:db8::/32"}}`, Entry{"k:x", "ip", []string{"2001:db8::1"}}, true},
		"addresses":           {`{"ForAnyValue:NotIpAddress":{"k:x":"10.0.0.0/8"}}`, Entry{"k:x", "ipList", []string{"10.1.2.3", "192.0.2.1"}}, true},
		"bytes":               {`{"BinaryEquals":{"k:x":"YQ=="}}`, Entry{"k:x", "binary", []string{"YQ=="}}, true},
		"nothing at all sent": {`{"Null":{"k:x":"true"}}`, Entry{}, true},
	} {
		q := Question{Policies: []string{policyOf("Allow", "*", "*", when(c.condition))}, Context: []Entry{c.entry}}
		if r := ask(t, v, q, "s3:GetObject"); (r.Verdict == policy.Allow) != c.want {
			t.Errorf("%s: %s, missing %q", name, r.Verdict, r.Missing)
		}
	}
}

// Whatever is told is refused or can be read by the engine, and is not blown up.
func FuzzContext(f *testing.F) {
	for _, kind := range []string{"string", "numeric", "numericList", "boolean", "ip", "date", "binary", "dateList", "x"} {
		for _, v := range []string{"", "1", "-1.5e-3", "+7", "1e400", "2020-01-01", "10.0.0.1", "YQ==", "tRue", "9e-400"} {
			f.Add("k:test", kind, v, v)
		}
	}
	f.Fuzz(func(t *testing.T, name, kind, v, w string) {
		keys, err := told([]Entry{{name, kind, []string{v}}, {"other:" + name, kind, []string{v, w}}, {name + "x", kind + "List", []string{w, v}}})
		if err != nil {
			e := fault.Of(err)
			if e.Kind != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		for key, values := range keys {
			if key != policy.FoldKey(key) {
				t.Errorf("key %q", key)
			}
			for _, one := range append(values.List, values.One) {
				if len(one) > len(v)+len(w)+2*maxShift {
					t.Errorf("%d bytes made of %q and %q", len(one), v, w)
				}
				if strings.TrimSuffix(kind, "List") == "numeric" && one != "" && !policy.IsNumber(one) {
					t.Errorf("%q is no number", one)
				}
			}
		}
	})
}
