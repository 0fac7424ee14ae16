package policy

// RAM is the grammar of Alibaba Cloud's Resource Access Management, version
// "1". (RAM documentation, "Policy elements", "Policy structure and syntax" and
// "Conditional operators"; of control policies, "Languages of access control
// policies" in the documentation of Resource Management.)
//
// What those pages do not show is refused: Null, the suffix IfExists and the
// set operators, variables (a text with ${…} means itself), NotResource,
// NotPrincipal and Sid.
func RAM() *Grammar { return ramGrammar }

var ramGrammar = &Grammar{
	name:      "alibaba",
	versions:  []version{{name: "1", managed: true}},
	uses:      []Use{Managed, Inline, Trust, Session, Resource, SCP},
	document:  []string{"Version", "Statement"},
	statement: []string{"Effect", "Principal", "Action", "NotAction", "Resource", "Condition"},
	strict:    true,
	action:    actionForm{parts: 2},
	// An operation of RAM itself is asked on acs:ram:*:ACCOUNT:role/x, while the
	// role is called acs:ram::ACCOUNT:role/x: both have to find each other.
	resource: nameForm{prefix: "acs:", fields: 5, account: 3, silent: []int{2, 3}},
	accounts: accountForm{min: 16, max: 16},
	public:   true,
	principals: []principalType{
		{name: "RAM", sort: sortIdentity, hint: "the ARN of an account's root, of a user or of a role, without wildcards"},
		{name: "Service", sort: sortService, hint: "the name of a service"},
		{name: "Federated", sort: sortProvider, hint: "the ARN of a SAML or OIDC provider"},
	},
	identities: []identityForm{
		{service: "ram", path: "root", kind: namesAccount},
		{service: "ram", path: "user/", kind: namesUser},
		{service: "ram", path: "role/", kind: namesRole},
		{service: "ram", path: "saml-provider/", kind: namesProvider},
		{service: "ram", path: "oidc-provider/", kind: namesProvider},
	},
	trust: []string{"sts:assumerole"},
	operators: operators(equalities(), addresses(), ordered("Numeric", classNumber), ordered("Date", classDate), []operator{
		{name: "StringLike", class: classLike},
		{name: "StringNotLike", class: classLike, negated: true},
		{name: "Bool", class: classBool},
	}),
	deciding: deciding{stepwise: true, bothTrust: true, noBypass: true, rootExempt: true, scopedLast: true},
	sizes: []size{
		{uses: []Use{Managed}, limit: 6144, spaces: true},
		{uses: []Use{Session}, limit: 2048, spaces: true},
	},
	words: ramWords,
}
