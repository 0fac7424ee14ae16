package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/policy"
)

func userOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateUser",
			func(c *op.Call, in *iamapi.CreateUserInput) ([]access.Ask, error) {
				a := onNew(c, arn.User(c.Account(), text(in.Path, "/"), in.UserName), tagsOf(in.Tags))
				return withTags(boundaryOf(a, text(in.PermissionsBoundary, "")), "iam:TagUser")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateUserInput) (*iamapi.CreateUserOutput, error) {
				u, err := tx.CreateUser(c.Account(), iam.UserSpec{Path: text(in.Path, "/"), Name: in.UserName,
					Boundary: text(in.PermissionsBoundary, ""), Tags: tagsOf(in.Tags)})
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateUserOutput{User: ptr(userShape(u))}, nil
			}),
		op.Read("GetUser",
			func(c *op.Call, in *iamapi.GetUserInput) ([]access.Ask, error) { return onSelfOr(c, in.UserName) },
			func(c *op.Call, in *iamapi.GetUserInput) (*iamapi.GetUserOutput, error) {
				if in.UserName == nil && c.Subject.Principal.Type == policy.Root {
					return &iamapi.GetUserOutput{User: rootUser(c)}, nil
				}
				u, err := c.View.User(c.Account(), text(in.UserName, c.Subject.UserName))
				if err != nil {
					return nil, err
				}
				return &iamapi.GetUserOutput{User: userShape(u)}, nil
			}),
		op.Read("ListUsers",
			func(c *op.Call, in *iamapi.ListUsersInput) ([]access.Ask, error) {
				return one(onAll(c, "user", in.PathPrefix))
			},
			func(c *op.Call, in *iamapi.ListUsersInput) (*iamapi.ListUsersOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				list, next := c.View.Users(c.Account(), text(in.PathPrefix, "/"), p.after, p.limit)
				out := &iamapi.ListUsersOutput{Users: each(list, listedUser)}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Change("UpdateUser",
			func(c *op.Call, in *iamapi.UpdateUserInput) ([]access.Ask, error) {
				renamed := onNew(c, arn.User(c.Account(), text(in.NewPath, "/"), text(in.NewUserName, in.UserName)), nil)
				if u, err := c.View.User(c.Account(), in.UserName); err == nil {
					renamed.Resource = arn.User(u.Account, text(in.NewPath, u.Path), text(in.NewUserName, u.Name))
				}
				// A rename needs leave for both names: else whoever may rename below one path could move users to any other.
				return []access.Ask{onUser(c, in.UserName), renamed}, nil
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateUserInput) error {
				_, err := tx.UpdateUser(c.Account(), in.UserName, text(in.NewPath, ""), text(in.NewUserName, ""))
				return err
			}),
		op.Change("DeleteUser",
			func(c *op.Call, in *iamapi.DeleteUserInput) ([]access.Ask, error) { return one(onUser(c, in.UserName)) },
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteUserInput) error {
				return tx.DeleteUser(c.Account(), in.UserName)
			}),
		op.Change("PutUserPermissionsBoundary",
			func(c *op.Call, in *iamapi.PutUserPermissionsBoundaryInput) ([]access.Ask, error) {
				return one(boundaryOf(onUser(c, in.UserName), in.PermissionsBoundary))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.PutUserPermissionsBoundaryInput) error {
				_, err := tx.PutUserBoundary(c.Account(), in.UserName, in.PermissionsBoundary)
				return err
			}),
		op.Change("DeleteUserPermissionsBoundary",
			func(c *op.Call, in *iamapi.DeleteUserPermissionsBoundaryInput) ([]access.Ask, error) {
				return one(userBoundary(c, in.UserName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteUserPermissionsBoundaryInput) error {
				_, err := tx.DeleteUserBoundary(c.Account(), in.UserName)
				return err
			}),
	}
}

// onSelfOr asks about the named user, or about the caller when no name was given. Only users and the root are their own user.
func onSelfOr(c *op.Call, name *string) ([]access.Ask, error) {
	switch {
	case name != nil:
		return one(onUser(c, *name))
	case c.Subject.Principal.Type == policy.User:
		return one(onUser(c, c.Subject.UserName))
	case c.Subject.Principal.Type == policy.Root:
		return one(access.Ask{Action: action(c), Resource: arn.Root(c.Account())})
	}
	return nil, fault.New(fault.Invalid, fault.User, "")
}

// selfOr is the user that an operation acts on when the name may be left out: "" for the account's root.
func selfOr(c *op.Call, name *string) string { return text(name, c.Subject.UserName) }

func rootUser(c *op.Call) iamapi.User {
	u := iamapi.User{Path: "/", UserId: c.Account(), Arn: arn.Root(c.Account())}
	if a, err := c.View.Account(c.Account()); err == nil {
		u.CreateDate = a.Created
	}
	return u
}
