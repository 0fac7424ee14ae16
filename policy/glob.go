package policy

import (
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// glob is a compiled pattern: runs of text and single-character wildcards
// (segments) with stars between them.
//
// Matching is linear. The first and the last segment are anchored; every
// segment between two stars is searched for from left to right and the earliest
// end is taken, which never has to be reconsidered: a later end leaves less
// text for the rest. A segment of plain text is found by strings.Index, one
// with wildcards by a bit-parallel automaton that looks at each character once.
type glob struct {
	lit  string     // all of globExact; what a text begins with, of the others
	rest *globParts // globGeneral
	kind globKind
	fold bool // ASCII letters match without case; the pattern is lower case
}

// globParts are the whole pattern, cut at its stars. Most patterns do not need them.
type globParts struct {
	segs []segment
	vars []pattern.Piece // the variables, in the order of the pattern
	min  int             // the text has at least so many bytes
}

type globKind uint8

const (
	globGeneral globKind = iota
	globAny
	globExact
	globPrefix
)

type segment struct {
	pieces []pattern.Piece // without stars; pattern.Var pieces are numbered from firstVar
	first  int             // index in glob.vars of the segment's first variable
	plain  bool            // one piece of text at most
	vars   bool
	lit    string  // plain: the text
	find   *finder // between two stars, with wildcards, without variables
}

// parseGlob compiles a pattern without variables.
func parseGlob(s string, fold bool) glob {
	if i := strings.IndexAny(s, "*?"); i >= 0 && (i < len(s)-1 || s[i] == '?') {
		return newGlob(pattern.Parse(s), fold)
	}
	g := glob{lit: strings.TrimSuffix(s, "*"), kind: globExact, fold: fold}
	if fold {
		g.lit = pattern.FoldASCII(g.lit)
	}
	switch {
	case s == "*":
		g.kind = globAny
	case len(g.lit) < len(s):
		g.kind = globPrefix
	}
	return g
}

func newGlob(pieces []pattern.Piece, fold bool) glob {
	g := glob{fold: fold}
	if len(pieces) > 0 && pieces[0].Kind == pattern.Text {
		g.lit = pieces[0].Text
		if fold {
			g.lit = pattern.FoldASCII(g.lit)
		}
	}
	switch after := len(pieces) - 1; {
	case after < 0 || after == 0 && pieces[0].Kind == pattern.Text:
		g.kind = globExact
	case after == 0 && pieces[0].Kind == pattern.Star:
		g.kind = globAny
	case after == 1 && pieces[0].Kind == pattern.Text && pieces[1].Kind == pattern.Star:
		g.kind = globPrefix
	default:
		g.kind, g.rest = globGeneral, newGlobParts(pieces, fold)
	}
	return g
}

func newGlobParts(pieces []pattern.Piece, fold bool) *globParts {
	g := &globParts{}
	seg := segment{}
	for _, p := range pieces {
		if p.Kind == pattern.Star {
			g.segs = append(g.segs, seg)
			seg = segment{first: len(g.vars)}
			continue
		}
		if fold {
			p.Text = pattern.FoldASCII(p.Text)
		}
		seg.pieces = append(seg.pieces, p)
		switch p.Kind {
		case pattern.Var:
			seg.vars = true
			g.vars = append(g.vars, p)
		case pattern.One:
			g.min++
		default:
			g.min += len(p.Text)
		}
	}
	g.segs = append(g.segs, seg)
	for i := range g.segs {
		g.segs[i].finish(i > 0 && i < len(g.segs)-1, fold)
	}
	return g
}

func (s *segment) finish(floating, fold bool) {
	s.plain = len(s.pieces) == 0 || len(s.pieces) == 1 && s.pieces[0].Kind == pattern.Text
	if s.plain && len(s.pieces) == 1 {
		s.lit = s.pieces[0].Text
	}
	if floating && !s.vars && (!s.plain || fold) {
		s.find = newFinder(s.pieces, nil, fold)
	}
}

// vars are the variables of the pattern.
func (g *glob) vars() []pattern.Piece {
	if g.rest == nil {
		return nil
	}
	return g.rest.vars
}

// bindings are the values of a glob's variables, in its order.
type bindings struct {
	few  [4]string
	many []string
}

func (b *bindings) reset(n int) {
	if n > len(b.few) {
		b.many = make([]string, n)
		return
	}
	b.many = nil
}

func (b *bindings) set(i int, v string) {
	if b.many != nil {
		b.many[i] = v
		return
	}
	b.few[i] = v
}

func (b *bindings) get(i int) string {
	if b.many != nil {
		return b.many[i]
	}
	return b.few[i]
}

// matcher matches one text; it counts the characters it looks at, so that a
// test can hold matching to a bound.
type matcher struct {
	vals  *bindings // nil for globs without variables
	steps int
}

func (m *matcher) match(g *glob, text string) bool {
	switch g.kind {
	case globAny:
		return true
	case globExact:
		return len(text) == len(g.lit) && m.same(text, g.lit, g.fold)
	case globPrefix:
		return len(text) >= len(g.lit) && m.same(text[:len(g.lit)], g.lit, g.fold)
	}
	if len(text) < g.rest.min {
		return false
	}
	pos := m.forward(g, &g.rest.segs[0], text)
	if pos < 0 {
		return false
	}
	if len(g.rest.segs) == 1 {
		return pos == len(text)
	}
	return m.rest(g, text[pos:])
}

// rest matches everything after the first segment.
func (m *matcher) rest(g *glob, text string) bool {
	segs := g.rest.segs
	end := m.backward(g, &segs[len(segs)-1], text)
	if end < 0 {
		return false
	}
	text = text[:end]
	for i := 1; i < len(segs)-1; i++ {
		n := m.find(g, &segs[i], text)
		if n < 0 {
			return false
		}
		text = text[n:]
	}
	return true
}

func (m *matcher) same(a, lower string, fold bool) bool {
	m.steps += len(lower)
	if !fold {
		return a == lower
	}
	for i := 0; i < len(a); i++ {
		if pattern.FoldByte(a[i]) != lower[i] {
			return false
		}
	}
	return true
}

// forward matches a segment at the start of the text and returns its end, or -1.
func (m *matcher) forward(g *glob, s *segment, text string) int {
	pos, v := 0, s.first
	for i := range s.pieces {
		p := &s.pieces[i]
		want := p.Text
		switch p.Kind {
		case pattern.One:
			if pos >= len(text) {
				return -1
			}
			_, n := utf8.DecodeRuneInString(text[pos:])
			pos += n
			m.steps++
			continue
		case pattern.Var:
			want = m.vals.get(v)
			v++
		}
		if len(text)-pos < len(want) || !m.same(text[pos:pos+len(want)], want, g.fold) {
			return -1
		}
		pos += len(want)
	}
	return pos
}

// backward matches a segment at the end of the text and returns its start, or -1.
func (m *matcher) backward(g *glob, s *segment, text string) int {
	end, v := len(text), len(g.rest.vars)
	for i := len(s.pieces) - 1; i >= 0; i-- {
		p := &s.pieces[i]
		want := p.Text
		switch p.Kind {
		case pattern.One:
			if end == 0 {
				return -1
			}
			_, n := utf8.DecodeLastRuneInString(text[:end])
			end -= n
			m.steps++
			continue
		case pattern.Var:
			v--
			want = m.vals.get(v)
		}
		if end < len(want) || !m.same(text[end-len(want):end], want, g.fold) {
			return -1
		}
		end -= len(want)
	}
	return end
}

// find returns the end of the earliest occurrence of a segment, or -1.
func (m *matcher) find(g *glob, s *segment, text string) int {
	switch {
	case s.find != nil:
		return m.run(s.find, text)
	case s.vars:
		return m.run(newFinder(s.pieces, func(i int) string { return m.vals.get(s.first + i) }, g.fold), text)
	}
	at := strings.Index(text, s.lit)
	if at < 0 {
		m.steps += len(text)
		return -1
	}
	m.steps += at + len(s.lit)
	return at + len(s.lit)
}

// finder is a Shift-And automaton (Baeza-Yates and Gonnet, "A new approach to
// text searching", 1992): bit i of its state is set if the last i+1 characters
// of the text match the first i+1 of the pattern.
type finder struct {
	masks map[rune][]uint64
	any   []uint64 // positions that take every character
	n     int      // length of the pattern in characters
	fold  bool
}

func newFinder(pieces []pattern.Piece, value func(i int) string, fold bool) *finder {
	var rs []rune
	const anyRune = -1
	v := 0
	for _, p := range pieces {
		switch p.Kind {
		case pattern.One:
			rs = append(rs, anyRune)
		case pattern.Var:
			rs = append(rs, []rune(value(v))...)
			v++
		default:
			rs = append(rs, []rune(p.Text)...)
		}
	}
	words := (len(rs) + 63) / 64
	f := &finder{masks: make(map[rune][]uint64), any: make([]uint64, words), n: len(rs), fold: fold}
	for i, r := range rs {
		bit := uint64(1) << (i % 64)
		if r == anyRune {
			f.any[i/64] |= bit
			continue
		}
		mask := f.masks[r]
		if mask == nil {
			mask = make([]uint64, words)
			f.masks[r] = mask
		}
		mask[i/64] |= bit
	}
	return f
}

func (m *matcher) run(f *finder, text string) int {
	if f.n == 0 {
		return 0
	}
	var few [8]uint64
	state := few[:]
	if len(f.any) > len(few) {
		state = make([]uint64, len(f.any))
	}
	state = state[:len(f.any)]
	last := uint64(1) << ((f.n - 1) % 64)
	for pos := 0; pos < len(text); {
		r, n := utf8.DecodeRuneInString(text[pos:])
		pos += n
		if f.fold && r < utf8.RuneSelf {
			r = rune(pattern.FoldByte(byte(r)))
		}
		var mask []uint64
		if r != utf8.RuneError || n > 1 { // a broken byte is some character, but no particular one
			mask = f.masks[r]
		}
		carry := uint64(1)
		for w := range state {
			m.steps++
			take := f.any[w]
			if mask != nil {
				take |= mask[w]
			}
			state[w], carry = (state[w]<<1|carry)&take, state[w]>>63
		}
		if state[len(state)-1]&last != 0 {
			return pos
		}
	}
	return -1
}
