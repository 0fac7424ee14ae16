package policy

// Residual is a decision of which some condition keys are not known yet: the verdict, if none of them can change it, and otherwise
// what it depends on. It is immutable; any number of goroutines may share one.
//
// It holds the statements that match and those that may, each without what is settled: never more than the policies it was made
// from. Nothing is multiplied out, so that a residual is as small as the part of the policies that speaks of the request.
type Residual struct {
	layers  Layers
	request Request
	worst   Decision // with everything that is open against the caller
	best    Decision // with everything that is open in the caller's favour
	open    bool     // something is
}

// Partial decides a request of which not every condition key is known. A key that r.Keys does not have is not known; one that is
// known to be absent is an empty List.
//
// The residual is exact: whatever the unknown keys turn out to be, [Residual.Decide] on them is [Decide] on the whole request. The
// verdict is known only if no values could change it, where conditions count as independent of one another (Kleene's logic): of
// "k is a" and "k is not a" Partial does not say that one of them holds.
func Partial(l *Layers, r *Request) *Residual {
	e := newEvaluator(l, r)
	e.open = true
	f := newFrame(l, r, e.who)
	res := &Residual{request: *r}
	open := false
	res.layers = f.rewrite(l, func(p *Policy, sc scope) *Policy {
		left := &Policy{doc: p.doc, grammar: p.grammar}
		left.denies = e.leave(p.denies, sc, &open)
		left.allows = e.leave(p.allows, sc, &open)
		return left
	})
	res.worst = Decide(&res.layers, r)
	res.best = res.worst
	res.open = open
	if open {
		res.worst, res.best = res.settle(e.who, false), res.settle(e.who, true)
	}
	return res
}

// leave keeps the statements that match or may, each without what is settled.
func (e *evaluator) leave(list []statement, sc scope, open *bool) []statement {
	var left []statement
	for i := range list {
		t, _ := e.matches(&list[i], sc)
		if t == isFalse {
			continue
		}
		left = append(left, e.rest(&list[i]))
		*open = *open || t == isUnknown
	}
	return left
}

// rest is a statement without what is settled: the action, and the resource and conditions that are met.
func (e *evaluator) rest(s *statement) statement {
	rest := *s
	rest.anyAction, rest.notAction, rest.actions = true, false, nil
	rest.resources, rest.conditions = nil, nil
	if e.resourceMatches(s) == isTrue {
		rest.hasResource, rest.notResource = false, false
	} else {
		src := *s.src
		src.resources.items = nil
		for i := range s.resources {
			// Where every variable must have a value, the patterns that do not match yet belong together.
			if s.resolved || e.resource(&s.resources[i]) == isUnknown {
				rest.resources = append(rest.resources, s.resources[i])
				src.resources.items = append(src.resources.items, s.src.resources.items[i])
			}
		}
		rest.src = &src
	}
	for i := range s.conditions {
		if e.condition(&s.conditions[i]) == isUnknown {
			rest.conditions = append(rest.conditions, s.conditions[i])
		}
	}
	return rest
}

// settled says of a statement of a residual that it matches whatever comes.
func (s *statement) settled() bool { return !s.hasResource && len(s.conditions) == 0 }

// settle decides with everything that is open in the caller's favour, or all of it against the caller.
func (r *Residual) settle(who *Principal, favour bool) Decision {
	pick := func(list []statement, open bool) []statement {
		var picked []statement
		for _, s := range list {
			if !s.settled() {
				if !open {
					continue
				}
				s.hasResource, s.conditions = false, nil
			}
			picked = append(picked, s)
		}
		return picked
	}
	f := newFrame(&r.layers, &r.request, who)
	l := f.rewrite(&r.layers, func(p *Policy, _ scope) *Policy {
		return &Policy{doc: p.doc, grammar: p.grammar, denies: pick(p.denies, !favour), allows: pick(p.allows, favour)}
	})
	return Decide(&l, &r.request)
}

