package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

func sshKeyOperations() []op.Operation {
	return []op.Operation{
		op.Write("UploadSSHPublicKey",
			func(c *op.Call, in *iamapi.UploadSSHPublicKeyInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UploadSSHPublicKeyInput) (*iamapi.UploadSSHPublicKeyOutput, error) {
				k, err := tx.UploadSSHKey(c.Account(), in.UserName, in.SSHPublicKeyBody)
				if err != nil {
					return nil, err
				}
				return &iamapi.UploadSSHPublicKeyOutput{SSHPublicKey: sshKeyShape(tx, k, in.SSHPublicKeyBody)}, nil
			}),
		op.Read("GetSSHPublicKey",
			func(c *op.Call, in *iamapi.GetSSHPublicKeyInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, in *iamapi.GetSSHPublicKeyInput) (*iamapi.GetSSHPublicKeyOutput, error) {
				k, err := c.View.SSHKey(c.Account(), in.UserName, in.SSHPublicKeyId)
				if err != nil {
					return nil, err
				}
				body := k.SSH()
				if in.Encoding == iamapi.EncodingTypePEM {
					body = k.PEM()
				}
				return &iamapi.GetSSHPublicKeyOutput{SSHPublicKey: sshKeyShape(c.View, k, body)}, nil
			}),
		op.Read("ListSSHPublicKeys",
			func(c *op.Call, in *iamapi.ListSSHPublicKeysInput) ([]access.Ask, error) {
				return onOwnUserOr(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.ListSSHPublicKeysInput) (*iamapi.ListSSHPublicKeysOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				u, err := c.View.User(c.Account(), selfOr(c, in.UserName))
				if err != nil {
					return nil, err
				}
				list, last := iam.Slice(c.View.SSHKeys(u), func(k *iam.SSHKey) string { return k.ID }, p.after, p.limit)
				out := &iamapi.ListSSHPublicKeysOutput{SSHPublicKeys: each(list, func(k *iam.SSHKey) iamapi.SSHPublicKeyMetadata {
					return iamapi.SSHPublicKeyMetadata{UserName: u.Name, SSHPublicKeyId: k.ID, Status: status(k.Active), UploadDate: k.Created}
				})}
				out.IsTruncated, out.Marker = more(last)
				return out, nil
			}),
		op.Change("UpdateSSHPublicKey",
			func(c *op.Call, in *iamapi.UpdateSSHPublicKeyInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateSSHPublicKeyInput) error {
				active, err := activeOf(in.Status)
				if err != nil {
					return err
				}
				return tx.UpdateSSHKey(c.Account(), in.UserName, in.SSHPublicKeyId, active)
			}),
		op.Change("DeleteSSHPublicKey",
			func(c *op.Call, in *iamapi.DeleteSSHPublicKeyInput) ([]access.Ask, error) {
				return one(onUser(c, in.UserName))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteSSHPublicKeyInput) error {
				return tx.DeleteSSHKey(c.Account(), in.UserName, in.SSHPublicKeyId)
			}),
	}
}

// activeOf reads a status that a caller sets. AWS shows things as expired; nobody sets them so.
func activeOf(s string) (bool, error) {
	if s == iamapi.StatusTypeExpired {
		return false, fault.BadParameter("status", s)
	}
	return s == status(true), nil
}

func sshKeyShape(v interface {
	UserByID(id string) (*iam.User, bool)
}, k *iam.SSHKey, body string) *iamapi.SSHPublicKey {
	s := &iamapi.SSHPublicKey{SSHPublicKeyId: k.ID, Fingerprint: k.Fingerprint(), SSHPublicKeyBody: body, Status: status(k.Active), UploadDate: &k.Created}
	if u, ok := v.UserByID(k.User); ok {
		s.UserName = u.Name
	}
	return s
}
