package iam

import (
	"fmt"

	"github.com/daypass/daypass/internal/table"
)

// loader builds tables from scratch, which is several times faster than entering records one by one. What it builds must be what
// entering them would have given; see the tests.
type loader struct {
	accounts table.SortedBuilder[*Account]
	users    table.Builder[*User]
	groups   table.Builder[*Group]
	roles    table.Builder[*Role]
	policies table.Builder[*Policy]
	keys     table.Builder[*AccessKey]
	seals    table.SortedBuilder[*SealKey]
	shelf    table.SortedBuilder[shelved]
	realms   map[string]*realmLoader
	steered  bool // a record steers control policies
}

type realmLoader struct {
	users    table.SortedBuilder[*User]
	groups   table.SortedBuilder[*Group]
	roles    table.SortedBuilder[*Role]
	policies table.SortedBuilder[*Policy]
	members  map[string]*table.SortedBuilder[string]
	uses     map[string]*table.SortedBuilder[string]
	keys     map[string][]*AccessKey
}

func (l *loader) realm(account string) *realmLoader {
	r, ok := l.realms[account]
	if !ok {
		r = &realmLoader{
			members: map[string]*table.SortedBuilder[string]{}, uses: map[string]*table.SortedBuilder[string]{},
			keys: map[string][]*AccessKey{},
		}
		l.realms[account] = r
	}
	return r
}

// add takes a record; one whose id or name was there before is an ErrRow.
func (l *loader) add(r record) error {
	var twice, taken bool
	switch r := r.(type) {
	case *Account:
		_, twice = l.accounts.Get(r.ID)
	case *User:
		_, twice = l.users.Get(r.ID)
		_, taken = l.realm(r.Account).users.Get(fold(r.Name))
	case *Group:
		_, twice = l.groups.Get(r.ID)
		_, taken = l.realm(r.Account).groups.Get(fold(r.Name))
	case *Role:
		_, twice = l.roles.Get(r.ID)
		_, taken = l.realm(r.Account).roles.Get(fold(r.Name))
	case *Policy:
		_, twice = l.policies.Get(r.ID)
		_, taken = l.realm(r.Account).policies.Get(fold(r.Name))
	case *AccessKey:
		_, twice = l.keys.Get(r.ID)
	case *SealKey:
		_, twice = l.seals.Get(r.rowKey())
	case shelved:
		for key := range shelfKeys(r) {
			if _, ok := l.shelf.Get(key); ok {
				twice = true
			}
		}
	}
	if twice || taken {
		return fmt.Errorf("%w: the id or name of %s comes twice", ErrRow, r.rowKey())
	}
	switch r := r.(type) {
	case indexed:
		r.load(l)
	case shelved:
		if _, ok := r.(steering); ok {
			l.steered = true
		}
		for key := range shelfKeys(r) {
			l.shelf.Set(key, r)
		}
	}
	return nil
}

func (l *loader) finish(s *tables) {
	s.accounts, s.users, s.groups, s.roles = l.accounts.Sorted(), l.users.Table(), l.groups.Table(), l.roles.Table()
	s.policies, s.keys, s.seals, s.shelf = l.policies.Table(), l.keys.Table(), l.seals.Sorted(), l.shelf.Sorted()
	if l.steered {
		s.steer = new(mark)
	}
	var realms table.Builder[*realm]
	for account, b := range l.realms {
		r := &realm{
			mark: new(mark), users: b.users.Sorted(), groups: b.groups.Sorted(), roles: b.roles.Sorted(), policies: b.policies.Sorted(),
			members: built(b.members), uses: built(b.uses),
		}
		var keys table.Builder[[]*AccessKey]
		for owner, list := range b.keys {
			keys.Set(owner, list)
		}
		r.keys = keys.Table()
		realms.Set(account, r)
	}
	s.realms = realms.Table()
}

func built(sets map[string]*table.SortedBuilder[string]) table.Table[table.Sorted[string]] {
	var t table.Builder[table.Sorted[string]]
	for key, set := range sets {
		t.Set(key, set.Sorted())
	}
	return t.Table()
}

// enlist puts an entry into one of many sets.
func enlist(sets map[string]*table.SortedBuilder[string], key, sub, id string) {
	set, ok := sets[key]
	if !ok {
		set = &table.SortedBuilder[string]{}
		sets[key] = set
	}
	set.Set(sub, id)
}

func (r *realmLoader) use(h holder) {
	h.uses(func(policyARN, key string) { enlist(r.uses, policyARN, key, h.id) })
}

func (a *Account) load(l *loader) { l.accounts.Set(a.ID, a) }

func (u *User) load(l *loader) {
	l.users.Set(u.ID, u)
	r := l.realm(u.Account)
	r.users.Set(fold(u.Name), u)
	for _, g := range u.Groups {
		enlist(r.members, g, fold(u.Name), u.ID)
	}
	r.use(u.holder())
}

func (g *Group) load(l *loader) {
	l.groups.Set(g.ID, g)
	r := l.realm(g.Account)
	r.groups.Set(fold(g.Name), g)
	r.use(g.holder())
}

func (r *Role) load(l *loader) {
	l.roles.Set(r.ID, r)
	in := l.realm(r.Account)
	in.roles.Set(fold(r.Name), r)
	in.use(r.holder())
}

func (p *Policy) load(l *loader) {
	l.policies.Set(p.ID, p)
	l.realm(p.Account).policies.Set(fold(p.Name), p)
}

func (k *AccessKey) load(l *loader) {
	l.keys.Set(k.ID, k)
	r := l.realm(k.Account)
	r.keys[k.User] = withKey(r.keys[k.User], k)
}

func (k *SealKey) load(l *loader) { l.seals.Set(k.rowKey(), k) }
