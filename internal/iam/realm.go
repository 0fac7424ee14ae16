package iam

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/table"
)

// realm is one account's indexes. It is immutable; change makes a copy.
type realm struct {
	// mark stands for the account's groups and managed policies as they are: whoever holds the same mark has the same ones.
	mark     *mark
	users    table.Sorted[*User] // by folded name, and so on
	groups   table.Sorted[*Group]
	roles    table.Sorted[*Role]
	policies table.Sorted[*Policy]
	members  table.Table[table.Sorted[string]] // group id → folded user name → user id
	uses     table.Table[table.Sorted[string]] // policy ARN → use key → entity id
	keys     table.Table[[]*AccessKey]         // user id, "" for the root → its keys in order of their ids
}

// mark has a size, so that two of them never share an address.
type mark struct{ _ byte }

var noRealm = &realm{mark: new(mark)}

// realm finds an account's indexes; an account without any has empty ones.
func (s *tables) realm(account string) *realm {
	if r, ok := s.realms.Get(account); ok {
		return r
	}
	return noRealm
}

// change replaces an account's indexes by a changed copy.
func (s *tables) change(account string, f func(*realm)) {
	c := *s.realm(account)
	if c.mark == noRealm.mark {
		c.mark = new(mark)
	}
	f(&c)
	s.realms = s.realms.Set(account, &c)
}

// A use key orders the uses of a policy: attachments before boundaries, then by kind and folded name.
const (
	useAttached = "a/"
	useBoundary = "b/"
)

func useKey(usage string, kind EntityKind, name string) string {
	return usage + kind.letter() + "/" + fold(name)
}

func addTo(t table.Table[table.Sorted[string]], key, sub, id string) table.Table[table.Sorted[string]] {
	set, _ := t.Get(key)
	return t.Set(key, set.Set(sub, id))
}

func dropFrom(t table.Table[table.Sorted[string]], key, sub string) table.Table[table.Sorted[string]] {
	set, _ := t.Get(key)
	if set = set.Delete(sub); set.Len() == 0 {
		return t.Delete(key)
	}
	return t.Set(key, set)
}

// holder is what the index of uses needs to know of a user, group or role. The nil holder uses nothing.
type holder struct {
	kind     EntityKind
	id, name string
	attached []string
	boundary string
}

func (r *realm) reuse(old, now holder) {
	if fold(old.name) == fold(now.name) && old.id == now.id && old.boundary == now.boundary && slices.Equal(old.attached, now.attached) {
		return
	}
	old.uses(func(policyARN, key string) { r.uses = dropFrom(r.uses, policyARN, key) })
	now.uses(func(policyARN, key string) { r.uses = addTo(r.uses, policyARN, key, now.id) })
}

// uses gives the entries of the index of uses that belong to a holder.
func (h holder) uses(entry func(policyARN, key string)) {
	for _, p := range h.attached {
		entry(p, useKey(useAttached, h.kind, h.name))
	}
	if h.boundary != "" {
		entry(h.boundary, useKey(useBoundary, h.kind, h.name))
	}
}

// rejoin updates the members of groups for a user who changed from old to now; either may be nil.
func (r *realm) rejoin(old, now *User) {
	if old != nil && now != nil && fold(old.Name) == fold(now.Name) && slices.Equal(old.Groups, now.Groups) {
		return
	}
	if old != nil {
		for _, g := range old.Groups {
			r.members = dropFrom(r.members, g, fold(old.Name))
		}
	}
	if now != nil {
		for _, g := range now.Groups {
			r.members = addTo(r.members, g, fold(now.Name), now.ID)
		}
	}
}

// record is a stored thing: it knows its row. In the tables it replaces the record of its row key.
type record interface {
	rowKey() string
	prepare() // fills what is derived from the record, once, before anyone else sees it
}

// indexed is a record that has tables of its own. All others are on the shelf.
type indexed interface {
	record
	enter(*tables)
	leave(*tables)
	load(*loader) // enters tables that are being built, where it is new
}

func (s *tables) enter(r record) {
	switch r := r.(type) {
	case indexed:
		r.enter(s)
	case shelved:
		s.shelve(r)
	}
}

func (s *tables) leave(r record) {
	switch r := r.(type) {
	case indexed:
		r.leave(s)
	case shelved:
		s.unshelve(r)
	}
}

