package policy

// Decide answers a request. It is a pure function of its arguments and may be
// called from any number of goroutines. It does not allocate, except for values
// that have to be put together first (a variable between wildcards or in an Arn
// operator, a base64 value).
//
// A Source without a Policy denies explicitly: what cannot be read may have
// held a Deny.
//
// The order of AWS is that of "Policy evaluation logic" (IAM User Guide): a Deny
// anywhere; then what limits everyone (RCP, SCP, VPC endpoint); then the grant.
// The layers of a request that several layers deny are reported in the order
// SCP, RCP, endpoint, resource, boundary, session, identity. Where the cloud of
// Layers.Grammar decides otherwise: see deciding.
func Decide(l *Layers, r *Request) Decision {
	e := newEvaluator(l, r)
	f := newFrame(l, r, e.who)
	return e.decide(&f, l, r)
}

// decide asks the layers in the order of the grammar's cloud.
func (e *evaluator) decide(f *frame, l *Layers, r *Request) Decision {
	if e.grammar.deciding.stepwise {
		if d, refused := e.gatherStepwise(f); refused {
			return d
		}
	} else if d, denied := e.gather(f); denied {
		return d
	}
	return f.decide(l, r, e.who)
}

// finding is a statement that matched.
type finding struct {
	source *Source
	stmt   *statement
	grant  grant
}

// frame is what applies to the caller, and what was found in it.
type frame struct {
	scp, rcp []*Set
	endpoint *Source
	resource *Source
	boundary *Source
	session  *Set
	identity *Set
	scoped   *Set // of the request's scope
	inScope  bool // the request has one
	scope    string

	rules       deciding
	hasIdentity bool // the caller is one to whom policies can be attached
	hasSession  bool
	resourceAs  Layer // LayerTrust for a trust policy
	resourceIn  scope

	scpAllows, rcpAllows, endpointAllows bool
	boundaryAllows, sessionAllows        bool
	byResource, byIdentity               finding
	identityAs                           Layer // which layer byIdentity is of, or would have to be
}

// newFrame drops the layers that do not reach the caller. (Organizations User
// Guide: what service control and resource control policies do not affect.)
func newFrame(l *Layers, r *Request, p *Principal) frame {
	f := frame{rules: l.grammar().deciding, scp: l.SCP, rcp: l.RCP, endpoint: l.Endpoint, resource: l.Resource, resourceAs: LayerResource, resourceIn: scopeResource}
	if l.Kind == ResourceTrust {
		f.resourceAs, f.resourceIn = LayerTrust, scopeTrust
	}
	switch p.Type {
	case User, AssumedRole, FederatedUser, Root:
		f.hasIdentity = true
		f.identity, f.boundary = l.Identity, l.Boundary
		f.session, f.hasSession = l.Session, l.HasSession || p.Type == FederatedUser
		if r.Scope != "" {
			f.scoped, f.scope, f.inScope = l.Scoped[r.Scope], r.Scope, true
		}
	default:
		f.scp = nil
	}
	if f.rules.rootExempt && p.Type == Root {
		f.scp = nil
	}
	if p.ServiceLinked {
		f.scp, f.rcp = nil, nil
	}
	return f
}

// gather looks into every layer once: it stops at a Deny, and otherwise leaves
// in the frame what allows.
func (e *evaluator) gather(f *frame) (Decision, bool) {
	f.scpAllows, f.rcpAllows = true, true
	for _, level := range f.scp {
		found, denied := e.layer(level, scopeAttached)
		if denied {
			return found.explicit(LayerSCP), true
		}
		f.scpAllows = f.scpAllows && found.stmt != nil
	}
	for _, level := range f.rcp {
		found, denied := e.layer(level, scopeAttached)
		if denied {
			return found.explicit(LayerRCP), true
		}
		f.rcpAllows = f.rcpAllows && found.stmt != nil
	}
	found, denied := e.one(f.endpoint, scopeAttached)
	if denied {
		return found.explicit(LayerEndpoint), true
	}
	f.endpointAllows = f.endpoint == nil || found.stmt != nil
	if f.byResource, denied = e.one(f.resource, f.resourceIn); denied {
		return f.byResource.explicit(f.resourceAs), true
	}
	if found, denied = e.one(f.boundary, scopeAttached); denied {
		return found.explicit(LayerBoundary), true
	}
	f.boundaryAllows = f.boundary == nil || found.stmt != nil
	if found, denied = e.layer(f.session, scopeAttached); denied {
		return found.explicit(LayerSession), true
	}
	f.sessionAllows = !f.hasSession || found.stmt != nil
	if f.byIdentity, denied = e.layer(f.identity, scopeAttached); denied {
		return f.byIdentity.explicit(LayerIdentity), true
	}
	if f.inScope {
		return e.gatherScoped(f)
	}
	return Decision{}, false
}

