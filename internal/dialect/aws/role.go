package aws

import (
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

func roleOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateRole",
			func(c *op.Call, in *iamapi.CreateRoleInput) ([]access.Ask, error) {
				a := onNew(c, arn.Role(c.Account(), text(in.Path, "/"), in.RoleName), tagsOf(in.Tags))
				return withTags(boundaryOf(a, text(in.PermissionsBoundary, "")), "iam:TagRole")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateRoleInput) (*iamapi.CreateRoleOutput, error) {
				r, err := tx.CreateRole(c.Account(), iam.RoleSpec{Path: text(in.Path, "/"), Name: in.RoleName,
					Trust: in.AssumeRolePolicyDocument, Description: in.Description, MaxSession: duration(in.MaxSessionDuration),
					Boundary: text(in.PermissionsBoundary, ""), Tags: tagsOf(in.Tags)})
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateRoleOutput{Role: createdRole(tx, r)}, nil
			}),
		op.Read("GetRole",
			func(c *op.Call, in *iamapi.GetRoleInput) ([]access.Ask, error) { return one(onRole(c, in.RoleName)) },
			func(c *op.Call, in *iamapi.GetRoleInput) (*iamapi.GetRoleOutput, error) {
				r, err := c.View.Role(c.Account(), in.RoleName)
				if err != nil {
					return nil, err
				}
				s := gottenRole(c.View, r)
				s.RoleLastUsed = roleLastUsed(c, r)
				return &iamapi.GetRoleOutput{Role: s}, nil
			}),
		op.Read("ListRoles",
			func(c *op.Call, in *iamapi.ListRolesInput) ([]access.Ask, error) {
				return one(onAll(c, "role", in.PathPrefix))
			},
			func(c *op.Call, in *iamapi.ListRolesInput) (*iamapi.ListRolesOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				list, next := c.View.Roles(c.Account(), text(in.PathPrefix, "/"), p.after, p.limit)
				out := &iamapi.ListRolesOutput{Roles: each(list, func(r *iam.Role) iamapi.Role { return listedRole(c.View, r) })}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Write("UpdateRole",
			func(c *op.Call, in *iamapi.UpdateRoleInput) ([]access.Ask, error) { return one(onRole(c, in.RoleName)) },
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateRoleInput) (*iamapi.UpdateRoleOutput, error) {
				_, err := tx.UpdateRole(c.Account(), in.RoleName, in.Description, duration(in.MaxSessionDuration))
				return &iamapi.UpdateRoleOutput{}, err
			}),
		op.Write("UpdateRoleDescription",
			func(c *op.Call, in *iamapi.UpdateRoleDescriptionInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateRoleDescriptionInput) (*iamapi.UpdateRoleDescriptionOutput, error) {
				r, err := tx.UpdateRole(c.Account(), in.RoleName, &in.Description, 0)
				if err != nil {
					return nil, err
				}
				return &iamapi.UpdateRoleDescriptionOutput{Role: ptr(createdRole(tx, r))}, nil
			}),
		op.Change("UpdateAssumeRolePolicy",
			func(c *op.Call, in *iamapi.UpdateAssumeRolePolicyInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateAssumeRolePolicyInput) error {
				_, err := tx.UpdateTrust(c.Account(), in.RoleName, in.PolicyDocument)
				return err
			}),
		op.Change("DeleteRole",
			func(c *op.Call, in *iamapi.DeleteRoleInput) ([]access.Ask, error) { return one(onRole(c, in.RoleName)) },
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteRoleInput) error {
				return tx.DeleteRole(c.Account(), in.RoleName)
			}),
		op.Change("PutRolePermissionsBoundary",
			func(c *op.Call, in *iamapi.PutRolePermissionsBoundaryInput) ([]access.Ask, error) {
				return one(boundaryOf(onRole(c, in.RoleName), in.PermissionsBoundary))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.PutRolePermissionsBoundaryInput) error {
				_, err := tx.PutRoleBoundary(c.Account(), in.RoleName, in.PermissionsBoundary)
				return err
			}),
		op.Change("DeleteRolePermissionsBoundary",
			func(c *op.Call, in *iamapi.DeleteRolePermissionsBoundaryInput) ([]access.Ask, error) {
				return one(roleBoundary(c, in.RoleName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteRolePermissionsBoundaryInput) error {
				_, err := tx.DeleteRoleBoundary(c.Account(), in.RoleName)
				return err
			}),
	}
}

// duration reads seconds; absent is 0.
func duration(n *int64) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n) * time.Second
}
