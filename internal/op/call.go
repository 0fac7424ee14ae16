package op

import (
	"context"
	"io"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/internal/wire"
	"github.com/daypass/daypass/policy"
)

// Core is what operations reach beyond the state: the same for all calls of a server.
type Core struct {
	Guard  *guard.Guard
	Random io.Reader // cryptographic and safe for concurrent use
	Quotas iam.Quotas
	// KeyUse says when a long-term key was last used.
	KeyUse func(keyID string) (use usage.Use, ok bool)
	// Update changes the state; c says who and why.
	Update func(ctx context.Context, c *Call, fn func(*iam.Tx) error) error
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
	Caller    *guard.Caller
	Subject   *access.Subject // the caller as policies see it in View
	View      *iam.View

	// Decode fills an input and reports every violation in one error.
	Decode func(wire.Shape) error

	// What the steps leave behind for the record.
	Input    wire.Shape // nil until decoded
	Asked    []access.Ask
	Decision policy.Decision
	Issued   string // access key id of credentials this call made
}

// Account is the caller's account: the one IAM operations act on.
func (c *Call) Account() string { return c.Subject.Principal.Account }
