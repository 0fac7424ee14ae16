package iam

import (
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// Group is a set of users that shares policies. It is no principal.
type Group struct {
	Account string    `json:"account"`
	ID      string    `json:"id"` // AGPA…, never used again
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Grants

	name string // resource name
}

// ARN is the group's resource name.
func (g *Group) ARN() string {
	if g.name == "" {
		return arn.Group(g.Account, g.Path, g.Name)
	}
	return g.name
}

func (g *Group) rowKey() string { return "group/" + g.Account + "/" + g.ID }

func (g *Group) prepare() {
	g.name = arn.Group(g.Account, g.Path, g.Name)
	g.compile("group")
}

func (g *Group) holder() holder {
	if g == nil {
		return holder{}
	}
	return holder{kind: KindGroup, id: g.ID, name: g.Name, attached: g.Attached}
}

// CreateGroup adds a group; an empty path stands for "/". It fails with NotFound (account), Invalid, Exists or Limit.
func (t *Tx) CreateGroup(account, path, name string) (*Group, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	path, err := checkEntity("groupName", path, name, 128)
	if err != nil {
		return nil, err
	}
	r := t.realm(account)
	if _, taken := r.groups.Get(fold(name)); taken {
		return nil, fault.Taken(fault.Group, name)
	}
	if r.groups.Len() >= t.quotas.GroupsPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.Group, account, t.quotas.GroupsPerAccount)
	}
	id, err := t.freshEntityID(PrefixGroup)
	if err != nil {
		return nil, err
	}
	return put(t, &Group{Account: account, ID: id, Path: path, Name: name, Created: t.now})
}

// UpdateGroup renames or moves a group; an empty value leaves the old one. It fails with NotFound, Invalid or Exists.
func (t *Tx) UpdateGroup(account, name, newPath, newName string) (*Group, error) {
	g, err := t.Group(account, name)
	if err != nil {
		return nil, err
	}
	c := *g
	if c.Path, c.Name, err = renamed("newGroupName", g.Path, g.Name, newPath, newName, 128); err != nil {
		return nil, err
	}
	if other, taken := t.realm(account).groups.Get(fold(c.Name)); taken && other.ID != g.ID {
		return nil, fault.Taken(fault.Group, newName)
	}
	return put(t, &c)
}

// DeleteGroup removes a group without members or policies; InUse names the first of attached policies, inline policies and members
// that stands in the way. It fails with NotFound.
func (t *Tx) DeleteGroup(account, name string) error {
	g, err := t.Group(account, name)
	if err != nil {
		return err
	}
	members, _ := t.realm(account).members.Get(g.ID)
	switch {
	case len(g.Attached) > 0:
		return fault.Blocked(fault.Group, fault.Attachment, name)
	case len(g.Inline) > 0:
		return fault.Blocked(fault.Group, fault.GroupPolicy, name)
	case members.Len() > 0:
		return fault.Blocked(fault.Group, fault.Membership, name)
	}
	t.drop(g)
	return nil
}