// Verdict is what the request comes to whatever the unknown keys are; ok is false if it depends on them.
func (r *Residual) Verdict() (v Verdict, ok bool) {
	ok = r.worst.Verdict == r.best.Verdict
	if ok && r.open && r.layers.grammar().deciding.stepwise && r.worst.Verdict != Allow {
		// Where a layer that refuses hides those after it, two layers (or levels
		// of one) that deny alike may have another kind of denial between them.
		ok = r.worst.Layer == r.best.Layer && r.worst.Layer != LayerSCP && r.worst.Layer != LayerRCP
	}
	return r.worst.Verdict, ok
}

// Worst is the decision with everything that is open against the caller: every Deny that may match does, and no Allow that may not.
// When it allows, so does every value of the unknown keys.
func (r *Residual) Worst() Decision { return r.worst }

// Best is the decision with everything that is open in the caller's favour. When it denies, so does every value of the unknown keys.
func (r *Residual) Best() Decision { return r.best }

// Decide decides with more keys: those that were not known, of which one that keys does not have is now absent. What was known
// already stays as it was. It costs no more than deciding on the statements that are left.
func (r *Residual) Decide(keys Keys) Decision {
	request := r.request
	request.Keys = layered{r.request.Keys, keys}
	return Decide(&r.layers, &request)
}

// Allows is Decide(keys).Allowed(), and costs nothing when the verdict is known.
func (r *Residual) Allows(keys Keys) bool {
	if v, ok := r.Verdict(); ok {
		return v == Allow
	}
	if !r.best.Allowed() {
		return false
	}
	return r.Decide(keys).Allowed()
}

// With learns more keys; those that keys does not have either stay unknown. Partial on all that is known, at once or step by step,
// is the same.
func (r *Residual) With(keys Keys) *Residual {
	request := r.request
	request.Keys = layered{r.request.Keys, keys}
	return Partial(&r.layers, &request)
}

// layered asks the first for a key, and then the second. Either may be nil.
type layered struct{ first, second Keys }

// Lookup implements [Keys].
func (k layered) Lookup(key string) (Values, bool) {
	for _, keys := range [...]Keys{k.first, k.second} {
		if keys == nil {
			continue
		}
		if v, ok := keys.Lookup(key); ok {
			return v, true
		}
	}
	return Values{}, false
}

// rewrite makes the layers that reach the caller anew, each policy as change has it. A policy that could not be read stays one.
func (f *frame) rewrite(l *Layers, change func(p *Policy, sc scope) *Policy) Layers {
	one := func(s *Source, sc scope) *Source {
		if s == nil || s.Policy == nil || s.Policy.grammar != l.grammar() {
			return s
		}
		return &Source{ID: s.ID, Type: s.Type, Policy: change(s.Policy, sc)}
	}
	list := func(set *Set) *Set {
		sources := set.Sources()
		out := make([]Source, len(sources))
		for i := range sources {
			out[i] = *one(&sources[i], scopeAttached)
		}
		return NewSet(out...)
	}
	levels := func(in []*Set) []*Set {
		var out []*Set
		for _, level := range in {
			out = append(out, list(level))
		}
		return out
	}
	out := Layers{
		Grammar: l.Grammar, SCP: levels(f.scp), RCP: levels(f.rcp), Endpoint: one(f.endpoint, scopeAttached), Resource: one(f.resource, f.resourceIn), Kind: l.Kind,
		Session: list(f.session), HasSession: l.HasSession, Identity: list(f.identity),
		Boundary: l.Boundary, // also of a caller it does not limit: NotPrincipal asks whether there is one
	}
	if f.boundary != nil {
		out.Boundary = one(f.boundary, scopeAttached)
	}
	if f.scoped != nil {
		out.Scoped = map[string]*Set{f.scope: list(f.scoped)}
	}
	return out
}
