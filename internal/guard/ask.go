package guard

import (
	"fmt"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// Denied is a refusal with its reasons. The person refused is told what the dialect's words tell; Trace is for
// administrators and stays in the audit record.
type Denied struct {
	Principal    string // ARN of who asked
	Action       string
	Resource     string // as messages name it
	Decision     policy.Decision
	CrossAccount bool
	Quiet        bool // say nothing of the reason
	Outside      bool // an identity provider vouches for who asked; Principal is the provider
	Trace        *policy.Trace
}

// Error is the plain fact; dialects word it for their callers.
func (d *Denied) Error() string {
	return fmt.Sprintf("%s may not %s on %s", d.Principal, d.Action, d.Resource)
}

// Ask says whether the subject may do all it asks. It returns the decision that settled the matter: the first refusal, with a
// [*Denied] inside a fault of kind Denied, else the last permission. Asking for nothing is refused.
func (g *Guard) Ask(s *access.Subject, env *access.Environment, asks []access.Ask) (policy.Decision, error) {
	var last policy.Decision
	if len(asks) == 0 {
		return last, &fault.Error{Kind: fault.Internal, What: fault.Operation, Err: errNoAsk}
	}
	for i := range asks {
		last = s.Decide(&asks[i], env)
		if last.Verdict != policy.Allow {
			return last, refuse(s, env, &asks[i], last)
		}
	}
	return last, nil
}

var errNoAsk = fmt.Errorf("guard: an operation asked leave for nothing")

// refuse decides a second time with tracing on; a permission never pays for its explanation.
func refuse(s *access.Subject, env *access.Environment, a *access.Ask, d policy.Decision) error {
	return &fault.Error{Kind: fault.Denied, Err: &Denied{
		Principal: s.Principal.ARN, Action: a.Action, Resource: a.Named(), Decision: d,
		CrossAccount: s.CrossAccount(a), Quiet: a.Quiet, Outside: s.Outside != nil, Trace: s.Explain(a, env),
	}}
}
