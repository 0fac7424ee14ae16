package iam

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// Bounds of a role's longest session (roleMaxSessionDurationType of the IAM API model). The lower one is the default.
const (
	MinMaxSession = time.Hour
	MaxMaxSession = 12 * time.Hour
)

// Role is an identity without credentials of its own: those whom its trust policy allows get temporary ones.
type Role struct {
	Account     string    `json:"account"`
	ID          string    `json:"id"` // AROA…, never used again
	Path        string    `json:"path"`
	Name        string    `json:"name"`
	Created     time.Time `json:"created"`
	Description *string   `json:"description,omitzero"` // nil: none was given
	// MaxSession is the longest session that may be asked for, in whole seconds.
	MaxSession time.Duration `json:"maxSession"`
	// Trust is the trust policy as it is decided by: users and roles stand in it by unique id. ShowTrust gives it for readers.
	Trust string `json:"trust"`
	// RevokedBefore voids every session of the role that was issued earlier. Zero: none.
	RevokedBefore time.Time `json:"revokedBefore,omitzero"`
	Tags          []Tag     `json:"tags,omitempty"`
	Boundary      string    `json:"boundary,omitzero"` // resource name of a managed policy
	Grants

	name   string // resource name
	trust  *compiled
	spoken *spoken
}

// RoleSpec is what a new role is made from.
type RoleSpec struct {
	Path        string // empty for "/"
	Name        string
	Trust       string
	Description *string
	MaxSession  time.Duration // 0 for one hour
	Boundary    string        // resource name of a managed policy; empty for none
	Tags        []Tag
}

// ARN is the role's resource name.
func (r *Role) ARN() string {
	if r.name == "" {
		return arn.Role(r.Account, r.Path, r.Name)
	}
	return r.name
}

func (r *Role) rowKey() string { return "role/" + r.Account + "/" + r.ID }

func (r *Role) prepare() {
	r.Tags = tidy(r.Tags)
	r.name = arn.Role(r.Account, r.Path, r.Name)
	r.spoken = new(spoken)
	r.trust = r.trust.of(policy.Trust, "resource", r.name, r.Trust)
	r.compile("role")
}

func (r *Role) holder() holder {
	if r == nil {
		return holder{}
	}
	return holder{kind: KindRole, id: r.ID, name: r.Name, attached: r.Attached, boundary: r.Boundary}
}

// CreateRole adds a role. It fails with NotFound (account), Invalid, Malformed (trust policy), NotAttachable (boundary), Exists or
// Limit.
func (t *Tx) CreateRole(account string, spec RoleSpec) (*Role, error) {
	if strings.HasPrefix(spec.Path, serviceRolePath) {
		// Roles there are linked to services, and protected.
		return nil, fault.BadParameter("path", spec.Path)
	}
	return t.addRole(account, spec)
}

func (t *Tx) addRole(account string, spec RoleSpec) (*Role, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	path, err := checkEntity("roleName", spec.Path, spec.Name, 64)
	if err != nil {
		return nil, err
	}
	if err := checkRole(&spec); err != nil {
		return nil, err
	}
	if err := t.newTags(fault.Role, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	r := t.realm(account)
	if _, taken := r.roles.Get(fold(spec.Name)); taken {
		return nil, fault.Taken(fault.Role, spec.Name)
	}
	trust, err := t.bindTrust(account, spec.Name, spec.Trust)
	if err != nil {
		return nil, err
	}
	if err := t.mayBound(account, spec.Boundary); err != nil {
		return nil, err
	}
	if r.roles.Len() >= t.quotas.RolesPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.Role, account, t.quotas.RolesPerAccount)
	}
	id, err := t.freshEntityID(PrefixRole)
	if err != nil {
		return nil, err
	}
	return put(t, &Role{
		Account: account, ID: id, Path: path, Name: spec.Name, Created: t.now, Description: cloneText(spec.Description),
		MaxSession: spec.MaxSession, Trust: trust, Tags: slices.Clone(spec.Tags), Boundary: spec.Boundary,
	})
}

