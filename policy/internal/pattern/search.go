package pattern

import "strings"

// Budget bounds a search by what it looks at. One budget may serve several
// searches; none goes on once it is used up.
type Budget struct {
	Steps int // characters of patterns that may still be looked at
}

// Class is what some texts have in common: the languages they are in.
type Class struct {
	Text string // a shortest text of the class
	In   []bool // by language
}

// Classes lists every combination of "in which of these languages is a text"
// that some text has, with a shortest such text. Only texts in all languages of
// must count. ok is false if the budget did not suffice, or if there are more
// than most classes; then the list is not complete.
func Classes(must, ls []*Language, most int, b *Budget) (classes []Class, ok bool) {
	seen := make(map[string]bool)
	ok = search(must, ls, b, func(in []bool, text func() string) bool {
		key := boolKey(in)
		if seen[key] {
			return true
		}
		if len(classes) == most {
			return false
		}
		seen[key] = true
		classes = append(classes, Class{Text: text(), In: in})
		return true
	})
	return classes, ok
}

// Find looks for a shortest text that is in all languages of in and in none of
// out. ok is false if the budget did not suffice: nothing is known then.
func Find(in, out []*Language, b *Budget) (text string, found, ok bool) {
	ok = search(in, out, b, func(outside []bool, path func() string) bool {
		for _, is := range outside {
			if is {
				return true
			}
		}
		text, found = path(), true
		return false
	})
	return text, found, ok || found
}

// Within reports whether every text of l is in one of the others; if not, with
// a text that is not. With variables it says so of every value they may have,
// and the text is only one if the values are texts that no pattern mentions.
func Within(l *Language, others []*Language, b *Budget) (is bool, counter string, ok bool) {
	counter, found, ok := Find([]*Language{l}, others, b)
	return ok && !found, counter, ok
}

// Meets reports whether some text is in both languages, and one that is.
func Meets(l, m *Language, b *Budget) (is bool, text string, ok bool) {
	text, is, ok = Find([]*Language{l, m}, nil, b)
	return is, text, ok
}

// node is a state with the way to it.
type node struct {
	state []int32
	from  int32
	by    symbol
}

// search walks the product of the languages breadth first, one state once, and
// calls visit with every state in which all of must accept. It ends when there
// are no more (true), when visit says so, or when the budget is used up (false).
func search(must, ls []*Language, b *Budget, visit func(in []bool, text func() string) bool) bool {
	p := newProduct(append(append([]*Language{}, must...), ls...))
	other := p.other()
	nodes := []node{{state: p.start(), from: -1}}
	seen := map[string]bool{stateKey(nodes[0].state): true}
	for n := 0; n < len(nodes); n++ {
		state := nodes[n].state
		if in := p.accepts(state); all(in[:len(must)]) {
			if !visit(in[len(must):], func() string { return path(nodes, n, other) }) {
				return false
			}
		}
		for _, s := range p.symbols(state) {
			next := p.step(state, s)
			if b.Steps -= len(state) + 1; b.Steps < 0 {
				return false
			}
			if !all(p.alive(next)[:len(must)]) {
				continue
			}
			key := stateKey(next)
			if seen[key] {
				continue
			}
			seen[key] = true
			nodes = append(nodes, node{next, int32(n), s})
		}
	}
	return true
}

// path is the text that leads to a node.
func path(nodes []node, n int, other rune) string {
	var back []string
	for ; nodes[n].from >= 0; n = int(nodes[n].from) {
		switch s := nodes[n].by; s.r {
		case otherLetter:
			back = append(back, string(other))
		case varSymbol:
			back = append(back, "${"+s.name+"}")
		default:
			back = append(back, string(s.r))
		}
	}
	var text strings.Builder
	for i := len(back) - 1; i >= 0; i-- {
		text.WriteString(back[i])
	}
	return text.String()
}

func all(list []bool) bool {
	for _, is := range list {
		if !is {
			return false
		}
	}
	return true
}

func boolKey(list []bool) string {
	b := make([]byte, len(list))
	for i, is := range list {
		if is {
			b[i] = 1
		}
	}
	return string(b)
}
