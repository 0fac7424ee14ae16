package aws

import (
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// authorizationDetails shows the account as a whole with everything in it.
func authorizationDetails(c *op.Call, in *iamapi.GetAccountAuthorizationDetailsInput) (*iamapi.GetAccountAuthorizationDetailsOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	list, next := c.View.Details(c.Account(), detailFilter(in.Filter), p.after, p.limit)
	out := &iamapi.GetAccountAuthorizationDetailsOutput{UserDetailList: []iamapi.UserDetail{}, GroupDetailList: []iamapi.GroupDetail{},
		RoleDetailList: []iamapi.RoleDetail{}, Policies: []iamapi.ManagedPolicyDetail{}}
	for i := range list {
		switch d := &list[i]; {
		case d.User != nil:
			out.UserDetailList = append(out.UserDetailList, userDetail(c, d.User))
		case d.Group != nil:
			out.GroupDetailList = append(out.GroupDetailList, groupDetail(c, d.Group))
		case d.Role != nil:
			out.RoleDetailList = append(out.RoleDetailList, roleDetail(c, d.Role))
		case d.Policy != nil:
			out.Policies = append(out.Policies, policyDetail(c, d.Policy))
		}
	}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

// detailFilter chooses everything when nothing is named.
func detailFilter(names []string) iam.DetailFilter {
	if len(names) == 0 {
		return iam.DetailFilter{Users: true, Groups: true, Roles: true, OwnPolicies: true, AWSPolicies: true}
	}
	var f iam.DetailFilter
	for _, name := range names {
		switch name {
		case "User":
			f.Users = true
		case "Group":
			f.Groups = true
		case "Role":
			f.Roles = true
		case "LocalManagedPolicy":
			f.OwnPolicies = true
		case "AWSManagedPolicy":
			f.AWSPolicies = true
		}
	}
	return f
}

// userDetail leaves UserPolicyList out when there is none, which the lists of groups and roles never are: so AWS does it.
func userDetail(c *op.Call, u *iam.User) iamapi.UserDetail {
	d := iamapi.UserDetail{Path: &u.Path, UserName: &u.Name, UserId: &u.ID, Arn: ptr(u.ARN()), CreateDate: &u.Created,
		GroupList:               each(c.View.GroupsOf(u), func(g *iam.Group) string { return g.Name }),
		AttachedManagedPolicies: attachedShapes(c, &u.Grants), PermissionsBoundary: boundaryShape(u.Boundary), Tags: tagList(u.Tags)}
	if len(u.Inline) > 0 {
		d.UserPolicyList = each(u.Inline, inlineDetail)
	}
	return d
}

func groupDetail(c *op.Call, g *iam.Group) iamapi.GroupDetail {
	return iamapi.GroupDetail{Path: &g.Path, GroupName: &g.Name, GroupId: &g.ID, Arn: ptr(g.ARN()), CreateDate: &g.Created,
		GroupPolicyList: each(g.Inline, inlineDetail), AttachedManagedPolicies: attachedShapes(c, &g.Grants)}
}

func roleDetail(c *op.Call, r *iam.Role) iamapi.RoleDetail {
	profiles, _ := c.View.InstanceProfilesOf(r, "", iam.MaxPage)
	return iamapi.RoleDetail{Path: &r.Path, RoleName: &r.Name, RoleId: &r.ID, Arn: ptr(r.ARN()), CreateDate: &r.Created,
		AssumeRolePolicyDocument: ptr(document(c.View.ShowTrust(r))), InstanceProfileList: profileShapes(c, profiles),
		RolePolicyList: each(r.Inline, inlineDetail), AttachedManagedPolicies: attachedShapes(c, &r.Grants),
		PermissionsBoundary: boundaryShape(r.Boundary), Tags: tagList(r.Tags), RoleLastUsed: roleLastUsed(c, r)}
}

// policyDetail shows every version with its document. It has no description, which AWS shows in GetPolicy only.
func policyDetail(c *op.Call, p *iam.Policy) iamapi.ManagedPolicyDetail {
	s := countedPolicy(c, p)
	d := iamapi.ManagedPolicyDetail{PolicyName: s.PolicyName, PolicyId: s.PolicyId, Arn: s.Arn, Path: s.Path,
		DefaultVersionId: s.DefaultVersionId, AttachmentCount: s.AttachmentCount,
		PermissionsBoundaryUsageCount: s.PermissionsBoundaryUsageCount, IsAttachable: s.IsAttachable, CreateDate: s.CreateDate,
		UpdateDate: s.UpdateDate, PolicyVersionList: make([]iamapi.PolicyVersion, 0, len(p.Versions))}
	for i := len(p.Versions) - 1; i >= 0; i-- {
		v := versionShape(p, &p.Versions[i])
		v.Document = ptr(document(p.Versions[i].Document))
		d.PolicyVersionList = append(d.PolicyVersionList, v)
	}
	return d
}

func inlineDetail(in iam.Inline) iamapi.PolicyDetail {
	return iamapi.PolicyDetail{PolicyName: ptr(in.Name), PolicyDocument: ptr(document(in.Document))}
}

func attachedShapes(c *op.Call, g *iam.Grants) []iamapi.AttachedPolicy {
	return each(c.View.AttachedTo(g), func(p *iam.Policy) iamapi.AttachedPolicy {
		return iamapi.AttachedPolicy{PolicyName: &p.Name, PolicyArn: ptr(p.ARN())}
	})
}
