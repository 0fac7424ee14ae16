package iam

import (
	"slices"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// User is a person or program with long-term credentials.
type User struct {
	Account  string    `json:"account"`
	ID       string    `json:"id"` // AIDA…, never used again
	Path     string    `json:"path"`
	Name     string    `json:"name"`
	Created  time.Time `json:"created"`
	Tags     []Tag     `json:"tags,omitempty"`
	Boundary string    `json:"boundary,omitzero"` // resource name of a managed policy
	Groups   []string  `json:"groups,omitempty"`  // unique ids, sorted
	Grants

	name   string // resource name
	spoken *spoken
}

// UserSpec is what a new user is made from.
type UserSpec struct {
	Path     string // empty for "/"
	Name     string
	Boundary string // resource name of a managed policy; empty for none
	Tags     []Tag
}

// ARN is the user's resource name.
func (u *User) ARN() string {
	if u.name == "" {
		return arn.User(u.Account, u.Path, u.Name)
	}
	return u.name
}

func (u *User) rowKey() string { return "user/" + u.Account + "/" + u.ID }

func (u *User) prepare() {
	u.Tags = tidy(u.Tags)
	u.name = arn.User(u.Account, u.Path, u.Name)
	u.spoken = new(spoken)
	u.compile("user")
}

func (u *User) holder() holder {
	if u == nil {
		return holder{}
	}
	return holder{kind: KindUser, id: u.ID, name: u.Name, attached: u.Attached, boundary: u.Boundary}
}

// CreateUser adds a user. It fails with NotFound (account), Invalid, NotAttachable (boundary), Exists or Limit.
func (t *Tx) CreateUser(account string, spec UserSpec) (*User, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	path, err := checkEntity("userName", spec.Path, spec.Name, 64)
	if err != nil {
		return nil, err
	}
	if err := t.newTags(fault.User, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	r := t.realm(account)
	if _, taken := r.users.Get(fold(spec.Name)); taken {
		return nil, fault.Taken(fault.User, spec.Name)
	}
	if err := t.mayBound(account, spec.Boundary); err != nil {
		return nil, err
	}
	if r.users.Len() >= t.quotas.UsersPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.User, account, t.quotas.UsersPerAccount)
	}
	id, err := t.freshEntityID(PrefixUser)
	if err != nil {
		return nil, err
	}
	return put(t, &User{
		Account: account, ID: id, Path: path, Name: spec.Name, Created: t.now,
		Tags: slices.Clone(spec.Tags), Boundary: spec.Boundary,
	})
}

// UpdateUser renames or moves a user; an empty value leaves the old one. The unique id stays, and with it every trust, membership
// and policy. It fails with NotFound, Invalid or Exists.
func (t *Tx) UpdateUser(account, name, newPath, newName string) (*User, error) {
	u, err := t.User(account, name)
	if err != nil {
		return nil, err
	}
	c := *u
	if c.Path, c.Name, err = renamed("newUserName", u.Path, u.Name, newPath, newName, 64); err != nil {
		return nil, err
	}
	if other, taken := t.realm(account).users.Get(fold(c.Name)); taken && other.ID != u.ID {
		return nil, fault.Taken(fault.User, newName)
	}
	return put(t, &c)
}

