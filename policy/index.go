package policy

import "github.com/daypass/daypass/policy/internal/pattern"

// index finds the statements of policies that a request may match, so that the
// others need not be looked at. It only leaves out: what it finds is tested
// like any statement, in the order in which all of them would be.
//
// Few statements are told apart by the first bytes of their actions. Many are
// filed: by their resources, under the service and the last field of the name,
// because partition, region and account stand before everything that tells
// names apart and are often wildcards; and by action what is not about certain
// names, and what there is much of under one name.
type index struct {
	grammar *Grammar
	entries []entry // those that deny first
	heads   []head  // of all entries in their order
	full    bool    // the first entry allows everything, as at most levels of organizations

	files *files // nil: they are few
}

// files are where entries are found, by their numbers.
type files struct {
	everywhere place            // statements that are not about certain names
	services   map[string]int32 // roots by service
	anyService int32            // root of the patterns whose service is one itself; 0 = none
	over       bool             // some pattern has a star that may run over colons
	trie       trie
}

// entry is a statement and whose it is. One without a statement stands for a
// policy that could not be read.
type entry struct {
	statement *statement
	source    *Source
}

// head is the beginning of one of the actions of an entry.
type head struct {
	value, mask uint64
	entry       int32
	whole       bool // there is no more to the action
}

// indexFrom is how many statements are worth being filed: of fewer, the heads
// are compared in less time than it takes to look into the files.
const indexFrom = 32

// muchAtOnePlace is how much has to be filed at one place to be filed by action there.
const muchAtOnePlace = 8

// newIndex lists the statements of policies, and files them if there are as
// many as it says. It is nil for policies of several grammars, which no request
// is decided by together.
func newIndex(sources []Source, from int) *index {
	x := &index{}
	statements, actions := 0, 0
	for i := range sources {
		p := sources[i].Policy
		if p == nil {
			statements, actions = statements+1, actions+1
			continue
		}
		if x.grammar == nil {
			x.grammar = p.grammar
		}
		if p.grammar != x.grammar {
			return nil
		}
		statements += p.Statements()
		actions += p.actions
	}
	x.entries = make([]entry, 0, statements)
	x.list(sources)
	if len(x.entries) > 0 && x.entries[0].statement != nil {
		first := x.entries[0].statement
		x.full = first.everything && first.effect == EffectAllow
	}
	if len(sources) == 1 && sources[0].Policy != nil && sources[0].Policy.index != nil {
		one := sources[0].Policy.index
		x.heads, x.files = one.heads, one.files
	} else {
		x.heads = make([]head, 0, actions)
		for i := range x.entries {
			x.head(int32(i))
		}
	}
	if x.files == nil && statements >= from {
		x.files = newFiles(x)
	}
	return x
}

// list puts the statements in the order in which they decide.
func (x *index) list(sources []Source) {
	for i := range sources {
		p := sources[i].Policy
		if p == nil {
			x.entries = append(x.entries, entry{nil, &sources[i]})
			continue
		}
		for j := range p.denies {
			x.entries = append(x.entries, entry{&p.denies[j], &sources[i]})
		}
	}
	for i := range sources {
		if p := sources[i].Policy; p != nil {
			for j := range p.allows {
				x.entries = append(x.entries, entry{&p.allows[j], &sources[i]})
			}
		}
	}
}

func (x *index) head(i int32) {
	s := x.entries[i].statement
	if s == nil || s.anyAction || s.notAction {
		x.heads = append(x.heads, head{entry: i, whole: s != nil && !s.notAction})
		return
	}
	for j := range s.actions {
		a := &s.actions[j]
		x.heads = append(x.heads, head{a.head, a.mask, i, a.whole()})
	}
}

// filing is the work of making an index.
type filing struct {
	*files
	form    *nameForm
	entries []entry
	unnamed []item   // what is filed everywhere
	named   [][]item // by the number of the service
	wild    []item
	key     []byte
	budget  int // how many items may still be filed by action
}

