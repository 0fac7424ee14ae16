package policy

// gatherStepwise asks the layers one after the other, as Alibaba does: control
// policies, the session policy, then what grants. The first layer that does not
// allow is the one that is told; whatever a later one says is not looked at.
// (RAM documentation, "Policy evaluation process".) Layers that Alibaba does not
// have are asked as well if they are given.
func (e *evaluator) gatherStepwise(f *frame) (ruling, bool) {
	f.scpAllows, f.rcpAllows, f.endpointAllows, f.boundaryAllows, f.sessionAllows = true, true, true, true, true
	for _, level := range f.scp {
		if d, refused := e.step(LayerSCP, level); refused {
			return d, true
		}
	}
	for _, level := range f.rcp {
		if d, refused := e.step(LayerRCP, level); refused {
			return d, true
		}
	}
	if d, refused := e.stepOne(LayerEndpoint, f.endpoint); refused {
		return d, true
	}
	if d, refused := e.stepOne(LayerBoundary, f.boundary); refused {
		return d, true
	}
	if f.hasSession {
		if d, refused := e.step(LayerSession, f.session); refused {
			return d, true
		}
	}
	var denied bool
	if f.byResource, denied = e.one(f.resource, f.resourceIn); denied {
		return f.byResource.explicit(f.resourceAs), true
	}
	if f.byIdentity, denied = e.layer(f.identity, scopeAttached); denied {
		return f.byIdentity.explicit(LayerIdentity), true
	}
	if f.inScope {
		return e.gatherScoped(f)
	}
	return ruling{}, false
}

func (e *evaluator) step(l Layer, set *Set) (ruling, bool) {
	found, denied := e.layer(set, scopeAttached)
	return found.refusal(l, denied)
}

func (e *evaluator) stepOne(l Layer, s *Source) (ruling, bool) {
	if s == nil {
		return ruling{}, false
	}
	found, denied := e.one(s, scopeAttached)
	return found.refusal(l, denied)
}

func (f finding) refusal(l Layer, denied bool) (ruling, bool) {
	switch {
	case denied:
		return f.explicit(l), true
	case f.stmt == nil:
		return implicit(l), true
	}
	return ruling{}, false
}
