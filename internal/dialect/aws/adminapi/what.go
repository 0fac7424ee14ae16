package adminapi

import "github.com/daypass/daypass/internal/wire"

// WhatCanInput is the input of WhatCan: what a principal can do at most. With ActionName the answer is about the actions and resources
// of these patterns; without, it is about everything that its policies allow.
type WhatCanInput struct {
	PrincipalArn   string  // a user, a role or the root of the caller's account
	ActionName     *string // a pattern
	ResourceArn    *string // a pattern; nil: "*"
	ContextEntries []ContextEntry
}

// Walk implements wire.Shape.
func (v *WhatCanInput) Walk(w wire.Walker) {
	w.Text("PrincipalArn", &v.PrincipalArn, &ruleResourceName)
	w.OptText("ActionName", &v.ActionName, &rulePattern)
	w.OptText("ResourceArn", &v.ResourceArn, &ruleResourceName)
	wire.List(w, "ContextEntries", &v.ContextEntries, &ruleContextEntries)
}

// WhatCanOutput is the output of WhatCan.
type WhatCanOutput struct {
	Capabilities []Capability
	Cut          bool // there is more than an answer holds
}

// Walk implements wire.Shape.
func (v *WhatCanOutput) Walk(w wire.Walker) {
	wire.List(w, "Capabilities", &v.Capabilities, nil)
	w.Bool("Cut", &v.Cut, nil)
}

// Capability is part of a message: what a statement that allows comes to, for one of its actions and one of its resources.
type Capability struct {
	ActionName  string // a pattern; with NotAction, those it leaves out
	ResourceArn string // a pattern; with NotResource, those it leaves out
	NotAction   bool
	NotResource bool
	Possibility
	// Layer, SourcePolicyId, Statement and Sid are of the statement; nil if a pattern was asked about. Statements count from 0.
	Layer          *string
	SourcePolicyId *string
	Statement      *int64
	Sid            *string
}

// Walk implements wire.Shape.
func (v *Capability) Walk(w wire.Walker) {
	w.Text("ActionName", &v.ActionName, nil)
	w.Text("ResourceArn", &v.ResourceArn, nil)
	w.Bool("NotAction", &v.NotAction, nil)
	w.Bool("NotResource", &v.NotResource, nil)
	v.Possibility.Walk(w)
	w.OptText("Layer", &v.Layer, nil)
	w.OptText("SourcePolicyId", &v.SourcePolicyId, nil)
	w.OptInt("Statement", &v.Statement, nil)
	w.OptText("Sid", &v.Sid, nil)
}

// Possibility is part of a message: whether there are requests that are allowed.
type Possibility struct {
	Answer string // [AnswerAlways], [AnswerSometimes], [AnswerNever] or [AnswerPerhaps]
	// ExampleAction on ExampleResource is allowed, with some values of ContextKeys; nil where nothing is, or nothing was found.
	ExampleAction   *string
	ExampleResource *string
	ContextKeys     []string
	Limit           *string  // what takes something away, in words; nil if nothing does
	Doubts          []string // why there is no other answer than "perhaps"
}

// Walk implements wire.Shape.
func (v *Possibility) Walk(w wire.Walker) {
	w.Text("Answer", &v.Answer, nil)
	w.OptText("ExampleAction", &v.ExampleAction, nil)
	w.OptText("ExampleResource", &v.ExampleResource, nil)
	w.Texts("ContextKeys", &v.ContextKeys, nil)
	w.OptText("Limit", &v.Limit, nil)
	w.Texts("Doubts", &v.Doubts, nil)
}
