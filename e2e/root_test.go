package e2e

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// TestAssumeRoot: the management account takes a short session as the root of a member, for one task and nothing else.
func TestAssumeRoot(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	ask := func(w *who, target, task string, seconds *int32) (*sts.AssumeRootOutput, error) {
		return w.sts.AssumeRoot(ctx, &sts.AssumeRootInput{TargetPrincipal: &target, DurationSeconds: seconds,
			TaskPolicyArn: &types.PolicyDescriptorType{Arn: aws.String("arn:aws:iam::aws:policy/root-task/" + task)}})
	}
	const audit = "IAMAuditRootUserCredentials"
	_, err := ask(a, "111122223333", audit, nil)
	fails(t, err, "AccessDenied", "is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::111122223333:root")
	for _, step := range [][]string{{"CreateOrganization"}, {"CreateAccount", `{"AccountName":"one","Email":"one@example.org"}`},
		{"DescribeCreateAccountStatus", `{"CreateAccountRequestId":"$request"}`}, {"EnableAWSServiceAccess", `{"ServicePrincipal":"iam.amazonaws.com"}`}} {
		if r := a.tell(t, "organizations", step[0], step[1:]...); r.status != 200 {
			t.Fatalf("%s: %s", step[0], r.body)
		}
	}
	member := shownBy(s).fill("$account")
	_, err = ask(a, member, audit, nil)
	fails(t, err, "AccessDenied", "sts:AssumeRoot on resource: arn:aws:iam::"+member+":root")
	must(a.iam.EnableOrganizationsRootSessions(ctx, &iam.EnableOrganizationsRootSessionsInput{}))(t)

	out := must(ask(a, member, audit, nil))(t)
	lasts(t, out.Credentials, 15*time.Minute)
	root := a.become(out.Credentials)
	who := must(root.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))(t)
	if *who.Arn != "arn:aws:iam::"+member+":root" || *who.UserId != member || *who.Account != member {
		t.Errorf("%+v", who)
	}
	must(root.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{}))(t)
	_, err = root.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{})
	fails(t, err, "AccessDenied", "because no session policy allows the iam:CreateAccessKey action")
	_, err = root.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("backdoor")})
	fails(t, err, "AccessDenied", "iam:CreateUser")
	_, err = root.try("arn:aws:iam::"+member+":role/any", nil)
	says(t, err, "AccessDenied", "Roles may not be assumed by root accounts.")
	_, err = root.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{})
	says(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	_, err = ask(root, member, audit, nil)
	fails(t, err, "AccessDenied")
	lasts(t, must(ask(a, "arn:aws:iam::"+member+":root", "S3UnlockBucketPolicy", aws.Int32(60)))(t).Credentials, time.Minute)

	for what, c := range map[string]struct{ target, task, code string }{
		"another policy":    {member, "../AdministratorAccess", "ValidationError"},
		"no such task":      {member, "Everything", "ValidationError"},
		"no account":        {"somebody-else", audit, "ValidationError"},
		"a user of it":      {"arn:aws:iam::" + member + ":user/x", audit, "ValidationError"},
		"the home account":  {s.Account.ID, audit, "AccessDenied"},
		"a foreign account": {"999988887777", audit, "AccessDenied"},
	} {
		if _, err := ask(a, c.target, c.task, nil); err == nil {
			t.Errorf("%s: assumed", what)
		} else {
			fails(t, err, c.code)
		}
	}
	_, err = ask(a.user(t, "poor"), member, audit, nil)
	fails(t, err, "AccessDenied", "because no identity-based policy allows the sts:AssumeRoot action")
	_, err = ask(by(s, creds{s.Account.Root.ID, s.Account.Root.Secret, ""}), member, audit, nil)
	fails(t, err, "AccessDenied")
	// The key of the condition.
	only := a.user(t, "auditor", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"*","Condition":{"ArnEquals":{"sts:TaskPolicyArn":"arn:aws:iam::aws:policy/root-task/`+audit+`"}}}]}`)
	must(ask(only, member, audit, nil))(t)
	_, err = ask(only, member, "IAMDeleteRootUserCredentials", nil)
	fails(t, err, "AccessDenied", "sts:AssumeRoot")

	// It ends with the feature.
	must(a.iam.DisableOrganizationsRootSessions(ctx, &iam.DisableOrganizationsRootSessionsInput{}))(t)
	identity(t, s, root.creds).refused(t, "an assumed root whose organization takes no more", "InvalidClientTokenId")
}