func newFiles(x *index) *files {
	f := filing{files: &files{services: make(map[string]int32)}, form: &x.grammar.resource, entries: x.entries}
	for i := range f.entries {
		f.statement(int32(i))
	}
	f.grow()
	return f.files
}

func (f *filing) statement(i int32) {
	s := f.entries[i].statement
	if s == nil || !s.hasResource || s.notResource {
		f.unnamed = append(f.unnamed, item{value: i, open: true})
		return
	}
	for j := range s.resources {
		p := &s.resources[j]
		if p.kind == globAny {
			f.unnamed = append(f.unnamed, item{value: i, open: true})
			continue
		}
		f.over = f.over || p.over
		service, it := f.resource(p)
		it.value = i
		if service == "" {
			f.wild = append(f.wild, it)
			continue
		}
		n, ok := f.services[service]
		if !ok {
			n = int32(len(f.named))
			f.services[service] = n
			f.named = append(f.named, nil)
		}
		f.named[n] = append(f.named[n], it)
	}
}

// resource says where a pattern is filed; the service is empty if it is not
// written out.
func (f *filing) resource(p *arnPattern) (service string, it item) {
	form := f.form
	if p.kind != globGeneral {
		a := cutName(p.lit, form)
		return a.field(form.service()), item{key: a.field(a.last), open: p.kind == globPrefix}
	}
	crossed := false
	for i, cross := range p.cross {
		crossed = crossed || cross && i <= form.service()
	}
	if !crossed && len(p.fields) > form.service() && p.fields[form.service()].kind == globExact {
		service = p.fields[form.service()].lit
	}
	if len(p.fields) < form.fields {
		return service, item{open: true}
	}
	last := &p.fields[form.fields-1]
	if last.kind != globGeneral {
		return service, item{key: last.lit, open: last.kind != globExact}
	}
	return service, f.lead(last)
}

// lead is what a pattern says before its first wildcard.
func (f *filing) lead(g *glob) item {
	it := item{open: len(g.rest.segs) > 1}
	f.key = f.key[:0]
	for _, p := range g.rest.segs[0].pieces {
		switch p.Kind {
		case pattern.Text:
			f.key = append(f.key, p.Text...)
			continue
		case pattern.Var:
			f.key = f.trie.variable(f.key, p)
			continue
		}
		it.open = true
		break
	}
	it.key = string(f.key)
	return it
}

// grow makes the roots of what was filed.
func (f *filing) grow() {
	t := &f.trie
	f.everywhere = t.file(f.unnamed)
	for service, n := range f.services {
		f.services[service] = t.grow(f.named[n])
	}
	if len(f.wild) > 0 {
		f.anyService = t.grow(f.wild)
	}
	// Filing by action costs as much as the actions of all statements together
	// for each place, so there is a bound: beyond it, places stay lists.
	f.budget = 8 * (len(f.entries) + len(t.lists))
	f.byAction(&f.everywhere)
	for i, n := 0, len(t.nodes); i < n; i++ {
		open, exact := t.nodes[i].open, t.nodes[i].exact
		f.byAction(&open)
		f.byAction(&exact)
		t.nodes[i].open, t.nodes[i].exact = open, exact
	}
	t.known = nil
}

// byAction files what stands at a place by action as well, if it is much.
func (f *filing) byAction(p *place) {
	if p.end-p.at <= muchAtOnePlace {
		return
	}
	var items []item
	for _, i := range f.trie.lists[p.at:p.end] {
		s := f.entries[i].statement
		if s == nil || s.anyAction || s.notAction {
			items = append(items, item{value: i, open: true})
			continue
		}
		if f.budget -= len(s.actions); f.budget < 0 {
			return
		}
		for j := range s.actions {
			a := &s.actions[j]
			items = append(items, item{key: a.lit, value: i, open: a.kind != globExact})
		}
	}
	p.byAction = f.trie.grow(items)
}
