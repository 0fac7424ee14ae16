package manifest

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Sign says what a step does to its thing.
type Sign string

// The signs, as a plan shows them.
const (
	Create Sign = "+"
	Change Sign = "~"
	Delete Sign = "-"
)

// Step is one change of one thing.
type Step struct {
	Sign   Sign   `json:"sign"`
	Kind   string `json:"kind"` // "role"
	Name   string `json:"name"`
	Detail string `json:"detail,omitempty"` // what of it

	calls []call
}

// String is the line that shows the step.
func (s *Step) String() string {
	text := string(s.Sign) + " " + s.Kind + " " + s.Name
	if s.Detail != "" {
		text += ": " + s.Detail
	}
	return text
}

// Plan is what has to happen for an account to be as a manifest says, in order.
type Plan struct {
	Steps []Step `json:"steps"`
}

// Count counts the steps by their signs.
func (p *Plan) Count(sign Sign) (n int) {
	for i := range p.Steps {
		if p.Steps[i].Sign == sign {
			n++
		}
	}
	return n
}

// Failed says at which step a plan ended. What stands before it is done; a new plan begins there.
type Failed struct {
	Step Step
	Done int // steps before it
	Err  error
}

func (f *Failed) Error() string {
	return fmt.Sprintf("after %d steps, at %s: %v", f.Done, f.Step.String(), f.Err)
}

// Unwrap gives the server's answer.
func (f *Failed) Unwrap() error { return f.Err }

// Run carries the plan out, call by call, as the caller whose server it is. done is told of every step when it is over. The
// error is a [*Failed].
func (p *Plan) Run(ctx context.Context, server Server, done func(*Step)) error {
	for i := range p.Steps {
		s := &p.Steps[i]
		for _, c := range s.calls {
			if err := server.Call(ctx, c.action, c.in, nil); err != nil {
				return &Failed{Step: *s, Done: i, Err: err}
			}
		}
		done(s)
	}
	return nil
}

// Options choose what a plan does beyond making and changing.
type Options struct {
	Prune bool   // delete what the manifest does not name; else it stays
	Self  string // resource name of the caller, who is never deleted
}

// Compare makes the plan that leads from have, which a server has, to want. It fails, before anything is done, when want
// contradicts itself or asks for what the API cannot do.
func Compare(have, want *Manifest, o Options) (*Plan, error) {
	if want.Account != have.Account {
		return nil, fmt.Errorf("the document is about account %s, the server was asked as account %s", want.Account, have.Account)
	}
	if err := want.check(have); err != nil {
		return nil, err
	}
	p := &planner{have: have, want: want, self: o.Self}
	p.policies()
	p.providers()
	p.groups()
	p.users()
	p.roles()
	p.profiles()
	p.alias(o.Prune)
	if o.Prune {
		p.prune()
	}
	if len(p.faults) > 0 {
		return nil, errors.Join(p.faults...)
	}
	return &Plan{Steps: p.steps}, nil
}

type planner struct {
	have, want *Manifest
	self       string
	steps      []Step
	faults     []error
	later      []Step // after all users and roles are there
}

func (p *planner) step(sign Sign, kind, name, detail string, c ...call) {
	p.steps = append(p.steps, Step{Sign: sign, Kind: kind, Name: name, Detail: detail, calls: c})
}

func (p *planner) fault(format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf(format, args...))
}

// find looks a thing of a sorted or unsorted list up by its name.
func find[T any](list []T, name func(*T) string, wanted string) *T {
	i := slices.IndexFunc(list, func(t T) bool { return fold(name(&t)) == fold(wanted) })
	if i < 0 {
		return nil
	}
	return &list[i]
}

func policyName(p *Policy) string           { return p.Name }
func groupName(g *Group) string             { return g.Name }
func userName(u *User) string               { return u.Name }
func roleName(r *Role) string               { return r.Name }
func profileName(p *InstanceProfile) string { return p.Name }
func oidcURL(p *OIDCProvider) string        { return p.URL }
func samlName(p *SAMLProvider) string       { return p.Name }

// maxVersions is how many versions a managed policy can have; before another one comes the oldest must go.
const maxVersions = 5

func (p *planner) policies() {
	for i := range p.want.Policies {
		w := &p.want.Policies[i]
		name := p.want.policyARN(w)
		h := find(p.have.Policies, policyName, w.Name)
		if h == nil {
			p.step(Create, "policy", w.Name, "", calls("CreatePolicy", "PolicyName", w.Name, "Path", w.Path, "Description", w.Description,
				"PolicyDocument", string(w.Document)).tags(w.Tags))
			continue
		}
		if h.Path != w.Path {
			p.fault("policy %s: its path is %q and cannot be changed to %q; delete it first", w.Name, h.Path, w.Path)
		}
		if h.Description != w.Description {
			p.fault("policy %s: its description cannot be changed; delete it first", w.Name)
		}
		if !same(h.Document, w.Document) {
			var c []call
			if len(h.versions) >= maxVersions-1 {
				c = append(c, calls("DeletePolicyVersion", "PolicyArn", name, "VersionId", h.versions[0]))
			}
			c = append(c, calls("CreatePolicyVersion", "PolicyArn", name, "PolicyDocument", string(w.Document), "SetAsDefault", "true"))
			p.step(Change, "policy", w.Name, "document", c...)
		}
		p.tags("policy", w.Name, "Policy", "PolicyArn", name, h.Tags, w.Tags)
	}
}

