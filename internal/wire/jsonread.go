package wire

// ReadJSON fills s, which must be fresh, from the object d and returns what is wrong with the input. Members the shape does not
// name are left alone; null is absent. Lists may stand in an object under the name of their elements (see [JSONStyle]).
func ReadJSON(d *JSON, s Shape) []Violation {
	r := reader{src: &jsonSource{doc: d, at: 0}}
	if root := d.nodes[0]; root.kind != composite || root.array {
		r.refuse("", WrongType, "", false, nil)
		return r.out
	}
	return r.read(s)
}

type jsonSource struct {
	doc   *JSON
	at    int32
	stack []int32
	pair  bool // the current place is an entry of a map: its name is the key, it is itself the value
}

func (s *jsonSource) child(name string) int32 {
	if s.pair && name == "value" {
		return s.at
	}
	n := &s.doc.nodes[s.at]
	if n.kind == composite && !n.array {
		for _, id := range n.children {
			if s.doc.nodes[id].name == name {
				return id
			}
		}
	}
	return -1
}

func (s *jsonSource) leaf(name string) (string, leafKind) {
	id := s.at
	if name != "" {
		if s.pair && name == "key" {
			return s.doc.nodes[s.at].name, aString
		}
		if id = s.child(name); id < 0 {
			return "", absent
		}
	}
	n := &s.doc.nodes[id]
	return n.text, n.kind
}

func (s *jsonSource) raw(name string) (string, leafKind) {
	id := s.child(name)
	if id < 0 {
		return "", absent
	}
	n := &s.doc.nodes[id]
	return string(s.doc.raw[n.start:n.end]), n.kind
}

func (s *jsonSource) goTo(id int32) {
	s.stack = append(s.stack, s.at)
	s.at = id
}

func (s *jsonSource) enter(name string) leafKind {
	id := s.child(name)
	if id < 0 {
		return absent
	}
	n := &s.doc.nodes[id]
	if n.kind == composite {
		if n.array {
			return untyped
		}
		s.goTo(id)
	}
	return n.kind
}

func (s *jsonSource) list(name, item string) int {
	id := s.child(name)
	if id < 0 || s.doc.nodes[id].kind == absent {
		return noList
	}
	n := &s.doc.nodes[id]
	if n.kind == composite && !n.array && item != "entry" && len(n.children) == 1 {
		if inner := n.children[0]; s.doc.nodes[inner].name == item {
			id = inner
			n = &s.doc.nodes[id]
		}
	}
	if n.kind != composite || n.array == (item == "entry") {
		return notList
	}
	s.goTo(id)
	return len(n.children)
}

func (s *jsonSource) item(i int) {
	s.goTo(s.doc.nodes[s.at].children[i])
	parent := s.doc.nodes[s.stack[len(s.stack)-1]]
	s.pair = !parent.array
}

func (s *jsonSource) leave() {
	last := len(s.stack) - 1
	s.at, s.stack = s.stack[last], s.stack[:last]
	s.pair = false
}
