package access

import (
	"slices"

	"github.com/daypass/daypass/policy"
)

// told are the keys of the server's own that an account of a denial lists, whether a policy asked for them or not. Their names are
// spelled as in the IAM User Guide; tags follow under the keys they have.
var told = []string{
	"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:userid", "aws:username", "aws:SourceIdentity",
	"aws:FederatedProvider", "aws:AssumedRoot", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:MultiFactorAuthPresent",
	"aws:MultiFactorAuthAge", "aws:TokenIssueTime", "aws:CurrentTime", "aws:EpochTime", "aws:SecureTransport", "aws:SourceIp",
	"aws:RequestedRegion", "aws:ResourceAccount", "aws:ViaAWSService", "aws:PrincipalIsAWSService", "aws:TagKeys", "aws:UserAgent", "aws:Referer",
}

// Context lists the condition keys of a request with their values: what its service said first, then the server's own, then tags.
func (s *Subject) Context(a *Ask, env *Environment) []Key {
	var list []Key
	lookup := &keys{subject: s, ask: a, env: env}
	add := func(name string) {
		folded := policy.FoldKey(name)
		if slices.ContainsFunc(list, func(k Key) bool { return policy.FoldKey(k.Name) == folded }) {
			return
		}
		if v, ok := lookup.Lookup(folded); ok {
			list = append(list, Key{Name: name, Values: v})
		}
	}
	for i := range a.Keys {
		add(a.Keys[i].Name)
	}
	for _, name := range told {
		add(name)
	}
	for _, t := range s.Tags() {
		add("aws:PrincipalTag/" + t.Key)
	}
	for _, t := range a.RequestTags {
		add("aws:RequestTag/" + t.Key)
	}
	for _, t := range a.ResourceTags {
		add("aws:ResourceTag/" + t.Key)
	}
	return list
}

// Statement is the text of the statement that decided; nil when none did.
func (s *Subject) Statement(a *Ask, d *policy.Decision) *policy.Statement {
	l := s.layers(a)
	var sources []policy.Source
	one := func(p *policy.Source) {
		if p != nil {
			sources = append(sources, *p)
		}
	}
	levels := func(sets []*policy.Set) {
		for _, set := range sets {
			sources = append(sources, set.Sources()...)
		}
	}
	switch d.Layer {
	case policy.LayerIdentity:
		sources = l.Identity.Sources()
	case policy.LayerSession:
		sources = l.Session.Sources()
	case policy.LayerSCP:
		levels(l.SCP)
	case policy.LayerRCP:
		levels(l.RCP)
	case policy.LayerBoundary:
		one(l.Boundary)
	case policy.LayerResource, policy.LayerTrust:
		one(l.Resource)
	}
	for i := range sources {
		if p := &sources[i]; p.ID == d.Source && p.Type == d.SourceType && p.Policy != nil {
			if st, ok := p.Policy.Document().Statement(d.Statement); ok {
				return &st
			}
		}
	}
	return nil
}
