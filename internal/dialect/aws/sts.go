package aws

import (
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sts"
)

func stsOperations() []op.Operation {
	return []op.Operation{
		op.Issue("AssumeRole", func(in *stsapi.AssumeRoleInput) (serial, code *string) { return in.SerialNumber, in.TokenCode },
			planRole, (*sts.Plan).Asks, assumeRole),
		// No policy governs this one, and none is asked (STS API Reference, GetSessionToken, "Permissions").
		op.Issue("GetSessionToken", func(in *stsapi.GetSessionTokenInput) (serial, code *string) { return in.SerialNumber, in.TokenCode },
			planUserSession, nil, getSessionToken),
		op.Planned("AssumeRoot", planRoot, (*sts.RootPlan).Asks, assumeRoot),
		op.Planned("GetFederationToken", planFederation, (*sts.FederationPlan).Asks, getFederationToken),
		// Every signed caller may ask who he is, even one whom a policy denies it (STS API Reference, GetCallerIdentity).
		op.Free("GetCallerIdentity",
			func(c *op.Call, _ *stsapi.GetCallerIdentityInput) (*stsapi.GetCallerIdentityOutput, error) {
				return &stsapi.GetCallerIdentityOutput{UserId: &c.Subject.UserID, Account: ptr(c.Account()), Arn: &c.Subject.Principal.ARN}, nil
			}),
		op.Read("GetAccessKeyInfo",
			func(c *op.Call, in *stsapi.GetAccessKeyInfoInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: "*"})
			},
			func(c *op.Call, in *stsapi.GetAccessKeyInfoInput) (*stsapi.GetAccessKeyInfoOutput, error) {
				// The account is read out of the id; whether there is such a key is not looked up and not told.
				account, ok := iam.AccountOfKey(in.AccessKeyId)
				if !ok {
					return nil, fault.BadParameter("accessKeyId", in.AccessKeyId)
				}
				return &stsapi.GetAccessKeyInfoOutput{Account: &account}, nil
			}),
	}
}

func planRole(c *op.Call, in *stsapi.AssumeRoleInput) (*sts.Plan, error) {
	if len(in.ProvidedContexts) > 0 {
		return nil, fault.New(fault.Unsupported, fault.Parameter, "AssumeRole with ProvidedContexts")
	}
	ask := &sts.AssumeRole{
		RoleARN: in.RoleArn, SessionName: in.RoleSessionName, Policy: text(in.Policy, ""),
		Duration: duration(in.DurationSeconds), Transitive: in.TransitiveTagKeys,
		SourceIdentity: text(in.SourceIdentity, ""), ExternalID: text(in.ExternalId, ""),
	}
	for _, t := range in.Tags {
		ask.Tags = append(ask.Tags, iam.Tag(t))
	}
	for _, p := range in.PolicyArns {
		ask.PolicyARNs = append(ask.PolicyARNs, text(p.Arn, ""))
	}
	return sts.NewPlan(c.View, c.Subject, c.Caller.Origin, c.Caller.KeyID, ask, c.Now)
}

// assumeRole carries out the plan that leave was given for.
func assumeRole(c *op.Call, p *sts.Plan) (*stsapi.AssumeRoleOutput, error) {
	if err := p.Ready(); err != nil {
		return nil, err
	}
	creds, err := issue(c, &p.Session)
	if err != nil {
		return nil, err
	}
	out := &stsapi.AssumeRoleOutput{
		Credentials: creds,
		AssumedRoleUser: &stsapi.AssumedRoleUser{AssumedRoleId: p.Role.ID + ":" + p.Session.Name,
			Arn: arn.AssumedRole(p.Role.Account, p.Role.Name, p.Session.Name)},
		SourceIdentity: opt(p.Session.SourceIdentity),
	}
	if percent, ok := p.PackedPolicySize(); ok {
		out.PackedPolicySize = ptr(int64(percent))
	}
	return out, nil
}

// issue seals a session into credentials and shows them.
func issue(c *op.Call, s *session.Session) (*stsapi.Credentials, error) {
	creds, err := c.Guard.Mint.Issue(c.View, s)
	if err != nil {
		return nil, fault.Broken(err)
	}
	c.Issued = creds.KeyID
	return &stsapi.Credentials{AccessKeyId: creds.KeyID, SecretAccessKey: creds.Secret.Reveal(),
		SessionToken: creds.Token.Reveal(), Expiration: creds.Expires.UTC().Truncate(time.Second)}, nil
}

func planUserSession(c *op.Call, in *stsapi.GetSessionTokenInput) (*session.Session, error) {
	return sts.NewUserSession(c.Subject, c.Caller.Origin, duration(in.DurationSeconds), c.Now)
}

func getSessionToken(c *op.Call, s *session.Session) (*stsapi.GetSessionTokenOutput, error) {
	creds, err := issue(c, s)
	if err != nil {
		return nil, err
	}
	return &stsapi.GetSessionTokenOutput{Credentials: creds}, nil
}

func planFederation(c *op.Call, in *stsapi.GetFederationTokenInput) (*sts.FederationPlan, error) {
	ask := &sts.Federation{Name: in.Name, Policy: text(in.Policy, ""), Duration: duration(in.DurationSeconds)}
	for _, t := range in.Tags {
		ask.Tags = append(ask.Tags, iam.Tag(t))
	}
	for _, p := range in.PolicyArns {
		ask.PolicyARNs = append(ask.PolicyARNs, text(p.Arn, ""))
	}
	return sts.NewFederation(c.View, c.Subject, c.Caller.Origin, ask, c.Now)
}

// getFederationToken carries out the plan that leave was given for.
func getFederationToken(c *op.Call, p *sts.FederationPlan) (*stsapi.GetFederationTokenOutput, error) {
	if err := p.Ready(); err != nil {
		return nil, err
	}
	creds, err := issue(c, &p.Session)
	if err != nil {
		return nil, err
	}
	return &stsapi.GetFederationTokenOutput{Credentials: creds, PackedPolicySize: ptr(int64(p.PackedPolicySize())),
		FederatedUser: &stsapi.FederatedUser{FederatedUserId: p.Session.Account + ":" + p.Session.Name, Arn: p.ARN()}}, nil
}

func planRoot(c *op.Call, in *stsapi.AssumeRootInput) (*sts.RootPlan, error) {
	ask := &sts.AssumeRoot{Target: in.TargetPrincipal, Task: text(in.TaskPolicyArn.Arn, ""), Duration: duration(in.DurationSeconds)}
	return sts.NewAssumeRoot(c.View, c.Subject, c.Caller.Origin, c.Caller.KeyID, ask, c.Now)
}

// assumeRoot carries out the plan that leave was given for.
func assumeRoot(c *op.Call, p *sts.RootPlan) (*stsapi.AssumeRootOutput, error) {
	if err := p.Ready(); err != nil {
		return nil, err
	}
	creds, err := issue(c, &p.Session)
	if err != nil {
		return nil, err
	}
	return &stsapi.AssumeRootOutput{Credentials: creds, SourceIdentity: opt(p.Session.SourceIdentity)}, nil
}
