package guard

import (
	"context"
	"strings"

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
	if o := c.Outside; o != nil {
		e.RecipientAccount = o.Account
		e.Identity = audit.Identity{Type: identityTypes[o.Type], PrincipalID: o.ID, UserName: o.Name, IdentityProvider: o.Provider}
		return
	}
	e.RecipientAccount = s.Principal.Account
	e.Identity = audit.Identity{
		Type: identityTypes[s.Principal.Type], PrincipalID: s.UserID, ARN: s.Principal.ARN, AccountID: s.Principal.Account,
		AccessKeyID: c.KeyID, UserName: s.UserName,
	}
	session := c.Session
	if session == nil {
		return
	}
	e.Identity.Session = &audit.Session{
		Issuer:         issuer(s),
		Attributes:     audit.Attributes{Created: session.Issued, MFA: !session.MFA.IsZero()},
		SourceIdentity: session.SourceIdentity,
	}
	e.Additional.ParentAccessKeyID = session.Parent
	if session.Parent == "" {
		e.Additional.ParentAccessKeyID = session.Origin.KeyID
	}
	e.Additional.OriginAccessKeyID = session.Origin.KeyID
	e.Identity.IdentityProvider = session.Origin.Provider
}

// identityTypes are the CloudTrail names of the kinds of callers.
var identityTypes = map[policy.PrincipalType]string{
	policy.Root: audit.TypeRoot, policy.User: audit.TypeIAMUser, policy.AssumedRole: audit.TypeAssumedRole,
	policy.FederatedUser: audit.TypeFederatedUser, policy.WebIdentity: audit.TypeWebIdentityUser, policy.SAML: audit.TypeSAMLUser,
}

// TypeOf is the CloudTrail name of the kind of caller that s is.
func TypeOf(s *access.Subject) string { return identityTypes[s.Principal.Type] }

// issuer is what the session in use was made from: nil when it is the caller itself, with other credentials.
func issuer(s *access.Subject) *audit.Issuer {
	p := &s.Principal
	switch p.Type {
	case policy.AssumedRole:
		return &audit.Issuer{Type: "Role", PrincipalID: p.RoleID, ARN: p.RoleARN, AccountID: p.Account, UserName: s.RoleName}
	case policy.FederatedUser:
		out := &audit.Issuer{Type: audit.TypeIAMUser, PrincipalID: p.IssuerID, ARN: p.IssuerARN, AccountID: p.Account}
		if p.IssuerID == "" {
			out.Type, out.PrincipalID = audit.TypeRoot, p.Account
		} else {
			out.UserName = p.IssuerARN[strings.LastIndexByte(p.IssuerARN, '/')+1:]
		}
		return out
	}
	return nil
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
