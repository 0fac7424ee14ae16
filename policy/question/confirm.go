package question

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// Bounds of what is tried to make a request out of guesses.
const (
	mostTries = 2000 // values put into variables, in one answer
	mostTexts = 24   // values of one variable
)

// confirm makes a request of the choices and puts it to the evaluator.
func (s *search) confirm() {
	wants := s.wants()
	guesses := s.guesses(wants)
	if s.barren[guesses] {
		s.doubt(doubtRelation)
		return
	}
	var keys []*key
	for _, w := range wants {
		for _, v := range w.crossing.vars {
			if !slices.Contains(keys, v.key) {
				keys = append(keys, v.key)
			}
		}
	}
	texts := make([][]string, len(keys))
	for i, k := range keys {
		texts[i] = s.texts(k)
	}
	bind := map[*key]string{}
	some := false // a request came true, whatever the evaluator said
	var try func(i int) bool
	try = func(i int) bool {
		if i == len(keys) {
			r := s.attempt(wants, bind)
			some = some || r != nil
			return r != nil && s.take(r)
		}
		for _, text := range texts[i] {
			if s.tries == 0 || s.budget.Steps <= 0 {
				some = true // it was not tried
				return false
			}
			s.tries--
			if bind[keys[i]] = text; try(i + 1) {
				return true
			}
		}
		return false
	}
	if !try(0) {
		s.barren[guesses] = !some
		s.doubt(doubtRelation)
	}
}

// guesses is a name for what a request has to be to make the guesses true,
// whoever asks.
func (s *search) guesses(wants []want) string {
	name := fmt.Sprintf("%p", s.resource)
	for _, k := range s.order {
		name += fmt.Sprintf(" %p", s.choice[k])
	}
	for _, w := range wants {
		name += fmt.Sprint(" ", w.crossing.id, w.is)
	}
	return name
}

// want is a guess that the request has to come true.
type want struct {
	crossing *crossing
	is       bool
}

func (s *search) wants() []want {
	var list []want
	for _, c := range s.crossings {
		if s.free[c.id] != open && c.bound(s) {
			list = append(list, want{c, s.free[c.id] == yes})
		}
	}
	return list
}

// texts are values a variable may have, all of the class that is chosen for its
// key: plain ones first, then what the documents mention.
func (s *search) texts(k *key) []string {
	chosen, c := s.choice[k], s.chosen[k]
	var list []string
	add := func(text string) {
		if len(list) == mostTexts || slices.Contains(list, text) {
			return
		}
		for _, l := range c.languages {
			if k.languages[l].Match(text) != chosen.in[l] {
				return
			}
		}
		for _, t := range k.tests {
			if len(t.crossings) == 0 && s.asks(t) && t.probe.Holds(beside{k.name, policy.Single(text), k.known}) != chosen.holds[t.index] {
				return
			}
		}
		list = append(list, text)
	}
	add("alice")
	add("bob")
	for _, text := range s.where.texts {
		add(text)
	}
	for _, other := range s.order {
		for _, text := range other.texts {
			add(text)
		}
	}
	add(chosen.values.One)
	return list
}

// asks reports whether a live statement has the test.
func (s *search) asks(t *test) bool {
	return slices.ContainsFunc(s.live, func(st *statement) bool { return slices.Contains(st.tests, t) })
}

