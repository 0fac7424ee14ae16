package policy

// AWS is the grammar of AWS, versions 2012-10-17 and 2008-10-17. (IAM User
// Guide, "Grammar of the IAM JSON policy language".)
func AWS() *Grammar { return awsGrammar }

// The one instance; nothing writes to it after it is made.
var awsGrammar = &Grammar{
	name: "aws",
	versions: []version{
		{name: "2012-10-17", variables: true, managed: true},
		{name: "2008-10-17"},
	},
	uses:     []Use{Managed, Inline, Trust, Session, Resource, SCP, RCP},
	document: []string{"Version", "Id", "Statement"},
	statement: []string{
		"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
	},
	action:   actionForm{parts: 2},
	resource: arnForm,
	accounts: accountForm{min: 12, max: 12},
	public:   true,
	principals: []principalType{
		{name: "AWS", sort: sortIdentity, everyone: true, account: true, ids: true,
			hint: "an account id, a root, user, role, session or federated user ARN, or a unique id"},
		{name: "Service", sort: sortService, hint: "the name of a service"},
		{name: "Federated", sort: sortProvider, hint: "the ARN of a SAML or OIDC provider, or the name of a well-known one"},
		{name: "CanonicalUser", sort: sortCanonical, hint: "a canonical user id"},
	},
	identities: []identityForm{
		{service: "iam", path: "root", kind: namesAccount},
		{service: "iam", path: "user/", kind: namesUser},
		{service: "iam", path: "role/", kind: namesRole},
		{service: "sts", path: "assumed-role/", kind: namesSession},
		{service: "sts", path: "federated-user/", kind: namesFederated},
		{service: "iam", path: "saml-provider/", kind: namesProvider},
		{service: "iam", path: "oidc-provider/", kind: namesProvider},
	},
	providers: []string{"accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com"},
	trust: []string{
		"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
		"sts:tagsession", "sts:setsourceidentity", "sts:setcontext",
	},
	operators: operators(equalities(), addresses(), ordered("Numeric", classNumber), ordered("Date", classDate), []operator{
		{name: "StringLike", class: classLike},
		{name: "StringNotLike", class: classLike, negated: true},
		{name: "Bool", class: classBool},
		{name: "BinaryEquals", class: classBinary},
		{name: "ArnEquals", class: classARN},
		{name: "ArnNotEquals", class: classARN, negated: true},
		{name: "ArnLike", class: classARN},
		{name: "ArnNotLike", class: classARN, negated: true},
		{name: "Null", class: classNull},
	}),
	sets:      []setPrefix{{"ForAllValues:", setAll}, {"ForAnyValue:", setAny}},
	ifExists:  "IfExists",
	partition: []string{"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"},
	iamPaths: []string{
		"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
		"policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
	},
	iamNewer: []string{"delegation-request/"},
	sizes: []size{
		{uses: []Use{Managed}, limit: 6144},
		{uses: []Use{Trust}, limit: 2048},
		{uses: []Use{Session}, limit: 2048, spaces: true},
		{uses: []Use{SCP, RCP}, limit: 5120},
	},
	words: awsWords,
}

// arnForm is arn:partition:service:region:account:resource.
var arnForm = nameForm{prefix: "arn:", fields: 6, account: 4, cross: true}
