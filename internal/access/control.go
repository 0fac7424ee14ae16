package access

import (
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// control adds the control policies that limit an ask: those of the caller's organization on what its principals do, and those of the
// owner's organization on what is done with its resources.
func (s *Subject) control(l *policy.Layers, a *Ask) {
	if s.view == nil {
		// A caller of whom it is not known what limits it may do nothing.
		unknown := []*policy.Set{policy.NewSet(policy.Source{ID: "organization", Type: "organization"})}
		l.SCP, l.RCP = unknown, unknown
		return
	}
	if st := s.view.Standing(s.Principal.Account); st != nil {
		l.SCP = st.SCP
	}
	l.RCP = ResourceControl(s.view, a.Action, s.owner(a))
}

// ResourceControl gives the control policies, level by level, that limit what anybody does with the resources of an account; nil where
// none reach the action.
func ResourceControl(v *iam.View, action, owner string) []*policy.Set {
	if st := v.Standing(owner); st != nil && reachable(action) {
		return st.RCP
	}
	return nil
}

// reachable says whether resource control policies speak of an action. They are about data and about taking on roles; who manages
// identities, organizations and the server itself is limited by other means (Organizations User Guide, "Resource control policies").
func reachable(action string) bool {
	service, _, _ := strings.Cut(action, ":")
	switch strings.ToLower(service) {
	case "iam", "organizations", "daypass":
		return false
	}
	return true
}

// organizationKey answers for the condition keys about organizations: where the caller's account stands, and where the owner of the
// resource does. Accounts outside an organization have none of them.
func organizationKey(v *iam.View, principal, owner, name string) (policy.Values, bool) {
	side, what, ok := strings.Cut(name, "org")
	if !ok || v == nil {
		return policy.Values{}, false
	}
	account := principal
	switch side {
	case "principal":
	case "resource":
		account = owner
	default:
		return policy.Values{}, false
	}
	st := v.Standing(account)
	if st == nil {
		return policy.Values{}, false
	}
	switch what {
	case "id":
		return policy.Single(st.Organization), true
	case "paths":
		return policy.List(st.Path), true
	}
	return policy.Values{}, false
}
