package e2e

// simulationArea is what asks the policies without doing anything.
func simulationArea(f fixture) (a area) {
	iam := in("iam", &a.list)
	who, doc := "arn:aws:iam::"+f.account+":user/nobody", allow("s3:GetObject", "*")
	iam("SimulatePrincipalPolicy", "PolicySourceArn", who, "ActionNames.member.1", "s3:GetObject")
	iam("SimulateCustomPolicy", "PolicyInputList.member.1", doc, "ActionNames.member.1", "s3:GetObject")
	iam("GetContextKeysForPrincipalPolicy", "PolicySourceArn", who)
	iam("GetContextKeysForCustomPolicy", "PolicyInputList.member.1", doc)
	iam("ListPoliciesGrantingServiceAccess", "Arn", who, "ServiceNamespaces.member.1", "s3")
	return a
}
