package aws

import (
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

func accessKeyOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateAccessKey",
			func(c *op.Call, in *iamapi.CreateAccessKeyInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateAccessKeyInput) (*iamapi.CreateAccessKeyOutput, error) {
				name := selfOr(c, in.UserName)
				if name != "" {
					u, err := tx.User(c.Account(), name)
					if err != nil {
						return nil, err
					}
					name = u.Name
				}
				k, key, err := credential.Make(tx, c.Guard.Root, c.Random, c.Account(), name)
				if err != nil {
					return nil, err
				}
				return &iamapi.CreateAccessKeyOutput{AccessKey: iamapi.AccessKey{UserName: name, AccessKeyId: k.ID,
					Status: status(true), SecretAccessKey: key.Reveal(), CreateDate: &k.Created}}, nil
			}),
		op.Read("ListAccessKeys",
			func(c *op.Call, in *iamapi.ListAccessKeysInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.ListAccessKeysInput) (*iamapi.ListAccessKeysOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				name, id := selfOr(c, in.UserName), ""
				if name != "" {
					u, err := c.View.User(c.Account(), name)
					if err != nil {
						return nil, err
					}
					name, id = u.Name, u.ID
				}
				list, last := iam.Slice(c.View.KeysOf(c.Account(), id), byAge, p.after, p.limit)
				out := &iamapi.ListAccessKeysOutput{AccessKeyMetadata: each(list, func(k *iam.AccessKey) iamapi.AccessKeyMetadata {
					return iamapi.AccessKeyMetadata{UserName: opt(name), AccessKeyId: &k.ID, Status: ptr(status(k.Active)), CreateDate: &k.Created}
				})}
				out.IsTruncated, out.Marker = more(last)
				return out, nil
			}),
		op.Change("UpdateAccessKey",
			func(c *op.Call, in *iamapi.UpdateAccessKeyInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateAccessKeyInput) error {
				if in.Status == iamapi.StatusTypeExpired {
					// AWS shows keys as expired; nobody sets them so.
					return fault.BadParameter("status", in.Status)
				}
				_, err := tx.UpdateAccessKey(c.Account(), selfOr(c, in.UserName), in.AccessKeyId, in.Status == status(true))
				return err
			}),
		op.Change("DeleteAccessKey",
			func(c *op.Call, in *iamapi.DeleteAccessKeyInput) ([]access.Ask, error) {
				return onSelfOr(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteAccessKeyInput) error {
				return tx.DeleteAccessKey(c.Account(), selfOr(c, in.UserName), in.AccessKeyId)
			}),
		op.Read("GetAccessKeyLastUsed",
			func(c *op.Call, in *iamapi.GetAccessKeyLastUsedInput) ([]access.Ask, error) {
				a := access.Ask{Action: action(c), Resource: "arn:aws:iam::" + c.Account() + ":user/*"}
				if k, u := ownKey(c, in.AccessKeyId); k != nil && u != nil {
					a.Resource, a.ResourceTags = u.ARN(), u.Tags
				}
				return one(a)
			},
			func(c *op.Call, in *iamapi.GetAccessKeyLastUsedInput) (*iamapi.GetAccessKeyLastUsedOutput, error) {
				k, u := ownKey(c, in.AccessKeyId)
				if k == nil {
					return nil, fault.Missing(fault.AccessKey, in.AccessKeyId)
				}
				out := &iamapi.GetAccessKeyLastUsedOutput{AccessKeyLastUsed: ptr(lastUsed(c, k.ID))}
				if u != nil {
					out.UserName = &u.Name
				}
				return out, nil
			}),
	}
}

// byAge orders keys as they were made.
func byAge(k *iam.AccessKey) string { return k.Created.UTC().Format(time.RFC3339) + " " + k.ID }

// ownKey finds a key of the caller's account; the user is nil for the root's. A key of another account is not found.
func ownKey(c *op.Call, id string) (*iam.AccessKey, *iam.User) {
	k, ok := c.View.Key(id)
	if !ok || k.Account != c.Account() {
		return nil, nil
	}
	u, _ := c.View.UserByID(k.User)
	return k, u
}

// lastUsed is "N/A" for a key nobody used yet (IAM API Reference, AccessKeyLastUsed).
func lastUsed(c *op.Call, keyID string) iamapi.AccessKeyLastUsed {
	u, ok := c.KeyUse(keyID)
	if !ok {
		return iamapi.AccessKeyLastUsed{ServiceName: "N/A", Region: "N/A"}
	}
	return iamapi.AccessKeyLastUsed{LastUsedDate: &u.At, ServiceName: u.Service, Region: u.Region}
}
