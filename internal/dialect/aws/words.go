package aws

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/guard"
)

// words is what a client is told of an error.
type words struct {
	code   string
	status int
	text   string
}

// kindWords has a code and a status for every kind, and a text for things that have none of their own. %n is the name (%N in
// capitals), %d the detail, %l the limit. Source of the codes: the error shapes of the IAM and STS service models and "Common Errors" of the API
// references.
var kindWords = map[fault.Kind]words{
	fault.Internal:         {"InternalFailure", http.StatusInternalServerError, "The request processing has failed because of an unknown error, exception or failure."},
	fault.NotFound:         {"NoSuchEntity", http.StatusNotFound, "The %w %n cannot be found."},
	fault.Exists:           {"EntityAlreadyExists", http.StatusConflict, "%n already exists."},
	fault.InUse:            {"DeleteConflict", http.StatusConflict, "Cannot delete entity, must remove referenced objects first."},
	fault.Limit:            {"LimitExceeded", http.StatusConflict, "Cannot exceed quota for %q: %l"},
	fault.Invalid:          {"ValidationError", http.StatusBadRequest, "Value '%d' at '%n' is not valid"},
	fault.Malformed:        {"MalformedPolicyDocument", http.StatusBadRequest, "%d"},
	fault.NotAttachable:    {"NoSuchEntity", http.StatusNotFound, "Policy %n does not exist or is not attachable."},
	fault.Unmodifiable:     {"UnmodifiableEntity", http.StatusBadRequest, "Cannot perform the operation on the protected %w '%n'"},
	fault.Conflict:         {"ConcurrentModification", http.StatusConflict, "The request was rejected because multiple requests to change this object were submitted simultaneously. Wait a few minutes and submit your request again."},
	fault.Denied:           {"AccessDenied", http.StatusForbidden, "Access denied"},
	fault.Unauthenticated:  {"InvalidClientTokenId", http.StatusForbidden, "The security token included in the request is invalid"},
	fault.Expired:          {"ExpiredToken", http.StatusForbidden, "The security token included in the request is expired"},
	fault.Unsupported:      {"UnsupportedOperation", http.StatusBadRequest, "The operation %n is not supported by this server yet. See docs/dialect-coverage.md for the operations that are."},
	fault.UnknownOperation: {"InvalidAction", http.StatusBadRequest, "Could not find operation %n for version %v"},
	fault.MissingOperation: {"MissingAction", http.StatusBadRequest, "The request is missing an action or a required parameter."},
	fault.TooLarge:         {"RequestEntityTooLarge", http.StatusRequestEntityTooLarge, "The request is larger than %l bytes."},
	fault.Throttled:        {"Throttling", http.StatusBadRequest, "Rate exceeded"},
	fault.Unavailable:      {"ServiceUnavailable", http.StatusServiceUnavailable, "The request has failed due to a temporary failure of the server."},
}

// topic is a kind and the thing it is about.
type topic struct {
	kind fault.Kind
	what fault.What
}

