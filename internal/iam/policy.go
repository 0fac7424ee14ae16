package iam

import (
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// awsAccount owns the managed policies that every account sees.
const awsAccount = "aws"

// Policy is a managed policy: a document with a history that users, groups and roles share.
type Policy struct {
	Account     string    `json:"account"` // "aws" for those that every account sees
	ID          string    `json:"id"`      // ANPA…, never used again
	Path        string    `json:"path"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitzero"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`  // of the default version's last change
	Versions    []Version `json:"versions"` // by ascending number
	Default     int       `json:"default"`  // the number of the version in force
	Next        int       `json:"next"`     // the number of the next version; numbers are not used again
	Tags        []Tag     `json:"tags,omitempty"`

	name string // resource name
}

// Version is one state of a managed policy's document.
type Version struct {
	N        int       `json:"n"`
	Document string    `json:"document"`
	Created  time.Time `json:"created"`

	compiled *compiled
}

// ID is the version's name: v1, v2, …
func (v *Version) ID() string { return "v" + strconv.Itoa(v.N) }

// PolicySpec is what a new managed policy is made from.
type PolicySpec struct {
	Path        string // empty for "/"
	Name        string
	Description string
	Document    string
	Tags        []Tag
}

// ARN is the policy's resource name.
func (p *Policy) ARN() string {
	if p.name == "" {
		return arn.Policy(p.Account, p.Path, p.Name)
	}
	return p.name
}

// AWS reports whether this is one of the policies that every account sees and nobody can change.
func (p *Policy) AWS() bool { return p.Account == awsAccount }

// Version finds a version by its name, such as "v2".
func (p *Policy) Version(id string) (*Version, bool) {
	for i := range p.Versions {
		if p.Versions[i].ID() == id {
			return &p.Versions[i], true
		}
	}
	return nil, false
}

// DefaultVersion is the version in force.
func (p *Policy) DefaultVersion() *Version {
	for i := range p.Versions {
		if p.Versions[i].N == p.Default {
			return &p.Versions[i]
		}
	}
	return nil
}

func (p *Policy) rowKey() string { return "policy/" + p.Account + "/" + p.ID }

func (p *Policy) prepare() {
	p.Tags = tidy(p.Tags)
	p.name = arn.Policy(p.Account, p.Path, p.Name)
	typ := "user-managed"
	if p.AWS() {
		typ = "aws-managed"
	}
	for i := range p.Versions {
		v := &p.Versions[i]
		if c := v.compiled.of(policy.Managed, typ, p.name, v.Document); c != v.compiled {
			v.compiled = c
		}
	}
}

// source is the policy as it decides.
func (p *Policy) source() *policy.Source {
	if v := p.DefaultVersion(); v != nil {
		return v.compiled.source()
	}
	return deny("managed", p.ARN())
}

// CreatePolicy adds a managed policy, whose document becomes version v1. It fails with NotFound (account), Invalid, Malformed,
// Exists or Limit.
func (t *Tx) CreatePolicy(account string, spec PolicySpec) (*Policy, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	path, err := checkEntity("policyName", spec.Path, spec.Name, 128)
	if err != nil {
		return nil, err
	}
	if err := checkDescription(spec.Description); err != nil {
		return nil, err
	}
	if err := t.newTags(fault.Policy, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	if err := t.checkManaged(account, spec.Document); err != nil {
		return nil, err
	}
	r := t.realm(account)
	if _, taken := r.policies.Get(fold(spec.Name)); taken {
		return nil, fault.Taken(fault.Policy, spec.Name)
	}
	if r.policies.Len() >= t.quotas.PoliciesPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.Policy, account, t.quotas.PoliciesPerAccount)
	}
	id, err := t.freshEntityID(PrefixPolicy)
	if err != nil {
		return nil, err
	}
	return put(t, &Policy{
		Account: account, ID: id, Path: path, Name: spec.Name, Description: spec.Description, Created: t.now, Updated: t.now,
		Versions: []Version{{N: 1, Document: spec.Document, Created: t.now}}, Default: 1, Next: 2, Tags: slices.Clone(spec.Tags),
	})
}

