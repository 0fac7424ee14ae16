package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// The account itself: its alias and what it holds.
func accountOperations() []op.Operation {
	return []op.Operation{
		op.Change("CreateAccountAlias",
			func(c *op.Call, _ *iamapi.CreateAccountAliasInput) ([]access.Ask, error) { return one(onAccount(c)) },
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateAccountAliasInput) error {
				_, err := tx.SetAlias(c.Account(), in.AccountAlias)
				return err
			}),
		op.Change("DeleteAccountAlias",
			func(c *op.Call, _ *iamapi.DeleteAccountAliasInput) ([]access.Ask, error) { return one(onAccount(c)) },
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteAccountAliasInput) error {
				return tx.DeleteAlias(c.Account(), in.AccountAlias)
			}),
		op.Read("ListAccountAliases",
			func(c *op.Call, _ *iamapi.ListAccountAliasesInput) ([]access.Ask, error) { return one(onAccount(c)) },
			func(c *op.Call, in *iamapi.ListAccountAliasesInput) (*iamapi.ListAccountAliasesOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListAccountAliasesOutput{AccountAliases: []string{}, IsTruncated: ptr(false)}
				if a, ok := c.View.Alias(c.Account()); ok && a.Name > p.after {
					out.AccountAliases = append(out.AccountAliases, a.Name)
				}
				return out, nil
			}),
		op.Read("GetAccountSummary",
			func(c *op.Call, _ *iamapi.GetAccountSummaryInput) ([]access.Ask, error) { return one(onAccount(c)) },
			func(c *op.Call, _ *iamapi.GetAccountSummaryInput) (*iamapi.GetAccountSummaryOutput, error) {
				return &iamapi.GetAccountSummaryOutput{SummaryMap: summary(c)}, nil
			}),
		op.Read("GetAccountAuthorizationDetails",
			func(c *op.Call, _ *iamapi.GetAccountAuthorizationDetailsInput) ([]access.Ask, error) {
				return one(onAccount(c))
			},
			authorizationDetails),
	}
}

// onAccount asks about an operation that knows no resource but all of them.
func onAccount(c *op.Call) access.Ask { return access.Ask{Action: action(c), Resource: "*"} }

// summary has every key of AWS's, 0 for what does not exist here.
func summary(c *op.Call) map[string]int64 {
	n, q := c.View.Summary(c.Account()), &c.Quotas
	counts := map[string]int{
		"Users": n.Users, "UsersQuota": q.UsersPerAccount,
		"Groups": n.Groups, "GroupsQuota": q.GroupsPerAccount,
		"Roles": n.Roles, "RolesQuota": q.RolesPerAccount,
		"Policies": n.Policies, "PoliciesQuota": q.PoliciesPerAccount,
		"InstanceProfiles": n.InstanceProfiles, "InstanceProfilesQuota": q.InstanceProfilesPerAccount,
		"ServerCertificates": n.ServerCertificates, "ServerCertificatesQuota": q.ServerCertificatesPerAccount,
		"Providers": n.Providers, "MFADevices": n.MFADevices, "MFADevicesInUse": n.MFADevicesInUse,

		"AccountMFAEnabled": min(n.RootMFADevices, 1), "AccountAccessKeysPresent": min(n.RootKeys, 1), "AccountPasswordPresent": 0,
		"AccountSigningCertificatesPresent": min(n.RootCertificates, 1),

		"AccessKeysPerUserQuota": q.KeysPerUser, "SigningCertificatesPerUserQuota": q.CertificatesPerUser, "GroupsPerUserQuota": q.GroupsPerUser,
		"AttachedPoliciesPerUserQuota": q.AttachedPerUser, "AttachedPoliciesPerGroupQuota": q.AttachedPerGroup,
		"AttachedPoliciesPerRoleQuota": q.AttachedPerRole,

		"UserPolicySizeQuota": q.InlineUser, "GroupPolicySizeQuota": q.InlineGroup, "RolePolicySizeQuota": q.InlineRole,
		"PolicySizeQuota": q.Managed, "AssumeRolePolicySizeQuota": q.Trust, "VersionsPerPolicyQuota": q.VersionsPerPolicy,
		// What may be in use is bounded by what there may be.
		"PolicyVersionsInUse": n.PoliciesInUse, "PolicyVersionsInUseQuota": q.PoliciesPerAccount + n.Offered,

		"GlobalEndpointTokenVersion": tokenVersion(c),
	}
	out := make(map[string]int64, len(counts))
	for key, count := range counts {
		out[key] = int64(count)
	}
	return out
}
