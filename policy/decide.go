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
	var e evaluator
	e.start(l, r)
	var f frame
	f.start(l, r, e.who)
	return e.decide(&f, l, r).decision()
}

// decide asks the layers in the order of the grammar's cloud.
func (e *evaluator) decide(f *frame, l *Layers, r *Request) ruling {
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
	var f frame
	f.start(l, r, p)
	return f
}

func (f *frame) start(l *Layers, r *Request, p *Principal) {
	f.rules, f.resourceAs, f.resourceIn = l.grammar().deciding, LayerResource, scopeResource
	f.scp, f.rcp, f.endpoint, f.resource = l.SCP, l.RCP, l.Endpoint, l.Resource
	if l.Kind == ResourceTrust {
		f.resourceAs, f.resourceIn = LayerTrust, scopeTrust
	}
	switch p.Type {
	case User, AssumedRole, FederatedUser, Root:
		f.hasIdentity = true
		f.identity, f.boundary = l.Identity, l.Boundary
		if f.hasSession = l.HasSession || p.Type == FederatedUser; f.hasSession {
			f.session = l.Session
		}
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
}

// gather looks into every layer once: it stops at a Deny, and otherwise leaves
// in the frame what allows.
func (e *evaluator) gather(f *frame) (ruling, bool) {
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
	return ruling{}, false
}

// gatherScoped looks into the identity policies of the request's scope, after
// those of the whole account.
func (e *evaluator) gatherScoped(f *frame) (ruling, bool) {
	if f.rules.scopedLast && f.byIdentity.stmt != nil {
		return ruling{}, false
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
	return ruling{}, false
}

func (e *evaluator) one(s *Source, sc scope) (finding, bool) {
	if s == nil {
		return finding{}, false
	}
	var found finding
	if s.Policy != nil && s.Policy.index.serves(e) {
		denied := e.search(s.Policy.index, sc, &found)
		if found.stmt != nil {
			found.source = s
		}
		return found, denied
	}
	denied := e.policy(s, sc, &found)
	return found, denied
}

// layer returns the statement that denies, or the strongest that allows, the
// first of equals.
func (e *evaluator) layer(set *Set, sc scope) (finding, bool) {
	var found finding
	if set == nil {
		return found, false
	}
	if x := set.index; x.serves(e) {
		if x.full && sc == scopeAttached {
			return finding{x.entries[0].source, x.entries[0].statement, grantDirect}, false
		}
		denied := e.search(x, sc, &found)
		return found, denied
	}
	for i := range set.sources {
		if e.policy(&set.sources[i], sc, &found) {
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
func (f *frame) decide(l *Layers, r *Request, p *Principal) ruling {
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
func (f *frame) byResourceAlone() ruling {
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

// ruling is a Decision before it is spelled out.
type ruling struct {
	finding
	verdict Verdict
	layer   Layer
}

func implicit(l Layer) ruling             { return ruling{verdict: ImplicitDeny, layer: l} }
func (f finding) explicit(l Layer) ruling { return ruling{f, ExplicitDeny, l} }
func (f finding) allow(l Layer) ruling    { return ruling{f, Allow, l} }

func (f ruling) decision() Decision {
	d := Decision{Verdict: f.verdict, Layer: f.layer, Statement: -1}
	if f.source != nil {
		d.Source, d.SourceType = f.source.ID, f.source.Type
	}
	if f.stmt != nil {
		d.Statement, d.Sid = f.stmt.index, f.stmt.src.sid
		d.Pos, d.End = f.stmt.pos, f.stmt.end
	}
	return d
}
