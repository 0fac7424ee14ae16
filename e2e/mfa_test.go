package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"image/png"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// device is an authenticator app. It follows RFC 6238 and shares no code with the server.
type device struct {
	serial string
	seed   []byte
}

func period() int64 { return time.Now().Unix() / 30 }

// code is what the app shows in a period.
func (d *device) code(step int64) string {
	m := hmac.New(sha1.New, d.seed)
	_ = binary.Write(m, binary.BigEndian, step)
	sum := m.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[19]&15:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1000000)
}

// device makes a device that belongs to nobody.
func (w *who) device(t *testing.T, name string) *device {
	t.Helper()
	d := must(w.iam.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: &name}))(t).VirtualMFADevice
	return &device{*d.SerialNumber, must(base32.StdEncoding.DecodeString(string(d.Base32StringSeed)))(t)}
}

// giveDevice gives the device to a user, by the codes of the last period and of this one.
func (w *who) giveDevice(t *testing.T, user string, d *device) {
	t.Helper()
	now := period()
	_, err := w.iam.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: &user, SerialNumber: &d.serial,
		AuthenticationCode1: aws.String(d.code(now - 1)), AuthenticationCode2: aws.String(d.code(now))})
	ok(t, err)
}

// TestMFADevices is the life of a device, as Terraform's aws_iam_virtual_mfa_device and an administrator lead it.
func TestMFADevices(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	a.user(t, "mia")
	made := must(a.iam.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("Phone"), Path: aws.String("/team/"),
		Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}))(t).VirtualMFADevice
	if *made.SerialNumber != "arn:aws:iam::"+s.Account.ID+":mfa/team/Phone" || len(made.Base32StringSeed) != 64 || made.User != nil || made.EnableDate != nil || len(made.Tags) != 1 {
		t.Errorf("created %+v", made)
	}
	picture := must(png.Decode(bytes.NewReader(made.QRCodePNG)))(t)
	if b := picture.Bounds(); b.Dx() < 100 || b.Dx() != b.Dy() {
		t.Errorf("a picture of %v", b)
	}
	d := &device{*made.SerialNumber, must(base32.StdEncoding.DecodeString(string(made.Base32StringSeed)))(t)}
	_, err := a.iam.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("phone"), Path: aws.String("/team/")})
	says(t, err, "EntityAlreadyExists", "MFADevice entity at the same path and name already exists.")

	list := must(a.iam.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{AssignmentStatus: types.AssignmentStatusTypeUnassigned}))(t).VirtualMFADevices
	if len(list) != 1 || *list[0].SerialNumber != d.serial || list[0].Base32StringSeed != nil || list[0].QRCodePNG != nil || list[0].User != nil || list[0].EnableDate != nil {
		t.Errorf("unassigned: %+v", list)
	}
	now := period()
	enable := func(user, one, two string) error {
		_, err := a.iam.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: &user, SerialNumber: &d.serial, AuthenticationCode1: &one, AuthenticationCode2: &two})
		return err
	}
	says(t, enable("nobody", d.code(now-1), d.code(now)), "NoSuchEntity", "The user with name nobody cannot be found.")
	says(t, enable("mia", d.code(now), d.code(now)), "InvalidAuthenticationCode", "Authentication code for device is not valid.")
	says(t, enable("mia", d.code(now), d.code(now-1)), "InvalidAuthenticationCode", "Authentication code for device is not valid.")
	says(t, enable("mia", d.code(now-100), d.code(now-99)), "InvalidAuthenticationCode", "Authentication code for device is not valid.")
	ok(t, enable("MIA", d.code(now-1), d.code(now)))
	says(t, enable("mia", d.code(now+1), d.code(now+2)), "EntityAlreadyExists", "MFA Device is already in use.")

	mine := must(a.iam.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: aws.String("mia")}))(t).MFADevices
	if len(mine) != 1 || *mine[0].UserName != "mia" || *mine[0].SerialNumber != d.serial || time.Since(*mine[0].EnableDate) > time.Minute {
		t.Errorf("mia's: %+v", mine)
	}
	one := must(a.iam.GetMFADevice(ctx, &iam.GetMFADeviceInput{UserName: aws.String("mia"), SerialNumber: &d.serial}))(t)
	if *one.UserName != "mia" || *one.SerialNumber != d.serial || one.EnableDate == nil || len(one.Certifications) != 0 {
		t.Errorf("got %+v", one)
	}
	_, err = a.iam.GetMFADevice(ctx, &iam.GetMFADeviceInput{UserName: aws.String("alice"), SerialNumber: &d.serial})
	says(t, err, "NoSuchEntity", "MFA Device invalid for user.")
	list = must(a.iam.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{AssignmentStatus: types.AssignmentStatusTypeAssigned}))(t).VirtualMFADevices
	if len(list) != 1 || *list[0].User.UserName != "mia" || list[0].EnableDate == nil {
		t.Errorf("assigned: %+v", list)
	}
	sum := must(a.iam.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))(t).SummaryMap
	if sum["MFADevices"] != 1 || sum["MFADevicesInUse"] != 1 || sum["AccountMFAEnabled"] != 0 {
		t.Errorf("%v", sum)
	}

	_, err = a.iam.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: &d.serial})
	says(t, err, "DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
	for _, k := range must(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("mia")}))(t).AccessKeyMetadata {
		must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: aws.String("mia"), AccessKeyId: k.AccessKeyId}))(t)
	}
	_, err = a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("mia")})
	says(t, err, "DeleteConflict", "Cannot delete entity, must delete MFA device first.")
	_, err = a.iam.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: aws.String("alice"), SerialNumber: &d.serial})
	says(t, err, "NoSuchEntity", "MFA Device invalid for user.")
	must(a.iam.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: aws.String("mia"), SerialNumber: &d.serial}))(t)
	// What was used stays used, also for the next one who gets the device.
	says(t, enable("alice", d.code(now-1), d.code(now)), "InvalidAuthenticationCode", "Authentication code for device is not valid.")
	must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("mia")}))(t)
	must(a.iam.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: &d.serial}))(t)
	_, err = a.iam.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: &d.serial})
	says(t, err, "NoSuchEntity", "VirtualMFADevice with serial number "+d.serial+" does not exist.")
}

