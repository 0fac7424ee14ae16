package iam

import (
	"slices"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// Handshake is an invitation of an account into an organization.
type Handshake struct {
	Org     string    `json:"org"`
	Manager string    `json:"manager"`
	ID      string    `json:"id"` // h-…
	Account string    `json:"account"`
	Notes   string    `json:"notes,omitzero"`
	Asked   time.Time `json:"asked"`
	Expires time.Time `json:"expires"`
	Answer  string    `json:"answer,omitzero"` // Accepted, Declined or Canceled; "" while there is none
	Tags    []Tag     `json:"tags,omitempty"`  // of the account, once it has joined
}

// The states of an invitation (HandshakeState of the Organizations API model).
const (
	Open     = "OPEN"
	Expired  = "EXPIRED"
	Accepted = "ACCEPTED"
	Declined = "DECLINED"
	Canceled = "CANCELED"
)

// An invitation stands for 15 days and is shown for 30 more (Organizations User Guide).
const handshakeLife = 15 * 24 * time.Hour

// State is what the invitation has come to by a time.
func (h *Handshake) State(now time.Time) string {
	switch {
	case h.Answer != "":
		return h.Answer
	case !now.Before(h.Expires):
		return Expired
	}
	return Open
}

func (h *Handshake) rowKey() string { return handshakesOf(h.Org) + h.ID }
func (h *Handshake) also() []string {
	return []string{"handshake-id/" + h.ID, handshakesTo(h.Account) + h.ID}
}
func (h *Handshake) prepare() { h.Tags = tidy(h.Tags) }

func handshakesOf(org string) string     { return "handshake/" + org + "/" }
func handshakesTo(account string) string { return "handshake-to/" + account + "/" }

func (h *Handshake) check(c *checker) {
	o, ok := onShelf[*Organization](c.s, organizationKey(h.Org))
	c.want(ok && o.Manager == h.Manager, h, "its organization does not exist or is another's")
	c.want(arn.IsAccount(h.Account) && h.Account != h.Manager && h.Expires.After(h.Asked), h, "bad party or time")
	c.want(CheckTags(h.Tags) == nil, h, "bad tags")
}

// Handshake finds an invitation for one of its two parties. It fails with NotFound.
func (s *tables) Handshake(account, id string) (*Handshake, error) {
	if h, ok := onShelf[*Handshake](s, "handshake-id/"+id); ok && (h.Account == account || h.Manager == account) {
		return h, nil
	}
	return nil, fault.Missing(fault.Handshake, id)
}

// HandshakesOf lists the invitations of an organization by id, HandshakesTo those of an account.
func (s *tables) HandshakesOf(o *Organization, after string, limit int) (page []*Handshake, next string) {
	return shelfPage(s, handshakesOf(o.ID), after, limit, func(*Handshake) bool { return true })
}

// HandshakesTo lists the invitations that an account got, by id.
func (s *tables) HandshakesTo(account, after string, limit int) (page []*Handshake, next string) {
	return shelfPage(s, handshakesTo(account), after, limit, func(*Handshake) bool { return true })
}

// Invite asks an account to join. Whether there is such an account is not told. It fails with NotFound (organization), Denied, Invalid,
// Limit, Exists (What Handshake) while an invitation is open, or Exists (What Member).
func (t *Tx) Invite(account, guest, notes string, tags []Tag) (*Handshake, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	switch {
	case !arn.IsAccount(guest):
		return nil, fault.BadParameter("target.id", guest)
	case !isFreeText(notes, 0, 1024):
		return nil, fault.BadParameter("notes", notes)
	}
	if err := t.newTags(fault.Member, guest, tags); err != nil {
		return nil, err
	}
	if _, err := t.Member(o, guest); err == nil {
		return nil, fault.Taken(fault.Member, guest)
	}
	open := 0
	var stale []*Handshake
	for _, h := range shelfAll[*Handshake](&t.tables, handshakesOf(o.ID)) {
		switch {
		case h.State(t.now) == Open && h.Account == guest:
			return nil, fault.Taken(fault.Handshake, guest)
		case h.State(t.now) == Open:
			open++
		case t.now.After(h.Expires.Add(2 * handshakeLife)):
			stale = append(stale, h) // nobody is shown it any more
		}
	}
	if shelfCount(&t.tables, accountsOf(o.ID))+open >= t.quotas.AccountsPerOrganization {
		return nil, fault.Exceeded(fault.Organization, fault.Member, guest, t.quotas.AccountsPerOrganization)
	}
	id, err := t.letters("h-", 12, func(id string) string { return "handshake-id/" + id })
	if err != nil {
		return nil, err
	}
	for _, h := range stale {
		t.drop(h)
	}
	return put(t, &Handshake{Org: o.ID, Manager: o.Manager, ID: id, Account: guest, Notes: notes, Asked: t.now,
		Expires: t.now.Add(handshakeLife), Tags: slices.Clone(tags)})
}

// AcceptHandshake makes the account a member. The home account of the server never becomes one: whoever manages it would manage the
// server. It fails with NotFound, Denied (not the guest, or the home account), Exists (What Member: in an organization; What Closure:
// accepted already), Conflict (What Handshake: not open) or Limit.
func (t *Tx) AcceptHandshake(account, id string) (*Handshake, error) {
	h, err := t.answerable(account, id, Accepted, func(h *Handshake) string { return h.Account })
	if err != nil {
		return nil, err
	}
	a, err := t.Account(account)
	if err != nil {
		return nil, err
	}
	if a.Home {
		return nil, fault.New(fault.Denied, fault.Handshake, id)
	}
	if _, in := t.Membership(account); in {
		return nil, fault.Taken(fault.Member, account)
	}
	o, ok := onShelf[*Organization](&t.tables, organizationKey(h.Org))
	if !ok {
		return nil, fault.Missing(fault.Handshake, id)
	}
	if shelfCount(&t.tables, accountsOf(o.ID)) >= t.quotas.AccountsPerOrganization {
		return nil, fault.Exceeded(fault.Handshake, fault.Member, account, t.quotas.AccountsPerOrganization)
	}
	if _, err := put(t, &Member{Org: o.ID, Account: account, Parent: o.Root, Joined: t.now, Invited: true, Tags: slices.Clone(h.Tags)}); err != nil {
		return nil, err
	}
	return t.answer(h, Accepted)
}

// DeclineHandshake is the guest's no. It fails with NotFound, Denied, Exists (What Closure: declined already) or Conflict.
func (t *Tx) DeclineHandshake(account, id string) (*Handshake, error) {
	h, err := t.answerable(account, id, Declined, func(h *Handshake) string { return h.Account })
	if err != nil {
		return nil, err
	}
	return t.answer(h, Declined)
}

// CancelHandshake takes an invitation back. It fails with NotFound, Denied, Exists (What Closure: canceled already) or Conflict.
func (t *Tx) CancelHandshake(account, id string) (*Handshake, error) {
	h, err := t.answerable(account, id, Canceled, func(h *Handshake) string { return h.Manager })
	if err != nil {
		return nil, err
	}
	return t.answer(h, Canceled)
}

// answerable finds an open invitation that it is the account's to answer.
func (t *Tx) answerable(account, id, answer string, whose func(*Handshake) string) (*Handshake, error) {
	h, err := t.Handshake(account, id)
	switch {
	case err != nil:
		return nil, err
	case whose(h) != account:
		return nil, fault.New(fault.Denied, fault.Organization, account)
	case h.Answer == answer:
		return nil, &fault.Error{Kind: fault.Exists, What: fault.Closure, Subject: fault.Handshake, Name: id}
	case h.State(t.now) != Open:
		return nil, fault.New(fault.Conflict, fault.Handshake, id)
	}
	return h, nil
}

func (t *Tx) answer(h *Handshake, answer string) (*Handshake, error) {
	c := *h
	c.Answer = answer
	return put(t, &c)
}
