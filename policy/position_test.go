package policy

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Places are those that counting from the beginning gives, one by one or in a row.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.StringOfN(rapid.SampledFrom([]rune("ab\nü€😀")), 0, 40, -1).Draw(t, "text")
		src := strings.Repeat(unit, rapid.IntRange(1, 30).Draw(t, "times"))
		table := newLineTable(src)
		row := cursor{table: table}
		line, column := 1, 1
		for offset, r := range src {
			want := Pos{Offset: offset, Line: line, Column: column}
			if got := table.pos(offset); got != want {
				t.Fatalf("%+v, want %+v", got, want)
			}
			if got := row.pos(offset); got != want {
				t.Fatalf("in a row %+v, want %+v", got, want)
			}
			if column++; r == '\n' {
				line, column = line+1, 1
			}
		}
		if got, want := table.before(len(src)), utf8.RuneCountInString(src); got != want {
			t.Fatalf("%d characters, want %d", got, want)
		}
	})
}
