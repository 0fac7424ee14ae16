package iam

import (
	"iter"
	"slices"
	"strings"
)

// MaxPage bounds a page of any list.
const MaxPage = 1000

// DefaultPage is the length of a page that nobody chose.
const DefaultPage = 100

// Lists are ordered by name without regard to case, independent of the path. A page begins after a marker, which is the folded
// name of the last item of the page before: it stays good while others come and go, be the item itself among them. The marker is
// the caller's to hide or to sign; a made-up one only begins the page elsewhere in the same account.

// Accounts lists the accounts by id. next is empty on the last page.
func (s *tables) Accounts(after string, limit int) (page []*Account, next string) {
	return pageOf(s.accounts.After(after), limit, func(a *Account) bool { return true })
}

// Users lists an account's users whose path begins with pathPrefix.
func (s *tables) Users(account, pathPrefix, after string, limit int) (page []*User, next string) {
	return pageOf(s.realm(account).users.After(fold(after)), limit, func(u *User) bool { return strings.HasPrefix(u.Path, pathPrefix) })
}

// Groups lists an account's groups whose path begins with pathPrefix.
func (s *tables) Groups(account, pathPrefix, after string, limit int) (page []*Group, next string) {
	return pageOf(s.realm(account).groups.After(fold(after)), limit, func(g *Group) bool { return strings.HasPrefix(g.Path, pathPrefix) })
}

// Roles lists an account's roles whose path begins with pathPrefix.
func (s *tables) Roles(account, pathPrefix, after string, limit int) (page []*Role, next string) {
	return pageOf(s.realm(account).roles.After(fold(after)), limit, func(r *Role) bool { return strings.HasPrefix(r.Path, pathPrefix) })
}

// Scope says whose managed policies a list holds.
type Scope uint8

// The scopes.
const (
	ScopeAll   Scope = iota // the account's own, then those of "aws"
	ScopeLocal              // the account's own
	ScopeAWS                // those of "aws"
)

// Usage says what a managed policy is used as.
type Usage uint8

// The usages.
const (
	UsageAny Usage = iota
	UsagePermissions
	UsageBoundary
)

// PolicyFilter chooses managed policies for a list.
type PolicyFilter struct {
	Scope      Scope
	Attached   bool // only those that the account uses
	Usage      Usage
	PathPrefix string
}

// Policies lists the managed policies that an account sees. Here the marker is "l/" or "a/" (own, or of "aws") and the folded name.
func (s *tables) Policies(account string, f PolicyFilter, after string, limit int) (page []*Policy, next string) {
	keep := func(p *Policy) bool { return strings.HasPrefix(p.Path, f.PathPrefix) && s.usedAs(account, p.ARN(), f) }
	all := func(yield func(string, *Policy) bool) {
		if name, inAWS := strings.CutPrefix(after, "a/"); !inAWS && f.Scope != ScopeAWS {
			for k, p := range s.realm(account).policies.After(strings.TrimPrefix(name, "l/")) {
				if !yield("l/"+k, p) {
					return
				}
			}
		}
		if f.Scope == ScopeLocal {
			return
		}
		from, inAWS := strings.CutPrefix(after, "a/")
		if !inAWS {
			from = ""
		}
		for k, p := range s.catalog.policies.After(from) {
			if !yield("a/"+k, p) {
				return
			}
		}
	}
	return pageOf(all, limit, keep)
}

func (s *tables) usedAs(account, policyARN string, f PolicyFilter) bool {
	if !f.Attached && f.Usage == UsageAny {
		return true
	}
	attached, boundaries := s.UseCounts(account, policyARN)
	switch f.Usage {
	case UsagePermissions:
		return attached > 0
	case UsageBoundary:
		return boundaries > 0
	}
	return attached+boundaries > 0
}

// UseCounts counts in one account to how many users, groups and roles a policy is attached, and how many it bounds.
func (s *tables) UseCounts(account, policyARN string) (attached, boundaries int) {
	uses, ok := s.realm(account).uses.Get(policyARN)
	if !ok {
		return 0, 0
	}
	for range uses.Prefix(useBoundary) {
		boundaries++
	}
	return uses.Len() - boundaries, boundaries
}

// EntityKind is the sort of an entity that bears policies.
type EntityKind uint8

