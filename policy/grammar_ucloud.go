package policy

// UCloud is the grammar of UCloud's IAM, version "1". (UCloud documentation,
// "IAM", "Policy" and "Role"; the Terraform provider.) It has no conditions, no
// variables and no negations.
//
// The name of the member below Principal is not public; UCS is what a document
// is written with here, and the other forms that were seen are read as well.
func UCloud() *Grammar { return ucloudGrammar }

var ucloudGrammar = &Grammar{
	name:      "ucloud",
	versions:  []version{{name: "1", managed: true}},
	uses:      []Use{Managed, Inline, Trust, Session},
	document:  []string{"Version", "Statement"},
	statement: []string{"Effect", "Principal", "Action", "Resource"},
	strict:    true,
	action:    actionForm{parts: 2},
	resource:  nameForm{prefix: "ucs:", fields: 5, account: 3},
	accounts:  accountForm{min: 5, max: 8},
	principals: []principalType{
		{name: "UCS", sort: sortIdentity, bare: true, hint: "the URN of a company's root: ucs:iam::COMPANY:root"},
		{name: "IAM", sort: sortIdentity, hint: "the URN of a company's root: ucs:iam::COMPANY:root"},
		{name: "Service", sort: sortService, hint: "the name of a service"},
	},
	identities: []identityForm{{service: "iam", path: "root", kind: namesAccount}},
	trust:      []string{"sts:assumerole"},
	deciding:   deciding{bothTrust: true, noBypass: true},
	sizes:      []size{{uses: []Use{Session}, limit: 2048, spaces: true}},
	words:      ucloudWords,
}
