package e2e

func instanceProfileArea(f fixture) area {
	var a area
	machines := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	set, iam := in("iam", &a.setup), in("iam", &a.list)
	set("CreateRole", "RoleName", "in-profile", "AssumeRolePolicyDocument", machines)
	both := []string{"InstanceProfileName", "prof", "RoleName", "in-profile"}
	iam("CreateRole", "RoleName", "in-profile", "AssumeRolePolicyDocument", machines)
	iam("CreateInstanceProfile", "InstanceProfileName", "prof")
	iam("GetInstanceProfile", "InstanceProfileName", "prof")
	iam("ListInstanceProfiles")
	iam("AddRoleToInstanceProfile", both...)
	iam("ListInstanceProfilesForRole", "RoleName", "in-profile")
	iam("RemoveRoleFromInstanceProfile", both...)
	iam("TagInstanceProfile", "InstanceProfileName", "prof", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListInstanceProfileTags", "InstanceProfileName", "prof")
	iam("UntagInstanceProfile", "InstanceProfileName", "prof", "TagKeys.member.1", "k")
	iam("DeleteInstanceProfile", "InstanceProfileName", "prof")
	iam("DeleteRole", "RoleName", "in-profile")
	return a
}
