package policy

import "slices"

// Grammar is a dialect of the policy language, as data: what a document may
// hold, how actions and resources are written, what the operators are called,
// and the few rules by which the clouds decide differently. Grammars are made
// by this package; they are immutable and may be compared by pointer.
//
// An account belongs to one cloud, and all its documents are in one grammar.
// Layers says which; a policy in another grammar is not understood there, and
// denies.
type Grammar struct {
	name     string
	versions []version // the newest first
	uses     []Use     // the kinds of policies the cloud has

	document  []string // elements of a document
	statement []string // elements of a statement
	strict    bool     // nothing is taken that the documentation of the cloud does not show: see check_strict.go
	optional  bool     // a statement without Resource is about every resource

	action     actionForm
	resource   nameForm
	accounts   accountForm
	principals []principalType // the type of identities first
	public     bool            // the string form "*" of Principal is everyone
	identities []identityForm
	providers  []string // identity providers known by name
	trust      []string // actions a trust policy may name, folded
	scp        scpForm

	operators map[string]operator
	sets      []setPrefix
	ifExists  string // suffix of an operator name; "" if there is none

	partition []string
	iamPaths  []string // first part of the resource of an IAM ARN
	iamNewer  []string // the same, of kinds that the recorded message about iamPaths does not list

	deciding deciding
	sizes    []size
	words    denialWords
}

// Version is the newest version of the language, as a document writes it.
func (g *Grammar) Version() string { return g.versions[0].name }

// Name of the grammar: "aws", "alibaba", "huawei" or "ucloud".
func (g *Grammar) Name() string { return g.name }

// Grammars lists all grammars, AWS first.
func Grammars() []*Grammar {
	return []*Grammar{awsGrammar, ramGrammar, huaweiGrammar, ucloudGrammar}
}

// MaxSize returns how long a document of a kind may be, in characters;
// whether white space outside of strings counts; and ok=false where the cloud
// does not say. It is for whoever saves documents: Parse does not apply it.
func (g *Grammar) MaxSize(u Use) (limit int, spaces, ok bool) {
	for _, s := range g.sizes {
		if slices.Contains(s.uses, u) {
			return s.limit, s.spaces, true
		}
	}
	return 0, false, false
}

// Owner returns the account that the name of a resource shows; ok=false if it
// shows none.
func (g *Grammar) Owner(resource string) (account string, ok bool) {
	a := cutName(resource, &g.resource)
	if !a.ok || !g.accounts.match(a.field(g.resource.account)) {
		return "", false
	}
	return a.field(g.resource.account), true
}

type version struct {
	name      string
	variables bool // ${…} means a variable
	managed   bool // good enough for a managed policy
}

type size struct {
	uses   []Use
	limit  int
	spaces bool
}

// actionForm is how actions are written: parts with colons between them.
type actionForm struct {
	parts int
	empty bool // a part between the first and the last may be empty
	wild  bool // wildcards may stand anywhere, also inside the first part
}

// nameForm is how resources are named: fields with colons between them, of
// which the last may hold more colons.
type nameForm struct {
	prefix  string // what every name begins with, with its colon
	fields  int    // all of them, those of the prefix included
	account int    // which one is the owner
	cross   bool   // a star that ends a field other than the last may run over colons
	// silent are the fields in which a pattern that says nothing means everything.
	silent []int
}

// accountForm is how account ids are written.
type accountForm struct {
	min, max int
	hex      bool
}

func (f accountForm) match(s string) bool {
	if len(s) < f.min || len(s) > f.max {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (!f.hex || c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// scpForm is what organization policies of a cloud cannot say.
type scpForm struct {
	plainAllow  bool // Allow has no Condition, no NotAction and no Resource but "*"
	tailStar    bool // a star stands alone or ends an action
	notResource bool // there is no NotResource
}

// deciding is how a cloud's decisions differ from those of AWS.
type deciding struct {
	// stepwise: layers are asked one after the other, and the first that does
	// not allow ends it. Otherwise a Deny is looked for in all of them first.
	stepwise bool
	// bothTrust: assuming a role takes the caller's own permission and the
	// trust policy's, also inside one account and whoever the trust policy names.
	bothTrust bool
	// noBypass: a grant of a resource policy, to whomever, is limited by boundary
	// and session policies; inside one account it takes no identity policy.
	noBypass bool
	// rootExempt: no policy of an organization limits the root user.
	rootExempt bool
	// scopedLast: policies attached within a scope count only if those attached
	// to the whole account neither allow nor deny.
	scopedLast bool
	// unresolved: a statement in which a variable has no value does not match,
	// whatever the operator.
	unresolved bool
	// mistyped: a value that cannot be read as the operator's type satisfies no
	// operator, negated or not.
	mistyped bool
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

// rules returns what a document of the use must and must not have.
func (g *Grammar) rules(u Use) rules {
	r := u.rules()
	if !g.strict {
		return r
	}
	r.oldVersion, r.complete, r.looseSid = true, false, true
	r.notAction = slices.Contains(g.statement, "NotAction")
	r.notPrincipal = r.principal != prohibited && slices.Contains(g.statement, "NotPrincipal")
	if g.optional && r.resource == required {
		r.resource = optional
	}
	return r
}

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
