package lint

import "github.com/daypass/daypass/policy"

// rulesOfFaults are those that the parser finds: a document with one is not accepted. See faults.
func rulesOfFaults() []rule {
	refused := func(code, means, fix string) rule {
		return rule{code: code, severity: Error, means: means, fix: fix, every: true}
	}
	return []rule{
		refused("JSON_SYNTAX_ERROR", "The text is not JSON, or JSON that two readers could understand differently.", "Mend the JSON at the place that is shown."),
		refused("POLICY_SYNTAX", "The document breaks a rule of its grammar that has no code of its own.", "Mend what the message says."),
		refused("DATA_TYPE_MISMATCH", "A value is of a JSON type that cannot stand in its place.", "Write the type that the message asks for."),
		refused("DUPLICATE_ELEMENT", "An element stands twice in the same object.", "Keep one of them, or join them."),
		refused("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", "One operator has the same condition key twice, in different spellings.", "Write the key once, with all its values in a list."),
		refused("INVALID_CONDITION_OPERATOR", "There is no condition operator of that name.", "Check the spelling; it is compared exactly."),
		refused("INVALID_EFFECT", "Effect is neither Allow nor Deny.", "Write Allow or Deny, with exactly these letters."),
		refused("INVALID_PARTITION", "A resource's partition is not one of the grammar.", "Write arn:aws:… ."),
		refused("INVALID_POLICY_ELEMENT", "The language has no element of that name there.", "Check the spelling, or leave the element out."),
		refused("INVALID_PRINCIPAL", "The text names no principal of its type.", "Write an account id, a unique id, or the ARN of a root, user, role or session."),
		refused("INVALID_PRINCIPAL_FORMAT", "Principal is a text other than \"*\".", "Write an object, such as {\"AWS\": \"111122223333\"}."),
		refused("INVALID_PRINCIPAL_KEY", "There is no kind of principal of that name.", "Write AWS, Service, Federated or CanonicalUser."),
		refused("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", "A federated principal of a role is no identity provider.", "Write the ARN of the account's OIDC or SAML provider."),
		refused("INVALID_VARIABLE", "A variable cannot be read.", "Write ${key} or ${key, 'default'}."),
		refused("INVALID_VARIABLE_FOR_OPERATOR", "An operator whose values are no texts has a variable among them.", "Write the value out, or use a String or Arn operator."),
		refused("INVALID_VERSION", "There is no such version of the language, or this kind of policy needs the newest.", "Write \"Version\": \"2012-10-17\"."),
		refused("MISSING_ACTION", "A statement says nothing about actions.", "Add Action or NotAction."),
		refused("MISSING_ARN_FIELD", "A resource has fewer fields than its place needs.", "Write arn:partition:service:region:account:resource; a field may be empty or *."),
		refused("INVALID_ARN_PREFIX", "A resource is neither an ARN nor \"*\".", "Write the whole ARN, from arn: on."),
		refused("INVALID_ARN_RESOURCE", "The last field of an ARN names no kind of thing the service has.", "Write the kind and the name, such as role/NAME."),
		refused("MISSING_BRACE_IN_VARIABLE", "A variable is not closed.", "Add the brace; or write ${$} for a dollar sign."),
		refused("MISSING_QUOTE_IN_VARIABLE", "A variable's default value is not in single quotes.", "Write ${key, 'default'}."),
		refused("UNSUPPORTED_SPACE_IN_VARIABLE", "A variable's name has a space in it.", "Leave the space out."),
		refused("MISSING_EFFECT", "A statement does not say whether it allows or denies.", "Add Effect."),
		refused("MISSING_RESOURCE", "A statement says nothing about resources.", "Add Resource or NotResource; \"*\" for all."),
		refused("MISSING_STATEMENT", "The document has no statement.", "Add one, or do not save the policy."),
		refused("NULL_WITH_IF_EXISTS", "Null, which asks whether a key exists, has the suffix IfExists.", "Write Null alone."),
		refused("EMPTY_ARRAY_ACTION", "The list of actions is empty.", "Name an action, or leave the statement out."),
		refused("EMPTY_ARRAY_PRINCIPAL", "The list of principals is empty.", "Name somebody, or leave the statement out."),
		refused("EMPTY_ARRAY_RESOURCE", "The list of resources is empty.", "Name a resource, or leave the statement out."),
		refused("EMPTY_OBJECT_PRINCIPAL", "Principal is an object without members.", "Name somebody, or leave the statement out."),
		refused("TYPE_MISMATCH_DATE", "A date operator has a value that is no date.", "Write YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ."),
		refused("UNIQUE_SIDS_REQUIRED", "Two statements have the same Sid.", "Rename one, or leave both out."),
		refused("UNSUPPORTED_SID", "A Sid holds characters that this kind of policy does not take.", "Use letters and digits."),
		refused("UNSUPPORTED_ELEMENT_COMBINATION", "A statement has an element and its opposite.", "Split it into two statements."),
		refused("UNSUPPORTED_PRINCIPAL", "A policy of an identity names a principal: whom it is about is said by attaching it.", "Leave Principal out."),
		refused("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", "A principal is a pattern: it would reach into accounts by a name that anybody can choose.", "Write \"*\" and compare aws:PrincipalArn in a condition that also names the account."),
		refused("SCP_SYNTAX_ERROR_PRINCIPAL", "A service control policy names a principal.", "Leave Principal out; use conditions such as aws:PrincipalArn."),
		refused("RCP_SYNTAX_ERROR_ALLOW", "A resource control policy allows something; it can only deny.", "Write Deny, with what is allowed as its exception."),
		refused("RCP_SYNTAX_ERROR_PRINCIPAL", "A resource control policy is about somebody else than everyone.", "Write \"Principal\": \"*\" and name exceptions in conditions."),
		refused("RCP_SYNTAX_ERROR_NOTACTION", "A resource control policy has NotAction.", "List the actions in Action."),
		refused("RCP_SYNTAX_ERROR_ACTION_WILDCARD", "A resource control policy is about all actions of all services.", "Write the services: s3:*, sts:*."),
		refused("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", "A trust policy has NotPrincipal.", "List in Principal who is trusted."),
		refused("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", "A trust policy names a resource; it is about the role that has it.", "Leave Resource out."),
		refused("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", "A trust policy has \"Principal\": \"*\".", "Name who is trusted; all accounts are {\"AWS\": \"*\"}, with a condition."),
		{code: "UNSUPPORTED_ACTION_IN_POLICY", severity: Error, uses: only(policy.Trust), means: "A trust policy is about actions other than taking on the role.",
			fix: "Use sts:AssumeRole, its forms for SAML and web identity, sts:TagSession and sts:SetSourceIdentity."},
	}
}
