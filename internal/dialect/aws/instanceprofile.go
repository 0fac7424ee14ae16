package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/policy"
)

func instanceProfileOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateInstanceProfile",
			func(c *op.Call, in *iamapi.CreateInstanceProfileInput) ([]access.Ask, error) {
				a := onNew(c, arn.InstanceProfile(c.Account(), text(in.Path, "/"), in.InstanceProfileName), tagsOf(in.Tags))
				return withTags(a, "iam:TagInstanceProfile")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateInstanceProfileInput) (*iamapi.CreateInstanceProfileOutput, error) {
				p, err := tx.CreateInstanceProfile(c.Account(), iam.InstanceProfileSpec{Path: text(in.Path, "/"),
					Name: in.InstanceProfileName, Tags: tagsOf(in.Tags)})
				if err != nil {
					return nil, err
				}
				out := profileShape(tx, p)
				out.Tags = tagShapes(p.Tags)
				return &iamapi.CreateInstanceProfileOutput{InstanceProfile: out}, nil
			}),
		op.Read("GetInstanceProfile",
			func(c *op.Call, in *iamapi.GetInstanceProfileInput) ([]access.Ask, error) {
				return one(onInstanceProfile(c, in.InstanceProfileName))
			},
			func(c *op.Call, in *iamapi.GetInstanceProfileInput) (*iamapi.GetInstanceProfileOutput, error) {
				p, err := c.View.InstanceProfile(c.Account(), in.InstanceProfileName)
				if err != nil {
					return nil, err
				}
				out := profileShape(c.View, p)
				out.Tags = tagList(p.Tags)
				return &iamapi.GetInstanceProfileOutput{InstanceProfile: out}, nil
			}),
		op.Read("ListInstanceProfiles",
			func(c *op.Call, in *iamapi.ListInstanceProfilesInput) ([]access.Ask, error) {
				return one(onAll(c, "instance-profile", in.PathPrefix))
			},
			func(c *op.Call, in *iamapi.ListInstanceProfilesInput) (*iamapi.ListInstanceProfilesOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				list, next := c.View.InstanceProfiles(c.Account(), text(in.PathPrefix, "/"), p.after, p.limit)
				out := &iamapi.ListInstanceProfilesOutput{InstanceProfiles: profileShapes(c, list)}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Read("ListInstanceProfilesForRole",
			func(c *op.Call, in *iamapi.ListInstanceProfilesForRoleInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, in *iamapi.ListInstanceProfilesForRoleInput) (*iamapi.ListInstanceProfilesForRoleOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				r, err := c.View.Role(c.Account(), in.RoleName)
				if err != nil {
					return nil, err
				}
				list, next := c.View.InstanceProfilesOf(r, p.after, p.limit)
				out := &iamapi.ListInstanceProfilesForRoleOutput{InstanceProfiles: profileShapes(c, list)}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Change("DeleteInstanceProfile",
			func(c *op.Call, in *iamapi.DeleteInstanceProfileInput) ([]access.Ask, error) {
				return one(onInstanceProfile(c, in.InstanceProfileName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteInstanceProfileInput) error {
				return tx.DeleteInstanceProfile(c.Account(), in.InstanceProfileName)
			}),
		op.Change("AddRoleToInstanceProfile",
			func(c *op.Call, in *iamapi.AddRoleToInstanceProfileInput) ([]access.Ask, error) {
				return []access.Ask{onInstanceProfile(c, in.InstanceProfileName), passing(c, in.RoleName)}, nil
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AddRoleToInstanceProfileInput) error {
				return tx.AddRoleToInstanceProfile(c.Account(), in.InstanceProfileName, in.RoleName)
			}),
		op.Change("RemoveRoleFromInstanceProfile",
			func(c *op.Call, in *iamapi.RemoveRoleFromInstanceProfileInput) ([]access.Ask, error) {
				return one(onInstanceProfile(c, in.InstanceProfileName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.RemoveRoleFromInstanceProfileInput) error {
				return tx.RemoveRoleFromInstanceProfile(c.Account(), in.InstanceProfileName, in.RoleName)
			}),
		op.Change("TagInstanceProfile",
			func(c *op.Call, in *iamapi.TagInstanceProfileInput) ([]access.Ask, error) {
				return one(tagging(onInstanceProfile(c, in.InstanceProfileName), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagInstanceProfileInput) error {
				return tx.TagInstanceProfile(c.Account(), in.InstanceProfileName, tagsOf(in.Tags))
			}),
		op.Change("UntagInstanceProfile",
			func(c *op.Call, in *iamapi.UntagInstanceProfileInput) ([]access.Ask, error) {
				return one(untagging(onInstanceProfile(c, in.InstanceProfileName), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagInstanceProfileInput) error {
				return tx.UntagInstanceProfile(c.Account(), in.InstanceProfileName, in.TagKeys)
			}),
		op.Read("ListInstanceProfileTags",
			func(c *op.Call, in *iamapi.ListInstanceProfileTagsInput) ([]access.Ask, error) {
				return one(onInstanceProfile(c, in.InstanceProfileName))
			},
			func(c *op.Call, in *iamapi.ListInstanceProfileTagsInput) (*iamapi.ListInstanceProfileTagsOutput, error) {
				p, err := c.View.InstanceProfile(c.Account(), in.InstanceProfileName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListInstanceProfileTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(p.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
	}
}

func onInstanceProfile(c *op.Call, name string) access.Ask {
	a := access.Ask{Action: action(c)}
	if p, err := c.View.InstanceProfile(c.Account(), name); err == nil {
		a.Resource, a.ResourceTags = p.ARN(), p.Tags
	} else {
		a.Resource, a.Label = arn.InstanceProfile(c.Account(), "/", name), "instance profile "+name
	}
	return a
}

// passing asks leave to hand a role to machines, which is what putting it into an instance profile does: else whoever may change
// profiles could give a machine of his own any role. The keys are those of the IAM API Reference, AddRoleToInstanceProfile.
func passing(c *op.Call, role string) access.Ask {
	a := onRole(c, role)
	a.Action = "iam:PassRole"
	a.Keys = append(a.Keys,
		access.Key{Name: "iam:passedtoservice", Values: policy.Single("ec2.amazonaws.com")},
		access.Key{Name: "iam:associatedresourcearn", Values: policy.Single("arn:aws:ec2:*:" + c.Account() + ":instance/*")})
	return a
}

// profileShape leaves the tags out: creating shows them if there are any, getting always, listing never.
func profileShape(v roleShower, p *iam.InstanceProfile) iamapi.InstanceProfile {
	s := iamapi.InstanceProfile{Path: p.Path, InstanceProfileName: p.Name, InstanceProfileId: p.ID, Arn: p.ARN(), CreateDate: p.Created,
		Roles: []iamapi.Role{}}
	if r, ok := v.RoleByID(p.Role); ok {
		s.Roles = append(s.Roles, iamapi.Role{Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: r.ARN(), CreateDate: r.Created,
			AssumeRolePolicyDocument: ptr(document(v.ShowTrust(r)))})
	}
	return s
}

func profileShapes(c *op.Call, list []*iam.InstanceProfile) []iamapi.InstanceProfile {
	return each(list, func(p *iam.InstanceProfile) iamapi.InstanceProfile { return profileShape(c.View, p) })
}

// roleShower finds the role of a profile and shows its trust policy.
type roleShower interface {
	trustShower
	RoleByID(id string) (*iam.Role, bool)
}
