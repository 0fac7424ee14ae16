package policy

import (
	"net/netip"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// prefix is an address range of an IpAddress condition.
type prefix struct{ netip.Prefix }

// arnValue is a policy value of an Arn operator. Its six fields match one by
// one and no star leaves its field (IAM User Guide, "ARN condition operators").
// The single "*" matches every ARN.
type arnValue struct {
	every  bool
	fields [6]glob
	pieces []pattern.Piece // with variables: the fields are cut once the values are known
	vars   []pattern.Piece
}

func newARNValue(pieces []pattern.Piece) (arnValue, bool) {
	var vars []pattern.Piece
	for _, p := range pieces {
		if p.Kind == pattern.Var {
			vars = append(vars, p)
		}
	}
	if vars != nil {
		return arnValue{pieces: pieces, vars: vars}, true
	}
	if len(pieces) == 1 && pieces[0].Kind == pattern.Star {
		return arnValue{every: true}, true
	}
	fields, ok := arnFields(pieces)
	return arnValue{fields: fields}, ok
}

// bind replaces the variables by their values: plain text, except that a colon
// in it separates fields like any other.
func (v *arnValue) bind(b *bindings) (arnValue, bool) {
	pieces := make([]pattern.Piece, len(v.pieces))
	n := 0
	for i, p := range v.pieces {
		if p.Kind == pattern.Var {
			p = pattern.Piece{Kind: pattern.Text, Text: b.get(n)}
			n++
		}
		pieces[i] = p
	}
	fields, ok := arnFields(pieces)
	return arnValue{fields: fields}, ok
}

// arnFields cuts pieces at the first five colons of their text.
func arnFields(pieces []pattern.Piece) (fields [6]glob, ok bool) {
	var field []pattern.Piece
	n := 0
	for _, p := range pieces {
		for p.Kind == pattern.Text && n < 5 {
			head, tail, colon := strings.Cut(p.Text, ":")
			if !colon {
				break
			}
			if head != "" {
				field = append(field, pattern.Piece{Kind: pattern.Text, Text: head})
			}
			fields[n] = newGlob(field, false)
			field, n = nil, n+1
			p.Text = tail
		}
		if p.Kind != pattern.Text || p.Text != "" {
			field = append(field, p)
		}
	}
	fields[n] = newGlob(field, false)
	return fields, n == 5
}

func (m *matcher) matchARNValue(v *arnValue, a *arnText) bool {
	if v.every {
		return true
	}
	for i := range v.fields {
		if !m.match(&v.fields[i], a.field(i)) {
			return false
		}
	}
	return true
}
