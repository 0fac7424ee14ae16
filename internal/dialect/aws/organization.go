package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// organizationOperations are those on an organization as a whole: it, its root, its trusted services and administrators.
func organizationOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateOrganization", onOrganization[orgapi.CreateOrganizationInput],
			func(c *op.Call, tx *iam.Tx, in *orgapi.CreateOrganizationInput) (*orgapi.CreateOrganizationOutput, error) {
				o, err := tx.FoundOrganization(c.Account(), text(in.FeatureSet, "") == orgapi.OrganizationFeatureSetCONSOLIDATEDBILLING)
				if err != nil {
					return nil, err
				}
				return &orgapi.CreateOrganizationOutput{Organization: organizationShape(o, nil)}, nil
			}),
		op.Read("DescribeOrganization", onOrganization[orgapi.DescribeOrganizationInput],
			func(c *op.Call, _ *orgapi.DescribeOrganizationInput) (*orgapi.DescribeOrganizationOutput, error) {
				o, err := c.View.Organization(c.Account())
				if err != nil {
					return nil, err
				}
				m, _ := c.View.Membership(o.Manager)
				return &orgapi.DescribeOrganizationOutput{Organization: organizationShape(o, m)}, nil
			}),
		op.Change("DeleteOrganization", onOrganization[orgapi.DeleteOrganizationInput],
			func(c *op.Call, tx *iam.Tx, _ *orgapi.DeleteOrganizationInput) error {
				return tx.DissolveOrganization(c.Account())
			}),
		op.Read("ListRoots", onOrganization[orgapi.ListRootsInput],
			overseen(func(_ *op.Call, o *iam.Organization, _ *orgapi.ListRootsInput) (*orgapi.ListRootsOutput, error) {
				return &orgapi.ListRootsOutput{Roots: []orgapi.Root{rootShape(o)}}, nil
			})),
		op.Write("EnablePolicyType",
			func(c *op.Call, in *orgapi.EnablePolicyTypeInput) ([]access.Ask, error) {
				return one(ofType(onPlace(c, in.RootId), in.PolicyType))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.EnablePolicyTypeInput) (*orgapi.EnablePolicyTypeOutput, error) {
				o, err := tx.EnableControls(c.Account(), in.RootId, iam.ControlType(in.PolicyType))
				if err != nil {
					return nil, err
				}
				return &orgapi.EnablePolicyTypeOutput{Root: ptr(rootShape(o))}, nil
			}),
		op.Write("DisablePolicyType",
			func(c *op.Call, in *orgapi.DisablePolicyTypeInput) ([]access.Ask, error) {
				return one(ofType(onPlace(c, in.RootId), in.PolicyType))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.DisablePolicyTypeInput) (*orgapi.DisablePolicyTypeOutput, error) {
				o, err := tx.DisableControls(c.Account(), in.RootId, iam.ControlType(in.PolicyType))
				if err != nil {
					return nil, err
				}
				return &orgapi.DisablePolicyTypeOutput{Root: ptr(rootShape(o))}, nil
			}),
	}
}

// trustOperations name the services that an organization trusts, and the accounts that administer them for it.
func trustOperations() []op.Operation {
	return []op.Operation{
		op.Change("EnableAWSServiceAccess",
			func(c *op.Call, in *orgapi.EnableAWSServiceAccessInput) ([]access.Ask, error) {
				return one(forService(inOrganization(c), &in.ServicePrincipal))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.EnableAWSServiceAccessInput) error {
				_, err := tx.TrustService(c.Account(), in.ServicePrincipal)
				return err
			}),
		op.Change("DisableAWSServiceAccess",
			func(c *op.Call, in *orgapi.DisableAWSServiceAccessInput) ([]access.Ask, error) {
				return one(forService(inOrganization(c), &in.ServicePrincipal))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.DisableAWSServiceAccessInput) error {
				_, err := tx.DistrustService(c.Account(), in.ServicePrincipal)
				return err
			}),
		op.Read("ListAWSServiceAccessForOrganization", onOrganization[orgapi.ListAWSServiceAccessForOrganizationInput],
			overseen(func(_ *op.Call, o *iam.Organization, in *orgapi.ListAWSServiceAccessForOrganizationInput) (*orgapi.ListAWSServiceAccessForOrganizationOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				list, next := iam.Slice(o.Services, func(s iam.TrustedService) string { return s.Principal }, p.after, p.limit)
				return &orgapi.ListAWSServiceAccessForOrganizationOutput{NextToken: orgMore(next),
					EnabledServicePrincipals: each(list, func(s iam.TrustedService) orgapi.EnabledServicePrincipal {
						return orgapi.EnabledServicePrincipal{ServicePrincipal: &s.Principal, DateEnabled: &s.Since}
					})}, nil
			})),
		op.Change("RegisterDelegatedAdministrator",
			func(c *op.Call, in *orgapi.RegisterDelegatedAdministratorInput) ([]access.Ask, error) {
				return one(forService(onPlace(c, in.AccountId), &in.ServicePrincipal))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.RegisterDelegatedAdministratorInput) error {
				_, err := tx.Delegate(c.Account(), in.AccountId, in.ServicePrincipal)
				return err
			}),
		op.Change("DeregisterDelegatedAdministrator",
			func(c *op.Call, in *orgapi.DeregisterDelegatedAdministratorInput) ([]access.Ask, error) {
				return one(forService(onPlace(c, in.AccountId), &in.ServicePrincipal))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.DeregisterDelegatedAdministratorInput) error {
				_, err := tx.Undelegate(c.Account(), in.AccountId, in.ServicePrincipal)
				return err
			}),
		op.Read("ListDelegatedAdministrators",
			func(c *op.Call, in *orgapi.ListDelegatedAdministratorsInput) ([]access.Ask, error) {
				return one(forService(inOrganization(c), in.ServicePrincipal))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListDelegatedAdministratorsInput) (*orgapi.ListDelegatedAdministratorsOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				list, next := c.View.Administrators(o, text(in.ServicePrincipal, ""), p.after, p.limit)
				return &orgapi.ListDelegatedAdministratorsOutput{NextToken: orgMore(next),
					DelegatedAdministrators: each(list, func(m *iam.Member) orgapi.DelegatedAdministrator {
						return administratorShape(c.View, o, m, text(in.ServicePrincipal, ""))
					})}, nil
			})),
		op.Read("ListDelegatedServicesForAccount",
			func(c *op.Call, in *orgapi.ListDelegatedServicesForAccountInput) ([]access.Ask, error) {
				return one(onPlace(c, in.AccountId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListDelegatedServicesForAccountInput) (*orgapi.ListDelegatedServicesForAccountOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				m, err := c.View.Member(o, in.AccountId)
				if err != nil {
					return nil, err
				}
				if len(m.Delegations) == 0 {
					return nil, fault.Missing(fault.Delegation, in.AccountId)
				}
				list, next := iam.Slice(m.Delegations, func(d iam.Delegation) string { return d.Principal }, p.after, p.limit)
				return &orgapi.ListDelegatedServicesForAccountOutput{NextToken: orgMore(next),
					DelegatedServices: each(list, func(d iam.Delegation) orgapi.DelegatedService {
						return orgapi.DelegatedService{ServicePrincipal: &d.Principal, DelegationEnabledDate: &d.Since}
					})}, nil
			})),
	}
}
