package adminapi

import "github.com/daypass/daypass/internal/wire"

// ContextEntry is a condition key of a request, as in iam:SimulatePrincipalPolicy.
type ContextEntry struct {
	ContextKeyName   string
	ContextKeyType   string // "string", "numeric", "boolean", "ip", "binary", "date", or one of these and "List"
	ContextKeyValues []string
}

// Walk implements wire.Shape.
func (v *ContextEntry) Walk(w wire.Walker) {
	w.Text("ContextKeyName", &v.ContextKeyName, &ruleContextKeyName)
	w.Text("ContextKeyType", &v.ContextKeyType, nil)
	w.Texts("ContextKeyValues", &v.ContextKeyValues, nil)
}

// WhoCanInput is the input of WhoCan: which principals may do an action on a resource, as far as the policies of the caller's account
// say.
type WhoCanInput struct {
	ActionName      string         // a name or, as ResourceArn, a pattern: who may ever do some action of it
	ResourceArn     *string        // nil: "*", for an action without a resource
	ResourceAccount *string        // nil: the account in the name of the resource, else the caller's
	ContextEntries  []ContextEntry // what is known of the request; every other key of it is not
	Marker          *string
	MaxItems        *int64 // nil: 100
}

// Walk implements wire.Shape.
func (v *WhoCanInput) Walk(w wire.Walker) {
	w.Text("ActionName", &v.ActionName, &ruleActionName)
	w.OptText("ResourceArn", &v.ResourceArn, &ruleResourceName)
	w.OptText("ResourceAccount", &v.ResourceAccount, &ruleAccountId)
	wire.List(w, "ContextEntries", &v.ContextEntries, &ruleContextEntries)
	w.OptText("Marker", &v.Marker, &ruleMarker)
	w.OptInt("MaxItems", &v.MaxItems, &ruleMaxItems)
}

// WhoCanOutput is the output of WhoCan. A page can be empty and yet not the last.
type WhoCanOutput struct {
	Principals  []PrincipalFinding
	IsTruncated bool
	Marker      *string // set when truncated
}

// Walk implements wire.Shape.
func (v *WhoCanOutput) Walk(w wire.Walker) {
	wire.List(w, "Principals", &v.Principals, nil)
	w.Bool("IsTruncated", &v.IsTruncated, nil)
	w.OptText("Marker", &v.Marker, nil)
}

// PrincipalFinding is part of a message: a principal who may.
type PrincipalFinding struct {
	Principal string  // resource name, name of a service or provider, or "*"
	Type      string  // Root, User, Role, Session, Account, Everyone, WebIdentity, SAML or Service
	Answer    string  // [AnswerAllowed] or [AnswerDepends]; of a pattern, as of a Possibility
	Also      *string // the account whose policies must allow it too and were not looked at, "*" for each principal's own; nil: none
	// Layer, SourcePolicyId, Statement and Sid say what grants it; nil for what needs no statement. Statements count from 0.
	Layer          *string
	SourcePolicyId *string
	Statement      *int64
	Sid            *string
	// DependsOn is JSON of the []policy.OpenLayer on which it depends; nil when allowed for certain.
	DependsOn *string
	// Ever is the answer to a question with a pattern; then there are no members of the statement, and no DependsOn.
	Ever *Possibility
}

// Walk implements wire.Shape.
func (v *PrincipalFinding) Walk(w wire.Walker) {
	w.Text("Principal", &v.Principal, nil)
	w.Text("Type", &v.Type, nil)
	w.Text("Answer", &v.Answer, nil)
	w.OptText("Also", &v.Also, nil)
	w.OptText("Layer", &v.Layer, nil)
	w.OptText("SourcePolicyId", &v.SourcePolicyId, nil)
	w.OptInt("Statement", &v.Statement, nil)
	w.OptText("Sid", &v.Sid, nil)
	w.OptText("DependsOn", &v.DependsOn, nil)
	wire.OptStruct(w, "Ever", &v.Ever, nil)
}
