package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/sts"
	"net/http"
)

// samlPlan is the session that an assertion would give, with the assertion.
type samlPlan struct {
	*sts.Plan
	said *sts.SAML
}

func samlOperations() []op.Operation {
	return []op.Operation{
		op.UnsignedOnce("AssumeRoleWithSAML",
			func(c *op.Call, in *stsapi.AssumeRoleWithSAMLInput) (*access.Outsider, *sts.SAML, error) {
				return sts.ProveSAML(c.View, in.PrincipalArn, in.SAMLAssertion, c.SAML, saml.AWS(), c.Now)
			},
			planSAML,
			func(p samlPlan) []access.Ask { return p.Asks() },
			func(_ *op.Call, tx *iam.Tx, p samlPlan) error {
				if err := p.Ready(); err != nil {
					return err
				}
				return p.said.Spend(tx)
			},
			assumeRoleWithSAML),
	}
}

func planSAML(c *op.Call, in *stsapi.AssumeRoleWithSAMLInput, said *sts.SAML) (samlPlan, error) {
	ask := &sts.AssumeRole{RoleARN: in.RoleArn, Policy: text(in.Policy, ""), Duration: duration(in.DurationSeconds)}
	for _, p := range in.PolicyArns {
		ask.PolicyARNs = append(ask.PolicyARNs, text(p.Arn, ""))
	}
	if err := said.Complete(ask, c.Now); err != nil {
		return samlPlan{}, err
	}
	p, err := sts.NewPlan(c.View, c.Subject, c.Caller.Origin, "", ask, c.Now)
	return samlPlan{p, said}, err
}

func assumeRoleWithSAML(c *op.Call, p samlPlan) (*stsapi.AssumeRoleWithSAMLOutput, error) {
	creds, err := issue(c, &p.Session)
	if err != nil {
		return nil, err
	}
	out := &stsapi.AssumeRoleWithSAMLOutput{
		Credentials: creds,
		AssumedRoleUser: &stsapi.AssumedRoleUser{AssumedRoleId: p.Role.ID + ":" + p.Session.Name,
			Arn: arn.AssumedRole(p.Role.Account, p.Role.Name, p.Session.Name)},
		Subject: ptr(p.said.Subject), SubjectType: ptr(p.said.SubjectType()), Issuer: ptr(p.said.Issuer), Audience: ptr(p.said.Recipient),
		NameQualifier: ptr(p.said.NameQualifier()), SourceIdentity: opt(p.Session.SourceIdentity),
	}
	if percent, ok := p.PackedPolicySize(); ok {
		out.PackedPolicySize = ptr(int64(percent))
	}
	return out, nil
}

// samlWords has what a client is told of a refused assertion. Codes and most texts are those of AWS ("Troubleshoot SAML federation with
// IAM", IAM User Guide, and what clients report); the others say what to mend.
var samlWords = map[saml.Kind]words{
	saml.Metadata:          {text: "The metadata of the specified provider can not be used."},
	saml.Encoding:          {text: "Invalid base64 SAMLResponse"},
	saml.Form:              {text: "Your request included an invalid SAML response: %d"},
	saml.Encrypted:         {text: "Encrypted SAML assertions are not supported by this server."},
	saml.Signature:         {text: "Response signature invalid"},
	saml.KeyExpired:        {text: "The specified provider has expired: %d"},
	saml.Status:            {"IDPRejectedClaim", http.StatusForbidden, "The identity provider did not authenticate the user."},
	saml.Issuer:            {text: "Issuer not present in specified provider"},
	saml.Audience:          {text: "Response does not contain the required audience"},
	saml.Recipient:         {text: "Response is for another recipient: %d"},
	saml.Early:             {text: "Response is not valid yet"},
	saml.Expired:           {"ExpiredTokenException", http.StatusBadRequest, "Response has expired"},
	saml.Stale:             {"ExpiredTokenException", http.StatusBadRequest, "Token must be redeemed within 5 minutes of issuance"},
	saml.Subject:           {text: "Subject is not usable: %d"},
	saml.Authn:             {text: "AuthnStatement is required in AuthnResponse"},
	saml.SessionName:       {text: "RoleSessionName is required in AuthnResponse"},
	saml.BadSessionName:    {text: "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"},
	saml.BadSourceIdentity: {text: `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`},
	saml.BadDuration:       {text: "SessionDuration in AuthnResponse must be one number of seconds from 900 to 43200"},
	saml.BadTag:            {text: "PrincipalTag in AuthnResponse must have a key and exactly one value"},
}

// wordsOfSAML words a refused assertion.
func wordsOfSAML(p *saml.Problem) words {
	w := words{code: "InvalidIdentityToken", status: http.StatusBadRequest}
	return w.over(samlWords[p.Kind])
}
