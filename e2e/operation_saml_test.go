package e2e

func samlArea(f fixture) (a area) {
	provider := "arn:aws:iam::" + f.account + ":saml-provider/idp"
	idp := newIdP()
	set, iam := in("iam", &a.setup), in("iam", &a.list)
	set("CreateSAMLProvider", "Name", "idp", "SAMLMetadataDocument", idp.Metadata())
	iam("CreateSAMLProvider", "Name", "idp", "SAMLMetadataDocument", idp.Metadata())
	iam("GetSAMLProvider", "SAMLProviderArn", provider)
	iam("ListSAMLProviders")
	iam("UpdateSAMLProvider", "SAMLProviderArn", provider, "SAMLMetadataDocument", idp.Metadata())
	iam("TagSAMLProvider", "SAMLProviderArn", provider, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListSAMLProviderTags", "SAMLProviderArn", provider)
	iam("UntagSAMLProvider", "SAMLProviderArn", provider, "TagKeys.member.1", "k")
	iam("DeleteSAMLProvider", "SAMLProviderArn", provider)
	return a
}
