package aws

import (
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/policy"
)

// Roles that are linked to services.
func serviceRoleOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateServiceLinkedRole",
			func(c *op.Call, in *iamapi.CreateServiceLinkedRoleInput) ([]access.Ask, error) {
				path, name, err := iam.ServiceRoleName(in.AWSServiceName, text(in.CustomSuffix, ""))
				if err != nil {
					return nil, err
				}
				a := onNew(c, arn.Role(c.Account(), path, name), nil)
				a.Keys = append(a.Keys, access.Key{Name: "iam:awsservicename", Values: policy.Single(in.AWSServiceName)})
				return one(a)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateServiceLinkedRoleInput) (*iamapi.CreateServiceLinkedRoleOutput, error) {
				r, err := tx.CreateServiceLinkedRole(c.Account(), in.AWSServiceName, in.Description, text(in.CustomSuffix, ""))
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateServiceLinkedRoleOutput{Role: ptr(createdRole(tx, r))}, nil
			}),
		op.Write("DeleteServiceLinkedRole",
			func(c *op.Call, in *iamapi.DeleteServiceLinkedRoleInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteServiceLinkedRoleInput) (*iamapi.DeleteServiceLinkedRoleOutput, error) {
				d, err := tx.DeleteServiceLinkedRole(c.Account(), in.RoleName)
				if err != nil {
					return nil, err
				}
				return &iamapi.DeleteServiceLinkedRoleOutput{DeletionTaskId: d.Task}, nil
			}),
		op.Read("GetServiceLinkedRoleDeletionStatus",
			func(c *op.Call, in *iamapi.GetServiceLinkedRoleDeletionStatusInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: arn.Role(c.Account(), "/", deletedRole(in.DeletionTaskId)), Label: "deletion task " + in.DeletionTaskId})
			},
			func(c *op.Call, in *iamapi.GetServiceLinkedRoleDeletionStatusInput) (*iamapi.GetServiceLinkedRoleDeletionStatusOutput, error) {
				if _, err := c.View.RoleDeletion(c.Account(), in.DeletionTaskId); err != nil {
					return nil, err
				}
				return &iamapi.GetServiceLinkedRoleDeletionStatusOutput{Status: iamapi.DeletionTaskStatusTypeSUCCEEDED}, nil
			}),
	}
}

// deletedRole is the path and name of the role that a deletion task was about: task/aws-service-role/SERVICE/ROLE/UUID.
func deletedRole(task string) string {
	role := strings.TrimPrefix(task, "task/")
	if at := strings.LastIndexByte(role, '/'); at >= 0 {
		role = role[:at]
	}
	return role
}
