package policy

import "fmt"

// Verdict is the outcome of a decision. The zero value denies.
type Verdict uint8

// The verdicts, in the words of the policy simulator.
const (
	ImplicitDeny Verdict = iota // nothing allows, or a limiting layer does not
	ExplicitDeny                // a Deny statement matches
	Allow
)

var verdictWords = [...]string{"implicitDeny", "explicitDeny", "allowed"}

// String returns the word of the EvalDecision field of iam:SimulatePrincipalPolicy.
func (v Verdict) String() string { return word(verdictWords[:], uint8(v), "verdict") }

// MarshalText implements encoding.TextMarshaler.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown word is an error.
func (v *Verdict) UnmarshalText(b []byte) error {
	i, err := fromWord(verdictWords[:], b, "verdict")
	*v = Verdict(i)
	return err
}

// Layer is a kind of policy that takes part in a decision.
type Layer uint8

// The layers. The zero value is the layer that grants in the ordinary case.
const (
	LayerIdentity Layer = iota
	LayerResource
	LayerBoundary
	LayerSession
	LayerSCP
	LayerRCP
	LayerEndpoint
	LayerTrust  // the resource policy when it is a role's trust policy
	LayerScoped // identity policies that count in the request's scope only: a resource group, a project
)

var layerWords = [...]string{
	"identity-based policy", "resource-based policy", "permissions boundary", "session policy",
	"service control policy", "resource control policy", "VPC endpoint policy", "role trust policy",
	"identity-based policy of the scope",
}

// String names the layer as access denied messages do ("Troubleshoot access
// denied error messages", IAM User Guide).
func (l Layer) String() string { return word(layerWords[:], uint8(l), "layer") }

// MarshalText implements encoding.TextMarshaler.
func (l Layer) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown word is an error.
func (l *Layer) UnmarshalText(b []byte) error {
	i, err := fromWord(layerWords[:], b, "layer")
	*l = Layer(i)
	return err
}

// Effect of a statement.
type Effect uint8

// The effects. Their zero value denies, like that of Verdict.
const (
	EffectDeny Effect = iota
	EffectAllow
)

var effectWords = [...]string{"Deny", "Allow"}

// String returns the word a document uses.
func (e Effect) String() string { return word(effectWords[:], uint8(e), "effect") }

// MarshalText implements encoding.TextMarshaler.
func (e Effect) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; an unknown word is an error.
func (e *Effect) UnmarshalText(b []byte) error {
	i, err := fromWord(effectWords[:], b, "effect")
	*e = Effect(i)
	return err
}

// Decision is the answer to one request. The zero Decision is an implicit
// denial by the identity layer.
type Decision struct {
	Verdict Verdict `json:"verdict"`
	// Layer refused, or granted.
	Layer Layer `json:"layer"`
	// Source and SourceType name the policy of the deciding statement: the
	// matching Deny, or the first statement that granted. Both are empty for an
	// implicit denial and for a root user, whom no statement has to grant.
	Source     string `json:"source,omitempty"`
	SourceType string `json:"sourceType,omitempty"`
	// Statement is the index of the deciding statement in its document, -1 if none decided.
	Statement int    `json:"statement"`
	Sid       string `json:"sid,omitempty"`
	Pos       Pos    `json:"pos,omitzero"` // first character of the statement
	End       Pos    `json:"end,omitzero"` // just past its last character
}

// Allowed reports whether the request may go ahead.
func (d Decision) Allowed() bool { return d.Verdict == Allow }

// Reason words a denial as AWS does, from "because" or "with" to the end of
// the sentence; it is empty for a request that was allowed. ("Troubleshoot
// access denied error messages", IAM User Guide.) For the words of other clouds:
// Grammar.Denial.
func (d Decision) Reason(action string) string {
	return awsWords.reason(d, action)
}

func word(words []string, i uint8, what string) string {
	if int(i) < len(words) {
		return words[i]
	}
	return fmt.Sprintf("%s(%d)", what, i)
}

func fromWord(words []string, b []byte, what string) (uint8, error) {
	for i, w := range words {
		if w == string(b) {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("policy: no %s %q", what, b)
}
