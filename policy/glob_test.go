package policy

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy/internal/pattern"
)

func globMatch(wild, text string) bool {
	g := newGlob(pattern.Parse(wild), false)
	var m matcher
	return m.match(&g, text)
}

// naive is the textbook table: exact, slow, obviously right.
func naive(wild, text string) bool {
	p, s := []rune(wild), []rune(text)
	row := make([]bool, len(s)+1)
	row[0] = true
	for _, c := range p {
		next := make([]bool, len(s)+1)
		if c == '*' {
			seen := false
			for j := range next {
				seen = seen || row[j]
				next[j] = seen
			}
		} else {
			for j := 1; j <= len(s); j++ {
				next[j] = row[j-1] && (c == '?' || c == s[j-1])
			}
		}
		row = next
	}
	return row[len(s)]
}

func TestGlobAgainstTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wild := rapid.StringOfN(rapid.SampledFrom([]rune("aab**??ü")), 0, 14, -1).Draw(t, "wild")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aaabü")), 0, 14, -1).Draw(t, "text")
		if got, want := globMatch(wild, text), naive(wild, text); got != want {
			t.Fatalf("%q against %q: %v, want %v", wild, text, got, want)
		}
	})
}

func TestGlobFoldAgainstTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wild := rapid.StringOfN(rapid.SampledFrom([]rune("aAbB*?")), 0, 12, -1).Draw(t, "wild")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aAbB")), 0, 12, -1).Draw(t, "text")
		g := newGlob(pattern.Parse(wild), true)
		var m matcher
		if got, want := m.match(&g, text), naive(strings.ToLower(wild), strings.ToLower(text)); got != want {
			t.Fatalf("%q against %q: %v, want %v", wild, text, got, want)
		}
	})
}

// A variable's value is text: the wild with the value written out, its
// wildcards taken literally, matches the same.
func TestGlobVariables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wild := rapid.StringOfN(rapid.SampledFrom([]rune("ab*?V")), 0, 10, -1).Draw(t, "wild")
		value := rapid.StringOfN(rapid.SampledFrom([]rune("ab*")), 0, 3, -1).Draw(t, "value")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aab*")), 0, 12, -1).Draw(t, "text")
		pieces, bad := pattern.Template(strings.ReplaceAll(wild, "V", "${v}"), true)
		if bad != "" {
			t.Fatal(bad)
		}
		g := newGlob(pieces, false)
		var b bindings
		b.reset(len(g.vars()))
		for i := range g.vars() {
			b.set(i, value)
		}
		m := matcher{vals: &b}
		// x stands for a star that is text, in the wild as in the text.
		plain := strings.ReplaceAll(wild, "V", strings.ReplaceAll(value, "*", "x"))
		if got, want := m.match(&g, text), naive(plain, strings.ReplaceAll(text, "*", "x")); got != want {
			t.Fatalf("%q with %q against %q: %v, want %v", wild, value, text, got, want)
		}
	})
}

// Matching costs a number of steps that grows with the text, not with the
// number of ways in which stars could share it.
func TestAttack28_WildcardReDoSSteps(t *testing.T) {
	text := strings.Repeat("a", 4000)
	for name, wild := range map[string]string{
		"many stars":             strings.Repeat("*a", 3000) + "b",
		"stars only":             strings.Repeat("*", 5000) + "b",
		"long middle":            "*" + strings.Repeat("a", 2000) + "b*",
		"wildcards between":      strings.Repeat("*a?", 1000) + "*b*",
		"long wildcard middle":   "*" + strings.Repeat("a?", 30) + "b*",
		"wildcards, then a tail": strings.Repeat("*?a?", 900) + "*b",
		"question marks":         "*" + strings.Repeat("?", 63) + "b*",
	} {
		for _, fold := range []bool{false, true} {
			g := newGlob(pattern.Parse(wild), fold)
			m := matcher{}
			if m.match(&g, text) {
				t.Errorf("%s matches", name)
			}
			// The automaton takes 64 characters of a segment at a step.
			longest := 0
			if g.rest == nil {
				t.Fatalf("%s is a simple pattern", name)
			}
			for _, s := range g.rest.segs {
				longest = max(longest, len(s.lit))
			}
			if limit := 4*(len(text)+len(wild)) + len(text)*longest/64; m.steps > limit {
				t.Errorf("%s: %d steps for %d characters, limit %d", name, m.steps, len(text), limit)
			}
		}
	}
}

