package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// TestQuotas: what the operator's file says is what the server holds everybody to, and what the summary shows.
func TestQuotas(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	file := filepath.Join(filepath.Dir(folder), "daypass.yaml")
	ok(t, os.WriteFile(file, []byte("quotas:\n  users_per_account: 3\n  keys_per_user: 1\n  groups_per_user: 1\n  attached_per_role: 1\n  versions_per_policy: 1\n  inline_user: 20\n  trust: 50\n"), 0o600))
	s := serve(t, folder, "--config", file)
	c, _ := first(t, folder)
	a := by(s, c)
	name := aws.String("limited")
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name}))(t)
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("third")}))(t)
	_, err := a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("fourth")})
	says(t, err, "LimitExceeded", "Cannot exceed quota for UsersPerAccount: 3")
	must(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))(t)
	_, err = a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
	says(t, err, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 1")
	for i, group := range []string{"one", "two"} {
		must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &group}))(t)
		_, err := a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: &group, UserName: name})
		if i == 0 {
			ok(t, err)
		} else {
			says(t, err, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 1")
		}
	}
	_, err = a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: name, PolicyDocument: aws.String(allow("s3:*", "*"))})
	says(t, err, "LimitExceeded", "Maximum policy size of 20 bytes exceeded for user limited")
	_, err = a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trust("*", ""))})
	says(t, err, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 50")
	p := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: name, PolicyDocument: aws.String(allow("s3:*", "*"))}))(t).Policy
	_, err = a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: p.Arn, PolicyDocument: p.Arn})
	fails(t, err, "MalformedPolicyDocument")
	_, err = a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: p.Arn, PolicyDocument: aws.String(allow("s3:*", "*"))})
	says(t, err, "LimitExceeded", "A managed policy can have up to 1 versions. Before you create a new version, you must delete an existing version.")
	n := must(a.iam.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))(t).SummaryMap
	if n["UsersQuota"] != 3 || n["AccessKeysPerUserQuota"] != 1 || n["VersionsPerPolicyQuota"] != 1 || n["AssumeRolePolicySizeQuota"] != 50 || n["RolesQuota"] != 1_000_000 {
		t.Errorf("%v", n)
	}
}
