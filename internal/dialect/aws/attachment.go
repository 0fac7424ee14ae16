package aws

import (
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// Managed policies attached to users, groups and roles.
func attachmentOperations() []op.Operation {
	return []op.Operation{
		op.Change("AttachUserPolicy",
			func(c *op.Call, in *iamapi.AttachUserPolicyInput) ([]access.Ask, error) {
				return one(attaching(userBoundary(c, in.UserName), in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AttachUserPolicyInput) error {
				_, err := tx.AttachUserPolicy(c.Account(), in.UserName, in.PolicyArn)
				return err
			}),
		op.Change("DetachUserPolicy",
			func(c *op.Call, in *iamapi.DetachUserPolicyInput) ([]access.Ask, error) {
				return one(attaching(userBoundary(c, in.UserName), in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DetachUserPolicyInput) error {
				_, err := tx.DetachUserPolicy(c.Account(), in.UserName, in.PolicyArn)
				return err
			}),
		op.Read("ListAttachedUserPolicies",
			func(c *op.Call, in *iamapi.ListAttachedUserPoliciesInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, in *iamapi.ListAttachedUserPoliciesInput) (*iamapi.ListAttachedUserPoliciesOutput, error) {
				u, err := c.View.User(c.Account(), in.UserName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListAttachedUserPoliciesOutput{}
				out.AttachedPolicies, out.IsTruncated, out.Marker, err = attached(c, &u.Grants, in.PathPrefix, in.Marker, in.MaxItems)
				return out, err
			}),
		op.Change("AttachGroupPolicy",
			func(c *op.Call, in *iamapi.AttachGroupPolicyInput) ([]access.Ask, error) {
				return one(attaching(onGroup(c, in.GroupName), in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AttachGroupPolicyInput) error {
				_, err := tx.AttachGroupPolicy(c.Account(), in.GroupName, in.PolicyArn)
				return err
			}),
		op.Change("DetachGroupPolicy",
			func(c *op.Call, in *iamapi.DetachGroupPolicyInput) ([]access.Ask, error) {
				return one(attaching(onGroup(c, in.GroupName), in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DetachGroupPolicyInput) error {
				_, err := tx.DetachGroupPolicy(c.Account(), in.GroupName, in.PolicyArn)
				return err
			}),
		op.Read("ListAttachedGroupPolicies",
			func(c *op.Call, in *iamapi.ListAttachedGroupPoliciesInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, in *iamapi.ListAttachedGroupPoliciesInput) (*iamapi.ListAttachedGroupPoliciesOutput, error) {
				g, err := c.View.Group(c.Account(), in.GroupName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListAttachedGroupPoliciesOutput{}
				out.AttachedPolicies, out.IsTruncated, out.Marker, err = attached(c, &g.Grants, in.PathPrefix, in.Marker, in.MaxItems)
				return out, err
			}),
		op.Change("AttachRolePolicy",
			func(c *op.Call, in *iamapi.AttachRolePolicyInput) ([]access.Ask, error) {
				return one(attaching(roleBoundary(c, in.RoleName), in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AttachRolePolicyInput) error {
				_, err := tx.AttachRolePolicy(c.Account(), in.RoleName, in.PolicyArn)
				return err
			}),
		op.Change("DetachRolePolicy",
			func(c *op.Call, in *iamapi.DetachRolePolicyInput) ([]access.Ask, error) {
				return one(attaching(roleBoundary(c, in.RoleName), in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DetachRolePolicyInput) error {
				_, err := tx.DetachRolePolicy(c.Account(), in.RoleName, in.PolicyArn)
				return err
			}),
		op.Read("ListAttachedRolePolicies",
			func(c *op.Call, in *iamapi.ListAttachedRolePoliciesInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, in *iamapi.ListAttachedRolePoliciesInput) (*iamapi.ListAttachedRolePoliciesOutput, error) {
				r, err := c.View.Role(c.Account(), in.RoleName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListAttachedRolePoliciesOutput{}
				out.AttachedPolicies, out.IsTruncated, out.Marker, err = attached(c, &r.Grants, in.PathPrefix, in.Marker, in.MaxItems)
				return out, err
			}),
	}
}

func attached(c *op.Call, g *iam.Grants, prefix, marker *string, items *int64) (list []iamapi.AttachedPolicy, truncated *bool, next *string, err error) {
	p, err := pageOf(marker, items)
	if err != nil {
		return nil, nil, nil, err
	}
	all := make([]iamapi.AttachedPolicy, 0, len(g.Attached))
	for _, m := range c.View.AttachedTo(g) {
		if strings.HasPrefix(m.Path, text(prefix, "/")) {
			all = append(all, iamapi.AttachedPolicy{PolicyName: &m.Name, PolicyArn: ptr(m.ARN())})
		}
	}
	list, last := iam.Slice(all, func(a iamapi.AttachedPolicy) string { return *a.PolicyArn }, p.after, p.limit)
	truncated, next = more(last)
	return each(list, self), truncated, next, nil
}