// topicWords overrides kindWords for a thing. An empty code or a zero status is the kind's.
var topicWords = map[topic]words{
	{fault.NotFound, fault.User}:              {text: "The user with name %n cannot be found."},
	{fault.NotFound, fault.Group}:             {text: "The group with name %n cannot be found."},
	{fault.NotFound, fault.Role}:              {text: "The role with name %n cannot be found."},
	{fault.NotFound, fault.Policy}:            {text: "Policy %n was not found."},
	{fault.NotFound, fault.Attachment}:        {text: "Policy %n was not found."},
	{fault.NotFound, fault.PolicyVersion}:     {text: "Policy %d version %n does not exist or is not attachable."},
	{fault.NotFound, fault.UserPolicy}:        {text: "The user policy with name %n cannot be found."},
	{fault.NotFound, fault.GroupPolicy}:       {text: "The group policy with name %n cannot be found."},
	{fault.NotFound, fault.RolePolicy}:        {text: "The role policy with name %n cannot be found."},
	{fault.NotFound, fault.AccessKey}:         {text: "The Access Key with id %n cannot be found."},
	{fault.NotFound, fault.Boundary}:          {text: "The permissions boundary of %n cannot be found."},
	{fault.NotFound, fault.Membership}:        {text: "The user with name %n is not in the group."},
	{fault.NotFound, fault.InstanceProfile}:   {text: "Instance Profile %n cannot be found."},
	{fault.NotFound, fault.Alias}:             {text: "The account alias %n does not exist."},
	{fault.Exists, fault.Alias}:               {text: "The account alias %n already exists."},
	{fault.Invalid, fault.DelegationRequest}:  {"InvalidInput", http.StatusBadRequest, "The delegation request %n is %d, which does not allow this."},
	{fault.Exists, fault.DelegationRequest}:   {text: "There is a delegation request with the workflow id %n already."},
	{fault.Denied, fault.DelegationRequest}:   {text: "The token of the delegation request %n can only be sent by its owner."},
	{fault.Limit, fault.DelegationRequest}:    {text: "Cannot exceed quota for DelegationRequestsPerAccount: %l"},
	{fault.Invalid, fault.DelegationTemplate}: {"InvalidInput", http.StatusBadRequest, "%d"},
	{fault.Expired, fault.TradeInToken}:       {"ExpiredTradeInTokenException", http.StatusBadRequest, "The trade-in token is not valid, or not any more."},
	{fault.NotFound, fault.Issuer}:            {"FeatureDisabled", http.StatusNotFound, "Outbound web identity federation is not enabled for this account."},
	{fault.Exists, fault.Issuer}:              {"FeatureEnabled", http.StatusConflict, "Outbound web identity federation is already enabled for this account. GetOutboundWebIdentityFederationInfo tells its issuer."},
	{fault.Unsupported, fault.Issuer}:         {text: "This server has no URL that others could verify its tokens at: its operator has to set external_url."},
	{fault.Denied, fault.IdentityToken}:       {"SessionDurationEscalationException", http.StatusForbidden, "The token would outlive the session that asks for it. Ask for a shorter DurationSeconds."},
	{fault.TooLarge, fault.IdentityToken}:     {"JWTPayloadSizeExceededException", http.StatusBadRequest, "The claims of the token are larger than %l bytes. Pass fewer tags or audiences."},
	{fault.NotFound, fault.Explanation}:       {text: "No denial with request id %n is on record."},
	{fault.NotFound, fault.SessionPolicy}:     {"MalformedPolicyDocument", http.StatusBadRequest, "The policy %n does not exist or is not attachable."},
	{fault.NotFound, fault.OIDCProvider}:      {text: "OpenIDConnect Provider not found for arn %n"},

	{fault.NotFound, fault.Organization}:    {"OrganizationNotFoundException", http.StatusBadRequest, "The request was rejected because no organization is associated with your account."},
	{fault.NotFound, fault.TrustedService}:  {"ServiceAccessNotEnabledException", http.StatusBadRequest, "The request was rejected because trusted access is not enabled for IAM in AWS Organizations."},
	{fault.Unsupported, fault.Organization}: {"OrganizationNotInAllFeaturesModeException", http.StatusBadRequest, "The request was rejected because your organization does not have All features enabled."},
	{fault.Denied, fault.RootAccess}: {"AccountNotManagementOrDelegatedAdministratorException", http.StatusBadRequest,
		"The request was rejected because the account making the request is not the management account or delegated administrator account for centralized root access."},
	{fault.NotFound, fault.CredentialReport}: {"ReportNotPresent", http.StatusGone, "There is no credential report of this account. Generate one first."},
	{fault.Expired, fault.CredentialReport}:  {"ReportExpired", http.StatusGone, "The credential report is older than 4 hours. Generate a new one."},
	{fault.Conflict, fault.CredentialReport}: {"ReportInProgress", http.StatusNotFound, "The credential report is still being generated."},
	{fault.TooLarge, fault.CredentialReport}: {"LimitExceeded", http.StatusConflict, "The credential report is larger than %l bytes."},
	{fault.NotFound, fault.ReportJob}:        {text: "The report job with id %n cannot be found."},
	{fault.Limit, fault.ReportJob}:           {"ReportGenerationLimitExceeded", http.StatusConflict, "More than %l reports on the organization were ordered within an hour. Try again later."},
	{fault.NotFound, fault.PolicyType}:       {text: "Service control policies are not enabled for the root of the organization."},

	{fault.NotAttachable, fault.Boundary}: {text: "Scope ARN: %n does not exist or is not attachable."},

	{fault.Exists, fault.User}:            {text: "User with name %n already exists."},
	{fault.Exists, fault.Group}:           {text: "Group with name %n already exists."},
	{fault.Exists, fault.Role}:            {text: "Role with name %n already exists."},
	{fault.Exists, fault.InstanceProfile}: {text: "Instance Profile %n already exists."},
	{fault.Exists, fault.Policy}:          {text: "A policy called %n already exists. Duplicate names are not allowed."},
	{fault.Exists, fault.Account}:         {text: "Account %n already exists."},

	{fault.InUse, fault.Attachment}:      {text: "Cannot delete entity, must detach all policies first."},
	{fault.InUse, fault.UserPolicy}:      {text: "Cannot delete entity, must delete policies first."},
	{fault.InUse, fault.GroupPolicy}:     {text: "Cannot delete entity, must delete policies first."},
	{fault.InUse, fault.RolePolicy}:      {text: "Cannot delete entity, must delete policies first."},
	{fault.InUse, fault.LoginProfile}:    {text: "Cannot delete entity, must delete login profile first."},
	{fault.InUse, fault.AccessKey}:       {text: "Cannot delete entity, must delete access keys first."},
	{fault.InUse, fault.MFADevice}:       {text: "Cannot delete entity, must delete MFA device first."},
	{fault.InUse, fault.InstanceProfile}: {text: "Cannot delete entity, must remove roles from instance profile first."},
	{fault.InUse, fault.Membership}:      {text: "Cannot delete entity, must remove users from group first."},
	{fault.InUse, fault.PolicyVersion}:   {text: "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."},
	{fault.InUse, fault.DefaultVersion}:  {text: "Cannot delete the default version of a policy."},
	{fault.InUse, fault.Boundary}:        {text: "Cannot delete a policy attached to entities."},

	{fault.Limit, fault.PolicyVersion}: {text: "A managed policy can have up to %l versions. Before you create a new version, you must delete an existing version."},
	{fault.Limit, fault.UserPolicy}:    {text: "Maximum policy size of %l bytes exceeded for user %n"},
	{fault.Limit, fault.GroupPolicy}:   {text: "Maximum policy size of %l bytes exceeded for group %n"},
	{fault.Limit, fault.RolePolicy}:    {text: "Maximum policy size of %l bytes exceeded for role %n"},
	{fault.Limit, fault.Tag}:           {text: "The number of tags has reached the maximum limit."},
	{fault.Limit, fault.SessionPolicy}: {"ValidationError", http.StatusBadRequest, "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to %l"},
	{fault.Limit, fault.SessionTags}:   {"InvalidParameterValue", http.StatusBadRequest, "The number of session tags, inherited ones included, exceeds the limit of %l."},

	{fault.Invalid, fault.Signature}:      {"SignatureDoesNotMatch", http.StatusForbidden, "The request is signed for another host than this server's: '%n'."},
	{fault.Invalid, fault.ARN}:            {text: "%n is invalid"},
	{fault.Invalid, fault.Marker}:         {text: "Invalid Marker."},
	{fault.Invalid, fault.Principal}:      {"MalformedPolicyDocument", http.StatusBadRequest, "Invalid principal in policy: \"%N\":\"%d\""},
	{fault.Invalid, fault.Body}:           {"MalformedQueryString", http.StatusBadRequest, "The request body could not be read."},
	{fault.Invalid, fault.Duration}:       {text: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
	{fault.Invalid, fault.ChainDuration}:  {text: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."},
	{fault.Invalid, fault.SourceIdentity}: {text: "Value '%n' at 'sourceIdentity' failed to satisfy constraint: Member must not begin with aws:"},
	{fault.Invalid, fault.DuplicateTag}:   {"InvalidParameterValue", http.StatusBadRequest, "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
	{fault.Invalid, fault.TransitiveTag}:  {"InvalidParameterValue", http.StatusBadRequest, "The specified transitive tag key must be included in the requested tags."},
	{fault.Invalid, fault.InheritedTag}:   {"InvalidParameterValue", http.StatusBadRequest, "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."},
	{fault.Invalid, fault.TagPrefix}:      {"InvalidParameterValue", http.StatusBadRequest, "Tag keys must not begin with aws: in any case: '%n'"},
	{fault.Invalid, fault.User}:           {text: "Must specify userName when calling with non-User credentials"},

	{fault.NotFound, fault.SAMLProvider}:  {text: "Manifest not found for arn %n"},
	{fault.Exists, fault.SAMLProvider}:    {text: "Provider with name %n already exists."},
	{fault.Invalid, fault.SAMLProvider}:   {"InvalidInput", http.StatusBadRequest, "Unable to update identity provider. No updates are defined for metadata or encryption assertion."},
	{fault.Malformed, fault.SAMLMetadata}: {"InvalidInput", http.StatusBadRequest, "Could not parse metadata: %d"},
	{fault.Unsupported, fault.SAMLKey}:    {"InvalidInput", http.StatusBadRequest, "%n is not supported: this server does not read encrypted assertions."},
	{fault.Invalid, fault.SAMLKey}:        {"InvalidInput", http.StatusBadRequest, "Unable to set assertion encryption mode to Required because no private key is provided."},
	{fault.Exists, fault.SAMLAssertion}:   {"InvalidIdentityToken", http.StatusBadRequest, "The SAML assertion has been used already."},
	{fault.Denied, fault.SAMLAssertion}:   {text: "Not authorized to perform sts:AssumeRoleWithSAML"},
	{fault.NotFound, fault.SAMLKey}:       {"InvalidInput", http.StatusBadRequest, "Failed to remove private key because the Key ID does not match a private key."},

	{fault.Malformed, fault.Principal}: {text: "Invalid principal in policy: \"%N\":\"%d\""},

	{fault.Exists, fault.MFADevice}:             {text: "MFADevice entity at the same path and name already exists."},
	{fault.Exists, fault.MFAAssignment}:         {text: "MFA Device is already in use."},
	{fault.NotFound, fault.MFADevice}:           {text: "VirtualMFADevice with serial number %n does not exist."},
	{fault.NotFound, fault.MFAAssignment}:       {text: "MFA Device invalid for user."},
	{fault.Invalid, fault.MFACode}:              {"InvalidAuthenticationCode", http.StatusForbidden, "Authentication code for device is not valid."},
	{fault.Denied, fault.MFADevice}:             {text: "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."},
	{fault.Denied, fault.MFACode}:               {text: "MultiFactorAuthentication failed with invalid MFA one time pass code."}, // also for one that was used or not looked at
	{fault.Denied, fault.AssumedRoot}:           {text: "User: %n is not authorized to perform: sts:AssumeRoot on resource: %d because root access of member accounts is not enabled for the organization, or the caller's account does not manage it"},
	{fault.Invalid, fault.AuthorizationMessage}: {"InvalidAuthorizationMessageException", http.StatusBadRequest, "Message is not valid."},
	{fault.Denied, fault.MFAPair}:               {text: "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."},

	{fault.Unmodifiable, fault.Policy}: {"AccessDenied", http.StatusForbidden, "The policy %n belongs to AWS and cannot be changed."},

	{fault.Denied, fault.RootSession}:        {text: "Roles may not be assumed by root accounts."},
	{fault.Denied, fault.SourceIdentity}:     {text: "The source identity of the calling session cannot be changed."},
	{fault.Denied, fault.SessionCredentials}: {text: "Cannot call %n with session credentials"},
	{fault.Denied, fault.Account}:            {text: "Only the home account of this server may do that."},

	{fault.Exists, fault.OIDCProvider}:          {text: "Provider with url %n already exists."},
	{fault.Invalid, fault.OIDCProvider}:         {text: "Invalid Open ID Connect Provider URL"},
	{fault.Limit, fault.Thumbprint}:             {"InvalidInput", http.StatusBadRequest, "Thumbprint list must contain fewer than %l entries."},
	{fault.Malformed, fault.OutsideToken}:       {"InvalidIdentityToken", http.StatusBadRequest, "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"},
	{fault.Invalid, fault.OutsideToken}:         {"InvalidIdentityToken", http.StatusBadRequest, "The signature of the ID token is not valid"},
	{fault.Expired, fault.OutsideToken}:         {"ExpiredTokenException", http.StatusBadRequest, "Token expired: current date/time %n must be before the expiration date/time%d"},
	{fault.NotFound, fault.Claim}:               {"InvalidIdentityToken", http.StatusBadRequest, "Missing a required claim: %n"},
	{fault.Invalid, fault.Claim}:                {"InvalidIdentityToken", http.StatusBadRequest, "The claim %n of the ID token is not valid"},
	{fault.Denied, fault.Claim}:                 {"IDPRejectedClaim", http.StatusForbidden, "The claim %n of the ID token is not acceptable now"},
	{fault.Invalid, fault.Audience}:             {"InvalidIdentityToken", http.StatusBadRequest, "Incorrect token audience"},
	{fault.Invalid, fault.VerificationKey}:      {"InvalidIdentityToken", http.StatusBadRequest, "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"},
	{fault.Invalid, fault.IssuerCertificate}:    {"InvalidIdentityToken", http.StatusBadRequest, "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"},
	{fault.Unavailable, fault.IdentityProvider}: {"IDPCommunicationError", http.StatusBadRequest, "The identity provider could not be reached to verify the ID token. Try again later."},

	{fault.TooLarge, fault.SessionPolicy}: {"PackedPolicyTooLarge", http.StatusBadRequest, "Packed policy consumes %l% of allotted space, please use smaller policy."},
	{fault.TooLarge, fault.SessionTags}:   {"PackedPolicyTooLarge", http.StatusBadRequest, "Packed size of session tags consumes %l% of allotted space."},
	{fault.TooLarge, fault.Record}:        {"LimitExceeded", http.StatusConflict, "The entity with all its parts is larger than %l bytes."},

	{fault.Invalid, fault.EntityARN}:           {"InvalidInput", http.StatusBadRequest, "Invalid Entity Arn: %n does not clearly define entity type and name."},
	{fault.Limit, fault.Simulation}:            {"InvalidInput", http.StatusBadRequest, "The simulation is too large: more than %l statements. Ask about fewer resources or policies at a time."},
	{fault.Invalid, fault.SimulatedAction}:     {"InvalidInput", http.StatusBadRequest, "The action is invalid since it is missing names"},
	{fault.Invalid, fault.SimulatedResource}:   {"InvalidInput", http.StatusBadRequest, "ResourceNames are not in a valid ARN format: %n."},
	{fault.Malformed, fault.SimulatedPolicy}:   {"InvalidInput", http.StatusBadRequest, "Policy input list item %n has invalid content"},
	{fault.Malformed, fault.SimulatedBoundary}: {"InvalidInput", http.StatusBadRequest, "Permissions boundary policy input list item %n has invalid content"},
	{fault.Limit, fault.SimulatedBoundary}:     {"InvalidInput", http.StatusBadRequest, "The list of Permissions Boundary policies cannot exceed %l items."},
	{fault.Invalid, fault.SimulationOption}:    {"InvalidInput", http.StatusBadRequest, "Invalid input resource handling options. Action does not support resource handling options: %n."},
	{fault.Invalid, fault.SimulatedCaller}:     {"InvalidInput", http.StatusBadRequest, "Invalid caller - Caller must be an IAM user, role or group in this context."},
	{fault.Invalid, fault.CallerMissing}:       {"InvalidInput", http.StatusBadRequest, "Invalid caller - Caller cannot be null or empty."},
	{fault.Invalid, fault.ResourceOwner}:       {"InvalidInput", http.StatusBadRequest, "'%n' is not a valid as a Resource Owner."},
	{fault.Malformed, fault.ResourcePolicy}:    {"InvalidInput", http.StatusBadRequest, "Resource policy has invalid content"},
	{fault.Invalid, fault.SimulationMarker}:    {"InvalidInput", http.StatusBadRequest, "Invalid marker for pagination."},
	{fault.Invalid, fault.ContextKey}:          {"InvalidInput", http.StatusBadRequest, "Duplicate context key: %n."},
	{fault.Invalid, fault.ContextName}:         {"InvalidInput", http.StatusBadRequest, "ContextKeyName cannot be null or empty."},
	{fault.Invalid, fault.ContextType}:         {"InvalidInput", http.StatusBadRequest, "Context key %n has invalid type %d."},
	{fault.Invalid, fault.ContextValues}:       {"InvalidInput", http.StatusBadRequest, "Context values for context key %n cannot be null or empty."},
	{fault.Invalid, fault.ContextCount}:        {"InvalidInput", http.StatusBadRequest, "Context key %n expected a single value, but received %d."},
	{fault.Invalid, fault.ContextValue}:        {"InvalidInput", http.StatusBadRequest, "Invalid context value for key %n: expected %d."},

	// passwords and certificates
	{fault.Exists, fault.ServiceRole}:           {"InvalidInput", http.StatusBadRequest, "Service role name %n has been taken in this account, please try a different suffix."},
	{fault.Invalid, fault.ServiceRole}:          {"InvalidInput", http.StatusBadRequest, "Custom suffix is not allowed for %n"},
	{fault.Invalid, fault.Role}:                 {"InvalidInput", http.StatusBadRequest, "The role %n is not linked to a service."},
	{fault.NotFound, fault.RoleDeletion}:        {text: "The deletion task with id %n cannot be found."},
	{fault.Unmodifiable, fault.Role}:            {text: "Cannot perform the operation on the protected role '%n' - this role is only modifiable by AWS"},
	{fault.NotFound, fault.SSHKey}:              {text: "The Public Key with id %n cannot be found."},
	{fault.Exists, fault.SSHKey}:                {"DuplicateSSHPublicKey", http.StatusBadRequest, "The SSH public key is already associated with the user %n."},
	{fault.Invalid, fault.SSHKey}:               {"InvalidPublicKey", http.StatusBadRequest, "The public key is malformed, or not an RSA key of at least 2048 bits."},
	{fault.Invalid, fault.Encoding}:             {"UnrecognizedPublicKeyEncoding", http.StatusBadRequest, "The public key encoding format is neither ssh-rsa nor PEM."},
	{fault.NotFound, fault.SigningCertificate}:  {text: "The Certificate with id %n cannot be found."},
	{fault.Malformed, fault.SigningCertificate}: {"MalformedCertificate", http.StatusBadRequest, "Certificate %n is malformed."},
	{fault.Invalid, fault.SigningCertificate}:   {"InvalidCertificate", http.StatusBadRequest, "The certificate has expired, or its key is too short."},
	{fault.Exists, fault.SigningCertificate}:    {"DuplicateCertificate", http.StatusConflict, "The same certificate is associated with an IAM user in the account."},
	{fault.NotFound, fault.ServerCertificate}:   {text: "The Server Certificate with name %n cannot be found."},
	{fault.Exists, fault.ServerCertificate}:     {text: "The Server Certificate with name %n already exists."},
	{fault.Malformed, fault.ServerCertificate}:  {"MalformedCertificate", http.StatusBadRequest, "Unable to parse certificate. Please ensure the certificate is in PEM format."},
	{fault.Malformed, fault.PrivateKey}:         {"MalformedCertificate", http.StatusBadRequest, "Unable to parse private key. Please ensure the private key is in PEM format and not encrypted."},
	{fault.Malformed, fault.CertificateChain}: {"MalformedCertificate", http.StatusBadRequest, "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, " +
		"followed by any intermediaries in order. The index within the chain of the invalid certificate is: %d"},
	{fault.Invalid, fault.PrivateKey}:         {"KeyPairMismatch", http.StatusBadRequest, "The public key certificate and the private key do not match."},
	{fault.NotFound, fault.ServiceCredential}: {text: "No such credential %n exists"},
	{fault.Invalid, fault.ServiceCredential}:  {"NotSupportedService", http.StatusNotFound, "No such service %n is supported for Service Specific Credentials"},

	{fault.NotFound, fault.LoginProfile}:   {text: "Login Profile for User %n cannot be found."},
	{fault.NotFound, fault.PasswordPolicy}: {text: "The Password Policy with domain name %n cannot be found."},
	{fault.Exists, fault.LoginProfile}:     {text: "Login Profile for user %n already exists."},
	{fault.Exists, fault.Password}:         {"PasswordPolicyViolation", http.StatusBadRequest, "Policy constraint violation with password reuse prevention during password change."},
	{fault.Invalid, fault.Password}:        {"PasswordPolicyViolation", http.StatusBadRequest, "%d"},
	{fault.Denied, fault.Password}:         {text: "The old password was incorrect."},
	{fault.Invalid, fault.CallerType}:      {"InvalidUserType", http.StatusBadRequest, "Only IAM users can call this operation."},
	{fault.Conflict, fault.LoginProfile}:   {"EntityTemporarilyUnmodifiable", http.StatusConflict, "Login Profile for User %n cannot be modified while another change of it is being made."},
}

// subjectWords overrides topicWords where it matters whose thing it is.
var subjectWords = map[struct {
	kind          fault.Kind
	what, subject fault.What
}]words{
	{fault.Limit, fault.Role, fault.SessionPolicy}:            {"ValidationError", http.StatusBadRequest, "The chain of roles is longer than %l roles."},
	{fault.Limit, fault.DelegationRequest, fault.RootSession}: {"InvalidInput", http.StatusBadRequest, "The root of an account can approve delegations of up to %l seconds."},
	{fault.InUse, fault.Attachment, fault.Policy}:             {text: "Cannot delete a policy attached to entities."},

	{fault.InUse, fault.MFADevice, fault.MFADevice}:       {text: "MFA VirtualDevice in use. Must deactivate first."},
	{fault.NotFound, fault.Role, fault.InstanceProfile}:   {text: "Role %n in Instance Profile %d cannot be found."},
	{fault.NotFound, fault.PasswordPolicy, fault.Account}: {text: "The account policy with name PasswordPolicy cannot be found."},
}

// serviceWords overrides topicWords where the services word the same thing differently.
var serviceWords = map[struct {
	service string
	topic   topic
}]words{
	{"daypass", topic{fault.NotFound, fault.Issuer}}:   {"NoSuchEntity", http.StatusNotFound, "The account %n issues no identity tokens and never did."},
	{"sts", topic{fault.NotFound, fault.Issuer}}:       {"OutboundWebIdentityFederationDisabledException", http.StatusForbidden, "Outbound web identity federation is not enabled for this account."},
	{"iam", topic{fault.Invalid, fault.ARN}}:           {text: "Invalid ARN:  Could not be parsed!"},
	{"iam", topic{fault.Invalid, fault.DuplicateTag}}:  {"InvalidInput", http.StatusBadRequest, "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
	{"iam", topic{fault.Invalid, fault.TagPrefix}}:     {"InvalidInput", http.StatusBadRequest, "Tag keys must not begin with aws: in any case: '%n'"},
	{"sts", topic{fault.NotFound, fault.OIDCProvider}}: {"InvalidIdentityToken", http.StatusBadRequest, "No OpenIDConnect provider found in your account for %n"},
	{"sts", topic{fault.NotFound, fault.SAMLProvider}}: {"InvalidIdentityToken", http.StatusBadRequest, "Specified provider doesn't exist"},
}

// quotas names what AWS calls a limit in "Cannot exceed quota for …".
var quotas = map[struct{ subject, what fault.What }]string{
	{fault.User, fault.AccessKey}:    "AccessKeysPerUser",
	{fault.User, fault.MFADevice}:    "MFADevicesPerUser",
	{fault.Account, fault.MFADevice}: "VirtualMFADevicesPerAccount",

	{fault.User, fault.Membership}:  "GroupsPerUser",
	{fault.User, fault.Attachment}:  "PoliciesPerUser",
	{fault.Group, fault.Attachment}: "PoliciesPerGroup",
	{fault.Role, fault.Attachment}:  "PoliciesPerRole",
	{fault.Role, fault.TrustPolicy}: "ACLSizePerRole",
	{fault.Policy, fault.Document}:  "PolicySize",
	{fault.None, fault.User}:        "UsersPerAccount",
	{fault.None, fault.Group}:       "GroupsPerAccount",
	{fault.None, fault.Role}:        "RolesPerAccount",
	{fault.None, fault.Policy}:      "PoliciesPerAccount",
	{fault.None, fault.Account}:     "AccountsPerServer",
	{fault.Account, fault.User}:     "UsersPerAccount",
	{fault.Account, fault.Group}:    "GroupsPerAccount",
	{fault.Account, fault.Role}:     "RolesPerAccount",
	{fault.Account, fault.Policy}:   "PoliciesPerAccount",
	{fault.None, fault.Key}:         "SessionKeysPerServer",

	{fault.Account, fault.InstanceProfile}: "InstanceProfilesPerAccount",
	{fault.InstanceProfile, fault.Role}:    "InstanceSessionsPerInstanceProfile",

	{fault.Account, fault.SAMLProvider}:      "SAMLProvidersPerAccount",
	{fault.Account, fault.OIDCProvider}:      "OpenIdConnectProvidersPerAccount",
	{fault.OIDCProvider, fault.ClientID}:     "ClientIdsPerOpenIdConnectProvider",
	{fault.Account, fault.ServerCertificate}: "ServerCertificatesPerAccount",
	{fault.User, fault.SSHKey}:               "SSHPublicKeysPerUser",
	{fault.User, fault.SigningCertificate}:   "CertificatesPerUser",
	{fault.User, fault.ServiceCredential}:    "ServiceSpecificCredentialsPerUser",
}

// over is w with what o has put over it.
func (w words) over(o words) words {
	if o.code != "" {
		w.code, w.status = o.code, o.status
	}
	if o.text != "" {
		w.text = o.text
	}
	return w
}

// faultWords words a fault of the core.
func faultWords(req *dialect.Request, f *fault.Error) words {
	var denied *guard.Denied
	if f.Kind == fault.Denied && errors.As(f.Err, &denied) {
		return words{"AccessDenied", http.StatusForbidden, deniedText(denied)}
	}
	if p, ok := errors.AsType[*saml.Problem](f.Err); ok && f.What == fault.SAMLAssertion {
		w := wordsOfSAML(p)
		w.text = strings.ReplaceAll(w.text, "%d", p.Detail)
		return w
	}
	w := kindWords[f.Kind]
	w = w.over(topicWords[topic{f.Kind, f.What}])
	w = w.over(subjectWords[struct {
		kind          fault.Kind
		what, subject fault.What
	}{f.Kind, f.What, f.Subject}])
	w = w.over(serviceWords[struct {
		service string
		topic   topic
	}{req.Service, topic{f.Kind, f.What}}])
	w.text = fill(w.text, req, f)
	return w
}

func fill(text string, req *dialect.Request, f *fault.Error) string {
	if !strings.Contains(text, "%") {
		return text
	}
	quota, ok := quotas[struct{ subject, what fault.What }{f.Subject, f.What}]
	if !ok {
		quota = f.What.String()
	}
	version := req.Version
	if version == "" {
		version = noVersion
	}
	return strings.NewReplacer("%n", f.Name, "%N", strings.ToUpper(f.Name), "%d", f.Detail, "%l", fmt.Sprint(f.Limit), "%w", f.What.String(), "%q", quota,
		"%v", version).Replace(text)
}

// deniedText is AWS's sentence for a denial (IAM User Guide, "Troubleshoot access denied error messages"). Where the resource
// belongs to another account, or would tell by the answer whether it exists, nothing is said of the reason.
func deniedText(d *guard.Denied) string {
	if d.Outside {
		return "Not authorized to perform " + d.Action
	}
	text := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", d.Principal, d.Action, d.Resource)
	if d.Quiet || d.CrossAccount {
		return text
	}
	text += " " + d.Decision.Reason(d.Action)
	if strings.HasPrefix(d.Decision.Source, "arn:") {
		text += ": " + d.Decision.Source
	}
	return text
}