// CreatePolicyVersion adds a version and gives it back with its policy. It fails with NotFound, Unmodifiable, Malformed or Limit
// (versions, size).
func (t *Tx) CreatePolicyVersion(account, policyARN, document string, setDefault bool) (*Policy, *Version, error) {
	p, err := t.ownPolicy(account, policyARN)
	if err != nil {
		return nil, nil, err
	}
	if err := t.checkManaged(account, document); err != nil {
		return nil, nil, err
	}
	if len(p.Versions) >= t.quotas.VersionsPerPolicy {
		return nil, nil, fault.Exceeded(fault.Policy, fault.PolicyVersion, policyARN, t.quotas.VersionsPerPolicy)
	}
	c := *p
	c.Versions = append(slices.Clone(p.Versions), Version{N: p.Next, Document: document, Created: t.now})
	c.Next++
	if setDefault {
		c.Default, c.Updated = p.Next, t.now
	}
	stored, err := put(t, &c)
	if err != nil {
		return nil, nil, err
	}
	return stored, &stored.Versions[len(stored.Versions)-1], nil
}

// SetDefaultVersion puts a version in force. It fails with NotFound or Unmodifiable.
func (t *Tx) SetDefaultVersion(account, policyARN, version string) (*Policy, error) {
	p, v, err := t.ownVersion(account, policyARN, version)
	if err != nil || v.N == p.Default {
		return p, err
	}
	c := *p
	c.Default, c.Updated = v.N, t.now
	return put(t, &c)
}

// DeletePolicyVersion removes a version that is not in force. It fails with NotFound, Unmodifiable, or InUse (What DefaultVersion).
func (t *Tx) DeletePolicyVersion(account, policyARN, version string) (*Policy, error) {
	p, v, err := t.ownVersion(account, policyARN, version)
	if err != nil {
		return nil, err
	}
	if v.N == p.Default {
		return nil, fault.Blocked(fault.PolicyVersion, fault.DefaultVersion, version)
	}
	c := *p
	c.Versions = slices.DeleteFunc(slices.Clone(p.Versions), func(o Version) bool { return o.N == v.N })
	return put(t, &c)
}

// DeletePolicy removes a managed policy that nobody uses, neither attached nor as a boundary, and that has only its default
// version left. It fails with NotFound, Unmodifiable or InUse (What Attachment, Boundary, PolicyVersion).
func (t *Tx) DeletePolicy(account, policyARN string) error {
	p, err := t.ownPolicy(account, policyARN)
	if err != nil {
		return err
	}
	attached, boundaries := t.UseCounts(account, policyARN)
	switch {
	case attached > 0:
		return fault.Blocked(fault.Policy, fault.Attachment, policyARN)
	case boundaries > 0:
		return fault.Blocked(fault.Policy, fault.Boundary, policyARN)
	case len(p.Versions) > 1:
		return fault.Blocked(fault.Policy, fault.PolicyVersion, policyARN)
	}
	t.drop(p)
	return nil
}

// TagPolicy adds or replaces tags. It fails with NotFound, Unmodifiable, Invalid or Limit.
func (t *Tx) TagPolicy(account, policyARN string, tags []Tag) (*Policy, error) {
	p, err := t.ownPolicy(account, policyARN)
	if err != nil {
		return nil, err
	}
	c := *p
	if c.Tags, err = t.withTags(fault.Policy, policyARN, p.Tags, tags); err != nil {
		return nil, err
	}
	return put(t, &c)
}

// UntagPolicy removes tags by key, without regard to case. It fails with NotFound or Unmodifiable.
func (t *Tx) UntagPolicy(account, policyARN string, keys []string) (*Policy, error) {
	p, err := t.ownPolicy(account, policyARN)
	if err != nil {
		return nil, err
	}
	c := *p
	c.Tags = withoutTags(p.Tags, keys)
	return put(t, &c)
}

// ownPolicy finds a policy that the account may change.
func (t *Tx) ownPolicy(account, policyARN string) (*Policy, error) {
	p, err := t.Policy(account, policyARN)
	if err != nil {
		return nil, err
	}
	if p.Account != account {
		return nil, fault.New(fault.Unmodifiable, fault.Policy, policyARN)
	}
	return p, nil
}

func (t *Tx) ownVersion(account, policyARN, version string) (*Policy, *Version, error) {
	p, err := t.ownPolicy(account, policyARN)
	if err != nil {
		return nil, nil, err
	}
	v, ok := p.Version(version)
	if !ok {
		return nil, nil, &fault.Error{Kind: fault.NotFound, What: fault.PolicyVersion, Name: version, Detail: policyARN}
	}
	return p, v, nil
}

func (t *Tx) checkManaged(account, document string) error {
	doc, err := t.readIdentity(saved{fault.Document, policy.Managed, account, t.quotas.Managed, document})
	if err != nil {
		return err
	}
	if doc.Size() > t.quotas.Managed {
		return fault.Exceeded(fault.Policy, fault.Document, "", t.quotas.Managed)
	}
	return nil
}
