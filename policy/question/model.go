package question

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// truth is what is known of a statement or a part of one.
type truth uint8

const (
	no truth = iota
	open
	yes
)

func truthOf(is bool) truth {
	if is {
		return yes
	}
	return no
}

// model is what the documents of a question say, each thing once however many
// statements write it, so that what two documents have in common is one thing.
type model struct {
	known      policy.Keys // may be nil
	grammar    *policy.Grammar
	form       pattern.Form // of resource names
	of         map[*policy.Policy][]*statement
	allows     map[*policy.Policy][]bool
	statements map[string]*statement
	actions    map[string]*actions
	resources  map[string]*resources
	where      place // the resource of the request
	keys       map[string]*key
	order      []*key // as they come
	tests      []*test
	crossings  []*crossing
	mentioned  []string          // action names in documents
	spelling   map[string]string // how documents write a key
	blind      string            // why no answer can be proved; empty if nothing is against it

	// What is worked out on the way to an answer, and what it may cost.
	budget        *pattern.Budget
	tries         int // values that may still be put into variables
	actionClass   map[*pattern.Language][]*class
	resourceClass map[asked]*classes
	barren        map[string]bool // guesses that no request makes true
}

// statement is a statement but for its effect and its principals.
type statement struct {
	id        int
	actions   *actions
	resources *resources // nil: it has no such element
	tests     []*test
}

type actions struct {
	not      bool
	language *pattern.Language
	index    int // among all of the model
}

type resources struct {
	not       bool
	all       bool // "*" is among them
	plain     int  // language of the place, -1 if every pattern has a variable
	crossings []*crossing
}

// place is something of a request that is a text, with the languages in which
// documents ask whether it is.
type place struct {
	languages []*pattern.Language
	index     map[string]int
	texts     []string // literal parts of the patterns: what a value may have to be equal to
}

// add returns the index of a language under its name, made if it is new.
func (p *place) add(name string, make func() *pattern.Language) int {
	if i, ok := p.index[name]; ok {
		return i
	}
	if p.index == nil {
		p.index = map[string]int{}
	}
	i := len(p.languages)
	p.index[name] = i
	p.languages = append(p.languages, make())
	return i
}

func newModel(known policy.Keys, g *policy.Grammar, b Bound) *model {
	if g == nil {
		g = policy.AWS()
	}
	return &model{
		known: known, grammar: g, form: pattern.Form(g.NameForm()), of: map[*policy.Policy][]*statement{}, allows: map[*policy.Policy][]bool{}, statements: map[string]*statement{}, actions: map[string]*actions{},
		resources: map[string]*resources{}, keys: map[string]*key{}, spelling: map[string]string{},
		budget: &pattern.Budget{Steps: b.steps()}, tries: mostTries,
		actionClass: map[*pattern.Language][]*class{}, resourceClass: map[asked]*classes{}, barren: map[string]bool{},
	}
}

// layers reads every policy of the layers.
func (m *model) layers(l *policy.Layers) {
	each(l, func(_ policy.Layer, s *policy.Source) {
		if s.Policy != nil {
			m.read(s.Policy)
		}
	})
}

// each visits the policies of all layers.
func each(l *policy.Layers, visit func(policy.Layer, *policy.Source)) {
	set := func(layer policy.Layer, s *policy.Set) {
		sources := s.Sources()
		for i := range sources {
			visit(layer, &sources[i])
		}
	}
	one := func(layer policy.Layer, s *policy.Source) {
		if s != nil {
			visit(layer, s)
		}
	}
	for _, level := range l.SCP {
		set(policy.LayerSCP, level)
	}
	for _, level := range l.RCP {
		set(policy.LayerRCP, level)
	}
	one(policy.LayerEndpoint, l.Endpoint)
	one(policy.LayerResource, l.Resource)
	one(policy.LayerBoundary, l.Boundary)
	set(policy.LayerSession, l.Session)
	set(policy.LayerIdentity, l.Identity)
	for _, scope := range slices.Sorted(maps.Keys(l.Scoped)) {
		set(policy.LayerScoped, l.Scoped[scope])
	}
}

func (m *model) read(p *policy.Policy) {
	if _, done := m.of[p]; done {
		return
	}
	d := p.Document()
	if d.Grammar() != m.grammar {
		return // it is not understood, and denies
	}
	for _, name := range policy.ContextKeys(d) {
		if fold := policy.FoldKey(name); m.spelling[fold] == "" {
			m.spelling[fold] = name
		}
	}
	list, allows := make([]*statement, d.Statements()), make([]bool, d.Statements())
	for i := range list {
		e, _ := d.Elements(i)
		m.look(d, &e)
		list[i], allows[i] = m.statement(d, i, &e), e.Effect == policy.EffectAllow
	}
	m.of[p], m.allows[p] = list, allows
}

