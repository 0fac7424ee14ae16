package op

import (
	"context"
	"io"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/federate/oidc"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
	"github.com/daypass/daypass/internal/report"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/internal/wire"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/lint"
)

// Core is what operations reach beyond the state: the same for all calls of a server.
type Core struct {
	Guard  *guard.Guard
	Random io.Reader // cryptographic and safe for concurrent use
	Quotas iam.Quotas
	// Issuers signs the identity tokens of accounts.
	Issuers *issuer.Signer
	// Passwords hashes and checks passwords, a bounded number at a time.
	Passwords *credential.Hasher
	// Accesses says who last used what; nil remembers nothing.
	Accesses *usage.Accesses
	// Reports holds what was ordered and is fetched later.
	Reports *report.Desk
	// KeyUse says when a long-term key was last used.
	KeyUse func(keyID string) (use usage.Use, ok bool)
	// Latest is the state as it is now, for operations that waited for somebody else since their call took its View.
	Latest func() *iam.View
	// Update changes the state; c says who and why.
	Update func(ctx context.Context, c *Call, fn func(*iam.Tx) error) error
	// WebIdentity verifies outside ID tokens; nil where none are taken.
	WebIdentity *oidc.Verifier
	// SAML is what assertions have to be for; the zero value is what AWS demands.
	SAML saml.Here
	// PolicyLint says what becomes of what is doubtful in policies that calls save.
	PolicyLint iam.PolicyLint
	// Explain finds the recorded explanation of a denial by its request id; nil when nothing keeps them.
	Explain audit.Finder
}

// Call is one request on its way through the steps.
type Call struct {
	*Core
	Context   context.Context
	ID        string // request id
	Service   string // "iam"
	Operation string // "CreateUser"
	Now       time.Time
	Env       access.Environment
	Caller    *guard.Caller   // nil while an unsigned call has not proved who it is
	Subject   *access.Subject // the caller as policies see it in View; nil with Caller
	View      *iam.View

	// Decode fills an input and reports every violation in one error.
	Decode func(wire.Shape) error

	// What the steps leave behind for the record.
	Input    wire.Shape // nil until decoded
	Asked    []access.Ask
	Decision policy.Decision
	Findings []lint.Finding // in the policies that the call brought to be saved
	Issued   string         // access key id of credentials this call made
}

// Account is the caller's account: the one IAM operations act on.
// An outside identity has none.
func (c *Call) Account() string { return c.Subject.Principal.Account }
