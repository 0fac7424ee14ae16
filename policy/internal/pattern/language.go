package pattern

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Language is a set of texts: those that a pattern, or one of several, matches.
// It is an automaton with one state per character of the pattern, kept as a
// list: item i leads to item i+1, and a loop also leads to itself.
type Language struct {
	items  []item
	starts []int32
}

// item is what one character of the text has to be.
type item struct {
	take take
	loop bool   // any number of times, also none
	r    rune   // takeLetter
	same []rune // takeLetter: others that count as r
	name string // takeVar: the folded key
}

type take uint8

const (
	takeEnd    take = iota // nothing: the text ends here
	takeLetter             // the letter r
	takeAny
	takeField // any but a colon
	takeVar   // the value of a key, whatever it is
)

// Fold says which letters count as equal.
type Fold uint8

// The folds.
const (
	Exact   Fold = iota
	ASCII        // A to Z, as in the names of actions
	Letters      // as the IgnoreCase operators compare
)

// Glob is the language of a pattern in which stars and question marks take
// every character.
func Glob(pieces []Piece, fold Fold) *Language {
	var l Language
	l.open()
	l.pieces(pieces, takeAny, fold)
	l.close()
	return &l
}

// ARNs is the language of the texts that count as ARNs: six fields at least,
// the first of which is arn.
func ARNs() *Language {
	return Glob(Parse("arn:*:*:*:*:*"), Exact)
}

// Form is how resources are named: fields with colons between them, of which
// the last may hold more colons.
type Form struct {
	Prefix string // what every name begins with, with its colon
	Fields int    // all of them, those of the prefix included
	Cross  bool   // a star that ends a field other than the last may run over colons
	Silent []int  // fields in which a pattern that says nothing means everything
}

// Names is the language of all names of a form.
func Names(f Form) *Language {
	missing := f.Fields - 1 - strings.Count(f.Prefix, ":")
	return Glob(Parse(f.Prefix+strings.Repeat("*:", missing)+"*"), Exact)
}

// Resource is the language of an element of Resource among the names of a form;
// package policy tells how its stars run over colons. bind gives the pieces that
// stand for a variable; without it variables are symbols.
func Resource(s string, f Form, variables bool, bind func(Piece) Piece) *Language {
	var l Language
	l.open()
	fields := FieldsOf(s, f.Fields, variables)
	for i, field := range fields {
		if i > 0 {
			l.letter(':', Exact)
		}
		if field == "" && slices.Contains(f.Silent, i) {
			field = "*"
		}
		if i == f.Fields-1 {
			pieces := Parse(field)
			if variables {
				pieces, _ = Template(field, true) // Parse refused what cannot be read
			}
			l.pieces(bound(pieces, bind), takeAny, Exact)
			break
		}
		l.pieces(Parse(field), takeField, Exact)
		if f.Cross && strings.HasSuffix(field, "*") {
			l.items[len(l.items)-1].take = takeAny
		}
	}
	if len(fields) == f.Fields {
		l.close()
		return &l
	}
	// Fields that are missing cover whatever stands there.
	more := &Language{items: append([]item(nil), l.items...), starts: []int32{0}}
	more.letter(':', Exact)
	more.items = append(more.items, item{take: takeAny, loop: true})
	more.close()
	l.close()
	return Union(&l, more)
}

// ARNValue is the language of a value of an Arn operator, of which no star
// leaves its field; nil if the value is none.
func ARNValue(pieces []Piece) *Language {
	if len(pieces) == 1 && pieces[0].Kind == Star {
		return ARNs()
	}
	var l Language
	l.open()
	colons := 0
	for _, p := range pieces {
		for p.Kind == Text && colons < 5 {
			head, tail, found := strings.Cut(p.Text, ":")
			if !found {
				break
			}
			l.pieces([]Piece{{Kind: Text, Text: head + ":"}}, takeField, Exact)
			p.Text, colons = tail, colons+1
		}
		within := takeField
		if colons == 5 {
			within = takeAny
		}
		l.pieces([]Piece{p}, within, Exact)
	}
	if colons != 5 {
		return nil
	}
	l.close()
	return &l
}

// Union is the language of the texts of any of several languages.
func Union(ls ...*Language) *Language {
	u := &Language{}
	for _, l := range ls {
		n := int32(len(u.items))
		u.items = append(u.items, l.items...)
		for _, s := range l.starts {
			u.starts = append(u.starts, s+n)
		}
	}
	return u
}

// Match reports whether a text is in the language.
func (l *Language) Match(s string) bool {
	p := newProduct([]*Language{l})
	state := p.start()
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			r = otherLetter // a broken byte is some character, but no particular one
		}
		state = p.step(state, symbol{r: r})
		s = s[n:]
	}
	return p.accepts(state)[0]
}

// Bind puts something else in the place of every variable.
func Bind(pieces []Piece, bind func(Piece) Piece) []Piece { return bound(pieces, bind) }

func bound(pieces []Piece, bind func(Piece) Piece) []Piece {
	if bind == nil {
		return pieces
	}
	out := make([]Piece, len(pieces))
	for i, p := range pieces {
		if p.Kind == Var {
			p = bind(p)
		}
		out[i] = p
	}
	return out
}

// FieldsOf cuts the pattern of a resource at its first colons that are not inside
// a variable, into so many fields at most. Behind a variable that is not closed
// there are no others: no document that is taken has one.
func FieldsOf(s string, most int, variables bool) []string {
	fields := make([]string, 0, most)
	start := 0
	for i := 0; i < len(s) && len(fields) < most-1; i++ {
		if variables && strings.HasPrefix(s[i:], "${") {
			end := VariableEnd(s, i+2)
			if end < 0 { // broken; looking on from every further one would be quadratic
				variables = false
				continue
			}
			i = end
			continue
		}
		if s[i] == ':' {
			fields = append(fields, s[start:i])
			start = i + 1
		}
	}
	return append(fields, s[start:])
}

func (l *Language) open()  { l.starts = []int32{int32(len(l.items))} }
func (l *Language) close() { l.items = append(l.items, item{take: takeEnd}) }

// pieces adds a pattern whose wildcards take what within says.
func (l *Language) pieces(pieces []Piece, within take, fold Fold) {
	for _, p := range pieces {
		switch p.Kind {
		case Star:
			l.items = append(l.items, item{take: within, loop: true})
		case One:
			l.items = append(l.items, item{take: within})
		case Var:
			l.items = append(l.items, item{take: takeVar, name: p.Text})
		default:
			for _, r := range p.Text {
				l.letter(r, fold)
			}
		}
	}
}

func (l *Language) letter(r rune, fold Fold) {
	it := item{take: takeLetter, r: r}
	switch {
	case fold == ASCII && r < utf8.RuneSelf:
		if low := rune(FoldByte(byte(r))); low != r {
			it.same = []rune{low}
		} else if 'a' <= r && r <= 'z' {
			it.same = []rune{r - 'a' + 'A'}
		}
	case fold == Letters:
		for q := unicode.SimpleFold(r); q != r; q = unicode.SimpleFold(q) {
			if FoldLetter(q) == FoldLetter(r) {
				it.same = append(it.same, q)
			}
		}
	}
	l.items = append(l.items, it)
}
