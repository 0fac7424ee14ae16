package wire

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// JSONLimits bounds a JSON document while it is parsed. A zero field takes the value of [DefaultJSONLimits].
type JSONLimits struct {
	Bytes int // length of the raw document
	Depth int // nesting of objects and arrays
	Nodes int // values of all kinds together
	Items int // members of one object or elements of one array
	Text  int // length of one string or number in bytes
}

// DefaultJSONLimits suits the JSON calls of the clouds.
func DefaultJSONLimits() JSONLimits {
	return JSONLimits{Bytes: 1 << 20, Depth: 24, Nodes: 20000, Items: 2000, Text: 1 << 20}
}

func (l JSONLimits) filled() JSONLimits {
	d := DefaultJSONLimits()
	for _, f := range []struct{ v, or *int }{
		{&l.Bytes, &d.Bytes}, {&l.Depth, &d.Depth}, {&l.Nodes, &d.Nodes}, {&l.Items, &d.Items}, {&l.Text, &d.Text},
	} {
		if *f.v <= 0 {
			*f.v = *f.or
		}
	}
	return l
}

// JSONError says why a document was refused and at which byte, counted from 0. Err is one of the Err values of this package.
type JSONError struct {
	Err    error
	Offset int
}

// Error implements error.
func (e *JSONError) Error() string { return fmt.Sprintf("%v at byte %d", e.Err, e.Offset) }

// Unwrap gives the class of the fault to errors.Is.
func (e *JSONError) Unwrap() error { return e.Err }

// jsonNode is one value. Children of a node are a run of ids, so the whole tree lives in two slices.
type jsonNode struct {
	kind       leafKind // absent stands for null
	array      bool
	name, text string
	start, end int     // where the value stands in the document
	children   []int32 // ids of the members or elements
}

// JSON is a parsed document.
type JSON struct {
	raw   []byte
	nodes []jsonNode
	items int
}

// ParseJSON parses one JSON value under bounds on depth, number and size, checked before anything is allocated for it. It is
// strict: no member given twice, no bytes that are not UTF-8, no lone surrogates, nothing after the value. The error is a
// *[JSONError].
func ParseJSON(raw []byte, limits JSONLimits) (*JSON, error) {
	limits = limits.filled()
	if len(raw) > limits.Bytes {
		return nil, &JSONError{Err: ErrTooLarge, Offset: limits.Bytes}
	}
	p := jsonParser{raw: raw, limits: limits, doc: &JSON{raw: raw, items: limits.Items}}
	p.space()
	if _, err := p.value("", 0); err != nil {
		return nil, &JSONError{Err: err, Offset: p.at}
	}
	p.space()
	if p.at != len(raw) {
		return nil, &JSONError{Err: ErrSyntax, Offset: p.at}
	}
	return p.doc, nil
}

type jsonParser struct {
	raw    []byte
	at     int
	limits JSONLimits
	doc    *JSON
}

