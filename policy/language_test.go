package policy

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// The languages of package pattern, with which questions are answered, hold
// exactly the texts that the matchers of this package match.

func drawARN(t *rapid.T, alphabet string) string {
	return "arn:" + rapid.StringOfN(rapid.SampledFrom([]rune(alphabet)), 0, 14, -1).Draw(t, "text")
}

func TestLanguageOfResources(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SampledFrom(Grammars()).Draw(t, "grammar")
		form, prefix := pattern.Form(g.NameForm()), g.resource.prefix
		wild := rapid.SampledFrom([]string{prefix, prefix, prefix + "*", "*", "a?n:", ""}).Draw(t, "start") +
			rapid.StringOfN(rapid.SampledFrom([]rune("aab:::**?")), 0, 12, -1).Draw(t, "pattern")
		text := rapid.SampledFrom([]string{prefix, prefix, "a:"}).Draw(t, "begin") + rapid.StringOfN(rapid.SampledFrom([]rune("aab:::::")), 0, 14, -1).Draw(t, "text")
		p, a := newARNPattern(wild, &g.resource, false), cutName(text, &g.resource)
		if got := pattern.Names(form).Match(text); got != a.ok {
			t.Fatalf("%q is a name in %s: the language says %v, the matcher %v", text, g.Name(), got, a.ok)
		}
		if !a.ok {
			return
		}
		var m matcher
		if got, want := pattern.Resource(wild, form, false, nil).Match(text), m.matchARN(&p, &a); got != want {
			t.Fatalf("%q against %q in %s: the language says %v, the matcher %v", wild, text, g.Name(), got, want)
		}
	})
}

func TestLanguageOfResourcesWithVariables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wild := "arn:a:a:::" + rapid.StringOfN(rapid.SampledFrom([]rune("ab*?:")), 0, 4, -1).Draw(t, "before") +
			"${v}" + rapid.StringOfN(rapid.SampledFrom([]rune("ab*?:")), 0, 4, -1).Draw(t, "after")
		value := rapid.StringOfN(rapid.SampledFrom([]rune("ab*:")), 0, 3, -1).Draw(t, "value")
		text := "arn:a:a:::" + rapid.StringOfN(rapid.SampledFrom([]rune("aab:*")), 0, 9, -1).Draw(t, "text")
		p, a := newARNPattern(wild, &arnForm, true), cutARN(text)
		var b bindings
		b.reset(1)
		b.set(0, value)
		m := matcher{vals: &b}
		l := pattern.Resource(wild, pattern.Form(AWS().NameForm()), true, func(pattern.Piece) pattern.Piece { return pattern.Piece{Kind: pattern.Text, Text: value} })
		if got, want := l.Match(text), m.matchARN(&p, &a); got != want {
			t.Fatalf("%q with %q against %q: the language says %v, the matcher %v", wild, value, text, got, want)
		}
	})
}

func TestLanguageOfARNValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wild := rapid.SampledFrom([]string{"arn:", "arn*:", "*", ""}).Draw(t, "start") +
			rapid.StringOfN(rapid.SampledFrom([]rune("aab:::*?")), 0, 12, -1).Draw(t, "pattern")
		text := drawARN(t, "aab:::::")
		v, ok := newARNValue(pattern.Parse(wild))
		l := pattern.ARNValue(pattern.Parse(wild))
		if ok != (l != nil) {
			t.Fatalf("%q can be read: %v", wild, ok)
		}
		a := cutARN(text)
		if !ok || !a.ok {
			return
		}
		var m matcher
		if got, want := l.Match(text), m.matchARNValue(&v, &a); got != want {
			t.Fatalf("%q against %q: the language says %v, the matcher %v", wild, text, got, want)
		}
	})
}

func TestLanguageOfGlobs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wild := rapid.StringOfN(rapid.SampledFrom([]rune("aAkß*?")), 0, 8, -1).Draw(t, "pattern")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aAkKßẞ\u212a")), 0, 8, -1).Draw(t, "text")
		var m matcher
		g := newGlob(pattern.Parse(wild), true)
		if got, want := pattern.Glob(pattern.Parse(wild), pattern.ASCII).Match(text), m.match(&g, text); got != want {
			t.Fatalf("action %q against %q: %v, want %v", wild, text, got, want)
		}
		literal := []pattern.Piece{{Kind: pattern.Text, Text: wild}}
		if got, want := pattern.Glob(literal, pattern.Letters).Match(text), sameFold(wild, text); got != want {
			t.Fatalf("%q is %q without case: %v, want %v", wild, text, got, want)
		}
	})
}
