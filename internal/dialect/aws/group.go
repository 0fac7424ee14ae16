package aws

import (
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

func groupOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateGroup",
			func(c *op.Call, in *iamapi.CreateGroupInput) ([]access.Ask, error) {
				return one(onNew(c, arn.Group(c.Account(), text(in.Path, "/"), in.GroupName), nil))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateGroupInput) (*iamapi.CreateGroupOutput, error) {
				g, err := tx.CreateGroup(c.Account(), text(in.Path, "/"), in.GroupName)
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateGroupOutput{Group: groupShape(g)}, nil
			}),
		op.Read("GetGroup",
			func(c *op.Call, in *iamapi.GetGroupInput) ([]access.Ask, error) { return one(onGroup(c, in.GroupName)) },
			func(c *op.Call, in *iamapi.GetGroupInput) (*iamapi.GetGroupOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				g, err := c.View.Group(c.Account(), in.GroupName)
				if err != nil {
					return nil, err
				}
				list, next := c.View.Members(g, p.after, p.limit)
				out := &iamapi.GetGroupOutput{Group: groupShape(g), Users: each(list, listedUser)}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Read("ListGroups",
			func(c *op.Call, in *iamapi.ListGroupsInput) ([]access.Ask, error) {
				return one(onAll(c, "group", in.PathPrefix))
			},
			func(c *op.Call, in *iamapi.ListGroupsInput) (*iamapi.ListGroupsOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				list, next := c.View.Groups(c.Account(), text(in.PathPrefix, "/"), p.after, p.limit)
				out := &iamapi.ListGroupsOutput{Groups: each(list, groupShape)}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Change("UpdateGroup",
			func(c *op.Call, in *iamapi.UpdateGroupInput) ([]access.Ask, error) {
				renamed := onNew(c, arn.Group(c.Account(), text(in.NewPath, "/"), text(in.NewGroupName, in.GroupName)), nil)
				if g, err := c.View.Group(c.Account(), in.GroupName); err == nil {
					renamed.Resource = arn.Group(g.Account, text(in.NewPath, g.Path), text(in.NewGroupName, g.Name))
				}
				return []access.Ask{onGroup(c, in.GroupName), renamed}, nil
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateGroupInput) error {
				_, err := tx.UpdateGroup(c.Account(), in.GroupName, text(in.NewPath, ""), text(in.NewGroupName, ""))
				return err
			}),
		op.Change("DeleteGroup",
			func(c *op.Call, in *iamapi.DeleteGroupInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteGroupInput) error {
				return tx.DeleteGroup(c.Account(), in.GroupName)
			}),
		op.Change("AddUserToGroup",
			func(c *op.Call, in *iamapi.AddUserToGroupInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AddUserToGroupInput) error {
				return tx.AddUserToGroup(c.Account(), in.GroupName, in.UserName)
			}),
		op.Change("RemoveUserFromGroup",
			func(c *op.Call, in *iamapi.RemoveUserFromGroupInput) ([]access.Ask, error) {
				return one(onGroup(c, in.GroupName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.RemoveUserFromGroupInput) error {
				return tx.RemoveUserFromGroup(c.Account(), in.GroupName, in.UserName)
			}),
		op.Read("ListGroupsForUser",
			func(c *op.Call, in *iamapi.ListGroupsForUserInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, in *iamapi.ListGroupsForUserInput) (*iamapi.ListGroupsForUserOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				u, err := c.View.User(c.Account(), in.UserName)
				if err != nil {
					return nil, err
				}
				list, last := iam.Slice(c.View.GroupsOf(u), func(g *iam.Group) string { return strings.ToLower(g.Name) }, p.after, p.limit)
				out := &iamapi.ListGroupsForUserOutput{Groups: each(list, groupShape)}
				out.IsTruncated, out.Marker = more(last)
				return out, nil
			}),
	}
}
