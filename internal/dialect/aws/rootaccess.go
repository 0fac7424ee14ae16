package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// rootAccessOperations turn centralized root access of an organization on and off.
func rootAccessOperations() []op.Operation {
	return []op.Operation{
		op.Write("EnableOrganizationsRootCredentialsManagement", onRootAccess[iamapi.EnableOrganizationsRootCredentialsManagementInput],
			func(c *op.Call, tx *iam.Tx, _ *iamapi.EnableOrganizationsRootCredentialsManagementInput) (*iamapi.EnableOrganizationsRootCredentialsManagementOutput, error) {
				id, on, err := rootFeatures(tx.SetRootCredentials(c.Account(), true))
				return &iamapi.EnableOrganizationsRootCredentialsManagementOutput{OrganizationId: id, EnabledFeatures: on}, err
			}),
		op.Write("DisableOrganizationsRootCredentialsManagement", onRootAccess[iamapi.DisableOrganizationsRootCredentialsManagementInput],
			func(c *op.Call, tx *iam.Tx, _ *iamapi.DisableOrganizationsRootCredentialsManagementInput) (*iamapi.DisableOrganizationsRootCredentialsManagementOutput, error) {
				id, on, err := rootFeatures(tx.SetRootCredentials(c.Account(), false))
				return &iamapi.DisableOrganizationsRootCredentialsManagementOutput{OrganizationId: id, EnabledFeatures: on}, err
			}),
		op.Write("EnableOrganizationsRootSessions", onRootAccess[iamapi.EnableOrganizationsRootSessionsInput],
			func(c *op.Call, tx *iam.Tx, _ *iamapi.EnableOrganizationsRootSessionsInput) (*iamapi.EnableOrganizationsRootSessionsOutput, error) {
				id, on, err := rootFeatures(tx.SetRootSessions(c.Account(), true))
				return &iamapi.EnableOrganizationsRootSessionsOutput{OrganizationId: id, EnabledFeatures: on}, err
			}),
		op.Write("DisableOrganizationsRootSessions", onRootAccess[iamapi.DisableOrganizationsRootSessionsInput],
			func(c *op.Call, tx *iam.Tx, _ *iamapi.DisableOrganizationsRootSessionsInput) (*iamapi.DisableOrganizationsRootSessionsOutput, error) {
				id, on, err := rootFeatures(tx.SetRootSessions(c.Account(), false))
				return &iamapi.DisableOrganizationsRootSessionsOutput{OrganizationId: id, EnabledFeatures: on}, err
			}),
		op.Read("ListOrganizationsFeatures", onRootAccess[iamapi.ListOrganizationsFeaturesInput],
			func(c *op.Call, _ *iamapi.ListOrganizationsFeaturesInput) (*iamapi.ListOrganizationsFeaturesOutput, error) {
				id, on, err := rootFeatures(c.View.RootAccess(c.Account()))
				return &iamapi.ListOrganizationsFeaturesOutput{OrganizationId: id, EnabledFeatures: on}, err
			}),
	}
}

// onRootAccess: these operations have no resource.
func onRootAccess[In any](c *op.Call, _ *In) ([]access.Ask, error) {
	return one(access.Ask{Action: action(c), Resource: "*"})
}

func rootFeatures(o *iam.Organization, err error) (id *string, on []string, _ error) {
	if err != nil {
		return nil, nil, err
	}
	on = []string{}
	if o.RootCredentials {
		on = append(on, iamapi.FeatureTypeRootCredentialsManagement)
	}
	if o.RootSessions {
		on = append(on, iamapi.FeatureTypeRootSessions)
	}
	return &o.ID, on, nil
}
