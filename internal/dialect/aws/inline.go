package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// Inline policies of users, groups and roles.
func inlineOperations() []op.Operation {
	return []op.Operation{
		op.Change("PutUserPolicy",
			func(c *op.Call, in *iamapi.PutUserPolicyInput) ([]access.Ask, error) {
				return one(userBoundary(c, in.UserName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.PutUserPolicyInput) error {
				_, err := tx.PutUserPolicy(c.Account(), in.UserName, in.PolicyName, in.PolicyDocument)
				return err
			}),
		op.Read("GetUserPolicy",
			func(c *op.Call, in *iamapi.GetUserPolicyInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, in *iamapi.GetUserPolicyInput) (*iamapi.GetUserPolicyOutput, error) {
				u, err := c.View.User(c.Account(), in.UserName)
				if err != nil {
					return nil, err
				}
				p, ok := u.InlineNamed(in.PolicyName)
				if !ok {
					return nil, fault.Missing(fault.UserPolicy, in.PolicyName)
				}
				return &iamapi.GetUserPolicyOutput{UserName: u.Name, PolicyName: p.Name, PolicyDocument: document(p.Document)}, nil
			}),
		op.Read("ListUserPolicies",
			func(c *op.Call, in *iamapi.ListUserPoliciesInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, in *iamapi.ListUserPoliciesInput) (*iamapi.ListUserPoliciesOutput, error) {
				u, err := c.View.User(c.Account(), in.UserName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListUserPoliciesOutput{}
				out.PolicyNames, out.IsTruncated, out.Marker, err = inlineNames(&u.Grants, in.Marker, in.MaxItems)
				return out, err
			}),
		op.Change("DeleteUserPolicy",
			func(c *op.Call, in *iamapi.DeleteUserPolicyInput) ([]access.Ask, error) {
				return one(userBoundary(c, in.UserName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteUserPolicyInput) error {
				_, err := tx.DeleteUserPolicy(c.Account(), in.UserName, in.PolicyName)
				return err
			}),
		op.Change("PutGroupPolicy",
			func(c *op.Call, in *iamapi.PutGroupPolicyInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.PutGroupPolicyInput) error {
				_, err := tx.PutGroupPolicy(c.Account(), in.GroupName, in.PolicyName, in.PolicyDocument)
				return err
			}),
		op.Read("GetGroupPolicy",
			func(c *op.Call, in *iamapi.GetGroupPolicyInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, in *iamapi.GetGroupPolicyInput) (*iamapi.GetGroupPolicyOutput, error) {
				g, err := c.View.Group(c.Account(), in.GroupName)
				if err != nil {
					return nil, err
				}
				p, ok := g.InlineNamed(in.PolicyName)
				if !ok {
					return nil, fault.Missing(fault.GroupPolicy, in.PolicyName)
				}
				return &iamapi.GetGroupPolicyOutput{GroupName: g.Name, PolicyName: p.Name, PolicyDocument: document(p.Document)}, nil
			}),
		op.Read("ListGroupPolicies",
			func(c *op.Call, in *iamapi.ListGroupPoliciesInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, in *iamapi.ListGroupPoliciesInput) (*iamapi.ListGroupPoliciesOutput, error) {
				g, err := c.View.Group(c.Account(), in.GroupName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListGroupPoliciesOutput{}
				out.PolicyNames, out.IsTruncated, out.Marker, err = inlineNames(&g.Grants, in.Marker, in.MaxItems)
				return out, err
			}),
		op.Change("DeleteGroupPolicy",
			func(c *op.Call, in *iamapi.DeleteGroupPolicyInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteGroupPolicyInput) error {
				_, err := tx.DeleteGroupPolicy(c.Account(), in.GroupName, in.PolicyName)
				return err
			}),
		op.Change("PutRolePolicy",
			func(c *op.Call, in *iamapi.PutRolePolicyInput) ([]access.Ask, error) {
				return one(roleBoundary(c, in.RoleName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.PutRolePolicyInput) error {
				_, err := tx.PutRolePolicy(c.Account(), in.RoleName, in.PolicyName, in.PolicyDocument)
				return err
			}),
		op.Read("GetRolePolicy",
			func(c *op.Call, in *iamapi.GetRolePolicyInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, in *iamapi.GetRolePolicyInput) (*iamapi.GetRolePolicyOutput, error) {
				r, err := c.View.Role(c.Account(), in.RoleName)
				if err != nil {
					return nil, err
				}
				p, ok := r.InlineNamed(in.PolicyName)
				if !ok {
					return nil, fault.Missing(fault.RolePolicy, in.PolicyName)
				}
				return &iamapi.GetRolePolicyOutput{RoleName: r.Name, PolicyName: p.Name, PolicyDocument: document(p.Document)}, nil
			}),
		op.Read("ListRolePolicies",
			func(c *op.Call, in *iamapi.ListRolePoliciesInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, in *iamapi.ListRolePoliciesInput) (*iamapi.ListRolePoliciesOutput, error) {
				r, err := c.View.Role(c.Account(), in.RoleName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListRolePoliciesOutput{}
				out.PolicyNames, out.IsTruncated, out.Marker, err = inlineNames(&r.Grants, in.Marker, in.MaxItems)
				return out, err
			}),
		op.Change("DeleteRolePolicy",
			func(c *op.Call, in *iamapi.DeleteRolePolicyInput) ([]access.Ask, error) {
				return one(roleBoundary(c, in.RoleName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteRolePolicyInput) error {
				_, err := tx.DeleteRolePolicy(c.Account(), in.RoleName, in.PolicyName)
				return err
			}),
	}
}

func inlineNames(g *iam.Grants, marker *string, items *int64) (list []string, truncated *bool, next *string, err error) {
	p, err := pageOf(marker, items)
	if err != nil {
		return nil, nil, nil, err
	}
	names := each(g.Inline, func(in iam.Inline) string { return in.Name })
	list, last := iam.Slice(names, self, p.after, p.limit)
	truncated, next = more(last)
	return each(list, self), truncated, next, nil
}
