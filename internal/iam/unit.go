package iam

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/fault"
)

// maxDepth is how many units may stand below one another (Organizations User Guide, quotas).
const maxDepth = 5

// Unit is an organizational unit: a branch of an organization's tree.
type Unit struct {
	Org         string       `json:"org"`
	ID          string       `json:"id"`     // ou-…, never used again
	Parent      string       `json:"parent"` // the root's id or a unit's
	Name        string       `json:"name"`   // unique among its siblings
	Created     time.Time    `json:"created"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Tags        []Tag        `json:"tags,omitempty"`
}

func (u *Unit) rowKey() string { return unitKey(u.Org, u.ID) }
func (u *Unit) also() []string { return []string{unitsIn(u.Org, u.Parent) + u.ID} }
func (u *Unit) prepare()       { u.Tags = tidy(u.Tags) }
func (u *Unit) steers()        {}

func unitKey(org, id string) string     { return unitsOf(org) + id }
func unitsOf(org string) string         { return "orgunit/" + org + "/" }
func unitsIn(org, parent string) string { return "orgunit-in/" + org + "/" + parent + "/" }
func isUnitID(id, root string) bool {
	return strings.HasPrefix(id, unitPrefix(root)) && isLetters(id[len(unitPrefix(root)):], 8)
}
func unitPrefix(root string) string   { return "ou-" + strings.TrimPrefix(root, "r-") + "-" }
func isOrganizationID(id string) bool { return strings.HasPrefix(id, "o-") && isLetters(id[2:], 10) }
func isRootID(id string) bool         { return strings.HasPrefix(id, "r-") && isLetters(id[2:], 4) }

func (u *Unit) check(c *checker) {
	o, ok := onShelf[*Organization](c.s, organizationKey(u.Org))
	c.want(ok, u, "its organization does not exist")
	if !ok {
		return
	}
	c.want(isUnitID(u.ID, o.Root), u, "bad id")
	c.want(isFreeText(u.Name, 1, 128), u, "bad name")
	c.want(CheckTags(u.Tags) == nil && len(u.Tags) <= c.q.Tags, u, "bad tags")
	depth, ok := c.s.depth(o, u.ID)
	c.want(ok && depth <= maxDepth, u, "at depth %d, or not under the root", depth)
	for _, sibling := range shelfAll[*Unit](c.s, unitsIn(u.Org, u.Parent)) {
		c.want(sibling == u || sibling.Name != u.Name, u, "has a sibling of its name")
	}
	c.attachments(o, u)
}

// Unit finds a unit of an organization. It fails with NotFound; the units of others are not there.
func (s *tables) Unit(o *Organization, id string) (*Unit, error) {
	if u, ok := onShelf[*Unit](s, unitKey(o.ID, id)); ok {
		return u, nil
	}
	return nil, fault.Missing(fault.Unit, id)
}

// UnitsIn lists the units under a root or unit, by id. It fails with NotFound (What Parent).
func (s *tables) UnitsIn(o *Organization, parent, after string, limit int) (page []*Unit, next string, err error) {
	if !s.isParent(o, parent) {
		return nil, "", fault.Missing(fault.Parent, parent)
	}
	page, next = shelfPage(s, unitsIn(o.ID, parent), after, limit, func(*Unit) bool { return true })
	return page, next, nil
}

// Path is the way from the organization down to one of its things, each step followed by a slash, as conditions on
// aws:PrincipalOrgPaths see it. It is empty for what is not under the root.
func (s *tables) Path(o *Organization, id string) string {
	path := ""
	for range maxDepth + 2 {
		path = id + "/" + path
		if id == o.Root {
			return o.ID + "/" + path
		}
		parent, err := s.ParentOf(o, id)
		if err != nil {
			return ""
		}
		id = parent
	}
	return ""
}

// ParentOf is what a unit or account stands under. It fails with NotFound (What Child).
func (s *tables) ParentOf(o *Organization, id string) (string, error) {
	if u, err := s.Unit(o, id); err == nil {
		return u.Parent, nil
	}
	if m, err := s.Member(o, id); err == nil {
		return m.Parent, nil
	}
	return "", fault.Missing(fault.Child, id)
}

func (s *tables) isParent(o *Organization, id string) bool {
	_, err := s.Unit(o, id)
	return id == o.Root || err == nil
}

// depth is how many units there are down to one, itself included: 0 for the root. ok is false for what is not under the root.
func (s *tables) depth(o *Organization, id string) (depth int, ok bool) {
	for range maxDepth + 1 {
		if id == o.Root {
			return depth, true
		}
		u, err := s.Unit(o, id)
		if err != nil {
			return depth, false
		}
		id = u.Parent
		depth++
	}
	return depth, false
}

// CreateUnit adds a unit under the root or another unit. It fails with NotFound (organization, parent), Denied, Invalid, Exists or
// Limit (units, or What UnitDepth).
func (t *Tx) CreateUnit(account, parent, name string, tags []Tag) (*Unit, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	if !t.isParent(o, parent) {
		return nil, fault.Missing(fault.Parent, parent)
	}
	if err := t.nameUnit(o, parent, name); err != nil {
		return nil, err
	}
	if err := t.newTags(fault.Unit, name, tags); err != nil {
		return nil, err
	}
	if depth, _ := t.depth(o, parent); depth >= maxDepth {
		return nil, fault.Exceeded(fault.Organization, fault.UnitDepth, name, maxDepth)
	}
	if shelfCount(&t.tables, unitsOf(o.ID)) >= t.quotas.UnitsPerOrganization {
		return nil, fault.Exceeded(fault.Organization, fault.Unit, name, t.quotas.UnitsPerOrganization)
	}
	id, err := t.letters(unitPrefix(o.Root), 8, func(id string) string { return unitKey(o.ID, id) })
	if err != nil {
		return nil, err
	}
	return put(t, &Unit{Org: o.ID, ID: id, Parent: parent, Name: name, Created: t.now, Tags: slices.Clone(tags)})
}

func (t *Tx) nameUnit(o *Organization, parent, name string) error {
	if !isFreeText(name, 1, 128) {
		return fault.BadParameter("name", name)
	}
	for _, sibling := range shelfAll[*Unit](&t.tables, unitsIn(o.ID, parent)) {
		if sibling.Name == name {
			return fault.Taken(fault.Unit, name)
		}
	}
	return nil
}

// RenameUnit gives a unit another name; an empty one leaves it. It fails with NotFound, Denied, Invalid or Exists.
func (t *Tx) RenameUnit(account, id, name string) (*Unit, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	u, err := t.Unit(o, id)
	if err != nil {
		return nil, err
	}
	if name == "" || u.Name == name {
		return u, nil
	}
	if err := t.nameUnit(o, u.Parent, name); err != nil {
		return nil, err
	}
	c := *u
	c.Name = name
	return put(t, &c)
}

// DeleteUnit removes a unit that nothing stands under. It fails with NotFound, Denied, or InUse (What Child).
func (t *Tx) DeleteUnit(account, id string) error {
	o, err := t.Managing(account)
	if err != nil {
		return err
	}
	u, err := t.Unit(o, id)
	if err != nil {
		return err
	}
	if shelfCount(&t.tables, unitsIn(o.ID, id))+shelfCount(&t.tables, accountsIn(o.ID, id)) > 0 {
		return fault.Blocked(fault.Unit, fault.Child, id)
	}
	t.drop(u)
	return nil
}

// isFreeText accepts any characters, as many as that.
func isFreeText(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && utf8.ValidString(s)
}

// isLetters accepts exactly so many small letters and digits.
func isLetters(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
