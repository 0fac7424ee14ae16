package question

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// Query asks what a principal can do, under all layers that reach it.
type Query struct {
	Layers    *policy.Layers
	Principal *policy.Principal // nil: an anonymous caller
	// Owner is the account of the resources; empty means the principal's own.
	Owner string
	// Scope is what the resources belong to besides, as in policy.Request.
	Scope string
	// Known are the condition keys that are told, and so fixed. A key that Known
	// has not is open: it may have any value, or none. One that is known to be
	// absent is an empty list. Nil: every key is open.
	Known policy.Keys
	Bound Bound
}

// Possibility says whether a request of some actions on some resources can be
// allowed.
type Possibility struct {
	Can Answer
	// Example is allowed; nil for Never and Perhaps.
	Example *Example
	// Limit is one that is denied, with the decision that says by what; nil for
	// Always, and if none was found.
	Limit *Example
	// Keys are the condition keys on which the Example hangs, in the spelling of
	// the documents.
	Keys []string
	// Doubts say why the answer is no more than this.
	Doubts []string
}

// Can asks whether there is an action of a pattern and a resource of a pattern
// with which a request is allowed, with some values of the open keys. Patterns
// are written as in Action and Resource; a resource is "*" or begins as an ARN
// does, and "*" also stands for requests without a resource. The error says what
// is wrong with a pattern.
func Can(q *Query, action, resource string) (*Possibility, error) {
	in, err := spaceOf(q.Layers.Grammar, []string{action}, []string{resource})
	if err != nil {
		return nil, err
	}
	m := newModel(q.Known, q.Layers.Grammar, q.Bound)
	m.layers(q.Layers)
	return q.possibility(m, q.of(in)), nil
}

// NeverGrants asks whether the layers never allow the principal any of the
// actions on any of the resources. Can is Never if that is proved, and
// otherwise the Example shows one, or the Doubts say why there is no proof.
func NeverGrants(q *Query, actions, resources []string) (*Possibility, error) {
	in, err := spaceOf(q.Layers.Grammar, actions, resources)
	if err != nil {
		return nil, err
	}
	m := newModel(q.Known, q.Layers.Grammar, q.Bound)
	m.layers(q.Layers)
	p := &Possibility{}
	p.Example, p.Doubts = q.first(m, q.of(in), true)
	p.conclude()
	return p, nil
}

// of puts the principal of the query in a space.
func (q *Query) of(in space) space {
	if in.who, in.owner = q.Principal, q.Owner; in.owner == "" && q.Principal != nil {
		in.owner = q.Principal.Account
	}
	in.scope = q.Scope
	return in
}

// spaceOf is the space of some patterns.
func spaceOf(g *policy.Grammar, actions, resources []string) (in space, err error) {
	if g == nil {
		g = policy.AWS()
	}
	form := pattern.Form(g.NameForm())
	var names, where []*pattern.Language
	for _, a := range actions {
		l := pattern.Glob(pattern.Parse(a), pattern.ASCII)
		// A blank is a slip that would make every answer "never".
		if some, _, _ := pattern.Meets(l, pattern.Glob(pattern.Parse(everyAction), pattern.Exact), &pattern.Budget{Steps: 100_000}); !some || strings.ContainsAny(a, " \t\r\n\"") {
			return in, fmt.Errorf("%q is no pattern of actions: they are written service:Name", a)
		}
		names = append(names, l)
	}
	for _, r := range resources {
		if r == "*" {
			in.star = true
		}
		l := pattern.Resource(r, form, false, nil)
		if some, _, _ := pattern.Meets(l, pattern.Names(form), &pattern.Budget{Steps: 100_000}); !some {
			return in, fmt.Errorf(`%q is no pattern of resources: they are "*" or begin as a name of %d fields does`, r, form.Fields)
		}
		where = append(where, l)
	}
	if len(names) == 0 || len(where) == 0 {
		return in, fmt.Errorf("there has to be an action and a resource")
	}
	in.actions, in.resources = pattern.Union(names...), pattern.Union(where...)
	return in, nil
}

// first finds a request in the space that is allowed, or denied.
func (q *Query) first(m *model, in space, allow bool) (*Example, []string) {
	var found *Example
	s := newSearch(m, goal{q.Layers, allow})
	s.found = func(r *policy.Request) bool {
		found = m.example(r, q.Layers)
		return false
	}
	s.run(in)
	return found, s.doubts
}

