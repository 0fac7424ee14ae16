package policy

import (
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// arnText is a text cut at its first five colons; the sixth field is the rest.
type arnText struct {
	text   string
	colons [5]int
	fields int // number of fields if every colon counted
	ok     bool
}

func cutARN(s string) arnText {
	a := arnText{text: s}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] != ':' {
			continue
		}
		if n < 5 {
			a.colons[n] = i
		}
		n++
	}
	a.fields = n + 1
	a.ok = n >= 5 && strings.HasPrefix(s, "arn:")
	return a
}

// field returns field i, 0 to 5.
func (a *arnText) field(i int) string {
	start := 0
	if i > 0 {
		start = a.colons[i-1] + 1
	}
	if i == 5 {
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
	lit    string
	fields []glob
	cross  [5]bool
	over   bool // some field crosses
}

func newARNPattern(s string, variables bool) arnPattern {
	if s == "*" {
		return arnPattern{kind: globAny}
	}
	parts := pattern.Fields(s, variables)
	p := arnPattern{fields: make([]glob, len(parts))}
	literal := len(parts) == 6
	for i, part := range parts {
		pieces := pattern.Parse(part)
		if i == 5 && variables {
			pieces, _ = pattern.Template(part, true) // Parse refused what cannot be read
		}
		p.fields[i] = newGlob(pieces, false)
		if i == 5 {
			break
		}
		literal = literal && p.fields[i].literal()
		if strings.HasSuffix(part, "*") {
			p.cross[i], p.over = true, true
		}
	}
	if last := &p.fields[len(parts)-1]; literal && (last.kind == globExact || last.kind == globPrefix || last.kind == globAny) {
		p.kind, p.lit = last.kind, strings.Join(parts[:5], ":")+":"+last.lit
		if last.kind == globAny {
			p.kind = globPrefix
		}
		p.fields = nil
	}
	return p
}

// vars are the variables of the pattern; they stand in the last field only.
func (p *arnPattern) vars() []pattern.Piece {
	if len(p.fields) < 6 {
		return nil
	}
	return p.fields[5].vars
}

func (m *matcher) matchARN(p *arnPattern, a *arnText) bool {
	switch {
	case p.kind == globAny:
		return true
	case !a.ok:
		return false
	case p.kind == globExact:
		return m.same(a.text, p.lit, false)
	case p.kind == globPrefix:
		return strings.HasPrefix(a.text, p.lit)
	}
	for i := range p.fields {
		if !m.match(&p.fields[i], a.field(i)) {
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
	for i := 0; i < len(p.fields) && i < 5; i++ {
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
		if len(p.fields) < 6 {
			return true
		}
		if j == a.fields {
			break
		}
		// Where the part before the first star fits, the earliest place is the
		// best: every later one leaves less text for the rest.
		last := &p.fields[5]
		text := a.text[starts[j]:]
		if last.kind != globGeneral || len(last.segs) == 1 {
			if m.match(last, text) {
				return true
			}
			continue
		}
		if pos := m.forward(last, &last.segs[0], text); pos >= 0 {
			return m.rest(last, text[pos:])
		}
	}
	return false
}
