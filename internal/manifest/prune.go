package manifest

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/arn"
)

// prune deletes what the manifest does not name, in the order that nothing is in the way of its own. What the form does not know of
// (access keys, passwords, MFA devices) it does not take from anybody: the server then refuses to delete the user, and says why.
func (p *planner) prune() {
	for i := range p.have.InstanceProfiles {
		h := &p.have.InstanceProfiles[i]
		if find(p.want.InstanceProfiles, profileName, h.Name) != nil {
			continue
		}
		var c []call
		if h.Role != "" {
			c = append(c, calls("RemoveRoleFromInstanceProfile", "InstanceProfileName", h.Name, "RoleName", h.Role))
		}
		p.step(Delete, "instance profile", h.Name, "", append(c, calls("DeleteInstanceProfile", "InstanceProfileName", h.Name))...)
	}
	for i := range p.have.Roles {
		if h := &p.have.Roles[i]; find(p.want.Roles, roleName, h.Name) == nil {
			p.notSelf("role", h.Name, arn.Role(p.have.Account, cmp.Or(h.Path, "/"), h.Name))
			p.deleteBearer(bearer{"role", "Role", h.Name}, &h.Grants)
		}
	}
	for i := range p.have.Users {
		h := &p.have.Users[i]
		if find(p.want.Users, userName, h.Name) != nil {
			continue
		}
		p.notSelf("user", h.Name, arn.User(p.have.Account, cmp.Or(h.Path, "/"), h.Name))
		var c []call
		for _, g := range h.Groups {
			c = append(c, calls("RemoveUserFromGroup", "GroupName", g, "UserName", h.Name))
		}
		p.deleteBearer(bearer{"user", "User", h.Name}, &h.Grants, c...)
	}
	for i := range p.have.Groups {
		if h := &p.have.Groups[i]; find(p.want.Groups, groupName, h.Name) == nil {
			p.deleteBearer(bearer{"group", "Group", h.Name}, &h.Grants)
		}
	}
	for i := range p.have.OIDCProviders {
		if h := &p.have.OIDCProviders[i]; find(p.want.OIDCProviders, oidcURL, h.URL) == nil {
			p.step(Delete, "oidc provider", h.URL, "", calls("DeleteOpenIDConnectProvider", "OpenIDConnectProviderArn", p.have.oidcARN(h)))
		}
	}
	for i := range p.have.SAMLProviders {
		if h := &p.have.SAMLProviders[i]; find(p.want.SAMLProviders, samlName, h.Name) == nil {
			p.step(Delete, "saml provider", h.Name, "", calls("DeleteSAMLProvider", "SAMLProviderArn", "arn:aws:iam::"+p.have.Account+":saml-provider/"+h.Name))
		}
	}
	for i := range p.have.Policies {
		h := &p.have.Policies[i]
		if find(p.want.Policies, policyName, h.Name) != nil {
			continue
		}
		var c []call
		for _, v := range h.versions {
			c = append(c, calls("DeletePolicyVersion", "PolicyArn", p.have.policyARN(h), "VersionId", v))
		}
		p.step(Delete, "policy", h.Name, "", append(c, calls("DeletePolicy", "PolicyArn", p.have.policyARN(h)))...)
	}
}

// notSelf keeps a plan from deleting who carries it out.
func (p *planner) notSelf(kind, name, resource string) {
	if resource == p.self || kind == "role" && strings.HasPrefix(p.self, arn.AssumedRole(p.have.Account, name, "")) {
		p.fault("%s %s is not in the document, and it is who asks: it cannot be deleted by itself", kind, name)
	}
}

// deleteBearer takes the policies from a user, group or role, and then deletes it.
func (p *planner) deleteBearer(b bearer, have *Grants, first ...call) {
	c := first
	for _, name := range have.Attached {
		c = append(c, b.call("Detach", "Policy", "PolicyArn", name))
	}
	for name := range have.Inline {
		c = append(c, b.call("Delete", "Policy", "PolicyName", name))
	}
	p.step(Delete, b.kind, b.name, "", append(c, b.call("Delete", ""))...)
}

func (m *Manifest) oidcARN(p *OIDCProvider) string {
	_, host, _ := strings.Cut(p.URL, "://")
	return "arn:aws:iam::" + m.Account + ":oidc-provider/" + host
}

// seconds is a number of seconds as a parameter; none for zero.
func seconds(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
