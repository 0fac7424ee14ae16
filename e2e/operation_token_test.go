package e2e

// tokenArea is the sessions of users.
func tokenArea() area {
	var a area
	sts := in("sts", &a.list)
	a.free = []string{"sts:GetSessionToken"}
	sts("GetSessionToken", "DurationSeconds", "900")
	sts("GetFederationToken", "Name", "bob")
	return a
}
