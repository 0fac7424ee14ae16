package aws

import (
	"errors"
	"net/http"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/wire"
)

// orgWord is what a client of AWS Organizations is told of an error: some exceptions carry a reason besides. The names and reasons are
// those of the service model; holes are filled as in kindWords.
type orgWord struct{ code, reason, text string }

const (
	orgInvalid    = "InvalidInputException"
	orgConstraint = "ConstraintViolationException"
	orgHandshake  = "HandshakeConstraintViolationException"
	notYours      = "You don't have permissions to access this resource."
)

// orgKindWords has words for every kind.
var orgKindWords = map[fault.Kind]orgWord{
	fault.Internal:         {"ServiceException", "", "AWS Organizations can't complete your request because of an internal service error. Try again later."},
	fault.NotFound:         {"TargetNotFoundException", "", "You specified a target that doesn't exist."},
	fault.Exists:           {"DuplicateException", "", "%n already exists."},
	fault.InUse:            {orgConstraint, "", "The %w %n is in use."},
	fault.Limit:            {orgConstraint, "", "The limit for %q is %l."},
	fault.Invalid:          {orgInvalid, "INVALID_PATTERN", "You provided a value that does not match the required pattern. Value '%d' at '%n' is not valid."},
	fault.Malformed:        {"MalformedPolicyDocumentException", "", "The provided policy document does not meet the requirements of the specified policy type. %d"},
	fault.NotAttachable:    {"PolicyNotFoundException", "", "You specified a policy that doesn't exist."},
	fault.Unmodifiable:     {orgInvalid, "IMMUTABLE_POLICY", "The %w %n cannot be changed."},
	fault.Conflict:         {"ConcurrentModificationException", "", "The target of the operation is currently being modified by a different request. Try again later."},
	fault.Denied:           {"AccessDeniedException", "", notYours},
	fault.Unauthenticated:  {"UnrecognizedClientException", "", "The security token included in the request is invalid."},
	fault.Expired:          {"ExpiredTokenException", "", "The security token included in the request is expired"},
	fault.Unsupported:      {"UnsupportedOperation", "", "The operation %n is not supported by this server yet. See docs/dialect-coverage.md for the operations that are."},
	fault.UnknownOperation: {"UnknownOperationException", "", "Could not find operation %n for version %v"},
	fault.MissingOperation: {"UnknownOperationException", "", "The X-Amz-Target header names no operation."},
	fault.TooLarge:         {"RequestEntityTooLarge", "", "The request is larger than %l bytes."},
	fault.Throttled:        {"TooManyRequestsException", "", "You have sent too many requests in too short a period of time. Try again later."},
	fault.Unavailable:      {"ServiceException", "", "The request has failed due to a temporary failure of the server."},
}

