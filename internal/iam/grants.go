package iam

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// Grants are the identity policies of a user, group or role.
type Grants struct {
	Attached []string `json:"attached,omitempty"` // resource names of managed policies, sorted
	Inline   []Inline `json:"inline,omitempty"`   // sorted by name
}

// Inline is a policy that lives inside its user, group or role. Its name is compared with regard to case.
type Inline struct {
	Name     string `json:"name"`
	Document string `json:"document"`

	compiled *compiled
}

// InlineNamed finds an inline policy.
func (g *Grants) InlineNamed(name string) (Inline, bool) {
	at, found := g.find(name)
	if !found {
		return Inline{}, false
	}
	return g.Inline[at], true
}

func (g *Grants) find(name string) (int, bool) {
	return slices.BinarySearchFunc(g.Inline, name, func(p Inline, name string) int { return strings.Compare(p.Name, name) })
}

// compile makes sure that every document has a place for its compiled form. A record that was copied brings those of documents
// that did not change.
func (g *Grants) compile(typ string) {
	for i := range g.Inline {
		in := &g.Inline[i]
		if c := in.compiled.of(policy.Inline, typ, in.Name, in.Document); c != in.compiled {
			in.compiled = c
		}
	}
}

// bearer is what the rules on policies need to know of their user, group or role.
type bearer struct {
	what, inline fault.What
	account      string
	name         string
	attached     int // quota
	size         int // quota
}

func (t *Tx) bearerUser(u *User) bearer {
	return bearer{fault.User, fault.UserPolicy, u.Account, u.Name, t.quotas.AttachedPerUser, t.quotas.InlineUser}
}

func (t *Tx) bearerGroup(g *Group) bearer {
	return bearer{fault.Group, fault.GroupPolicy, g.Account, g.Name, t.quotas.AttachedPerGroup, t.quotas.InlineGroup}
}

func (t *Tx) bearerRole(r *Role) bearer {
	return bearer{fault.Role, fault.RolePolicy, r.Account, r.Name, t.quotas.AttachedPerRole, t.quotas.InlineRole}
}

// putInline gives grants with an inline policy put in or replaced.
func (t *Tx) putInline(b bearer, g Grants, name, document string) (Grants, error) {
	if err := checkName("policyName", name, 128); err != nil {
		return g, err
	}
	doc, err := t.readIdentity(saved{fault.Document, policy.Inline, b.account, b.size, document})
	if err != nil {
		return g, err
	}
	at, found := g.find(name)
	size := doc.Size()
	for i := range g.Inline {
		if !found || i != at {
			size += documentSize(g.Inline[i].Document)
		}
	}
	if size > b.size {
		return g, fault.Exceeded(b.what, b.inline, b.name, b.size)
	}
	inline := slices.Clone(g.Inline)
	if found {
		inline[at] = Inline{Name: name, Document: document}
	} else {
		inline = slices.Insert(inline, at, Inline{Name: name, Document: document})
	}
	g.Inline = inline
	return g, nil
}

// dropInline gives grants without an inline policy.
func (t *Tx) dropInline(b bearer, g Grants, name string) (Grants, error) {
	at, found := g.find(name)
	if !found {
		return g, fault.Missing(b.inline, name)
	}
	g.Inline = slices.Delete(slices.Clone(g.Inline), at, at+1)
	if len(g.Inline) == 0 {
		g.Inline = nil
	}
	return g, nil
}

// attach gives grants with a managed policy attached; nothing happens to one that is already.
func (t *Tx) attach(b bearer, g Grants, policyARN string) (Grants, error) {
	p, err := t.Policy(b.account, policyARN)
	if err != nil {
		if fault.IsNotFound(err) {
			return g, fault.New(fault.NotAttachable, fault.Policy, policyARN)
		}
		return g, err
	}
	if slices.Contains(g.Attached, p.ARN()) {
		return g, nil
	}
	if len(g.Attached) >= b.attached {
		return g, fault.Exceeded(b.what, fault.Attachment, b.name, b.attached)
	}
	g.Attached = with(g.Attached, p.ARN())
	return g, nil
}

// detach gives grants without a managed policy.
func (t *Tx) detach(b bearer, g Grants, policyARN string) (Grants, error) {
	if _, err := t.Policy(b.account, policyARN); err != nil {
		return g, err
	}
	if !slices.Contains(g.Attached, policyARN) {
		return g, &fault.Error{Kind: fault.NotFound, What: fault.Attachment, Subject: b.what, Name: policyARN, Detail: b.name}
	}
	g.Attached = without(g.Attached, policyARN)
	return g, nil
}

// mayBound checks that a policy may be somebody's boundary. Empty is fine: no boundary.
func (t *Tx) mayBound(account, policyARN string) error {
	if policyARN == "" {
		return nil
	}
	_, err := t.Policy(account, policyARN)
	if fault.IsNotFound(err) {
		return fault.New(fault.NotAttachable, fault.Boundary, policyARN)
	}
	return err
}

// readIdentity reads an identity policy.
func (t *Tx) readIdentity(s saved) (*policy.Document, error) {
	if len(s.text) > maxDocument {
		return nil, &fault.Error{Kind: fault.TooLarge, What: fault.Document, Limit: maxDocument}
	}
	return t.read(s)
}

// documentSize is a stored document's size as quotas count it. It was parsed when it was stored; one that a newer grammar refuses
// counts in full.
func documentSize(document string) int {
	doc, err := policy.Parse(policy.AWS(), policy.Inline, []byte(document))
	if err != nil {
		return len(document)
	}
	return doc.Size()
}
