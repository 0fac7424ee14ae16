package wire

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzForm compares the parser with the one of net/url, which is more lenient, and holds that reading and writing a shape agree.
func FuzzForm(f *testing.F) {
	f.Add(good)
	f.Add("Parts.member.1.Key=a&Parts.member.2.Key=b&Parts.member.2.Deep.member.3.X=%C3%A9")
	f.Add("Words=&Labels.entry.1.key=k&Labels.entry.1.value=v&Extra.Key=+")
	f.Add("a;b=%zz&a=1&a=2&=&&Words.member.01=x&Words.member=")
	f.Add(string(AppendForm(nil, whole(), MemberList)))
	f.Fuzz(func(t *testing.T, raw string) {
		form, err := ParseForm([]byte(raw), FormLimits{})
		if err != nil {
			return
		}
		if !strings.Contains(raw, ";") {
			theirs, err := url.ParseQuery(raw)
			if err != nil {
				t.Fatalf("net/url refuses %q: %v", raw, err)
			}
			for k, v := range form.All {
				if len(theirs[k]) != 1 || theirs.Get(k) != v {
					t.Fatalf("%q: ours %q, theirs %q", k, v, theirs[k])
				}
			}
			if len(theirs) != form.Len() {
				t.Fatalf("ours has %d keys, theirs %d", form.Len(), len(theirs))
			}
		}
		for _, style := range []ListStyle{MemberList, FlatList, ZeroList} {
			var first sample
			faultsBefore := ReadForm(form, &first, style)
			if len(faultsBefore) > 0 {
				continue
			}
			again, err := ParseForm(AppendForm(nil, &first, style), FormLimits{Bytes: 8 << 20})
			if err != nil {
				t.Fatal(err)
			}
			var second sample
			ReadForm(again, &second, style)
			if first.At.Nanosecond() == 0 && !hollow(&first) {
				if d := cmp.Diff(first.Parts, second.Parts); d != "" {
					t.Fatal(d)
				}
				if d := cmp.Diff(first.Words, second.Words); d != "" {
					t.Fatal(d)
				}
			}
		}
	})
}

// hollow reports whether a list has an element without members, which a form cannot carry.
func hollow(s *sample) bool {
	for _, p := range s.Parts {
		for _, d := range p.Deep {
			if d.X == nil {
				return true
			}
		}
	}
	return false
}

// FuzzXML holds that any text comes back from the answer as it was, with the forbidden characters replaced, and that no text
// breaks the document.
func FuzzXML(f *testing.F) {
	f.Add("plain", "a<b>&c;]]>")
	f.Add("\r\n\t", "\x00\x1f\ufffe\xff\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, a, b string) {
		in := &inner{Key: a, Value: &b, Deep: []leaf{{&a}, {}}}
		raw := AppendXMLResponse(nil, "Get", "n", b, in)
		d := xml.NewDecoder(strings.NewReader(string(raw)))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v\n%s", err, raw)
			}
		}
		var out inner
		id, err := ReadXMLResponse(raw, "Get", &out, XMLLimits{})
		if err != nil {
			t.Fatal(err)
		}
		a, b = carried(a), carried(b)
		want := &inner{Key: a, Value: &b, Deep: []leaf{{&a}, {}}}
		if d := cmp.Diff(want, &out); d != "" || id != b {
			t.Fatalf("%s\n%s", d, raw)
		}
	})
}

// carried says by another road than the writer what is left of a text in XML.
func carried(s string) string {
	var b strings.Builder
	for _, r := range s { // a byte that is not UTF-8 arrives as U+FFFD
		if r < ' ' && !strings.ContainsRune("\t\n\r", r) || r == 0xFFFE || r == 0xFFFF {
			r = 0xFFFD
		}
		b.WriteRune(r)
	}
	return b.String()
}

// FuzzReadXML holds that no document makes the reader of answers panic.
func FuzzReadXML(f *testing.F) {
	f.Add(string(AppendXMLResponse(nil, "Get", "n", "1", whole())))
	f.Add("<GetResponse><GetResult><Parts><member/></Parts><Labels><entry/></Labels></GetResult></GetResponse>")
	f.Fuzz(func(t *testing.T, raw string) {
		var s sample
		_, _ = ReadXMLResponse([]byte(raw), "Get", &s, XMLLimits{})
		_, _, _ = ReadXMLError([]byte(raw), XMLLimits{})
	})
}

// FuzzJSON compares the parser with encoding/json, which is more lenient, and reads every accepted document into a shape.
func FuzzJSON(f *testing.F) {
	f.Add(string(AppendJSON(nil, whole(), JSONStyle{})))
	f.Add(`{"Name":"\ud83d\ude42\u0000","Count":-0.5e+3,"Words":[null,[],{}],"Labels":{"":1},"Doc":[1,{"a":null}]}`)
	f.Add(`{"Parts":{"member":[{"Key":1}]},"a":1,"a":2}`)
	f.Fuzz(func(t *testing.T, raw string) {
		d, err := ParseJSON([]byte(raw), JSONLimits{})
		if err != nil {
			return
		}
		if !json.Valid([]byte(raw)) {
			t.Fatalf("encoding/json refuses %q", raw)
		}
		for i := range d.nodes {
			if n := &d.nodes[i]; n.kind == aString {
				var theirs string
				if err := json.Unmarshal([]byte(raw)[n.start:n.end], &theirs); err != nil || theirs != n.text {
					t.Fatalf("ours %q, theirs %q, %v", n.text, theirs, err)
				}
			}
		}
		var s sample
		ReadJSON(d, &s)
		if out := AppendJSON(nil, &s, JSONStyle{}); !json.Valid(out) {
			t.Fatalf("wrote %s", out)
		}
	})
}

// FuzzPattern holds that the table for one repeated class agrees with the regular expression it stands for.
func FuzzPattern(f *testing.F) {
	for _, class := range []string{`[\w+=,.@-]*`, `[\u0009\u000A\u000D\u0020-\u00FF]+`, `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, `[^a-c]+`} {
		f.Add(class, "aÿЖ🙂 \x00")
		f.Add(class, "")
	}
	f.Fuzz(func(t *testing.T, class, text string) {
		p := &Pattern{Source: class}
		if p.Err() != nil {
			return
		}
		slow := &Pattern{Source: "(" + class + ")|(" + class + ")x{999}"}
		if slow.Err() != nil || strings.Contains(class, "(?") || strings.ToValidUTF8(text, "") != text {
			return
		}
		if fast, want := p.Match(text), slow.Match(text); fast != want {
			t.Fatalf("%s on %q: %v, want %v", class, text, fast, want)
		}
	})
}