// The kinds.
const (
	KindAny EntityKind = iota
	KindUser
	KindGroup
	KindRole
)

func (k EntityKind) letter() string { return "_ugr"[k : k+1] }

// Entity is one user of a managed policy.
type Entity struct {
	Kind           EntityKind
	ID, Path, Name string
	Usage          Usage // what for
}

// EntityFilter chooses the users of a managed policy for a list.
type EntityFilter struct {
	Kind       EntityKind
	Usage      Usage
	PathPrefix string
}

// Entities lists who in an account uses a managed policy. An entity that it is attached to and that it bounds comes twice, with
// both usages. The marker is made by this function.
func (s *tables) Entities(account, policyARN string, f EntityFilter, after string, limit int) (page []Entity, next string) {
	uses, _ := s.realm(account).uses.Get(policyARN)
	all := func(yield func(string, Entity) bool) {
		for key, id := range uses.After(after) {
			if e, ok := s.entity(key, id); ok && !yield(key, e) {
				return
			}
		}
	}
	return pageOf(all, limit, func(e Entity) bool {
		return (f.Kind == KindAny || f.Kind == e.Kind) && (f.Usage == UsageAny || f.Usage == e.Usage) && strings.HasPrefix(e.Path, f.PathPrefix)
	})
}

func (s *tables) entity(key, id string) (e Entity, ok bool) {
	e = Entity{ID: id, Usage: UsagePermissions}
	if strings.HasPrefix(key, useBoundary) {
		e.Usage = UsageBoundary
	}
	switch key[2] {
	case 'u':
		if u, found := s.users.Get(id); found {
			e.Kind, e.Path, e.Name, ok = KindUser, u.Path, u.Name, true
		}
	case 'g':
		if g, found := s.groups.Get(id); found {
			e.Kind, e.Path, e.Name, ok = KindGroup, g.Path, g.Name, true
		}
	case 'r':
		if r, found := s.roles.Get(id); found {
			e.Kind, e.Path, e.Name, ok = KindRole, r.Path, r.Name, true
		}
	}
	return e, ok
}

// Members lists the users of a group.
func (s *tables) Members(g *Group, after string, limit int) (page []*User, next string) {
	members, _ := s.realm(g.Account).members.Get(g.ID)
	all := func(yield func(string, *User) bool) {
		for key, id := range members.After(fold(after)) {
			if u, ok := s.users.Get(id); ok && !yield(key, u) {
				return
			}
		}
	}
	return pageOf(all, limit, func(*User) bool { return true })
}

// GroupsOf gives the groups of a user, by name. They are few (see Quotas).
func (s *tables) GroupsOf(u *User) []*Group {
	out := make([]*Group, 0, len(u.Groups))
	for _, id := range u.Groups {
		if g, ok := s.groups.Get(id); ok {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *Group) int { return strings.Compare(fold(a.Name), fold(b.Name)) })
	return out
}

// AttachedTo gives the managed policies of grants, in the order of their resource names.
func (s *tables) AttachedTo(g *Grants) []*Policy {
	out := make([]*Policy, 0, len(g.Attached))
	for _, name := range g.Attached {
		if p, ok := s.policyByARN(name); ok {
			out = append(out, p)
		}
	}
	return out
}

// pageOf takes up to limit items that pass keep; a limit outside 1..MaxPage is brought inside, 0 means DefaultPage. next is the
// key of the last item when more follow.
func pageOf[V any](items iter.Seq2[string, V], limit int, keep func(V) bool) (page []V, next string) {
	if limit <= 0 {
		limit = DefaultPage
	}
	limit = min(limit, MaxPage)
	last := ""
	for key, v := range items {
		if !keep(v) {
			continue
		}
		if len(page) == limit {
			return page, last
		}
		page, last = append(page, v), key
	}
	return page, ""
}

// Slice pages through a list that a record holds and that is sorted by key. The marker is the key of the last item of the page before.
func Slice[V any](list []V, key func(V) string, after string, limit int) (page []V, next string) {
	all := func(yield func(string, V) bool) {
		for _, v := range list {
			if k := key(v); (after == "" || k > after) && !yield(k, v) {
				return
			}
		}
	}
	return pageOf(all, limit, func(V) bool { return true })
}
