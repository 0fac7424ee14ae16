package policy

import "strings"

type pieceKind uint8

const (
	pieceText pieceKind = iota // literal text
	pieceOne                   // exactly one character
	pieceStar                  // any run of characters
	pieceVar                   // the value of a key
)

// piece is a part of a pattern, resource or condition value.
type piece struct {
	kind pieceKind
	text string // pieceText: the text; pieceVar: the folded key
	def  string // pieceVar: what stands in for a missing value
	has  bool   // pieceVar: there is a default
}

// parsePattern cuts a text without variables.
func parsePattern(s string) []piece {
	var b pieceBuilder
	for i := 0; i < len(s); i++ {
		b.wild(s[i])
	}
	return b.done()
}

// parseTemplate cuts a text with variables (IAM User Guide, "Policy
// variables"): ${key}, ${key, 'default'}, and ${*} ${?} ${$} for the characters
// themselves. "${}" is plain text. With wild, * and ? are wildcards. A variable
// that cannot be read is reported in bad.
func parseTemplate(s string, wild bool) (pieces []piece, bad string) {
	var b pieceBuilder
	for i := 0; i < len(s); {
		if !strings.HasPrefix(s[i:], "${") {
			if wild {
				b.wild(s[i])
			} else {
				b.byte(s[i])
			}
			i++
			continue
		}
		end := variableEnd(s, i+2)
		if end < 0 {
			return nil, "a variable is not closed"
		}
		inner := s[i+2 : end]
		switch inner {
		case "":
			b.literal("${}")
		case "*", "?", "$":
			b.literal(inner)
		default:
			v, ok := parseVariable(inner)
			if !ok {
				return nil, "a variable is written ${key} or ${key, 'default'}"
			}
			b.add(v)
		}
		i = end + 1
	}
	return b.done(), ""
}

// variableEnd finds the closing brace, stepping over a quoted default.
func variableEnd(s string, from int) int {
	quoted := false
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			quoted = !quoted
		case s[i] == '}' && !quoted:
			return i
		}
	}
	return -1
}

func parseVariable(inner string) (piece, bool) {
	name, rest, hasDefault := strings.Cut(inner, ",")
	name = strings.TrimSpace(name)
	if name == "" || strings.ContainsAny(name, " \t\r\n'${}*?") {
		return piece{}, false
	}
	v := piece{kind: pieceVar, text: FoldKey(name)}
	if !hasDefault {
		return v, true
	}
	rest = strings.TrimSpace(rest)
	if len(rest) < 2 || rest[0] != '\'' || rest[len(rest)-1] != '\'' || strings.Contains(rest[1:len(rest)-1], "'") {
		return piece{}, false
	}
	v.def, v.has = rest[1:len(rest)-1], true
	return v, true
}

func hasVariable(s string) bool {
	if !strings.Contains(s, "${") {
		return false
	}
	pieces, bad := parseTemplate(s, false)
	if bad != "" {
		return true
	}
	for _, p := range pieces {
		if p.kind == pieceVar {
			return true
		}
	}
	return false
}

// pieceBuilder joins neighbouring literals and neighbouring stars.
type pieceBuilder struct {
	pieces []piece
	lit    strings.Builder
}

func (b *pieceBuilder) byte(c byte)      { b.lit.WriteByte(c) }
func (b *pieceBuilder) literal(s string) { b.lit.WriteString(s) }

func (b *pieceBuilder) wild(c byte) {
	switch c {
	case '*':
		b.flush()
		if n := len(b.pieces); n > 0 && b.pieces[n-1].kind == pieceStar {
			return
		}
		b.pieces = append(b.pieces, piece{kind: pieceStar})
	case '?':
		b.add(piece{kind: pieceOne})
	default:
		b.lit.WriteByte(c)
	}
}

func (b *pieceBuilder) add(p piece) {
	b.flush()
	b.pieces = append(b.pieces, p)
}

func (b *pieceBuilder) flush() {
	if b.lit.Len() > 0 {
		b.pieces = append(b.pieces, piece{kind: pieceText, text: b.lit.String()})
		b.lit.Reset()
	}
}

func (b *pieceBuilder) done() []piece {
	b.flush()
	return b.pieces
}
