package aws

import (
	"rsc.io/qr"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/policy"
)

func mfaOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateVirtualMFADevice",
			func(c *op.Call, in *iamapi.CreateVirtualMFADeviceInput) ([]access.Ask, error) {
				a := onNew(c, arn.MFA(c.Account(), text(in.Path, "/"), in.VirtualMFADeviceName), tagsOf(in.Tags))
				return withTags(a, "iam:TagMFADevice")
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.CreateVirtualMFADeviceInput) (*iamapi.CreateVirtualMFADeviceOutput, error) {
				d, seed, err := credential.MakeMFADevice(tx, c.Guard.Root, c.Random, c.Account(),
					iam.MFADeviceSpec{Path: text(in.Path, "/"), Name: in.VirtualMFADeviceName, Tags: tagsOf(in.Tags)})
				if err != nil {
					return nil, err
				}
				code, err := qr.Encode(otpauth(tx, d, seed.Reveal()), qr.M)
				if err != nil {
					return nil, fault.Broken(err)
				}
				return &iamapi.CreateVirtualMFADeviceOutput{VirtualMFADevice: iamapi.VirtualMFADevice{SerialNumber: d.ARN(),
					Base32StringSeed: []byte(seed.Reveal()), QRCodePNG: code.PNG(), Tags: tagShapes(d.Tags)}}, nil
			}),
		op.Change("EnableMFADevice",
			func(c *op.Call, in *iamapi.EnableMFADeviceInput) ([]access.Ask, error) {
				return onMFAUser(c, &in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.EnableMFADeviceInput) error {
				return credential.EnableMFADevice(tx, c.Guard.Root, c.Account(), mfaUser(c, &in.UserName), in.SerialNumber,
					[2]string{in.AuthenticationCode1, in.AuthenticationCode2}, c.Now)
			}),
		op.Change("ResyncMFADevice",
			func(c *op.Call, in *iamapi.ResyncMFADeviceInput) ([]access.Ask, error) {
				return onMFAUser(c, &in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.ResyncMFADeviceInput) error {
				return credential.ResyncMFADevice(tx, c.Guard.Root, c.Account(), mfaUser(c, &in.UserName), in.SerialNumber,
					[2]string{in.AuthenticationCode1, in.AuthenticationCode2}, c.Now)
			}),
		op.Change("DeactivateMFADevice",
			func(c *op.Call, in *iamapi.DeactivateMFADeviceInput) ([]access.Ask, error) {
				return onMFAUser(c, in.UserName)
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeactivateMFADeviceInput) error {
				return tx.DeactivateMFADevice(c.Account(), mfaUser(c, in.UserName), in.SerialNumber)
			}),
		op.Change("DeleteVirtualMFADevice",
			func(c *op.Call, in *iamapi.DeleteVirtualMFADeviceInput) ([]access.Ask, error) {
				return one(onMFA(c, in.SerialNumber))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.DeleteVirtualMFADeviceInput) error {
				return tx.DeleteMFADevice(c.Account(), in.SerialNumber)
			}),
		op.Read("GetMFADevice",
			func(c *op.Call, in *iamapi.GetMFADeviceInput) ([]access.Ask, error) {
				return onMFAUser(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.GetMFADeviceInput) (*iamapi.GetMFADeviceOutput, error) {
				d, err := c.View.MFADeviceOf(c.Account(), mfaUser(c, in.UserName), in.SerialNumber)
				if err != nil {
					return nil, err
				}
				return &iamapi.GetMFADeviceOutput{UserName: opt(holderName(c, d)), SerialNumber: d.ARN(), EnableDate: &d.Enabled}, nil
			}),
		op.Read("ListMFADevices",
			func(c *op.Call, in *iamapi.ListMFADevicesInput) ([]access.Ask, error) {
				return onMFAUser(c, in.UserName)
			},
			func(c *op.Call, in *iamapi.ListMFADevicesInput) (*iamapi.ListMFADevicesOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				holder := c.Account()
				if name := mfaUser(c, in.UserName); name != "" {
					u, err := c.View.User(c.Account(), name)
					if err != nil {
						return nil, err
					}
					holder = u.ID
				}
				list, last := iam.Slice(c.View.MFADevicesOf(holder), (*iam.MFADevice).ARN, p.after, p.limit)
				out := &iamapi.ListMFADevicesOutput{MFADevices: each(list, func(d *iam.MFADevice) iamapi.MFADevice {
					return iamapi.MFADevice{UserName: holderName(c, d), SerialNumber: d.ARN(), EnableDate: d.Enabled}
				})}
				out.IsTruncated, out.Marker = more(last)
				return out, nil
			}),
		op.Read("ListVirtualMFADevices",
			func(c *op.Call, _ *iamapi.ListVirtualMFADevicesInput) ([]access.Ask, error) {
				return one(onAll(c, "mfa", nil))
			},
			func(c *op.Call, in *iamapi.ListVirtualMFADevicesInput) (*iamapi.ListVirtualMFADevicesOutput, error) {
				p, err := pageOf(in.Marker, in.MaxItems)
				if err != nil {
					return nil, err
				}
				status := text(in.AssignmentStatus, iamapi.AssignmentStatusTypeAny)
				list, next := c.View.MFADevices(c.Account(), p.after, p.limit, func(d *iam.MFADevice) bool {
					return status == iamapi.AssignmentStatusTypeAny || (status == iamapi.AssignmentStatusTypeAssigned) == (d.Holder != "")
				})
				out := &iamapi.ListVirtualMFADevicesOutput{VirtualMFADevices: each(list, func(d *iam.MFADevice) iamapi.VirtualMFADevice {
					return listedMFA(c, d)
				})}
				out.IsTruncated, out.Marker = more(next)
				return out, nil
			}),
		op.Change("TagMFADevice",
			func(c *op.Call, in *iamapi.TagMFADeviceInput) ([]access.Ask, error) {
				return one(tagging(onMFA(c, in.SerialNumber), in.Tags))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.TagMFADeviceInput) error {
				return tx.TagMFADevice(c.Account(), in.SerialNumber, tagsOf(in.Tags))
			}),
		op.Change("UntagMFADevice",
			func(c *op.Call, in *iamapi.UntagMFADeviceInput) ([]access.Ask, error) {
				return one(untagging(onMFA(c, in.SerialNumber), in.TagKeys))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UntagMFADeviceInput) error {
				return tx.UntagMFADevice(c.Account(), in.SerialNumber, in.TagKeys)
			}),
		op.Read("ListMFADeviceTags",
			func(c *op.Call, in *iamapi.ListMFADeviceTagsInput) ([]access.Ask, error) {
				return one(onMFA(c, in.SerialNumber))
			},
			func(c *op.Call, in *iamapi.ListMFADeviceTagsInput) (*iamapi.ListMFADeviceTagsOutput, error) {
				d, err := c.View.MFADevice(c.Account(), in.SerialNumber)
				if err != nil {
					return nil, err
				}
				out := &iamapi.ListMFADeviceTagsOutput{}
				out.Tags, out.IsTruncated, out.Marker, err = tagPage(d.Tags, in.Marker, in.MaxItems)
				return out, err
			}),
	}
}

// otpauth is what the picture tells an authenticator app (IAM API Reference, VirtualMFADevice): the account by its alias if it has one.
func otpauth(tx *iam.Tx, d *iam.MFADevice, seed string) string {
	account := d.Account
	if a, ok := tx.Alias(account); ok {
		account = a.Name
	}
	return "otpauth://totp/" + d.Name + "@" + account + "?secret=" + seed
}

// onMFA asks about a device by its serial number.
func onMFA(c *op.Call, serial string) access.Ask {
	a := access.Ask{Action: action(c), Resource: serial}
	if d, err := c.View.MFADevice(c.Account(), serial); err == nil {
		a.ResourceTags = d.Tags
	} else {
		a.Label = "mfa " + serial
	}
	return a
}

// mfaUser is the user whose devices a call is about: the named one, or else the caller; "" is the account's root. The root, which has no
// name, calls itself by its account's id where a name has to be given.
func mfaUser(c *op.Call, name *string) string {
	if name != nil && isRootItself(c, *name) {
		return ""
	}
	return selfOr(c, name)
}

func onMFAUser(c *op.Call, name *string) ([]access.Ask, error) {
	if name != nil && isRootItself(c, *name) {
		name = nil
	}
	return onSelfOr(c, name)
}

func isRootItself(c *op.Call, name string) bool {
	if c.Subject.Principal.Type != policy.Root || name != c.Account() {
		return false
	}
	_, err := c.View.User(c.Account(), name)
	return err != nil
}

// holderName is the name of a device's user: "" for the root and for a device of nobody.
func holderName(c *op.Call, d *iam.MFADevice) string {
	if u, ok := c.View.UserByID(d.Holder); ok {
		return u.Name
	}
	return ""
}

// listedMFA shows whose a device is, and never its seed.
func listedMFA(c *op.Call, d *iam.MFADevice) iamapi.VirtualMFADevice {
	out := iamapi.VirtualMFADevice{SerialNumber: d.ARN()}
	if d.Holder == "" {
		return out
	}
	out.EnableDate = &d.Enabled
	out.User = ptr(rootUser(c))
	if u, ok := c.View.UserByID(d.Holder); ok {
		out.User = ptr(listedUser(u))
	}
	return out
}
