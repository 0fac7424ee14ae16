package policy

// Trace is a decision with everything that led to it. It is what is stored
// with an access denial and shown to administrators; it holds the values of
// the request's condition keys that were asked for.
type Trace struct {
	Decision Decision     `json:"decision"`
	Layers   []LayerTrace `json:"layers"`
}

// LayerTrace tells how one layer saw the request. SCP and RCP have one
// LayerTrace per level.
type LayerTrace struct {
	Layer Layer `json:"layer"`
	Level int   `json:"level,omitempty"` // of SCP and RCP: 0 is the organization's root
	// Outcome of this layer alone. A layer that does not allow need not decide:
	// a grant may bypass it.
	Outcome  Verdict       `json:"outcome"`
	Policies []PolicyTrace `json:"policies,omitempty"`
	// Note says why the layer allows without any statement ("root user").
	Note string `json:"note,omitempty"`
}

// PolicyTrace tells how one policy saw the request.
type PolicyTrace struct {
	Source     string           `json:"source"`
	Type       string           `json:"type"`
	Statements []StatementTrace `json:"statements"`
}

// StatementTrace tells whether a statement matched and, if not, everything that failed.
type StatementTrace struct {
	Index   int    `json:"index"`
	Sid     string `json:"sid,omitempty"`
	Effect  Effect `json:"effect"`
	Pos     Pos    `json:"pos"`
	End     Pos    `json:"end"`
	Matched bool   `json:"matched"`
	// Grant is set for a matching Allow of a resource policy: how it names the
	// caller, and so which other layers still limit it.
	Grant  string        `json:"grant,omitempty"`
	Failed []ElementMiss `json:"failed,omitempty"`
	// Met are the conditions of a statement that matches: what made it.
	Met []ConditionMet `json:"met,omitempty"`
}

// ConditionMet is a condition that holds, with both sides of it.
type ConditionMet struct {
	Operator string   `json:"operator"` // as the document writes it
	Key      string   `json:"key"`      // as the document writes it
	Policy   []string `json:"policy"`
	Request  []string `json:"request,omitempty"`
	Absent   bool     `json:"absent,omitempty"` // the request does not have the key
}

// ElementMiss is one element of a statement that the request does not meet.
type ElementMiss struct {
	// Element is Principal, NotPrincipal, Action, NotAction, Resource, NotResource or Condition; or Scope, of a policy that is
	// attached in another one than the request's.
	Element  string `json:"element"`
	Pos      Pos    `json:"pos"`
	Operator string `json:"operator,omitempty"` // Condition: as the document writes it
	Key      string `json:"key,omitempty"`      // Condition: as the document writes it
	// Policy holds what the element lists, Request what the request has.
	Policy  []string `json:"policy"`
	Request []string `json:"request,omitempty"`
	Absent  bool     `json:"absent,omitempty"` // Condition: the request does not have the key
	Note    string   `json:"note,omitempty"`   // a reason that the values alone do not show
	// Near ranks how close the miss is: 0 has nothing in common, 100 would be a match.
	Near int `json:"near"`
}

// NearMiss is an Allow statement that would have helped, and what kept it from matching.
type NearMiss struct {
	Layer     Layer         `json:"layer"`
	Source    string        `json:"source"`
	Type      string        `json:"type"`
	Statement int           `json:"statement"`
	Sid       string        `json:"sid,omitempty"`
	Pos       Pos           `json:"pos"`
	Failed    []ElementMiss `json:"failed"`
	// Near is 0…100: the closeness of the whole statement.
	Near int `json:"near"`
}
