package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/arn"
)

// maxFaults bounds what Check reports.
const maxFaults = 100

// Check holds the whole state against every invariant, under the default quotas: the indexes agree with the records, names and ids
// are unique, nothing refers to what is not there, every document compiles, no quota is exceeded. It reads everything: it is for
// tests and for the operator's doctor.
func (s *tables) Check() error { return s.CheckWithin(DefaultQuotas()) }

// CheckWithin is Check under other quotas.
func (s *tables) CheckWithin(q Quotas) error {
	c := &checker{s: s, q: q}
	c.accounts()
	for _, u := range s.users.All() {
		c.user(u)
	}
	for _, g := range s.groups.All() {
		c.group(g)
	}
	for _, r := range s.roles.All() {
		c.role(r)
	}
	for _, p := range s.policies.All() {
		c.policy(p)
	}
	for _, k := range s.keys.All() {
		c.key(k)
	}
	for key, k := range s.seals.All() {
		c.want(key == k.rowKey() && k.check() == nil, k, "stands under %s or is malformed", key)
	}
	c.wantPlain(s.seals.Len() <= q.SealKeys, "%d seal keys", s.seals.Len())
	c.onShelves()
	c.indexes()
	return errors.Join(c.faults...)
}

type checker struct {
	s      *tables
	q      Quotas
	faults []error

	members, uses int // what the indexes should hold in all
}

func (c *checker) want(ok bool, r record, format string, args ...any) {
	if !ok {
		c.wantPlain(false, "%s: %s", r.rowKey(), fmt.Sprintf(format, args...))
	}
}

func (c *checker) wantPlain(ok bool, format string, args ...any) {
	if !ok && len(c.faults) < maxFaults {
		c.faults = append(c.faults, fmt.Errorf("iam: "+format, args...))
	}
}

func (c *checker) accounts() {
	homes := 0
	for id, a := range c.s.accounts.All() {
		c.want(id == a.ID && arn.IsAccount(id), a, "stands under %q", id)
		if a.Home {
			homes++
			c.want(!a.Suspended, a, "the home account is suspended")
		}
	}
	n := c.s.accounts.Len()
	c.wantPlain(homes == min(n, 1), "%d home accounts", homes)
	c.wantPlain(n <= c.q.Accounts, "%d accounts", n)
}

// entity checks what users, groups, roles and policies have in common.
func (c *checker) entity(r record, account, id, prefix, path, name string, most int) {
	_, err := c.s.Account(account)
	c.want(err == nil, r, "its account does not exist")
	c.want(IsUniqueID(id) && strings.HasPrefix(id, prefix), r, "bad id")
	stored, err := checkEntity("", path, name, most)
	c.want(err == nil && stored == path, r, "bad path or name")
	found, ok := c.s.find(r.rowKey())
	c.want(ok && found == r, r, "does not stand under its own key")
	value, err := encode(r)
	c.want(err == nil && len(value) <= MaxRow, r, "cannot be stored")
}

func (c *checker) user(u *User) {
	c.entity(u, u.Account, u.ID, PrefixUser, u.Path, u.Name, 64)
	r := c.s.realm(u.Account)
	named, _ := r.users.Get(fold(u.Name))
	c.want(named == u, u, "not found by its name")
	c.want(CheckTags(u.Tags) == nil && len(u.Tags) <= c.q.Tags, u, "bad tags")
	c.want(slices.IsSorted(u.Groups) && len(slices.Compact(slices.Clone(u.Groups))) == len(u.Groups), u, "groups not in order")
	c.want(len(u.Groups) <= c.q.GroupsPerUser, u, "in %d groups", len(u.Groups))
	for _, id := range u.Groups {
		g, ok := c.s.groups.Get(id)
		c.want(ok && g.Account == u.Account, u, "member of %s", id)
		members, _ := r.members.Get(id)
		member, _ := members.Get(fold(u.Name))
		c.want(member == u.ID, u, "missing among the members of %s", id)
	}
	c.members += len(u.Groups)
	c.want(len(r.keysOf(u.ID)) <= c.q.KeysPerUser, u, "too many keys")
	c.grants(u, u.Account, &u.Grants, u.holder(), c.q.AttachedPerUser, c.q.InlineUser)
}

func (c *checker) group(g *Group) {
	c.entity(g, g.Account, g.ID, PrefixGroup, g.Path, g.Name, 128)
	named, _ := c.s.realm(g.Account).groups.Get(fold(g.Name))
	c.want(named == g, g, "not found by its name")
	c.grants(g, g.Account, &g.Grants, g.holder(), c.q.AttachedPerGroup, c.q.InlineGroup)
}

func (c *checker) role(r *Role) {
	c.entity(r, r.Account, r.ID, PrefixRole, r.Path, r.Name, 64)
	named, _ := c.s.realm(r.Account).roles.Get(fold(r.Name))
	c.want(named == r, r, "not found by its name")
	c.want(CheckTags(r.Tags) == nil && len(r.Tags) <= c.q.Tags, r, "bad tags")
	spec := RoleSpec{Description: r.Description, MaxSession: r.MaxSession}
	c.want(r.MaxSession != 0 && checkRole(&spec) == nil, r, "bad session length or description")
	c.s.Trust(r)
	c.want(r.trust != nil && r.trust.document == r.Trust && r.trust.err == nil, r, "its trust policy does not compile")
	c.grants(r, r.Account, &r.Grants, r.holder(), c.q.AttachedPerRole, c.q.InlineRole)
}

