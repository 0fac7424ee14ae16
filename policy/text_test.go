package policy_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// The texts of AWS for trust policies, and which of several faults is told. Where the document of a public report is known, it is here.
func TestTrustTexts(t *testing.T) {
	in := func(members string) string { return `{"Version":"2012-10-17","Statement":[{` + members + `}]}` }
	const who, assume = `"Principal":{"AWS":"111122223333"}`, `"Action":"sts:AssumeRole"`
	const pool = `"Effect":"Allow","Principal":{"Federated":"cognito-identity.amazonaws.com"},"Action":"sts:AssumeRoleWithWebIdentity"`
	for _, c := range []struct{ doc, want string }{
		{``, "This policy contains invalid Json"},
		{`[]`, "This policy contains invalid Json"},
		{`"role.json"`, "This policy contains invalid Json"},
		{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",}]}`, "This policy contains invalid Json"},
		{`null`, "This text appears not to be a policy"},
		{`{}`, "Syntax error at position (1,3)"},
		{`{"probe":"malformed"}`, "Unknown field probe"},
		{`{"version":"2012-10-17","statement":[]}`, "Unknown field version"},
		{in(`"Effect":"Allow",` + who + `,` + assume + `,"Comment":"x"`), "Unknown field Comment"},
		{`{"Version":"2012-10-18","Statement":[{"Effect":"Allow",` + who + `,` + assume + `}]}`, "The policy must contain a valid version string"},
		{`{"Version":"2012-10-17","Statement":[]}`, "Could not parse the policy: Statement is empty!"},
		{`{"Statement":"x"}`, "Syntax error at position (1,15)"},
		{in(``), "Missing required field Effect"},
		{in(`"Effect":"allow",` + who + `,` + assume), "Invalid effect: allow"},
		{in(`"Effect":"Permit",` + who + `,` + assume), "Invalid effect: Permit"},
		{in(`"Effect":"Allow",` + assume), "Missing required field Principal"},
		{in(`"Effect":"Allow",` + who), "Missing required field Action"},
		{in(`"Effect":"Allow","Principal":{},` + assume), "Missing required field Principal cannot be empty!"},
		// As Terraform and a hand-written document spell a kind of principal in lower case.
		{`{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"service":"ec2.amazonaws.com"}}],"Version":"2012-10-17"}`, "Syntax error at position (1,83)"},
		{in(`"Effect":"Allow","Principal":{"aws":"arn:aws:iam::123456789012:root"},` + assume), "Syntax error at position (1,76)"},
		{"{\"Statement\":{\"Effect\":\"Allow\",\n  \"Principal\": \"111122223333\",\n  \"Action\": \"sts:AssumeRole\"}}", "Syntax error at position (2,17)"},
		{in(`"Effect":"Allow","Principal":"*",` + assume), `AssumeRolepolicy contained an invalid principal: "STAR":"*".`},
		{in(`"Effect":"Allow","Principal":{"AWS":"arn:aws:iam:::user/a"},` + assume), `Invalid principal in policy: "AWS":"arn:aws:iam:::user/a"`},
		{in(`"Effect":"Allow","Principal":{"Service":"no host"},` + assume), `Invalid principal in policy: "SERVICE":"no host"`},
		{in(`"Effect":"Allow","Principal":{"Federated":"arn:aws:iam//111122223333:oidc-provider/x"},"Action":"sts:AssumeRoleWithWebIdentity"`), "Federated principals must be valid domain names or SAML metadata ARNs"},
		{in(`"Effect":"Allow","Principal":{"Federated":""},"Action":"sts:AssumeRoleWithWebIdentity"`), "Federated principals must be valid domain names or SAML metadata ARNs"},
		{in(pool), "A condition block must be present for the Cognito provider"},
		{in(pool + `,"Condition":{}`), "A condition block must be present for the Cognito provider"},
		{in(pool + `,"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"p"}}`), ""},
		{in(strings.Replace(pool, "Allow", "Deny", 1)), ""},
		{in(`"Effect":"Allow","NotPrincipal":{"AWS":"*"},` + assume), "Allow with NotPrincipal is not allowed."},
		{in(`"Effect":"Deny","NotPrincipal":{"AWS":"*"},` + assume), "AssumeRole policy must not contain NotPrincipal field."},
		{in(`"Effect":"Allow",` + who + `,` + assume + `,"NotResource":"*"`), "AssumeRole policy must not contain resources."},
		{in(`"Effect":"Allow",` + who + `,"Action":"*"`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{in(`"Effect":"Allow",` + who + `,"NotAction":"sts:AssumeRole"`), "AssumeRole policy may only specify STS AssumeRole actions."},
		{`{"Statement":[{"Sid":"a","Effect":"Allow",` + who + `,` + assume + `},{"Sid":"a","Effect":"Allow",` + who + `,` + assume + `}]}`, "The Statement Ids in the policy are not unique"},

		// A policy for an identity where a trust policy belongs: its Resource is found before what it lacks, and before its actions.
		{in(`"Effect":"Allow","Action":["route53:ChangeResourceRecordSets"],"Resource":["arn:aws:route53:::hostedzone/*"]`), "Has prohibited field Resource."},
		{in(`"Resource":"*"`), "Has prohibited field Resource."},
		{in(`"Resource":"*","Comment":1`), "Unknown field Comment"},
		{in(`"Effect":"Allow","Action":"*"`), "Missing required field Principal"},
		{in(`"Effect":"Allow","Principal":"*","Action":"*"`), `AssumeRolepolicy contained an invalid principal: "STAR":"*".`},
	} {
		_, err := policy.Parse(policy.AWS(), policy.Trust, []byte(c.doc))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q (%+v)", c.doc, got, c.want, describe(err))
		}
	}
}

// The texts of AWS for policies of identities, each before the next: every document also has all the faults of those below it.
func TestIdentityTexts(t *testing.T) {
	faults := []struct{ members, want string }{
		{`"Comment":"x"`, "Syntax errors in policy."},
		{`"Principal":"*"`, "Policy document should not specify a principal."},
		{"", "Policy document must be version 2012-10-17 or greater."},
		{`"Condition":{"DateLessThan":{"aws:CurrentTime":"soon"}}`, "The policy failed legacy parsing"},
		{`"Sid":"a b"`, "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{`"Resource":"bucket"`, `Resource bucket must be in ARN format or "*".`},
		{`"Action":"read"`, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
	}
	for i, c := range faults {
		version := ""
		if i > 2 {
			version = `"Version":"2012-10-17",`
		}
		members := `"Effect":"Allow"`
		for _, f := range faults[i:] {
			if f.members != "" {
				members += "," + f.members
			}
		}
		doc := `{` + version + `"Statement":{` + members + `}}`
		if s := refused(t, policy.Managed, doc); s.Error() != c.want {
			t.Errorf("%s: %q, want %q", doc, s, c.want)
		}
	}
	for doc, want := range map[string]string{
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}`:                                                                          "Policy statement must contain actions.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*"}}`:                                                          "Policy statement must contain resources.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:b:c","Resource":"*"}}`:                                          "Actions/Condition can contain only one colon.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a_b:c","Resource":"*"}}`:                                          "Vendor a_b is not valid",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s*:::b"}}`:                              "Resource vendor must be fully qualified and cannot contain regexes.",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username"}}`:                 "The policy failed legacy parsing",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:iam::${aws:PrincipalAccount}:role/r"}}`: "The policy failed legacy parsing",
		`{"Version":"2012-10-17","Statement":null}`:                                                                                        "Syntax errors in policy.",
		`null`: "Syntax errors in policy.",
		`{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}]}`: "Statement IDs (SID) in a single policy must be unique.",
	} {
		if s := refused(t, policy.Managed, doc); s.Error() != want {
			t.Errorf("%s: %q, want %q (%+v)", doc, s, want, s.Faults)
		}
	}
}
