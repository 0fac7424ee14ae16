package iam

import "github.com/daypass/daypass/internal/fault"

// rootAccessService is the service whose trust centralized root access needs (IAM User Guide, "Centralize root access").
const rootAccessService = "iam.amazonaws.com"

// RootAccess gives the organization whose root access an account may manage: it is the manager, or an administrator for IAM. It fails
// with NotFound (organization), Unsupported (organizations without all features), NotFound (What TrustedService) or Denied.
func (s *tables) RootAccess(account string) (*Organization, error) {
	o, err := s.Organization(account)
	if err != nil {
		return nil, err
	}
	if m, ok := s.Membership(account); o.Manager != account && (!ok || !m.Administers(rootAccessService)) {
		return nil, fault.New(fault.Denied, fault.RootAccess, account)
	}
	if o.BillingOnly {
		return nil, fault.New(fault.Unsupported, fault.Organization, o.ID)
	}
	if _, trusted := o.Service(rootAccessService); !trusted {
		return nil, fault.Missing(fault.TrustedService, rootAccessService)
	}
	return o, nil
}

// SetRootCredentials turns the management of members' root credentials on or off. It fails as RootAccess does, and for administrators.
func (t *Tx) SetRootCredentials(account string, on bool) (*Organization, error) {
	return t.setRootAccess(account, func(o *Organization) { o.RootCredentials = on })
}

// SetRootSessions turns short sessions as the root of members on or off. See SetRootCredentials.
func (t *Tx) SetRootSessions(account string, on bool) (*Organization, error) {
	return t.setRootAccess(account, func(o *Organization) { o.RootSessions = on })
}

func (t *Tx) setRootAccess(account string, change func(*Organization)) (*Organization, error) {
	o, err := t.RootAccess(account)
	if err != nil {
		return nil, err
	}
	c := *o
	change(&c)
	return put(t, &c)
}

// RootSessions says who may take sessions as the root of an account: the management account of its organization, and the accounts that
// administer IAM for it. enabled is false for accounts outside an organization, for management accounts, which are nobody's members,
// and where the organization has not turned the feature on.
func (s *tables) RootSessions(account string) (manager string, administrators []string, enabled bool) {
	o, err := s.Organization(account)
	if err != nil || o.Manager == account || !o.RootSessions || o.BillingOnly {
		return "", nil, false
	}
	if _, trusted := o.Service(rootAccessService); !trusted {
		return "", nil, false
	}
	for _, m := range shelfAll[*Member](s, accountsOf(o.ID)) {
		if m.Administers(rootAccessService) {
			administrators = append(administrators, m.Account)
		}
	}
	return o.Manager, administrators, true
}
