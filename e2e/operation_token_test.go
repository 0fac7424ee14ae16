package e2e

// tokenArea is the sessions of users, and what else STS has.
func tokenArea(f fixture) area {
	var a area
	sts := in("sts", &a.list)
	a.free = []string{"sts:GetSessionToken"}
	sts("GetSessionToken", "DurationSeconds", "900")
	sts("GetFederationToken", "Name", "bob")
	sts("DecodeAuthorizationMessage", "EncodedMessage", f.message)
	return a
}
