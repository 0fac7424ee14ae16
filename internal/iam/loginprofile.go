package iam

import (
	"bytes"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// LoginProfile is a user's password.
type LoginProfile struct {
	Account       string    `json:"account"`
	User          string    `json:"user"` // unique id
	Created       time.Time `json:"created"`
	ResetRequired bool      `json:"resetRequired,omitzero"` // the next sign-in must choose another password
	Changed       time.Time `json:"changed"`                // when the password was set, which is what its age counts from
	// Sealed is the hash of the password, sealed by the caller with the user's id before it came here; Past are those of the
	// passwords before it, the newest first.
	Sealed []byte   `json:"sealed"`
	Past   [][]byte `json:"past,omitempty"`
}

func (p *LoginProfile) rowKey() string { return loginOf(p.Account, p.User) }
func (p *LoginProfile) also() []string { return nil }
func (p *LoginProfile) prepare()       {}

func loginOf(account, userID string) string { return "login/" + account + "/" + userID }

func (p *LoginProfile) check(c *checker) {
	c.ofUser(p, p.Account, p.User)
	c.want(len(p.Past) < maxPasswordRemember, p, "remembers %d passwords", len(p.Past))
	for _, sealed := range append([][]byte{p.Sealed}, p.Past...) {
		c.want(len(sealed) > 0 && len(sealed) <= maxSealed, p, "no password")
	}
}

// Expires is when the password ceases to be good under a policy, which may be nil; zero when it does not.
func (p *LoginProfile) Expires(policy *PasswordPolicy) time.Time {
	if policy == nil || policy.MaxAge == 0 {
		return time.Time{}
	}
	return p.Changed.Add(time.Duration(policy.MaxAge) * 24 * time.Hour)
}

// Hashes are the sealed hashes of the last n passwords, the present one first.
func (p *LoginProfile) Hashes(n int) [][]byte {
	all := append([][]byte{p.Sealed}, p.Past...)
	return all[:min(n, len(all))]
}

// LoginProfile finds a user's login profile. It fails with NotFound: the user, or with What LoginProfile.
func (s *tables) LoginProfile(account, user string) (*LoginProfile, error) {
	u, err := s.User(account, user)
	if err != nil {
		return nil, err
	}
	if p, ok := s.LoginProfileOf(u); ok {
		return p, nil
	}
	return nil, fault.Missing(fault.LoginProfile, user)
}

// LoginProfileOf finds the login profile of a user, if he has one.
func (s *tables) LoginProfileOf(u *User) (*LoginProfile, bool) {
	return onShelf[*LoginProfile](s, loginOf(u.Account, u.ID))
}

func (s *tables) hasLogin(u *User) bool {
	_, ok := s.LoginProfileOf(u)
	return ok
}

// CreateLoginProfile gives a user a password, which [tables.CheckPassword] must have found good. It fails with NotFound, Exists or
// Invalid.
func (t *Tx) CreateLoginProfile(account, user string, sealed []byte, resetRequired bool) (*LoginProfile, error) {
	u, err := t.User(account, user)
	if err != nil {
		return nil, err
	}
	if _, ok := t.LoginProfileOf(u); ok {
		return nil, fault.Taken(fault.LoginProfile, user)
	}
	if err := checkSealed("password", sealed); err != nil {
		return nil, err
	}
	return put(t, &LoginProfile{Account: account, User: u.ID, Created: t.now, Changed: t.now, Sealed: slices.Clone(sealed), ResetRequired: resetRequired})
}

// LoginChange is a change of a login profile. Nil members leave what is there.
type LoginChange struct {
	// Sealed is the hash of a new password. It was made ready for the profile whose hash is Over: it was compared with the
	// passwords that profile remembers.
	Sealed, Over  []byte
	ResetRequired *bool
}

// UpdateLoginProfile changes a user's password, or whether he has to. It fails with NotFound, Invalid, or Conflict when the
// password was changed since the new one was made ready.
func (t *Tx) UpdateLoginProfile(account, user string, change LoginChange) (*LoginProfile, error) {
	p, err := t.LoginProfile(account, user)
	if err != nil {
		return nil, err
	}
	c := *p
	if change.ResetRequired != nil {
		c.ResetRequired = *change.ResetRequired
	}
	if change.Sealed != nil {
		if err := checkSealed("password", change.Sealed); err != nil {
			return nil, err
		}
		if !bytes.Equal(change.Over, p.Sealed) {
			return nil, fault.New(fault.Conflict, fault.LoginProfile, user)
		}
		c.Sealed, c.Past, c.Changed = slices.Clone(change.Sealed), slices.Clone(p.Hashes(maxPasswordRemember-1)), t.now
	}
	return put(t, &c)
}

// DeleteLoginProfile takes a user's password away. It fails with NotFound.
func (t *Tx) DeleteLoginProfile(account, user string) error {
	p, err := t.LoginProfile(account, user)
	if err != nil {
		return err
	}
	t.drop(p)
	return nil
}

// checkSealed holds a sealed secret against the bounds of its place.
func checkSealed(parameter string, sealed []byte) error {
	if len(sealed) == 0 || len(sealed) > maxSealed {
		return fault.BadParameter(parameter, "")
	}
	return nil
}
