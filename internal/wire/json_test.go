package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestJSONRoundTrip(t *testing.T) {
	for _, style := range []JSONStyle{{}, {WrapLists: true}, {Time: AppendJSONTime}} {
		raw := AppendJSON(nil, whole(), style)
		if !json.Valid(raw) {
			t.Fatalf("not JSON: %s", raw)
		}
		d, err := ParseJSON(raw, JSONLimits{})
		if err != nil {
			t.Fatal(err)
		}
		var got sample
		if vs := ReadJSON(d, &got); len(vs) > 0 {
			t.Errorf("%v\n%s", faults(vs), raw)
		}
		if d := cmp.Diff(whole(), &got); d != "" {
			t.Errorf("(-want +got)\n%s\n%s", d, raw)
		}
	}
}

func TestJSONForms(t *testing.T) {
	shape := &inner{Key: "k", Value: ptr("<\x00\xff\u2028\"\\\n>"), Deep: []leaf{{ptr("1")}, {}}}
	want := `{"Key":"k","value":"\u003c\u0000\ufffd\u2028\"\\\n\u003e","Deep":[{"X":"1"},{}]}`
	if got := string(AppendJSON(nil, shape, JSONStyle{})); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	want = `{"key":"k","value":"v","deep":{"member":[]}}`
	if got := string(AppendJSON(nil, &inner{Key: "k", Value: ptr("v"), Deep: []leaf{}}, JSONStyle{LowerCamel: true, WrapLists: true})); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := string(AppendJSON(nil, &needs{}, JSONStyle{})); got != `{"Needed":[]}` {
		t.Error(got)
	}
}

func TestJSONRedacts(t *testing.T) {
	style := JSONStyle{LowerCamel: true, Redact: true}
	s := whole()
	var doc map[string]any
	if err := json.Unmarshal(AppendJSON(nil, s, style), &doc); err != nil {
		t.Fatal(err)
	}
	if _, ok := doc["secret"]; ok || doc["name"] != s.Name || len(doc) != 17 {
		t.Errorf("%v", doc)
	}
	if got := string(AppendJSON(nil, &needs{}, style)); got != "{}" {
		t.Errorf("a record shows %s", got)
	}
}

// hushed holds secrets of every kind.
type hushed struct {
	Text  string
	Words []string
	Map   map[string]string
	Blob  []byte
}

func (v *hushed) Walk(w Walker) {
	r := &Rule{Sensitive: true}
	w.Text("Text", &v.Text, r)
	w.Texts("Words", &v.Words, &Rule{Each: r})
	w.TextMap("Map", &v.Map, &Rule{Each: r})
	w.Blob("Blob", &v.Blob, r)
}

func (v hushed) Format(f fmt.State, _ rune) { Print(f, &v) }

func TestPrintShowsNoSecret(t *testing.T) {
	v := hushed{"hush", []string{"hush"}, map[string]string{"k": "hush"}, []byte("hush")}
	want := `{"Text":"[secret]","Words":"[secret]","Map":"[secret]","Blob":"[secret]"}`
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		if got := fmt.Sprintf(verb, v); got != want {
			t.Errorf("%s prints %s", verb, got)
		}
		if got := fmt.Sprintf(verb, &v); got != want {
			t.Errorf("%s of the pointer prints %s", verb, got)
		}
	}
	if got, err := MaskedJSON(&v); string(got) != want || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if got := string(AppendJSON(nil, &v, JSONStyle{Redact: true})); got != "{}" {
		t.Error(got)
	}
}

