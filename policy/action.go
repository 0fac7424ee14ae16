package policy

import (
	"encoding/binary"
	"strings"
)

// actionPattern is a compiled element of Action or NotAction. Most actions that
// are asked for differ from most patterns within their first eight bytes, and
// those are compared at once.
type actionPattern struct {
	glob
	head, mask uint64 // the bytes of lit that stand among the first eight, and where they are
}

func newActionPattern(s string) actionPattern {
	p := actionPattern{glob: parseGlob(s, true)}
	n := min(len(p.lit), 8)
	var head, mask [8]byte
	copy(head[:], p.lit[:n])
	for i := range n {
		mask[i] = 0xff
	}
	p.head, p.mask = binary.LittleEndian.Uint64(head[:]), binary.LittleEndian.Uint64(mask[:])
	return p
}

// whole reports whether an action matches if its first eight bytes do.
func (p *actionPattern) whole() bool {
	return p.kind == globAny || p.kind == globPrefix && len(p.lit) <= 8 && strings.IndexByte(p.lit, 0) < 0
}

// foldedAction is the action in lower case. It lives in the evaluator, so that
// it costs no memory; only an action longer than any that exists does.
type foldedAction struct {
	head uint64 // the first eight bytes
	n    int
	few  [96]byte
	many []byte
}

func (f *foldedAction) set(action string) {
	f.n = len(action)
	text := f.few[:]
	if f.n > len(text) {
		f.many = make([]byte, (f.n+7)&^7)
		text = f.many
	}
	copy(text, action)
	for i := 0; i < f.n; i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		binary.LittleEndian.PutUint64(text[i:], foldEight(w))
	}
	f.head = binary.LittleEndian.Uint64(text)
}

// foldEight is pattern.FoldByte for eight bytes at once: the high bit of each
// byte of upper is set where that byte is from A to Z.
func foldEight(w uint64) uint64 {
	const ones = 0x0101010101010101
	low := w & (ones * 0x7f)
	upper := (low + ones*(0x80-'A')) &^ (low + ones*(0x80-'Z'-1)) &^ w & (ones * 0x80)
	return w | upper>>2
}

func (f *foldedAction) text() []byte {
	if f.many != nil {
		return f.many[:f.n]
	}
	return f.few[:f.n]
}

// matches compares the rest, where the first bytes are those of the pattern.
func (f *foldedAction) matches(p *actionPattern, action string) bool {
	switch p.kind {
	case globAny:
		return true
	case globExact:
		return f.n == len(p.lit) && string(f.text()) == p.lit
	case globPrefix:
		return f.n >= len(p.lit) && (len(p.lit) <= 8 || string(f.text()[:len(p.lit)]) == p.lit)
	}
	var m matcher
	return m.match(&p.glob, action)
}
