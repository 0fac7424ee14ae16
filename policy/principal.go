package policy

import "strings"

// grant says how a resource policy names the caller, and so what else limits
// it (IAM User Guide, "Evaluating identity-based policies with resource-based
// policies"). Higher is stronger.
type grant uint8

const (
	grantNone    grant = iota
	grantAccount       // the account: only hands the decision to its identity policies
	grantRole          // the role, or the user who made a federated session: boundary and session policy limit it
	grantDirect        // the caller itself, or everyone: nothing limits it but a Deny
)

var grantWords = [...]string{"", "account", "role", "direct"}

func (g grant) String() string { return word(grantWords[:], uint8(g), "grant") }

// scope is how a layer reads the Principal element.
type scope uint8

const (
	scopeAttached scope = iota // the policy is attached to the caller; without the element it is about everyone
	scopeResource              // without the element it is about nobody
	scopeTrust                 // also, "*" does not reach services, providers and anonymous callers
)

type principalKind uint8

const (
	namesEveryone principalKind = iota
	namesAccount
	namesUser
	namesRole
	namesSession
	namesSessionID
	namesFederated
	namesID
	namesService
	namesProvider
	namesCanonical
)

type principalName struct {
	kind  principalKind
	value string
}

type principals struct {
	not      bool
	accounts bool // the cloud's policies name accounts, and nobody in them
	names    []principalName
}

func newPrincipals(g *Grammar, src *principalText) *principals {
	p := &principals{not: src.not, accounts: g.accountsOnly()}
	for _, it := range src.items {
		n, _ := g.called(it.typ, it.s)
		if src.bare && it.s == "*" {
			n = principalName{namesEveryone, it.s}
		}
		p.names = append(p.names, n)
	}
	return p
}

// accountsOnly reports whether a Principal can name accounts, but no user and no role.
func (g *Grammar) accountsOnly() bool {
	for _, form := range g.identities {
		switch form.kind {
		case namesUser, namesRole, namesSession:
			return false
		}
	}
	return true
}

// grants returns how the element names the caller, grantNone if not at all.
// bounded says that the caller has a permissions boundary.
func (ps *principals) grants(p *Principal, s scope, effect Effect, bounded bool) grant {
	if ps == nil {
		if s == scopeAttached {
			return grantDirect
		}
		return grantNone
	}
	if ps.not {
		return ps.except(p, s, effect, bounded)
	}
	best := grantNone
	for i := range ps.names {
		best = max(best, ps.names[i].grants(p, s))
	}
	return best
}

func (n *principalName) grants(p *Principal, s scope) grant {
	direct := false
	switch n.kind {
	case namesEveryone:
		direct = s != scopeTrust || p.ofAccount()
	case namesAccount:
		if p.Account != "" && n.value == p.Account {
			return grantAccount
		}
	case namesCanonical:
		if p.CanonicalID != "" && n.value == p.CanonicalID {
			return grantAccount
		}
	case namesUser:
		direct = p.Type == User && n.value == p.ARN
		if p.Type == FederatedUser && n.value == p.IssuerARN {
			return grantRole
		}
	case namesRole:
		if p.Type == AssumedRole && (n.value == p.RoleARN || p.RoleARN == "" && sameRole(n.value, p)) {
			return grantRole
		}
	case namesID:
		direct = p.Type == User && n.value == p.ID
		if p.Type == AssumedRole && n.value == p.RoleID || p.Type == FederatedUser && n.value == p.IssuerID {
			return grantRole
		}
	case namesSession:
		direct = p.Type == AssumedRole && n.value == p.ARN
	case namesSessionID:
		id, session, _ := strings.Cut(n.value, ":")
		direct = p.Type == AssumedRole && id == p.RoleID && session == p.SessionName
	case namesFederated:
		direct = p.Type == FederatedUser && n.value == p.ARN
	case namesService:
		direct = p.Type == Service && n.value == p.ARN
	case namesProvider:
		direct = (p.Type == WebIdentity || p.Type == SAML) && n.value == p.ARN
	}
	if direct {
		return grantDirect
	}
	return grantNone
}

// ofAccount reports whether the caller is an identity of some account.
func (p *Principal) ofAccount() bool {
	switch p.Type {
	case User, AssumedRole, FederatedUser, Root:
		return true
	}
	return false
}

// sameRole compares by name, for callers who know only the session's ARN: it
// has no path, and role names are unique in an account without it.
func sameRole(roleARN string, p *Principal) bool {
	role, session := cutARN(roleARN), cutARN(p.ARN)
	if !role.ok || !session.ok || role.field(1) != session.field(1) || role.field(4) != p.Account || session.field(4) != p.Account {
		return false
	}
	name := role.field(5)
	name = name[strings.LastIndexByte(name, '/')+1:]
	rest, ok := strings.CutPrefix(session.field(5), "assumed-role/")
	if !ok {
		return false
	}
	sessionRole, _, _ := strings.Cut(rest, "/")
	return name != "" && name == sessionRole
}

// except evaluates NotPrincipal. A Deny spares only a caller of whom every
// level is listed; an Allow leaves out a caller of whom any level is listed. A
// Deny never spares a caller with a permissions boundary. (IAM User Guide,
// "NotPrincipal" and "Permissions boundaries".)
func (ps *principals) except(p *Principal, s scope, effect Effect, bounded bool) grant {
	var account, owner, self bool
	for i := range ps.names {
		switch n := &ps.names[i]; {
		case n.kind == namesEveryone:
			if effect == EffectAllow || !bounded {
				return grantNone
			}
		case n.kind == namesAccount || n.kind == namesCanonical:
			account = account || n.grants(p, s) != grantNone
		default:
			switch n.grants(p, s) {
			case grantDirect:
				self = true
			case grantRole:
				owner = true
			}
		}
	}
	if effect == EffectAllow {
		if account || owner || self || s == scopeTrust {
			return grantNone
		}
		return grantDirect
	}
	// Where policies cannot name anybody in an account, the account is all levels there are.
	spared := ps.accounts && account && p.ofAccount()
	switch p.Type {
	case User, FederatedUser:
		spared = spared || account && self
	case AssumedRole:
		spared = spared || account && owner && self
	case Root:
		spared = account
	case Service, WebIdentity, SAML:
		spared = self
	}
	if spared && !bounded {
		return grantNone
	}
	return grantDirect
}
