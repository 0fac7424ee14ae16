package policy

// Simulation is what policies would say to a request that nobody makes.
type Simulation struct {
	// Decision is the one of Decide: a key that nobody told counts as absent.
	Decision Decision
	// Matched are the statements that made the decision, in the order of the
	// layers and of the text: every Deny that matches or, when the request is
	// allowed, every Allow of an identity or resource policy that does. A refusal
	// for want of an Allow has none.
	Matched []Match
	// Missing are the keys that nobody told and on which the verdict hangs, in
	// the spelling of the first policy that asks for each.
	Missing []string

	outcomes [len(layerWords)]outcome
}

type outcome struct {
	present bool
	verdict Verdict
}

// Match is a statement that matched.
type Match struct {
	Layer      Layer
	Source     string
	SourceType string
	Statement  int // index in its document
	Sid        string
	Effect     Effect
	Pos        Pos // first character of the statement
	End        Pos // just past its last character
	// After is just past what stands before the statement: the opening bracket
	// of the list, or the statement before it; of a single statement that is not
	// in a list it is just past its own brace. IAM's simulator reports a
	// statement as reaching from After to End.
	After Pos
}

// Outcome tells how a layer alone sees the request, of SCP and RCP how the
// strictest level does; ok is false when the layer takes no part.
func (s *Simulation) Outcome(l Layer) (v Verdict, ok bool) {
	if int(l) >= len(s.outcomes) {
		return ImplicitDeny, false
	}
	return s.outcomes[l].verdict, s.outcomes[l].present
}

// Simulate decides a request of which not every condition key is known. A key
// that r.Keys does not have is one that nobody told; one that is known to be
// absent is an empty List. It costs more than Decide and allocates.
//
// The decision takes a key nobody told for absent, which may be in the caller's
// favour or not. Nothing is missing when Partial knows the verdict, because then
// no value of any key could change it.
func Simulate(l *Layers, r *Request) *Simulation {
	e := newEvaluator(l, r)
	s := &Simulation{Decision: Decide(l, r)}
	f := newFrame(l, r, e.who)
	f.each(func(layer Layer, sources []Source, sc scope) {
		s.look(&e, layer, sources, sc)
	})
	s.Missing = Partial(l, r).Missing()
	return s
}

// each visits the layers, of SCP and RCP each level, in the order of Explain.
func (f *frame) each(visit func(l Layer, sources []Source, sc scope)) {
	one := func(l Layer, s *Source, sc scope) {
		if s != nil {
			visit(l, []Source{*s}, sc)
		}
	}
	for _, level := range f.scp {
		visit(LayerSCP, level.Sources(), scopeAttached)
	}
	for _, level := range f.rcp {
		visit(LayerRCP, level.Sources(), scopeAttached)
	}
	one(LayerEndpoint, f.endpoint, scopeAttached)
	one(f.resourceAs, f.resource, f.resourceIn)
	one(LayerBoundary, f.boundary, scopeAttached)
	if f.hasSession {
		visit(LayerSession, f.session.Sources(), scopeAttached)
	}
	if f.hasIdentity {
		visit(LayerIdentity, f.identity.Sources(), scopeAttached)
	}
	if f.scoped != nil {
		visit(LayerScoped, f.scoped.Sources(), scopeAttached)
	}
}

// look notes how one layer, or one level of it, sees the request.
func (s *Simulation) look(e *evaluator, layer Layer, sources []Source, sc scope) {
	verdict := ImplicitDeny
	for i := range sources {
		src := &sources[i]
		if e.unread(src) {
			verdict = ExplicitDeny
			continue
		}
		for _, st := range src.Policy.inOrder() {
			if t, _ := e.matches(st, sc); t != isTrue {
				continue
			}
			switch {
			case st.effect == EffectDeny:
				verdict = ExplicitDeny
			case verdict == ImplicitDeny:
				verdict = Allow
			}
			if s.made(layer, st.effect) {
				s.Matched = append(s.Matched, src.match(layer, st))
			}
		}
	}
	o := &s.outcomes[layer]
	if !o.present || verdict.strictness() > o.verdict.strictness() {
		*o = outcome{true, verdict}
	}
}

// strictness orders verdicts as the levels of an organization add up.
func (v Verdict) strictness() int {
	switch v {
	case ExplicitDeny:
		return 2
	case ImplicitDeny:
		return 1
	}
	return 0
}

// made says whether a statement that matched is one of those that made the decision.
func (s *Simulation) made(l Layer, effect Effect) bool {
	switch s.Decision.Verdict {
	case ExplicitDeny:
		return effect == EffectDeny
	case Allow:
		return effect == EffectAllow && (l == LayerIdentity || l == LayerScoped || l == LayerResource || l == LayerTrust)
	}
	return false
}

func (s *Source) match(l Layer, st *statement) Match {
	return Match{
		Layer: l, Source: s.ID, SourceType: s.Type, Statement: st.index, Sid: st.src.sid, Effect: st.effect,
		Pos: st.pos, End: st.end, After: s.Policy.doc.lines.pos(st.src.after),
	}
}
