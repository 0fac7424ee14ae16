package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/sts"
)

// webPlan is the session that an ID token would give, with what the token says.
type webPlan struct {
	*sts.Plan
	said *sts.WebIdentity
}

func webIdentityOperations() []op.Operation {
	return []op.Operation{
		op.Unsigned("AssumeRoleWithWebIdentity",
			func(c *op.Call, in *stsapi.AssumeRoleWithWebIdentityInput) (*access.Outsider, *sts.WebIdentity, error) {
				if in.ProviderId != nil {
					// It goes with access tokens of two companies that have no ID tokens; an ID token must come without (STS API
					// Reference, AssumeRoleWithWebIdentity).
					return nil, nil, fault.BadParameter("providerId", *in.ProviderId)
				}
				return sts.ProveWebIdentity(c.Context, c.View, c.WebIdentity, in.RoleArn, in.WebIdentityToken, c.Now)
			},
			planWebIdentity,
			func(p webPlan) []access.Ask { return p.Asks() },
			assumeRoleWithWebIdentity),
	}
}

func planWebIdentity(c *op.Call, in *stsapi.AssumeRoleWithWebIdentityInput, said *sts.WebIdentity) (webPlan, error) {
	ask := &sts.AssumeRole{RoleARN: in.RoleArn, SessionName: in.RoleSessionName, Policy: text(in.Policy, ""), Duration: duration(in.DurationSeconds)}
	for _, p := range in.PolicyArns {
		ask.PolicyARNs = append(ask.PolicyARNs, text(p.Arn, ""))
	}
	said.Complete(ask)
	p, err := sts.NewPlan(c.View, c.Subject, c.Caller.Origin, "", ask, c.Now)
	return webPlan{p, said}, err
}

func assumeRoleWithWebIdentity(c *op.Call, p webPlan) (*stsapi.AssumeRoleWithWebIdentityOutput, error) {
	if err := p.Ready(); err != nil {
		return nil, err
	}
	creds, err := issue(c, &p.Session)
	if err != nil {
		return nil, err
	}
	out := &stsapi.AssumeRoleWithWebIdentityOutput{
		Credentials: creds,
		AssumedRoleUser: &stsapi.AssumedRoleUser{AssumedRoleId: p.Role.ID + ":" + p.Session.Name,
			Arn: arn.AssumedRole(p.Role.Account, p.Role.Name, p.Session.Name)},
		SubjectFromWebIdentityToken: ptr(p.said.Subject), Provider: ptr(p.said.Provider.ARN()), Audience: ptr(p.said.Audience),
		SourceIdentity: opt(p.Session.SourceIdentity),
	}
	if percent, ok := p.PackedPolicySize(); ok {
		out.PackedPolicySize = ptr(int64(percent))
	}
	return out, nil
}
