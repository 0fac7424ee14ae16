package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of a document. The longest document any call accepts is the one of a
// simulation, 131,072 characters (IAM API Reference, policyDocumentType).
const (
	maxDocumentChars = 131072
	maxDepth         = 12    // a valid document is seven deep
	maxNodes         = 40000 // values in a document
	maxMembers       = 4096  // members of one object
	maxNumber        = 40    // characters of a number
)

type nodeKind uint8

const (
	nodeString nodeKind = iota
	nodeNumber
	nodeBool
	nodeObject
	nodeArray
	nodeNull
)

var nodeWords = [...]string{"a string", "a number", "a boolean", "an object", "a list", "null"}

func (k nodeKind) String() string { return nodeWords[k] }

// node is a JSON value with the place it was read from. A number keeps its
// text: conditions compare decimals exactly.
type node struct {
	text     string
	items    []node
	members  []member
	pos, end int // byte offsets, end exclusive
	kind     nodeKind
}

type member struct {
	key   string
	pos   int
	value node
}

// scanError is the single fault at which scanning stopped.
type scanError struct {
	offset int
	detail string
}

// scanner reads JSON more strictly than RFC 8259 asks for: whatever two
// readers could understand differently is refused (duplicate names, byte order
// mark, broken UTF-8 or surrogates, null, numbers beyond a plain decimal).
type scanner struct {
	src   string
	off   int
	nodes int
	fault *scanError

	// Objects and lists that are not complete, one above the other: how long
	// they will be is known when they are.
	members []member
	items   []node
}

// scan reads one document. It looks at no byte twice except inside strings
// with escapes, and allocates in proportion to the input.
func scan(src string) (node, *scanError) {
	if strings.HasPrefix(src, "\ufeff") {
		return node{}, &scanError{0, "byte order mark before the document"}
	}
	s := &scanner{src: src}
	s.space()
	n := s.value(0)
	if s.fault == nil {
		s.space()
		if s.off < len(src) {
			s.fail("text after the end of the document")
		}
	}
	return n, s.fault
}

func (s *scanner) fail(format string, args ...any) {
	if s.fault == nil {
		s.fault = &scanError{s.off, fmt.Sprintf(format, args...)}
	}
}

