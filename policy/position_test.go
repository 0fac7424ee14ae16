package policy

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// A cursor that is moved finds what the table finds from the beginning.
func TestCursorAgainstTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := rapid.StringOfN(rapid.SampledFrom([]rune("a\nü")), 0, 20, -1).Draw(t, "text")
		table := newLineTable(src)
		c := cursor{table: table}
		for range 5 {
			offset := rapid.IntRange(-1, len(src)+1).Draw(t, "offset")
			for 0 < offset && offset < len(src) && !utf8.RuneStart(src[offset]) {
				offset--
			}
			if got, want := c.pos(offset), table.pos(offset); got != want {
				t.Fatalf("%q at %d: %+v, want %+v", src, offset, got, want)
			}
		}
	})
}