func (a *Account) rowKey() string { return "account/" + a.ID }
func (a *Account) prepare()       {}
func (a *Account) enter(s *tables) {
	s.accounts = s.accounts.Set(a.ID, a)
}
func (a *Account) leave(s *tables) { s.accounts = s.accounts.Delete(a.ID) }

func (u *User) enter(s *tables) {
	old, _ := s.users.Get(u.ID)
	s.users = s.users.Set(u.ID, u)
	s.change(u.Account, func(r *realm) {
		if old != nil && fold(old.Name) != fold(u.Name) {
			r.users = r.users.Delete(fold(old.Name))
		}
		r.users = r.users.Set(fold(u.Name), u)
		r.rejoin(old, u)
		r.reuse(old.holder(), u.holder())
	})
}

func (u *User) leave(s *tables) {
	s.users = s.users.Delete(u.ID)
	s.change(u.Account, func(r *realm) {
		r.users = r.users.Delete(fold(u.Name))
		r.rejoin(u, nil)
		r.reuse(u.holder(), holder{})
	})
}

func (g *Group) enter(s *tables) {
	old, _ := s.groups.Get(g.ID)
	s.groups = s.groups.Set(g.ID, g)
	s.change(g.Account, func(r *realm) {
		r.mark = new(mark)
		if old != nil && fold(old.Name) != fold(g.Name) {
			r.groups = r.groups.Delete(fold(old.Name))
		}
		r.groups = r.groups.Set(fold(g.Name), g)
		r.reuse(old.holder(), g.holder())
	})
}

func (g *Group) leave(s *tables) {
	s.groups = s.groups.Delete(g.ID)
	s.change(g.Account, func(r *realm) {
		r.mark = new(mark)
		r.groups = r.groups.Delete(fold(g.Name))
		r.reuse(g.holder(), holder{})
	})
}

func (r *Role) enter(s *tables) {
	old, _ := s.roles.Get(r.ID)
	s.roles = s.roles.Set(r.ID, r)
	s.change(r.Account, func(in *realm) {
		if old != nil && fold(old.Name) != fold(r.Name) {
			in.roles = in.roles.Delete(fold(old.Name))
		}
		in.roles = in.roles.Set(fold(r.Name), r)
		in.reuse(old.holder(), r.holder())
	})
}

func (r *Role) leave(s *tables) {
	s.roles = s.roles.Delete(r.ID)
	s.change(r.Account, func(in *realm) {
		in.roles = in.roles.Delete(fold(r.Name))
		in.reuse(r.holder(), holder{})
	})
}

func (p *Policy) enter(s *tables) {
	s.policies = s.policies.Set(p.ID, p)
	s.change(p.Account, func(r *realm) {
		r.mark = new(mark)
		r.policies = r.policies.Set(fold(p.Name), p)
	})
}

func (p *Policy) leave(s *tables) {
	s.policies = s.policies.Delete(p.ID)
	s.change(p.Account, func(r *realm) {
		r.mark = new(mark)
		r.policies = r.policies.Delete(fold(p.Name))
	})
}

func (k *AccessKey) enter(s *tables) {
	s.keys = s.keys.Set(k.ID, k)
	s.change(k.Account, func(r *realm) {
		keys, _ := r.keys.Get(k.User)
		r.keys = r.keys.Set(k.User, withKey(keys, k))
	})
}

func (k *AccessKey) leave(s *tables) {
	s.keys = s.keys.Delete(k.ID)
	s.change(k.Account, func(r *realm) {
		keys, _ := r.keys.Get(k.User)
		rest := slices.DeleteFunc(slices.Clone(keys), func(o *AccessKey) bool { return o.ID == k.ID })
		if len(rest) == 0 {
			r.keys = r.keys.Delete(k.User)
		} else {
			r.keys = r.keys.Set(k.User, rest)
		}
	})
}

func withKey(keys []*AccessKey, k *AccessKey) []*AccessKey {
	at, found := slices.BinarySearchFunc(keys, k.ID, func(o *AccessKey, id string) int { return strings.Compare(o.ID, id) })
	out := slices.Clone(keys)
	if found {
		out[at] = k
		return out
	}
	return slices.Insert(out, at, k)
}

func (k *SealKey) enter(s *tables) { s.seals = s.seals.Set(k.rowKey(), k) }
func (k *SealKey) leave(s *tables) { s.seals = s.seals.Delete(k.rowKey()) }
