package iam

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/fault"
)

// This file attaches control policies to the root, the units and the accounts of an organization.

// EnabledType is a policy type in use.
type EnabledType struct {
	Type ControlType `json:"type"`
	Era  int         `json:"era"`
}

// Attachment is the policies of one type at one place. It counts in the era it was made in and in no other: when a type comes into use
// again, every place begins with the default policy alone, without a row being written for each.
type Attachment struct {
	Type     ControlType `json:"type"`
	Era      int         `json:"era"`
	Policies []string    `json:"policies"` // ids, sorted
}

// place is what control policies can be attached to and what stands in the tree: the root, a unit, an account.
type place interface {
	shelved
	attached() []Attachment
	// with gives a copy with other attachments or tags.
	with([]Attachment, []Tag) place
	labels() []Tag
}

func (o *Organization) attached() []Attachment { return o.Attachments }
func (u *Unit) attached() []Attachment         { return u.Attachments }
func (m *Member) attached() []Attachment       { return m.Attachments }

func (o *Organization) labels() []Tag { return o.Tags }
func (u *Unit) labels() []Tag         { return u.Tags }
func (m *Member) labels() []Tag       { return m.Tags }

func (o *Organization) with(list []Attachment, tags []Tag) place {
	c := *o
	c.Attachments, c.Tags = list, tags
	return &c
}

func (u *Unit) with(list []Attachment, tags []Tag) place {
	c := *u
	c.Attachments, c.Tags = list, tags
	return &c
}

func (m *Member) with(list []Attachment, tags []Tag) place {
	c := *m
	c.Attachments, c.Tags = list, tags
	return &c
}

// Uses says whether policies of a type are in use.
func (o *Organization) Uses(t ControlType) bool { return o.era(t) > 0 }

// era is the number of the type's era, 0 when it is not in use.
func (o *Organization) era(t ControlType) int {
	for _, e := range o.Types {
		if e.Type == t {
			return e.Era
		}
	}
	return 0
}

// inForce gives the ids of the policies of a type at a place: none while the type is not in use.
func (o *Organization) inForce(t ControlType, at place) []string {
	era := o.era(t)
	if era == 0 {
		return nil
	}
	for _, a := range at.attached() {
		if a.Type == t && a.Era == era {
			return a.Policies
		}
	}
	return []string{t.Default()}
}

func (c *checker) attachments(o *Organization, at place) {
	for _, t := range ControlTypes() {
		list := o.inForce(t, at)
		c.want(slices.IsSorted(list) && len(slices.Compact(slices.Clone(list))) == len(list), at, "policies not in order")
		c.want(len(list) <= c.q.ControlsPerTarget, at, "%d policies of type %s", len(list), t)
		c.want(!o.Uses(t) || len(list) > 0, at, "no policy of type %s", t)
		for _, id := range list {
			p, err := c.s.ControlPolicy(o, id)
			c.want(err == nil && p.Type == t, at, "bears %s", id)
		}
		c.want(!o.Uses(t) || t != ResourceControl || slices.Contains(list, t.Default()), at, "without %s", t.Default())
	}
}

// place finds a thing of an organization's tree by its id.
func (s *tables) place(o *Organization, id string) (place, bool) {
	if id == o.Root {
		return o, true
	}
	if u, err := s.Unit(o, id); err == nil {
		return u, true
	}
	m, err := s.Member(o, id)
	return m, err == nil
}

// EnableControls puts a policy type into use. It fails with NotFound (organization, What OrganizationRoot), Denied, Unsupported (What
// PolicyType) or Exists.
func (t *Tx) EnableControls(account, root string, typ ControlType) (*Organization, error) {
	o, err := t.rooted(account, root)
	if err != nil {
		return nil, err
	}
	if !typ.known() || o.BillingOnly {
		return nil, fault.New(fault.Unsupported, fault.PolicyType, string(typ))
	}
	if o.Uses(typ) {
		return nil, fault.Taken(fault.PolicyType, string(typ))
	}
	c := *o
	c.Eras++
	c.Types = append(slices.Clone(o.Types), EnabledType{typ, c.Eras})
	slices.SortFunc(c.Types, func(a, b EnabledType) int { return strings.Compare(string(a.Type), string(b.Type)) })
	return put(t, &c)
}

// DisableControls takes a policy type out of use; what was attached is forgotten. It fails with NotFound (organization, What
// OrganizationRoot, PolicyType) or Denied.
func (t *Tx) DisableControls(account, root string, typ ControlType) (*Organization, error) {
	o, err := t.rooted(account, root)
	if err != nil {
		return nil, err
	}
	if !o.Uses(typ) {
		return nil, fault.Missing(fault.PolicyType, string(typ))
	}
	c := *o
	c.Types = slices.DeleteFunc(slices.Clone(o.Types), func(e EnabledType) bool { return e.Type == typ })
	return put(t, &c)
}

func (t *Tx) rooted(account, root string) (*Organization, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	if o.Root != root {
		return nil, fault.Missing(fault.OrganizationRoot, root)
	}
	return o, nil
}

// AttachControl attaches a policy to the root, a unit or an account. It fails with NotFound (organization, What ControlPolicy, Target,
// PolicyType), Denied, Exists or Limit.
func (t *Tx) AttachControl(account, policyID, target string) error {
	return t.attachControls(account, policyID, target, func(list []string, _ ControlType) ([]string, error) {
		i, found := slices.BinarySearch(list, policyID)
		if found {
			return nil, fault.Taken(fault.Attachment, policyID)
		}
		if len(list) >= t.quotas.ControlsPerTarget {
			return nil, fault.Exceeded(fault.Target, fault.Attachment, target, t.quotas.ControlsPerTarget)
		}
		return slices.Insert(slices.Clone(list), i, policyID), nil
	})
}

