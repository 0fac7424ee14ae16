package policy

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a document. Line and Column start at 1 and count
// characters, Offset starts at 0 and counts bytes. The zero Pos is no place.
type Pos struct {
	Offset int `json:"offset"`
	Line   int `json:"line"`
	Column int `json:"column"`
}

// lineTable finds lines and columns, each place at the same small cost however
// long the lines are. It is immutable.
type lineTable struct {
	src    string
	starts []int // offsets of the first byte of each line
	marks  []int // characters before every markEvery-th byte; nil if every byte is a character
}

const markEvery = 256

func newLineTable(src string) *lineTable {
	t := &lineTable{src: src, starts: []int{0}}
	for from := 0; ; {
		i := strings.IndexByte(src[from:], '\n')
		if i < 0 {
			break
		}
		from += i + 1
		t.starts = append(t.starts, from)
	}
	if n := utf8.RuneCountInString(src); n < len(src) {
		t.marks = make([]int, len(src)/markEvery+1)
		for i := 1; i < len(t.marks); i++ {
			t.marks[i] = t.marks[i-1] + characters(src[(i-1)*markEvery:i*markEvery])
		}
	}
	return t
}

func (t *lineTable) pos(offset int) Pos {
	offset = min(max(offset, 0), len(t.src))
	line := sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > offset })
	return Pos{Offset: offset, Line: line, Column: t.before(offset) - t.before(t.starts[line-1]) + 1}
}

// before counts the characters that begin before an offset.
func (t *lineTable) before(offset int) int {
	if t.marks == nil {
		return offset
	}
	mark := offset / markEvery
	return t.marks[mark] + characters(t.src[mark*markEvery:offset])
}

// characters counts the characters that begin in a piece of a text.
func characters(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// cursor finds places that follow one another in a text, and reads the text
// once for all of them.
type cursor struct {
	table *lineTable
	last  Pos
}

func (c *cursor) pos(offset int) Pos {
	if c.last.Line == 0 || offset < c.last.Offset || offset > len(c.table.src) {
		c.last = c.table.pos(offset)
		return c.last
	}
	p, starts := c.last, c.table.starts
	from := p.Offset
	for p.Line < len(starts) && starts[p.Line] <= offset {
		from = starts[p.Line]
		p.Line, p.Column = p.Line+1, 1
	}
	p.Column += utf8.RuneCountInString(c.table.src[from:offset])
	p.Offset = offset
	c.last = p
	return p
}
