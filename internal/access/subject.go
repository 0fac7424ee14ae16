package access

import (
	"slices"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Subject is a caller as policies see it in one View.
type Subject struct {
	Principal policy.Principal

	// UserID is aws:userid and the UserId of GetCallerIdentity: "AIDA…", "AROA…:session", "ACCOUNT:name" for a federated user, or the
	// account id for its root. An outside identity has none.
	UserID string
	// UserName is aws:username; only IAM users have one.
	UserName string
	// RoleName is the name of the role of a session.
	RoleName string
	// Issuer is the ARN policies compare aws:PrincipalArn with: for a role session the role's, else the caller's own. An outside identity
	// has none.
	Issuer string
	// Session is nil for long-term credentials.
	Session *session.Session
	// Outside is somebody an identity provider vouches for and who has no session yet; nil for everybody else.
	Outside *Outsider
	// MFA is when the caller showed a second factor: for its session, or for this very call ([Subject.WithMFA]). Zero = never.
	MFA time.Time

	identity   *policy.Set
	boundary   *policy.Source
	session    *policy.Set
	restricted bool      // the session policies must allow as well
	view       *iam.View // where the control policies of organizations are found
	tags       []iam.Tag // of the user or role; a session's own tags stand in Session and win
}

// Root is the root of an account.
func Root(v *iam.View, account string) *Subject {
	name := arn.Root(account)
	return &Subject{
		Principal: policy.Principal{Type: policy.Root, ARN: name, Account: account, ID: account},
		UserID:    account,
		Issuer:    name,
		view:      v,
	}
}

// Actor is the unique id of the user or role that a use is put down to: for a session of a user, and for somebody whom a user vouches for,
// that user. Nobody's, such as a root's, is "".
func (s *Subject) Actor() string {
	switch s.Principal.Type {
	case policy.User:
		return s.Principal.ID
	case policy.AssumedRole:
		return s.Principal.RoleID
	case policy.FederatedUser:
		if s.Principal.IssuerID != s.Principal.Account {
			return s.Principal.IssuerID
		}
	}
	return ""
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
		view:      v,
	}
}

// Of is the holder of a session. ok is false when v does not honour the session any more.
func Of(v *iam.View, s *session.Session) (sub *Subject, ok bool) {
	role, ok := s.Alive(v)
	if !ok {
		return nil, false
	}
	switch s.Kind {
	case session.OfRole:
		return RoleSession(v, role, s), true
	case session.OfDelegate:
		if role != nil {
			// It has no permission of its own: a policy that is missing or can not be read grants nothing.
			sub = RoleSession(v, role, s)
			sub.restricted, sub.session = true, sessionPolicies(v, s)
			return sub, true
		}
		if s.Origin.UserID == "" {
			return limitedRoot(v, s), true
		}
	case session.OfRoot:
		return limitedRoot(v, s), true
	}
	maker := Root(v, s.Account)
	if s.Origin.UserID != "" {
		u, found := v.UserByID(s.Origin.UserID)
		if !found {
			return nil, false
		}
		maker = User(v, u)
	}
	if s.Kind == session.OfFederated || s.Kind == session.OfDelegate {
		return federated(v, maker, s), true
	}
	maker.Session, maker.MFA = s, s.MFA
	return maker, true
}

// limitedRoot is an account's root for one purpose. What that is stands in the session's policies; a session without any is for nothing.
func limitedRoot(v *iam.View, s *session.Session) *Subject {
	sub := Root(v, s.Account)
	sub.Session = s
	sub.restricted, sub.session = true, sessionPolicies(v, s)
	return sub
}

// federated is somebody whom maker, a user or root, vouches for: at most what maker may do, and only what the session policies allow.
func federated(v *iam.View, maker *Subject, s *session.Session) *Subject {
	name := arn.FederatedUser(s.Account, s.Name)
	return &Subject{
		Principal: policy.Principal{
			Type: policy.FederatedUser, ARN: name, Account: s.Account,
			IssuerARN: maker.Principal.ARN, IssuerID: maker.Principal.ID,
		},
		UserID:  s.Account + ":" + s.Name,
		Issuer:  name,
		Session: s,

		identity: maker.identity, boundary: maker.boundary, tags: maker.tags,
		session: sessionPolicies(v, s), restricted: true, view: v,
	}
}

// RoleSession is a session of a role. A session policy that can not be read any more grants nothing.
func RoleSession(v *iam.View, r *iam.Role, s *session.Session) *Subject {
	issuer := arn.Role(r.Account, r.Path, r.Name)
	sub := &Subject{
		Principal: policy.Principal{
			Type: policy.AssumedRole, ARN: arn.AssumedRole(r.Account, r.Name, s.Name), Account: r.Account,
			RoleARN: issuer, RoleID: r.ID, SessionName: s.Name, ServiceLinked: r.ServiceLinked(),
		},
		UserID:     r.ID + ":" + s.Name,
		RoleName:   r.Name,
		Issuer:     issuer,
		Session:    s,
		identity:   v.RolePolicies(r),
		boundary:   v.Boundary(r.Boundary),
		restricted: s.Restricted(),
		tags:       r.Tags,
		view:       v,
	}
	if sub.restricted {
		sub.session = sessionPolicies(v, s)
	}
	return sub
}

// WithMFA is the caller in a call that showed a second factor itself. Only that call sees it: no session carries it on.
func (s *Subject) WithMFA(at time.Time) *Subject {
	c := *s
	c.MFA = at
	return &c
}

func sessionPolicies(v *iam.View, s *session.Session) *policy.Set {
	var list []policy.Source
	if s.Policy != "" {
		if d, err := policy.Parse(policy.AWS(), policy.Session, []byte(s.Policy)); err == nil {
			list = append(list, policy.Source{ID: "session policy", Type: "session", Policy: d.Compile()})
		}
	}
	for _, name := range s.PolicyARNs {
		list = append(list, *v.Managed(name))
	}
	return policy.NewSet(list...)
}

// Layers gathers the policies that apply to the caller asking a.
func (s *Subject) layers(a *Ask) policy.Layers {
	l := policy.Layers{
		Resource: a.Policy, Kind: a.Kind,
		Boundary: s.boundary,
		Session:  s.session, HasSession: s.restricted,
		Identity: s.identity,
	}
	s.control(&l, a)
	return l
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
