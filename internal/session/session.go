package session

import (
	"slices"
	"time"

	"github.com/daypass/daypass/internal/iam"
)

// Kind says whose session it is, and so by which operation it was made.
type Kind uint8

// The kinds of sessions. The zero value is a role's.
const (
	OfRole      Kind = iota // AssumeRole and its federated sisters
	OfUser                  // GetSessionToken: the user, or the account's root, by other credentials
	OfFederated             // GetFederationToken: somebody the user, or the root, vouches for
	OfRoot                  // AssumeRoot: the root of a member account, for one task
	OfDelegate              // GetDelegatedAccessToken: another account, on behalf of who approved its request; RoleID if that was a role
	kinds
)

// Session is what a set of temporary credentials stands for. It is immutable once issued.
type Session struct {
	Kind    Kind
	KeyID   string // temporary access key id, "ASIA…"
	Account string // account of the role, the user, or the root whose session this is
	RoleID  string // OfRole, OfDelegate: unique id of the role, so that a recreated namesake is another role
	Name    string // role session name, or the name of the federated user; OfRoot: the account that took the session

	Issued  time.Time // whole seconds, UTC
	Expires time.Time // whole seconds, UTC
	MFA     time.Time // when a second factor was shown for this session; zero = none was. Whole seconds, UTC

	SourceIdentity string
	Tags           []iam.Tag // session tags, inherited ones included
	Transitive     []string  // keys of Tags that the next role of a chain inherits

	Policy     string   // inline session policy as given; "" if none
	PolicyARNs []string // managed session policies; their default version counts at the time of use

	// Facts are what an identity provider said of the caller and later requests with this session are judged by as well: condition
	// keys such as "token.actions.githubusercontent.com:sub" or "saml:sub". They do not go on to the next role of a chain.
	Facts []Fact

	Via     []Link // the sessions before this one in the chain of roles
	Origin  Origin // whose long-term credential, or which identity provider, stands at the start
	Parent  string // access key id of the session that made this one; "" when a long-term key or an identity provider did
	Chained bool   // made with temporary credentials
}

// Fact is a condition key with its values.
type Fact struct {
	Name   string // as [policy.FoldKey] gives it; never below "aws:"
	Values []string
	Multi  bool // a key of several values, even if there is only one
}

// MaxFacts is how many facts of an identity provider may go on in a session; what they take up counts against its [Allotment].
const MaxFacts = 16

// Link is a role on the way to a session: the first session of it in the chain.
type Link struct {
	RoleID string
	Issued time.Time // whole seconds, UTC
}

// MaxLinks is how many different roles may stand in a chain before a session. Roles that take turns count once each.
const MaxLinks = 16

// Handed is the way of a session that s asks for: its own and s itself. Of a role that comes again the first session stays, so that
// nobody washes a revoked session clean by taking the role on again.
func (s *Session) Handed() []Link {
	if s.Kind != OfRole {
		return s.Via
	}
	for _, l := range s.Via {
		if l.RoleID == s.RoleID {
			return s.Via
		}
	}
	return append(slices.Clip(s.Via), Link{RoleID: s.RoleID, Issued: s.Issued})
}

// Origin is what a chain of sessions started from: a long-term credential, or an identity provider that vouched for the caller. A
// session lives only as long as it.
type Origin struct {
	Account  string
	UserID   string // "" for the account's root
	KeyID    string // long-term access key id
	Provider string // ARN of the identity provider; UserID and KeyID are then empty
}

// Provider is the identity provider that vouched for this very session, "" for none: a role that such a session goes on to is another
// matter (IAM User Guide, "aws:FederatedProvider").
func (s *Session) Provider() string {
	if s.Chained {
		return ""
	}
	return s.Origin.Provider
}

// Restricted says whether session policies limit this session.
func (s *Session) Restricted() bool { return s.Policy != "" || len(s.PolicyARNs) > 0 }

// Expired says whether the session's time is over at now.
func (s *Session) Expired(now time.Time) bool { return !now.Before(s.Expires) }

// Alive says whether the session is still honoured: its account, what it is a session of, its origin's account, and the origin's user
// and key or identity provider must exist and be active; the role's sessions of that age must not be revoked; and the same holds for
// every role on the way here. Of a session of a role it gives the role, of any other nil.
// Expiry is asked separately ([Session.Expired]) because callers are told so in other words.
func (s *Session) Alive(v *iam.View) (*iam.Role, bool) {
	if !v.Active(s.Account) || !s.Origin.alive(v, s.first()) {
		return nil, false
	}
	for _, l := range s.Via {
		r, ok := v.RoleByID(l.RoleID)
		if !ok || !v.Active(r.Account) || l.Issued.Before(r.RevokedBefore) {
			return nil, false
		}
	}
	switch s.Kind {
	case OfRole:
		role, ok := v.RoleByID(s.RoleID)
		if !ok || role.Account != s.Account || s.Issued.Before(role.RevokedBefore) {
			return nil, false
		}
		return role, true
	case OfDelegate:
		if s.RoleID == "" {
			return nil, s.Origin.KeyID != "" && s.Origin.Account == s.Account
		}
		role, ok := v.RoleByID(s.RoleID)
		if !ok || role.Account != s.Account || s.Issued.Before(role.RevokedBefore) {
			return nil, false
		}
		return role, true
	case OfUser, OfFederated:
		// These are the origin itself by other credentials.
		return nil, s.Origin.KeyID != "" && s.Origin.Account == s.Account
	case OfRoot:
		// As long as the account that took it may take another.
		manager, administrators, enabled := v.RootSessions(s.Account)
		return nil, enabled && (s.Name == manager || slices.Contains(administrators, s.Name))
	}
	return nil, false
}

// first is when the first session of the chain was made.
func (s *Session) first() time.Time {
	if len(s.Via) > 0 {
		return s.Via[0].Issued
	}
	return s.Issued
}

// alive says whether the origin is still there; since is when it gave its first session. A provider that was made anew after that is
// another one.
func (o *Origin) alive(v *iam.View, since time.Time) bool {
	if !v.Active(o.Account) {
		return false
	}
	if o.Provider != "" {
		born, ok := v.ProviderSince(o.Provider)
		return ok && !since.Before(born) && o.KeyID == "" && o.UserID == ""
	}
	key, ok := v.Key(o.KeyID)
	if !ok || !key.Active || key.Account != o.Account || key.User != o.UserID {
		return false
	}
	if o.UserID != "" {
		if _, ok := v.UserByID(o.UserID); !ok {
			return false
		}
	}
	return true
}
