package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// Organization is a tree of accounts under one that manages them. An account is in at most one organization; any account may found
// one and manages it then.
type Organization struct {
	ID      string    `json:"id"`      // o-…, never used again
	Manager string    `json:"manager"` // the management account; a member that no control policy reaches
	Root    string    `json:"root"`    // r-…, the id of the tree's root
	Created time.Time `json:"created"`
	// BillingOnly organizations have no control policies ("consolidated billing" as against "all features").
	BillingOnly bool `json:"billingOnly,omitzero"`
	// Types are the policy types in use. Each enabling is an era: attachments of an earlier one count no more.
	Types []EnabledType `json:"types,omitempty"`
	Eras  int           `json:"eras,omitzero"` // how many there were
	// Services are the services that may act in the organization, by their principals, in order.
	Services []TrustedService `json:"services,omitempty"`
	// RootCredentials lets the manager look after the root credentials of members, RootSessions lets it take short sessions as their
	// root (IAM, centralized root access).
	RootCredentials bool `json:"rootCredentials,omitzero"`
	RootSessions    bool `json:"rootSessions,omitzero"`

	Attachments []Attachment `json:"attachments,omitempty"` // of the root
	Tags        []Tag        `json:"tags,omitempty"`        // of the root
}

// TrustedService is a service that an organization trusts.
type TrustedService struct {
	Principal string    `json:"principal"` // "iam.amazonaws.com"
	Since     time.Time `json:"since"`
}

// ARN is the organization's resource name.
func (o *Organization) ARN() string { return o.name("organization/" + o.ID) }

// RootARN is the resource name of the tree's root.
func (o *Organization) RootARN() string { return o.name("root/" + o.ID + "/" + o.Root) }

// UnitARN is the resource name that a unit of that id has or would have.
func (o *Organization) UnitARN(id string) string { return o.name("ou/" + o.ID + "/" + id) }

// AccountARN is the resource name that an account has or would have as a member.
func (o *Organization) AccountARN(id string) string { return o.name("account/" + o.ID + "/" + id) }

// HandshakeARN is the resource name of an invitation.
func (o *Organization) HandshakeARN(id string) string {
	return o.name("handshake/" + o.ID + "/invite/" + id)
}

func (o *Organization) name(resource string) string {
	return arn.Organizations(o.Manager, resource)
}

// Service finds a trusted service by its principal.
func (o *Organization) Service(principal string) (TrustedService, bool) {
	for _, s := range o.Services {
		if s.Principal == principal {
			return s, true
		}
	}
	return TrustedService{}, false
}

func (o *Organization) rowKey() string { return organizationKey(o.ID) }
func (o *Organization) also() []string { return nil }
func (o *Organization) prepare()       { o.Tags = tidy(o.Tags) }
func (o *Organization) steers()        {}

func organizationKey(id string) string { return "organization/" + id }

func (o *Organization) check(c *checker) {
	m, ok := c.s.Membership(o.Manager)
	c.want(ok && m.Org == o.ID && m.Parent == o.Root, o, "its manager is not a member under the root")
	c.want(isOrganizationID(o.ID) && isRootID(o.Root), o, "bad ids")
	c.want(CheckTags(o.Tags) == nil && len(o.Tags) <= c.q.Tags, o, "bad tags")
	seen := map[ControlType]bool{}
	for _, e := range o.Types {
		c.want(e.Type.known() && !seen[e.Type] && e.Era >= 1 && e.Era <= o.Eras && !o.BillingOnly, o, "policy type %s", e.Type)
		seen[e.Type] = true
	}
	c.want(slices.IsSortedFunc(o.Services, byPrincipal), o, "services not in order")
	for i, s := range o.Services {
		c.want(isHostName(s.Principal) && (i == 0 || o.Services[i-1].Principal != s.Principal), o, "service %q", s.Principal)
	}
	c.want(!o.BillingOnly || !o.RootCredentials && !o.RootSessions, o, "root access without all features")
	c.attachments(o, o)
	units, accounts := shelfAll[*Unit](c.s, unitsOf(o.ID)), shelfCount(c.s, accountsOf(o.ID))
	c.want(len(units) <= c.q.UnitsPerOrganization, o, "%d units", len(units))
	c.want(accounts <= c.q.AccountsPerOrganization, o, "%d accounts", accounts)
	policies := map[ControlType]int{}
	for _, p := range shelfAll[*ControlPolicy](c.s, policiesOf(o.ID)) {
		policies[p.Type]++
		c.want(policies[p.Type] <= c.q.ControlsPerOrganization, o, "too many policies of type %s", p.Type)
	}
}

