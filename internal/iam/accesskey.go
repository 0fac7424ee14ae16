package iam

import (
	"slices"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// AccessKey is a long-term credential of a user or of an account's root.
type AccessKey struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	User    string `json:"user,omitzero"` // unique id; empty: the account's root
	// Sealed is the secret, sealed by the caller with the key's id as associated data before it came here.
	Sealed  []byte    `json:"sealed"`
	Active  bool      `json:"active,omitzero"`
	Created time.Time `json:"created"`
}

// maxSealed bounds a sealed secret in bytes; a secret has 40 characters.
const maxSealed = 1024

func (k *AccessKey) rowKey() string { return "key/" + k.Account + "/" + k.ID }
func (k *AccessKey) prepare()       {}

// NewAccessKeyID makes the id of a key that is about to be created, so that its secret can be sealed under it.
func (t *Tx) NewAccessKeyID(account string) (string, error) {
	for range 8 {
		id, err := NewKeyID(PrefixAccessKey, account, t.random)
		if err != nil {
			return "", err
		}
		if _, taken := t.keys.Get(id); !taken {
			return id, nil
		}
	}
	return "", fault.New(fault.Conflict, fault.AccessKey, "")
}

// CreateAccessKey adds an active key to a user, or with an empty user to the account's root. The id comes from [Tx.NewAccessKeyID]
// and must be one of this account. It fails with NotFound, Limit, Exists (the id) or Invalid.
func (t *Tx) CreateAccessKey(account, user, id string, sealed []byte) (*AccessKey, error) {
	owner, err := t.keyOwner(account, user)
	if err != nil {
		return nil, err
	}
	if of, ok := AccountOfKey(id); !ok || of != account || id[:4] != PrefixAccessKey {
		return nil, fault.BadParameter("accessKeyId", id)
	}
	if len(sealed) == 0 || len(sealed) > maxSealed {
		return nil, fault.BadParameter("secretAccessKey", "")
	}
	if _, taken := t.keys.Get(id); taken {
		return nil, fault.Taken(fault.AccessKey, id)
	}
	if len(t.KeysOf(account, owner)) >= t.quotas.KeysPerUser {
		return nil, fault.Exceeded(fault.User, fault.AccessKey, user, t.quotas.KeysPerUser)
	}
	return put(t, &AccessKey{ID: id, Account: account, User: owner, Sealed: slices.Clone(sealed), Active: true, Created: t.now})
}

// UpdateAccessKey switches a key of a user (or with an empty user of the root) on or off. It fails with NotFound, also for a key
// that belongs to somebody else.
func (t *Tx) UpdateAccessKey(account, user, id string, active bool) (*AccessKey, error) {
	k, err := t.keyOf(account, user, id)
	if err != nil || k.Active == active {
		return k, err
	}
	c := *k
	c.Active = active
	return put(t, &c)
}

// DeleteAccessKey takes a key away from a user, or with an empty user from the root. It fails with NotFound, also for a key that
// belongs to somebody else.
func (t *Tx) DeleteAccessKey(account, user, id string) error {
	k, err := t.keyOf(account, user, id)
	if err != nil {
		return err
	}
	t.drop(k)
	return nil
}

func (t *Tx) keyOwner(account, user string) (id string, err error) {
	if user == "" {
		_, err = t.Account(account)
		return "", err
	}
	u, err := t.User(account, user)
	if err != nil {
		return "", err
	}
	return u.ID, nil
}

func (t *Tx) keyOf(account, user, id string) (*AccessKey, error) {
	owner, err := t.keyOwner(account, user)
	if err != nil {
		return nil, err
	}
	k, ok := t.keys.Get(id)
	if !ok || k.Account != account || k.User != owner {
		return nil, fault.Missing(fault.AccessKey, id)
	}
	return k, nil
}
