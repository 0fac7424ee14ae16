package iam

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// ControlType is a kind of control policy.
type ControlType string

// The kinds that limit what may be done. AWS has others, which configure its services; an organization of this server cannot use them.
const (
	// ServiceControl policies bound what the principals of accounts may do.
	ServiceControl ControlType = "SERVICE_CONTROL_POLICY"
	// ResourceControl policies bound what may be done with the resources of accounts.
	ResourceControl ControlType = "RESOURCE_CONTROL_POLICY"
)

// ControlTypes are all kinds, in order.
func ControlTypes() []ControlType { return []ControlType{ResourceControl, ServiceControl} }

func (t ControlType) known() bool { return t == ServiceControl || t == ResourceControl }

// Default is the policy that stands everywhere from the moment a type is in use: it allows everything.
func (t ControlType) Default() string {
	if t == ResourceControl {
		return "p-RCPFullAWSAccess"
	}
	return "p-FullAWSAccess"
}

// use is the grammar of the type's documents. The built-in resource control policy allows, which those of customers may not.
func (t ControlType) use(builtIn bool) policy.Use {
	switch {
	case t == ServiceControl:
		return policy.SCP
	case builtIn:
		return policy.Resource
	}
	return policy.RCP
}

// word names the type as sources of decisions are named.
func (t ControlType) word() string {
	if t == ResourceControl {
		return "rcp"
	}
	return "scp"
}

// ControlPolicy is a policy of an organization.
type ControlPolicy struct {
	Org         string      `json:"org"` // "" for those that every organization sees
	ID          string      `json:"id"`  // p-…, never used again
	Type        ControlType `json:"type"`
	Manager     string      `json:"manager"` // the account of its resource name
	Name        string      `json:"name"`    // unique among those of its type
	Description string      `json:"description,omitzero"`
	Content     string      `json:"content"`
	Tags        []Tag       `json:"tags,omitempty"`

	compiled *compiled
}

// BuiltIn reports whether this is one of the policies that every organization sees and nobody can change.
func (p *ControlPolicy) BuiltIn() bool { return p.Org == "" }

// ARN is the policy's resource name.
func (p *ControlPolicy) ARN() string {
	kind := strings.ToLower(string(p.Type))
	if p.BuiltIn() {
		return arn.Organizations(awsAccount, "policy/"+kind+"/"+p.ID)
	}
	return arn.Organizations(p.Manager, "policy/"+p.Org+"/"+kind+"/"+p.ID)
}

func (p *ControlPolicy) rowKey() string { return policiesOf(p.Org) + p.ID }
func (p *ControlPolicy) also() []string { return nil }
func (p *ControlPolicy) steers()        {}

func (p *ControlPolicy) prepare() {
	p.Tags = tidy(p.Tags)
	p.compiled = p.compiled.of(p.Type.use(p.BuiltIn()), p.Type.word(), p.ARN(), p.Content)
}

func policiesOf(org string) string { return "orgpolicy/" + org + "/" }

func (p *ControlPolicy) check(c *checker) {
	o, ok := onShelf[*Organization](c.s, organizationKey(p.Org))
	c.want(ok && o.Manager == p.Manager, p, "its organization does not exist or is another's")
	c.want(p.Type.known() && strings.HasPrefix(p.ID, "p-") && isLetters(p.ID[2:], 12), p, "bad type or id")
	c.want(isFreeText(p.Name, 1, 128) && isFreeText(p.Description, 0, 512), p, "bad name or description")
	c.want(CheckTags(p.Tags) == nil && len(p.Tags) <= c.q.Tags, p, "bad tags")
	c.want(utf8.RuneCountInString(p.Content) <= c.q.Control, p, "too large")
	p.compiled.source()
	c.want(p.compiled.err == nil && p.compiled.document == p.Content, p, "does not compile: %v", p.compiled.err)
	for _, twin := range shelfAll[*ControlPolicy](c.s, policiesOf(p.Org)) {
		c.want(twin == p || twin.Type != p.Type || twin.Name != p.Name, p, "has a twin of its name")
	}
}

// newBuiltIns makes the policies that every organization sees.
func newBuiltIns() map[string]*ControlPolicy {
	all := map[string]*ControlPolicy{}
	for _, p := range []*ControlPolicy{
		{Type: ServiceControl, Name: "FullAWSAccess", Description: "Allows access to every operation",
			Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`},
		{Type: ResourceControl, Name: "RCPFullAWSAccess", Description: "Allow access to every operation on every resource",
			Content: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`},
	} {
		p.ID = p.Type.Default()
		p.prepare()
		all[p.ID] = p
	}
	return all
}

// ControlPolicy finds a policy as an organization sees it: its own and those that all see. It fails with NotFound.
func (s *tables) ControlPolicy(o *Organization, id string) (*ControlPolicy, error) {
	if p, ok := s.catalog.controls[id]; ok {
		return p, nil
	}
	if p, ok := onShelf[*ControlPolicy](s, policiesOf(o.ID)+id); ok {
		return p, nil
	}
	return nil, fault.Missing(fault.ControlPolicy, id)
}

