package audit

import (
	"encoding/json"
	"time"

	"github.com/daypass/daypass/policy"
)

// Version is the CloudTrail record version whose fields an [Event] uses.
const Version = "1.11"

// Values of userIdentity.type that Daypass uses (CloudTrail User Guide, "userIdentity element").
const (
	TypeRoot            = "Root"
	TypeIAMUser         = "IAMUser"
	TypeAssumedRole     = "AssumedRole"
	TypeFederatedUser   = "FederatedUser"
	TypeWebIdentityUser = "WebIdentityUser"
	TypeSAMLUser        = "SAMLUser"
	TypeAWSAccount      = "AWSAccount"
	TypeUnknown         = "Unknown"
)

// Event is one recorded request. A zero text is left out, or written as null where CloudTrail writes null.
//
// Texts of more than [MaxText] bytes are cut when written; a record of more than [MaxBytes] loses its explanation first
// and its parameters next, and says so.
type Event struct {
	Identity Identity  `json:"userIdentity"`
	Time     time.Time `json:"eventTime"`       // written in UTC, whole seconds
	Source   string    `json:"eventSource"`     // "sts.amazonaws.com", "iam.amazonaws.com", "demo.daypass"
	Name     string    `json:"eventName"`       // the operation's wire name
	Region   string    `json:"awsRegion"`       // as the caller signed it
	SourceIP string    `json:"sourceIPAddress"` // socket peer

	UserAgent    string `json:"userAgent,omitempty"`
	ErrorCode    string `json:"errorCode,omitempty"`
	ErrorMessage string `json:"errorMessage,omitempty"`

	RequestParameters json.RawMessage `json:"requestParameters"` // one JSON value without sensitive fields; nil is null
	ResponseElements  json.RawMessage `json:"responseElements"`  // likewise
	Additional        Additional      `json:"additionalEventData"`

	RequestID        string `json:"requestID"` // what the client saw
	ID               string `json:"eventID"`   // unique to this event
	ReadOnly         bool   `json:"readOnly"`
	ManagementEvent  bool   `json:"managementEvent"` // false for calls a service asked about, such as the demo API
	RecipientAccount string `json:"recipientAccountId,omitempty"`
}

// Identity says who made the request.
type Identity struct {
	Type             string   `json:"type"`
	PrincipalID      string   `json:"principalId,omitempty"` // AIDA…, AROA…:session, or the account id
	ARN              string   `json:"arn,omitempty"`
	AccountID        string   `json:"accountId,omitempty"`
	AccessKeyID      string   `json:"accessKeyId,omitempty"`
	UserName         string   `json:"userName,omitempty"`
	IdentityProvider string   `json:"identityProvider,omitempty"` // web identity and SAML
	Session          *Session `json:"sessionContext,omitempty"`   // temporary credentials only
}

// Session describes the temporary credentials that were used.
type Session struct {
	Issuer         *Issuer    `json:"sessionIssuer,omitempty"`
	Attributes     Attributes `json:"attributes"`
	SourceIdentity string     `json:"sourceIdentity,omitempty"`
}

// Issuer is the role or user the temporary credentials were made from.
type Issuer struct {
	Type        string `json:"type"` // "Role" or "IAMUser"
	PrincipalID string `json:"principalId"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName"` // the role's or user's name
}

// Attributes are facts about the start of a session.
type Attributes struct {
	Created time.Time // zero = unknown
	MFA     bool
}

// Additional is what Daypass says beyond CloudTrail's fields.
type Additional struct {
	// Decision is nil when nothing was decided: the caller was not authenticated, or the operation asks no leave.
	Decision *Decision `json:"decision,omitempty"`
	// Explanation is set on denials.
	Explanation *policy.Trace `json:"explanation,omitempty"`
	// ExplanationOmitted says that there was an explanation and the record would have been too long with it.
	ExplanationOmitted bool `json:"explanationOmitted,omitempty"`

	// PolicyFindings are what lint found in policies that were to be saved: CODE@line:column, worst first, "+N" for those left out.
	PolicyFindings []string `json:"policyFindings,omitempty"`

	IssuedAccessKeyID string `json:"issuedAccessKeyId,omitempty"` // minting calls: the new credentials
	ParentAccessKeyID string `json:"parentAccessKeyId,omitempty"` // the credentials the session in use was minted with
	OriginAccessKeyID string `json:"originAccessKeyId,omitempty"` // the long-term key at the start of the chain
}

// Decision is what the policies said to a request.
type Decision struct {
	Verdict  policy.Verdict `json:"verdict"`
	Layer    policy.Layer   `json:"layer"` // which refused, or granted
	Action   string         `json:"action,omitempty"`
	Resource string         `json:"resource,omitempty"`
	Policies []Ground       `json:"policies,omitempty"` // those that decided; none when nothing matched
}

// Ground names the statement of a policy that decided.
type Ground struct {
	ID        string `json:"id"`   // ARN of a managed policy, name of an inline one
	Type      string `json:"type"` // as in policy.Source
	Statement int    `json:"statement"`
	Sid       string `json:"sid,omitempty"`
}

// Denied reports whether policies refused the request.
func (e *Event) Denied() bool {
	return e.Additional.Decision != nil && e.Additional.Decision.Verdict != policy.Allow
}
