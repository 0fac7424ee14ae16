package access

import (
	"slices"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Subject is a caller as policies see it in one View.
type Subject struct {
	Principal policy.Principal

	// UserID is aws:userid and the UserId of GetCallerIdentity: "AIDA…", "AROA…:session", or the account id for its root.
	UserID string
	// UserName is aws:username; only IAM users have one.
	UserName string
	// RoleName is the name of the role of a session.
	RoleName string
	// Issuer is the ARN policies compare aws:PrincipalArn with: for a role session the role's, else the caller's own.
	Issuer string
	// Session is nil for long-term credentials.
	Session *session.Session

	identity   []policy.Source
	boundary   *policy.Source
	session    []policy.Source
	restricted bool
	tags       []iam.Tag // of the user or role; a session's own tags stand in Session and win
}

// Root is the root of an account.
func Root(account string) *Subject {
	name := arn.Root(account)
	return &Subject{
		Principal: policy.Principal{Type: policy.Root, ARN: name, Account: account, ID: account},
		UserID:    account,
		Issuer:    name,
	}
}

// User is an IAM user calling with a long-term key.
func User(v *iam.View, u *iam.User) *Subject {
	name := arn.User(u.Account, u.Path, u.Name)
	return &Subject{
		Principal: policy.Principal{Type: policy.User, ARN: name, Account: u.Account, ID: u.ID},
		UserID:    u.ID,
		UserName:  u.Name,
		Issuer:    name,
		identity:  v.IdentityPolicies(u),
		boundary:  v.Boundary(u.Boundary),
		tags:      u.Tags,
	}
}

// RoleSession is a session of a role. A session policy that can not be read any more grants nothing.
func RoleSession(v *iam.View, r *iam.Role, s *session.Session) *Subject {
	issuer := arn.Role(r.Account, r.Path, r.Name)
	sub := &Subject{
		Principal: policy.Principal{
			Type: policy.AssumedRole, ARN: arn.AssumedRole(r.Account, r.Name, s.Name), Account: r.Account,
			RoleARN: issuer, RoleID: r.ID, SessionName: s.Name,
		},
		UserID:     r.ID + ":" + s.Name,
		RoleName:   r.Name,
		Issuer:     issuer,
		Session:    s,
		identity:   v.RolePolicies(r),
		boundary:   v.Boundary(r.Boundary),
		restricted: s.Restricted(),
		tags:       r.Tags,
	}
	if sub.restricted {
		sub.session = sessionPolicies(v, s)
	}
	return sub
}

func sessionPolicies(v *iam.View, s *session.Session) []policy.Source {
	var list []policy.Source
	if s.Policy != "" {
		if d, err := policy.Parse(policy.AWS(), policy.Session, []byte(s.Policy)); err == nil {
			list = append(list, policy.Source{ID: "session policy", Type: "session", Policy: d.Compile()})
		}
	}
	for _, name := range s.PolicyARNs {
		list = append(list, *v.Managed(name))
	}
	return list
}

// Layers gathers the policies that apply to the caller asking a.
func (s *Subject) layers(a *Ask) policy.Layers {
	return policy.Layers{
		Resource: a.Policy, Kind: a.Kind,
		Boundary: s.boundary,
		Session:  s.session, HasSession: s.restricted,
		Identity: s.identity,
	}
}

// Decide says whether the caller may do what it asks.
func (s *Subject) Decide(a *Ask, env *Environment) policy.Decision {
	layers := s.layers(a)
	return policy.Decide(&layers, s.request(a, env))
}

// Explain decides again and keeps the reasons.
func (s *Subject) Explain(a *Ask, env *Environment) *policy.Trace {
	layers := s.layers(a)
	return policy.Explain(&layers, s.request(a, env))
}

func (s *Subject) request(a *Ask, env *Environment) *policy.Request {
	return &policy.Request{
		Principal: &s.Principal, Action: a.Action, Resource: a.Resource, ResourceAccount: s.owner(a),
		Keys: &keys{subject: s, ask: a, env: env},
	}
}

// owner is the account of the asked resource.
func (s *Subject) owner(a *Ask) string {
	if a.Account != "" {
		return a.Account
	}
	return s.Principal.Account
}

// CrossAccount says whether the asked resource belongs to another account than the caller.
func (s *Subject) CrossAccount(a *Ask) bool { return s.owner(a) != s.Principal.Account }

// Tag finds a principal tag by its key, without regard to case: a session's tag before the user's or role's own.
func (s *Subject) Tag(key string) (string, bool) {
	if s.Session != nil {
		if v, ok := iam.TagValue(s.Session.Tags, key); ok {
			return v, true
		}
	}
	return iam.TagValue(s.tags, key)
}

// Tags lists the principal's tags: a session's own, then those of the user or role that no session tag replaces.
func (s *Subject) Tags() []iam.Tag {
	if s.Session == nil {
		return s.tags
	}
	list := slices.Clone(s.Session.Tags)
	for _, t := range s.tags {
		if _, ok := iam.TagValue(list, t.Key); !ok {
			list = append(list, t)
		}
	}
	return list
}
