package session

import (
	"slices"
	"time"

	"github.com/daypass/daypass/internal/iam"
)

// Session is what a set of temporary credentials stands for. It is immutable once issued.
type Session struct {
	KeyID   string // temporary access key id, "ASIA…"
	Account string // account of the role
	RoleID  string // unique id of the role, so that a recreated namesake is another role
	Name    string // role session name

	Issued  time.Time // whole seconds, UTC
	Expires time.Time // whole seconds, UTC

	SourceIdentity string
	Tags           []iam.Tag // session tags, inherited ones included
	Transitive     []string  // keys of Tags that the next role of a chain inherits

	Policy     string   // inline session policy as given; "" if none
	PolicyARNs []string // managed session policies; their default version counts at the time of use

	Via     []Link // the sessions before this one in the chain of roles
	Origin  Origin // whose long-term credential stands at the start
	Parent  string // access key id of the session that assumed this role; "" when a long-term key did
	Chained bool   // made with temporary credentials
}

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
	for _, l := range s.Via {
		if l.RoleID == s.RoleID {
			return s.Via
		}
	}
	return append(slices.Clip(s.Via), Link{RoleID: s.RoleID, Issued: s.Issued})
}

// Origin is the long-term credential from which a chain of sessions started. A session lives only as long as it.
type Origin struct {
	Account string
	UserID  string // "" for the account's root
	KeyID   string // long-term access key id
}

// Restricted says whether session policies limit this session.
func (s *Session) Restricted() bool { return s.Policy != "" || len(s.PolicyARNs) > 0 }

// Expired says whether the session's time is over at now.
func (s *Session) Expired(now time.Time) bool { return !now.Before(s.Expires) }

// Alive finds the session's role in the state and says whether the session is still honoured: its account, its role,
// its origin's account, user and key must exist and be active, and the role's sessions of that age must not be revoked; and the same
// holds for every role on the way here.
// Expiry is asked separately ([Session.Expired]) because callers are told so in other words.
func (s *Session) Alive(v *iam.View) (*iam.Role, bool) {
	if !v.Active(s.Account) || !v.Active(s.Origin.Account) {
		return nil, false
	}
	role, ok := v.RoleByID(s.RoleID)
	if !ok || role.Account != s.Account || s.Issued.Before(role.RevokedBefore) {
		return nil, false
	}
	for _, l := range s.Via {
		r, ok := v.RoleByID(l.RoleID)
		if !ok || !v.Active(r.Account) || l.Issued.Before(r.RevokedBefore) {
			return nil, false
		}
	}
	key, ok := v.Key(s.Origin.KeyID)
	if !ok || !key.Active || key.Account != s.Origin.Account || key.User != s.Origin.UserID {
		return nil, false
	}
	if s.Origin.UserID != "" {
		if _, ok := v.UserByID(s.Origin.UserID); !ok {
			return nil, false
		}
	}
	return role, true
}
