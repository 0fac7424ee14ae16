package config

import "fmt"

// Quotas bound what accounts may hold. Their fields are those of the domain's quotas, one for one and in its order, so that the one turns
// into the other, and a quota without a setting does not compile. By default they are AWS's, except that accounts may hold more entities.
type Quotas struct {
	Accounts                     int // accounts on this server
	UsersPerAccount              int // users of an account
	GroupsPerAccount             int // groups of an account
	RolesPerAccount              int // roles of an account
	PoliciesPerAccount           int // managed policies of an account
	InstanceProfilesPerAccount   int // instance profiles of an account
	MFADevicesPerUser            int // MFA devices of a user, or of an account's root
	ServerCertificatesPerAccount int // server certificates of an account
	SSHKeysPerUser               int // SSH public keys of a user
	CertificatesPerUser          int // signing certificates of a user, or of an account's root
	ServiceCredentialsPerUser    int // credentials of a user for one service
	KeysPerUser                  int // access keys of a user, or of an account's root
	GroupsPerUser                int // groups that a user is in
	AttachedPerUser              int // managed policies attached to a user
	AttachedPerGroup             int // managed policies attached to a group
	AttachedPerRole              int // managed policies attached to a role
	VersionsPerPolicy            int // versions of a managed policy
	Tags                         int // tags of a thing
	InlineUser                   int // characters of all inline policies of a user, without white space
	InlineGroup                  int // characters of all inline policies of a group, without white space
	InlineRole                   int // characters of all inline policies of a role, without white space
	Managed                      int // characters of a version of a managed policy, without white space
	Trust                        int // characters of a trust policy, without white space
	SealKeys                     int // keys in the session key ring
	AccountsPerOrganization      int // accounts in an organization
	UnitsPerOrganization         int // organizational units in an organization
	ControlsPerOrganization      int // control policies of one type in an organization
	ControlsPerTarget            int // control policies of one type at a root, unit or account
	Control                      int // bytes of a control policy
	SAMLProvidersPerAccount      int // SAML providers of an account
	OIDCProvidersPerAccount      int // OIDC providers of an account
	ClientsPerOIDCProvider       int // client ids of an OIDC provider
	ThumbprintsPerOIDCProvider   int // thumbprints of an OIDC provider
}

// Bounds of the settings: a count may be 0, which allows none; a size is at most what the API takes of a document.
const (
	maxCount = 10_000_000
	maxSize  = 131_072
	// A ring that can not hold the next key beside those that still open sessions could not be rotated.
	minSealKeys = 16
)

func defaultQuotas() Quotas {
	return Quotas{
		Accounts:                     1_000_000,
		UsersPerAccount:              1_000_000,
		GroupsPerAccount:             100_000,
		RolesPerAccount:              1_000_000,
		PoliciesPerAccount:           100_000,
		InstanceProfilesPerAccount:   1000,
		MFADevicesPerUser:            8,
		ServerCertificatesPerAccount: 20,
		SSHKeysPerUser:               5,
		CertificatesPerUser:          2,
		ServiceCredentialsPerUser:    2,
		KeysPerUser:                  2,
		GroupsPerUser:                10,
		AttachedPerUser:              10,
		AttachedPerGroup:             10,
		AttachedPerRole:              10,
		VersionsPerPolicy:            5,
		Tags:                         50,
		InlineUser:                   2048,
		InlineGroup:                  5120,
		InlineRole:                   10_240,
		Managed:                      6144,
		Trust:                        2048,
		SealKeys:                     64,
		AccountsPerOrganization:      10,
		UnitsPerOrganization:         2000,
		ControlsPerOrganization:      1000,
		ControlsPerTarget:            5,
		Control:                      5120,
		SAMLProvidersPerAccount:      100,
		OIDCProvidersPerAccount:      100,
		ClientsPerOIDCProvider:       100,
		ThumbprintsPerOIDCProvider:   5,
	}
}

// quota is the setting of one quota.
type quota struct {
	key, usage string
	at         *int
	most       int
}

