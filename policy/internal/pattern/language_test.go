package pattern

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

const plenty = 1 << 20

func globs(list ...string) []*Language {
	var ls []*Language
	for _, s := range list {
		ls = append(ls, Glob(Parse(s), Exact))
	}
	return ls
}

func TestRelationsOfTheCorpus(t *testing.T) {
	file, err := os.Open("testdata/pattern_relations.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		var c struct {
			P, Q       string
			Intersects bool
			PInQ       bool `json:"p_subset_q"`
			QInP       bool `json:"q_subset_p"`
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		ls := globs(c.P, c.Q)
		meets, text, ok := Meets(ls[0], ls[1], &Budget{plenty})
		if meets != c.Intersects || !ok || meets && !(ls[0].Match(text) && ls[1].Match(text)) {
			t.Errorf("%q meets %q: %v with %q, want %v", c.P, c.Q, meets, text, c.Intersects)
		}
		within := func(p, q int, want bool) {
			is, text, ok := Within(ls[p], ls[q:q+1], &Budget{plenty})
			if is != want || !ok || !is && (!ls[p].Match(text) || ls[q].Match(text)) {
				t.Errorf("%q and %q: %d within %d is %v because of %q, want %v", c.P, c.Q, p, q, is, text, want)
			}
		}
		within(0, 1, c.PInQ)
		within(1, 0, c.QInP)
	}
	if n != 600 {
		t.Errorf("%d pairs", n)
	}
}

// texts lists every text of up to n letters of an alphabet.
func texts(alphabet string, n int) []string {
	list, last := []string{""}, []string{""}
	for range n {
		var next []string
		for _, s := range last {
			for _, r := range alphabet {
				next = append(next, s+string(r))
			}
		}
		list, last = append(list, next...), next
	}
	return list
}

// The classes of a few short patterns are those that all short texts show. x
// stands for the letters that no pattern mentions.
func TestClassesAgainstAllTexts(t *testing.T) {
	all := texts("abx", 6)
	rapid.Check(t, func(t *rapid.T) {
		wilds := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("aab**?")), 0, 3, -1), 1, 3).Draw(t, "patterns")
		ls := globs(wilds...)
		classes, ok := Classes(nil, ls, 100, &Budget{plenty})
		if !ok {
			t.Fatal("bound reached")
		}
		got := map[string]bool{}
		for _, c := range classes {
			got[boolKey(c.In)] = true
			for i := range ls {
				if ls[i].Match(c.Text) != c.In[i] {
					t.Fatalf("%q is not in the class it stands for", c.Text)
				}
			}
		}
		for _, s := range all {
			in := make([]bool, len(ls))
			for i := range ls {
				in[i] = ls[i].Match(s)
			}
			if !got[boolKey(in)] {
				t.Fatalf("no class for %q", s)
			}
		}
	})
}

func TestUnionCoversWhatNoSinglePatternDoes(t *testing.T) {
	for _, c := range []struct {
		p    string
		qs   []string
		want bool
	}{
		{"a*", []string{"a", "a?*"}, true},
		{"a*", []string{"a?*"}, false},
		{"*", []string{"", "?", "??*"}, true},
		{"s3:*", []string{"s3:Get*", "s3:Put*"}, false},
	} {
		if is, counter, ok := Within(globs(c.p)[0], globs(c.qs...), &Budget{plenty}); is != c.want || !ok {
			t.Errorf("%q within %q: %v (%q)", c.p, c.qs, is, counter)
		}
		if is, _, _ := Within(globs(c.p)[0], []*Language{Union(globs(c.qs...)...)}, &Budget{plenty}); is != c.want {
			t.Errorf("%q within the union of %q: %v", c.p, c.qs, is)
		}
	}
}

// Variables are symbols: what holds of them holds of every value.
func TestVariablesAsSymbols(t *testing.T) {
	template := func(s string) *Language {
		pieces, bad := Template(s, true)
		if bad != "" {
			t.Fatal(bad)
		}
		return Glob(pieces, Exact)
	}
	for _, c := range []struct {
		p, q string
		want bool
	}{
		{"home/${u}/pub/*", "home/${u}/*", true},
		{"home/${u}/*", "home/*", true},
		{"home/${u}", "home/${v}", false},
		{"home/*", "home/${u}", false},
		{"home/${u}", "home/?", false},
		{"home/${u, 'x'}/a", "home/${u}/*", true},
	} {
		if is, counter, _ := Within(template(c.p), []*Language{template(c.q)}, &Budget{plenty}); is != c.want {
			t.Errorf("%q within %q: %v (%q)", c.p, c.q, is, counter)
		}
	}
	bound := Bind([]Piece{{Kind: Var, Text: "u"}, {Kind: Star}}, func(Piece) Piece { return Piece{Kind: Text, Text: "*"} })
	if l := Glob(bound, Exact); !l.Match("*b") || l.Match("ab") {
		t.Error("the star of a value is a wildcard")
	}
}