func (q *Query) possibility(m *model, in space) *Possibility {
	p := &Possibility{}
	p.Example, p.Doubts = q.first(m, in, true)
	p.conclude()
	if p.Example == nil {
		if in.within == nil {
			p.Limit, _ = q.first(m, in, false)
		}
		return p
	}
	var doubts []string
	if p.Limit, doubts = q.first(m, in, false); p.Limit == nil {
		if p.Doubts = doubts; len(doubts) == 0 {
			p.Can = Always
		}
		return p
	}
	p.Keys = q.hangsOn(p.Example)
	return p
}

func (p *Possibility) conclude() {
	switch {
	case p.Example != nil:
		p.Can, p.Doubts = Sometimes, nil
	case len(p.Doubts) == 0:
		p.Can = Never
	}
}

// hangsOn lists the keys of which it depends whether the example's action is
// allowed on its resource.
func (q *Query) hangsOn(x *Example) []string {
	r := x.Request()
	r.Keys = q.Known
	return policy.Simulate(q.Layers, r).Missing
}

// Capability is what a statement that allows comes to, once everything that
// limits has been heard: an action pattern of it on a resource pattern of it.
type Capability struct {
	Layer      policy.Layer
	Source     string
	SourceType string
	Statement  int // index in its document
	Sid        string
	Pos        policy.Pos
	// Action and Resource are patterns as the statement writes them. With
	// NotAction or NotResource it means everything but these: the patterns are
	// then all of the element, separated by commas. Resource is "*" if the
	// statement has no such element.
	Action, Resource       string
	NotAction, NotResource bool
	Possibility
}

// mostCapabilities bounds what one question may be answered with.
const mostCapabilities = 2000

// WhatCan lists what a principal can do at most: for each Allow statement of its
// identity policies and of the resource policy, and for each of its actions on
// each of its resources, whether that is allowed always, under conditions, or
// never because something takes it away. Limit shows what: the decision on a
// request that the statement matches. more is true if the list was cut off.
func WhatCan(q *Query) (list []Capability, more bool) {
	m := newModel(q.Known, q.Layers.Grammar, q.Bound)
	m.layers(q.Layers)
	each(q.Layers, func(layer policy.Layer, src *policy.Source) {
		if src.Policy == nil || !grantsIn(layer) || m.of[src.Policy] == nil {
			return
		}
		if layer == policy.LayerResource && q.Layers.Kind == policy.ResourceTrust {
			layer = policy.LayerTrust
		}
		d := src.Policy.Document()
		for i := range d.Statements() {
			e, _ := d.Elements(i)
			if e.Effect != policy.EffectAllow {
				continue
			}
			for _, a := range patterns(e.Action, true) {
				for _, r := range patterns(e.Resource, false) {
					if len(list) == mostCapabilities {
						more = true
						return
					}
					c := Capability{
						Layer: layer, Source: src.ID, SourceType: src.Type, Statement: i, Sid: e.Sid.Text, Pos: d.Pos(e.Start),
						Action: a, Resource: r, NotAction: e.Action != nil && e.Action.Not, NotResource: e.Resource != nil && e.Resource.Not,
					}
					c.Possibility = *q.capability(m, &c, m.of[src.Policy][i], d.Variables())
					list = append(list, c)
				}
			}
		}
	})
	return list, more
}

// patterns of an element one by one; what it leaves out stays together.
func patterns(l *policy.ListElement, action bool) []string {
	if l == nil {
		return []string{"*"}
	}
	var list []string
	for _, it := range l.Items {
		list = append(list, it.Text)
	}
	if l.Not {
		return []string{strings.Join(list, ", ")}
	}
	return slices.Compact(list)
}

func (q *Query) capability(m *model, c *Capability, st *statement, variables bool) *Possibility {
	in := q.of(space{within: st, star: c.Resource == "*" || c.NotResource})
	if !c.NotAction {
		in.actions = pattern.Glob(pattern.Parse(c.Action), pattern.ASCII)
	}
	if !c.NotResource {
		t := template{m: m, text: c.Resource, resource: true, variables: variables}
		in.resources = t.loose()
	}
	p := q.possibility(m, in)
	if p.Can == Always {
		return p
	}
	// What takes away from the statement, rather than what it does not say.
	in.matched = true
	p.Limit, _ = q.first(m, in, false)
	return p
}
