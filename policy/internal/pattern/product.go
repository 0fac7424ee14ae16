package pattern

import (
	"encoding/binary"
	"slices"
	"strings"
)

// symbol is a character of a text: a letter, some letter that no pattern
// mentions (otherLetter), or the value of a key.
type symbol struct {
	r    rune
	name string // of the key, with varSymbol
}

const (
	otherLetter rune = -1
	varSymbol   rune = -2
)

// product runs several languages over the same text. A state is the sorted list
// of items that may come next in any of them.
type product struct {
	items []item
	of    []int32       // the language of each item
	first []int32       // the items before the first character
	n     int           // languages
	like  map[rune]rune // a letter that no item tells from this one, the same for all such
	steps int           // items looked at so far
}

func newProduct(ls []*Language) *product {
	p := &product{n: len(ls)}
	for k, l := range ls {
		base := int32(len(p.items))
		p.items = append(p.items, l.items...)
		for range l.items {
			p.of = append(p.of, int32(k))
		}
		for _, s := range l.starts {
			p.first = append(p.first, s+base)
		}
	}
	p.like = p.alike()
	return p
}

// alike finds the letters that are taken by the same items. The first that a
// pattern writes stands for them.
func (p *product) alike() map[rune]rune {
	like := make(map[rune]rune)
	takers := make(map[rune]string)
	kinds := make(map[string]bool)
	for i := range p.items {
		it := &p.items[i]
		if it.take != takeLetter {
			continue
		}
		kind := string(it.r) + string(it.same) + "\x00"
		if kinds[kind] {
			continue
		}
		kinds[kind] = true
		takers[it.r] += kind
		for _, r := range it.same {
			takers[r] += kind
		}
	}
	first := make(map[string]rune)
	note := func(r rune) {
		by := takers[r]
		if _, ok := first[by]; !ok {
			first[by] = r
		}
		like[r] = first[by]
	}
	for i := range p.items {
		if p.items[i].take == takeLetter {
			note(p.items[i].r)
		}
	}
	for i := range p.items {
		for _, r := range p.items[i].same {
			note(r)
		}
	}
	return like
}

func (p *product) start() []int32 {
	var state []int32
	for _, i := range p.first {
		state = p.reach(state, i)
	}
	return tidy(state)
}

// reach adds an item and those behind it that cost no character.
func (p *product) reach(state []int32, i int32) []int32 {
	state = append(state, i)
	for p.items[i].loop {
		i++
		state = append(state, i)
	}
	return state
}

func tidy(state []int32) []int32 {
	slices.Sort(state)
	return slices.Compact(state)
}

func (p *product) step(state []int32, s symbol) []int32 {
	var next []int32
	for _, i := range state {
		p.steps++
		it := &p.items[i]
		if !it.takes(s) {
			continue
		}
		if it.loop {
			next = p.reach(next, i)
		} else {
			next = p.reach(next, i+1)
		}
	}
	return tidy(next)
}

// takes says whether an item takes a symbol. The value of a key may be of any
// length, so that a star takes it and a question mark does not.
func (it *item) takes(s symbol) bool {
	switch it.take {
	case takeLetter:
		return s.r == it.r || slices.Contains(it.same, s.r)
	case takeAny:
		return s.r != varSymbol || it.loop
	case takeField:
		return s.r != ':' && s.r != varSymbol
	case takeVar:
		return s.r == varSymbol && s.name == it.name
	}
	return false
}

// accepts says in which languages the text so far is.
func (p *product) accepts(state []int32) []bool {
	in := make([]bool, p.n)
	for _, i := range state {
		if p.items[i].take == takeEnd {
			in[p.of[i]] = true
		}
	}
	return in
}

// alive says in which languages the text may still end up.
func (p *product) alive(state []int32) []bool {
	in := make([]bool, p.n)
	for _, i := range state {
		in[p.of[i]] = true
	}
	return in
}

// symbols lists the characters between which the items of a state can tell, one
// of each kind, written as an item writes it where that can be.
func (p *product) symbols(state []int32) []symbol {
	list := []symbol{{r: otherLetter}}
	var kinds []rune
	letter := func(r rune) {
		if kind := p.like[r]; !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
			list = append(list, symbol{r: r})
		}
	}
	for _, i := range state {
		switch it := &p.items[i]; it.take {
		case takeLetter:
			letter(it.r)
		case takeField:
			list = append(list, symbol{r: ':'})
		case takeVar:
			list = append(list, symbol{varSymbol, it.name})
		}
	}
	for _, i := range state {
		for _, r := range p.items[i].same {
			letter(r)
		}
	}
	slices.SortFunc(list, func(a, b symbol) int {
		if a.r != b.r {
			return int(a.r) - int(b.r)
		}
		return strings.Compare(a.name, b.name)
	})
	return slices.Compact(list)
}

// other is a letter that no pattern mentions, a readable one if there is any.
func (p *product) other() rune {
	for _, r := range "xyzqwvkjXYZ0123456789" {
		if _, seen := p.like[r]; !seen {
			return r
		}
	}
	r := rune(0x4e00) // a script of many letters
	for p.like[r] != 0 {
		r++
	}
	return r
}

func stateKey(state []int32) string {
	b := make([]byte, 0, 2*len(state))
	for _, i := range state {
		b = binary.AppendUvarint(b, uint64(i))
	}
	return string(b)
}