// UpdateRole changes a role's description (nil leaves it) and its longest session (0 leaves it). It fails with NotFound or Invalid.
func (t *Tx) UpdateRole(account, name string, description *string, maxSession time.Duration) (*Role, error) {
	r, err := t.Role(account, name)
	if err != nil {
		return nil, err
	}
	if r.ServiceLinked() && maxSession != 0 && maxSession != r.MaxSession {
		return nil, fault.New(fault.Unmodifiable, fault.Role, r.Name)
	}
	spec := RoleSpec{Description: description, MaxSession: maxSession}
	if maxSession == 0 {
		spec.MaxSession = r.MaxSession
	}
	if err := checkRole(&spec); err != nil {
		return nil, err
	}
	c := *r
	c.MaxSession = spec.MaxSession
	if description != nil {
		c.Description = cloneText(description)
	}
	return put(t, &c)
}

// UpdateTrust replaces a role's trust policy. It fails with NotFound, Malformed or Limit.
func (t *Tx) UpdateTrust(account, name, document string) (*Role, error) {
	r, err := t.ordinaryRole(account, name)
	if err != nil {
		return nil, err
	}
	c := *r
	if c.Trust, err = t.bindTrust(account, r.Name, document); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// DeleteRole removes a role without policies that no instance profile holds; InUse names the first of instance profiles, attached and
// inline policies that stands in the way. It fails with NotFound.
func (t *Tx) DeleteRole(account, name string) error {
	r, err := t.ordinaryRole(account, name)
	if err != nil {
		return err
	}
	switch {
	case shelfCount(&t.tables, profilesOf(r.ID)) > 0:
		return fault.Blocked(fault.Role, fault.InstanceProfile, name)
	case len(r.Attached) > 0:
		return fault.Blocked(fault.Role, fault.Attachment, name)
	case len(r.Inline) > 0:
		return fault.Blocked(fault.Role, fault.RolePolicy, name)
	}
	t.drop(r)
	return nil
}

// TagRole adds or replaces tags. It fails with NotFound, Invalid or Limit.
func (t *Tx) TagRole(account, name string, tags []Tag) (*Role, error) {
	r, err := t.Role(account, name)
	if err != nil {
		return nil, err
	}
	c := *r
	if c.Tags, err = t.withTags(fault.Role, name, r.Tags, tags); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// UntagRole removes tags by key, without regard to case. It fails with NotFound.
func (t *Tx) UntagRole(account, name string, keys []string) (*Role, error) {
	r, err := t.Role(account, name)
	if err != nil {
		return nil, err
	}
	c := *r
	c.Tags = withoutTags(r.Tags, keys)
	return put(t, &c)
}

// RevokeSessions voids every session of a role that was issued before a time, which must not lie after the transaction's own by
// more than its second. A revocation is never taken back: an earlier time than the stored one changes nothing. It fails with
// NotFound or Invalid.
func (t *Tx) RevokeSessions(account, name string, before time.Time) (*Role, error) {
	r, err := t.Role(account, name)
	if err != nil {
		return nil, err
	}
	before = utc(before)
	if before.IsZero() || before.After(t.now.Add(time.Second)) {
		return nil, fault.BadParameter("before", before.Format(time.RFC3339))
	}
	if !before.After(r.RevokedBefore) {
		return r, nil
	}
	c := *r
	c.RevokedBefore = before
	return put(t, &c)
}

func checkRole(spec *RoleSpec) error {
	if spec.MaxSession == 0 {
		spec.MaxSession = MinMaxSession
	}
	if d := spec.MaxSession; d < MinMaxSession || d > MaxMaxSession || d%time.Second != 0 {
		return fault.BadParameter("maxSessionDuration", strconv.FormatInt(int64(d/time.Second), 10))
	}
	if spec.Description != nil {
		return checkDescription(*spec.Description)
	}
	return nil
}

func cloneText(s *string) *string {
	if s == nil {
		return nil
	}
	return new(*s)
}