// attempt makes a request in which the variables have these values and the
// guesses are true; nil if there is none.
func (s *search) attempt(wants []want, bind map[*key]string) *policy.Request {
	fill := func(p pattern.Piece) pattern.Piece {
		return pattern.Piece{Kind: pattern.Text, Text: bind[s.key(p.Text)]}
	}
	meet := func(p *place) (in, out []*pattern.Language) {
		for _, w := range wants {
			if w.crossing.of != p {
				continue
			}
			switch l := w.crossing.template.language(fill); {
			case w.is && l == nil:
				in = append(in, pattern.Union()) // nothing
			case w.is:
				in = append(in, l)
			case l != nil:
				out = append(out, l)
			}
		}
		return in, out
	}
	r := &policy.Request{Principal: s.space.who, ResourceAccount: s.space.owner, Scope: s.space.scope, Action: s.readable()}
	keys := policy.MapKeys{}
	for _, k := range s.order {
		c := s.choice[k]
		switch text, bound := bind[k]; {
		case k.fixed:
			keys[k.name] = k.value
		case c == nil || c.state == absent:
		case bound:
			keys.Set(k.name, text)
		default:
			keys[k.name] = c.values
			if in, out := meet(&k.place); c.state == single && len(in)+len(out) > 0 {
				text, ok := k.pickText(c, s.chosen[k].languages, in, out, s.budget)
				if !ok {
					return nil
				}
				keys.Set(k.name, text)
			}
		}
	}
	r.Keys = keys
	if s.resource.text == "*" {
		r.Resource = "*"
		return r
	}
	in, out := meet(&s.where)
	s.in, s.out = append(s.universe(), in...), out
	text, ok := s.where.pickText(s.resource, s.split.languages, s.in, s.out, s.budget)
	if r.Resource = text; !ok {
		return nil
	}
	return r
}

// take puts a request to the evaluator, and hands it over if it meets the goals.
func (s *search) take(r *policy.Request) bool {
	if !s.meets(r) {
		return false
	}
	if r.Resource != "*" {
		r = s.nicer(r)
	}
	s.hits++
	s.leave = true
	s.stopped = !s.found(r)
	return true
}

// nicer is a request with a resource that reads better, if there is one.
func (s *search) nicer(r *policy.Request) *policy.Request {
	if s.grammar != policy.AWS() {
		return r
	}
	forms := []string{"arn:aws:??*:*:*:??*", "arn:aws:?*:*:*:?*"}
	switch service, _, _ := strings.Cut(r.Action, ":"); service {
	case "sts":
		forms = append([]string{"arn:aws:iam::" + s.space.owner + ":role/example"}, forms...)
	default:
		forms = append([]string{"arn:aws:" + service + ":*:*:*example", "arn:aws:??*:*:*:*example"}, forms...)
	}
	for _, form := range forms {
		in := append(s.in[:len(s.in):len(s.in)], pattern.Resource(form, s.form, false, nil))
		better := *r
		var ok bool
		if better.Resource, ok = s.where.pickText(s.resource, s.split.languages, in, s.out, s.budget); ok && s.meets(&better) {
			return &better
		}
	}
	return r
}

// pickText finds a text of a class that is in some languages more, and out of
// others.
func (p *place) pickText(c *class, languages []int, in, out []*pattern.Language, b *pattern.Budget) (string, bool) {
	for _, l := range languages {
		if c.in[l] {
			in = append(in, p.languages[l])
		} else {
			out = append(out, p.languages[l])
		}
	}
	granted := min(b.Steps, 200_000)
	most := pattern.Budget{Steps: granted}
	text, found, _ := pattern.Find(in, out, &most)
	b.Steps -= granted - most.Steps
	return text, found
}

// readable is an action of the class that a document mentions, or one that
// reads like an action, or the shortest.
func (s *search) readable() string {
	stem := strings.TrimSuffix(s.action.text, "x")
	for _, name := range append(s.mentioned[:len(s.mentioned):len(s.mentioned)], "example:Example", stem+"Example", s.action.text+"Example") {
		same := pattern.Glob(pattern.Parse(everyAction), pattern.Exact).Match(name) &&
			(s.space.actions == nil || s.space.actions.Match(name))
		for _, a := range s.actions {
			same = same && a.language.Match(name) == s.action.in[a.index]
		}
		if same {
			return name
		}
	}
	return s.action.text
}

// meets asks the evaluator.
func (s *search) meets(r *policy.Request) bool {
	for _, g := range s.goals {
		if policy.Decide(g.layers, r).Allowed() != g.allow {
			return false
		}
	}
	return true
}
