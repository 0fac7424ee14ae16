package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
)

// node is an element with its namespace resolved.
type node struct {
	space, name string
	attrs       []attr
	children    []*node
	parent      *node
	text        string // all character data directly in it, in order
	broken      bool   // a comment stands in it, so that readers could see different texts
}

type attr struct{ space, name, value string }

// bounds are what a document may cost.
type bounds struct {
	bytes, depth, elements, attrs int
	comments                      bool // allowed outside the text that is read
}

const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsEncrypted = "http://www.w3.org/2001/04/xmlenc#"
	nsExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	nsXML       = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS     = "http://www.w3.org/2000/xmlns/"
)

// plainName is an unprefixed name as providers write them. Names beyond ASCII, or with a second colon, are where readers of XML
// disagree with one another.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,127}$`)

var (
	errSyntax    = errors.New("not well-formed XML in UTF-8")
	errSize      = errors.New("too large")
	errDepth     = errors.New("nested too deeply")
	errElements  = errors.New("too many elements")
	errAttrs     = errors.New("too many attributes")
	errDTD       = errors.New("a document type declaration")
	errProcInst  = errors.New("a processing instruction")
	errComment   = errors.New("a comment")
	errName      = errors.New("a name of unusual form")
	errNamespace = errors.New("a namespace that is undeclared, reserved or taken away")
	errTwice     = errors.New("an attribute given twice")
	errRoot      = errors.New("not one element")
	errBalance   = errors.New("an end tag that closes something else")
)

// parse reads a document into a tree. It is stricter than XML: what a second reader might understand otherwise is refused.
func parse(doc []byte, b bounds) (*node, error) {
	if len(doc) > b.bytes {
		return nil, errSize
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	r := &treeReader{bounds: b, first: true}
	for {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errSyntax // the library's error quotes the document
		}
		if err := r.take(token); err != nil {
			return nil, err
		}
		r.first = false
	}
	if r.root == nil || r.at != nil {
		return nil, errRoot
	}
	return r.root, nil
}

type treeReader struct {
	bounds
	root, at *node
	names    []string // raw names of the open elements
	scopes   []map[string]string
	count    int
	first    bool
}

func (r *treeReader) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return r.open(&t)
	case xml.EndElement:
		n := len(r.names)
		if n == 0 || r.names[n-1] != raw(t.Name) {
			return errBalance
		}
		r.names, r.scopes, r.at = r.names[:n-1], r.scopes[:n-1], r.at.parent
	case xml.CharData:
		if r.at != nil {
			r.at.text += string(t)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return errRoot
		}
	case xml.Comment:
		if !r.comments {
			return errComment
		}
		if r.at != nil {
			r.at.broken = true
		}
	case xml.ProcInst:
		// The XML declaration is one too, at the very beginning.
		if t.Target != "xml" || !r.first {
			return errProcInst
		}
	case xml.Directive:
		return errDTD
	}
	return nil
}

func raw(n xml.Name) string { return n.Space + ":" + n.Local }

func (r *treeReader) open(t *xml.StartElement) error {
	if r.at == nil && r.root != nil {
		return errRoot
	}
	if len(r.names) >= r.depth {
		return errDepth
	}
	if r.count++; r.count > r.elements {
		return errElements
	}
	if len(t.Attr) > r.attrs {
		return errAttrs
	}
	scope, err := r.scope(t.Attr)
	if err != nil {
		return err
	}
	n := &node{parent: r.at}
	if n.space, n.name, err = resolve(scope, t.Name, true); err != nil {
		return err
	}
	for _, a := range t.Attr {
		if isDeclaration(a.Name) {
			continue
		}
		to := attr{value: a.Value}
		if to.space, to.name, err = resolve(scope, a.Name, false); err != nil {
			return err
		}
		for _, o := range n.attrs {
			if o.space == to.space && o.name == to.name {
				return errTwice
			}
		}
		n.attrs = append(n.attrs, to)
	}
	if r.at == nil {
		r.root = n
	} else {
		r.at.children = append(r.at.children, n)
	}
	r.at, r.names, r.scopes = n, append(r.names, raw(t.Name)), append(r.scopes, scope)
	return nil
}

func isDeclaration(n xml.Name) bool {
	return n.Space == "xmlns" || n.Space == "" && n.Local == "xmlns"
}

// scope is the namespaces in force in an element: its own declarations over those around it.
func (r *treeReader) scope(attrs []xml.Attr) (map[string]string, error) {
	var outer, own map[string]string
	if len(r.scopes) > 0 {
		outer = r.scopes[len(r.scopes)-1]
	}
	for _, a := range attrs {
		if !isDeclaration(a.Name) {
			continue
		}
		prefix := ""
		if a.Name.Space == "xmlns" {
			prefix = a.Name.Local
		}
		if prefix == "xml" || prefix == "xmlns" || prefix != "" && !plainName.MatchString(prefix) || a.Value == "" || a.Value == nsXML || a.Value == nsXMLNS {
			return nil, errNamespace
		}
		if own == nil {
			own = make(map[string]string, len(outer)+len(attrs))
			for k, v := range outer {
				own[k] = v
			}
		} else if declaredTwice(attrs, a.Name) {
			return nil, errTwice
		}
		own[prefix] = a.Value
	}
	if own == nil {
		return outer, nil
	}
	return own, nil
}

func declaredTwice(attrs []xml.Attr, name xml.Name) bool {
	n := 0
	for _, a := range attrs {
		if a.Name == name {
			n++
		}
	}
	return n > 1
}

func resolve(scope map[string]string, n xml.Name, element bool) (space, name string, err error) {
	if !plainName.MatchString(n.Local) {
		return "", "", errName
	}
	switch {
	case n.Space == "xml":
		return nsXML, n.Local, nil
	case n.Space == "" && !element:
		return "", n.Local, nil
	case n.Space != "" && !plainName.MatchString(n.Space):
		return "", "", errName
	}
	space, ok := scope[n.Space]
	if !ok && n.Space != "" {
		return "", "", errNamespace
	}
	return space, n.Local, nil
}

func (n *node) is(space, name string) bool { return n.space == space && n.name == name }

// get is the value of an attribute without a namespace.
func (n *node) get(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.space == "" && a.name == name {
			return a.value, true
		}
	}
	return "", false
}

func (n *node) value(name string) string {
	v, _ := n.get(name)
	return v
}

// all lists the children of one name.
func (n *node) all(space, name string) []*node {
	var list []*node
	for _, c := range n.children {
		if c.is(space, name) {
			list = append(list, c)
		}
	}
	return list
}

// only is the one child of that name; nil if there is none, or more.
func (n *node) only(space, name string) *node {
	if list := n.all(space, name); len(list) == 1 {
		return list[0]
	}
	return nil
}

// plain is the whole text of an element that has nothing but text in it, without white space around it.
func (n *node) plain() (string, bool) {
	if n == nil || len(n.children) > 0 || n.broken {
		return "", false
	}
	return strings.Trim(n.text, " \t\r\n"), true
}

// blank says that an element has no text of its own between its children.
func (n *node) blank() bool { return strings.Trim(n.text, " \t\r\n") == "" }

// each visits an element and all below it.
func (n *node) each(f func(*node)) {
	f(n)
	for _, c := range n.children {
		c.each(f)
	}
}
