package fault

// What is the thing a failure is about. The list is closed like that of [Kind].
type What uint8

const (
	// None: the Kind says it all.
	None What = iota
	Account
	User
	Group
	Role
	// Policy is a managed policy.
	Policy
	PolicyVersion
	// UserPolicy, GroupPolicy and RolePolicy are inline policies.
	UserPolicy
	GroupPolicy
	RolePolicy
	AccessKey
	// Attachment is a managed policy attached to a user, group or role.
	Attachment
	// Boundary is a permissions boundary.
	Boundary
	// Membership is a user's being in a group.
	Membership
	LoginProfile
	MFADevice
	// MFAAssignment: an MFA device's being somebody's.
	MFAAssignment
	// MFACode: a one-time code, or two of them.
	MFACode
	// MFAPair: a serial number without a code, or a code without one.
	MFAPair
	InstanceProfile
	Tag
	// DuplicateTag: two tags whose keys differ at most in case.
	DuplicateTag
	// TransitiveTag: a transitive key that is not among the tags.
	TransitiveTag
	// InheritedTag: a session tag that the calling session already fixed.
	InheritedTag
	// TagPrefix: a tag key with a reserved prefix.
	TagPrefix
	// Duration: longer than the role allows.
	Duration
	// ChainDuration: longer than a chained session may last.
	ChainDuration
	SessionPolicy
	SessionTags
	SourceIdentity
	// RootSession: the root of an account tried to assume a role.
	RootSession
	// SessionCredentials: temporary credentials where only long-term ones will do; Name is the operation.
	SessionCredentials
	// AssumedRoot: a session as the root of a member account; Name is who asked, Detail the root.
	AssumedRoot
	// AuthorizationMessage is the sealed account of a denial.
	AuthorizationMessage
	// ARN: a resource name that cannot be parsed.
	ARN
	// Principal: a principal in a trust policy; Name is its type, Detail its value.
	Principal
	TrustPolicy
	Operation
	// Parameter: a request parameter; Name is its name in the cloud's lower camel case.
	Parameter
	Credential
	Token
	Signature
	Body
	// Marker: a paging marker that this server did not give out.
	Marker
	// Document: a policy document as such.
	Document
	Organization
	// DefaultVersion: the default version of a managed policy.
	DefaultVersion
	Explanation
	// Key is a key of the sealing ring.
	Key
	// Record is a stored record as a whole.
	Record
	// Alias is the name of an account that people can remember.
	Alias
	// OrganizationRoot is the root of an organization's tree.
	OrganizationRoot
	Unit
	UnitDepth
	// Member is an account as a member of an organization.
	Member
	// MemberRequest is a request for a new account in an organization.
	MemberRequest
	// ControlPolicy is a policy of an organization.
	ControlPolicy
	// PolicyType is a type of control policies.
	PolicyType
	// Target is what a control policy is attached to.
	Target
	// Parent is a root or unit that something stands under; SourceParent and DestinationParent are those of a move.
	Parent
	SourceParent
	DestinationParent
	// Child is a unit or account that stands under a parent.
	Child
	// Closure is the closing of an account.
	Closure
	// TrustedService is a service that an organization trusts.
	TrustedService
	// Delegation makes an account an administrator of a service for its organization.
	Delegation
	// RootAccess is access as the root of member accounts.
	RootAccess
	// Handshake is an invitation.
	Handshake
	// EntityARN: a resource name that is not one of a user, group or role.
	EntityARN
	// Simulation: a simulation as a whole. The next are parts of it: the actions, resources, policies and option it is about, who
	// is taken for the caller, the owner and the policy of the resources, and its paging marker.
	Simulation
	SimulatedAction
	SimulatedResource
	SimulatedPolicy
	SimulatedBoundary
	SimulationOption
	SimulatedCaller
	CallerMissing
	ResourceOwner
	ResourcePolicy
	SimulationMarker
	// ContextKey: a condition key that is told twice. The next are condition keys without a name, type or values, with more values
	// than their type has, or with a value that is not of it.
	ContextKey
	ContextName
	ContextType
	ContextValues
	ContextCount
	ContextValue
	// Issuer is an account as an issuer of identity tokens.
	Issuer
	// IdentityToken is a token that an issuer makes.
	IdentityToken
	// SAMLProvider is an identity provider that signs assertions; SAMLMetadata is its description, SAMLKey a key of ours to open
	// encrypted assertions with.
	SAMLProvider
	SAMLMetadata
	SAMLKey
	SAMLAssertion
	// Password is a password that its account's rules do not allow, or one that is wrong.
	Password
	PasswordPolicy
	// ServiceRole is a role that is linked to a service.
	ServiceRole
	// RoleDeletion is the deletion of such a role.
	RoleDeletion
	SSHKey
	// Encoding: a text in none of the forms that are read.
	Encoding
	SigningCertificate
	ServerCertificate
	CertificateChain
	PrivateKey
	// ServiceCredential is a name and password for one service.
	ServiceCredential
	// CallerType: an operation that only some sorts of callers can use.
	CallerType
	// DelegationRequest is a request of one account for permissions of another; DelegationTemplate is the policy it asks with.
	DelegationRequest
	DelegationTemplate
	// TradeInToken is what an approved delegation request is exchanged for credentials with.
	TradeInToken
	// OutsideToken is an ID token of an outside issuer as such.
	OutsideToken
	// IdentityProvider is the issuer of such tokens as a server that is asked.
	IdentityProvider
	// OIDCProvider is the record of an issuer; by its URL or its resource name.
	OIDCProvider
	ClientID
	Thumbprint
	// Claim is a statement in an ID token; Name is its name.
	Claim
	// Audience: the token is for somebody else.
	Audience
	// VerificationKey: the key that should have signed the token is not to be had from its issuer.
	VerificationKey
	// IssuerCertificate: the certificate that an issuer shows is vouched for by nobody.
	IssuerCertificate
	// CredentialReport and ReportJob are reports that were ordered.
	CredentialReport
	ReportJob

	whats
)