// The same for ARNs whose stars may run over colons.
func TestARNSteps(t *testing.T) {
	text := "arn:aws:logs:" + strings.Repeat("a:", 3000) + "x"
	a := cutARN(text)
	for _, wild := range []string{
		"arn:aws:logs:*:*:*b", "arn:aws:logs:*:a*:a*b", "arn:aws:logs:*:a:a:a:b", "arn:aws:logs:*:*:?????b", "arn:aws:*:*:*:*y*",
	} {
		p := newARNPattern(wild, &arnForm, true)
		m := matcher{}
		if m.matchARN(&p, &a) {
			t.Errorf("%s matches", wild)
		}
		if limit := 8 * (len(text) + len(wild)); m.steps > limit {
			t.Errorf("%s: %d steps, limit %d", wild, m.steps, limit)
		}
	}
}

// crossing is the rule of the User Guide written as a table over characters:
// one automaton for the whole text in which a star or question mark of one of
// the first five fields takes no colon, unless the star ends its field.
func crossing(wild, text string) bool {
	fields := strings.SplitN(wild, ":", 6)
	row := map[int]bool{0: true}
	for i, f := range fields {
		if i > 0 {
			row = advance(row, text, func(r byte) bool { return r == ':' })
		}
		for j := 0; j < len(f); j++ {
			c, last := f[j], i == 5
			switch {
			case c == '*' && (last || j == len(f)-1):
				row = spread(row, text, func(byte) bool { return true })
			case c == '*':
				row = spread(row, text, func(r byte) bool { return r != ':' })
			case c == '?':
				row = advance(row, text, func(r byte) bool { return last || r != ':' })
			default:
				row = advance(row, text, func(r byte) bool { return r == c })
			}
		}
	}
	return row[len(text)]
}

func advance(row map[int]bool, text string, ok func(byte) bool) map[int]bool {
	next := map[int]bool{}
	for i := range row {
		if i < len(text) && ok(text[i]) {
			next[i+1] = true
		}
	}
	return next
}

func spread(row map[int]bool, text string, ok func(byte) bool) map[int]bool {
	next := map[int]bool{}
	for i := range row {
		next[i] = true
		for i < len(text) && ok(text[i]) {
			i++
			next[i] = true
		}
	}
	return next
}

func TestARNAgainstTable(t *testing.T) {
	field := rapid.StringOfN(rapid.SampledFrom([]rune("ab*?")), 0, 3, -1)
	rapid.Check(t, func(t *rapid.T) {
		var parts []string
		for range 5 {
			parts = append(parts, field.Draw(t, "field"))
		}
		parts = append(parts, rapid.StringOfN(rapid.SampledFrom([]rune("ab*?:")), 0, 5, -1).Draw(t, "rest"))
		wild := "arn:" + strings.Join(parts[1:], ":")
		text := "arn:" + rapid.StringOfN(rapid.SampledFrom([]rune("ab::")), 4, 14, -1).Draw(t, "text")
		a := cutARN(text)
		p := newARNPattern(wild, &arnForm, false)
		var m matcher
		if got, want := m.matchARN(&p, &a), a.ok && crossing(wild, text); got != want {
			t.Fatalf("%q against %q: %v, want %v", wild, text, got, want)
		}
	})
}

func TestBrokenUTF8(t *testing.T) {
	for _, c := range []struct {
		wild, text string
		want       bool
	}{
		{"a?c", "a\xffc", true},
		{"*\ufffd?*", "xx\xffxx", false},
		{"*\ufffd*", "xx\xffxx", false},
		{"*\ufffd?*", "xx\ufffdxx", true},
	} {
		if got := globMatch(c.wild, c.text); got != c.want {
			t.Errorf("%q against %q: %v", c.wild, c.text, got)
		}
	}
}

func FuzzGlob(f *testing.F) {
	for _, s := range [][2]string{{"*", ""}, {"a*b?c", "axbxc"}, {"*a?*b*", "aab"}, {"?", "ü"}, {"**a**", "bab"}, {"", ""}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, wild, text string) {
		if len(wild) > 200 || len(text) > 500 || !utf8.ValidString(wild) || !utf8.ValidString(text) {
			return
		}
		g := newGlob(pattern.Parse(wild), false)
		var m matcher
		got := m.match(&g, text)
		if want := naive(wild, text); got != want {
			t.Fatalf("%q against %q: %v, want %v", wild, text, got, want)
		}
		if limit := 8*(len(text)+len(wild)) + 16; m.steps > limit {
			t.Fatalf("%d steps for %q against %q", m.steps, wild, text)
		}
		a := cutARN(text)
		p := newARNPattern(wild, &arnForm, true)
		m.matchARN(&p, &a)
	})
}
