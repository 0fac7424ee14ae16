package policy

// PrincipalType says what kind of caller a Principal is.
type PrincipalType uint8

// The kinds of callers. The zero value is the one without any right.
const (
	Anonymous     PrincipalType = iota
	User                        // an IAM user, also with the credentials of GetSessionToken
	AssumedRole                 // a session of a role, however it was obtained
	FederatedUser               // a session of GetFederationToken
	Root                        // the root user of an account
	Service                     // a service by its name
	WebIdentity                 // a verified token of an OIDC provider, before a role is assumed
	SAML                        // a verified assertion of a SAML provider, before a role is assumed
)

var principalWords = [...]string{
	"Anonymous", "User", "AssumedRole", "FederatedUser", "Account", "Service", "WebIdentity", "SAML",
}

// String names the type; the first five are the values of aws:PrincipalType.
func (t PrincipalType) String() string { return word(principalWords[:], uint8(t), "principal type") }

// Principal is who asks, under all the names by which a policy may mean them.
// Fields that do not apply are empty.
type Principal struct {
	Type PrincipalType
	// ARN is the user ARN, the session ARN, the federated user ARN, the root
	// ARN, the provider's ARN or well-known name, or the service name.
	ARN     string
	Account string // 12 digits; "" for Anonymous, Service, WebIdentity and SAML
	ID      string // unique id of a user (AIDA…)

	RoleARN     string // AssumedRole: ARN of the role, with its path
	RoleID      string // AssumedRole: unique id of the role (AROA…)
	SessionName string // AssumedRole

	IssuerARN string // FederatedUser: ARN of the user (or root) who made the session
	IssuerID  string // FederatedUser: unique id of that user

	CanonicalID   string // the account's canonical user id, as S3 policies may name it
	ServiceLinked bool   // a session of a service-linked role: no organization policy reaches it
}

// Request is one question: may Principal do Action on Resource?
type Request struct {
	// Principal may be nil: an anonymous caller.
	Principal *Principal
	Action    string // "service:Name", compared without case
	// Resource is an ARN, or "*" for an action that has no resource.
	Resource string
	// ResourceAccount owns the resource. It has to be given because an ARN may
	// not show it; empty means an unknown owner, and that is nobody's own account.
	ResourceAccount string
	// Scope is what the resource belongs to besides its account: a resource
	// group of Alibaba, a project of UCloud. Empty where a cloud has none.
	Scope string
	// Keys may be nil: no key is present.
	Keys Keys
}

// Source is one policy of a layer, with the names reports call it by.
type Source struct {
	ID     string // ARN of a managed policy, or the name of an inline one
	Type   string // user, group, role, aws-managed, user-managed, resource, session, scp, …
	Policy *Policy
}

// ResourceKind says how much of a say a resource policy has.
type ResourceKind uint8

// The kinds of resource policies.
const (
	ResourceDefault ResourceKind = iota // in the own account an identity policy suffices
	ResourceTrust                       // a role's trust policy: must allow, always
	ResourceKMS                         // a key policy: must allow, always
)

// Layers are the policies that apply to a request. A nil layer does not take
// part; a layer that is present must allow.
type Layers struct {
	// Grammar is that of the cloud the request is made in: the one of the
	// caller's account or, of callers without an account, of the resource's. It
	// says how the request names its resource, and by which rules the layers add
	// up. nil is AWS. A policy in another grammar is not understood: it denies.
	Grammar *Grammar
	// SCP and RCP are the organization's policies from the root down, one set
	// per level, each of which must allow. Leave them nil outside an
	// organization and for its management account.
	SCP, RCP []*Set
	Endpoint *Source // policy of the VPC endpoint the request came through
	Resource *Source
	Kind     ResourceKind
	Boundary *Source
	// Session policies count only if HasSession is set; a nil or empty set
	// then grants nothing. A FederatedUser always counts as having them.
	Session    *Set
	HasSession bool
	Identity   *Set
	// Scoped are identity policies that count only for resources of one scope,
	// by its name: those of Request.Scope.
	Scoped map[string]*Set
}

func (l *Layers) grammar() *Grammar {
	if l.Grammar == nil {
		return awsGrammar
	}
	return l.Grammar
}
