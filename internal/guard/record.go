package guard

import (
	"context"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/policy"
)

// Record writes the one event of a request. It is called before the reply; an error means that the caller must be refused.
func (g *Guard) Record(ctx context.Context, e *audit.Event) error {
	err := g.Audit.Write(ctx, e)
	g.unrecorded.Store(err != nil)
	return err
}

// Recording says whether the last record could be written. While it could not, nothing is changed: a change that cannot go on record
// must not be made first. The refusal itself is recorded, or tried to be, and so finds out when writing works again.
func (g *Guard) Recording() bool { return !g.unrecorded.Load() }

// Describe puts who asked into an event.
func Describe(e *audit.Event, c *Caller, s *access.Subject) {
	e.RecipientAccount = s.Principal.Account
	e.Identity = audit.Identity{
		Type: audit.TypeIAMUser, PrincipalID: s.UserID, ARN: s.Principal.ARN, AccountID: s.Principal.Account,
		AccessKeyID: c.KeyID, UserName: s.UserName,
	}
	if s.Principal.Type == policy.Root {
		e.Identity.Type = audit.TypeRoot
	}
	session := c.Session
	if session == nil {
		return
	}
	e.Identity.Type = audit.TypeAssumedRole
	e.Identity.Session = &audit.Session{
		Issuer: &audit.Issuer{Type: "Role", PrincipalID: s.Principal.RoleID, ARN: s.Principal.RoleARN,
			AccountID: s.Principal.Account, UserName: s.RoleName},
		Attributes:     audit.Attributes{Created: session.Issued},
		SourceIdentity: session.SourceIdentity,
	}
	e.Additional.ParentAccessKeyID = session.Parent
	if session.Parent == "" {
		e.Additional.ParentAccessKeyID = session.Origin.KeyID
	}
	e.Additional.OriginAccessKeyID = session.Origin.KeyID
}

// Decided puts into an event what was asked and what the policies said. denied is nil when leave was given.
func Decided(e *audit.Event, asks []access.Ask, d policy.Decision, denied *Denied) {
	last := &asks[len(asks)-1]
	out := &audit.Decision{Verdict: d.Verdict, Layer: d.Layer, Action: last.Action, Resource: last.Resource}
	if denied != nil {
		out.Action, out.Resource = denied.Action, denied.Resource
		e.Additional.Explanation = denied.Trace
	}
	if d.Source != "" {
		out.Policies = []audit.Ground{{ID: d.Source, Type: d.SourceType, Statement: d.Statement, Sid: d.Sid}}
	}
	e.Additional.Decision = out
}
