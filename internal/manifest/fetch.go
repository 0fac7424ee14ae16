package manifest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/wire"
)

// maxPages bounds how often a list is asked for its next part.
const maxPages = 100_000

// Fetch reads what an account of a server has. Roles that the server made for a service (service-linked ones) are left out.
func Fetch(ctx context.Context, server Server, account string) (*Manifest, error) {
	f := &fetching{ctx: ctx, server: server, m: &Manifest{Format: Format, Account: account}}
	for _, part := range []func() error{f.details, f.roles, f.policies, f.profiles, f.oidc, f.saml, f.alias} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	f.m.sort()
	return f.m, nil
}

type fetching struct {
	ctx    context.Context
	server Server
	m      *Manifest
}

func (f *fetching) call(action string, in, out wire.Shape) error {
	return f.server.Call(f.ctx, action, in, out)
}

// pages asks for a list until it ends. ask makes one call from a marker and says whether there is more.
func pages(ask func(marker *string) (truncated *bool, next *string, err error)) error {
	var marker *string
	for range maxPages {
		truncated, next, err := ask(marker)
		if err != nil {
			return err
		}
		if truncated == nil || !*truncated {
			return nil
		}
		if marker = next; marker == nil {
			break
		}
	}
	return errors.New("a list of the server has no end")
}

func (f *fetching) details() error {
	in := &iamapi.GetAccountAuthorizationDetailsInput{MaxItems: new(int64(1000)), Filter: []string{"User", "Group", "Role", "LocalManagedPolicy"}}
	return pages(func(marker *string) (*bool, *string, error) {
		in.Marker = marker
		out := new(iamapi.GetAccountAuthorizationDetailsOutput)
		if err := f.call("GetAccountAuthorizationDetails", in, out); err != nil {
			return nil, nil, err
		}
		return out.IsTruncated, out.Marker, f.take(out)
	})
}

func (f *fetching) take(out *iamapi.GetAccountAuthorizationDetailsOutput) error {
	d := decoding{}
	for _, p := range out.Policies {
		policy := Policy{Name: text(p.PolicyName), Path: tidy(text(p.Path))}
		for _, v := range p.PolicyVersionList {
			if v.IsDefaultVersion != nil && *v.IsDefaultVersion {
				policy.Document = d.document(v.Document)
			} else {
				policy.versions = append(policy.versions, text(v.VersionId))
			}
		}
		slices.SortFunc(policy.versions, byVersion)
		f.m.Policies = append(f.m.Policies, policy)
	}
	for _, g := range out.GroupDetailList {
		f.m.Groups = append(f.m.Groups, Group{Name: text(g.GroupName), Path: tidy(text(g.Path)), Grants: d.grants(g.GroupPolicyList, g.AttachedManagedPolicies)})
	}
	for _, u := range out.UserDetailList {
		slices.Sort(u.GroupList)
		f.m.Users = append(f.m.Users, User{Name: text(u.UserName), Path: tidy(text(u.Path)), Tags: tagMap(u.Tags), Boundary: bound(u.PermissionsBoundary), Groups: u.GroupList,
			Grants: d.grants(u.UserPolicyList, u.AttachedManagedPolicies)})
	}
	for _, r := range out.RoleDetailList {
		if isReserved(text(r.Path)) {
			continue
		}
		f.m.Roles = append(f.m.Roles, Role{Name: text(r.RoleName), Path: tidy(text(r.Path)), Tags: tagMap(r.Tags), Boundary: bound(r.PermissionsBoundary),
			Trust: d.document(r.AssumeRolePolicyDocument), Grants: d.grants(r.RolePolicyList, r.AttachedManagedPolicies)})
	}
	return d.err
}