func (p *planner) providers() {
	for i := range p.want.OIDCProviders {
		p.oidc(&p.want.OIDCProviders[i])
	}
	for i := range p.want.SAMLProviders {
		w := &p.want.SAMLProviders[i]
		name := "arn:aws:iam::" + p.want.Account + ":saml-provider/" + w.Name
		h := find(p.have.SAMLProviders, samlName, w.Name)
		if h == nil {
			p.step(Create, "saml provider", w.Name, "", calls("CreateSAMLProvider", "Name", w.Name, "SAMLMetadataDocument", w.Metadata).tags(w.Tags))
			continue
		}
		if h.Metadata != w.Metadata {
			p.step(Change, "saml provider", w.Name, "metadata", calls("UpdateSAMLProvider", "SAMLProviderArn", name, "SAMLMetadataDocument", w.Metadata))
		}
		p.tags("saml provider", w.Name, "SAMLProvider", "SAMLProviderArn", name, h.Tags, w.Tags)
	}
}

func (p *planner) oidc(w *OIDCProvider) {
	name := p.want.oidcARN(w)
	h := find(p.have.OIDCProviders, oidcURL, w.URL)
	if h == nil {
		p.step(Create, "oidc provider", w.URL, "", calls("CreateOpenIDConnectProvider", "Url", w.URL).
			list("ClientIDList", w.ClientIDs).list("ThumbprintList", w.Thumbprints).tags(w.Tags))
		return
	}
	for _, id := range missing(w.ClientIDs, h.ClientIDs) {
		p.step(Change, "oidc provider", w.URL, "add client id "+id, calls("AddClientIDToOpenIDConnectProvider", "OpenIDConnectProviderArn", name, "ClientID", id))
	}
	for _, id := range missing(h.ClientIDs, w.ClientIDs) {
		p.step(Change, "oidc provider", w.URL, "remove client id "+id, calls("RemoveClientIDFromOpenIDConnectProvider", "OpenIDConnectProviderArn", name, "ClientID", id))
	}
	if !slices.Equal(h.Thumbprints, w.Thumbprints) && len(w.Thumbprints) > 0 {
		p.step(Change, "oidc provider", w.URL, "thumbprints",
			calls("UpdateOpenIDConnectProviderThumbprint", "OpenIDConnectProviderArn", name).list("ThumbprintList", w.Thumbprints))
	}
	p.tags("oidc provider", w.URL, "OpenIDConnectProvider", "OpenIDConnectProviderArn", name, h.Tags, w.Tags)
}

func (p *planner) profiles() {
	for i := range p.want.InstanceProfiles {
		w := &p.want.InstanceProfiles[i]
		h := find(p.have.InstanceProfiles, profileName, w.Name)
		add := calls("AddRoleToInstanceProfile", "InstanceProfileName", w.Name, "RoleName", w.Role)
		if h == nil {
			c := []call{calls("CreateInstanceProfile", "InstanceProfileName", w.Name, "Path", w.Path).tags(w.Tags)}
			if w.Role != "" {
				c = append(c, add)
			}
			p.step(Create, "instance profile", w.Name, "", c...)
			continue
		}
		if h.Path != w.Path {
			p.fault("instance profile %s: its path is %q and cannot be changed to %q; delete it first", w.Name, h.Path, w.Path)
		}
		if fold(h.Role) != fold(w.Role) {
			var c []call
			if h.Role != "" {
				c = append(c, calls("RemoveRoleFromInstanceProfile", "InstanceProfileName", h.Name, "RoleName", h.Role))
			}
			if w.Role != "" {
				c = append(c, add)
			}
			p.step(Change, "instance profile", w.Name, "role", c...)
		}
		p.tags("instance profile", w.Name, "InstanceProfile", "InstanceProfileName", w.Name, h.Tags, w.Tags)
	}
}

func (p *planner) alias(prune bool) {
	switch {
	case p.want.Alias == p.have.Alias:
	case p.want.Alias != "":
		p.step(Change, "account alias", p.want.Alias, "", calls("CreateAccountAlias", "AccountAlias", p.want.Alias))
	case prune:
		p.step(Delete, "account alias", p.have.Alias, "", calls("DeleteAccountAlias", "AccountAlias", p.have.Alias))
	}
}
