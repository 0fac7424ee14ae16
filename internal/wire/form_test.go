package wire

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseForm(t *testing.T) {
	f, err := ParseForm([]byte("b=2&&a=1;c=3&d=%41%c3%a9+x&e&g=a=b&f="), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for k, v := range f.All {
		got = append(got, k+" is "+v)
	}
	want := []string{"a is 1;c=3", "b is 2", "d is Aé x", "e is ", "f is ", "g is a=b"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if v, ok := f.Get("d"); v != "Aé x" || !ok {
		t.Errorf("Get(d) = %q, %v", v, ok)
	}
	if _, ok := f.Get("c"); ok {
		t.Error("Get(c) found what is not there")
	}
	if f.Len() != 6 {
		t.Errorf("Len() = %d", f.Len())
	}
}

func TestParseFormRefuses(t *testing.T) {
	small := FormLimits{Bytes: 60, Pairs: 3, Key: 40}
	for raw, want := range map[string]FormError{
		"a=1&b=2&a=3":                  {ErrDuplicateKey, "a"},
		"Policy=x&%50olicy=y":          {ErrDuplicateKey, "Policy"},
		"a=%4":                         {ErrEscape, "a"},
		"a=%zz":                        {ErrEscape, "a"},
		"%=1":                          {ErrEscape, ""},
		"a=%":                          {ErrEscape, "a"},
		"a=%ff":                        {ErrEncoding, "a"},
		"a%c3=1":                       {ErrSyntax, "a\xc3"},
		"=1":                           {ErrSyntax, ""},
		"a=1&b=2&c=3&d=4":              {ErrTooMany, ""},
		strings.Repeat("k", 41):        {ErrTooLarge, strings.Repeat("k", 32)},
		strings.Repeat("a&", 30) + "b": {ErrTooLarge, ""},
	} {
		_, err := ParseForm([]byte(raw), small)
		var got *FormError
		if !errors.As(err, &got) || got.Err != want.Err || got.Key != want.Key {
			t.Errorf("%q: %v, want %v", raw, err, &want)
		}
	}
}

func TestErrorsNameTheirPlace(t *testing.T) {
	_, err := ParseForm([]byte("a=1&a=2"), FormLimits{})
	if got := fmt.Sprint(err); got != `wire: parameter is given twice: "a"` {
		t.Error(got)
	}
	_, err = ParseForm([]byte("%"), FormLimits{})
	if got := fmt.Sprint(err); got != "wire: bad percent-escape" {
		t.Error(got)
	}
	_, err = ParseJSON([]byte(`{"a":x}`), JSONLimits{})
	if got := fmt.Sprint(err); got != "wire: input is malformed at byte 5" {
		t.Error(got)
	}
}

func TestJoin(t *testing.T) {
	a, err := ParseForm([]byte("b=1&d=2"), FormLimits{Pairs: 3})
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseForm([]byte("a=3"), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	both, err := a.Join(b)
	if err != nil || both.Len() != 3 {
		t.Fatal(err)
	}
	if v, ok := both.Get("a"); v != "3" || !ok {
		t.Error("a pair of the other form is lost")
	}
	if _, err := both.Join(&Form{pairs: []pair{{"z", ""}}}); !errors.Is(err, ErrTooMany) {
		t.Error(err)
	}
}

func TestAppendFormPair(t *testing.T) {
	if got := string(AppendFormPair(AppendFormPair(nil, "a b", "é&"), "c", "")); got != "a%20b=%C3%A9%26&c=" {
		t.Error(got)
	}
}

// TestAttack10_FormKeySmuggling sends what two parsers could read as two different requests.
func TestAttack10_FormKeySmuggling(t *testing.T) {
	query, err := ParseForm([]byte("Action=GetCallerIdentity"), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	body, err := ParseForm([]byte("Action=AssumeRole&Version=1"), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := body.Join(query); !errors.Is(err, ErrDuplicateKey) {
		t.Errorf("Action in query and body: %v", err)
	}
	if _, err := ParseForm([]byte("Policy=a&x=1&Policy=b"), FormLimits{}); !errors.Is(err, ErrDuplicateKey) {
		t.Errorf("Policy twice: %v", err)
	}
	if _, err := ParseForm(make([]byte, 10<<20), FormLimits{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("10 MiB body: %v", err)
	}
	for _, raw := range []string{
		"Parts.member.1.Key=a&Parts.member.01.Key=b",
		"Parts.member.1.Key=a&Parts.member.+1.Key=b",
		"Parts.member.1.Key=a&Parts.member.%201.Key=b",
		"Parts.member.0.Key=a",
		"Parts.member.-1.Key=a",
		"Parts.member.1e0.Key=a",
		"Parts.member.99999999999999999999.Key=a",
		"Parts.member.4294967297.Key=a",
		"Parts.member.%D9%A1.Key=a", // a digit of another script
		"Parts.member.1.=a",
		"Parts.member=a",
		"Parts.member.=a",
		"Parts.1.Key=a",
		"Parts.Member.1.Key=a",
		"Parts.=a",
		"Parts=a",
		"Parts=&Parts.member.1.Key=a",
	} {
		f, err := ParseForm([]byte("Name=abc&Count=1&Yes=true&At=2020-01-01T00:00:00Z&Inner.Key=k&Needed=&"+raw), FormLimits{})
		if err != nil {
			t.Fatal(err)
		}
		var s sample
		got := faults(ReadForm(f, &s, MemberList))
		if d := cmp.Diff([]string{"parts index"}, got); d != "" {
			t.Errorf("%s: %s", raw, d)
		}
		if s.Parts != nil {
			t.Errorf("%s: read as %v", raw, s.Parts)
		}
	}
}

func TestFormListBound(t *testing.T) {
	var b strings.Builder
	b.WriteString("x=1")
	for i := 1; i <= 11; i++ {
		fmt.Fprintf(&b, "&Words.member.%d=w", i)
	}
	f, err := ParseForm([]byte(b.String()), FormLimits{Items: 10})
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	got := faults(ReadForm(f, &s, MemberList))
	if d := cmp.Diff([]string{"words items"}, only(got, "words")); d != "" {
		t.Error(d)
	}
}

func only(lines []string, prefix string) []string {
	var out []string
	for _, l := range lines {
		if strings.HasPrefix(l, prefix) {
			out = append(out, l)
		}
	}
	return out
}

func TestFormRoundTrip(t *testing.T) {
	for _, style := range []ListStyle{MemberList, FlatList, ZeroList} {
		raw := AppendForm(nil, whole(), style)
		f, err := ParseForm(raw, FormLimits{})
		if err != nil {
			t.Fatal(err)
		}
		var got sample
		vs := ReadForm(f, &got, style)
		if len(vs) > 0 {
			t.Errorf("style %d: %v\n%s", style, faults(vs), raw)
		}
		want := whole()
		want.Extra.Deep = want.Extra.Deep[:1] // an element without members leaves no trace in a form
		if d := cmp.Diff(want, &got); d != "" {
			t.Errorf("style %d (-want +got):\n%s", style, d)
		}
	}
}

func TestFormListsKeepOrder(t *testing.T) {
	f, err := ParseForm([]byte("Words.member.10=c&Words.member.2=b&Words.member.1=a"), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	ReadForm(f, &s, MemberList)
	if d := cmp.Diff([]string{"a", "b", "c"}, s.Words); d != "" {
		t.Error(d)
	}
}

func TestFormStyles(t *testing.T) {
	for style, want := range map[ListStyle]string{
		MemberList: "Key=k&Deep.member.1.X=v", FlatList: "Key=k&Deep.1.X=v", ZeroList: "Key=k&Deep.0.X=v",
	} {
		got := string(AppendForm(nil, &inner{Key: "k", Deep: []leaf{{ptr("v")}}}, style))
		if got != want {
			t.Errorf("style %d: %s", style, got)
		}
	}
	if got := string(AppendForm([]byte("A=1"), &inner{Key: "k +/é", Deep: []leaf{}}, MemberList)); got != "A=1&Key=k%20%2B%2F%C3%A9&Deep=" {
		t.Error(got)
	}
}

func TestFormIsNotPrinted(t *testing.T) {
	f, err := ParseForm([]byte("Password=hush"), FormLimits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, f); got != "form of 1 parameters" || strings.Contains(got, "hush") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}
