package question

import (
	"errors"
	"slices"
	"strconv"

	"github.com/daypass/daypass/policy"
)

// Difference is what a new version of policies grants beyond the old one.
type Difference struct {
	// Grants is Never if nothing, proved; Sometimes if there are Witnesses; and
	// Perhaps if neither, with the reasons in Doubts.
	Grants    Answer
	Witnesses []Witness
	// Doubts say why there may be more than the witnesses show.
	Doubts []string
}

// Witness is a request that the old version denies and the new one allows, as
// the evaluator confirms. The Decision of the Example is that of the new.
type Witness struct {
	Example
	Old policy.Decision
	// Beside says what else applies to the request, in words; empty if nothing does.
	Beside string
	// Before and After are all layers, for whoever wants to ask again.
	Before, After *policy.Layers
}

// ErrMixed is the answer to documents that do not belong to one layer.
var ErrMixed = errors.New("the documents are not all of one kind")

// Diff asks what the documents of new grant that those of old do not. All are of
// one layer, which their Use tells: identity policies (managed or inline), the
// session policies of a session, one resource or trust policy, or one level of
// service or resource control policies. What limits is asked beside identity
// policies that allow everything, what grants beside nothing.
//
// It never says Never wrongly: a bound that was reached and a relation between
// parts of a request that the method does not see through end in Perhaps.
func Diff(old, new []policy.Source, b Bound) (*Difference, error) {
	settings, err := settingsOf(old, new)
	if err != nil {
		return nil, err
	}
	if covers(old, new) {
		return &Difference{Grants: Never}, nil
	}
	return difference(settings, append(slices.Clone(old), new...), space{star: true}, b), nil
}

// Grants asks what documents of one layer grant of some actions on some
// resources, as Diff would if there had been none before. The error says what is
// wrong with a pattern, or with the documents together.
func Grants(documents []policy.Source, actions, resources []string, b Bound) (*Difference, error) {
	settings, err := settingsOf(nil, documents)
	if err != nil {
		return nil, err
	}
	in, err := spaceOf(settings[0].new.Grammar, actions, resources)
	if err != nil {
		return nil, err
	}
	return difference(settings, documents, in, b), nil
}

// difference looks for requests in a space that the new layers of a setting
// allow and the old deny, whoever makes them.
func difference(settings []setting, documents []policy.Source, in space, b Bound) *Difference {
	d := &Difference{Grants: Never}
	m := newModel(nil, settings[0].new.Grammar, b)
	for _, s := range settings {
		m.layers(&s.old)
		m.layers(&s.new)
	}
	callers, all := callersOf(documents)
	if !all {
		d.doubt(doubtCallers)
	}
	seen := map[string]bool{}
	for _, set := range settings {
		if set.blind != "" {
			d.doubt(set.blind)
			continue
		}
		s := newSearch(m, goal{&set.new, true}, goal{&set.old, false})
		s.found = func(r *policy.Request) bool {
			w := Witness{Example: *m.example(r, &set.new), Old: policy.Decide(&set.old, r), Beside: set.beside, Before: &set.old, After: &set.new}
			if by := w.Decision.Source + "\x00" + strconv.Itoa(w.Decision.Statement); !seen[by] {
				seen[by] = true
				d.Witnesses = append(d.Witnesses, w)
			}
			return len(d.Witnesses) < b.witnesses()
		}
		for _, c := range callers {
			for _, owner := range c.owners() {
				if in.who, in.owner = c.who, owner; len(d.Witnesses) < b.witnesses() {
					s.run(in)
				}
			}
		}
		d.doubt(s.doubts...)
	}
	switch {
	case len(d.Witnesses) > 0:
		d.Grants = Sometimes
	case len(d.Doubts) > 0:
		d.Grants = Perhaps
	}
	return d
}

// Add joins the answer to another question.
func (d *Difference) Add(e *Difference) {
	d.Witnesses = append(d.Witnesses, e.Witnesses...)
	d.doubt(e.Doubts...)
	switch {
	case len(d.Witnesses) > 0:
		d.Grants = Sometimes
	case len(d.Doubts) > 0:
		d.Grants = Perhaps
	}
}

func (d *Difference) doubt(why ...string) {
	for _, w := range why {
		if !slices.Contains(d.Doubts, w) {
			d.Doubts = append(d.Doubts, w)
		}
	}
}

// covers reports whether every Allow of new is one of old, and every Deny of old
// one of new: then there is nothing to look for.
func covers(old, new []policy.Source) bool {
	said := func(list []policy.Source, effect policy.Effect) map[string]bool {
		names := map[string]bool{}
		for _, src := range list {
			if src.Policy == nil {
				continue
			}
			d := src.Policy.Document()
			for i := range d.Statements() {
				if e, _ := d.Elements(i); e.Effect == effect {
					names[d.Grammar().Name()+statementName(d, &e)+principalsName(e.Principal)] = true
				}
			}
		}
		return names
	}
	unread := func(list []policy.Source) bool {
		return slices.ContainsFunc(list, func(s policy.Source) bool { return s.Policy == nil })
	}
	within := func(a, b map[string]bool) bool {
		for name := range a {
			if !b[name] {
				return false
			}
		}
		return true
	}
	if unread(new) {
		return true // everything is denied
	}
	return !unread(old) && within(said(new, policy.EffectAllow), said(old, policy.EffectAllow)) &&
		within(said(old, policy.EffectDeny), said(new, policy.EffectDeny))
}

