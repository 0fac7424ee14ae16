package arn

// The builders print names of the partition "aws". They do not check their arguments: package iam holds only names and paths
// that are well formed. A path begins and ends with "/".

// User is the name of a user.
func User(account, path, name string) string { return entity(account, "user", path, name) }

// Group is the name of a group.
func Group(account, path, name string) string { return entity(account, "group", path, name) }

// Role is the name of a role.
func Role(account, path, name string) string { return entity(account, "role", path, name) }

// Policy is the name of a managed policy; the account of the policies that every account sees is "aws".
func Policy(account, path, name string) string { return entity(account, "policy", path, name) }

// InstanceProfile is the name of an instance profile.
func InstanceProfile(account, path, name string) string {
	return entity(account, "instance-profile", path, name)
}

// SAMLProvider is the name of a SAML identity provider.
func SAMLProvider(account, name string) string { return entity(account, "saml-provider", "/", name) }

// ServerCertificate is the name of a server certificate.
func ServerCertificate(account, path, name string) string {
	return entity(account, "server-certificate", path, name)
}

// Root is the name of an account's root.
func Root(account string) string { return "arn:aws:iam::" + account + ":root" }

// AssumedRole is the name of a session of a role; the role's path does not appear in it.
func AssumedRole(account, role, session string) string {
	return "arn:aws:sts::" + account + ":assumed-role/" + role + "/" + session
}

// Organizations is the name of a thing of AWS Organizations, which belongs to the management account.
func Organizations(manager, resource string) string {
	return "arn:aws:organizations::" + manager + ":" + resource
}

// MFA is the name, and so the serial number, of a virtual MFA device.
func MFA(account, path, name string) string { return entity(account, "mfa", path, name) }

// FederatedUser is the name of somebody whom a user or root vouches for.
func FederatedUser(account, name string) string {
	return "arn:aws:sts::" + account + ":federated-user/" + name
}

// OIDCProvider is the name of an issuer of ID tokens: host is its URL without the scheme.
func OIDCProvider(account, host string) string {
	return "arn:aws:iam::" + account + ":oidc-provider/" + host
}

func entity(account, kind, path, name string) string {
	if path == "" {
		path = "/"
	}
	return "arn:aws:iam::" + account + ":" + kind + path + name
}

// Self is the name by which a caller of an account asks for something about himself.
func Self(account string) string { return "arn:aws:sts::" + account + ":self" }

// DelegationRequest is the name of a request for permissions of an account.
func DelegationRequest(account, id string) string {
	return "arn:aws:iam::" + account + ":delegation-request/" + id
}
