package wire

import (
	"slices"
	"sort"
	"strings"
)

// ListStyle is how a query form spells the elements of a list.
type ListStyle uint8

// The list styles.
const (
	MemberList ListStyle = iota // Tags.member.1.Key, as AWS
	FlatList                    // Tag.1.Key, as Alibaba Cloud
	ZeroList                    // Tag.0.Key or Tag.1.Key, as UCloud; written from 0
)

// ReadForm fills s, which must be fresh, from f and returns what is wrong with the input. Parameters the shape does not name are
// left alone. The elements of a list stand in the order of their indexes, which may have gaps.
func ReadForm(f *Form, s Shape, style ListStyle) []Violation {
	var all struct { // one allocation for what a usual call needs
		formSource
		reader
		prefix  [64]byte
		frames  [6]formFrame
		indexes [16]int32
		path    [6]Step
	}
	all.formSource = formSource{
		form: f, style: style, hi: len(f.pairs), prefix: all.prefix[:0], frames: all.frames[:0], indexes: all.indexes[:0],
	}
	all.reader = reader{src: &all.formSource, checker: checker{path: all.path[:0]}}
	return all.read(s)
}

// formSource reads by prefix. The pairs are sorted, so everything below "Tags.member.1." is one run of them.
type formSource struct {
	form    *Form
	style   ListStyle
	prefix  []byte // path of the current place with its last dot, empty at the top
	lo, hi  int    // the run of pairs below prefix
	frames  []formFrame
	indexes []int32 // indexes of all lists entered, a stack
}

type formFrame struct {
	prefix, lo, hi int
	indexes        int // where the indexes of this list begin
}

func (s *formSource) push() {
	s.frames = append(s.frames, formFrame{len(s.prefix), s.lo, s.hi, len(s.indexes)})
}

func (s *formSource) leave() {
	f := s.frames[len(s.frames)-1]
	s.frames = s.frames[:len(s.frames)-1]
	s.prefix, s.lo, s.hi, s.indexes = s.prefix[:f.prefix], f.lo, f.hi, s.indexes[:f.indexes]
}

// find gives the first pair of the run whose key, after the prefix, is not before name.
func (s *formSource) find(name string) int {
	n := len(s.prefix)
	pairs := s.form.pairs[s.lo:s.hi]
	return s.lo + sort.Search(len(pairs), func(i int) bool { return pairs[i].key[n:] >= name })
}

func (s *formSource) leaf(name string) (string, leafKind) {
	if name == "" {
		// The place itself, an element of a list. Its key is the prefix without the last dot and stands just before the run
		// of its children: a key in between would not have been a canonical index.
		if i := s.lo - 1; i >= 0 && s.form.pairs[i].key == string(s.prefix[:len(s.prefix)-1]) {
			return s.form.pairs[i].value, untyped
		}
		return "", absent
	}
	if i := s.find(name); i < s.hi && s.form.pairs[i].key[len(s.prefix):] == name {
		return s.form.pairs[i].value, untyped
	}
	return "", absent
}

// narrow makes name, which ends with a dot, the current place. It reports whether anything is below it.
func (s *formSource) narrow(name string) bool {
	lo := s.find(name)
	n := len(s.prefix)
	s.prefix = append(s.prefix, name...)
	rest := s.form.pairs[lo:s.hi]
	s.lo, s.hi = lo, lo+sort.Search(len(rest), func(i int) bool { return !strings.HasPrefix(rest[i].key[n:], name) })
	return s.lo < s.hi
}

func (s *formSource) enter(name string) leafKind {
	v, kind := s.leaf(name)
	s.push()
	if s.narrow(name + ".") {
		if kind == absent {
			return composite
		}
		s.leave()
		return untyped // both a value and members
	}
	if kind == untyped && v == "" {
		return composite // sent, and without members
	}
	s.leave()
	return kind
}

func (s *formSource) list(name, item string) int {
	v, kind := s.leaf(name)
	infix := ""
	if s.style == MemberList {
		infix = item + "."
	}
	s.push()
	if !s.narrow(name + ".") {
		if kind == untyped && v == "" {
			return 0
		}
		s.leave()
		if kind == absent {
			return noList
		}
		return notList
	}
	n := s.elements(infix)
	if kind != absent {
		n = notList
	}
	if n < 0 {
		s.leave()
		return n
	}
	s.prefix = append(s.prefix, infix...)
	return n
}

// elements collects the indexes of the list below the prefix. Every key there must go on with the infix and a canonical index:
// member.01 next to member.1 could mean another element to another reader.
func (s *formSource) elements(infix string) int {
	start := len(s.indexes)
	last := int32(-1)
	for _, p := range s.form.pairs[s.lo:s.hi] {
		rest, ok := strings.CutPrefix(p.key[len(s.prefix):], infix)
		if !ok {
			return notList
		}
		digits, below, nested := strings.Cut(rest, ".")
		index, ok := parseIndex(digits, s.style == ZeroList)
		if !ok || nested && below == "" {
			return notList
		}
		if index == last {
			continue
		}
		last = index
		s.indexes = append(s.indexes, index)
		if len(s.indexes)-start > s.form.limits.Items {
			return tooLong
		}
	}
	slices.Sort(s.indexes[start:])
	s.indexes = s.indexes[:start+len(slices.Compact(s.indexes[start:]))]
	return len(s.indexes) - start
}

// parseIndex reads digits without sign and without leading zeros, at most nine of them.
func parseIndex(s string, zero bool) (int32, bool) {
	if s == "" || len(s) > 9 || s[0] == '0' && (len(s) > 1 || !zero) {
		return 0, false
	}
	n := int32(0)
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int32(s[i]-'0')
	}
	return n, true
}

func (s *formSource) item(i int) {
	list := s.frames[len(s.frames)-1].indexes
	index := s.indexes[list+i]
	s.push()
	// A list within the element puts its indexes above the ones of this list.
	var digits [12]byte
	s.narrow(string(appendInt(digits[:0], int64(index))) + ".")
}
