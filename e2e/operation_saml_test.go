package e2e

import (
	"crypto/rand"
	"time"

	"github.com/daypass/daypass/internal/federate/saml/samltest"
)

func samlArea(f fixture) (a area) {
	provider, role := "arn:aws:iam::"+f.account+":saml-provider/idp", "arn:aws:iam::"+f.account+":role/of-idp"
	idp := newIdP()
	response, err := idp.Encode(samltest.Good(rand.Text(), role, provider, time.Now()))
	if err != nil {
		panic(err)
	}
	// Nobody signs this, so no policy of a caller governs it.
	a.free = []string{"sts:AssumeRoleWithSAML"}
	set, iam, sts := in("iam", &a.setup), in("iam", &a.list), in("sts", &a.list)
	set("CreateSAMLProvider", "Name", "idp", "SAMLMetadataDocument", idp.Metadata())
	iam("CreateSAMLProvider", "Name", "idp", "SAMLMetadataDocument", idp.Metadata())
	iam("CreateRole", "RoleName", "of-idp", "AssumeRolePolicyDocument", trustIdP(provider, `{}`))
	sts("AssumeRoleWithSAML", "RoleArn", role, "PrincipalArn", provider, "SAMLAssertion", response)
	iam("DeleteRole", "RoleName", "of-idp")
	iam("GetSAMLProvider", "SAMLProviderArn", provider)
	iam("ListSAMLProviders")
	iam("UpdateSAMLProvider", "SAMLProviderArn", provider, "SAMLMetadataDocument", idp.Metadata())
	iam("TagSAMLProvider", "SAMLProviderArn", provider, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListSAMLProviderTags", "SAMLProviderArn", provider)
	iam("UntagSAMLProvider", "SAMLProviderArn", provider, "TagKeys.member.1", "k")
	iam("DeleteSAMLProvider", "SAMLProviderArn", provider)
	return a
}