func (s *scanner) space() {
	for s.off < len(s.src) {
		switch s.src[s.off] {
		case ' ', '\t', '\n', '\r':
			s.off++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	if s.off < len(s.src) {
		return s.src[s.off]
	}
	return 0
}

func (s *scanner) value(depth int) node {
	n := node{pos: s.off}
	if s.nodes++; s.nodes > maxNodes {
		s.fail("more than %d values", maxNodes)
		return n
	}
	if depth > maxDepth {
		s.fail("nested deeper than %d levels", maxDepth)
		return n
	}
	switch c := s.peek(); {
	case c == '{':
		n.kind = nodeObject
		s.object(&n, depth)
	case c == '[':
		n.kind = nodeArray
		s.array(&n, depth)
	case c == '"':
		n.kind = nodeString
		n.text = s.str()
	case c == '-' || '0' <= c && c <= '9':
		n.kind = nodeNumber
		n.text = s.number()
	case strings.HasPrefix(s.src[s.off:], "true"):
		n.kind, n.text = nodeBool, "true"
		s.off += 4
	case strings.HasPrefix(s.src[s.off:], "false"):
		n.kind, n.text = nodeBool, "false"
		s.off += 5
	case strings.HasPrefix(s.src[s.off:], "null"):
		n.kind = nodeNull
		s.off += len("null")
	case s.off >= len(s.src):
		s.fail("the document ends too early")
	default:
		s.fail("no JSON value starts here")
	}
	n.end = s.off
	return n
}

func (s *scanner) object(n *node, depth int) {
	s.off++
	s.space()
	if s.peek() == '}' {
		s.off++
		return
	}
	seen, from := nameSet{}, len(s.members)
	for s.fault == nil {
		if s.peek() != '"' {
			s.fail("a member name in double quotes is missing")
			return
		}
		m := member{pos: s.off}
		m.key = s.str()
		if s.fault != nil {
			return
		}
		if !seen.add(s.members[from:], m.key) {
			s.off = m.pos
			s.fail("%q appears twice in the same object", clip(m.key))
			return
		}
		if len(s.members)-from >= maxMembers {
			s.fail("more than %d members in one object", maxMembers)
			return
		}
		s.space()
		if s.peek() != ':' {
			s.fail("a colon is missing after %q", clip(m.key))
			return
		}
		s.off++
		s.space()
		m.value = s.value(depth + 1)
		s.members = append(s.members, m)
		if s.fault != nil || !s.more('}') {
			break
		}
	}
	n.members = slices.Clone(s.members[from:])
	s.members = s.members[:from]
}

func (s *scanner) array(n *node, depth int) {
	s.off++
	s.space()
	if s.peek() == ']' {
		s.off++
		return
	}
	from := len(s.items)
	for s.fault == nil {
		v := s.value(depth + 1)
		s.items = append(s.items, v)
		if s.fault != nil || !s.more(']') {
			break
		}
	}
	n.items = slices.Clone(s.items[from:])
	s.items = s.items[:from]
}

// more steps over the comma, or over the closing character and ends the list.
func (s *scanner) more(closing byte) bool {
	s.space()
	switch s.peek() {
	case ',':
		s.off++
		s.space()
		return true
	case closing:
		s.off++
		return false
	}
	s.fail("a comma or %q is missing", string(rune(closing)))
	return false
}

// nameSet finds duplicate names: by comparison among few, by a map among many.
type nameSet struct{ m map[string]struct{} }

func (s *nameSet) add(have []member, name string) bool {
	if s.m == nil {
		for i := range have {
			if have[i].key == name {
				return false
			}
		}
		if len(have) < 12 {
			return true
		}
		s.m = make(map[string]struct{}, 2*len(have))
		for i := range have {
			s.m[have[i].key] = struct{}{}
		}
	}
	if _, twice := s.m[name]; twice {
		return false
	}
	s.m[name] = struct{}{}
	return true
}

func (s *scanner) number() string {
	start := s.off
	digits := func() int {
		from := s.off
		for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
			s.off++
		}
		return s.off - from
	}
	if s.peek() == '-' {
		s.off++
	}
	first := s.peek()
	if n := digits(); n == 0 || n > 1 && first == '0' {
		s.fail("not a number as JSON writes it")
		return ""
	}
	if s.peek() == '.' {
		s.off++
		if digits() == 0 {
			s.fail("digits are missing after the decimal point")
			return ""
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.fail("a number must be a plain decimal, without exponent")
		return ""
	}
	if s.off-start > maxNumber {
		s.fail("a number is longer than %d characters", maxNumber)
	}
	return s.src[start:s.off]
}

// str reads a string. Without escapes the result shares the source's memory.
func (s *scanner) str() string {
	s.off++
	start := s.off
	for s.off < len(s.src) {
		switch c := s.src[s.off]; {
		case c == '"':
			s.off++
			return s.src[start : s.off-1]
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			s.fail("a control character must be escaped inside a string")
			return ""
		default:
			s.off++
		}
	}
	s.fail("a string is not closed")
	return ""
}

func (s *scanner) escaped(start int) string {
	var b strings.Builder
	b.WriteString(s.src[start:s.off])
	for s.off < len(s.src) && s.fault == nil {
		switch c := s.src[s.off]; {
		case c == '"':
			s.off++
			return b.String()
		case c == '\\':
			b.WriteRune(s.escape())
		case c < ' ':
			s.fail("a control character must be escaped inside a string")
		default:
			b.WriteByte(c)
			s.off++
		}
	}
	s.fail("a string is not closed")
	return ""
}

func (s *scanner) escape() rune {
	s.off++
	c := s.peek()
	s.off++
	switch c {
	case '"', '\\', '/':
		return rune(c)
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'u':
		return s.unicode()
	}
	s.off--
	s.fail("unknown escape in a string")
	return 0
}

func (s *scanner) unicode() rune {
	r := s.hex4()
	switch {
	case 0xDC00 <= r && r <= 0xDFFF:
		s.fail("half of a surrogate pair in a string")
	case 0xD800 <= r && r <= 0xDBFF:
		if !strings.HasPrefix(s.src[s.off:], `\u`) {
			s.fail("half of a surrogate pair in a string")
			return 0
		}
		s.off += 2
		low := s.hex4()
		if low < 0xDC00 || low > 0xDFFF {
			s.fail("half of a surrogate pair in a string")
			return 0
		}
		return (r-0xD800)<<10 + (low - 0xDC00) + 0x10000
	}
	return r
}

func (s *scanner) hex4() rune {
	if len(s.src)-s.off < 4 {
		s.fail("a \\u escape needs four hexadecimal digits")
		return 0
	}
	var r rune
	for range 4 {
		c := s.src[s.off]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			s.fail("a \\u escape needs four hexadecimal digits")
			return 0
		}
		r = r<<4 | rune(c)
		s.off++
	}
	return r
}

// clip keeps names that a hostile document made long out of messages.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
