package access

import (
	"strings"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Hypothesis is a request that nobody makes: what a simulation puts to the policies.
type Hypothesis struct {
	Action   string
	Resource string
	Account  string // account that owns the resource; "" = the caller's

	Identity *policy.Set         // the identity policies that speak for the caller, in place of its own
	Boundary *policy.Source      // the permissions boundary, in place of its own; nil for none
	Policy   *policy.Source      // the resource's own policy; nil if it has none
	Kind     policy.ResourceKind // whether the resource's own policy must allow

	// Session policies, which must allow as well; nil for none.
	Session *policy.Set
	// SCP and RCP are control policies, level by level, in place of those of the organization; nil for these.
	SCP, RCP []*policy.Set

	// Told are condition keys of the request. They win over what is known of the caller: a simulation asks what would be if. Unless
	// Firm is set: then they are only about the request, and what is known of the caller stands.
	Told policy.MapKeys
	Firm bool
}

// AnySession is a session of a role of which nothing is known but the role.
func AnySession(v *iam.View, r *iam.Role) *Subject {
	s := RoleSession(v, r, &session.Session{Account: r.Account, RoleID: r.ID})
	s.Principal.ARN, s.Principal.SessionName, s.UserID, s.Session = "", "", "", nil
	return s
}

// SomeUser is a user of an account of whom nothing is known but, unless it is empty, the resource name. Nobody of that name has to
// exist, and no policy speaks for it.
func SomeUser(v *iam.View, account, name string) *Subject {
	s := &Subject{view: v, Principal: policy.Principal{Type: policy.User, ARN: name, Account: account}, Issuer: name}
	if n, err := arn.Parse(name); err == nil {
		_, _, s.UserName, _ = n.Entity()
	}
	return s
}

// SomeRole is a session of a role of whom nothing is known but the resource name. See SomeUser.
func SomeRole(v *iam.View, account, name string) *Subject {
	return &Subject{view: v, Principal: policy.Principal{Type: policy.AssumedRole, Account: account, RoleARN: name}, Issuer: name}
}

// Simulate says what the policies would say. The organization's policies that limit the subject count; of its own policies only
// those of the hypothesis do.
func (s *Subject) Simulate(h *Hypothesis) *policy.Simulation {
	layers, r := s.Suppose(h)
	return policy.Simulate(&layers, r)
}

// Partial is Simulate as far as the keys are known, and what it depends on.
func (s *Subject) Partial(h *Hypothesis) *policy.Residual {
	layers, r := s.Suppose(h)
	return policy.Partial(&layers, r)
}

// Reasons is Simulate with everything that led to it.
func (s *Subject) Reasons(h *Hypothesis) *policy.Trace {
	layers, r := s.Suppose(h)
	return policy.Explain(&layers, r)
}

// Own is a hypothesis in which the subject's own policies speak for it and limit it.
func (s *Subject) Own(action, resource string) Hypothesis {
	return Hypothesis{Action: action, Resource: resource, Identity: s.identity, Boundary: s.boundary}
}

// Suppose gathers what a hypothesis is decided by.
func (s *Subject) Suppose(h *Hypothesis) (policy.Layers, *policy.Request) {
	a := &Ask{Action: h.Action, Resource: h.Resource, Account: h.Account, Policy: h.Policy, Kind: h.Kind}
	layers := s.layers(a)
	layers.Identity, layers.Boundary = h.Identity, h.Boundary
	layers.Session, layers.HasSession = h.Session, h.Session != nil
	if s.CrossAccount(a) {
		layers.RCP = nil // what another organization holds is not told
	}
	if h.SCP != nil {
		layers.SCP = h.SCP
	}
	if h.RCP != nil {
		layers.RCP = h.RCP
	}
	return layers, &policy.Request{
		Principal: &s.Principal, Action: h.Action, Resource: h.Resource, ResourceAccount: s.owner(a),
		Keys: &hypothetical{subject: s, told: h.Told, firm: h.Firm, owner: s.owner(a)},
	}
}

// hypothetical answers for the condition keys of a request that nobody makes: what was told, then what is known of the caller
// whatever it asks. Everything about the request itself (when, from where, how authenticated) is not known, and of a session the
// name and the tags.
type hypothetical struct {
	subject *Subject
	told    policy.MapKeys
	firm    bool
	owner   string
}

// absent is a key that is known not to be there.
var absent = policy.List()

// Lookup implements [policy.Keys].
func (k *hypothetical) Lookup(name string) (policy.Values, bool) {
	if k.firm {
		if v, ok := k.known(name); ok {
			return v, true
		}
	}
	if v, ok := k.told[name]; ok {
		return v, true
	}
	return k.known(name)
}

// known is what is known of the caller and the owner.
func (k *hypothetical) known(name string) (policy.Values, bool) {
	name, ok := strings.CutPrefix(name, "aws:")
	if !ok {
		return policy.Values{}, false
	}
	s := k.subject
	switch name {
	case "principalaccount":
		return present(s.Principal.Account)
	case "resourceaccount":
		return present(k.owner)
	}
	if v, ok := organizationKey(s.view, s.Principal.Account, k.owner, name); ok && k.tells(name) {
		return v, true
	}
	if s.Issuer == "" {
		return policy.Values{}, false // somebody of the account
	}
	if tag, ok := strings.CutPrefix(name, "principaltag/"); ok {
		return k.tag(tag)
	}
	switch name {
	case "principalarn":
		return policy.Single(s.Issuer), true
	case "principaltype":
		return policy.Single(s.Principal.Type.String()), true
	case "principalisawsservice":
		return policy.Single("false"), true
	case "userid":
		return present(s.UserID)
	case "username":
		if s.Principal.Type != policy.User {
			return absent, true
		}
		return present(s.UserName)
	}
	return policy.Values{}, false
}

// tells says whether a key about organizations may be told to who asks. Where another account stands, its own principals know; of one in
// the caller's organization it is told that it belongs to it.
func (k *hypothetical) tells(name string) bool {
	caller := k.subject.Principal.Account
	if k.owner == caller || strings.HasPrefix(name, "principal") {
		return true
	}
	own, owner := k.subject.view.Standing(caller), k.subject.view.Standing(k.owner)
	return name == "resourceorgid" && own != nil && owner != nil && own.Organization == owner.Organization
}

// tag knows the tags of users and roles that exist. A role's sessions may have tags besides.
func (k *hypothetical) tag(key string) (policy.Values, bool) {
	s := k.subject
	if v, ok := iam.TagValue(s.tags, key); ok {
		return policy.Single(v), true
	}
	if s.Principal.Type == policy.User && s.Principal.ID != "" {
		return absent, true
	}
	return policy.Values{}, false
}
