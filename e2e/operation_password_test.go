package e2e

func passwordArea(f fixture) area {
	var a area
	set, iam := in("iam", &a.setup), in("iam", &a.list)
	set("CreateUser", "UserName", "pw")
	iam("CreateUser", "UserName", "pw")
	iam("UpdateAccountPasswordPolicy", "MinimumPasswordLength", "8")
	iam("GetAccountPasswordPolicy")
	iam("CreateLoginProfile", "UserName", "pw", "Password", "Pass-word-1")
	iam("GetLoginProfile", "UserName", "pw")
	iam("UpdateLoginProfile", "UserName", "pw", "Password", "Pass-word-2")
	iam("DeleteLoginProfile", "UserName", "pw")
	iam("CreateLoginProfile", "Password", "Pass-word-1")
	iam("ChangePassword", "OldPassword", "Pass-word-1", "NewPassword", "Pass-word-2")
	iam("DeleteLoginProfile")
	iam("DeleteAccountPasswordPolicy")
	iam("DeleteUser", "UserName", "pw")
	return a
}