// look notes what the method does not see through: in Huawei's language, what
// becomes of conditions whose variables have no value, and operators that make a
// pattern of a text.
func (m *model) look(d *policy.Document, e *policy.Elements) {
	variable := func(list []policy.Token) {
		for _, it := range list {
			if d.Grammar() == policy.Huawei() && pattern.HasVariable(it.Text) {
				m.blind = doubtLanguage
			}
		}
	}
	if e.Resource != nil {
		variable(e.Resource.Items)
	}
	for _, c := range e.Conditions {
		if variable(c.Values); c.Operator.Base == "StringStartWith" || c.Operator.Base == "StringEndWith" {
			m.blind = doubtLanguage
		}
	}
}

// statementName writes what a statement says in one way, whatever the order of
// its lists. Statements of one name match the same requests.
func statementName(d *policy.Document, e *policy.Elements) string {
	var b strings.Builder
	list := func(l *policy.ListElement, fold bool) {
		if l == nil {
			b.WriteString("\x01")
			return
		}
		b.WriteString(listName(l, fold))
	}
	list(e.Action, true)
	list(e.Resource, false)
	var conditions []string
	for i := range e.Conditions {
		conditions = append(conditions, testName(d, &e.Conditions[i]))
	}
	b.WriteString(written(conditions))
	if d.Variables() {
		b.WriteString("\x03")
	}
	return b.String()
}

func listName(l *policy.ListElement, fold bool) string {
	var items []string
	for _, it := range l.Items {
		if fold {
			items = append(items, pattern.FoldASCII(it.Text))
		} else {
			items = append(items, it.Text)
		}
	}
	name := "+"
	if l.Not {
		name = "-"
	}
	return name + written(items) + "\x01"
}

// written writes a list in one way, whatever its order. No two lists are written
// alike, whatever characters are in them.
func written(items []string) string {
	slices.Sort(items)
	var b []byte
	for _, it := range slices.Compact(items) {
		b = strconv.AppendQuote(b, it)
	}
	return string(b)
}

func (m *model) statement(d *policy.Document, i int, e *policy.Elements) *statement {
	name := statementName(d, e)
	if s, ok := m.statements[name]; ok {
		return s
	}
	s := &statement{id: len(m.statements), actions: m.action(e.Action), resources: m.resource(d, e.Resource)}
	for j := range e.Conditions {
		s.tests = append(s.tests, m.test(d, i, j, &e.Conditions[j]))
	}
	m.statements[name] = s
	return s
}

func (m *model) action(l *policy.ListElement) *actions {
	if l == nil { // a document that may not be saved: it means nothing
		l = &policy.ListElement{}
	}
	name := listName(l, true)
	if a, ok := m.actions[name]; ok {
		return a
	}
	a := &actions{not: l.Not, index: len(m.actions)}
	var languages []*pattern.Language
	for _, it := range l.Items {
		languages = append(languages, pattern.Glob(pattern.Parse(it.Text), pattern.ASCII))
		if !strings.ContainsAny(it.Text, "*?") {
			m.mentioned = append(m.mentioned, it.Text)
		}
	}
	a.language = pattern.Union(languages...)
	m.actions[name] = a
	return a
}

func (m *model) resource(d *policy.Document, l *policy.ListElement) *resources {
	if l == nil {
		return nil
	}
	name := listName(l, false)
	if d.Variables() {
		name += "$"
	}
	if r, ok := m.resources[name]; ok {
		return r
	}
	r := &resources{not: l.Not, plain: -1}
	var plain []*pattern.Language
	for _, it := range l.Items {
		if it.Text == "*" {
			r.all = true
			continue
		}
		m.where.mention(it.Text)
		t := template{m: m, text: it.Text, resource: true, variables: d.Variables()}
		switch vars, nothing := t.open(); {
		case nothing:
		case len(vars) == 0:
			plain = append(plain, t.language(nil))
		default:
			r.crossings = append(r.crossings, m.crossing(&m.where, &t, vars))
		}
	}
	if plain != nil {
		r.plain = m.where.add(name, func() *pattern.Language { return pattern.Union(plain...) })
	}
	m.resources[name] = r
	return r
}

// mention notes the literal parts of a pattern.
func (p *place) mention(text string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/:*?${}", r) }) {
		if len(p.texts) < 64 && !slices.Contains(p.texts, part) {
			p.texts = append(p.texts, part)
		}
	}
}
