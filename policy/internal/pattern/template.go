package pattern

import "strings"

// Kind says what a piece stands for.
type Kind uint8

// The kinds.
const (
	Text Kind = iota // literal text
	One              // exactly one character
	Star             // any run of characters
	Var              // the value of a key
)

// Piece is a part of a pattern: of an action, a resource or a condition value.
type Piece struct {
	Kind Kind
	Text string // Text: the text; Var: the folded key
	Def  string // Var: what stands in for a missing value
	Has  bool   // Var: there is a default
}

// Parse cuts a text without variables.
func Parse(s string) []Piece {
	var b builder
	for i := 0; i < len(s); i++ {
		b.wild(s[i])
	}
	return b.done()
}

// Template cuts a text with variables (IAM User Guide, "Policy
// variables"): ${key}, ${key, 'default'}, and ${*} ${?} ${$} for the characters
// themselves. "${}" is plain text, and two quotes in a default are one; who has
// no quotes in defaults finds them in Def. With wild, * and ? are wildcards. A variable
// that cannot be read is reported in bad.
func Template(s string, wild bool) (pieces []Piece, bad string) {
	var b builder
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
		end := VariableEnd(s, i+2)
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

// VariableEnd finds the closing brace, stepping over a quoted default.
func VariableEnd(s string, from int) int {
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

func parseVariable(inner string) (Piece, bool) {
	name, rest, hasDefault := strings.Cut(inner, ",")
	name = strings.TrimSpace(name)
	if name == "" || strings.ContainsAny(name, " \t\r\n'${}*?") {
		return Piece{}, false
	}
	v := Piece{Kind: Var, Text: FoldKey(name)}
	if !hasDefault {
		return v, true
	}
	rest = strings.TrimSpace(rest)
	if len(rest) < 2 || rest[0] != '\'' || rest[len(rest)-1] != '\'' {
		return Piece{}, false
	}
	quoted := rest[1 : len(rest)-1]
	if strings.Contains(strings.ReplaceAll(quoted, "''", ""), "'") {
		return Piece{}, false
	}
	v.Def, v.Has = strings.ReplaceAll(quoted, "''", "'"), true
	return v, true
}

// HasVariable reports whether a text holds a variable, or the broken beginning of one.
func HasVariable(s string) bool {
	if !strings.Contains(s, "${") {
		return false
	}
	pieces, bad := Template(s, false)
	if bad != "" {
		return true
	}
	for _, p := range pieces {
		if p.Kind == Var {
			return true
		}
	}
	return false
}

// builder joins neighbouring literals and neighbouring stars.
type builder struct {
	pieces []Piece
	lit    strings.Builder
}

func (b *builder) byte(c byte)      { b.lit.WriteByte(c) }
func (b *builder) literal(s string) { b.lit.WriteString(s) }

func (b *builder) wild(c byte) {
	switch c {
	case '*':
		b.flush()
		if n := len(b.pieces); n > 0 && b.pieces[n-1].Kind == Star {
			return
		}
		b.pieces = append(b.pieces, Piece{Kind: Star})
	case '?':
		b.add(Piece{Kind: One})
	default:
		b.lit.WriteByte(c)
	}
}

func (b *builder) add(p Piece) {
	b.flush()
	b.pieces = append(b.pieces, p)
}

func (b *builder) flush() {
	if b.lit.Len() > 0 {
		b.pieces = append(b.pieces, Piece{Kind: Text, Text: b.lit.String()})
		b.lit.Reset()
	}
}

func (b *builder) done() []Piece {
	b.flush()
	return b.pieces
}
