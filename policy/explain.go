package policy

import (
	"maps"
	"slices"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// Explain decides a request again and tells how every statement of every layer
// saw it. Its Decision is the one of Decide. It costs far more than Decide:
// use it for denials and for people who ask.
func Explain(l *Layers, r *Request) *Trace {
	e := newEvaluator(l, r)
	f := newFrame(l, r, e.who)
	x := explainer{evaluator: &e, trace: &Trace{Decision: Decide(l, r)}}
	x.levels(LayerSCP, f.scp)
	x.levels(LayerRCP, f.rcp)
	x.one(LayerEndpoint, f.endpoint, scopeAttached)
	if f.rules.stepwise {
		x.one(LayerBoundary, f.boundary, scopeAttached)
		x.session(&f)
		x.one(f.resourceAs, f.resource, f.resourceIn)
	} else {
		x.one(f.resourceAs, f.resource, f.resourceIn)
		x.one(LayerBoundary, f.boundary, scopeAttached)
		x.session(&f)
	}
	x.identity(&f)
	x.scopes(l, r, &f)
	if f.rules.stepwise {
		x.trace.unasked()
	}
	return x.trace
}

// explainer adds the layers of a decision to a trace.
type explainer struct {
	*evaluator
	trace *Trace
}

func (x *explainer) add(l Layer, level int, sources []Source, sc scope) *LayerTrace {
	x.trace.Layers = append(x.trace.Layers, x.explainLayer(l, level, sources, sc))
	return &x.trace.Layers[len(x.trace.Layers)-1]
}

func (x *explainer) levels(l Layer, levels []*Set) {
	for i, level := range levels {
		x.add(l, i, level.Sources(), scopeAttached)
	}
}

func (x *explainer) one(l Layer, s *Source, sc scope) {
	if s != nil {
		x.add(l, 0, []Source{*s}, sc)
	}
}

func (x *explainer) session(f *frame) {
	if !f.hasSession {
		return
	}
	lt := x.add(LayerSession, 0, f.session.Sources(), scopeAttached)
	switch {
	case len(lt.Policies) > 0:
	case x.who.Type == FederatedUser:
		lt.Note = "a federated session without a session policy has no permissions of its own"
	default:
		lt.Note = "the session was given session policies, but none of them is there"
	}
}

func (x *explainer) identity(f *frame) {
	if !f.hasIdentity {
		return
	}
	lt := x.add(LayerIdentity, 0, f.identity.Sources(), scopeAttached)
	if isRoot(x.who) && lt.Outcome == ImplicitDeny {
		lt.Outcome, lt.Note = Allow, "the root user needs no identity policy"
	}
}

// scopes tells of the policies of the request's scope and, because it is what
// people overlook, of other scopes that would have allowed.
func (x *explainer) scopes(l *Layers, r *Request, f *frame) {
	if !f.hasIdentity {
		return
	}
	if f.inScope {
		lt := x.add(LayerScoped, 0, f.scoped.Sources(), scopeAttached)
		switch identity := x.trace.Layers[len(x.trace.Layers)-2].Outcome; {
		case f.rules.scopedLast && identity != ImplicitDeny:
			lt.Note = "not asked: the policies of the whole account had answered"
		case len(lt.Policies) == 0:
			lt.Note = "no policy is attached in " + clip(r.Scope)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Scoped)) {
		if name == f.scope {
			continue
		}
		lt := x.explainLayer(LayerScoped, 0, l.Scoped[name].Sources(), scopeAttached)
		if lt.Outcome == Allow {
			lt.Outcome, lt.Note = ImplicitDeny, "counts in "+clip(name)+" only"
			lt.elsewhere(name, r.Scope)
			x.trace.Layers = append(x.trace.Layers, lt)
		}
	}
}

// elsewhere makes misses of the statements that match, but in another scope than the request's.
func (lt *LayerTrace) elsewhere(scope, request string) {
	for i := range lt.Policies {
		for j := range lt.Policies[i].Statements {
			st := &lt.Policies[i].Statements[j]
			if !st.Matched || st.Effect != EffectAllow {
				continue
			}
			m := ElementMiss{Element: "Scope", Pos: st.Pos, Policy: []string{scope}, Near: 90}
			if request != "" {
				m.Request = []string{request}
			}
			st.Matched, st.Met, st.Failed = false, nil, []ElementMiss{m}
		}
	}
}

// unasked marks the layers after the one that refused, where the first refusal ends it.
func (t *Trace) unasked() {
	refused := false
	for i := range t.Layers {
		lt := &t.Layers[i]
		switch {
		case refused && lt.Note == "":
			lt.Note = "not asked: a layer before had refused"
		case limits(lt.Layer) && lt.Outcome != Allow:
			refused = true
		}
	}
}

// limits reports whether a layer can only take away.
func limits(l Layer) bool {
	switch l {
	case LayerIdentity, LayerScoped, LayerResource, LayerTrust:
		return false
	}
	return true
}

func (e *evaluator) explainLayer(l Layer, level int, sources []Source, sc scope) LayerTrace {
	lt := LayerTrace{Layer: l, Level: level}
	for i := range sources {
		s := &sources[i]
		pt := PolicyTrace{Source: s.ID, Type: s.Type}
		if e.unread(s) {
			lt.Outcome, lt.Note = ExplicitDeny, "the policy could not be read"
			if s.Policy != nil {
				lt.Note = "the policy is in the grammar of " + s.Policy.grammar.name + ", and the request is made in " + e.grammar.name
			}
			lt.Policies = append(lt.Policies, pt)
			continue
		}
		for _, st := range s.Policy.inOrder() {
			tr := e.explainStatement(s.Policy, st, sc)
			pt.Statements = append(pt.Statements, tr)
			switch {
			case !tr.Matched:
			case tr.Effect == EffectDeny:
				lt.Outcome = ExplicitDeny
			case lt.Outcome == ImplicitDeny:
				lt.Outcome = Allow
			}
		}
		lt.Policies = append(lt.Policies, pt)
	}
	return lt
}

// inOrder returns the statements as the document lists them.
func (p *Policy) inOrder() []*statement {
	list := make([]*statement, 0, len(p.denies)+len(p.allows))
	d, a := p.denies, p.allows
	for len(d) > 0 || len(a) > 0 {
		if len(a) == 0 || len(d) > 0 && d[0].index < a[0].index {
			list, d = append(list, &d[0]), d[1:]
		} else {
			list, a = append(list, &a[0]), a[1:]
		}
	}
	return list
}

func (e *evaluator) explainStatement(p *Policy, s *statement, sc scope) StatementTrace {
	t := StatementTrace{Index: s.index, Sid: s.src.sid, Effect: s.effect, Pos: s.pos, End: s.end}
	at := p.doc.lines.pos
	if !e.actionMatches(s) {
		t.Failed = append(t.Failed, e.missAction(s, at))
	}
	if e.resourceMatches(s) != isTrue {
		t.Failed = append(t.Failed, e.missResource(p, s, at))
	}
	g := s.principals.grants(e.who, sc, s.effect, e.bounded)
	if g == grantNone {
		t.Failed = append(t.Failed, e.missPrincipal(s, at))
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; e.condition(c) != isTrue {
			t.Failed = append(t.Failed, e.missCondition(c, at))
		}
	}
	t.Matched = len(t.Failed) == 0
	for i := range s.conditions {
		if t.Matched {
			t.Met = append(t.Met, e.met(&s.conditions[i]))
		}
	}
	if t.Matched && sc != scopeAttached && s.effect == EffectAllow {
		t.Grant = g.String()
	}
	return t
}

func (e *evaluator) missAction(s *statement, at func(int) Pos) ElementMiss {
	m := ElementMiss{Element: "Action", Pos: at(s.src.actions.pos), Policy: texts(s.src.actions.items), Request: []string{e.action}}
	if s.notAction {
		m.Element = "NotAction"
		m.Note = "the action is one of those left out"
		return m
	}
	for _, p := range m.Policy {
		m.Near = max(m.Near, nearAction(p, e.action))
	}
	return m
}

func (e *evaluator) missResource(p *Policy, s *statement, at func(int) Pos) ElementMiss {
	m := ElementMiss{Element: "Resource", Pos: at(s.src.resources.pos), Policy: texts(s.src.resources.items), Request: []string{e.about}}
	for i := range s.resources {
		if e.unresolved(&s.resources[i]) {
			m.Note = "a variable in " + clip(s.src.resources.items[i].s) + " has no value in this request"
		}
	}
	if s.notResource {
		m.Element = "NotResource"
		if m.Note == "" {
			m.Note = "the resource is one of those left out"
		}
		return m
	}
	if m.Note == "" && !e.arn().ok && e.about == "*" {
		m.Note = "the action has no resource: only Resource \"*\" covers it"
	}
	for _, one := range m.Policy {
		m.Near = max(m.Near, e.nearName(one, p.doc.variables))
		if m.Note == "" && onlyCase(one, e.about) {
			m.Note = "only the case of letters differs from " + clip(one)
		}
	}
	return m
}

func (e *evaluator) missPrincipal(s *statement, at func(int) Pos) ElementMiss {
	m := ElementMiss{Element: "Principal", Pos: s.pos, Request: e.who.names()}
	if s.principals == nil {
		m.Note = "a resource policy statement without Principal reaches nobody"
		return m
	}
	src := s.src.principals
	m.Pos = at(src.pos)
	for _, it := range src.items {
		m.Policy = append(m.Policy, it.s)
		for _, name := range m.Request {
			m.Near = max(m.Near, near(it.s, name))
		}
	}
	if src.not {
		m.Element, m.Near = "NotPrincipal", 0
		m.Note = "the caller is one of those left out"
	}
	return m
}

// names lists what a policy could call the caller.
func (p *Principal) names() []string {
	var names []string
	for _, n := range []string{p.ARN, p.RoleARN, p.IssuerARN, p.ID, p.RoleID, p.IssuerID, p.Account, p.CanonicalID} {
		if n != "" {
			names = append(names, n)
		}
	}
	if names == nil {
		names = []string{p.Type.String()}
	}
	return names
}

func (e *evaluator) missCondition(c *condition, at func(int) Pos) ElementMiss {
	m := ElementMiss{
		Element: "Condition", Pos: at(c.src.key.pos), Operator: c.src.name, Key: c.src.key.s, Policy: texts(c.src.values),
	}
	v, known := e.lookup(c.key)
	if !known || v.Multi && len(v.List) == 0 {
		m.Absent, m.Near = true, 20
		return m
	}
	m.Request = append([]string(nil), v.all()...)
	m.Near = 40
	switch {
	case v.Multi && c.set == setNone && c.class != classNull:
		m.Note = "the key has several values: the operator needs ForAllValues or ForAnyValue"
	case c.unread:
		m.Note = "a value in the policy cannot be read as the type of the operator"
	case c.negated || c.class == classNull:
	default:
		for _, one := range m.Request {
			if _, ok := e.compare(c, one); !ok {
				m.Note = "the request's value cannot be read as the type of the operator"
			}
			for _, p := range m.Policy {
				m.Near = max(m.Near, 40+nearText(p, one)/2)
				if m.Note == "" && (c.class == classString || c.class == classLike) && onlyCase(p, one) {
					m.Note = "only the case of letters differs from " + clip(p)
				}
			}
		}
	}
	if name := e.unset(c); name != "" && (c.resolved || !c.negated) {
		m.Note = "the variable ${" + clip(name) + "} has no value in this request"
	}
	return m
}

func (e *evaluator) met(c *condition) ConditionMet {
	m := ConditionMet{Operator: c.src.name, Key: c.src.key.s, Policy: texts(c.src.values)}
	v, known := e.lookup(c.key)
	if m.Absent = !known || v.Multi && len(v.List) == 0; !m.Absent {
		m.Request = append([]string(nil), v.all()...)
	}
	return m
}

// unset is the key of a variable that keeps a condition from holding, "" if none does.
func (e *evaluator) unset(c *condition) string {
	for i := range c.globs {
		for _, v := range c.globs[i].vars() {
			if e.resolved([]pattern.Piece{v}) == isFalse {
				return v.Text
			}
		}
	}
	for i := range c.arns {
		for _, v := range c.arns[i].vars {
			if e.resolved([]pattern.Piece{v}) == isFalse {
				return v.Text
			}
		}
	}
	return ""
}

func texts(ts []text) []string {
	out := make([]string, len(ts))
	for i := range ts {
		out[i] = ts[i].s
	}
	return out
}