func (q *Quotas) settings() []quota {
	return []quota{
		{"accounts", "accounts on this server", &q.Accounts, maxCount},
		{"users_per_account", "users of an account", &q.UsersPerAccount, maxCount},
		{"groups_per_account", "groups of an account", &q.GroupsPerAccount, maxCount},
		{"roles_per_account", "roles of an account", &q.RolesPerAccount, maxCount},
		{"policies_per_account", "managed policies of an account", &q.PoliciesPerAccount, maxCount},
		{"instance_profiles_per_account", "instance profiles of an account", &q.InstanceProfilesPerAccount, maxCount},
		{"mfa_devices_per_user", "MFA devices of a user, or of an account's root", &q.MFADevicesPerUser, maxCount},
		{"server_certificates_per_account", "server certificates of an account", &q.ServerCertificatesPerAccount, maxCount},
		{"ssh_keys_per_user", "SSH public keys of a user", &q.SSHKeysPerUser, maxCount},
		{"certificates_per_user", "signing certificates of a user, or of an account's root", &q.CertificatesPerUser, maxCount},
		{"service_credentials_per_user", "credentials of a user for one service", &q.ServiceCredentialsPerUser, maxCount},
		{"keys_per_user", "access keys of a user, or of an account's root", &q.KeysPerUser, maxCount},
		{"groups_per_user", "groups that a user is in", &q.GroupsPerUser, maxCount},
		{"attached_per_user", "managed policies attached to a user", &q.AttachedPerUser, maxCount},
		{"attached_per_group", "managed policies attached to a group", &q.AttachedPerGroup, maxCount},
		{"attached_per_role", "managed policies attached to a role", &q.AttachedPerRole, maxCount},
		{"versions_per_policy", "versions of a managed policy", &q.VersionsPerPolicy, maxCount},
		{"tags", "tags of a thing", &q.Tags, maxCount},
		{"inline_user", "characters of all inline policies of a user, without white space", &q.InlineUser, maxSize},
		{"inline_group", "characters of all inline policies of a group, without white space", &q.InlineGroup, maxSize},
		{"inline_role", "characters of all inline policies of a role, without white space", &q.InlineRole, maxSize},
		{"managed", "characters of a version of a managed policy, without white space", &q.Managed, maxSize},
		{"trust", "characters of a trust policy, without white space", &q.Trust, maxSize},
		{"seal_keys", "keys in the session key ring", &q.SealKeys, maxCount},
		{"accounts_per_organization", "accounts in an organization", &q.AccountsPerOrganization, maxCount},
		{"units_per_organization", "organizational units in an organization", &q.UnitsPerOrganization, maxCount},
		{"controls_per_organization", "control policies of one type in an organization", &q.ControlsPerOrganization, maxCount},
		{"controls_per_target", "control policies of one type at a root, unit or account", &q.ControlsPerTarget, maxCount},
		{"control", "bytes of a control policy", &q.Control, maxSize},
		{"saml_providers_per_account", "SAML providers of an account", &q.SAMLProvidersPerAccount, maxCount},
		{"oidc_providers_per_account", "OIDC providers of an account", &q.OIDCProvidersPerAccount, maxCount},
		{"clients_per_oidc_provider", "client ids of an OIDC provider", &q.ClientsPerOIDCProvider, maxCount},
		{"thumbprints_per_oidc_provider", "thumbprints of an OIDC provider", &q.ThumbprintsPerOIDCProvider, maxCount},
	}
}

func (s *quota) least(q *Quotas) int {
	if s.at == &q.SealKeys {
		return minSealKeys
	}
	return 0
}

func (q *Quotas) fields() (all []Field) {
	for _, s := range q.settings() {
		all = append(all, integer("quotas."+s.key, fmt.Sprintf("most %s, %d to %d", s.usage, s.least(q), s.most), s.at))
	}
	return all
}

func (k *checker) quotas() {
	for _, s := range k.c.Quotas.settings() {
		between(k, "quotas."+s.key, *s.at, s.least(&k.c.Quotas), s.most)
	}
}
