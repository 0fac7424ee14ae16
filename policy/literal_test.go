package policy

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDecimalAgainstRationals(t *testing.T) {
	number := rapid.StringMatching(`[-+]?0{0,2}[0-9]{1,20}(\.[0-9]{0,5})?([eE][-+]?0?[0-9])?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, ok := parseDecimal(a)
		y, okay := parseDecimal(b)
		if !ok || !okay {
			t.Fatalf("%q %v, %q %v", a, ok, b, okay)
		}
		p, _ := new(big.Rat).SetString(a)
		q, _ := new(big.Rat).SetString(b)
		if got, want := sign(x.compare(y)), p.Cmp(q); got != want {
			t.Fatalf("%s ? %s: %d, want %d", a, b, got, want)
		}
	})
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestDecimalRefuses(t *testing.T) {
	for _, s := range []string{"", "-", "+", ".", "e1", ".e1", "1e", "1e+", "1e1.5", "1e1000000000", "+-1", "0x10", "1,000", " 1", "1 ", "--1", "١", "NaN", "Infinity"} {
		if d, ok := parseDecimal(s); ok {
			t.Errorf("%q read as %+v", s, d)
		}
	}
}

func TestDateAgainstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), int64(rapid.IntRange(0, 999999999).Draw(t, "nanos")))
		zone := time.FixedZone("", rapid.IntRange(-14*60, 14*60).Draw(t, "zone")*60)
		local := at.In(zone)
		if local.Year() < 0 || local.Year() > 9999 {
			return
		}
		text := local.Format("2006-01-02T15:04:05.999999999Z07:00")
		got, ok := parseDate(text)
		if want := (instant{at.Unix(), int32(at.Nanosecond())}); !ok || got != want {
			t.Fatalf("%s: %v %v, want %v", text, got, ok, want)
		}
	})
}

func TestDateForms(t *testing.T) {
	for s, want := range map[string]instant{
		"1970":                   {0, 0},
		"1970-02":                {31 * 86400, 0},
		"1970-01-02":             {86400, 0},
		"1970-01-01T01:00":       {3600, 0},
		"1970-01-01T01:00Z":      {3600, 0},
		"1970-01-01t00:00:01z":   {1, 0},
		"1970-01-01T00:00:01+01": {-3599, 0},
		"1970-01-01T00:00:00.25": {0, 250000000},
		"2000-02-29":             {951782400, 0},
		"0":                      {0, 0},
		"-1":                     {-1, 0},
		"-0.5":                   {-1, 500000000},
		"12345":                  {12345, 0},
		"+12345":                 {12345, 0},
	} {
		if got, ok := parseDate(s); !ok || got != want {
			t.Errorf("%s: %v %v, want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{
		"", "T", "01T", "2020-13", "2020-00-01", "2021-02-29", "2100-02-29", "2020-01-32", "2020-1-1", "2020-01-01T", "2020-01-01T24:00Z",
		"2020-01-01T00:60Z", "2020-01-01T00:00:60Z", "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00.1234567890Z", "2020-W01-1", "2020-001",
		"2020-01-01T00:00:00+24:00", "2020-01-01T00:00:00+1:00", "2020-01-01 00:00:00", "9999999999999999999", "--1", "1.", "+", "+-1", "-+1",
	} {
		if got, ok := parseDate(s); ok {
			t.Errorf("%q read as %v", s, got)
		}
	}
}

// What evaluation can read may also be written.
func TestDateFormIsLooser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{1,12}|[0-9]{4}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,3})?)?(Z|[+-][01][0-9](:[0-5][0-9])?)?)?)?)?`).Draw(t, "date")
		if _, ok := parseDate(s); ok && !dateForm(s) {
			t.Fatalf("%q can be read but not written", s)
		}
	})
	for _, s := range []string{"2020-W01-1", "tomorrow", "", "2020-01-01T25:00"} {
		if dateForm(s) {
			t.Errorf("%q may be written", s)
		}
	}
}

func TestKleene(t *testing.T) {
	if isTrue.not() != isFalse || isFalse.not() != isTrue || isUnknown.not() != isUnknown {
		t.Error("not")
	}
	for _, a := range []truth{isFalse, isUnknown, isTrue} {
		if a.and(isFalse) != isFalse || a.or(isTrue) != isTrue || a.and(isTrue) != a || a.or(isFalse) != a {
			t.Errorf("and, or with %d", a)
		}
		for _, b := range []truth{isFalse, isUnknown, isTrue} {
			if a.and(b).not() != a.not().or(b.not()) {
				t.Errorf("de Morgan for %d %d", a, b)
			}
		}
	}
}

// An open evaluation says unknown exactly where a key that may still come
// could change the answer; with the keys closed the answer is one of both.
func TestUnknownKeys(t *testing.T) {
	for _, c := range []struct {
		doc  string
		keys MapKeys
		want truth
	}{
		{`{"StringEquals":{"k:x":"a"}}`, nil, isUnknown},
		{`{"StringNotEquals":{"k:x":"a"}}`, nil, isUnknown},
		{`{"StringEqualsIfExists":{"k:x":"a"}}`, nil, isUnknown},
		{`{"ForAllValues:StringEquals":{"k:x":"a"}}`, nil, isUnknown},
		{`{"Null":{"k:x":"true"}}`, nil, isUnknown},
		{`{"ForAllValues:Null":{"k:x":"true"}}`, nil, isTrue},
		{`{"ForAnyValue:Null":{"k:x":"true"}}`, nil, isFalse},
		{`{"Null":{"k:x":[]}}`, nil, isFalse},
		{`{"StringEquals":{"k:x":"a","k:y":"b"}}`, MapKeys{"k:x": Single("z")}, isFalse},
		{`{"StringEquals":{"k:x":"a","k:y":"b"}}`, MapKeys{"k:x": Single("a")}, isUnknown},
		{`{"StringEquals":{"k:x":["a","${k:y}"]}}`, MapKeys{"k:x": Single("a")}, isTrue},
		{`{"StringEquals":{"k:x":["b","${k:y}"]}}`, MapKeys{"k:x": Single("a")}, isUnknown},
		{`{"StringNotEquals":{"k:x":["a","${k:y}"]}}`, MapKeys{"k:x": Single("a")}, isFalse},
		{`{"ArnLike":{"k:x":"arn:aws:s3:::${k:y}"}}`, MapKeys{"k:x": Single("arn:aws:s3:::b")}, isUnknown},
	} {
		d, err := Parse(AWS(), Managed, []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":`+c.doc+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		p := d.Compile()
		e := newEvaluator(&Layers{}, &Request{Action: "a:B", Resource: "*", Keys: c.keys})
		e.open = true
		if got, _ := e.matches(&p.allows[0], scopeAttached); got != c.want {
			t.Errorf("%s with %v: %d, want %d", c.doc, c.keys, got, c.want)
		}
		e.open = false
		if got, _ := e.matches(&p.allows[0], scopeAttached); got == isUnknown {
			t.Errorf("%s is unknown with all keys given", c.doc)
		}
	}
}

func TestFoldKey(t *testing.T) {
	for in, want := range map[string]string{
		"aws:PrincipalTag/Team": "aws:principaltag/team", "ÄÖ": "äö", "\u212a": "\u212a", "\u0130": "\u0130", "": "",
	} {
		if got := FoldKey(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if !sameFold("ÄbC", "äBc") || sameFold("a", "ab") || sameFold("\u017f", "s") || sameFold("\xff", "\xfe") {
		t.Error("sameFold")
	}
}