// DetachControl takes a policy off. It fails with NotFound (organization, What ControlPolicy, Target, PolicyType, Attachment), Denied,
// Unmodifiable for the policy that cannot be taken off, or InUse for the last one.
func (t *Tx) DetachControl(account, policyID, target string) error {
	return t.attachControls(account, policyID, target, func(list []string, typ ControlType) ([]string, error) {
		switch {
		case !slices.Contains(list, policyID):
			return nil, fault.Missing(fault.Attachment, policyID)
		case typ == ResourceControl && policyID == typ.Default():
			return nil, fault.New(fault.Unmodifiable, fault.Attachment, policyID)
		case len(list) == 1:
			return nil, fault.Blocked(fault.Target, fault.Attachment, policyID)
		}
		return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return id == policyID }), nil
	})
}

func (t *Tx) attachControls(account, policyID, target string, change func([]string, ControlType) ([]string, error)) error {
	o, err := t.Managing(account)
	if err != nil {
		return err
	}
	p, err := t.ControlPolicy(o, policyID)
	if err != nil {
		return err
	}
	at, ok := t.place(o, target)
	if !ok {
		return fault.Missing(fault.Target, target)
	}
	era := o.era(p.Type)
	if era == 0 {
		return fault.Missing(fault.PolicyType, string(p.Type))
	}
	list, err := change(o.inForce(p.Type, at), p.Type)
	if err != nil {
		return err
	}
	kept := slices.DeleteFunc(slices.Clone(at.attached()), func(a Attachment) bool { return a.Type == p.Type })
	_, err = put(t, at.with(append(kept, Attachment{Type: p.Type, Era: era, Policies: list}), at.labels()))
	return err
}

// PoliciesAt gives the policies of a type that are attached to a target itself. It fails with NotFound (What Target).
func (s *tables) PoliciesAt(o *Organization, target string, t ControlType) ([]*ControlPolicy, error) {
	at, ok := s.place(o, target)
	if !ok {
		return nil, fault.Missing(fault.Target, target)
	}
	var list []*ControlPolicy
	for _, id := range o.inForce(t, at) {
		if p, err := s.ControlPolicy(o, id); err == nil {
			list = append(list, p)
		}
	}
	return list, nil
}

// Target is a place that a policy is attached to.
type Target struct {
	ID, ARN, Name string
	Kind          string // ROOT, ORGANIZATIONAL_UNIT or ACCOUNT
}

// Targets lists where a policy is attached: the root, then the units, then the accounts, each by id.
func (s *tables) Targets(o *Organization, p *ControlPolicy, after string, limit int) (page []Target, next string) {
	all := func(yield func(string, place) bool) {
		if after == "" && !yield("r", o) {
			return
		}
		unit, account := "", ""
		if id, ok := strings.CutPrefix(after, "u/"); ok {
			unit = id
		}
		if id, ok := strings.CutPrefix(after, "v/"); ok {
			account = id
		} else {
			for id, u := range shelfFrom[*Unit](s, unitsOf(o.ID), unit) {
				if !yield("u/"+id, u) {
					return
				}
			}
		}
		for id, m := range shelfFrom[*Member](s, accountsOf(o.ID), account) {
			if !yield("v/"+id, m) {
				return
			}
		}
	}
	places, next := pageOf(all, limit, func(at place) bool { return slices.Contains(o.inForce(p.Type, at), p.ID) })
	page = make([]Target, len(places))
	for i, at := range places {
		page[i] = s.target(o, at)
	}
	return page, next
}

func (s *tables) target(o *Organization, at place) Target {
	switch at := at.(type) {
	case *Unit:
		return Target{at.ID, o.UnitARN(at.ID), at.Name, "ORGANIZATIONAL_UNIT"}
	case *Member:
		t := Target{at.Account, o.AccountARN(at.Account), "", "ACCOUNT"}
		if a, err := s.Account(at.Account); err == nil {
			t.Name = a.Name
		}
		return t
	}
	return Target{o.Root, o.RootARN(), RootName, "ROOT"}
}

// RootName is the name of every organization's root.
const RootName = "Root"

// TagsAt gives the tags of a root, unit, account or policy of an organization. It fails with NotFound (What Target).
func (s *tables) TagsAt(o *Organization, id string) ([]Tag, error) {
	if at, ok := s.place(o, id); ok {
		return at.labels(), nil
	}
	if p, err := s.ControlPolicy(o, id); err == nil {
		return p.Tags, nil
	}
	return nil, fault.Missing(fault.Target, id)
}

// TagAt adds or replaces tags there. It fails with NotFound (organization, What Target), Denied, Unmodifiable, Invalid or Limit.
func (t *Tx) TagAt(account, id string, tags []Tag) error {
	return t.retag(account, id, func(old []Tag) ([]Tag, error) { return t.withTags(fault.Target, id, old, tags) })
}

// UntagAt removes tags by key, without regard to case. It fails with NotFound (organization, What Target), Denied or Unmodifiable.
func (t *Tx) UntagAt(account, id string, keys []string) error {
	return t.retag(account, id, func(old []Tag) ([]Tag, error) { return withoutTags(old, keys), nil })
}

func (t *Tx) retag(account, id string, change func([]Tag) ([]Tag, error)) error {
	o, err := t.Managing(account)
	if err != nil {
		return err
	}
	old, err := t.TagsAt(o, id)
	if err != nil {
		return err
	}
	tags, err := change(old)
	if err != nil {
		return err
	}
	if at, ok := t.place(o, id); ok {
		_, err = put(t, at.with(at.attached(), tags))
		return err
	}
	_, p, err := t.ownControl(account, id)
	if err != nil {
		return err
	}
	c := *p
	c.Tags = tags
	_, err = put(t, &c)
	return err
}
