package policy

import "github.com/daypass/daypass/policy/internal/pattern"

// Explain decides a request again and tells how every statement of every layer
// saw it. Its Decision is the one of Decide. It costs far more than Decide:
// use it for denials and for people who ask.
func Explain(l *Layers, r *Request) *Trace {
	e := newEvaluator(l, r)
	f := newFrame(l, r, e.who)
	t := &Trace{Decision: Decide(l, r)}
	for i, level := range f.scp {
		t.Layers = append(t.Layers, e.explainLayer(LayerSCP, i, level.Sources(), scopeAttached))
	}
	for i, level := range f.rcp {
		t.Layers = append(t.Layers, e.explainLayer(LayerRCP, i, level.Sources(), scopeAttached))
	}
	t.add(&e, LayerEndpoint, f.endpoint, scopeAttached)
	t.add(&e, f.resourceAs, f.resource, f.resourceIn)
	t.add(&e, LayerBoundary, f.boundary, scopeAttached)
	if f.hasSession {
		lt := e.explainLayer(LayerSession, 0, f.session.Sources(), scopeAttached)
		if len(f.session.Sources()) == 0 {
			lt.Note = "a federated session without a session policy has no permissions of its own"
		}
		t.Layers = append(t.Layers, lt)
	}
	if f.hasIdentity {
		lt := e.explainLayer(LayerIdentity, 0, f.identity.Sources(), scopeAttached)
		if isRoot(e.who) && lt.Outcome == ImplicitDeny {
			lt.Outcome, lt.Note = Allow, "the root user needs no identity policy"
		}
		t.Layers = append(t.Layers, lt)
	}
	return t
}

func (t *Trace) add(e *evaluator, l Layer, s *Source, sc scope) {
	if s == nil {
		return
	}
	t.Layers = append(t.Layers, e.explainLayer(l, 0, []Source{*s}, sc))
}

func (e *evaluator) explainLayer(l Layer, level int, sources []Source, sc scope) LayerTrace {
	lt := LayerTrace{Layer: l, Level: level}
	for i := range sources {
		s := &sources[i]
		pt := PolicyTrace{Source: s.ID, Type: s.Type}
		if s.Policy == nil {
			lt.Outcome, lt.Note = ExplicitDeny, "the policy could not be read"
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
		t.Failed = append(t.Failed, e.missResource(s, at))
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
		m.Near = max(m.Near, near(pattern.FoldASCII(p), pattern.FoldASCII(e.action)))
	}
	return m
}

func (e *evaluator) missResource(s *statement, at func(int) Pos) ElementMiss {
	m := ElementMiss{Element: "Resource", Pos: at(s.src.resources.pos), Policy: texts(s.src.resources.items), Request: []string{e.arn.text}}
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
	if m.Note == "" && !e.arn.ok && e.arn.text == "*" {
		m.Note = "the action has no resource: only Resource \"*\" covers it"
	}
	for _, p := range m.Policy {
		m.Near = max(m.Near, near(p, e.arn.text))
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
				m.Near = max(m.Near, 40+near(p, one)/2)
			}
		}
	}
	return m
}

func texts(ts []text) []string {
	out := make([]string, len(ts))
	for i := range ts {
		out[i] = ts[i].s
	}
	return out
}