// gatherScoped looks into the identity policies of the request's scope, after
// those of the whole account.
func (e *evaluator) gatherScoped(f *frame) (Decision, bool) {
	if f.rules.scopedLast && f.byIdentity.stmt != nil {
		return Decision{}, false
	}
	found, denied := e.layer(f.scoped, scopeAttached)
	if denied {
		return found.explicit(LayerScoped), true
	}
	if f.byIdentity.stmt == nil {
		f.byIdentity = found
		if found.stmt != nil || f.rules.scopedLast {
			f.identityAs = LayerScoped
		}
	}
	return Decision{}, false
}

func (e *evaluator) one(s *Source, sc scope) (finding, bool) {
	if s == nil {
		return finding{}, false
	}
	var found finding
	denied := e.policy(s, sc, &found)
	return found, denied
}

// layer returns the statement that denies, or the strongest that allows, the
// first of equals.
func (e *evaluator) layer(set *Set, sc scope) (finding, bool) {
	var found finding
	sources := set.Sources()
	for i := range sources {
		if e.policy(&sources[i], sc, &found) {
			return found, true
		}
	}
	return found, false
}

func (e *evaluator) policy(s *Source, sc scope, found *finding) (denied bool) {
	if e.unread(s) {
		*found = finding{source: s}
		return true
	}
	for i := range s.Policy.denies {
		st := &s.Policy.denies[i]
		if t, g := e.matches(st, sc); t != isFalse {
			*found = finding{s, st, g}
			return true
		}
	}
	for i := range s.Policy.allows {
		if found.grant == grantDirect {
			break // nothing here can be stronger
		}
		st := &s.Policy.allows[i]
		if t, g := e.matches(st, sc); g > found.grant && t == isTrue {
			*found = finding{s, st, g}
		}
	}
	return false
}

// unread reports whether a policy cannot be understood; it may hold a Deny.
func (e *evaluator) unread(s *Source) bool {
	return s.Policy == nil || s.Policy.grammar != e.grammar
}

// decide combines the layers once no Deny matched.
func (f *frame) decide(l *Layers, r *Request, p *Principal) Decision {
	switch {
	case !f.rcpAllows:
		return implicit(LayerRCP)
	case !f.scpAllows:
		return implicit(LayerSCP)
	case !f.endpointAllows:
		return implicit(LayerEndpoint)
	case !f.hasIdentity:
		return f.byResourceAlone()
	}
	own := p.Account != "" && p.Account == r.ResourceAccount
	must := !own || l.Kind != ResourceDefault // the resource policy must allow
	named := f.byResource.grant
	if must && named == grantNone {
		return implicit(f.resourceAs)
	}
	if own && named == grantDirect && !f.rules.noBypass {
		return f.byResource.allow(f.resourceAs)
	}
	if f.needsIdentity(own, named, l.Kind) && f.byIdentity.stmt == nil && !isRoot(p) {
		return implicit(f.identityAs)
	}
	switch {
	case !f.boundaryAllows:
		return implicit(LayerBoundary)
	case !f.sessionAllows:
		return implicit(LayerSession)
	case must || named == grantRole || f.rules.noBypass && named != grantNone && f.byIdentity.stmt == nil:
		return f.byResource.allow(f.resourceAs)
	}
	return f.byIdentity.allow(f.identityAs)
}

// needsIdentity reports whether an identity policy has to allow, whatever a
// resource policy said.
func (f *frame) needsIdentity(own bool, named grant, kind ResourceKind) bool {
	switch {
	case !own:
		return true
	case f.rules.bothTrust && kind != ResourceDefault:
		return true
	case f.rules.noBypass:
		return named == grantNone
	}
	return named != grantRole
}

// byResourceAlone decides for callers to whom no policy can be attached.
func (f *frame) byResourceAlone() Decision {
	if f.byResource.grant == grantDirect {
		return f.byResource.allow(f.resourceAs)
	}
	return implicit(f.resourceAs)
}

// isRoot reports whether the caller has the rights of an account's root user,
// who needs no identity policy: the root user, or a session the root user made.
func isRoot(p *Principal) bool {
	if p.Type == Root {
		return true
	}
	if p.Type != FederatedUser || p.IssuerARN == "" {
		return false
	}
	a := cutARN(p.IssuerARN)
	return a.ok && a.field(5) == "root" && a.field(4) == p.Account
}

func implicit(l Layer) Decision {
	return Decision{Verdict: ImplicitDeny, Layer: l, Statement: -1}
}

func (f finding) explicit(l Layer) Decision { return f.decision(ExplicitDeny, l) }
func (f finding) allow(l Layer) Decision    { return f.decision(Allow, l) }

func (f finding) decision(v Verdict, l Layer) Decision {
	d := Decision{Verdict: v, Layer: l, Statement: -1}
	if f.source != nil {
		d.Source, d.SourceType = f.source.ID, f.source.Type
	}
	if f.stmt != nil {
		d.Statement, d.Sid = f.stmt.index, f.stmt.src.sid
		d.Pos, d.End = f.stmt.pos, f.stmt.end
	}
	return d
}
