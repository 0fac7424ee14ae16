package aws

import "github.com/daypass/daypass/policy/lint"

// Vocabulary is what policies may say of the services of this door: every operation is an action, some actions are no operations
// (Service Authorization Reference, "Actions, resources, and condition keys for …").
func Vocabulary() lint.Vocabulary {
	v := lint.Vocabulary{}
	for _, s := range services(false) {
		v[s.name] = lint.Words{Actions: append(s.table.Names(), askedBeside(s.name)...), Keys: ownKeys(s.name)}
	}
	return v
}

// askedBeside are the actions that are asked in the course of an operation of another name, or that are done elsewhere.
func askedBeside(service string) []string {
	switch service {
	case "iam":
		return []string{"PassRole", "GetMFADevice", "SetSTSRegionalEndpointStatus", "ListSTSRegionalEndpointsStatus", "GetAccountEmailAddress", "GetAccountName",
			"UpdateAccountEmailAddress", "UpdateAccountName", "DeleteCloudFrontPublicKey", "GetCloudFrontPublicKey", "ListCloudFrontPublicKeys",
			"UpdateCloudFrontPublicKey", "UploadCloudFrontPublicKey"}
	case "sts":
		return []string{"TagSession", "SetSourceIdentity", "SetContext", "GetServiceBearerToken"}
	}
	return nil
}

// ownKeys are the condition keys below a service's own name, without it; nil where they are not listed.
func ownKeys(service string) []string {
	switch service {
	case "iam":
		return []string{"AssociatedResourceArn", "AWSServiceName", "DelegationDuration", "DelegationRequestOwner", "FIDO-certification",
			"FIDO-FIPS-140-2-certification", "FIDO-FIPS-140-3-certification", "NotificationChannel", "OrganizationsPolicyId", "PassedToService",
			"PermissionsBoundary", "PolicyARN", "RegisterSecurityKey", "ResourceTag/", "ServiceSpecificCredentialAgeDays",
			"ServiceSpecificCredentialServiceName", "TemplateArn"}
	case "sts":
		return []string{"AWSServiceName", "DurationSeconds", "ExternalId", "IdentityTokenAudience", "RequestContext/", "RequestContextProviders",
			"RoleAuthorizedByIdp", "RoleSessionName", "SigningAlgorithm", "SourceIdentity", "TaskPolicyArn", "TransitiveTagKeys"}
	case "organizations":
		return []string{"PolicyType", "ResourceTag/", "ServicePrincipal", "TransferDirection", "TransferType"}
	}
	return nil
}
