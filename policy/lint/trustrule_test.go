package lint_test

import (
	"fmt"

	"github.com/daypass/daypass/policy"
)

func principalExamples() []example {
	to := func(principal, more string) string {
		return fmt.Sprintf(`"Effect":"Allow","Principal":%s,"Action":"s3:*","Resource":"*"%s`, principal, more)
	}
	return []example{
		{code: "PUBLIC_ACCESS", use: policy.Resource, bad: to(`«"*"»`, ``), good: to(`"*"`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)},
		{code: "PUBLIC_ACCESS", use: policy.Resource, bad: to(`{"AWS":["111122223333",«"*"»]}`, `,"Condition":{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`), good: to(`{"AWS":"111122223333"}`, ``)},
		{code: "PUBLIC_ACCESS", use: policy.Trust, bad: `"Effect":"Allow","Principal":{"AWS":«"*"»},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:SecureTransport":"true"}}`,
			good: `"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"`},
		{code: "WILDCARD_ACCOUNT_IN_CONDITION", use: policy.Resource, bad: to(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":«"arn:aws:iam::*:role/admin"»}}`),
			good: to(`"*"`, `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/admin"},"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)},
		{code: "WILDCARD_ACCOUNT_IN_CONDITION", use: policy.Resource, bad: to(`{"Service":"sns.amazonaws.com"}`, `,"Condition":{"StringLike":{"aws:SourceArn":«"arn:aws:sns:*:*:topic"»}}`),
			good: to(`{"Service":"s3.amazonaws.com"}`, `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket"}}`)},
		{code: "ALLOW_WITH_NOTPRINCIPAL", use: policy.Resource, bad: `"Effect":"Allow",«"NotPrincipal"»:{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`, good: to(`{"AWS":"111122223333"}`, ``)},
		{code: "DENY_WITH_NOTPRINCIPAL", use: policy.Resource, bad: `"Effect":"Deny",«"NotPrincipal"»:{"AWS":"111122223333"},"Action":"s3:*","Resource":"*"`, good: to(`{"AWS":"111122223333"}`, ``)},
		{code: "MISSING_PRINCIPAL", use: policy.Resource, bad: `«{` + some + `}»`, good: to(`{"AWS":"111122223333"}`, ``)},
		{code: "MISSING_PRINCIPAL", use: policy.Trust, bad: `«{"Effect":"Allow","Action":"sts:AssumeRole"}»`, good: `"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"`},
		{code: "INVALID_ROLE_REFERENCE", use: policy.Resource, bad: to(`{"AWS":«"AROAQNZGKIQY56JQ7WML"»}`, ``), good: to(`{"AWS":"AIDAQNZGKIQY56JQ7WML"}`, ``)},
		{code: "INVALID_USER_REFERENCE", use: policy.Resource, bad: to(`{"AWS":«"AIDAQNZGKIQY56JQ7WML"»}`, ``), good: to(`{"AWS":"AROAQNZGKIQY56JQ7WML"}`, ``)},
		{code: "INVALID_SERVICE_PRINCIPAL_FORMAT", use: policy.Resource, bad: to(`{"Service":«"ec2"»}`, ``), good: to(`{"Service":"ec2.amazonaws.com"}`, ``)},
		{code: "INVALID_SERVICE_PRINCIPAL_FORMAT", use: policy.Resource, bad: to(`{"Service":«"ec2 instances"»}`, ``), good: to(`{"Service":"demo.daypass"}`, ``)},
		{code: "FEDERATED_PRINCIPAL_NOT_SUPPORTED", use: policy.Resource, bad: to(`{"Federated":«"arn:aws:iam::111122223333:oidc-provider/a.example"»}`, ``), good: to(`{"AWS":"111122223333"}`, ``)},
		{code: "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", use: policy.Resource, bad: to(`{"Service":«"sns.amazonaws.com"»}`, ``), good: to(`{"Service":"sns.amazonaws.com"}`, `,"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`)},
		{code: "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", use: policy.Trust, bad: `"Effect":"Allow","Principal":{"Service":«"ec2.amazonaws.com"»},"Action":"sts:AssumeRole"`,
			good: `"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}`},
		{code: "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", use: policy.Resource, bad: to(`{"Service":"sns.amazonaws.com"}`, `,"Condition":{"StringEquals":{«"aws:PrincipalOrgID"»:"o-a1b2c3d4e5"}}`),
			good: to(`{"Service":"sns.amazonaws.com","AWS":"111122223333"}`, `,"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}}`)},
	}
}

func trustExamples() []example {
	trust := func(principal, action, condition string) string {
		s := fmt.Sprintf(`"Effect":"Allow","Principal":{%s},"Action":%s`, principal, action)
		if condition != "" {
			s += `,"Condition":{` + condition + `}`
		}
		return s
	}
	const idp = `arn:aws:iam::111122223333:oidc-provider/idp.example/a`
	oidc := func(issuer, condition string) string {
		return trust(`"Federated":`+issuer, `"sts:AssumeRoleWithWebIdentity"`, condition)
	}
	marked, plain := `«"`+idp+`"»`, `"`+idp+`"`
	hub := `"arn:aws:iam::111122223333:oidc-provider/` + repo + `"`
	saml := `arn:aws:iam::111122223333:saml-provider/P`
	aud, sub := `"StringEquals":{"idp.example/a:aud":"me"}`, `"StringEquals":{"idp.example/a:sub":"alice"}`
	both := `"StringEquals":{"idp.example/a:aud":"me","idp.example/a:sub":"alice"}`
	github := func(operator, value string) string {
		return fmt.Sprintf(`%q:{"%s:sub":%s},"StringEqualsIgnoreCase":{"%s:aud":"sts.amazonaws.com"}`, operator, repo, value, repo)
	}
	t := policy.Trust
	return []example{
		{code: "CROSS_ACCOUNT_WITHOUT_EXTERNAL_ID", use: t, options: words(), bad: trust(`"AWS":["111122223333",«"arn:aws:iam::444455556666:root"»]`, `"sts:AssumeRole"`, ``),
			good: trust(`"AWS":"444455556666"`, `"sts:AssumeRole"`, `"StringEquals":{"sts:ExternalId":"x1"}`)},
		{code: "CROSS_ACCOUNT_WITHOUT_EXTERNAL_ID", use: t, options: words(), bad: trust(`"AWS":«"444455556666"»`, `"sts:AssumeRole"`, ``), good: trust(`"AWS":["arn:aws:iam::444455556666:role/r","111122223333"]`, `"sts:AssumeRole"`, ``)},
		{code: "MISMATCHED_ACTION_FOR_PRINCIPAL", use: t, bad: trust(`"Federated":`+plain, `«"sts:AssumeRole"»`, both), good: oidc(plain, both)},
		{code: "MISMATCHED_ACTION_FOR_PRINCIPAL", use: t, bad: trust(`"Federated":"`+saml+`"`, `«"sts:AssumeRoleWithWebIdentity"»`, ``), good: trust(`"Federated":"`+saml+`"`, `"sts:AssumeRoleWithSAML"`, ``)},
		{code: "MISMATCHED_ACTION_FOR_PRINCIPAL", use: t, bad: trust(`"AWS":"111122223333"`, `«"sts:AssumeRoleWithSAML"»`, ``), good: trust(`"AWS":"111122223333"`, `"sts:AssumeRole*"`, ``)},
		{code: "MISSING_ACTION_FOR_CONDITION_KEY", use: t, bad: trust(`"AWS":"111122223333"`, `"sts:AssumeRole"`, `"StringEquals":{«"aws:RequestTag/Team"»:"a"}`),
			good: trust(`"AWS":"111122223333"`, `["sts:AssumeRole","sts:TagSession"]`, `"StringEquals":{"aws:RequestTag/Team":"a"}`)},
		{code: "MISSING_ACTION_FOR_CONDITION_KEY", use: t, bad: trust(`"AWS":"111122223333"`, `"sts:AssumeRole"`, `"StringLike":{«"sts:SourceIdentity"»:"a*"}`),
			good: trust(`"AWS":"111122223333"`, `"sts:AssumeRole"`, `"StringLike":{"aws:SourceIdentity":"a*"}`)},
		{code: "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", use: t, bad: trust(`"Service":«"rolesanywhere.amazonaws.com"»`, `["sts:AssumeRole","sts:TagSession"]`, ``),
			good: trust(`"Service":"rolesanywhere.amazonaws.com"`, `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`, ``)},
		{code: "UNSUPPORTED_ACTION_FOR_CONDITION_KEY", use: t, bad: trust(`"AWS":"111122223333","Federated":"`+saml+`"`, `[«"sts:AssumeRole"»,"sts:AssumeRoleWithSAML"]`, `"StringEquals":{"saml:aud":"x"}`),
			good: trust(`"Federated":"`+saml+`"`, `"sts:AssumeRoleWithSAML"`, `"StringEquals":{"saml:aud":"x"}`)},
		{code: "UNSUPPORTED_ACTION_FOR_CONDITION_KEY", bad: `"Effect":"Allow","Action":["iam:PassRole",«"iam:GetRole"»],"Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"x.example"}}`,
			good: `"Effect":"Allow","Action":["iam:PassRole","iam:Get*"],"Resource":"*","Condition":{"StringEqualsIfExists":{"iam:PassedToService":"x.example"}}`},
		{code: "IRRELEVANT_CONDITION_KEY_IN_POLICY", use: t, bad: trust(`"AWS":"111122223333"`, `"sts:AssumeRole"`, `"StringEquals":{«"s3:prefix"»:"a"}`), good: oidc(plain, both)},
		{code: "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", use: t, bad: trust(`"AWS":["arn:aws:iam::111122223333:role/a/r",«"arn:aws:sts::111122223333:assumed-role/r/s"»]`, `"sts:AssumeRole"`, ``),
			good: trust(`"AWS":["arn:aws:iam::111122223333:role/q","arn:aws:sts::111122223333:assumed-role/r/s"]`, `"sts:AssumeRole"`, ``)},

		{code: "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", use: t, bad: oidc(marked, ``), good: oidc(plain, both)},
		{code: "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", use: t, bad: oidc(marked, `"StringEquals":{"other.example:sub":"alice"}`), good: oidc(`"accounts.google.com"`, `"StringEquals":{"accounts.google.com:aud":"app"}`)},
		{code: "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", use: t, bad: oidc(`«"cognito-identity.amazonaws.com"»`, ``), good: oidc(`"cognito-identity.amazonaws.com"`, `"StringEquals":{"cognito-identity.amazonaws.com:aud":"pool"}`)},
		{code: "FEDERATED_WITHOUT_SUBJECT", use: t, bad: oidc(marked, aud), good: oidc(plain, both)},
		{code: "FEDERATED_WITHOUT_SUBJECT", use: t, bad: oidc(marked, aud+`,"StringLike":{"idp.example/a:sub":"*"}`), good: oidc(plain, aud+`,"StringLike":{"idp.example/a:groups":"admins"}`)},
		{code: "FEDERATED_WITHOUT_AUDIENCE", use: t, bad: oidc(marked, sub), good: oidc(plain, both)},
		{code: "FEDERATED_WITHOUT_AUDIENCE", use: t, bad: trust(`"Federated":«"`+saml+`"»`, `"sts:AssumeRoleWithSAML"`, ``), good: trust(`"Federated":"`+saml+`"`, `"sts:AssumeRoleWithSAML"`, `"StringEquals":{"saml:aud":"https://sts.example/"}`)},
		{code: "FEDERATED_WILDCARD", use: t, bad: oidc(plain, aud+`,"StringLike":{"idp.example/a:sub":«"*"»}`), good: oidc(plain, aud+`,"StringLike":{"idp.example/a:sub":"a*"}`)},
		{code: "FEDERATED_WILDCARD", use: t, bad: oidc(plain, aud+`,"StringEqualsIfExists":{«"idp.example/a:sub"»:"alice"}`), good: oidc(plain, both)},
		{code: "MISSING_GITHUB_REPO_CONDITION_KEY", use: t, bad: oidc(`«`+hub+`»`, `"StringEquals":{"`+repo+`:aud":"sts.amazonaws.com"}`), good: oidc(hub, github("StringEquals", `"repo:o/r:ref:refs/heads/main"`))},
		{code: "MISSING_GITHUB_REPO_CONDITION_KEY", use: t, bad: oidc(hub, github("StringLike", `["repo:o/r:*",«"repo:*/r:*"»]`)), good: oidc(hub, `"StringEquals":{"`+repo+`:repository_id":"1"}`)},
		{code: "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", use: t, bad: oidc(hub, github("StringLike", `«"repo:o/r:*"»`)), good: oidc(hub, github("StringEquals", `"repo:o/r:ref:refs/heads/main"`))},
		{code: "CONFIRM_AUDIENCE_CLAIM_TYPE", use: t, bad: oidc(plain, `"ForAnyValue:StringEquals":{«"idp.example/a:aud"»:"me"}`), good: oidc(plain, both)},
	}
}