// orgTopicWords overrides orgKindWords for a thing.
var orgTopicWords = map[topic]orgWord{
	{fault.NotFound, fault.Organization}:      {"AWSOrganizationsNotInUseException", "", "Your account is not a member of an organization."},
	{fault.NotFound, fault.OrganizationRoot}:  {"RootNotFoundException", "", "You specified a root that doesn't exist."},
	{fault.NotFound, fault.Unit}:              {"OrganizationalUnitNotFoundException", "", "You specified an organizational unit that doesn't exist."},
	{fault.NotFound, fault.Parent}:            {"ParentNotFoundException", "", "You specified a parent that doesn't exist."},
	{fault.NotFound, fault.SourceParent}:      {"SourceParentNotFoundException", "", "You specified a source parent that doesn't exist, or that the account isn't in."},
	{fault.NotFound, fault.DestinationParent}: {"DestinationParentNotFoundException", "", "You specified a destination parent that doesn't exist."},
	{fault.NotFound, fault.Child}:             {"ChildNotFoundException", "", "You specified a child that doesn't exist."},
	{fault.NotFound, fault.Member}:            {"AccountNotFoundException", "", "You specified an account that doesn't exist."},
	{fault.NotFound, fault.Account}:           {"AccountNotFoundException", "", "You specified an account that doesn't exist."},
	{fault.NotFound, fault.MemberRequest}:     {"CreateAccountStatusNotFoundException", "", "You specified an account request that doesn't exist."},
	{fault.NotFound, fault.ControlPolicy}:     {"PolicyNotFoundException", "", "You specified a policy that doesn't exist."},
	{fault.NotFound, fault.Attachment}:        {"PolicyNotAttachedException", "", "The specified policy isn't attached to the specified target."},
	{fault.NotFound, fault.PolicyType}:        {"PolicyTypeNotEnabledException", "", "This operation can be performed only for enabled policy types."},
	{fault.NotFound, fault.Delegation}:        {"AccountNotRegisteredException", "", "The specified account is not a delegated administrator for this AWS service."},
	{fault.NotFound, fault.TrustedService}:    {orgConstraint, "SERVICE_ACCESS_NOT_ENABLED", "You must enable trusted access for the service %n first."},
	{fault.NotFound, fault.Handshake}:         {"HandshakeNotFoundException", "", "We can't find a handshake with the HandshakeId that you specified."},

	{fault.Exists, fault.Organization}:      {"AlreadyInOrganizationException", "", "The AWS account is already a member of an organization."},
	{fault.Exists, fault.Unit}:              {"DuplicateOrganizationalUnitException", "", "An OU with the same name already exists."},
	{fault.Exists, fault.DestinationParent}: {"DuplicateAccountException", "", "The account is already in the specified destination."},
	{fault.Exists, fault.Member}:            {orgHandshake, "ALREADY_IN_AN_ORGANIZATION", "The account is already a member of an organization."},
	{fault.Exists, fault.Closure}:           {"AccountAlreadyClosedException", "", "You attempted to close an account that is already closed."},
	{fault.Exists, fault.ControlPolicy}:     {"DuplicatePolicyException", "", "A policy with the same name already exists."},
	{fault.Exists, fault.Attachment}:        {"DuplicatePolicyAttachmentException", "", "The selected policy is already attached to the specified target."},
	{fault.Exists, fault.PolicyType}:        {"PolicyTypeAlreadyEnabledException", "", "The specified policy type is already enabled."},
	{fault.Exists, fault.Delegation}:        {"AccountAlreadyRegisteredException", "", "The specified account is already a delegated administrator for this AWS service."},
	{fault.Exists, fault.Handshake}:         {"DuplicateHandshakeException", "", "A handshake for the account %n is open already."},

	{fault.InUse, fault.Member}:     {"OrganizationNotEmptyException", "", "The organization isn't empty. To delete an organization, you must first remove all accounts except the management account."},
	{fault.InUse, fault.Child}:      {"OrganizationalUnitNotEmptyException", "", "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again."},
	{fault.InUse, fault.Attachment}: {"PolicyInUseException", "", "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation."},
	{fault.InUse, fault.Delegation}: {orgConstraint, "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG", "The account is a delegated administrator. Deregister it first."},

	{fault.Limit, fault.Unit}:          {orgConstraint, "OU_NUMBER_LIMIT_EXCEEDED", "The organization cannot have more than %l organizational units."},
	{fault.Limit, fault.UnitDepth}:     {orgConstraint, "OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the maximum depth of %l organizational units."},
	{fault.Limit, fault.Member}:        {orgConstraint, "ACCOUNT_NUMBER_LIMIT_EXCEEDED", "You have exceeded the allowed number of %l AWS accounts."},
	{fault.Limit, fault.ControlPolicy}: {orgConstraint, "POLICY_NUMBER_LIMIT_EXCEEDED", "You have exceeded the allowed number of %l policies of this type."},
	{fault.Limit, fault.Document}:      {orgConstraint, "POLICY_CONTENT_LIMIT_EXCEEDED", "The content of the policy is longer than %l characters."},
	{fault.Limit, fault.Attachment}:    {orgConstraint, "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You have attached the maximum number of %l policies of this type to the target."},
	{fault.Limit, fault.Tag}:           {orgConstraint, "MAX_TAG_LIMIT_EXCEEDED", "The number of tags exceeds the limit of %l."},

	{fault.Invalid, fault.DuplicateTag}:   {orgInvalid, "DUPLICATE_TAG_KEY", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
	{fault.Invalid, fault.TagPrefix}:      {orgInvalid, "INVALID_SYSTEM_TAGS_PARAMETER", "Tag keys must not begin with aws: in any case: '%n'"},
	{fault.Invalid, fault.Marker}:         {orgInvalid, "INVALID_NEXT_TOKEN", "The NextToken is not valid."},
	{fault.Invalid, fault.TrustedService}: {orgInvalid, "UNRECOGNIZED_SERVICE_PRINCIPAL", "You specified an unrecognized service principal."},
	{fault.Invalid, fault.Target}:         {orgInvalid, "TARGET_NOT_SUPPORTED", "You can invite an account by its ID only."},
	{fault.Invalid, fault.Signature}:      {"InvalidSignatureException", "", "The request is signed for another host than this server's: '%n'."},
	{fault.Invalid, fault.Body}:           {"SerializationException", "", "The request body could not be read."},

	{fault.Unmodifiable, fault.Member}:        {"MasterCannotLeaveOrganizationException", "", "You can't remove a management account from an organization."},
	{fault.Unmodifiable, fault.Closure}:       {orgConstraint, "CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account of an organization."},
	{fault.Unmodifiable, fault.Delegation}:    {orgConstraint, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR", "You cannot register master account/yourself as delegated administrator for your organization."},
	{fault.Unmodifiable, fault.ControlPolicy}: {orgInvalid, "IMMUTABLE_POLICY", "You specified a policy that is managed by AWS and can't be modified."},
	{fault.Unmodifiable, fault.Attachment}:    {orgInvalid, "NON_DETACHABLE_POLICY", "The policy %n cannot be detached."},

	{fault.Conflict, fault.Handshake}:      {"InvalidHandshakeTransitionException", "", "You can't perform the operation on the handshake in its current state."},
	{fault.Denied, fault.Handshake}:        {orgHandshake, "", "The home account of this server cannot be a member of an organization that another account manages."},
	{fault.Unsupported, fault.PolicyType}:  {"PolicyTypeNotAvailableForOrganizationException", "", "You can't use the policy type %n with this organization."},
	{fault.TooLarge, fault.Record}:         {orgConstraint, "", "The entity with all its parts is larger than %l bytes."},
	{fault.Unauthenticated, fault.Account}: {"UnrecognizedClientException", "", "The security token included in the request is invalid."},
}

// orgSubjectWords overrides orgTopicWords where it matters whose thing it is.
var orgSubjectWords = map[struct {
	kind          fault.Kind
	what, subject fault.What
}]orgWord{
	{fault.InUse, fault.Attachment, fault.Target}:         {orgConstraint, "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED", "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times."},
	{fault.InUse, fault.Delegation, fault.TrustedService}: {orgConstraint, "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE", "The organization has delegated administrators for the service %n. Deregister them first."},
	{fault.Limit, fault.Member, fault.Handshake}:          {orgHandshake, "ACCOUNT_NUMBER_LIMIT_EXCEEDED", "The organization cannot have more than %l accounts."},
	{fault.Exists, fault.Closure, fault.Handshake}:        {"HandshakeAlreadyInStateException", "", "The specified handshake is already in the requested state."},
}

// organizationWords words a fault of the core for AWS Organizations.
func organizationWords(req *dialect.Request, err error) (w words, reason string) {
	f := fault.Of(err)
	var denied *guard.Denied
	if f.Kind == fault.Denied && errors.As(f.Err, &denied) {
		return words{"AccessDeniedException", http.StatusBadRequest, deniedText(denied)}, ""
	}
	o := orgKindWords[f.Kind]
	if t, ok := orgTopicWords[topic{f.Kind, f.What}]; ok {
		o = t
	}
	if t, ok := orgSubjectWords[struct {
		kind          fault.Kind
		what, subject fault.What
	}{f.Kind, f.What, f.Subject}]; ok {
		o = t
	}
	status := http.StatusBadRequest
	switch f.Kind {
	case fault.Internal, fault.Unavailable:
		status = http.StatusInternalServerError
	case fault.TooLarge:
		status = http.StatusRequestEntityTooLarge
	}
	return words{o.code, status, fill(o.text, req, f)}, o.reason
}

// organizationViolations words what is wrong with an input; the reason is that of the first violation.
func organizationViolations(v *violations) (w words, reason string) {
	reasons := map[wire.Kind]string{
		wire.Missing: "INPUT_REQUIRED", wire.TooShort: "MIN_LENGTH_EXCEEDED", wire.TooLong: "MAX_LENGTH_EXCEEDED", wire.TooSmall: "MIN_VALUE_EXCEEDED",
		wire.TooLarge: "MAX_VALUE_EXCEEDED", wire.NoMatch: "INVALID_PATTERN", wire.NotInEnum: "INVALID_ENUM",
	}
	if reason = reasons[v.list[0].Kind]; reason == "" {
		return words{"SerializationException", http.StatusBadRequest, v.Error()}, ""
	}
	return words{orgInvalid, http.StatusBadRequest, v.Error()}, reason
}
