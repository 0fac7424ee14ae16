package e2e

import "strings"

// oidcArea is the issuers of ID tokens.
func oidcArea(f fixture) (a area) {
	a.setup = []operation{{"iam", "CreateOpenIDConnectProvider", []string{"Url", "https://area.example.com"}}}
	// Nobody signs this one: the role's trust policy decides.
	a.free = []string{"sts:AssumeRoleWithWebIdentity"}
	iam, sts := in("iam", &a.list), in("sts", &a.list)
	provider := []string{"OpenIDConnectProviderArn", "arn:aws:iam::" + f.account + ":oidc-provider/area.example.com"}
	with := func(more ...string) []string { return append(provider[:2:2], more...) }
	iam("CreateOpenIDConnectProvider", "Url", "https://area.example.com", "ClientIDList.member.1", "one")
	iam("GetOpenIDConnectProvider", provider...)
	iam("ListOpenIDConnectProviders")
	iam("AddClientIDToOpenIDConnectProvider", with("ClientID", "two")...)
	iam("RemoveClientIDFromOpenIDConnectProvider", with("ClientID", "one")...)
	iam("UpdateOpenIDConnectProviderThumbprint", with("ThumbprintList.member.1", strings.Repeat("ab", 20))...)
	iam("TagOpenIDConnectProvider", with("Tags.member.1.Key", "k", "Tags.member.1.Value", "v")...)
	iam("ListOpenIDConnectProviderTags", provider...)
	iam("UntagOpenIDConnectProvider", with("TagKeys.member.1", "k")...)
	iam("DeleteOpenIDConnectProvider", provider...)
	sts("AssumeRoleWithWebIdentity", "RoleArn", "arn:aws:iam::"+f.account+":role/web", "RoleSessionName", "job", "WebIdentityToken", f.idToken)
	return a
}
