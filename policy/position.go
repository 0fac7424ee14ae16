package policy

import (
	"sort"
	"unicode/utf8"
)

// Pos is a place in a document. Line and Column start at 1 and count
// characters, Offset starts at 0 and counts bytes. The zero Pos is no place.
type Pos struct {
	Offset int `json:"offset"`
	Line   int `json:"line"`
	Column int `json:"column"`
}

// lineTable finds lines and columns. It is immutable.
type lineTable struct {
	src    string
	starts []int // offsets of the first byte of each line
}

func newLineTable(src string) *lineTable {
	t := &lineTable{src: src, starts: []int{0}}
	for i := 0; i < len(src); i++ {
		if src[i] == '\n' {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

func (t *lineTable) pos(offset int) Pos {
	offset = min(max(offset, 0), len(t.src))
	line := sort.Search(len(t.starts), func(i int) bool { return t.starts[i] > offset })
	col := utf8.RuneCountInString(t.src[t.starts[line-1]:offset]) + 1
	return Pos{Offset: offset, Line: line, Column: col}
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
