package adminapi

import (
	"time"

	"github.com/daypass/daypass/internal/wire"
)

// ExplainInput is the input of Explain.
type ExplainInput struct{ RequestId string }

// Walk implements wire.Shape.
func (v *ExplainInput) Walk(w wire.Walker) { w.Text("RequestId", &v.RequestId, &ruleRequestId) }

// ExplainOutput is the output of Explain.
type ExplainOutput struct {
	EventTime    time.Time
	PrincipalArn string
	Action       string
	Resource     string
	Decision     string  // "allowed", "explicitDeny" or "implicitDeny"
	ErrorMessage *string // what the client was told; nil when it was told nothing
	Explanation  *string // JSON of a policy.Trace; nil when none was kept
}

// Walk implements wire.Shape.
func (v *ExplainOutput) Walk(w wire.Walker) {
	w.Time("EventTime", &v.EventTime, nil)
	w.Text("PrincipalArn", &v.PrincipalArn, nil)
	w.Text("Action", &v.Action, nil)
	w.Text("Resource", &v.Resource, nil)
	w.Text("Decision", &v.Decision, nil)
	w.OptText("ErrorMessage", &v.ErrorMessage, nil)
	w.OptText("Explanation", &v.Explanation, nil)
}
