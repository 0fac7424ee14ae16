package e2e

func mfaArea(f fixture) area {
	var a area
	iam := in("iam", &a.list)
	now := period()
	mine := []string{"UserName", "nobody", "SerialNumber", f.device.serial}
	codes := func(step int64) []string {
		return append(mine[:len(mine):len(mine)], "AuthenticationCode1", f.device.code(step), "AuthenticationCode2", f.device.code(step+1))
	}
	other := "arn:aws:iam::" + f.account + ":mfa/other"
	set := in("iam", &a.setup)
	set("CreateVirtualMFADevice", "VirtualMFADeviceName", "other")
	iam("CreateVirtualMFADevice", "VirtualMFADeviceName", "other")
	iam("TagMFADevice", "SerialNumber", other, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListMFADeviceTags", "SerialNumber", other)
	iam("UntagMFADevice", "SerialNumber", other, "TagKeys.member.1", "k")
	iam("ListVirtualMFADevices", "AssignmentStatus", "Unassigned")
	iam("EnableMFADevice", codes(now-1)...)
	iam("ListMFADevices", "UserName", "nobody")
	iam("GetMFADevice", mine...)
	iam("ResyncMFADevice", codes(now+1)...)
	iam("DeactivateMFADevice", mine...)
	iam("DeleteVirtualMFADevice", "SerialNumber", other)
	return a
}