// Whats lists every What, in order.
func Whats() []What {
	all := make([]What, 0, whats)
	for w := None; w < whats; w++ {
		all = append(all, w)
	}
	return all
}

// String is the thing's name for logs.
func (w What) String() string {
	if w >= whats {
		return "unknown"
	}
	return whatNames[w]
}

var whatNames = [whats]string{
	None: "none", Account: "account", User: "user", Group: "group", Role: "role", Policy: "policy",
	PolicyVersion: "policy version", UserPolicy: "user policy", GroupPolicy: "group policy", RolePolicy: "role policy",
	AccessKey: "access key", Attachment: "attachment", Boundary: "boundary", Membership: "membership",
	LoginProfile: "login profile", MFADevice: "mfa device", MFAAssignment: "mfa assignment", MFACode: "mfa code", MFAPair: "mfa serial number and code", InstanceProfile: "instance profile", Tag: "tag",
	DuplicateTag: "duplicate tag", TransitiveTag: "transitive tag", InheritedTag: "inherited tag", TagPrefix: "tag prefix",
	Duration: "duration", ChainDuration: "chain duration", SessionPolicy: "session policy", SessionTags: "session tags",
	SourceIdentity: "source identity", RootSession: "root session", SessionCredentials: "session credentials",
	AssumedRoot: "assumed root", AuthorizationMessage: "authorization message", ARN: "arn", Principal: "principal",
	TrustPolicy: "trust policy", Operation: "operation", Parameter: "parameter", Credential: "credential", Token: "token",
	Signature: "signature", Body: "body", Marker: "marker", Document: "document", Organization: "organization",
	DefaultVersion: "default version", Explanation: "explanation", Key: "key", Record: "record",
	Alias:            "account alias",
	OrganizationRoot: "organization root", Unit: "organizational unit", UnitDepth: "depth of organizational units",
	Member: "member account", MemberRequest: "account request", ControlPolicy: "control policy", PolicyType: "policy type",
	Target: "target", Parent: "parent", SourceParent: "source parent", DestinationParent: "destination parent", Child: "child",
	Closure: "closure", TrustedService: "trusted service", Delegation: "delegated administrator", RootAccess: "root access",
	Handshake: "handshake",
	EntityARN: "entity arn", Simulation: "simulation", SimulatedAction: "simulated action", SimulatedResource: "simulated resource",
	SimulatedPolicy: "simulated policy", SimulatedBoundary: "simulated boundary", SimulationOption: "simulation option",
	SimulatedCaller: "simulated caller", CallerMissing: "missing caller", ResourceOwner: "resource owner",
	ResourcePolicy: "resource policy", SimulationMarker: "simulation marker", ContextKey: "context key",
	ContextName: "context key name", ContextType: "context key type", ContextValues: "context key values",
	ContextCount: "number of context key values", ContextValue: "context key value",
	Issuer: "issuer", IdentityToken: "identity token",
	SAMLProvider: "saml provider", SAMLMetadata: "saml metadata", SAMLKey: "saml key", SAMLAssertion: "saml assertion",

	ServiceRole: "service role", RoleDeletion: "role deletion", SSHKey: "ssh key", Encoding: "encoding",
	SigningCertificate: "signing certificate", ServerCertificate: "server certificate", CertificateChain: "certificate chain",
	PrivateKey: "private key", ServiceCredential: "service credential",
	Password: "password", PasswordPolicy: "password policy", CallerType: "caller type",
	DelegationRequest: "delegation request", DelegationTemplate: "delegation template", TradeInToken: "trade-in token",
	OutsideToken: "outside token", IdentityProvider: "identity provider", OIDCProvider: "oidc provider",
	ClientID: "client id", Thumbprint: "thumbprint", Claim: "claim", Audience: "audience", VerificationKey: "verification key",
	IssuerCertificate: "issuer certificate",
	CredentialReport:  "credential report", ReportJob: "report job",
}
