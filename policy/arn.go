package policy

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// service is the field of the service: in every form it stands before region and account.
func (f *nameForm) service() int { return f.account - 2 }

// arnText is the name of a resource cut into its fields: of an ARN at the first
// five colons; the last field is the rest.
type arnText struct {
	text   string
	colons [5]int
	last   int // index of the last field
	fields int // number of fields if every colon counted
	ok     bool
}

func cutARN(s string) arnText { return cutName(s, &arnForm) }

// cutName cuts a name in the form of a grammar.
func cutName(s string, form *nameForm) arnText {
	a := arnText{text: s, last: form.fields - 1}
	n := 0
	for from := 0; from < len(s); from += 64 {
		colons := colonsIn(s[from:min(from+64, len(s))])
		a.fields += bits.OnesCount64(colons)
		for ; colons != 0 && n < a.last; n++ {
			a.colons[n] = from + bits.TrailingZeros64(colons)
			colons &= colons - 1
		}
	}
	a.fields++
	a.ok = n == a.last && strings.HasPrefix(s, form.prefix)
	return a
}

// colonsIn tells at which of the first 64 bytes of a text there is a colon: one
// bit for each. It looks at eight bytes at a time, because every request and
// most of its statements wait for it.
func colonsIn(s string) (found uint64) {
	const ones = 0x0101010101010101
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		other := w ^ ones*':' // a colon is a zero byte now
		other |= other&(ones*0x7f) + ones*0x7f
		colons := ^other & (ones * 0x80) // the high bits of the zero bytes
		found |= (colons >> 7 * 0x0102040810204080 >> 56) << i
	}
	for ; i < len(s); i++ {
		if s[i] == ':' {
			found |= 1 << i
		}
	}
	return found
}

// field returns field i, 0 to last.
func (a *arnText) field(i int) string {
	start := 0
	if i > 0 {
		start = a.colons[i-1] + 1
	}
	if i == a.last {
		return a.text[start:]
	}
	return a.text[start:a.colons[i]]
}

// arnPattern is a compiled element of Resource or NotResource.
//
// The fields match one by one. A star that ends a field other than the last may
// also run over the following colons ("Amazon Resource Names", IAM User Guide:
// a wildcard as the last character of a segment can expand beyond the colon); a
// star elsewhere in a field stays inside it. Fields missing at the end cover
// whatever stands there.
type arnPattern struct {
	kind   globKind // globAny, globExact and globPrefix compare the whole text
	lit    string   // all of globExact; what a name begins with, of the others
	fields []glob   // of globGeneral
	from   int      // the fields before this one are in lit
	start  int      // where it starts
	cross  [5]bool
	over   bool // some field crosses
}

func newARNPattern(s string, form *nameForm, variables bool) arnPattern {
	if s == "*" {
		return arnPattern{kind: globAny}
	}
	if p, ok := literalPattern(s, form, variables); ok && !p.silent(form) {
		return p
	}
	parts := pattern.FieldsOf(s, form.fields, variables)
	p := arnPattern{fields: make([]glob, len(parts))}
	for i, part := range parts {
		if part == "" && slices.Contains(form.silent, i) {
			part = "*"
		}
		last := i == form.fields-1
		if last && variables && strings.Contains(part, "${") {
			pieces, _ := pattern.Template(part, true) // Parse refused what cannot be read
			p.fields[i] = newGlob(pieces, false)
			continue
		}
		p.fields[i] = parseGlob(part, false)
		if !last && form.cross && strings.HasSuffix(part, "*") {
			p.cross[i], p.over = true, true
		}
	}
	for strings.HasPrefix(s, form.prefix) && p.from < len(parts)-1 && p.fields[p.from].kind == globExact && parts[p.from] == p.fields[p.from].lit {
		p.start += len(parts[p.from]) + 1
		p.from++
	}
	p.lit = s[:p.start]
	return p
}