func TestFolds(t *testing.T) {
	action := Glob(Parse("S3:Get*"), ASCII)
	if !action.Match("s3:gETx") || action.Match("ſ3:Get") {
		t.Error("actions fold the letters of ASCII and no others")
	}
	kelvin := Glob([]Piece{{Kind: Text, Text: "Kß"}}, Letters)
	for _, s := range []string{"kß", "Kẞ", "\u212aß"} {
		if !kelvin.Match(s) {
			t.Errorf("%q", s)
		}
	}
	// The automaton looks for equal letters in the orbits of simple folding; that is where all of them are.
	for r := rune(0); r <= 0xffff; r++ {
		l := FoldLetter(r)
		for q := unicode.SimpleFold(r); l != r; q = unicode.SimpleFold(q) {
			if q == r {
				t.Fatalf("%U folds to %U outside its orbit", r, l)
			}
			if q == l {
				break
			}
		}
	}
}

func TestARNValues(t *testing.T) {
	every := ARNValue(Parse("*"))
	one := ARNValue(Parse("arn:aws:sns:*:1?1:t*c"))
	for text, want := range map[string][2]bool{
		"arn:aws:sns:eu:111:tic":    {true, true},
		"arn:aws:sns:eu:111:t:c":    {true, true},
		"arn:aws:sns:eu:x:111:tic":  {true, false},
		"arn:aws:sns:eu:1:1:tic":    {true, false},
		"arn:aws:sns":               {false, false},
		"urn:aws:sns:eu:111:tic":    {false, false},
		"arn:aws:sns:eu:111:\xfftc": {true, false},
	} {
		if got := [2]bool{every.Match(text), one.Match(text)}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if ARNValue(Parse("arn:aws:s3")) != nil {
		t.Error("a language of a value that is no ARN")
	}
}

func TestFindKeepsOutWhatItShall(t *testing.T) {
	ls := globs("s3:*", "s3:Get*", "s3:Put*")
	text, found, ok := Find(ls[:1], ls[1:], &Budget{plenty})
	if !found || !ok || text != "s3:" {
		t.Errorf("%q %v %v", text, found, ok)
	}
	if _, found, ok := Find(ls[1:2], ls[:1], &Budget{plenty}); found || !ok {
		t.Error("found what there is not")
	}
}

// Where a bound is reached the answer is "not known", never a wrong one, and
// no more is looked at than was granted.
func TestBounds(t *testing.T) {
	var hard []string
	for r := 'a'; r <= 'p'; r++ {
		hard = append(hard, "*"+strings.Repeat("a*", 5)+string(r)+strings.Repeat("?", int(r-'a'))+"*b*")
	}
	ls := globs(hard...)
	b := &Budget{10_000}
	if _, ok := Classes(nil, ls, 1<<20, b); ok || b.Steps > 0 {
		t.Errorf("all classes with %d steps left", b.Steps)
	}
	if _, found, ok := Find(ls, nil, &Budget{100}); found || ok {
		t.Error("an answer after a hundred steps")
	}
	if is, _, ok := Within(ls[0], ls[1:], &Budget{100}); is || ok {
		t.Error("within, after a hundred steps")
	}
	if classes, ok := Classes(nil, globs("a*", "*a", "*b*"), 3, &Budget{plenty}); ok || len(classes) != 3 {
		t.Errorf("%d classes", len(classes))
	}
}

// The other letter is one that no pattern mentions.
func TestOtherLetter(t *testing.T) {
	text, found, _ := Find(globs("?"), globs("xyzqwvkjXYZ0123456789"), &Budget{plenty})
	if !found || strings.Contains("xyzqwvkjXYZ0123456789", text) {
		t.Errorf("%q", text)
	}
}

func FuzzRelations(f *testing.F) {
	f.Add("a*b", "*", "ab")
	f.Add("arn:aws:s3:::b*", "${u}?", "arn:aws:s3:::bé")
	f.Fuzz(func(t *testing.T, p, q, text string) {
		ls := []*Language{Glob(Parse(p), Exact), Resource(q, Form{Prefix: "arn:", Fields: 6, Cross: true}, false, nil)}
		b := &Budget{100_000}
		if is, _, ok := Within(ls[0], ls[1:], b); ok && is && ls[0].Match(text) && !ls[1].Match(text) {
			t.Errorf("%q is in %q and not in %q, which holds it", text, p, q)
		}
		if meets, _, ok := Meets(ls[0], ls[1], b); ok && !meets && ls[0].Match(text) && ls[1].Match(text) {
			t.Errorf("%q is in %q and %q, which do not meet", text, p, q)
		}
	})
}

func TestNames(t *testing.T) {
	names := Names(Form{Prefix: "acs:", Fields: 5})
	for text, want := range map[string]bool{"acs:oss:::b": true, "acs:oss:::b:c": true, "acs:oss::b": false, "arn:oss:::b": false} {
		if names.Match(text) != want {
			t.Errorf("%q is a name: %v", text, !want)
		}
	}
	silent := Resource("acs:oss:::b", Form{Prefix: "acs:", Fields: 5, Silent: []int{2, 3}}, false, nil)
	if !silent.Match("acs:oss:hangzhou:1:b") || silent.Match("acs:oss:a:b:c:b") {
		t.Error("fields that say nothing mean everything in them")
	}
}

func TestFieldsOf(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"arn:${a:b}:c", "arn|${a:b}|c"},
		{"arn:${a, ':}'}:c", "arn|${a, ':}'}|c"},
		{"arn:${a:b", "arn|${a|b"},
		{"arn:${'a:${b:c}:d", "arn|${'a|${b|c}|d"}, // it is looked for an end once, or many beginnings would cost their square
	} {
		if got := strings.Join(FieldsOf(c.text, 6, true), "|"); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}