func TestReadJSONViolations(t *testing.T) {
	const base = `"Name":"abc","Count":1,"Yes":true,"At":0,"Inner":{"Key":"k"},"Needed":[]`
	for member, want := range map[string][]string{
		``:                       nil,
		`,"Note":null`:           nil,
		`,"Words":null`:          nil,
		`,"Unknown":{"a":[1]}`:   nil,
		`,"Note":1`:              {"note type '1'"},
		`,"Note":["a"]`:          {"note type"},
		`,"Size":"1"`:            {"size type '1'"},
		`,"Size":1.5`:            {"size integer '1.5'"},
		`,"Size":1e3`:            {"size integer '1e3'"},
		`,"Maybe":"true"`:        {"maybe type 'true'"},
		`,"Until":"x"`:           {"until time 'x'"},
		`,"Until":1e300`:         {"until time '1e300'"},
		`,"Until":999999999999`:  {"until time '999999999999'"},
		`,"Until":true`:          {"until type 'true'"},
		`,"Words":"a"`:           {"words index"},
		`,"Words":{"a":1}`:       {"words index"},
		`,"Words":[1]`:           {"words.1.member type '1'"},
		`,"Words":[null]`:        {"words.1.member missing"},
		`,"Parts":[1]`:           {"parts.1.member.key missing"},
		`,"Parts":[{"Key":""}]`:  {"parts.1.member.key short ''", "parts.1.member.key pattern ''"},
		`,"Extra":[]`:            {"extra type"},
		`,"Extra":"x"`:           {"extra type"},
		`,"Extra":null`:          nil,
		`,"Labels":[]`:           {"labels index"},
		`,"Labels":{"a":1}`:      {"labels.1.member.value type '1'"},
		`,"Numbers":{"a":"1"}`:   {"numbers.1.member.value type '1'"},
		`,"Data":"!"`:            {"data base64 '!'"},
		`,"Secret":["hushhush"]`: {"secret type"},
	} {
		d, err := ParseJSON([]byte("{"+base+member+"}"), JSONLimits{})
		if err != nil {
			t.Fatalf("%s: %v", member, err)
		}
		var s sample
		if d := cmp.Diff(want, faults(ReadJSON(d, &s))); d != "" {
			t.Errorf("%s (-want +got)\n%s", member, d)
		}
	}
	for _, top := range []string{"[]", "1", "null", `"x"`} {
		d, err := ParseJSON([]byte(top), JSONLimits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := faults(ReadJSON(d, new(sample))); len(got) != 1 {
			t.Errorf("%s: %v", top, got)
		}
	}
}

func TestReadJSONTime(t *testing.T) {
	for text, want := range map[string]time.Time{
		"1700000000":             time.Unix(1700000000, 0),
		"1.7E9":                  time.Unix(1700000000, 0),
		"1.5":                    time.Unix(1, 5e8),
		`"2023-11-14T22:13:20Z"`: time.Unix(1700000000, 0),
	} {
		d, err := ParseJSON([]byte(`{"At":`+text+`}`), JSONLimits{})
		if err != nil {
			t.Fatal(err)
		}
		var s sample
		ReadJSON(d, &s)
		if !s.At.Equal(want) {
			t.Errorf("%s: %v", text, s.At)
		}
	}
}

func TestJSONEscapes(t *testing.T) {
	d, err := ParseJSON([]byte(`{"X":"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE42"}`), JSONLimits{})
	if err != nil {
		t.Fatal(err)
	}
	var l leaf
	ReadJSON(d, &l)
	if *l.X != "\"\\/\b\f\n\r\té🙂" {
		t.Errorf("%q", *l.X)
	}
	if got := fmt.Sprintf("%+v", d); got != "json of 2 values" {
		t.Error(got)
	}
}

// TestRawIsOneValue holds that bytes which are not one JSON value cannot break out of their member.
func TestRawIsOneValue(t *testing.T) {
	for doc, want := range map[string]string{
		`{"a": [1]}`:      `{"a": [1]}`,
		`1`:               `1`,
		`1},"Admin":true`: `"1},\"Admin\":true"`,
		``:                `""`,
	} {
		s := whole()
		s.Doc = []byte(doc)
		if got := string(AppendJSON(nil, s, JSONStyle{})); !strings.Contains(got, `"Doc":`+want+`,"Words"`) {
			t.Errorf("%s: %s", doc, got)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	for raw, want := range map[string]error{
		``: ErrSyntax, `{`: ErrSyntax, `[1,]`: ErrSyntax, `{"a":1,}`: ErrSyntax, `{"a"}`: ErrSyntax, `{a:1}`: ErrSyntax,
		`[1 2]`: ErrSyntax, `01`: ErrSyntax, `-`: ErrSyntax, `1.`: ErrSyntax, `1e`: ErrSyntax, `.5`: ErrSyntax, `+1`: ErrSyntax,
		`NaN`: ErrSyntax, `tru`: ErrSyntax, `"a`: ErrSyntax, `"\`: ErrSyntax, `"\x"`: ErrSyntax, `"\u12"`: ErrSyntax,
		`"\u12g4"`: ErrSyntax, `"\u+123"`: ErrSyntax, `"\ud800"`: ErrSyntax, `"\udc00"`: ErrSyntax, `"\ud800\u0041"`: ErrSyntax,
		"\"\n\"": ErrSyntax, "\"\xff\"": ErrEncoding, `1 1`: ErrSyntax, "\ufeff1": ErrSyntax, `[}`: ErrSyntax, `{]`: ErrSyntax,
		`{"a":1,"a":2}`: ErrDuplicateKey, `{"a":1,"\u0061":2}`: ErrDuplicateKey, "1\x00": ErrSyntax,
	} {
		_, err := ParseJSON([]byte(raw), JSONLimits{})
		var e *JSONError
		if !errors.Is(err, want) || !errors.As(err, &e) {
			t.Errorf("%q: %v, want %v", raw, err, want)
		}
	}
}

// TestAttack53_JSONDoS sends documents that cost a careless parser stack, memory or time. Each must be refused at its bound, after
// work in proportion to the bound and not to the document.
func TestAttack53_JSONDoS(t *testing.T) {
	limits := JSONLimits{Bytes: 1 << 22, Depth: 16, Nodes: 1000, Items: 200, Text: 1 << 10}
	many := func(open, each, end string, n int) string { return open + strings.Repeat(each+",", n) + each + end }
	var keys strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&keys, `"k%d":0,`, i)
	}
	for name, test := range map[string]struct {
		raw  string
		want error
	}{
		"arrays":       {strings.Repeat("[", 1<<21) + strings.Repeat("]", 1<<21), ErrTooDeep},
		"open arrays":  {strings.Repeat("[", 1<<22), ErrTooDeep},
		"objects":      {strings.Repeat(`{"a":`, 1<<18), ErrTooDeep},
		"elements":     {many("[", "0", "]", 1<<20), ErrTooMany},
		"empty lists":  {many("[", "[]", "]", 1<<20), ErrTooMany},
		"members":      {"{" + keys.String() + `"z":0}`, ErrTooMany},
		"nodes":        {many("[", many("[", "0", "]", 100), "]", 100), ErrTooMany},
		"long text":    {`"` + strings.Repeat("a", 1<<21) + `"`, ErrTooLarge},
		"long escapes": {`"` + strings.Repeat(`\u0041`, 1<<18) + `"`, ErrTooLarge},
		"long name":    {`{"` + strings.Repeat("a", 1<<21) + `":1}`, ErrTooLarge},
		"long number":  {strings.Repeat("9", 1<<21), ErrTooLarge},
		"whole":        {strings.Repeat(" ", 1<<22) + "1", ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			raw := []byte(test.raw)
			if _, err := ParseJSON(raw, limits); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if n := testing.AllocsPerRun(1, func() { _, _ = ParseJSON(raw, limits) }); n > 3000 {
				t.Errorf("%v allocations before the refusal", n)
			}
		})
	}
	for what, over := range map[string]string{
		"elements": many("[", "0", "]", limits.Items), "members": "{" + strings.Join(strings.SplitAfterN(keys.String(), ",", limits.Items+1)[:limits.Items], "") + `"z":0}`,
	} {
		if _, err := ParseJSON([]byte(over), limits); !errors.Is(err, ErrTooMany) {
			t.Errorf("%s, one over the bound: %v", what, err)
		}
	}
	exact := many("[", "0", "]", limits.Items-1)
	if _, err := ParseJSON([]byte(exact), limits); err != nil {
		t.Errorf("at the bound: %v", err)
	}
}