func (c *checker) grants(r record, account string, g *Grants, h holder, attached, size int) {
	c.want(len(g.Attached) <= attached, r, "%d attached policies", len(g.Attached))
	c.want(slices.IsSorted(g.Attached) && len(slices.Compact(slices.Clone(g.Attached))) == len(g.Attached), r, "attached policies not in order")
	in := c.s.realm(account)
	for _, name := range g.Attached {
		_, err := c.s.Policy(account, name)
		c.want(err == nil, r, "bears %s: %v", name, err)
		uses, _ := in.uses.Get(name)
		id, _ := uses.Get(useKey(useAttached, h.kind, h.name))
		c.want(id == h.id, r, "missing among the uses of %s", name)
	}
	c.uses += len(g.Attached)
	if h.boundary != "" {
		_, err := c.s.Policy(account, h.boundary)
		c.want(err == nil, r, "bound by %s: %v", h.boundary, err)
		uses, _ := in.uses.Get(h.boundary)
		id, _ := uses.Get(useKey(useBoundary, h.kind, h.name))
		c.want(id == h.id, r, "missing among the uses of %s", h.boundary)
		c.uses++
	}
	total := 0
	for i := range g.Inline {
		p := &g.Inline[i]
		c.want(checkName("", p.Name, 128) == nil, r, "inline policy with a bad name")
		c.want(i == 0 || g.Inline[i-1].Name < p.Name, r, "inline policies not in order")
		c.want(p.compiled != nil && p.compiled.document == p.Document, r, "inline policy %s compiled from another text", p.Name)
		if p.compiled != nil {
			p.compiled.source()
			c.want(p.compiled.err == nil, r, "inline policy %s: %v", p.Name, p.compiled.err)
		}
		total += documentSize(p.Document)
	}
	c.want(total <= size, r, "inline policies of %d characters", total)
}

func (c *checker) policy(p *Policy) {
	c.entity(p, p.Account, p.ID, PrefixPolicy, p.Path, p.Name, 128)
	named, _ := c.s.realm(p.Account).policies.Get(fold(p.Name))
	c.want(named == p, p, "not found by its name")
	c.want(CheckTags(p.Tags) == nil && len(p.Tags) <= c.q.Tags, p, "bad tags")
	c.want(checkDescription(p.Description) == nil, p, "bad description")
	c.want(p.DefaultVersion() != nil, p, "no default version")
	c.want(len(p.Versions) <= c.q.VersionsPerPolicy, p, "%d versions", len(p.Versions))
	last := 0
	for i := range p.Versions {
		v := &p.Versions[i]
		c.want(v.N > last && v.N < p.Next, p, "version %d not in order", v.N)
		last = v.N
		c.want(v.compiled != nil && v.compiled.document == v.Document, p, "%s compiled from another text", v.ID())
		if v.compiled != nil {
			v.compiled.source()
			c.want(v.compiled.err == nil, p, "%s: %v", v.ID(), v.compiled.err)
		}
		c.want(documentSize(v.Document) <= c.q.Managed, p, "%s too large", v.ID())
	}
}

func (c *checker) key(k *AccessKey) {
	account, ok := AccountOfKey(k.ID)
	c.want(ok && account == k.Account && strings.HasPrefix(k.ID, PrefixAccessKey), k, "bad id")
	_, err := c.s.Account(k.Account)
	c.want(err == nil, k, "its account does not exist")
	found, ok := c.s.keys.Get(k.ID)
	c.want(ok && found == k, k, "does not stand under its own id")
	c.want(len(k.Sealed) > 0 && len(k.Sealed) <= maxSealed, k, "no secret")
	if k.User != "" {
		u, ok := c.s.users.Get(k.User)
		c.want(ok && u.Account == k.Account, k, "its user does not exist")
	}
	c.want(slices.Contains(c.s.realm(k.Account).keysOf(k.User), k), k, "missing among its user's keys")
}

func (r *realm) keysOf(user string) []*AccessKey {
	keys, _ := r.keys.Get(user)
	return keys
}

// indexes checks that the indexes hold nothing beyond what the records gave reason for, whose presence was checked before.
func (c *checker) indexes() {
	var have Counts
	var keys, members, uses int
	for account, r := range c.s.realms.All() {
		n := c.s.Counts(account)
		have.Users += n.Users
		have.Groups += n.Groups
		have.Roles += n.Roles
		have.Policies += n.Policies
		c.wantPlain(n.Users <= c.q.UsersPerAccount && n.Groups <= c.q.GroupsPerAccount && n.Roles <= c.q.RolesPerAccount &&
			n.Policies <= c.q.PoliciesPerAccount, "account %s holds %+v", account, n)
		c.wantPlain(r.mark != nil && r.mark != noRealm.mark, "account %s has no mark of its own", account)
		c.wantPlain(len(r.keysOf("")) <= c.q.KeysPerUser, "the root of account %s has too many keys", account)
		for _, set := range r.members.All() {
			members += set.Len()
		}
		for _, set := range r.uses.All() {
			uses += set.Len()
		}
		for _, set := range r.keys.All() {
			keys += len(set)
		}
	}
	want := Counts{Users: c.s.users.Len(), Groups: c.s.groups.Len(), Roles: c.s.roles.Len(), Policies: c.s.policies.Len()}
	c.wantPlain(have == want, "the names stand for %+v, the records are %+v", have, want)
	c.wantPlain(keys == c.s.keys.Len(), "the owners have %d keys, the records are %d", keys, c.s.keys.Len())
	c.wantPlain(members == c.members, "the groups have %d members, the users %d memberships", members, c.members)
	c.wantPlain(uses == c.uses, "the policies have %d uses, their bearers %d", uses, c.uses)
}
