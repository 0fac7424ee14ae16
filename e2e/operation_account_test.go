package e2e

// accountArea is the account as a whole: what it is called, what it holds, and who used what when.
func accountArea(f fixture) (a area) {
	a.setup = []operation{{"iam", "CreateAccountAlias", []string{"AccountAlias", "first-name"}}}
	iam := in("iam", &a.list)
	iam("CreateAccountAlias", "AccountAlias", "first-name")
	iam("ListAccountAliases")
	iam("DeleteAccountAlias", "AccountAlias", "first-name")
	iam("GetAccountSummary")
	iam("GetAccountAuthorizationDetails", "MaxItems", "5")
	iam("GenerateCredentialReport")
	iam("GetCredentialReport")
	iam("GenerateServiceLastAccessedDetails", "Arn", "arn:aws:iam::"+f.account+":user/nobody")
	iam("GetServiceLastAccessedDetails", "JobId", f.job)
	iam("GetServiceLastAccessedDetailsWithEntities", "JobId", f.job, "ServiceNamespace", "iam")
	return a
}
