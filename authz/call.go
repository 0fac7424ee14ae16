package authz

import (
	"context"
	"time"

	"github.com/daypass/daypass/policy"
)

// MaxChecks is the most checks one [Call] may hold.
const MaxChecks = 1000

// An Authorizer says who sent a request and what they may do.
type Authorizer interface {
	// Authorize answers the call. Its error means that there is no answer; a client's bad credentials are no error but
	// a [Result] that is not authenticated.
	Authorize(ctx context.Context, call *Call) (*Result, error)
}

// Call is one question.
type Call struct {
	Profile string  `json:"profile"` // the service's name at the authorizer, which pins the signing scope
	Request Request `json:"request"`
	Checks  []Check `json:"checks"` // 1 to [MaxChecks]
	Explain bool    `json:"explain"`
}

// Request is what a signature covers, as it came over the wire.
type Request struct {
	Method     string      `json:"method"`
	Scheme     string      `json:"scheme"` // "http" or "https"
	Host       string      `json:"host"`   // with the port when the client sent one
	Target     string      `json:"target"` // raw path and query, nothing decoded or cleaned
	Headers    [][2]string `json:"headers"`
	BodySHA256 string      `json:"body_sha256,omitempty"` // 64 lower-case hex digits; "" when the body was not read
	SourceIP   string      `json:"source_ip,omitempty"`   // socket peer, without port and zone; "" for a unix socket
	TLSVersion string      `json:"tls_version,omitempty"` // "1.2", "1.3"; "" without TLS
}

// Check asks leave for one action on one resource.
type Check struct {
	Action   string `json:"action"`   // "orders:Update"
	Resource string `json:"resource"` // "arn:aws:orders::111122223333:order/12"
	// Context holds condition keys of the service's own, under its own prefix ("orders:Amount"). They are facts the
	// service vouches for: never copy a client's header or parameter names into it. Keys that the authorizer sets
	// itself (aws:…, sts:… and so on) cannot be replaced.
	Context map[string][]string `json:"context,omitempty"`
}

// Result is the answer to a [Call].
type Result struct {
	Authenticated bool       `json:"authenticated"`
	Principal     *Principal `json:"principal,omitempty"` // set when authenticated
	Decisions     []Decision `json:"decisions,omitempty"` // one for each check, in order
	Payload       Payload    `json:"payload,omitzero"`
	DecisionID    string     `json:"decision_id,omitempty"` // what the client sees as request id and "daypass explain" takes
	Cache         Cache      `json:"cache,omitzero"`
	Error         *Failure   `json:"error,omitempty"` // set when not authenticated
}

// Principal is who sent a request.
type Principal struct {
	ARN            string            `json:"arn"`
	Account        string            `json:"account"`
	Type           string            `json:"type"` // "IAMUser", "AssumedRole", "FederatedUser", "Root"
	RoleARN        string            `json:"role_arn,omitempty"`
	SessionName    string            `json:"session_name,omitempty"`
	SourceIdentity string            `json:"source_identity,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
	MFA            bool              `json:"mfa"`
	Expires        time.Time         `json:"expires,omitzero"` // zero for long-term credentials
}

// Verdicts of a [Decision]. Every other text denies.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Decision is the answer to one [Check].
type Decision struct {
	Verdict string `json:"decision"`          // [Allow] or [Deny]
	Reason  string `json:"reason,omitempty"`  // "explicit" or "implicit", of a denial
	Message string `json:"message,omitempty"` // for the client
	// EncodedMessage has the reasons of a denial, sealed: the client may have it, and only administrators can have it decoded
	// (sts:DecodeAuthorizationMessage). One denial of a call has it at most.
	EncodedMessage string        `json:"encoded_message,omitempty"`
	Matched        []Match       `json:"matched"`               // the statements that decided
	Explanation    *policy.Trace `json:"explanation,omitempty"` // on denials, when the call asks for it. For administrators
}

// Match names a statement of a policy.
type Match struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Statement int    `json:"statement"`
	Sid       string `json:"sid,omitempty"`
}

// Modes of a [Payload].
const (
	PayloadHash     = "hash"     // the signature covers the body's hash
	PayloadUnsigned = "unsigned" // the signature does not cover the body, and the profile permits that
)

// Payload says what the signature says about the body, so that the service can check what the authorizer did not see.
type Payload struct {
	Mode   string `json:"mode,omitempty"`
	SHA256 string `json:"sha256,omitempty"` // mode hash
}

// Cache says how long the answer holds.
type Cache struct {
	TTL  int      `json:"ttl"` // seconds
	Vary []string `json:"vary,omitempty"`
}

// Failure says why a request is not authenticated.
type Failure struct {
	Code    string `json:"code"`
	Status  int    `json:"http"` // what a cloud's own API would answer
	Message string `json:"message"`
}

// principalKey is the context key of the principal.
type principalKey struct{}

// FromContext returns who sent the request that ctx belongs to. It is false outside of a [Middleware].
func FromContext(ctx context.Context) (*Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(*Principal)
	return p, ok
}
