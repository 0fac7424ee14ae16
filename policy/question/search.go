package question

import (
	"fmt"
	"slices"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// goal is what the wanted request meets: some layers allow it, or do not.
type goal struct {
	layers *policy.Layers
	allow  bool
}

// space is where a request is looked for: one caller, the actions and resources
// of some patterns, all values of the keys that the model does not know.
type space struct {
	who       *policy.Principal
	owner     string
	scope     string
	actions   *pattern.Language // nil: all
	resources *pattern.Language // that of the resource, which is an ARN; nil: all
	star      bool              // the resource may be "*" as well
	within    *statement        // not nil: its actions and resources
	matched   bool              // within matches, with its conditions
}

// search looks for a request that meets all goals.
//
// It takes one action of every class, one resource of every class, and then
// asks three-valued: with the keys open, can the goals still be met, or are they
// met whatever comes? Where neither is settled it takes one value of every class
// of a key on which it hangs, and asks again. What crossings leave open is tried
// both ways. A request that meets the goals is put to the evaluator before it
// counts.
type search struct {
	*model
	goals []goal
	space space
	// found is called with each request the evaluator confirms; it says whether to go on.
	found func(*policy.Request) bool

	granting *statement // has to match; may be nil
	action   *class     // its in is by actions.index
	live     []*statement
	resource *class
	split    *classes // of the resource, for the live statements
	choice   map[*key]*class
	chosen   map[*key]*classes
	in, out  []*pattern.Language // where the resource of the last attempt is, and is not
	free     []truth             // by crossing, and behind these by test
	truth    []truth             // by statement

	doubts  []string // why "no" is not certain
	hits    int
	leave   bool // this class of resources has its request
	stopped bool
}

const (
	doubtSteps     = "the bound on steps is reached"
	doubtResources = "the patterns of resources can be told apart in too many ways"
	doubtActions   = "the patterns of actions can be told apart in too many ways"
	doubtCallers   = "the documents name too many principals"
	doubtRelation  = "it depends on how the value of a variable is related to another part of the request"
	doubtLanguage  = "a document uses variables or operators of a language in a way that is not seen through"
	doubtKind      = "in this language only identity policies can be compared"
)

func newSearch(m *model, goals ...goal) *search { return &search{model: m, goals: goals} }

// run searches one space. It may be called for several, one after the other.
func (s *search) run(in space) {
	s.space = in
	if s.blind != "" {
		s.doubt(s.blind)
		return
	}
	s.free = make([]truth, len(s.crossings)+len(s.tests))
	for i := range s.free {
		s.free[i] = open
	}
	s.truth = make([]truth, len(s.statements))
	s.choice, s.chosen = map[*key]*class{}, map[*key]*classes{}
	for _, a := range s.actionClasses() {
		if s.stopped {
			return
		}
		s.oneAction(a)
	}
}

func (s *search) doubt(why string) {
	if !slices.Contains(s.doubts, why) {
		s.doubts = append(s.doubts, why)
	}
}

// everyAction is the form of an action: a service and a name.
const everyAction = "?*:?*"

// actionClasses finds the classes of actions, as far as the statements can tell.
func (s *search) actionClasses() []*class {
	if list, ok := s.actionClass[s.space.actions]; ok {
		return list
	}
	languages := make([]*pattern.Language, len(s.actions))
	for _, a := range s.actions {
		languages[a.index] = a.language
	}
	must := []*pattern.Language{pattern.Glob(pattern.Parse(everyAction), pattern.Exact)}
	if s.space.actions != nil {
		must = append(must, s.space.actions)
	}
	found, ok := pattern.Classes(must, languages, mostClasses, s.budget)
	if !ok {
		s.doubt(doubtActions)
	}
	var list []*class
	for _, f := range found {
		list = append(list, &class{text: f.Text, in: f.In})
	}
	s.actionClass[s.space.actions] = list
	return list
}

// oneAction searches the resources and keys of one class of actions.
func (s *search) oneAction(a *class) {
	s.action, s.resource, s.granting = a, nil, nil
	s.live = s.live[:0]
	for _, st := range s.statements {
		s.truth[st.id] = no
		if a.in[st.actions.index] != st.actions.not {
			s.live = append(s.live, st)
			s.truth[st.id] = open
		}
	}
	slices.SortFunc(s.live, func(a, b *statement) int { return a.id - b.id })
	if w := s.space.within; w != nil && s.truth[w.id] == no {
		return
	}
	if possible, _ := s.weigh(); !possible {
		return
	}
	s.split = s.resourceClasses()
	if s.split.doubt != "" {
		s.doubt(s.split.doubt)
	}
	for _, r := range s.split.list {
		s.resource, s.leave = r, false
		if w := s.space.within; w != nil && s.resourcesTruth(w.resources, nil) == no {
			continue
		}
		s.oneResource()
		if s.stopped {
			return
		}
	}
}

// oneResource searches the keys. Whoever is allowed something is so by a
// statement: each that may be it is taken in turn, so that the keys on which it
// hangs come first.
func (s *search) oneResource() {
	if s.space.matched {
		s.granting = s.space.within
		s.walk()
		return
	}
	s.granting = nil
	grants, all := s.grants()
	if all {
		s.walk()
		return
	}
	for _, st := range grants {
		if s.granting = st; s.resourcesTruth(st.resources, nil) == no {
			continue
		}
		if s.walk(); s.stopped || s.leave {
			return
		}
	}
}

// grants lists the live statements by which a goal can be allowed; all is true
// if there may be none: for a root user, or if no goal is to be allowed.
func (s *search) grants() (list []*statement, all bool) {
	who := s.space.who
	if who != nil && (who.Type == policy.Root || who.Type == policy.FederatedUser) {
		return nil, true
	}
	for _, g := range s.goals {
		if !g.allow {
			continue
		}
		each(g.layers, func(layer policy.Layer, src *policy.Source) {
			if src.Policy == nil || !grantsIn(layer) {
				return
			}
			for i, st := range s.of[src.Policy] {
				if s.allows[src.Policy][i] && slices.Contains(s.live, st) && !slices.Contains(list, st) {
					list = append(list, st)
				}
			}
		})
		return list, false
	}
	return nil, true
}

// asked is what classes of resources depend on. It holds the language itself:
// the address of one that is gone may be that of another.
type asked struct {
	languages string
	within    *pattern.Language
	star      bool
}

// resourceClasses finds the classes of resources, as far as the live statements
// can tell. "*" is the resource of an action that has none.
func (s *search) resourceClasses() *classes {
	c := &classes{}
	for _, st := range s.live {
		if r := st.resources; r != nil {
			if r.plain >= 0 {
				c.languages = append(c.languages, r.plain)
			}
			for _, x := range r.crossings {
				c.languages = append(c.languages, x.languages()...)
			}
		}
	}
	slices.Sort(c.languages)
	c.languages = slices.Compact(c.languages)
	name := asked{fmt.Sprint(c.languages), s.space.resources, s.space.star}
	if have := s.resourceClass[name]; have != nil {
		return have
	}
	s.resourceClass[name] = c
	ok := true
	if c.list, ok = s.where.split(c.languages, s.universe(), s.budget); !ok {
		c.doubt = doubtResources
	}
	if s.space.star {
		c.list = append(c.list, &class{text: "*", in: make([]bool, len(s.where.languages))})
	}
	return c
}

func (s *search) universe() []*pattern.Language {
	all := []*pattern.Language{pattern.Names(s.form)}
	if s.space.resources != nil {
		all = append(all, s.space.resources)
	}
	return all
}

// walk searches the keys below what is chosen so far.
func (s *search) walk() {
	if s.budget.Steps -= 4 * len(s.live); s.budget.Steps < 0 {
		s.doubt(doubtSteps)
		s.stopped = true
		return
	}
	for _, st := range s.live {
		s.truth[st.id] = s.statementTruth(st, nil)
	}
	possible, settled := s.weigh()
	switch {
	case !possible:
	case settled:
		s.confirm()
	default:
		var p pick
		offer := func(k *key, free int) { p.offer(s, k, free) }
		if s.granting != nil {
			s.statementTruth(s.granting, offer)
		}
		first := p.some // the granting statement hangs on keys: these come first
		for _, st := range s.live {
			if s.truth[st.id] == open && !first {
				s.statementTruth(st, offer)
			}
		}
		if p.key != nil {
			s.branch(&p)
		} else if p.free >= 0 {
			s.guess(p.free)
		}
	}
}

// weigh says whether the goals can be met, and whether they are whatever comes.
func (s *search) weigh() (possible, settled bool) {
	r := policy.Request{Principal: s.space.who, ResourceAccount: s.space.owner, Scope: s.space.scope}
	settled = true
	if s.granting != nil {
		t := s.truth[s.granting.id]
		if t == no {
			return false, false
		}
		settled = t == yes
	}
	for _, g := range s.goals {
		least, most := policy.Weigh(g.layers, &r, s.holds)
		best, worst := most == policy.Allow, least == policy.Allow
		if !g.allow {
			best, worst = least != policy.Allow, most != policy.Allow
		}
		if !best {
			return false, false
		}
		settled = settled && worst
	}
	return true, settled
}

// grantsIn says of a layer that its statements can be what a request is allowed by.
func grantsIn(l policy.Layer) bool {
	return l == policy.LayerIdentity || l == policy.LayerScoped || l == policy.LayerResource
}

func (s *search) holds(p *policy.Policy, i int) (sure, possible bool) {
	t := s.truth[s.of[p][i].id]
	return t == yes, t != no
}

// pick is what to try next: the key with the fewest classes on which a statement
// hangs, or if there is none, a guess.
type pick struct {
	key     *key
	classes *classes
	free    int
	some    bool
}

func (p *pick) offer(s *search, k *key, free int) {
	if !p.some {
		p.some, p.free = true, -1
	}
	if k == nil {
		if p.free < 0 {
			p.free = free
		}
		return
	}
	if k == p.key {
		return
	}
	if c := s.classesOf(k); p.key == nil || len(c.list) < len(p.classes.list) {
		p.key, p.classes = k, c
	}
}

// classesOf finds the classes of a key, as far as the live statements can tell.
func (s *search) classesOf(k *key) *classes {
	if c := s.chosen[k]; c != nil {
		return c
	}
	var tests []*test
	var languages []int
	for _, st := range s.live {
		for _, t := range st.tests {
			if t.key == k && !slices.Contains(tests, t) {
				tests = append(tests, t)
				languages = append(languages, t.languages()...)
			}
		}
	}
	slices.SortFunc(tests, func(a, b *test) int { return a.index - b.index })
	slices.Sort(languages)
	return k.classes(tests, slices.Compact(languages), s.budget)
}

func (s *search) branch(p *pick) {
	k, before := p.key, s.hits
	s.chosen[k] = p.classes
	for _, c := range p.classes.list {
		s.choice[k] = c
		if s.walk(); s.stopped || s.leave {
			break
		}
	}
	delete(s.choice, k)
	delete(s.chosen, k)
	if p.classes.doubt != "" && s.hits == before {
		s.doubt(p.classes.doubt)
	}
}

// guess tries both ways what a crossing leaves open.
func (s *search) guess(i int) {
	for _, t := range [...]truth{yes, no} {
		kept := slices.Clone(s.free)
		if s.assume(i, t) {
			s.walk()
		}
		copy(s.free, kept)
		if s.stopped || s.leave {
			return
		}
	}
}

// assume notes a guess and what follows from it; false if that contradicts
// another guess.
func (s *search) assume(i int, t truth) bool {
	s.free[i] = t
	if i >= len(s.crossings) || !s.crossings[i].bound(s) {
		return true
	}
	c := s.crossings[i]
	for _, d := range s.crossings {
		if d == c || d.of != c.of || !d.bound(s) {
			continue
		}
		at, told := s.at(d)
		if !slices.Contains(told, d.general) {
			continue // no live statement asks
		}
		if t == yes && !at.in[d.general] && c.within(d) {
			return false // the class says that d does not match
		}
		if t == yes && c.within(d) || t == no && d.within(c) {
			if s.free[d.id] != open && s.free[d.id] != t {
				return false
			}
			s.free[d.id] = t
		}
	}
	return true
}

// at is the class that is chosen for the place of a crossing, and the languages
// that it tells of.
func (s *search) at(c *crossing) (*class, []int) {
	if c.of == &s.where {
		return s.resource, s.split.languages
	}
	for k, chosen := range s.choice {
		if &k.place == c.of {
			return chosen, s.chosen[k].languages
		}
	}
	return nil, nil
}
