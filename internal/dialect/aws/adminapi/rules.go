package adminapi

import "github.com/daypass/daypass/internal/wire"

// The rules of the shapes. They never change; a pattern compiles itself at its first use.
var (
	ruleAccountId       = wire.Rule{Size: &wire.Range{Min: 12, Max: 12}, Pattern: &wire.Pattern{Source: `[0-9]*`}}
	ruleAccountName     = wire.Rule{Size: &wire.Range{Min: 1, Max: 64}, Pattern: &wire.Pattern{Source: `[\w+=,.@ -]*`}}
	ruleActionName      = wire.Rule{Size: &wire.Range{Min: 3, Max: 128}}
	ruleCloud           = wire.Rule{Enum: []string{CloudAWS}}
	ruleContextEntries  = wire.Rule{Size: &wire.Range{Max: 200}}
	ruleContextKeyName  = wire.Rule{Size: &wire.Range{Min: 5, Max: 256}}
	ruleMarker          = wire.Rule{Size: &wire.Range{Min: 1, Max: 1024}, Pattern: &wire.Pattern{Source: `[\x20-\x7E]*`}}
	ruleMaxItems        = wire.Rule{Size: &wire.Range{Min: 1, Max: 1000}}
	rulePattern         = wire.Rule{Size: &wire.Range{Min: 1, Max: 128}}
	ruleRequestId       = wire.Rule{Size: &wire.Range{Min: 1, Max: 128}, Pattern: &wire.Pattern{Source: `[\w-]*`}}
	ruleResourceName    = wire.Rule{Size: &wire.Range{Min: 1, Max: 2048}}
	ruleRoleName        = wire.Rule{Size: &wire.Range{Min: 1, Max: 64}, Pattern: &wire.Pattern{Source: `[\w+=,.@-]*`}}
	ruleSecretAccessKey = wire.Rule{Sensitive: true}
	ruleUserName        = wire.Rule{Size: &wire.Range{Min: 1, Max: 64}, Pattern: &wire.Pattern{Source: `[\w+=,.@-]*`}}
)

// CloudAWS is the only value of CreateAccountInput.Cloud so far.
const CloudAWS = "aws"

// Values of Account.State.
const (
	StateActive    = "Active"
	StateSuspended = "Suspended"
)

// Values of Key.State: published but not yet sealing, sealing, opening only, no longer used.
const (
	StatePending = "Pending"
	StatePrimary = "Primary"
	StateOpening = "Opening"
	StateRetired = "Retired"
)

// Values of PrincipalFinding.Answer.
const (
	AnswerAllowed = "allowed"
	AnswerDepends = "dependsOn"
)

// Values of Possibility.Answer. [AnswerPerhaps] is neither shown nor ruled out, and counts as possible.
const (
	AnswerAlways    = "always"
	AnswerSometimes = "sometimes"
	AnswerNever     = "never"
	AnswerPerhaps   = "perhaps"
)

// Values of ExplainOutput.Decision, the words of the EvalDecision field of iam:SimulatePrincipalPolicy.
const (
	DecisionAllowed      = "allowed"
	DecisionExplicitDeny = "explicitDeny"
	DecisionImplicitDeny = "implicitDeny"
)