// TestMFADeviceQuota: eight devices for a user, and so for the root, who calls itself by its account's id.
func TestMFADeviceQuota(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a, r := by(s, admin(s)), by(s, root(s))
	for _, who := range []struct {
		w    *who
		name string
	}{{a, "alice"}, {r, s.Account.ID}} {
		for i := range 8 {
			who.w.giveDevice(t, who.name, a.device(t, fmt.Sprintf("%s-%d", who.name, i)))
		}
		d, now := a.device(t, who.name+"-9"), period()
		_, err := who.w.iam.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: &who.name, SerialNumber: &d.serial,
			AuthenticationCode1: aws.String(d.code(now)), AuthenticationCode2: aws.String(d.code(now + 1))})
		says(t, err, "LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 8")
		if got := must(who.w.iam.ListMFADevices(ctx, &iam.ListMFADevicesInput{MaxItems: aws.Int32(5)}))(t); len(got.MFADevices) != 5 || !got.IsTruncated || got.Marker == nil {
			t.Errorf("%s: %+v", who.name, got)
		}
	}
	// Only the root itself is meant by that name.
	d, now := a.device(t, "late"), period()
	_, err := a.iam.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: &s.Account.ID, SerialNumber: &d.serial,
		AuthenticationCode1: aws.String(d.code(now)), AuthenticationCode2: aws.String(d.code(now + 1))})
	fails(t, err, "NoSuchEntity", "The user with name "+s.Account.ID)
	must(r.iam.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: &s.Account.ID, SerialNumber: aws.String("arn:aws:iam::" + s.Account.ID + ":mfa/" + s.Account.ID + "-0")}))(t)
}
