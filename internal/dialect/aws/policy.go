package aws

import (
	"fmt"
	"math"
	"slices"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// Managed policies and their versions.
func policyOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreatePolicy",
			func(c *op.Call, in *iamapi.CreatePolicyInput) ([]access.Ask, error) {
				return withTags(onNew(c, arn.Policy(c.Account(), text(in.Path, "/"), in.PolicyName), tagsOf(in.Tags)), "iam:TagPolicy")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreatePolicyInput) (*iamapi.CreatePolicyOutput, error) {
				p, err := tx.CreatePolicy(c.Account(), iam.PolicySpec{Path: text(in.Path, "/"), Name: in.PolicyName,
					Description: text(in.Description, ""), Document: in.PolicyDocument, Tags: tagsOf(in.Tags)})
				if err != nil {
					return nil, err
				}
				s := policyShape(p, 0, 0)
				s.Tags = tagShapes(p.Tags)
				return &iamapi.CreatePolicyOutput{Policy: &s}, nil
			}),
		op.Read("GetPolicy",
			func(c *op.Call, in *iamapi.GetPolicyInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			func(c *op.Call, in *iamapi.GetPolicyInput) (*iamapi.GetPolicyOutput, error) {
				p, err := c.View.Policy(c.Account(), in.PolicyArn)
				if err != nil {
					return nil, err
				}
				s := countedPolicy(c, p)
				s.Description, s.Tags = opt(p.Description), tagList(p.Tags)
				return &iamapi.GetPolicyOutput{Policy: &s}, nil
			}),
		op.Read("ListPolicies",
			func(c *op.Call, in *iamapi.ListPoliciesInput) ([]access.Ask, error) {
				return one(onAll(c, "policy", in.PathPrefix))
			},
			listPolicies),
		op.Change("DeletePolicy",
			func(c *op.Call, in *iamapi.DeletePolicyInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeletePolicyInput) error {
				return tx.DeletePolicy(c.Account(), in.PolicyArn)
			}),
		op.Write("CreatePolicyVersion",
			func(c *op.Call, in *iamapi.CreatePolicyVersionInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreatePolicyVersionInput) (*iamapi.CreatePolicyVersionOutput, error) {
				def := in.SetAsDefault != nil && *in.SetAsDefault
				p, v, err := tx.CreatePolicyVersion(c.Account(), in.PolicyArn, in.PolicyDocument, def)
				if err != nil {
					return nil, err
				}
				return &iamapi.CreatePolicyVersionOutput{PolicyVersion: ptr(versionShape(p, v))}, nil
			}),
		op.Read("GetPolicyVersion",
			func(c *op.Call, in *iamapi.GetPolicyVersionInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			func(c *op.Call, in *iamapi.GetPolicyVersionInput) (*iamapi.GetPolicyVersionOutput, error) {
				p, err := c.View.Policy(c.Account(), in.PolicyArn)
				if err != nil {
					return nil, err
				}
				v, ok := p.Version(in.VersionId)
				if !ok {
					return nil, &fault.Error{Kind: fault.NotFound, What: fault.PolicyVersion, Name: in.VersionId, Detail: in.PolicyArn}
				}
				s := versionShape(p, v)
				s.Document = ptr(document(v.Document))
				return &iamapi.GetPolicyVersionOutput{PolicyVersion: &s}, nil
			}),
		op.Read("ListPolicyVersions",
			func(c *op.Call, in *iamapi.ListPolicyVersionsInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			listVersions),
		op.Change("SetDefaultPolicyVersion",
			func(c *op.Call, in *iamapi.SetDefaultPolicyVersionInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.SetDefaultPolicyVersionInput) error {
				_, err := tx.SetDefaultVersion(c.Account(), in.PolicyArn, in.VersionId)
				return err
			}),
		op.Change("DeletePolicyVersion",
			func(c *op.Call, in *iamapi.DeletePolicyVersionInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeletePolicyVersionInput) error {
				_, err := tx.DeletePolicyVersion(c.Account(), in.PolicyArn, in.VersionId)
				return err
			}),
		op.Read("ListEntitiesForPolicy",
			func(c *op.Call, in *iamapi.ListEntitiesForPolicyInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			listEntities),
	}
}

func countedPolicy(c *op.Call, p *iam.Policy) iamapi.Policy {
	attached, bounding := c.View.UseCounts(c.Account(), p.ARN())
	return policyShape(p, attached, bounding)
}

var scopes = map[string]iam.Scope{"All": iam.ScopeAll, "Local": iam.ScopeLocal, "AWS": iam.ScopeAWS}

var usages = map[string]iam.Usage{"PermissionsPolicy": iam.UsagePermissions, "PermissionsBoundary": iam.UsageBoundary}

func listPolicies(c *op.Call, in *iamapi.ListPoliciesInput) (*iamapi.ListPoliciesOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	filter := iam.PolicyFilter{Scope: scopes[text(in.Scope, "All")], Attached: in.OnlyAttached != nil && *in.OnlyAttached,
		Usage: usages[text(in.PolicyUsageFilter, "")], PathPrefix: text(in.PathPrefix, "/")}
	list, next := c.View.Policies(c.Account(), filter, p.after, p.limit)
	out := &iamapi.ListPoliciesOutput{Policies: each(list, func(p *iam.Policy) iamapi.Policy { return countedPolicy(c, p) })}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func listVersions(c *op.Call, in *iamapi.ListPolicyVersionsInput) (*iamapi.ListPolicyVersionsOutput, error) {
	at, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	p, err := c.View.Policy(c.Account(), in.PolicyArn)
	if err != nil {
		return nil, err
	}
	// Newest first, as AWS shows them: the key runs against the number.
	key := func(v iam.Version) string { return fmt.Sprintf("%010d", math.MaxInt32-v.N) }
	newest := slices.Clone(p.Versions)
	slices.Reverse(newest)
	list, last := iam.Slice(newest, key, at.after, at.limit)
	out := &iamapi.ListPolicyVersionsOutput{Versions: each(list, func(v iam.Version) iamapi.PolicyVersion { return versionShape(p, &v) })}
	out.IsTruncated, out.Marker = more(last)
	return out, nil
}

func listEntities(c *op.Call, in *iamapi.ListEntitiesForPolicyInput) (*iamapi.ListEntitiesForPolicyOutput, error) {
	at, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	if _, err := c.View.Policy(c.Account(), in.PolicyArn); err != nil {
		return nil, err
	}
	out := &iamapi.ListEntitiesForPolicyOutput{PolicyGroups: []iamapi.PolicyGroup{}, PolicyUsers: []iamapi.PolicyUser{}, PolicyRoles: []iamapi.PolicyRole{}}
	filter := iam.EntityFilter{Usage: usages[text(in.PolicyUsageFilter, "")], PathPrefix: text(in.PathPrefix, "/")}
	switch text(in.EntityFilter, "") {
	case "User":
		filter.Kind = iam.KindUser
	case "Group":
		filter.Kind = iam.KindGroup
	case "Role":
		filter.Kind = iam.KindRole
	case "LocalManagedPolicy", "AWSManagedPolicy":
		// No managed policy is attached to a managed policy.
		out.IsTruncated = ptr(false)
		return out, nil
	}
	list, next := c.View.Entities(c.Account(), in.PolicyArn, filter, at.after, at.limit)
	for _, e := range list {
		switch e.Kind {
		case iam.KindUser:
			out.PolicyUsers = append(out.PolicyUsers, iamapi.PolicyUser{UserName: &e.Name, UserId: &e.ID})
		case iam.KindGroup:
			out.PolicyGroups = append(out.PolicyGroups, iamapi.PolicyGroup{GroupName: &e.Name, GroupId: &e.ID})
		case iam.KindRole:
			out.PolicyRoles = append(out.PolicyRoles, iamapi.PolicyRole{RoleName: &e.Name, RoleId: &e.ID})
		}
	}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}