// Organization finds the organization that an account is in. It fails with NotFound.
func (s *tables) Organization(account string) (*Organization, error) {
	if m, ok := s.Membership(account); ok {
		if o, ok := onShelf[*Organization](s, organizationKey(m.Org)); ok {
			return o, nil
		}
	}
	return nil, fault.Missing(fault.Organization, account)
}

// Managing finds the organization that an account manages. It fails with NotFound when the account is in none, and with Denied when it
// is only a member.
func (s *tables) Managing(account string) (*Organization, error) {
	o, err := s.Organization(account)
	if err != nil {
		return nil, err
	}
	if o.Manager != account {
		return nil, fault.New(fault.Denied, fault.Organization, account)
	}
	return o, nil
}

// Overseeing is Managing for those who only read: administrators that the manager named may look as well.
func (s *tables) Overseeing(account string) (*Organization, error) {
	if m, ok := s.Membership(account); ok && len(m.Delegations) > 0 {
		return s.Organization(account)
	}
	return s.Managing(account)
}

// FoundOrganization makes an account the manager of a new organization. It fails with NotFound (account), or Exists when the account
// is in one.
func (t *Tx) FoundOrganization(account string, billingOnly bool) (*Organization, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	if _, in := t.Membership(account); in {
		return nil, fault.Taken(fault.Organization, account)
	}
	var ids [2]string
	for i, form := range []struct {
		prefix string
		length int
	}{{"o-", 10}, {"r-", 4}} {
		var err error
		if ids[i], err = t.letters(form.prefix, form.length, organizationKey); err != nil {
			return nil, err
		}
	}
	o, err := put(t, &Organization{ID: ids[0], Manager: account, Root: ids[1], Created: t.now, BillingOnly: billingOnly})
	if err != nil {
		return nil, err
	}
	_, err = put(t, &Member{Org: o.ID, Account: account, Parent: o.Root, Joined: t.now, Invited: true})
	return o, err
}

// DissolveOrganization removes an organization that has no member left but its manager, with its units and policies. It fails with
// NotFound, Denied, or InUse (What Member).
func (t *Tx) DissolveOrganization(account string) error {
	o, err := t.Managing(account)
	if err != nil {
		return err
	}
	if shelfCount(&t.tables, accountsOf(o.ID)) > 1 {
		return fault.Blocked(fault.Organization, fault.Member, o.ID)
	}
	for _, prefix := range []string{accountsOf(o.ID), unitsOf(o.ID), policiesOf(o.ID), requestsOf(o.ID), handshakesOf(o.ID)} {
		for _, r := range shelfAll[shelved](&t.tables, prefix) {
			t.drop(r)
		}
	}
	t.drop(o)
	return nil
}

// TrustService lets a service act in the organization. Doing it again changes nothing. It fails with NotFound, Denied or Invalid.
func (t *Tx) TrustService(account, principal string) (*Organization, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	if !isHostName(principal) {
		return nil, fault.New(fault.Invalid, fault.TrustedService, principal)
	}
	if _, trusted := o.Service(principal); trusted {
		return o, nil
	}
	c := *o
	c.Services = append(slices.Clone(o.Services), TrustedService{Principal: principal, Since: t.now})
	slices.SortFunc(c.Services, byPrincipal)
	return put(t, &c)
}

// DistrustService takes that back; the features that need the service end with it. Doing it again changes nothing. It fails with
// NotFound, Denied, or InUse (What Delegation) while there are administrators for the service.
func (t *Tx) DistrustService(account, principal string) (*Organization, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	if !isHostName(principal) {
		return nil, fault.New(fault.Invalid, fault.TrustedService, principal)
	}
	for _, m := range shelfAll[*Member](&t.tables, accountsOf(o.ID)) {
		if m.Administers(principal) {
			return nil, fault.Blocked(fault.TrustedService, fault.Delegation, principal)
		}
	}
	if _, trusted := o.Service(principal); !trusted {
		return o, nil
	}
	c := *o
	c.Services = slices.DeleteFunc(slices.Clone(o.Services), func(s TrustedService) bool { return s.Principal == principal })
	if principal == rootAccessService {
		c.RootCredentials, c.RootSessions = false, false
	}
	return put(t, &c)
}

func byPrincipal(a, b TrustedService) int { return strings.Compare(a.Principal, b.Principal) }
