package policy

// Huawei is the grammar of Huawei Cloud's IAM, version "5.0". (IAM 5.0 User
// Guide, "JSON elements", "Grammar", "Policy variables" and "Evaluation logic";
// of service control policies, "SCP syntax" in the Organizations User Guide.)
//
// The older version 1.1 is another language and is refused. StringStartWith and
// StringEndWith come from there, but stand in examples of 5.0 as well.
func Huawei() *Grammar { return huaweiGrammar }

var huaweiGrammar = &Grammar{
	name:     "huawei",
	versions: []version{{name: "5.0", variables: true, managed: true}},
	uses:     []Use{Managed, Inline, Trust, Session, Resource, SCP},
	document: []string{"Version", "Statement"},
	statement: []string{
		"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
	},
	strict:   true,
	optional: true,
	action:   actionForm{parts: 3, empty: true, wild: true},
	// service:region:account:type:path
	resource: nameForm{fields: 5, account: 2},
	accounts: accountForm{min: 32, max: 32, hex: true},
	principals: []principalType{
		{name: "IAM", sort: sortIdentity, account: true, hint: "an account id; single out one of its users with a condition on g:PrincipalUrn"},
		{name: "Service", sort: sortService, hint: "the name of a service"},
		{name: "Identity_provider", sort: sortProvider, hint: "the URN of a SAML or OIDC provider"},
	},
	identities: []identityForm{
		{service: "iam", path: "samlProvider:", kind: namesProvider},
		{service: "iam", path: "oidcProvider:", kind: namesProvider},
	},
	trust: []string{
		"sts:agencies:assume", "sts:agencies:assumewithsaml", "sts:agencies:assumewithoidc",
		"sts::tagsession", "sts::setsourceidentity",
	},
	scp: scpForm{plainAllow: true, tailStar: true, notResource: true},
	operators: operators(equalities(), addresses(), ordered("Number", classNumber), inequalities("Date", classDate), []operator{
		{name: "StringMatch", class: classLike},
		{name: "StringNotMatch", class: classLike, negated: true},
		{name: "StringStartWith", class: classLike, affix: affixStart},
		{name: "StringEndWith", class: classLike, affix: affixEnd},
		{name: "Bool", class: classBool},
		{name: "Null", class: classNull},
	}),
	sets:     []setPrefix{{"ForAllValues:", setAll}, {"ForAnyValue:", setAny}},
	ifExists: "IfExists",
	deciding: deciding{bothTrust: true, noBypass: true, unresolved: true, mistyped: true},
	sizes: []size{
		{uses: []Use{Managed}, limit: 6144},
		{uses: []Use{Session}, limit: 2048, spaces: true},
		{uses: []Use{SCP}, limit: 5120, spaces: true},
	},
	words: huaweiWords,
}
