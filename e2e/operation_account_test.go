package e2e

// accountArea is the account as a whole: what it is called, what it holds, and who used what when.
func accountArea() (a area) {
	a.setup = []operation{{"iam", "CreateAccountAlias", []string{"AccountAlias", "first-name"}}}
	iam := in("iam", &a.list)
	iam("CreateAccountAlias", "AccountAlias", "first-name")
	iam("ListAccountAliases")
	iam("DeleteAccountAlias", "AccountAlias", "first-name")
	iam("GetAccountSummary")
	iam("GetAccountAuthorizationDetails", "MaxItems", "5")
	return a
}
