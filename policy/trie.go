package policy

import (
	"cmp"
	"slices"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// trie finds, among texts that patterns begin with, those that a text begins
// with. A pattern is filed under what it says before its first wildcard.
// Variables are edges of their own, which take the value of a key off the text:
// so all patterns of the form home/${aws:username}/* share one path, and none
// of them has to be tried by itself.
//
// It holds any number of roots side by side, and nothing changes it once they
// are grown.
type trie struct {
	nodes []trieNode
	text  []byte          // the labels
	first []byte          // of each node the first byte of its label
	lists []int32         // what is filed, place by place, in ascending order
	vars  []pattern.Piece // the variables of edges
	known map[pattern.Piece]int32

	steps int // what growing cost: characters and items that were looked at
}

// trieNode is a place in the trie. Its children stand side by side: first those
// that are reached by text, then those that are reached by the value of a variable.
type trieNode struct {
	label, labelEnd int32 // in text: what stands between the parent and here
	kids            int32 // the first child
	texts           int32 // how many are reached by text
	edges           int32 // how many are reached by a variable
	edge            int32 // of one that is: which

	open, exact place
}

// place is a list of what is filed under a text: lists[at:end].
type place struct {
	at, end int32
	// byAction is a root under which the same is filed by action, if it is much;
	// otherwise 0.
	byAction int32
}

// item is something to be filed.
type item struct {
	key   string // with variables as variable writes them
	value int32
	open  bool // whatever follows the key; otherwise nothing may
}

// A variable in a key is this byte, which stands in no text of a document, and
// four bytes that number it.
const (
	variableMark = 0xff
	variableSize = 5
)

// variable appends a variable to a key.
func (t *trie) variable(key []byte, v pattern.Piece) []byte {
	n, ok := t.known[v]
	if !ok {
		if t.known == nil {
			t.known = make(map[pattern.Piece]int32)
		}
		n = int32(len(t.vars))
		t.known[v] = n
		t.vars = append(t.vars, v)
	}
	return append(key, variableMark, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

func variableNumber(key string) int32 {
	return int32(key[1])<<24 | int32(key[2])<<16 | int32(key[3])<<8 | int32(key[4])
}

// growth is a node whose items are still to be filed: a range of them, which
// agree up to a place in their keys.
type growth struct{ lo, hi, at int32 }

// grow files items, which come in the order of their values, under a new root.
// It takes time in proportion to the text of the keys.
func (t *trie) grow(items []item) (root int32) {
	if len(t.nodes) == 0 {
		t.add("", 0) // no root is 0
	}
	root = t.add("", 0)
	spare := make([]item, len(items))
	pending := []growth{{0, int32(len(items)), 0}}
	for i := 0; i < len(pending); i++ {
		g := pending[i]
		t.sort(items[g.lo:g.hi], spare, g.at)
		pending = t.distribute(root+int32(i), items, g, pending)
	}
	return root
}

func (t *trie) add(label string, edge int32) int32 {
	first := byte(0)
	if label != "" {
		first = label[0]
	}
	n := trieNode{label: int32(len(t.text)), edge: edge}
	t.text = append(t.text, label...)
	n.labelEnd = int32(len(t.text))
	t.nodes, t.first = append(t.nodes, n), append(t.first, first)
	return int32(len(t.nodes) - 1)
}

// distribute files what ends at a node, and makes its children of the rest.
func (t *trie) distribute(at int32, items []item, g growth, pending []growth) []growth {
	alike := func(from int32, next int) (to int32) { // the items from there on that do the same
		for to = from; to < g.hi && items[to].next(g.at) == next; to++ {
		}
		return to
	}
	n := t.nodes[at]
	i := alike(g.lo, endsOpen)
	n.open = t.file(items[g.lo:i])
	end := alike(i, endsExact)
	n.exact = t.file(items[i:end])
	n.kids = int32(len(t.nodes))
	for lo, hi := end, end; lo < g.hi; lo = hi {
		next := items[lo].next(g.at)
		hi = alike(lo, next)
		if next >= goesOnVariable {
			n.edges++
			t.add("", int32(next-goesOnVariable))
			pending = append(pending, growth{lo, hi, g.at + variableSize})
			continue
		}
		label := t.shared(items[lo:hi], g.at)
		n.texts++
		t.add(label, 0)
		pending = append(pending, growth{lo, hi, g.at + int32(len(label))})
	}
	t.nodes[at] = n
	return pending
}

// file lists items once each.
func (t *trie) file(items []item) place {
	p := place{at: int32(len(t.lists))}
	for i := range items {
		if i == 0 || items[i].value != items[i-1].value {
			t.lists = append(t.lists, items[i].value)
		}
	}
	p.end = int32(len(t.lists))
	return p
}

// shared is the text from a place on that keys share, up to a variable.
func (t *trie) shared(items []item, at int32) string {
	key := items[0].key[at:]
	n := 1
	for n < len(key) && key[n] != variableMark {
		n++
	}
	for i := range items[1:] {
		other := items[i+1].key[at:]
		m := 1
		for m < n && m < len(other) && key[m] == other[m] {
			m++
		}
		n = m
		t.steps += n
	}
	t.steps += n
	return key[:n]
}

// What an item does at a place in its key: it ends, or goes on with a byte, or
// with a variable.
const (
	endsOpen = iota
	endsExact
	goesOn                         // and the byte
	goesOnVariable = goesOn + 1<<8 // and the number
)

func (it *item) next(at int32) int {
	switch {
	case int(at) < len(it.key):
		c := it.key[at]
		if c == variableMark {
			return goesOnVariable + int(variableNumber(it.key[at:]))
		}
		return goesOn + int(c)
	case it.open:
		return endsOpen
	}
	return endsExact
}

// fewItems is up to how many items are sorted by comparison.
const fewItems = 24

// sort orders items by what they do at a place; of equals, the order stays.
func (t *trie) sort(items, spare []item, at int32) {
	t.steps += len(items)
	if len(items) <= fewItems {
		for i := 1; i < len(items); i++ {
			it := items[i]
			k, j := it.next(at), i
			for ; j > 0 && items[j-1].next(at) > k; j-- {
				items[j] = items[j-1]
			}
			items[j] = it
		}
		return
	}
	var starts [goesOnVariable + 2]int
	slot := func(it *item) int { return min(it.next(at), goesOnVariable) }
	for i := range items {
		starts[slot(&items[i])+1]++
	}
	for i := range starts[1:] {
		starts[i+1] += starts[i]
	}
	variables := starts[goesOnVariable]
	for i := range items {
		s := slot(&items[i])
		spare[starts[s]] = items[i]
		starts[s]++
	}
	copy(items, spare)
	if rest := items[variables:]; len(rest) > 1 {
		slices.SortStableFunc(rest, func(a, b item) int { return cmp.Compare(a.next(at), b.next(at)) })
	}
}

// child is the child that is reached by a text beginning with a byte; nil if there is none.
func (t *trie) child(n *trieNode, c byte) *trieNode {
	for i, first := range t.first[n.kids : n.kids+n.texts] {
		if first == c {
			return &t.nodes[n.kids+int32(i)]
		}
	}
	return nil
}

func (n *trieNode) size() int { return int(n.labelEnd - n.label) }

func (t *trie) label(n *trieNode) []byte { return t.text[n.label:n.labelEnd] }
