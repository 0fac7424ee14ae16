package policy

import (
	"bytes"
	"strings"
)

// run is a part of the lists of an index that is still to be looked at.
type run struct{ at, end int32 }

// manyColons is up to how many colons more than a name needs an index is asked:
// a star may end at each of them.
const manyColons = 16

// serves reports whether there is an index, and whether it can be asked about
// a request: in its grammar, and with all keys known.
func (x *index) serves(e *evaluator) bool {
	return x != nil && x.grammar == e.grammar && !e.open
}

// search finds what testing all statements would find: the Deny that matches,
// or the first of the strongest Allows.
func (e *evaluator) search(x *index, sc scope, found *finding) (denied bool) {
	if x.files != nil && e.arn().fields <= e.arn().last+1+manyColons {
		var few [16]run
		return e.merge(x, e.candidates(x.files, few[:0]), sc, found)
	}
	last := int32(-1)
	for i := range x.heads {
		h := &x.heads[i]
		if (e.folded.head^h.value)&h.mask != 0 || h.entry == last {
			continue
		}
		last = h.entry
		if over, denied := e.try(&x.entries[last], h.whole, sc, found); over {
			return denied
		}
	}
	return false
}

// try tests one statement more, of which it may be known that it is about the
// action. The search is over with a Deny that matches, and with an Allow than
// which none is stronger.
func (e *evaluator) try(n *entry, about bool, sc scope, found *finding) (over, denied bool) {
	s := n.statement
	if s == nil {
		*found = finding{source: n.source}
		return true, true
	}
	t, g := isTrue, grantDirect
	switch {
	case s.everything && sc == scopeAttached:
	case about || e.actionMatches(s):
		t, g = e.applies(s, sc)
	default:
		return false, false
	}
	switch {
	case t == isFalse:
	case s.effect == EffectDeny:
		*found = finding{n.source, s, g}
		return true, true
	case t == isTrue && g > found.grant:
		*found = finding{n.source, s, g}
		return g == grantDirect, false
	}
	return false, false
}

// candidates looks into the files.
func (e *evaluator) candidates(x *files, runs []run) []run {
	a := e.arn()
	runs = e.reach(&x.trie, x.everywhere, runs)
	if a.ok {
		root := x.services[a.field(e.grammar.resource.service())]
		name := a.field(a.last)
		for {
			if root != 0 {
				runs = e.walk(&x.trie, root, name, runs)
			}
			if x.anyService != 0 {
				runs = e.walk(&x.trie, x.anyService, name, runs)
			}
			colon := strings.IndexByte(name, ':')
			if !x.over || colon < 0 {
				break
			}
			name = name[colon+1:] // a star of a field before may end here as well
		}
	}
	return runs
}

// walk follows a text from a root and gathers what is filed on its way.
func (e *evaluator) walk(t *trie, at int32, text string, runs []run) []run {
	n := &t.nodes[at]
	for {
		e.steps += 1 + n.size()
		runs = e.reach(t, n.open, runs)
		if text == "" {
			runs = e.reach(t, n.exact, runs)
		}
		for i := range n.edges {
			next := n.kids + n.texts + i
			v, known := e.value(&t.vars[t.nodes[next].edge])
			e.steps += 1 + len(v)
			if known == isTrue && strings.HasPrefix(text, v) {
				runs = e.walk(t, next, text[len(v):], runs)
			}
		}
		if text == "" {
			return runs
		}
		if n = t.child(n, text[0]); n == nil || len(text) < n.size() || text[:n.size()] != string(t.label(n)) {
			return runs
		}
		text = text[n.size():]
	}
}

// reach gathers a place, of a large one what is filed there by action.
func (e *evaluator) reach(t *trie, p place, runs []run) []run {
	if p.byAction == 0 {
		return gather(runs, p)
	}
	n, text := &t.nodes[p.byAction], e.folded.text()
	for {
		e.steps += 1 + n.size()
		runs = gather(runs, n.open)
		if len(text) == 0 {
			return gather(runs, n.exact)
		}
		if n = t.child(n, text[0]); n == nil || !bytes.HasPrefix(text, t.label(n)) {
			return runs
		}
		text = text[n.size():]
	}
}

func gather(runs []run, p place) []run {
	if p.at == p.end {
		return runs
	}
	return append(runs, run{p.at, p.end})
}

// merge tests what was gathered, in the order of all statements.
func (e *evaluator) merge(x *index, runs []run, sc scope, found *finding) (denied bool) {
	lists := x.files.trie.lists
	for i := len(runs)/2 - 1; i >= 0; i-- {
		sink(runs, lists, i)
	}
	for last := int32(-1); len(runs) > 0; {
		i := lists[runs[0].at]
		if runs[0].at++; runs[0].at == runs[0].end {
			runs[0] = runs[len(runs)-1]
			runs = runs[:len(runs)-1]
		}
		sink(runs, lists, 0)
		e.steps++
		if i == last {
			continue
		}
		last = i
		if over, denied := e.try(&x.entries[i], false, sc, found); over {
			return denied
		}
	}
	return false
}

// sink restores the order of a heap of runs, the one with the first statement
// on top, after the one at i changed.
func sink(runs []run, lists []int32, i int) {
	for {
		child := 2*i + 1
		if child >= len(runs) {
			return
		}
		if child+1 < len(runs) && lists[runs[child+1].at] < lists[runs[child].at] {
			child++
		}
		if lists[runs[i].at] <= lists[runs[child].at] {
			return
		}
		runs[i], runs[child] = runs[child], runs[i]
		i = child
	}
}
