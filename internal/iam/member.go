package iam

import (
	"encoding/hex"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// Member is an account's place in an organization.
type Member struct {
	Org     string    `json:"org"`
	Account string    `json:"account"`
	Parent  string    `json:"parent"` // the root's id or a unit's
	Joined  time.Time `json:"joined"`
	Invited bool      `json:"invited,omitzero"` // else the organization created it
	Email   string    `json:"email,omitzero"`   // unique on the server; accounts that were not created by an organization have none
	// Delegations are the services that the account administers for the organization, in order.
	Delegations []Delegation `json:"delegations,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Tags        []Tag        `json:"tags,omitempty"`

	standing *atomic.Pointer[Standing]
}

// Delegation makes an account an administrator of a service for its organization.
type Delegation struct {
	Principal string    `json:"principal"`
	Since     time.Time `json:"since"`
}

// Administers says whether the account is an administrator of a service.
func (m *Member) Administers(principal string) bool {
	return slices.ContainsFunc(m.Delegations, func(d Delegation) bool { return d.Principal == principal })
}

func (m *Member) rowKey() string { return memberKey(m.Account) }
func (m *Member) steers()        {}

func (m *Member) also() []string {
	keys := []string{accountsOf(m.Org) + m.Account, accountsIn(m.Org, m.Parent) + m.Account}
	if m.Email != "" {
		keys = append(keys, emailKey(m.Email))
	}
	return keys
}

func (m *Member) prepare() {
	m.Tags = tidy(m.Tags)
	m.standing = new(atomic.Pointer[Standing])
}

func memberKey(account string) string      { return "orgaccount/" + account }
func accountsOf(org string) string         { return "orgaccount-of/" + org + "/" }
func accountsIn(org, parent string) string { return "orgaccount-in/" + org + "/" + parent + "/" }

// emailKey compares addresses without regard to case. What stands in them is anything, so the key carries it in hexadecimal digits.
func emailKey(email string) string {
	return "orgaccount-mail/" + hex.EncodeToString([]byte(strings.ToLower(email)))
}

func (m *Member) check(c *checker) {
	c.ofAccount(m, m.Account)
	o, ok := onShelf[*Organization](c.s, organizationKey(m.Org))
	c.want(ok, m, "its organization does not exist")
	if !ok {
		return
	}
	c.want(c.s.isParent(o, m.Parent), m, "it stands under nothing")
	c.want(m.Email == "" || isEmail(m.Email), m, "bad address")
	c.want(CheckTags(m.Tags) == nil && len(m.Tags) <= c.q.Tags, m, "bad tags")
	a, err := c.s.Account(m.Account)
	c.want(err != nil || !a.Home || o.Manager == m.Account, m, "the home account is managed by another")
	for i, d := range m.Delegations {
		_, trusted := o.Service(d.Principal)
		c.want(trusted && o.Manager != m.Account && (i == 0 || m.Delegations[i-1].Principal < d.Principal), m, "administers %q", d.Principal)
	}
	c.attachments(o, m)
}

// Membership finds the place of an account, if it is in an organization.
func (s *tables) Membership(account string) (*Member, bool) {
	return onShelf[*Member](s, memberKey(account))
}

// Member finds an account of an organization. It fails with NotFound; the accounts of others are not there.
func (s *tables) Member(o *Organization, account string) (*Member, error) {
	if m, ok := s.Membership(account); ok && m.Org == o.ID {
		return m, nil
	}
	return nil, fault.Missing(fault.Member, account)
}

// AccountsOf lists the accounts of an organization by id.
func (s *tables) AccountsOf(o *Organization, after string, limit int) (page []*Member, next string) {
	return shelfPage(s, accountsOf(o.ID), after, limit, func(*Member) bool { return true })
}

// AccountsIn lists the accounts right under a root or unit, by id. It fails with NotFound (What Parent).
func (s *tables) AccountsIn(o *Organization, parent, after string, limit int) (page []*Member, next string, err error) {
	if !s.isParent(o, parent) {
		return nil, "", fault.Missing(fault.Parent, parent)
	}
	page, next = shelfPage(s, accountsIn(o.ID, parent), after, limit, func(*Member) bool { return true })
	return page, next, nil
}

// Administrators lists the accounts that administer a service, or with an empty principal any.
func (s *tables) Administrators(o *Organization, principal, after string, limit int) (page []*Member, next string) {
	return shelfPage(s, accountsOf(o.ID), after, limit, func(m *Member) bool {
		return len(m.Delegations) > 0 && (principal == "" || m.Administers(principal))
	})
}

// MoveMember puts an account under another parent. It fails with NotFound (What Member, SourceParent, DestinationParent), Denied, or
// Exists when it stands there already.
func (t *Tx) MoveMember(account, member, from, to string) (*Member, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	m, err := t.Member(o, member)
	switch {
	case err != nil:
		return nil, err
	case !t.isParent(o, from) || m.Parent != from:
		return nil, fault.Missing(fault.SourceParent, from)
	case !t.isParent(o, to):
		return nil, fault.Missing(fault.DestinationParent, to)
	case from == to:
		return nil, fault.Taken(fault.DestinationParent, to)
	}
	c := *m
	c.Parent = to
	return put(t, &c)
}

// RemoveMember takes an account out of its organization; it goes on by itself. It fails with NotFound, Denied, Unmodifiable for the
// manager, or InUse (What Delegation) for an administrator.
func (t *Tx) RemoveMember(account, member string) error {
	o, err := t.Managing(account)
	if err != nil {
		return err
	}
	m, err := t.Member(o, member)
	if err != nil {
		return err
	}
	return t.part(o, m)
}

// LeaveOrganization is RemoveMember by the account itself.
func (t *Tx) LeaveOrganization(account string) error {
	o, err := t.Organization(account)
	if err != nil {
		return err
	}
	m, err := t.Member(o, account)
	if err != nil {
		return err
	}
	return t.part(o, m)
}

func (t *Tx) part(o *Organization, m *Member) error {
	switch {
	case m.Account == o.Manager:
		return fault.New(fault.Unmodifiable, fault.Member, m.Account)
	case len(m.Delegations) > 0:
		return fault.Blocked(fault.Member, fault.Delegation, m.Account)
	}
	t.drop(m)
	return nil
}

// CloseMember suspends an account of the organization. It fails with NotFound, Denied, Exists (What Closure) when it is closed, or
// Unmodifiable (What Closure) for the manager.
func (t *Tx) CloseMember(account, member string) error {
	o, err := t.Managing(account)
	if err != nil {
		return err
	}
	m, err := t.Member(o, member)
	switch {
	case err != nil:
		return err
	case m.Account == o.Manager:
		return fault.New(fault.Unmodifiable, fault.Closure, member)
	case !t.Active(member):
		return fault.Taken(fault.Closure, member)
	}
	_, err = t.SuspendAccount(member)
	return err
}

// Delegate makes an account an administrator of a service that the organization trusts. It fails with NotFound (What Member, or
// TrustedService), Denied, Exists, or Unmodifiable for the manager.
func (t *Tx) Delegate(account, member, principal string) (*Member, error) {
	o, m, err := t.delegated(account, member, principal)
	switch {
	case err != nil:
		return nil, err
	case m.Account == o.Manager:
		return nil, fault.New(fault.Unmodifiable, fault.Delegation, member)
	case m.Administers(principal):
		return nil, fault.Taken(fault.Delegation, member)
	}
	if _, trusted := o.Service(principal); !trusted {
		return nil, fault.Missing(fault.TrustedService, principal)
	}
	c := *m
	c.Delegations = append(slices.Clone(m.Delegations), Delegation{Principal: principal, Since: t.now})
	slices.SortFunc(c.Delegations, func(a, b Delegation) int { return strings.Compare(a.Principal, b.Principal) })
	return put(t, &c)
}

// Undelegate takes that back. It fails with NotFound (What Member, or Delegation) or Denied.
func (t *Tx) Undelegate(account, member, principal string) (*Member, error) {
	_, m, err := t.delegated(account, member, principal)
	if err != nil {
		return nil, err
	}
	if !m.Administers(principal) {
		return nil, fault.Missing(fault.Delegation, member)
	}
	c := *m
	c.Delegations = slices.DeleteFunc(slices.Clone(m.Delegations), func(d Delegation) bool { return d.Principal == principal })
	return put(t, &c)
}

func (t *Tx) delegated(account, member, principal string) (*Organization, *Member, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, nil, err
	}
	if !isHostName(principal) {
		return nil, nil, fault.New(fault.Invalid, fault.TrustedService, principal)
	}
	m, err := t.Member(o, member)
	return o, m, err
}

// MemberSpec is what a new account of an organization is made from.
type MemberSpec struct {
	Name  string
	Email string
	Role  string // of the role that the manager may assume; empty for OrganizationAccountAccessRole
	Tags  []Tag
}

// accessRole is the role in a new account that lets its manager in (Organizations User Guide).
const accessRole = "OrganizationAccountAccessRole"

// CreateMember makes an account in the organization, with a role that the management account may assume and that may do everything. What
// AWS finds out later, an address in use or no room on the server, is a failed request and no error. It fails with NotFound, Denied,
// Invalid or Limit.
func (t *Tx) CreateMember(account string, spec MemberSpec) (*MemberRequest, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	if spec.Role == "" {
		spec.Role = accessRole
	}
	switch {
	case !isDisplayName(spec.Name, 50):
		return nil, fault.BadParameter("accountName", spec.Name)
	case !isEmail(spec.Email):
		return nil, fault.BadParameter("email", spec.Email)
	case checkName("", spec.Role, 64) != nil:
		return nil, fault.BadParameter("roleName", spec.Role)
	}
	if err := t.newTags(fault.Member, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	if shelfCount(&t.tables, accountsOf(o.ID)) >= t.quotas.AccountsPerOrganization {
		return nil, fault.Exceeded(fault.Organization, fault.Member, spec.Name, t.quotas.AccountsPerOrganization)
	}
	id, err := t.letters("car-", 32, func(id string) string { return requestsOf(o.ID) + id })
	if err != nil {
		return nil, err
	}
	r := &MemberRequest{Org: o.ID, ID: id, Name: spec.Name, Asked: t.now}
	_, used := onShelf[*Member](&t.tables, emailKey(spec.Email))
	switch {
	case used:
		r.Failure = FailureEmail
	case t.accounts.Len() >= t.quotas.Accounts:
		r.Failure = FailureLimit
	default:
		if r.Account, err = t.makeMember(o, spec); err != nil {
			return nil, err
		}
	}
	return put(t, r)
}

func (t *Tx) makeMember(o *Organization, spec MemberSpec) (account string, err error) {
	a, err := t.CreateAccount("", spec.Name)
	if err != nil {
		return "", err
	}
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + arn.Root(o.Manager) + `"},"Action":"sts:AssumeRole"}]}`
	defer t.wordsItself()()
	if _, err := t.CreateRole(a.ID, RoleSpec{Name: spec.Role, Trust: trust}); err != nil {
		return "", err
	}
	if _, err := t.AttachRolePolicy(a.ID, spec.Role, arn.Policy(awsAccount, "/", "AdministratorAccess")); err != nil {
		return "", err
	}
	_, err = put(t, &Member{Org: o.ID, Account: a.ID, Parent: o.Root, Joined: t.now, Email: spec.Email, Tags: slices.Clone(spec.Tags)})
	return a.ID, err
}

// isEmail accepts 6 to 64 characters of the form a@b.c without white space.
func isEmail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	i := strings.LastIndexByte(host, '.')
	return ok && isFreeText(s, 6, 64) && isPrintable(s) && !strings.ContainsAny(s, " \t\r\n\u00a0") && name != "" && !strings.Contains(host, "@") && i > 0 && i < len(host)-1
}