// ControlPolicies lists an organization's policies of a type: the one that all see, then its own by id.
func (s *tables) ControlPolicies(o *Organization, t ControlType, after string, limit int) (page []*ControlPolicy, next string) {
	all := func(yield func(string, *ControlPolicy) bool) {
		if after == "" && t.known() && !yield(" ", s.catalog.controls[t.Default()]) {
			return
		}
		for id, p := range shelfFrom[*ControlPolicy](s, policiesOf(o.ID), strings.TrimPrefix(after, " ")) {
			if !yield(id, p) {
				return
			}
		}
	}
	return pageOf(all, limit, func(p *ControlPolicy) bool { return p.Type == t })
}

// ControlSpec is what a new policy is made from.
type ControlSpec struct {
	Type                       ControlType
	Name, Description, Content string
	Tags                       []Tag
}

// CreateControlPolicy adds a policy. It fails with NotFound (organization), Denied, Unsupported (What PolicyType), Invalid, Malformed,
// Exists or Limit.
func (t *Tx) CreateControlPolicy(account string, spec ControlSpec) (*ControlPolicy, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, err
	}
	if !spec.Type.known() || o.BillingOnly {
		return nil, fault.New(fault.Unsupported, fault.PolicyType, string(spec.Type))
	}
	p := &ControlPolicy{Org: o.ID, Type: spec.Type, Manager: o.Manager, Name: spec.Name, Description: spec.Description, Content: spec.Content, Tags: slices.Clone(spec.Tags)}
	if err := t.checkControl(p); err != nil {
		return nil, err
	}
	if err := t.newTags(fault.ControlPolicy, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	n := 0
	for _, other := range shelfAll[*ControlPolicy](&t.tables, policiesOf(o.ID)) {
		if other.Type == spec.Type {
			n++
		}
	}
	if n >= t.quotas.ControlsPerOrganization {
		return nil, fault.Exceeded(fault.Organization, fault.ControlPolicy, spec.Name, t.quotas.ControlsPerOrganization)
	}
	if p.ID, err = t.letters("p-", 12, func(id string) string { return policiesOf(o.ID) + id }); err != nil {
		return nil, err
	}
	return put(t, p)
}

// checkControl holds what a caller chose of a policy against the rules.
func (t *Tx) checkControl(p *ControlPolicy) error {
	switch {
	case !isFreeText(p.Name, 1, 128):
		return fault.BadParameter("name", p.Name)
	case !isFreeText(p.Description, 0, 512):
		return fault.BadParameter("description", p.Description)
	case utf8.RuneCountInString(p.Content) > t.quotas.Control:
		return fault.Exceeded(fault.ControlPolicy, fault.Document, p.Name, t.quotas.Control)
	}
	if _, err := t.read(saved{fault.ControlPolicy, p.Type.use(false), p.Manager, t.quotas.Control, p.Content}); err != nil {
		return err
	}
	for _, other := range append(shelfAll[*ControlPolicy](&t.tables, policiesOf(p.Org)), t.catalog.controls[p.Type.Default()]) {
		if other.ID != p.ID && other.Type == p.Type && other.Name == p.Name {
			return fault.Taken(fault.ControlPolicy, p.Name)
		}
	}
	return nil
}

// UpdateControlPolicy changes what is not nil. It fails with NotFound, Denied, Unmodifiable, Invalid, Malformed, Exists or Limit.
func (t *Tx) UpdateControlPolicy(account, id string, name, description, content *string) (*ControlPolicy, error) {
	_, p, err := t.ownControl(account, id)
	if err != nil {
		return nil, err
	}
	c := *p
	for _, change := range []struct {
		to   *string
		from *string
	}{{&c.Name, name}, {&c.Description, description}, {&c.Content, content}} {
		if change.from != nil {
			*change.to = *change.from
		}
	}
	if content == nil {
		defer t.wordsItself()() // nothing new is said
	}
	if err := t.checkControl(&c); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// DeleteControlPolicy removes a policy that is attached nowhere. It fails with NotFound, Denied, Unmodifiable or InUse.
func (t *Tx) DeleteControlPolicy(account, id string) error {
	o, p, err := t.ownControl(account, id)
	if err != nil {
		return err
	}
	if targets, _ := t.Targets(o, p, "", 1); len(targets) > 0 {
		return fault.Blocked(fault.ControlPolicy, fault.Attachment, id)
	}
	t.drop(p)
	return nil
}

// ownControl finds a policy that the account may change.
func (t *Tx) ownControl(account, id string) (*Organization, *ControlPolicy, error) {
	o, err := t.Managing(account)
	if err != nil {
		return nil, nil, err
	}
	p, err := t.ControlPolicy(o, id)
	if err != nil {
		return nil, nil, err
	}
	if p.BuiltIn() {
		return nil, nil, fault.New(fault.Unmodifiable, fault.ControlPolicy, id)
	}
	return o, p, nil
}
