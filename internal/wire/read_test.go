package wire

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const good = "Name=abc&Count=1&Yes=true&At=2020-01-01T00:00:00Z&Inner.Key=k&Needed="

func TestViolations(t *testing.T) {
	for _, test := range []struct {
		change string // parameters that replace those of good
		want   []string
	}{
		{"", nil},
		{"Name=a", []string{"name short 'a'"}},
		{"Name=", []string{"name short ''"}},
		{"Name=123456789", []string{"name long '123456789'"}},
		{"Name=" + strings.Repeat("%C3%A9", 8), nil}, // eight characters, sixteen bytes
		{"Name=%C3%A9", []string{"name short 'é'"}},
		{"Note=c", []string{"note enum 'c'"}},
		{"Count=901", []string{"count large '901'"}},
		{"Count=-1", []string{"count small '-1'"}},
		{"Count=", []string{"count integer ''"}},
		{"Count=%2B1", []string{"count integer '+1'"}},
		{"Count=1.0", []string{"count integer '1.0'"}},
		{"Count=0x1", []string{"count integer '0x1'"}},
		{"Count=9223372036854775808", []string{"count integer '9223372036854775808'"}},
		{"Yes=True", []string{"yes boolean 'True'"}},
		{"Yes=", []string{"yes boolean ''"}},
		{"At=yesterday", []string{"at time 'yesterday'"}},
		{"At=2020-01-01T00:00:00.5%2B02:00", nil},
		{"Data=!", []string{"data base64 '!'"}},
		{"Data=" + strings.Repeat("AAAA", 6), []string{"data long"}},
		{"Words.member.1=ok&Words.member.2=no t", []string{"words.2.member pattern 'no t'"}},
		{"Words.member.1=a&Words.member.2=b&Words.member.3=c&Words.member.4=d", []string{"words long '[a, b, c, d]'"}},
		{"Secret=x", []string{"secret short"}},
		{"Parts.member.1.value=v", []string{"parts.1.member.key missing"}},
		{"Parts.member.7.Key=toolong", []string{"parts.1.member.key long 'toolong'"}},
		{"Parts.member.1.Key=a b&Parts.member.1.Key.x=1", []string{"parts.1.member.key pattern 'a b'"}},
		{"Extra.value=v", []string{"extra.key missing"}},
		{"Extra=", []string{"extra.key missing"}},
		{"Extra=x", []string{"extra type"}},
		{"Extra=x&Extra.Key=k", []string{"extra type"}},
		{"Labels.entry.1.key=k&Labels.entry.1.value=12345", []string{"labels.1.member.value long '12345'"}},
		{"Labels.entry.1.key=k", []string{"labels.1.member.value missing"}},
		{"Numbers.entry.1.key=k&Numbers.entry.1.value=x", []string{"numbers.1.member.value integer 'x'"}},
	} {
		t.Run(test.change, func(t *testing.T) {
			var s sample
			got := faults(ReadForm(formOf(t, test.change), &s, MemberList))
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func formOf(t *testing.T, change string) *Form {
	t.Helper()
	raw := change
	for _, p := range strings.Split(good, "&") {
		name, _, _ := strings.Cut(p, "=")
		if !strings.HasPrefix("&"+change, "&"+name+"=") {
			raw += "&" + p
		}
	}
	f, err := ParseForm([]byte(raw), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMissing(t *testing.T) {
	f, err := ParseForm(nil, FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	got := faults(ReadForm(f, &s, MemberList))
	want := []string{"name missing", "count missing", "yes missing", "at missing", "inner missing", "needed missing"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestViolationsAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "&Parts.member.%d.Key=toolong", i+1)
	}
	f, err := ParseForm([]byte(b.String()), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	if n := len(ReadForm(f, &s, MemberList)); n != maxViolations {
		t.Errorf("%d violations", n)
	}
}

func TestSensitiveValueStaysOutOfViolations(t *testing.T) {
	var s sample
	for _, v := range ReadForm(formOf(t, "Secret=hushhush"), &s, MemberList) {
		if strings.Contains(fmt.Sprintf("%+v", v.Value), "hush") || v.HasValue {
			t.Errorf("%+v", v)
		}
		if v.Rule == nil || !v.Rule.Sensitive || v.Rule.Size.Max != 6 {
			t.Error("the rule is not there for the message")
		}
	}
}

func TestCheck(t *testing.T) {
	if got := faults(Check(whole())); got != nil {
		t.Error(got)
	}
	s := whole()
	s.Name, s.Needed, s.Count, s.Note = "x", nil, -1, ptr("z")
	s.Parts[1].Key, s.Words, s.Labels["k"] = "", []string{"a b"}, "12345"
	want := []string{
		"name short 'x'", "note enum 'z'", "count small '-1'", "words.1.member pattern 'a b'", "labels.k long '12345'",
		"parts.2.member.key short ''", "parts.2.member.key pattern ''", "needed missing",
	}
	if d := cmp.Diff(want, faults(Check(s))); d != "" {
		t.Error(d)
	}
}

func TestPath(t *testing.T) {
	p := Path{{Name: "Tags"}, {Index: 2}, {Name: "SAMLAssertion"}}
	if got := p.String(); got != "tags.2.member.sAMLAssertion" {
		t.Error(got)
	}
	for in, want := range map[string]string{"UserName": "userName", "arn": "arn", "": "", "_X": "_X"} {
		if got := string(appendLowerCamel(nil, in)); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}

func TestPattern(t *testing.T) {
	for _, test := range []struct {
		source, text string
		want         bool
	}{
		{`[\w+=,.@-]*`, "", true},
		{`[\w+=,.@-]*`, "a_B9+=,.@-", true},
		{`[\w+=,.@-]*`, "a b", false},
		{`[\w+=,.@-]*`, "a\n", false},
		{`[\w+=,.@-]*`, "é", false},
		{`[\w+=,.@-]+`, "", false},
		{`[\u0009\u000A\u000D\u0020-\u00FF]+`, "a\tÿ", true},
		{`[\u0009\u000A\u000D\u0020-\u00FF]+`, "a\x00", false},
		{`[\u0009\u000A\u000D\u0020-\u00FF]+`, "Ā", false},
		{`[\u0009\u000A\u000D\u0020-\u00FF]+`, "ÿa\x01", false},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "Ж 字:/-9", true},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "Ж{", false},
		{`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, "🙂", false},
		{`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, "/", true},
		{`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, "/a/", true},
		{`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, "/a", false},
		{`(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`, "x/", false},
		{`\d{12}`, "123456789012", true},
		{`\d{12}`, "1234567890123", false},
		{`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`, "v1.a\n", false},
		{`[\w]`, "ab", false},
		{`[^a]*`, "bcЖ", true},
		{`[^a]*`, "Жa", false},
	} {
		p := &Pattern{Source: test.source}
		if got := p.Match(test.text); got != test.want {
			t.Errorf("%s on %q: %v", test.source, test.text, got)
		}
	}
	if (&Pattern{Source: `a(?!b)`}).Err() == nil {
		t.Error("a lookahead compiled")
	}
	if (&Pattern{Source: `a(?!b)`}).Match("a") {
		t.Error("a pattern that does not compile matched")
	}
	if p := (&Pattern{Source: `a(?!b)`, Go: `a`}); !p.Match("a") || p.Err() != nil {
		t.Error("the replacement is not used")
	}
}
