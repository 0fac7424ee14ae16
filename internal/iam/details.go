package iam

import (
	"iter"
	"strings"

	"github.com/daypass/daypass/internal/table"
)

// Detail is one thing of an account with all that belongs to it: exactly one member is set.
type Detail struct {
	User   *User
	Group  *Group
	Role   *Role
	Policy *Policy
}

// DetailFilter chooses what Details shows.
type DetailFilter struct {
	Users, Groups, Roles, OwnPolicies bool
	// AWSPolicies are the policies of "aws" that the account uses, attached or as a boundary. The others are the same for everybody.
	AWSPolicies bool
}

// maxDetails bounds a page of details in bytes of documents: a thousand roles with all they may hold are a hundred times that.
const maxDetails = 2 << 20

// Details lists everything in an account: users, then groups, roles, the account's own policies and those of "aws", each by name. The
// marker tells the kind and the folded name of the last item, so one marker leads through all of them whatever comes and goes
// meanwhile. A page is shorter than asked for when its documents are long.
func (s *tables) Details(account string, f DetailFilter, after string, limit int) (page []Detail, next string) {
	r := s.realm(account)
	kinds := []iter.Seq2[string, Detail]{
		section("1/", f.Users, r.users, after, func(u *User) Detail { return Detail{User: u} }),
		section("2/", f.Groups, r.groups, after, func(g *Group) Detail { return Detail{Group: g} }),
		section("3/", f.Roles, r.roles, after, func(r *Role) Detail { return Detail{Role: r} }),
		section("4/", f.OwnPolicies, r.policies, after, func(p *Policy) Detail { return Detail{Policy: p} }),
		section("5/", f.AWSPolicies, s.catalog.policies, after, func(p *Policy) Detail { return Detail{Policy: p} }),
	}
	if limit <= 0 {
		limit = DefaultPage
	}
	limit = min(limit, MaxPage)
	size := 0
	for _, kind := range kinds {
		for key, d := range kind {
			if d.Policy != nil && d.Policy.AWS() && !s.usedAs(account, d.Policy.ARN(), PolicyFilter{Attached: true}) {
				continue
			}
			if len(page) == limit || size > maxDetails {
				return page, next
			}
			page, next, size = append(page, d), key, size+d.size()
		}
	}
	return page, ""
}

// section yields what comes after a marker in one kind, under keys that begin with the kind's mark.
func section[V any](mark string, wanted bool, t table.Sorted[V], after string, detail func(V) Detail) iter.Seq2[string, Detail] {
	from, here := strings.CutPrefix(after, mark)
	return func(yield func(string, Detail) bool) {
		if !wanted || !here && after > mark {
			return
		}
		if !here {
			from = ""
		}
		for key, v := range t.After(from) {
			if !yield(mark+key, detail(v)) {
				return
			}
		}
	}
}

// size is how many bytes the documents of a thing have.
func (d *Detail) size() (n int) {
	inline := func(g *Grants) {
		for i := range g.Inline {
			n += len(g.Inline[i].Document)
		}
	}
	switch {
	case d.User != nil:
		inline(&d.User.Grants)
	case d.Group != nil:
		inline(&d.Group.Grants)
	case d.Role != nil:
		inline(&d.Role.Grants)
		n += len(d.Role.Trust)
	case d.Policy != nil:
		for i := range d.Policy.Versions {
			n += len(d.Policy.Versions[i].Document)
		}
	}
	return n
}
