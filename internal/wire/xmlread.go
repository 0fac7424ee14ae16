package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// XMLLimits bounds an XML document while it is parsed. A zero field takes the value of [DefaultXMLLimits].
type XMLLimits struct {
	Bytes int // length of the raw document
	Depth int // nesting of elements
	Nodes int // number of elements
}

// DefaultXMLLimits suits the answers of the query protocol.
func DefaultXMLLimits() XMLLimits { return XMLLimits{Bytes: 16 << 20, Depth: 32, Nodes: 200000} }

func (l XMLLimits) filled() XMLLimits {
	d := DefaultXMLLimits()
	for _, f := range []struct{ v, or *int }{{&l.Bytes, &d.Bytes}, {&l.Depth, &d.Depth}, {&l.Nodes, &d.Nodes}} {
		if *f.v <= 0 {
			*f.v = *f.or
		}
	}
	return l
}

// xmlNode is one element; attributes are not kept, the query protocol has none.
type xmlNode struct {
	name, text string
	children   []*xmlNode
}

func (n *xmlNode) child(name string) *xmlNode {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// childText is the text of the element called name, or empty.
func (n *xmlNode) childText(name string) string {
	if c := n.child(name); c != nil {
		return c.text
	}
	return ""
}

// parseXML reads one document into a tree. A document type is refused, so there are no entities but the five of XML itself.
func parseXML(raw []byte, limits XMLLimits) (*xmlNode, error) {
	limits = limits.filled()
	if len(raw) > limits.Bytes {
		return nil, ErrTooLarge
	}
	d := xml.NewDecoder(bytes.NewReader(raw))
	root := &xmlNode{}
	open := []*xmlNode{root}
	var text []*strings.Builder
	for nodes := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if nodes++; nodes > limits.Nodes {
				return nil, ErrTooMany
			}
			if len(open) > limits.Depth {
				return nil, ErrTooDeep
			}
			n := &xmlNode{name: t.Name.Local}
			parent := open[len(open)-1]
			parent.children = append(parent.children, n)
			open = append(open, n)
			text = append(text, &strings.Builder{})
		case xml.EndElement:
			last := len(open) - 1
			if n := open[last]; len(n.children) == 0 {
				n.text = text[last-1].String()
			}
			open, text = open[:last], text[:last-1]
		case xml.CharData:
			if len(text) > 0 {
				text[len(text)-1].Write(t)
			}
		case xml.Directive:
			return nil, ErrSyntax
		}
	}
	if len(root.children) != 1 {
		return nil, ErrSyntax
	}
	return root.children[0], nil
}

// xmlSource reads answers in the form that [AppendXML] writes.
type xmlSource struct {
	at    *xmlNode
	stack []*xmlNode
}

func (s *xmlSource) leaf(name string) (string, leafKind) {
	n := s.at
	if name != "" {
		if n = s.at.child(name); n == nil {
			return "", absent
		}
	}
	if len(n.children) > 0 {
		return "", composite
	}
	return n.text, untyped
}

func (s *xmlSource) goTo(n *xmlNode) {
	s.stack = append(s.stack, s.at)
	s.at = n
}

func (s *xmlSource) enter(name string) leafKind {
	n := s.at.child(name)
	if n == nil {
		return absent
	}
	s.goTo(n)
	return composite
}

func (s *xmlSource) list(name, item string) int {
	n := s.at.child(name)
	if n == nil {
		return noList
	}
	for _, c := range n.children {
		if c.name != item {
			return notList
		}
	}
	s.goTo(n)
	return len(n.children)
}

func (s *xmlSource) item(i int) { s.goTo(s.at.children[i]) }

func (s *xmlSource) leave() {
	last := len(s.stack) - 1
	s.at, s.stack = s.stack[last], s.stack[:last]
}