// literalPattern reads a pattern of all fields that says exactly how a name
// begins, or all of it.
func literalPattern(s string, form *nameForm, variables bool) (arnPattern, bool) {
	wild := strings.IndexAny(s, "*?")
	if wild < 0 {
		wild = len(s)
	}
	if !strings.HasPrefix(s, form.prefix) || strings.Count(s[:wild], ":") < form.fields-1 || variables && strings.Contains(s, "${") {
		return arnPattern{}, false
	}
	switch {
	case wild == len(s):
		return arnPattern{kind: globExact, lit: s}, true
	case wild == len(s)-1 && s[wild] == '*':
		return arnPattern{kind: globPrefix, lit: s[:wild]}, true
	}
	return arnPattern{}, false
}

// silent reports whether a literal pattern leaves a field empty that then means
// everything.
func (p *arnPattern) silent(form *nameForm) bool {
	if len(form.silent) == 0 {
		return false
	}
	a := cutName(p.lit, form)
	return slices.ContainsFunc(form.silent, func(i int) bool { return a.field(i) == "" })
}

// vars are the variables of the pattern; they stand in the last field only.
func (p *arnPattern) vars() []pattern.Piece {
	if len(p.fields) == 0 {
		return nil
	}
	return p.fields[len(p.fields)-1].vars()
}

func (m *matcher) matchARN(p *arnPattern, a *arnText) bool {
	switch {
	case p.kind == globAny:
		return true
	case !a.ok:
		return false
	case p.kind == globExact:
		m.steps += len(p.lit)
		return a.text == p.lit
	case p.kind == globPrefix:
		m.steps += len(p.lit)
		return strings.HasPrefix(a.text, p.lit)
	}
	m.steps += len(p.lit)
	if !strings.HasPrefix(a.text, p.lit) {
		return false
	}
	for i := p.from; i < len(p.fields); i++ {
		if g := &p.fields[i]; g.kind != globAny && !m.match(g, a.field(i)) {
			return p.over && a.fields > len(p.fields) && m.matchOver(p, a)
		}
	}
	return true
}

// matchOver matches with stars that run over colons. reach[j] says that the
// fields so far can end just before field j of the text; each field of the
// pattern looks at each field of the text once.
func (m *matcher) matchOver(p *arnPattern, a *arnText) bool {
	var reachBuf, nextBuf [33]bool
	var startBuf [34]int
	reach, next, starts := reachBuf[:], nextBuf[:], startBuf[:0]
	if a.fields >= len(reachBuf) {
		reach, next = make([]bool, a.fields+1), make([]bool, a.fields+1)
	}
	starts = append(starts, 0)
	for i := 0; i < len(a.text); i++ {
		if a.text[i] == ':' {
			starts = append(starts, i+1)
		}
	}
	starts = append(starts, len(a.text)+1)
	reach[0] = true
	for i := 0; i < len(p.fields) && i < a.last; i++ {
		clear(next)
		for j := 0; j < a.fields; j++ {
			if !reach[j] || !m.match(&p.fields[i], a.text[starts[j]:starts[j+1]-1]) {
				continue
			}
			next[j+1] = true
			if p.cross[i] {
				for k := j + 1; k <= a.fields; k++ {
					next[k] = true
				}
				break
			}
		}
		reach, next = next, reach
	}
	for j := 0; j <= a.fields; j++ {
		if !reach[j] {
			continue
		}
		if len(p.fields) <= a.last {
			return true
		}
		if j == a.fields {
			break
		}
		// Where the part before the first star fits, the earliest place is the
		// best: every later one leaves less text for the rest.
		last := &p.fields[a.last]
		text := a.text[starts[j]:]
		if last.kind != globGeneral || len(last.rest.segs) == 1 {
			if m.match(last, text) {
				return true
			}
			continue
		}
		if pos := m.forward(last, &last.rest.segs[0], text); pos >= 0 {
			return m.rest(last, text[pos:])
		}
	}
	return false
}
