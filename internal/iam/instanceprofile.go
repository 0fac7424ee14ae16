package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// InstanceProfile is the name by which a machine is given a role.
type InstanceProfile struct {
	Account string    `json:"account"`
	ID      string    `json:"id"` // AIPA…, never used again
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Role    string    `json:"role,omitzero"` // unique id of its one role; empty: none
	Tags    []Tag     `json:"tags,omitempty"`
}

// ARN is the profile's resource name.
func (p *InstanceProfile) ARN() string { return arn.InstanceProfile(p.Account, p.Path, p.Name) }

func (p *InstanceProfile) rowKey() string { return profilesIn(p.Account) + fold(p.Name) }
func (p *InstanceProfile) prepare()       { p.Tags = tidy(p.Tags) }

func (p *InstanceProfile) also() []string {
	if p.Role == "" {
		return nil
	}
	return []string{profilesOf(p.Role) + fold(p.Name)}
}

func profilesIn(account string) string { return "instanceprofile/" + account + "/" }
func profilesOf(roleID string) string  { return "instanceprofile-of/" + roleID + "/" }

func (p *InstanceProfile) check(c *checker) {
	c.ofAccount(p, p.Account)
	c.want(len(p.ID) == 21 && strings.HasPrefix(p.ID, PrefixInstanceProfile) && isUpperWord(p.ID), p, "bad id")
	path, err := checkEntity("", p.Path, p.Name, 128)
	c.want(err == nil && path == p.Path, p, "bad path or name")
	c.want(CheckTags(p.Tags) == nil && len(p.Tags) <= c.q.Tags, p, "bad tags")
	if p.Role != "" {
		r, ok := c.s.roles.Get(p.Role)
		c.want(ok && r.Account == p.Account, p, "its role does not exist")
	}
}

// InstanceProfile finds an instance profile by name, without regard to case; NotFound otherwise.
func (s *tables) InstanceProfile(account, name string) (*InstanceProfile, error) {
	if p, ok := onShelf[*InstanceProfile](s, profilesIn(account)+fold(name)); ok {
		return p, nil
	}
	return nil, fault.Missing(fault.InstanceProfile, name)
}

// InstanceProfiles lists an account's instance profiles whose path begins with pathPrefix.
func (s *tables) InstanceProfiles(account, pathPrefix, after string, limit int) (page []*InstanceProfile, next string) {
	return shelfPage(s, profilesIn(account), after, limit, func(p *InstanceProfile) bool { return strings.HasPrefix(p.Path, pathPrefix) })
}

// InstanceProfilesOf lists the instance profiles that hold a role.
func (s *tables) InstanceProfilesOf(r *Role, after string, limit int) (page []*InstanceProfile, next string) {
	return shelfPage(s, profilesOf(r.ID), after, limit, func(*InstanceProfile) bool { return true })
}

// InstanceProfileSpec is what a new instance profile is made from.
type InstanceProfileSpec struct {
	Path string // empty for "/"
	Name string
	Tags []Tag
}

// CreateInstanceProfile adds an instance profile without a role. It fails with NotFound (account), Invalid, Exists or Limit.
func (t *Tx) CreateInstanceProfile(account string, spec InstanceProfileSpec) (*InstanceProfile, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	path, err := checkEntity("instanceProfileName", spec.Path, spec.Name, 128)
	if err != nil {
		return nil, err
	}
	if err := t.newTags(fault.InstanceProfile, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	if _, err := t.InstanceProfile(account, spec.Name); err == nil {
		return nil, fault.Taken(fault.InstanceProfile, spec.Name)
	}
	if shelfCount(&t.tables, profilesIn(account)) >= t.quotas.InstanceProfilesPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.InstanceProfile, account, t.quotas.InstanceProfilesPerAccount)
	}
	id, err := NewEntityID(PrefixInstanceProfile, t.random)
	if err != nil {
		return nil, err
	}
	return put(t, &InstanceProfile{Account: account, ID: id, Path: path, Name: spec.Name, Created: t.now, Tags: slices.Clone(spec.Tags)})
}

// DeleteInstanceProfile removes an instance profile that holds no role. It fails with NotFound or InUse.
func (t *Tx) DeleteInstanceProfile(account, name string) error {
	p, err := t.InstanceProfile(account, name)
	if err != nil {
		return err
	}
	if p.Role != "" {
		return fault.Blocked(fault.InstanceProfile, fault.InstanceProfile, name)
	}
	t.drop(p)
	return nil
}

// AddRoleToInstanceProfile puts a role into a profile that has none. It fails with NotFound (profile, role), Unmodifiable or Limit.
func (t *Tx) AddRoleToInstanceProfile(account, name, role string) error {
	p, err := t.InstanceProfile(account, name)
	if err != nil {
		return err
	}
	r, err := t.ordinaryRole(account, role)
	if err != nil {
		return err
	}
	if p.Role != "" {
		// One role is what a machine can have; this is no quota that an operator could raise.
		return fault.Exceeded(fault.InstanceProfile, fault.Role, name, 1)
	}
	c := *p
	c.Role = r.ID
	_, err = put(t, &c)
	return err
}

// RemoveRoleFromInstanceProfile takes a role out of a profile. It fails with NotFound: the profile, the role, or with the Subject
// InstanceProfile when the profile does not hold that role.
func (t *Tx) RemoveRoleFromInstanceProfile(account, name, role string) error {
	p, err := t.InstanceProfile(account, name)
	if err != nil {
		return err
	}
	r, err := t.Role(account, role)
	if err != nil {
		return err
	}
	if p.Role != r.ID {
		return &fault.Error{Kind: fault.NotFound, What: fault.Role, Subject: fault.InstanceProfile, Name: role, Detail: name}
	}
	c := *p
	c.Role = ""
	_, err = put(t, &c)
	return err
}

// TagInstanceProfile adds or replaces tags. It fails with NotFound, Invalid or Limit.
func (t *Tx) TagInstanceProfile(account, name string, tags []Tag) error {
	p, err := t.InstanceProfile(account, name)
	if err != nil {
		return err
	}
	c := *p
	if c.Tags, err = t.withTags(fault.InstanceProfile, name, p.Tags, tags); err != nil {
		return err
	}
	_, err = put(t, &c)
	return err
}

// UntagInstanceProfile removes tags by key, without regard to case. It fails with NotFound.
func (t *Tx) UntagInstanceProfile(account, name string, keys []string) error {
	p, err := t.InstanceProfile(account, name)
	if err != nil {
		return err
	}
	c := *p
	c.Tags = withoutTags(p.Tags, keys)
	_, err = put(t, &c)
	return err
}
