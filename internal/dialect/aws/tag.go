package aws

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// Tags of users, roles and managed policies.
func tagOperations() []op.Operation {
	return []op.Operation{
		op.Change("TagUser",
			func(c *op.Call, in *iamapi.TagUserInput) ([]access.Ask, error) {
				return one(tagging(onUser(c, in.UserName), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagUserInput) error {
				_, err := tx.TagUser(c.Account(), in.UserName, tagsOf(in.Tags))
				return err
			}),
		op.Change("UntagUser",
			func(c *op.Call, in *iamapi.UntagUserInput) ([]access.Ask, error) {
				return one(untagging(onUser(c, in.UserName), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagUserInput) error {
				_, err := tx.UntagUser(c.Account(), in.UserName, in.TagKeys)
				return err
			}),
		op.Read("ListUserTags",
			func(c *op.Call, in *iamapi.ListUserTagsInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, in *iamapi.ListUserTagsInput) (*iamapi.ListUserTagsOutput, error) {
				u, err := c.View.User(c.Account(), in.UserName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListUserTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(u.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
		op.Change("TagRole",
			func(c *op.Call, in *iamapi.TagRoleInput) ([]access.Ask, error) {
				return one(tagging(onRole(c, in.RoleName), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagRoleInput) error {
				_, err := tx.TagRole(c.Account(), in.RoleName, tagsOf(in.Tags))
				return err
			}),
		op.Change("UntagRole",
			func(c *op.Call, in *iamapi.UntagRoleInput) ([]access.Ask, error) {
				return one(untagging(onRole(c, in.RoleName), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagRoleInput) error {
				_, err := tx.UntagRole(c.Account(), in.RoleName, in.TagKeys)
				return err
			}),
		op.Read("ListRoleTags",
			func(c *op.Call, in *iamapi.ListRoleTagsInput) ([]access.Ask, error) {
				return one(onRole(c, in.RoleName))
			},
			func(c *op.Call, in *iamapi.ListRoleTagsInput) (*iamapi.ListRoleTagsOutput, error) {
				r, err := c.View.Role(c.Account(), in.RoleName)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListRoleTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(r.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
		op.Change("TagPolicy",
			func(c *op.Call, in *iamapi.TagPolicyInput) ([]access.Ask, error) {
				return one(tagging(onPolicy(c, in.PolicyArn), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagPolicyInput) error {
				_, err := tx.TagPolicy(c.Account(), in.PolicyArn, tagsOf(in.Tags))
				return err
			}),
		op.Change("UntagPolicy",
			func(c *op.Call, in *iamapi.UntagPolicyInput) ([]access.Ask, error) {
				return one(untagging(onPolicy(c, in.PolicyArn), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagPolicyInput) error {
				_, err := tx.UntagPolicy(c.Account(), in.PolicyArn, in.TagKeys)
				return err
			}),
		op.Read("ListPolicyTags",
			func(c *op.Call, in *iamapi.ListPolicyTagsInput) ([]access.Ask, error) {
				return one(onPolicy(c, in.PolicyArn))
			},
			func(c *op.Call, in *iamapi.ListPolicyTagsInput) (*iamapi.ListPolicyTagsOutput, error) {
				p, err := c.View.Policy(c.Account(), in.PolicyArn)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListPolicyTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(p.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
	}
}

func tagPage(tags []iam.Tag, marker *string, items *int64) (list []iamapi.Tag, truncated *bool, next *string, err error) {
	p, err := pageOf(marker, items)
	if err != nil {
		return nil, nil, nil, err
	}
	sorted := slices.SortedFunc(slices.Values(tags), func(a, b iam.Tag) int { return strings.Compare(a.Key, b.Key) })
	list, last := iam.Slice(tagList(sorted), func(t iamapi.Tag) string { return t.Key }, p.after, p.limit)
	truncated, next = more(last)
	return each(list, self), truncated, next, nil
}