func (p *jsonParser) space() {
	for p.at < len(p.raw) {
		switch p.raw[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *jsonParser) peek() byte {
	if p.at >= len(p.raw) {
		return 0
	}
	return p.raw[p.at]
}

func (p *jsonParser) value(name string, depth int) (id int32, err error) {
	if len(p.doc.nodes) >= p.limits.Nodes {
		return 0, ErrTooMany
	}
	id = int32(len(p.doc.nodes))
	p.doc.nodes = append(p.doc.nodes, jsonNode{name: name, start: p.at})
	n := jsonNode{name: name, start: p.at}
	switch c := p.peek(); {
	case c == '{' || c == '[':
		n.kind, n.array = composite, c == '['
		n.children, err = p.composite(c, depth+1)
	case c == '"':
		n.kind = aString
		n.text, err = p.text()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = aNumber
		n.text, err = p.number()
	case p.literal("true"):
		n.kind, n.text = aBoolean, "true"
	case p.literal("false"):
		n.kind, n.text = aBoolean, "false"
	case p.literal("null"):
	default:
		err = ErrSyntax
	}
	n.end = p.at
	p.doc.nodes[id] = n
	return id, err
}

func (p *jsonParser) literal(word string) bool {
	if !bytes.HasPrefix(p.raw[p.at:], []byte(word)) {
		return false
	}
	p.at += len(word)
	return true
}

func (p *jsonParser) composite(open byte, depth int) ([]int32, error) {
	if depth > p.limits.Depth {
		return nil, ErrTooDeep
	}
	end := open + 2 // both ] and } stand two after their opening bracket
	p.at++
	p.space()
	if p.peek() == end {
		p.at++
		return nil, nil
	}
	var ids []int32
	for {
		if len(ids) >= p.limits.Items {
			return nil, ErrTooMany
		}
		name, err := p.member(open)
		if err != nil {
			return nil, err
		}
		id, err := p.value(name, depth)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
		p.space()
		switch p.peek() {
		case ',':
			p.at++
			p.space()
		case end:
			p.at++
			if open == '{' && p.repeated(ids) {
				return nil, ErrDuplicateKey
			}
			return ids, nil
		default:
			return nil, ErrSyntax
		}
	}
}

// member reads the name of an object's member; the elements of an array have none.
func (p *jsonParser) member(open byte) (string, error) {
	if open == '[' {
		return "", nil
	}
	if p.peek() != '"' {
		return "", ErrSyntax
	}
	name, err := p.text()
	if err != nil {
		return "", err
	}
	p.space()
	if p.peek() != ':' {
		return "", ErrSyntax
	}
	p.at++
	p.space()
	return name, nil
}

func (p *jsonParser) repeated(ids []int32) bool {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = p.doc.nodes[id].name
	}
	slices.Sort(names)
	return len(slices.Compact(names)) != len(ids)
}

func (p *jsonParser) number() (string, error) {
	start := p.at
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
	} else if !p.digits() {
		return "", ErrSyntax
	}
	if p.peek() == '.' {
		p.at++
		if !p.digits() {
			return "", ErrSyntax
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return "", ErrSyntax
		}
	}
	// Longer numbers mean nothing to any member and cost time to convert.
	if p.at-start > min(p.limits.Text, 64) {
		return "", ErrTooLarge
	}
	return string(p.raw[start:p.at]), nil
}

func (p *jsonParser) digits() bool {
	start := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at > start
}

func (p *jsonParser) text() (string, error) {
	start := p.at + 1
	end, plain := start, true
	for ; ; end++ {
		if end >= len(p.raw) {
			p.at = end
			return "", ErrSyntax
		}
		c := p.raw[end]
		if c == '"' {
			break
		}
		if c < ' ' {
			p.at = end
			return "", ErrSyntax
		}
		if c == '\\' {
			plain = false
			end++
		}
	}
	if end-start > p.limits.Text {
		return "", ErrTooLarge
	}
	body := p.raw[start:end]
	if !utf8.Valid(body) {
		return "", ErrEncoding
	}
	p.at = end + 1
	if plain {
		return string(body), nil
	}
	return unquote(body)
}

func unquote(body []byte) (string, error) {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			out = append(out, body[i])
			continue
		}
		i++
		switch c := body[i]; c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, n, ok := unquoteRune(body[i+1:])
			if !ok {
				return "", ErrSyntax
			}
			out = utf8.AppendRune(out, r)
			i += n
		default:
			return "", ErrSyntax
		}
	}
	return string(out), nil
}

// unquoteRune reads what follows \u: four hex digits, or a pair of surrogates. n is how many bytes it took.
func unquoteRune(s []byte) (r rune, n int, ok bool) {
	hi, ok := hex4(s)
	if !ok || !utf16.IsSurrogate(hi) {
		return hi, 4, ok
	}
	if len(s) < 10 || s[4] != '\\' || s[5] != 'u' {
		return 0, 0, false
	}
	lo, ok := hex4(s[6:])
	r = utf16.DecodeRune(hi, lo)
	return r, 10, ok && r != utf8.RuneError
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s[:4]), 16, 16)
	return rune(n), err == nil
}
