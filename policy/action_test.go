package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// What compares the first eight bytes at once agrees with the matcher, which
// does not.
func TestActionPatternAgainstMatcher(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alphabet := []rune("aAbB:ü")
		wild := rapid.StringOfN(rapid.SampledFrom(append(alphabet, '*', '?')), 0, 14, -1).Draw(t, "pattern")
		text := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 14, -1).Draw(t, "action")
		if rapid.Bool().Draw(t, "long") {
			long := strings.Repeat("Ab", 50)
			wild, text = long+wild, long+text
		}
		p, g := newActionPattern(wild), newGlob(pattern.Parse(wild), true)
		var m matcher
		var f foldedAction
		f.set(text)
		got := (f.head^p.head)&p.mask == 0 && f.matches(&p, text)
		if want := m.match(&g, text); got != want {
			t.Fatalf("%q against %q: %v, want %v", wild, text, got, want)
		}
		if string(f.text()) != pattern.FoldASCII(text) {
			t.Fatalf("%q folded to %q", text, f.text())
		}
	})
}
