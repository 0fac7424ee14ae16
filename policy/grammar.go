package policy

import "strings"

// Grammar is a dialect of the policy language, as data. Grammars are made by
// this package; they are immutable and may be compared by pointer.
type Grammar struct {
	name      string
	versions  []version
	operators map[string]operator
	sets      []setPrefix
	ifExists  string // suffix of an operator name
	partition []string
	global    []string // services whose ARNs have no region
	iamPaths  []string // first part of the resource of an IAM ARN
	iamNewer  []string // the same, of kinds that the recorded message about iamPaths does not list
	trust     []string // actions a trust policy may name, folded
	providers []string // identity providers known by name
}

// Name of the grammar: "aws".
func (g *Grammar) Name() string { return g.name }

type version struct {
	name      string
	variables bool // ${…} means a variable
	managed   bool // good enough for a managed policy
}

type setPrefix struct {
	prefix string
	set    setOp
}

type operator struct {
	name    string
	class   opClass
	rel     relation
	negated bool
}

// opClass is the type of value an operator compares.
type opClass uint8

const (
	classString opClass = iota
	classFold           // string without case
	classLike           // string with wildcards
	classNumber
	classDate
	classBool
	classBinary
	classIP
	classARN
	classNull
)

// variables reports whether values of the class may hold variables.
func (c opClass) variables() bool {
	return c == classString || c == classFold || c == classLike || c == classARN
}

type relation uint8

const (
	relEqual relation = iota
	relLess
	relLessEqual
	relGreater
	relGreaterEqual
)

type setOp uint8

const (
	setNone setOp = iota
	setAll        // ForAllValues
	setAny        // ForAnyValue
)

func ordered(m map[string]operator, prefix string, class opClass) {
	m[prefix+"Equals"] = operator{prefix + "Equals", class, relEqual, false}
	m[prefix+"NotEquals"] = operator{prefix + "NotEquals", class, relEqual, true}
	m[prefix+"LessThan"] = operator{prefix + "LessThan", class, relLess, false}
	m[prefix+"LessThanEquals"] = operator{prefix + "LessThanEquals", class, relLessEqual, false}
	m[prefix+"GreaterThan"] = operator{prefix + "GreaterThan", class, relGreater, false}
	m[prefix+"GreaterThanEquals"] = operator{prefix + "GreaterThanEquals", class, relGreaterEqual, false}
}

func awsOperators() map[string]operator {
	m := make(map[string]operator, 32)
	for _, o := range []operator{
		{"StringEquals", classString, relEqual, false},
		{"StringNotEquals", classString, relEqual, true},
		{"StringEqualsIgnoreCase", classFold, relEqual, false},
		{"StringNotEqualsIgnoreCase", classFold, relEqual, true},
		{"StringLike", classLike, relEqual, false},
		{"StringNotLike", classLike, relEqual, true},
		{"Bool", classBool, relEqual, false},
		{"BinaryEquals", classBinary, relEqual, false},
		{"IpAddress", classIP, relEqual, false},
		{"NotIpAddress", classIP, relEqual, true},
		{"ArnEquals", classARN, relEqual, false},
		{"ArnNotEquals", classARN, relEqual, true},
		{"ArnLike", classARN, relEqual, false},
		{"ArnNotLike", classARN, relEqual, true},
		{"Null", classNull, relEqual, false},
	} {
		m[o.name] = o
	}
	ordered(m, "Numeric", classNumber)
	ordered(m, "Date", classDate)
	return m
}

// The one instance; nothing writes to it after it is made.
var awsGrammar = &Grammar{
	name: "aws",
	versions: []version{
		{name: "2012-10-17", variables: true, managed: true},
		{name: "2008-10-17"},
	},
	operators: awsOperators(),
	sets:      []setPrefix{{"ForAllValues:", setAll}, {"ForAnyValue:", setAny}},
	ifExists:  "IfExists",
	partition: []string{"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"},
	global:    []string{"iam", "s3"},
	iamPaths: []string{
		"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
		"policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
	},
	iamNewer: []string{"delegation-request/"},
	trust: []string{
		"sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
		"sts:tagsession", "sts:setsourceidentity", "sts:setcontext",
	},
	providers: []string{"accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com"},
}

// AWS is the grammar of AWS, versions 2012-10-17 and 2008-10-17. (IAM User
// Guide, "Grammar of the IAM JSON policy language".)
func AWS() *Grammar { return awsGrammar }

// operator splits the name of a condition operator. The spelling must be exact.
func (g *Grammar) operator(name string) (op operator, set setOp, ifExists, ok bool) {
	for _, s := range g.sets {
		if rest, cut := strings.CutPrefix(name, s.prefix); cut {
			name, set = rest, s.set
			break
		}
	}
	if op, ok = g.operators[name]; ok {
		return op, set, false, true
	}
	rest, cut := strings.CutSuffix(name, g.ifExists)
	if !cut {
		return operator{}, 0, false, false
	}
	op, ok = g.operators[rest]
	if !ok || op.class == classNull {
		return operator{}, 0, false, false
	}
	return op, set, true, true
}

// rules are what a Use asks of a document.
type rules struct {
	oldVersion   bool // a document without the newest version is fine
	principal    demand
	resource     demand
	notPrincipal bool
	notAction    bool
	allow        bool // Effect Allow is possible
	looseSid     bool
	complete     bool // an ARN with fewer fields covers everything below it
}

type demand uint8

const (
	prohibited demand = iota
	optional
	required
)

func (u Use) rules() rules {
	switch u {
	case Trust:
		return rules{oldVersion: true, principal: required, resource: prohibited, notAction: true, allow: true}
	case Resource:
		// A statement without Principal is well-formed and reaches nobody.
		return rules{oldVersion: true, principal: optional, resource: required, notPrincipal: true, notAction: true, allow: true, looseSid: true}
	case Session:
		return rules{oldVersion: true, principal: prohibited, resource: required, notAction: true, allow: true}
	case SCP:
		return rules{oldVersion: true, principal: prohibited, resource: required, notAction: true, allow: true, looseSid: true, complete: true}
	case RCP:
		return rules{oldVersion: true, principal: required, resource: required, looseSid: true, complete: true}
	case Inline:
		return rules{oldVersion: true, principal: prohibited, resource: required, notAction: true, allow: true, complete: true}
	}
	return rules{principal: prohibited, resource: required, notAction: true, allow: true, complete: true}
}
