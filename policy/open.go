package policy

import (
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// OpenLayer is a layer, or one level of one, whose say hangs on keys that are not known.
type OpenLayer struct {
	Layer Layer `json:"layer"`
	Level int   `json:"level,omitempty"` // of SCP and RCP: 0 is the organization's root
	// Otherwise is what the layer says if no statement that is open matches.
	Otherwise  Verdict         `json:"otherwise"`
	Statements []OpenStatement `json:"statements"`
}

// OpenStatement is a statement that matches if all of its Conditions hold and, unless Resources is nil, one of Resources covers the
// resource (with NotResource, none does). What else it says is met. A layer allows if one of its Allow statements matches and no
// Deny does.
type OpenStatement struct {
	Source     string `json:"source"`
	SourceType string `json:"sourceType,omitempty"`
	Statement  int    `json:"statement"` // index in its document
	Sid        string `json:"sid,omitempty"`
	Effect     Effect `json:"effect"`
	Pos        Pos    `json:"pos"`
	End        Pos    `json:"end"`
	// Resources are the patterns whose variables are not all known; those that are stand in place of the variables.
	Resources   []string        `json:"resources,omitempty"`
	NotResource bool            `json:"notResource,omitempty"`
	Conditions  []OpenCondition `json:"conditions,omitempty"`
}

// OpenCondition is a condition that may hold or not: its key is not known, or a variable in its values is not.
type OpenCondition struct {
	Operator string   `json:"operator"` // as the document writes it
	Key      string   `json:"key"`      // as the document writes it
	Values   []string `json:"values"`   // known variables stand in their place
	// Request holds the values of the key if it is known.
	Request []string `json:"request,omitempty"`
}

// Open lists the layers on which the verdict depends, in the order of [Explain]; nil if it depends on nothing. The request is allowed
// if the layers that are not listed and those that are allow it as [Decide] combines them.
//
// In a layer that allows whatever comes, only what may deny is listed; and so is a grant that is not needed.
func (r *Residual) Open() []OpenLayer {
	if _, known := r.Verdict(); known {
		return nil
	}
	e := newEvaluator(&r.layers, &r.request)
	e.open = true
	f := newFrame(&r.layers, &r.request, e.who)
	needless := f.needless(&r.layers, &r.request, &e)
	var list []OpenLayer
	level := make(map[Layer]int)
	f.each(func(l Layer, sources []Source, sc scope) {
		open := OpenLayer{Layer: l, Level: level[l]}
		level[l]++
		open.Otherwise = open.gather(&e, sources, sc, needless(l))
		if len(open.Statements) > 0 {
			list = append(list, open)
		}
	})
	return list
}

// needless says of which layers no Allow is needed: of those that a grant of the resource policy bypasses, and of the identity
// policies of a root user.
func (f *frame) needless(l *Layers, r *Request, e *evaluator) func(Layer) bool {
	named := grantNone
	own := e.who.Account != "" && e.who.Account == r.ResourceAccount
	if own && f.resource != nil && !e.unread(f.resource) {
		_, named = e.strongest(f.resource.Policy.allows, f.resourceIn)
	}
	direct := named == grantDirect && !f.rules.noBypass
	enough := direct || f.rules.noBypass && !f.needsIdentity(own, named, l.Kind)
	return func(layer Layer) bool {
		switch layer {
		case LayerIdentity, LayerScoped:
			return enough || isRoot(e.who)
		case LayerBoundary, LayerSession:
			return direct
		}
		return false
	}
}

// strongest is the first of the strongest Allow statements that match for certain.
func (e *evaluator) strongest(allows []statement, sc scope) (*statement, grant) {
	var found *statement
	best := grantNone
	for i := range allows {
		if s := &allows[i]; s.settled() {
			if t, g := e.matches(s, sc); t == isTrue && g > best {
				found, best = s, g
			}
		}
	}
	return found, best
}

// gather adds the statements that are open, and says what the layer does without them.
func (o *OpenLayer) gather(e *evaluator, sources []Source, sc scope, needless bool) Verdict {
	verdict, best := ImplicitDeny, grantNone
	for i := range sources {
		if !e.unread(&sources[i]) {
			if s, g := e.strongest(sources[i].Policy.allows, sc); s != nil {
				verdict, best = Allow, max(best, g)
			}
		}
	}
	for i := range sources {
		if e.unread(&sources[i]) {
			return ExplicitDeny
		}
		for _, s := range sources[i].Policy.inOrder() {
			_, g := e.matches(s, sc)
			if s.settled() || s.effect == EffectAllow && (needless || g <= best) {
				continue
			}
			o.Statements = append(o.Statements, e.openStatement(&sources[i], s))
		}
	}
	return verdict
}

// Missing lists the keys on which the verdict depends, in the spelling of the
// first statement that asks for each; nil if it depends on none.
func (r *Residual) Missing() []string {
	if _, known := r.Verdict(); known {
		return nil
	}
	e := newEvaluator(&r.layers, &r.request)
	e.open = true
	f := newFrame(&r.layers, &r.request, e.who)
	var keys keyNames
	f.each(func(_ Layer, sources []Source, _ scope) {
		for i := range sources {
			if e.unread(&sources[i]) {
				continue
			}
			for _, st := range sources[i].Policy.inOrder() {
				e.asks(sources[i].Policy.doc, st, &keys)
			}
		}
	})
	return keys.names
}

// asks adds the keys that are not known and because of which it is open whether a statement of a residual matches.
func (e *evaluator) asks(d *Document, s *statement, keys *keyNames) {
	add := func(name string) {
		if _, known := e.lookup(FoldKey(name)); !known {
			keys.add(name)
		}
	}
	variables := func(values []text) {
		for _, v := range values {
			for _, name := range variableNames(v.s) {
				add(name)
			}
		}
	}
	if s.hasResource {
		variables(s.src.resources.items)
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		add(c.src.key.s)
		if d.variables && c.class.variables() {
			variables(c.src.values)
		}
	}
}

func (e *evaluator) openStatement(src *Source, s *statement) OpenStatement {
	o := OpenStatement{
		Source: src.ID, SourceType: src.Type, Statement: s.index, Sid: s.src.sid, Effect: s.effect, Pos: s.pos, End: s.end, NotResource: s.notResource,
	}
	d := src.Policy.doc
	if s.hasResource {
		for _, it := range s.src.resources.items {
			o.Resources = append(o.Resources, e.filled(it.s, true))
		}
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		oc := OpenCondition{Operator: c.src.name, Key: c.src.key.s, Values: texts(c.src.values)}
		if d.variables && c.class.variables() {
			for j := range oc.Values {
				oc.Values[j] = e.filled(oc.Values[j], c.class == classLike || c.class == classARN)
			}
		}
		if v, known := e.lookup(c.key); known {
			oc.Request = append([]string(nil), v.all()...)
		}
		o.Conditions = append(o.Conditions, oc)
	}
	return o
}

// filled puts the values of known variables into a text. Where wildcards count, those of a value are written so that they do not.
func (e *evaluator) filled(s string, wild bool) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := pattern.VariableEnd(rest, 0)
		if end < 0 {
			b.WriteString("${" + rest)
			return b.String()
		}
		name, _, _ := strings.Cut(rest[:end], ",")
		if v, known := e.lookup(FoldKey(strings.TrimSpace(name))); known && !v.Multi && name != "" {
			b.WriteString(plainly(v.One, wild))
		} else {
			b.WriteString("${" + rest[:end+1])
		}
		s = rest[end+1:]
	}
}

// plainly writes a value as a document does that means just this text.
func plainly(v string, wild bool) string {
	if wild {
		return strings.NewReplacer("${", "${$}{", "*", "${*}", "?", "${?}").Replace(v)
	}
	return strings.ReplaceAll(v, "${", "${$}{")
}
