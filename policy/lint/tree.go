package lint

import (
	"bytes"
	"encoding/json"
	"errors"
)

// maxDepth is deeper than any document that has a meaning.
const maxDepth = 16

// node is a JSON value with its place. It is read here a second time, leniently, because what the parser of policies refuses has no
// form that it could give back.
type node struct {
	kind       byte // one of { [ " 0 t n: object, list, string, number, boolean, null
	text       string
	start, end int
	members    []member
	items      []node
}

type member struct {
	name       string
	start, end int // of the name
	value      node
}

// tree is a whole text.
type tree struct{ root node }

var errNested = errors.New("nested too deeply")

// newTree reads a text; nil if it is not JSON.
func newTree(src []byte) *tree {
	r := reader{src: src, dec: json.NewDecoder(bytes.NewReader(src))}
	r.dec.UseNumber()
	root, err := r.value(0)
	if err != nil {
		return nil
	}
	return &tree{root}
}

type reader struct {
	src []byte
	dec *json.Decoder
}

// token reads the next token and says where it starts: past the white space and the separator before it.
func (r *reader) token() (t json.Token, start int, err error) {
	start = int(r.dec.InputOffset())
	if t, err = r.dec.Token(); err != nil {
		return nil, 0, err
	}
	for start < len(r.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src[start]) >= 0 {
		start++
	}
	return t, start, nil
}

func (r *reader) value(depth int) (node, error) {
	t, start, err := r.token()
	if err != nil {
		return node{}, err
	}
	n := node{start: start}
	switch t := t.(type) {
	case string:
		n.kind, n.text = '"', t
	case json.Number:
		n.kind, n.text = '0', t.String()
	case bool:
		n.kind = 't'
	case nil:
		n.kind = 'n'
	case json.Delim:
		if depth == maxDepth {
			return node{}, errNested
		}
		n.kind = byte(t)
		err = r.inside(&n, depth+1)
	}
	n.end = int(r.dec.InputOffset())
	return n, err
}

// inside reads what an object or a list holds, and its closing character.
func (r *reader) inside(n *node, depth int) error {
	for r.dec.More() {
		if n.kind == '[' {
			item, err := r.value(depth)
			if err != nil {
				return err
			}
			n.items = append(n.items, item)
			continue
		}
		name, start, err := r.token()
		if err != nil {
			return err
		}
		m := member{start: start, end: int(r.dec.InputOffset())}
		m.name, _ = name.(string)
		if m.value, err = r.value(depth); err != nil {
			return err
		}
		n.members = append(n.members, m)
	}
	_, err := r.dec.Token()
	return err
}

// member finds a member by its name.
func (n *node) member(name string) (*member, bool) {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i], true
		}
	}
	return nil, false
}

// place is what stands at an offset, and how one gets there.
type place struct {
	names     []string // of the members on the way, without the places in lists
	node      *node    // the value; of a name its value
	of        *node    // the object around a name
	onName    bool
	nameEnd   int // with onName
	statement int // -1 outside of all
	in        *node
}

// end is where the thing ends.
func (p *place) end() int {
	if p.onName {
		return p.nameEnd
	}
	return p.node.end
}

// locate finds what begins at an offset.
func (t *tree) locate(offset int) (place, bool) {
	p := place{statement: -1, node: &t.root}
	for p.node.start != offset {
		if !p.step(offset) {
			return place{}, false
		}
		if p.onName {
			return p, true
		}
	}
	if len(p.names) == 1 && p.names[0] == "Statement" && p.node.kind == '{' {
		p.statement, p.in = 0, p.node
	}
	return p, true
}

// step goes into the member or item that holds the offset.
func (p *place) step(offset int) bool {
	inStatements := len(p.names) == 1 && p.names[0] == "Statement"
	for i := range p.node.items {
		if it := &p.node.items[i]; it.start <= offset && offset < it.end {
			if inStatements && p.statement < 0 {
				p.statement, p.in = i, it
			}
			p.node = it
			return true
		}
	}
	for i := range p.node.members {
		m := &p.node.members[i]
		if m.start > offset || offset >= m.value.end {
			continue
		}
		if inStatements && p.statement < 0 {
			p.statement, p.in = 0, p.node
		}
		p.names = append(p.names, m.name)
		p.onName, p.nameEnd = m.start == offset, m.end
		p.of, p.node = p.node, &m.value
		return true
	}
	return false
}
