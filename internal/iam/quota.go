package iam

// Quotas bound what an account may hold. Counts are numbers of things, sizes are characters of a document without the white space
// between its tokens. The defaults are those of AWS (IAM and AWS STS quotas, IAM User Guide) except for the entities per account,
// which a server of one's own need not keep that low. Each has its setting: a new one comes with a line in internal/config/quota.go.
type Quotas struct {
	Accounts           int // per server
	UsersPerAccount    int
	GroupsPerAccount   int
	RolesPerAccount    int
	PoliciesPerAccount int

	InstanceProfilesPerAccount int

	MFADevicesPerUser            int // also of an account's root
	ServerCertificatesPerAccount int
	SSHKeysPerUser               int
	CertificatesPerUser          int // signing certificates; also of an account's root
	ServiceCredentialsPerUser    int // for one service

	KeysPerUser     int // also of an account's root
	GroupsPerUser   int
	AttachedPerUser int
	AttachedPerGroup,
	AttachedPerRole int
	VersionsPerPolicy int
	Tags              int // per user, role, policy, provider

	InlineUser  int // all inline policies of a user together
	InlineGroup int
	InlineRole  int
	Managed     int // one version of a managed policy
	Trust       int
	SealKeys    int // in the session key ring

	AccountsPerOrganization int
	UnitsPerOrganization    int
	ControlsPerOrganization int // control policies of one type
	ControlsPerTarget       int // control policies of one type at a root, unit or account
	Control                 int // a control policy, white space included

	SAMLProvidersPerAccount    int
	OIDCProvidersPerAccount    int
	ClientsPerOIDCProvider     int
	ThumbprintsPerOIDCProvider int
}

// DefaultQuotas are the quotas of a new server.
func DefaultQuotas() Quotas {
	return Quotas{
		Accounts: 1_000_000, UsersPerAccount: 1_000_000, GroupsPerAccount: 100_000, RolesPerAccount: 1_000_000, PoliciesPerAccount: 100_000,
		InstanceProfilesPerAccount: 1000,

		ServerCertificatesPerAccount: 20, SSHKeysPerUser: 5, CertificatesPerUser: 2, ServiceCredentialsPerUser: 2,

		KeysPerUser: 2, GroupsPerUser: 10, AttachedPerUser: 10, AttachedPerGroup: 10, AttachedPerRole: 10, VersionsPerPolicy: 5, Tags: 50,
		InlineUser: 2048, InlineGroup: 5120, InlineRole: 10240, Managed: 6144, Trust: 2048, SealKeys: 64,
		MFADevicesPerUser: 8,

		AccountsPerOrganization: 10, UnitsPerOrganization: 2000, ControlsPerOrganization: 1000, ControlsPerTarget: 5, Control: 5120,
		SAMLProvidersPerAccount: 100,
		OIDCProvidersPerAccount: 100, ClientsPerOIDCProvider: 100, ThumbprintsPerOIDCProvider: 5,
	}
}

// maxDocument bounds a document in bytes as it was written, white space included (policyDocumentType of the IAM API model).
const maxDocument = 131072