// DeleteUser removes a user who has nothing left: InUse names the first of attached policies, inline policies, login profile, access
// keys, signing certificates, SSH keys, service credentials, MFA devices and memberships that stands in the way. It fails with NotFound.
func (t *Tx) DeleteUser(account, name string) error {
	u, err := t.User(account, name)
	if err != nil {
		return err
	}
	switch {
	case len(u.Attached) > 0:
		return fault.Blocked(fault.User, fault.Attachment, name)
	case len(u.Inline) > 0:
		return fault.Blocked(fault.User, fault.UserPolicy, name)
	case t.hasLogin(u):
		return fault.Blocked(fault.User, fault.LoginProfile, name)
	case len(t.KeysOf(account, u.ID)) > 0:
		return fault.Blocked(fault.User, fault.AccessKey, name)
	case len(t.SigningCertificates(account, u.ID)) > 0:
		return fault.Blocked(fault.User, fault.SigningCertificate, name)
	case len(t.SSHKeys(u)) > 0:
		return fault.Blocked(fault.User, fault.SSHKey, name)
	case shelfCount(&t.tables, serviceCredentialsOf(account, u.ID)) > 0:
		return fault.Blocked(fault.User, fault.ServiceCredential, name)
	case len(t.MFADevicesOf(u.ID)) > 0:
		return fault.Blocked(fault.User, fault.MFADevice, name)
	case len(u.Groups) > 0:
		return fault.Blocked(fault.User, fault.Membership, name)
	}
	t.drop(u)
	return nil
}

// TagUser adds or replaces tags. It fails with NotFound, Invalid or Limit.
func (t *Tx) TagUser(account, name string, tags []Tag) (*User, error) {
	u, err := t.User(account, name)
	if err != nil {
		return nil, err
	}
	c := *u
	if c.Tags, err = t.withTags(fault.User, name, u.Tags, tags); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// UntagUser removes tags by key, without regard to case. It fails with NotFound.
func (t *Tx) UntagUser(account, name string, keys []string) (*User, error) {
	u, err := t.User(account, name)
	if err != nil {
		return nil, err
	}
	c := *u
	c.Tags = withoutTags(u.Tags, keys)
	return put(t, &c)
}

// AddUserToGroup makes a user a member; nothing happens to one who is already. It fails with NotFound or Limit.
func (t *Tx) AddUserToGroup(account, group, user string) error {
	g, err := t.Group(account, group)
	if err != nil {
		return err
	}
	u, err := t.User(account, user)
	if err != nil || slices.Contains(u.Groups, g.ID) {
		return err
	}
	if len(u.Groups) >= t.quotas.GroupsPerUser {
		return fault.Exceeded(fault.User, fault.Membership, user, t.quotas.GroupsPerUser)
	}
	c := *u
	c.Groups = with(u.Groups, g.ID)
	_, err = put(t, &c)
	return err
}

// RemoveUserFromGroup ends a membership. It fails with NotFound: the group, the user, or with What Membership when the user is
// no member.
func (t *Tx) RemoveUserFromGroup(account, group, user string) error {
	g, err := t.Group(account, group)
	if err != nil {
		return err
	}
	u, err := t.User(account, user)
	if err != nil {
		return err
	}
	if !slices.Contains(u.Groups, g.ID) {
		return &fault.Error{Kind: fault.NotFound, What: fault.Membership, Name: user, Detail: group}
	}
	c := *u
	c.Groups = without(u.Groups, g.ID)
	_, err = put(t, &c)
	return err
}

// checkEntity checks the path and name of a new entity and gives the path to store.
func checkEntity(parameter, path, name string, most int) (string, error) {
	if err := checkName(parameter, name, most); err != nil {
		return "", err
	}
	return checkPath(path)
}

// renamed gives the path and name after a change, where empty values leave the old ones.
func renamed(parameter, path, name, newPath, newName string, most int) (string, string, error) {
	if newPath != "" {
		p, err := checkPath(newPath)
		if err != nil {
			return "", "", err
		}
		path = p
	}
	if newName != "" {
		if err := checkName(parameter, newName, most); err != nil {
			return "", "", err
		}
		name = newName
	}
	return path, name, nil
}

// with gives a sorted list with s in it; list itself stays as it is.
func with(list []string, s string) []string {
	at, found := slices.BinarySearch(list, s)
	if found {
		return list
	}
	return slices.Insert(slices.Clone(list), at, s)
}

// without gives the list without s; list itself stays as it is.
func without(list []string, s string) []string {
	out := slices.DeleteFunc(slices.Clone(list), func(o string) bool { return o == s })
	if len(out) == 0 {
		return nil
	}
	return out
}
