package policy

import (
	"encoding/binary"

	"github.com/daypass/daypass/policy/internal/pattern"
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
		f.many = make([]byte, f.n)
		text = f.many
	}
	for i := range len(action) {
		text[i] = pattern.FoldByte(action[i])
	}
	f.head = binary.LittleEndian.Uint64(text)
}

func (f *foldedAction) text() []byte {
	if f.many != nil {
		return f.many
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
		return f.n >= len(p.lit) && string(f.text()[:len(p.lit)]) == p.lit
	}
	var m matcher
	return m.match(&p.glob, action)
}