// byVersion orders version ids by age: v2 before v10.
func byVersion(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// roles adds what GetAccountAuthorizationDetails does not tell.
func (f *fetching) roles() error {
	at := map[string]*Role{}
	for i := range f.m.Roles {
		at[f.m.Roles[i].Name] = &f.m.Roles[i]
	}
	in := &iamapi.ListRolesInput{MaxItems: new(int64(1000))}
	return pages(func(marker *string) (*bool, *string, error) {
		in.Marker = marker
		out := new(iamapi.ListRolesOutput)
		if err := f.call("ListRoles", in, out); err != nil {
			return nil, nil, err
		}
		for _, r := range out.Roles {
			if role := at[r.RoleName]; role != nil {
				role.Description = text(r.Description)
				if r.MaxSessionDuration != nil {
					role.MaxSession = *r.MaxSessionDuration
				}
			}
		}
		return out.IsTruncated, out.Marker, nil
	})
}

// policies adds what GetAccountAuthorizationDetails does not tell.
func (f *fetching) policies() error {
	for i := range f.m.Policies {
		p := &f.m.Policies[i]
		in := &iamapi.GetPolicyInput{PolicyArn: f.m.policyARN(p)}
		out := new(iamapi.GetPolicyOutput)
		if err := f.call("GetPolicy", in, out); err != nil {
			return err
		}
		if out.Policy != nil {
			p.Description, p.Tags = text(out.Policy.Description), tagMap(out.Policy.Tags)
		}
	}
	return nil
}

func (f *fetching) profiles() error {
	in := &iamapi.ListInstanceProfilesInput{MaxItems: new(int64(1000))}
	return pages(func(marker *string) (*bool, *string, error) {
		in.Marker = marker
		out := new(iamapi.ListInstanceProfilesOutput)
		if err := f.call("ListInstanceProfiles", in, out); err != nil {
			return nil, nil, err
		}
		for _, p := range out.InstanceProfiles {
			profile := InstanceProfile{Name: p.InstanceProfileName, Path: tidy(p.Path)}
			for _, r := range p.Roles {
				profile.Role = r.RoleName
			}
			tags := new(iamapi.ListInstanceProfileTagsOutput)
			if err := f.call("ListInstanceProfileTags", &iamapi.ListInstanceProfileTagsInput{InstanceProfileName: p.InstanceProfileName}, tags); err != nil {
				return nil, nil, err
			}
			profile.Tags = tagMap(tags.Tags)
			f.m.InstanceProfiles = append(f.m.InstanceProfiles, profile)
		}
		return out.IsTruncated, out.Marker, nil
	})
}

func (f *fetching) oidc() error {
	list := new(iamapi.ListOpenIDConnectProvidersOutput)
	if err := f.call("ListOpenIDConnectProviders", new(iamapi.ListOpenIDConnectProvidersInput), list); err != nil {
		return err
	}
	for _, entry := range list.OpenIDConnectProviderList {
		out := new(iamapi.GetOpenIDConnectProviderOutput)
		if err := f.call("GetOpenIDConnectProvider", &iamapi.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: text(entry.Arn)}, out); err != nil {
			return err
		}
		f.m.OIDCProviders = append(f.m.OIDCProviders, OIDCProvider{URL: issuer(text(out.Url)), ClientIDs: out.ClientIDList, Thumbprints: out.ThumbprintList, Tags: tagMap(out.Tags)})
	}
	return nil
}

// issuer is the URL of a provider, which the API tells without its scheme.
func issuer(url string) string {
	if strings.Contains(url, "://") {
		return url
	}
	return "https://" + url
}

func (f *fetching) saml() error {
	list := new(iamapi.ListSAMLProvidersOutput)
	if err := f.call("ListSAMLProviders", new(iamapi.ListSAMLProvidersInput), list); err != nil {
		return err
	}
	for _, entry := range list.SAMLProviderList {
		name := text(entry.Arn)
		out := new(iamapi.GetSAMLProviderOutput)
		if err := f.call("GetSAMLProvider", &iamapi.GetSAMLProviderInput{SAMLProviderArn: name}, out); err != nil {
			return err
		}
		f.m.SAMLProviders = append(f.m.SAMLProviders, SAMLProvider{Name: name[strings.LastIndexByte(name, '/')+1:], Metadata: text(out.SAMLMetadataDocument), Tags: tagMap(out.Tags)})
	}
	return nil
}

func (f *fetching) alias() error {
	out := new(iamapi.ListAccountAliasesOutput)
	if err := f.call("ListAccountAliases", new(iamapi.ListAccountAliasesInput), out); err != nil {
		return err
	}
	for _, alias := range out.AccountAliases {
		f.m.Alias = alias
	}
	return nil
}

// decoding keeps the first document that cannot be read.
type decoding struct{ err error }

// document decodes the percent-encoded text of a policy.
func (d *decoding) document(encoded *string) Document {
	plain, err := url.PathUnescape(text(encoded))
	if err != nil && d.err == nil {
		d.err = fmt.Errorf("a policy document of the server: %w", err)
	}
	return Document(plain)
}

func (d *decoding) grants(policies []iamapi.PolicyDetail, list []iamapi.AttachedPolicy) (g Grants) {
	for _, p := range policies {
		if g.Inline == nil {
			g.Inline = map[string]Document{}
		}
		g.Inline[text(p.PolicyName)] = d.document(p.PolicyDocument)
	}
	for _, a := range list {
		g.Attached = append(g.Attached, text(a.PolicyArn))
	}
	slices.Sort(g.Attached)
	return g
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func bound(b *iamapi.AttachedPermissionsBoundary) string {
	if b == nil {
		return ""
	}
	return text(b.PermissionsBoundaryArn)
}

func tagMap(list []iamapi.Tag) map[string]string {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]string, len(list))
	for _, t := range list {
		m[t.Key] = t.Value
	}
	return m
}
