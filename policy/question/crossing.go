package question

import (
	"strings"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// crossing is a pattern with variables: it holds a part of the request against
// the values of keys, so that neither can be looked at alone. Where the keys
// have values, whether it matches is left open (search.free): it may or may
// not, as far as these allow. Such an answer is only used if it does not matter,
// or when a request was found that the evaluator confirms.
type crossing struct {
	id       int
	of       *place
	general  int  // a language that holds every text it can match
	fallback int  // the language if no key has a value; -1 if it is empty
	defaults bool // every variable has a default
	vars     []variable
	template template
	symbolic *pattern.Language // with variables as symbols; nil if it has none
	larger   map[*crossing]bool
}

type variable struct {
	key *key
	has bool // it has a default
}

// template is a pattern as a document writes it.
type template struct {
	m         *model
	text      string
	resource  bool
	kind      policy.ValueType // of a value
	variables bool
}

func (t *template) pieces() []pattern.Piece {
	text, wild := t.text, t.kind == policy.PatternValue || t.kind == policy.ARNValue
	if t.resource {
		fields := pattern.FieldsOf(text, t.m.form.Fields, t.variables)
		if len(fields) < t.m.form.Fields {
			return nil // variables stand in the last field only
		}
		text, wild = fields[len(fields)-1], true
	}
	switch {
	case t.variables:
		pieces, _ := pattern.Template(text, wild) // Parse refused what cannot be read
		return pieces
	case wild:
		return pattern.Parse(text)
	case text == "":
		return nil
	}
	return []pattern.Piece{{Kind: pattern.Text, Text: text}}
}

// open lists the variables whose keys are not known. nothing says that a known
// one has no value, so that the pattern matches nothing.
func (t *template) open() (vars []variable, nothing bool) {
	if !t.variables || !strings.Contains(t.text, "${") {
		return nil, false
	}
	for _, p := range t.pieces() {
		if p.Kind != pattern.Var {
			continue
		}
		k := t.m.key(p.Text)
		switch {
		case !k.fixed:
			k.named = true
			vars = append(vars, variable{k, p.Has})
		case !k.single() && !p.Has:
			return nil, true
		}
	}
	return vars, false
}

// language is the template's language with bind in the place of the variables
// whose keys are not known; nil if that is no pattern of its kind.
func (t *template) language(bind func(pattern.Piece) pattern.Piece) *pattern.Language {
	fill := func(p pattern.Piece) pattern.Piece {
		switch k := t.m.key(p.Text); {
		case k.fixed && k.single():
			return pattern.Piece{Kind: pattern.Text, Text: k.value.One}
		case k.fixed:
			return pattern.Piece{Kind: pattern.Text, Text: p.Def}
		case bind != nil:
			return bind(p)
		}
		return p
	}
	if t.resource {
		return pattern.Resource(t.text, t.m.form, t.variables, fill)
	}
	pieces := pattern.Bind(t.pieces(), fill)
	switch t.kind {
	case policy.ARNValue:
		return pattern.ARNValue(pieces)
	case policy.FoldedValue:
		return pattern.Glob(pieces, pattern.Letters)
	}
	return pattern.Glob(pieces, pattern.Exact)
}

// loose is a language that holds every text the template can match.
func (t *template) loose() *pattern.Language {
	wide := *t
	if t.kind == policy.ARNValue {
		wide.kind = policy.PatternValue // a value may bring colons along
	}
	return wide.language(func(pattern.Piece) pattern.Piece { return pattern.Piece{Kind: pattern.Star} })
}

func (m *model) crossing(of *place, t *template, vars []variable) *crossing {
	name := string(rune('a'+t.kind)) + t.text
	c := &crossing{id: len(m.crossings), of: of, template: *t, vars: vars, fallback: -1, defaults: true}
	for _, have := range m.crossings {
		if have.of == of && have.template.kind == t.kind && have.template.text == t.text {
			return have
		}
	}
	c.general = of.add("*"+name, t.loose)
	for _, v := range vars {
		c.defaults = c.defaults && v.has
	}
	if c.defaults {
		if l := t.language(byDefault); l != nil {
			c.fallback = of.add("="+name, func() *pattern.Language { return l })
		}
	}
	if t.kind != policy.ARNValue {
		c.symbolic = t.language(nil)
	}
	m.crossings = append(m.crossings, c)
	return c
}

func byDefault(p pattern.Piece) pattern.Piece {
	return pattern.Piece{Kind: pattern.Text, Text: p.Def}
}

// within reports whether the texts of c are among those of d, whatever values
// the keys have. Not knowing counts as no.
func (c *crossing) within(d *crossing) bool {
	if c.of != d.of || c.symbolic == nil || d.symbolic == nil {
		return false
	}
	is, known := c.larger[d]
	if !known {
		if c.larger == nil {
			c.larger = map[*crossing]bool{}
		}
		is, _, _ = pattern.Within(c.symbolic, []*pattern.Language{d.symbolic}, &pattern.Budget{Steps: 20_000})
		c.larger[d] = is
	}
	return is
}
