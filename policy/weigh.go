package policy

// Weigh combines the layers when it is known of each statement whether it
// matches, or that it may: the other half of Decide, for questions about
// policies in which elements are not asked about one request. holds is asked
// about Action, Resource and Condition of a statement together, by its index in
// the document; the rest (Principal, and how the layers limit one another) is
// as in Decide. Of the request only Principal and ResourceAccount are read.
//
// The verdict is least with everything that is open against the caller, and
// most with everything in the caller's favour. Where both are equal, nothing
// that is open can change it.
func Weigh(l *Layers, r *Request, holds func(p *Policy, statement int) (sure, possible bool)) (least, most Verdict) {
	who := r.Principal
	if who == nil {
		who = &nobody
	}
	w := scale{holds: holds, who: who, grammar: l.grammar(), bounded: l.Boundary != nil}
	least = w.verdict(l, r)
	if w.open {
		w.favour = true
		return least, w.verdict(l, r)
	}
	return least, least
}

// scale decides by statements of which it is told whether they match.
type scale struct {
	holds   func(p *Policy, statement int) (sure, possible bool)
	who     *Principal
	grammar *Grammar
	bounded bool
	favour  bool // what is open turns out in the caller's favour
	open    bool // something was
}

func (w *scale) verdict(l *Layers, r *Request) Verdict {
	f := newFrame(l, r, w.who)
	if w.weigh(&f) {
		return ExplicitDeny
	}
	return f.decide(l, r, w.who).verdict
}

// weigh fills the frame as evaluator.gather does, and reports a Deny.
func (w *scale) weigh(f *frame) (denied bool) {
	f.scpAllows, f.rcpAllows = true, true
	each := func(sources []Source, sc scope) (found finding) {
		for i := range sources {
			denied = w.policy(&sources[i], sc, &found) || denied
		}
		return found
	}
	one := func(s *Source, sc scope) (found finding) {
		if s != nil {
			denied = w.policy(s, sc, &found) || denied
		}
		return found
	}
	for _, level := range f.scp {
		f.scpAllows = each(level.Sources(), scopeAttached).stmt != nil && f.scpAllows
	}
	for _, level := range f.rcp {
		f.rcpAllows = each(level.Sources(), scopeAttached).stmt != nil && f.rcpAllows
	}
	f.endpointAllows = one(f.endpoint, scopeAttached).stmt != nil || f.endpoint == nil
	f.byResource = one(f.resource, f.resourceIn)
	f.boundaryAllows = one(f.boundary, scopeAttached).stmt != nil || f.boundary == nil
	f.sessionAllows = each(f.session.Sources(), scopeAttached).stmt != nil || !f.hasSession
	f.byIdentity = each(f.identity.Sources(), scopeAttached)
	if f.inScope && !(f.rules.scopedLast && f.byIdentity.stmt != nil) {
		if found := each(f.scoped.Sources(), scopeAttached); f.byIdentity.stmt == nil {
			f.byIdentity, f.identityAs = found, LayerScoped
		}
	}
	return denied
}

func (w *scale) policy(s *Source, sc scope, found *finding) (denied bool) {
	if s.Policy == nil || s.Policy.grammar != w.grammar { // one that could not be read may hold a Deny
		return true
	}
	matches := func(st *statement) bool {
		sure, possible := w.holds(s.Policy, st.index)
		w.open = w.open || possible && !sure
		if w.favour == (st.effect == EffectAllow) {
			return possible
		}
		return sure
	}
	for i := range s.Policy.denies {
		st := &s.Policy.denies[i]
		if matches(st) && st.principals.grants(w.who, sc, st.effect, w.bounded) != grantNone {
			denied = true
		}
	}
	for i := range s.Policy.allows {
		st := &s.Policy.allows[i]
		if !matches(st) {
			continue
		}
		if g := st.principals.grants(w.who, sc, st.effect, w.bounded); g > found.grant {
			*found = finding{s, st, g}
		}
	}
	return denied
}

// Test is one condition of a statement, to be asked by itself. It is immutable.
type Test struct{ condition condition }

// Test returns a condition by the index of its statement and its own, as
// Elements lists them; nil if there is none.
func (d *Document) Test(statement, condition int) *Test {
	if statement < 0 || statement >= len(d.statements) {
		return nil
	}
	s := &d.statements[statement]
	list := s.conditions
	if condition < 0 || condition >= len(list) {
		return nil
	}
	return &Test{newCondition(&list[condition], d, s.effect)}
}

// Holds reports whether a request with these keys meets the condition. A key
// that keys does not have is absent.
func (t *Test) Holds(keys Keys) bool {
	e := evaluator{who: &nobody, keys: keys}
	return e.condition(&t.condition) == isTrue
}
