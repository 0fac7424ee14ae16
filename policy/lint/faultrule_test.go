package lint_test

import (
	"strings"

	"github.com/daypass/daypass/policy"
)

// faultExamples are documents that are refused.
func faultExamples() []example {
	trust := `"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"`
	rcp := `"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"`
	with := func(statement string, pairs ...string) string {
		return strings.NewReplacer(pairs...).Replace(statement)
	}
	condition := func(c string) string { return some + `,"Condition":{` + c + `}` }
	return []example{
		{code: "JSON_SYNTAX_ERROR", bad: `raw:{"Version":"2012-10-17","Statement":[{` + some + `},«]}`, good: some},
		{code: "JSON_SYNTAX_ERROR", bad: `raw:«` + strings.Repeat("a", 600000), good: some},
		{code: "POLICY_SYNTAX", bad: `raw:{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NumericEquals":{"a:b":` + strings.Repeat("1", 50) + `«}}}]}`, good: some},
		{code: "DATA_TYPE_MISMATCH", bad: `"Effect":"Allow","Action":«7»,"Resource":"*"`, good: some},
		{code: "DATA_TYPE_MISMATCH", bad: `raw:«[]»`, good: some},
		{code: "DATA_TYPE_MISMATCH", bad: `raw:{"Version":«7»,"Statement":[]}`, good: some},
		{code: "DATA_TYPE_MISMATCH", bad: `raw:{"Version":"2012-10-17","Statement":[«"x"»]}`, good: some},
		{code: "DUPLICATE_ELEMENT", bad: `"Effect":"Allow",«"Effect"»:"Deny","Action":"s3:*","Resource":"*"`, good: some},
		{code: "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", bad: condition(`"StringLike":{"aws:Referer":"x",«"aws:referer"»:"y"}`), good: condition(`"StringLike":{"aws:Referer":"x"},"StringEquals":{"aws:referer":"y"}`)},
		{code: "INVALID_CONDITION_OPERATOR", bad: condition(`«"StringIs"»:{"aws:Referer":"x"}`), good: condition(`"StringEquals":{"aws:Referer":"x"}`)},
		{code: "INVALID_EFFECT", bad: `"Effect":«"Perhaps"»,"Action":"s3:*","Resource":"*"`, good: some},
		{code: "INVALID_EFFECT", bad: `"Effect":«"allow"»,"Action":"s3:*","Resource":"*"`, good: some},
		{code: "INVALID_PARTITION", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:here:s3:::b"»`, good: some},
		{code: "INVALID_POLICY_ELEMENT", bad: `«"Actions"»:"s3:*",` + some, good: some},
		{code: "INVALID_PRINCIPAL", use: policy.Trust, bad: with(trust, `"111122223333"`, `«"somebody"»`), good: trust},
		{code: "INVALID_PRINCIPAL_FORMAT", use: policy.Resource, bad: `"Principal":«"111122223333"»,` + some, good: `"Principal":{"AWS":"111122223333"},` + some},
		{code: "INVALID_PRINCIPAL_KEY", use: policy.Trust, bad: with(trust, `"AWS":"111122223333"`, `"aws":«"111122223333"»`), good: trust},
		{code: "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", use: policy.Trust, bad: with(trust, `"AWS":"111122223333"`, `"Federated":«"nobody"»`), good: trust},
		{code: "INVALID_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::${a'b'}"»`, good: some},
		{code: "INVALID_VARIABLE_FOR_OPERATOR", bad: condition(`"Bool":{"aws:SecureTransport":«"${aws:PrincipalTag/x}"»}`), good: condition(`"StringEquals":{"aws:Referer":"${aws:PrincipalTag/x}"}`)},
		{code: "INVALID_VERSION", bad: `raw:{"Version":«"2020-01-01"»,"Statement":[{` + some + `}]}`, good: some},
		{code: "INVALID_VERSION", bad: `raw:«{"Statement":[{` + some + `}]}»`, good: some},
		{code: "MISSING_ACTION", bad: `«{"Effect":"Allow","Resource":"*"}»`, good: some},
		{code: "MISSING_ACTION", use: policy.Trust, bad: `«{"Principal":{"AWS":"111122223333"},"Effect":"Allow"}»`, good: trust},
		{code: "MISSING_ARN_FIELD", use: policy.Resource, bad: `"Principal":"*","Effect":"Deny","Action":"s3:*","Resource":«"arn:aws:s3"»`, good: some},
		{code: "INVALID_ARN_PREFIX", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"bucket"»`, good: some},
		{code: "INVALID_ARN_RESOURCE", bad: `"Effect":"Allow","Action":"iam:*","Resource":«"arn:aws:iam::111122223333:rolle/a"»`, good: some},
		{code: "MISSING_BRACE_IN_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::b/${aws:username"»`, good: some},
		{code: "MISSING_QUOTE_IN_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::b/${aws:username, x}"»`, good: some},
		{code: "UNSUPPORTED_SPACE_IN_VARIABLE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«"arn:aws:s3:::b/${aws: username}"»`, good: some},
		{code: "MISSING_EFFECT", bad: `«{"Action":"s3:*","Resource":"*"}»`, good: some},
		{code: "MISSING_EFFECT", bad: `raw:{"Version":"2012-10-17","Statement":«{"Action":"s3:*","Resource":"*"}»}`, good: some},
		{code: "MISSING_EFFECT", use: policy.Trust, bad: `«{"Sid":"A"}»`, good: trust},
		{code: "MISSING_RESOURCE", bad: `«{"Effect":"Allow","Action":"s3:*"}»`, good: some},
		{code: "MISSING_STATEMENT", bad: `raw:«{"Version":"2012-10-17"}»`, good: some},
		{code: "MISSING_STATEMENT", bad: `raw:{"Version":"2012-10-17","Statement":«[]»}`, good: some},
		{code: "NULL_WITH_IF_EXISTS", bad: condition(`«"NullIfExists"»:{"aws:Referer":"true"}`), good: condition(`"Null":{"aws:Referer":"true"}`)},
		{code: "EMPTY_ARRAY_ACTION", bad: `«{"Effect":"Allow","Action":[],"Resource":"*"}»`, good: some},
		{code: "EMPTY_ARRAY_PRINCIPAL", use: policy.Trust, bad: with(trust, `"111122223333"`, `«[]»`), good: trust},
		{code: "EMPTY_ARRAY_RESOURCE", bad: `«{"Effect":"Allow","Action":"s3:*","Resource":[]}»`, good: some},
		{code: "EMPTY_ARRAY_RESOURCE", bad: `"Effect":"Allow","Action":"s3:*","Resource":«[null]»`, good: some},
		{code: "EMPTY_OBJECT_PRINCIPAL", use: policy.Trust, bad: with(trust, `{"AWS":"111122223333"}`, `«{}»`), good: trust},
		{code: "TYPE_MISMATCH_DATE", bad: condition(`"DateLessThan":{"aws:CurrentTime":«"tomorrow"»}`), good: condition(`"DateLessThan":{"aws:CurrentTime":"2030-01-01"}`)},
		{code: "UNIQUE_SIDS_REQUIRED", bad: `{"Sid":"A",` + some + `},{"Sid":«"A"»,` + some + `}`, good: `{"Sid":"A",` + some + `},{"Sid":"B",` + some + `}`},
		{code: "UNSUPPORTED_SID", bad: `"Sid":«"a b"»,` + some, good: `"Sid":"ab",` + some},
		{code: "UNSUPPORTED_ELEMENT_COMBINATION", bad: `"NotAction":"s3:*","Effect":"Allow",«"Action"»:"s3:*","Resource":"*"`, good: some},
		{code: "UNSUPPORTED_ELEMENT_COMBINATION", bad: some + `,«"NotResource"»:"arn:aws:s3:::b"`, good: some},
		{code: "UNSUPPORTED_PRINCIPAL", bad: `«"Principal"»:"*",` + some, good: some},
		{code: "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", use: policy.Trust, bad: with(trust, `"111122223333"`, `«"arn:aws:iam::111122223333:role/*"»`), good: trust},
		{code: "SCP_SYNTAX_ERROR_PRINCIPAL", use: policy.SCP, bad: `«"Principal"»:"*",` + some, good: some},
		{code: "RCP_SYNTAX_ERROR_ALLOW", use: policy.RCP, bad: `«{` + with(rcp, "Deny", "Allow") + `}»`, good: rcp},
		{code: "RCP_SYNTAX_ERROR_PRINCIPAL", use: policy.RCP, bad: with(rcp, `"Principal":"*"`, `«"Principal"»:{"AWS":"111122223333"}`), good: rcp},
		{code: "RCP_SYNTAX_ERROR_NOTACTION", use: policy.RCP, bad: with(rcp, `"Action"`, `«"NotAction"»`), good: rcp},
		{code: "RCP_SYNTAX_ERROR_ACTION_WILDCARD", use: policy.RCP, bad: with(rcp, `"s3:*"`, `«"*"»`), good: rcp},
		{code: "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", use: policy.Trust, bad: with(trust, `"Principal"`, `«"NotPrincipal"»`), good: trust},
		{code: "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", use: policy.Trust, bad: trust + `,«"Resource"»:"*"`, good: trust},
		{code: "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", use: policy.Trust, bad: with(trust, `{"AWS":"111122223333"}`, `«"*"»`), good: trust},
		{code: "UNSUPPORTED_ACTION_IN_POLICY", use: policy.Trust, bad: with(trust, `"sts:AssumeRole"`, `«"s3:GetObject"»`), good: trust},
	}
}