func principalsName(p *policy.PrincipalElement) string {
	if p == nil {
		return ""
	}
	var items []string
	for _, it := range p.Items {
		items = append(items, it.Type+":"+it.Text)
	}
	name := "\x04+"
	if p.Not {
		name = "\x04-"
	}
	return name + written(items)
}

// setting is one way to ask about the documents: beside other layers.
type setting struct {
	old, new policy.Layers
	beside   string
	blind    string // why this way is no use
}

// everything and nothing are documents that settings put beside the ones that
// are asked about.
func everything(g *policy.Grammar) policy.Source {
	return builtin(g, "everything", `{"Version":"`+g.Version()+`","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`)
}

func nothing() policy.Source {
	return builtin(policy.AWS(), "nothing", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"*","Resource":"*"}}`)
}

func builtin(g *policy.Grammar, name, text string) policy.Source {
	d, err := policy.Read(g, policy.Inline, []byte(text))
	if d == nil {
		panic(err) // one of the constants above
	}
	return policy.Source{ID: name, Type: "beside", Policy: d.Compile()}
}

// settingsOf tells by the use of the documents which layer they are, and makes
// the ways to ask about them.
func settingsOf(old, new []policy.Source) ([]setting, error) {
	use, g := policy.Managed, policy.AWS()
	first := true
	for _, s := range append(slices.Clone(old), new...) {
		if s.Policy == nil {
			continue
		}
		u, in := s.Policy.Document().Use(), s.Policy.Document().Grammar()
		if u == policy.Inline {
			u = policy.Managed
		}
		if !first && (u != use || in != g) {
			return nil, ErrMixed
		}
		use, g, first = u, in, false
	}
	all := policy.NewSet(everything(g))
	one := func(set func(*policy.Layers, []policy.Source), words string) []setting {
		s := setting{beside: words, old: policy.Layers{Grammar: g}, new: policy.Layers{Grammar: g}}
		set(&s.old, old)
		set(&s.new, new)
		return []setting{s}
	}
	const granted = "an identity policy that allows everything"
	switch use {
	case policy.Session:
		return one(func(l *policy.Layers, docs []policy.Source) {
			l.Identity, l.HasSession, l.Session = all, true, policy.NewSet(docs...)
		}, granted), nil
	case policy.SCP:
		return one(func(l *policy.Layers, docs []policy.Source) {
			l.Identity, l.SCP = all, []*policy.Set{policy.NewSet(docs...)}
		}, granted), nil
	case policy.RCP:
		return one(func(l *policy.Layers, docs []policy.Source) {
			docs = append([]policy.Source{everything(g)}, docs...)
			l.Identity, l.RCP = all, []*policy.Set{policy.NewSet(docs...)}
		}, granted), nil
	case policy.Resource, policy.Trust:
		if g != policy.AWS() {
			return []setting{{blind: doubtKind}}, nil
		}
		return resourceSettings(old, new, use)
	}
	return one(func(l *policy.Layers, docs []policy.Source) { l.Identity = policy.NewSet(docs...) }, ""), nil
}

// resourceSettings asks about a resource policy beside everything that tells
// its grants apart: one to an account needs an identity policy, one to a role
// does not but is limited by boundary and session policy, one to the caller
// itself is not; and a Deny with NotPrincipal reaches every caller who has a
// boundary.
func resourceSettings(old, new []policy.Source, use policy.Use) ([]setting, error) {
	if len(old) > 1 || len(new) > 1 {
		return nil, errors.New("a resource has one policy at most")
	}
	all, none := everything(policy.AWS()), nothing()
	base := policy.Layers{}
	if use == policy.Trust {
		base.Kind = policy.ResourceTrust
	}
	make := func(words string, change func(*policy.Layers)) setting {
		s := setting{beside: words, old: base, new: base}
		if len(old) == 1 {
			s.old.Resource = &old[0]
		}
		if len(new) == 1 {
			s.new.Resource = &new[0]
		}
		change(&s.old)
		change(&s.new)
		return s
	}
	return []setting{
		make("", func(*policy.Layers) {}),
		make("an identity policy that allows everything", func(l *policy.Layers) { l.Identity, l.Session = policy.NewSet(all), policy.NewSet(all) }),
		make("a permissions boundary that allows nothing", func(l *policy.Layers) { l.Boundary = &none }),
		make("a permissions boundary that allows everything", func(l *policy.Layers) { l.Boundary = &all }),
		make("an identity policy and a permissions boundary that allow everything", func(l *policy.Layers) {
			l.Identity, l.Session, l.Boundary = policy.NewSet(all), policy.NewSet(all), &all
		}),
		make("a session policy that allows nothing", func(l *policy.Layers) { l.HasSession = true }),
	}, nil
}
