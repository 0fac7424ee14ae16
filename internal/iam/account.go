package iam

import (
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// Account is a tenant: the boundary that names, quotas and ownership end at.
type Account struct {
	ID      string    `json:"id"`    // twelve digits
	Cloud   string    `json:"cloud"` // the cloud whose identifiers its records carry: "aws"
	Name    string    `json:"name"`  // for people; 1 to 50 characters, not unique
	Created time.Time `json:"created"`
	// Home marks the operator's own account, the first one of a server. It cannot be suspended.
	Home bool `json:"home,omitzero"`
	// Suspended accounts keep their records, and nobody of theirs gets in.
	Suspended bool `json:"suspended,omitzero"`
	// TokenVersion is what the account prefers for session tokens of the global endpoint: 1 or 2; 0 is not said. All tokens of this
	// server are good in every region, so that it is only kept and shown.
	TokenVersion int `json:"tokenVersion,omitzero"`
}

// ARN is the name of the account's root.
func (a *Account) ARN() string { return arn.Root(a.ID) }

// CreateAccount adds a tenant. An empty id asks for a random free one. The first account becomes the home account. It fails with
// Invalid (id not twelve digits, name not 1 to 50 printable characters), Exists or Limit.
func (t *Tx) CreateAccount(id, name string) (*Account, error) {
	if !isDisplayName(name, 50) {
		return nil, fault.BadParameter("accountName", name)
	}
	if n := t.accounts.Len(); n >= t.quotas.Accounts {
		return nil, fault.Exceeded(fault.None, fault.Account, id, t.quotas.Accounts)
	}
	if id == "" {
		var err error
		if id, err = t.freshAccountID(); err != nil {
			return nil, err
		}
	}
	if !arn.IsAccount(id) {
		return nil, fault.BadParameter("accountId", id)
	}
	if _, taken := t.accounts.Get(id); taken {
		return nil, fault.Taken(fault.Account, id)
	}
	a := &Account{ID: id, Cloud: "aws", Name: name, Created: t.now, Home: t.accounts.Len() == 0}
	return put(t, a)
}

// SetTokenVersion keeps the version of session tokens that an account prefers, 1 or 2. It fails with NotFound or Invalid.
func (t *Tx) SetTokenVersion(account string, version int) (*Account, error) {
	a, err := t.Account(account)
	if err != nil {
		return nil, err
	}
	if version != 1 && version != 2 {
		return nil, fault.BadParameter("globalEndpointTokenVersion", strconv.Itoa(version))
	}
	c := *a
	c.TokenVersion = version
	return put(t, &c)
}

// SuspendAccount keeps everybody of an account out. It fails with NotFound, or Unmodifiable for the home account.
func (t *Tx) SuspendAccount(id string) (*Account, error) { return t.suspend(id, true) }

// ResumeAccount lets the account's people in again.
func (t *Tx) ResumeAccount(id string) (*Account, error) { return t.suspend(id, false) }

func (t *Tx) suspend(id string, on bool) (*Account, error) {
	a, err := t.Account(id)
	if err != nil {
		return nil, err
	}
	if a.Home && on {
		return nil, fault.New(fault.Unmodifiable, fault.Account, id)
	}
	if a.Suspended == on {
		return a, nil
	}
	c := *a
	c.Suspended = on
	return put(t, &c)
}
