package e2e

import (
	"net/url"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestAuthorizationDetails reads a whole account with the SDK's paginator, page by page, while others work on it.
func TestAuthorizationDetails(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	a.user(t, "carl", allow("s3:GetObject", "arn:aws:s3:::b%3A/*"))
	group, pol := aws.String("readers"), must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("own"), PolicyDocument: aws.String(allow("s3:*", "*"))}))(t).Policy
	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: group}))(t)
	must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: aws.String("carl")}))(t)
	must(a.iam.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: group, PolicyArn: pol.Arn}))(t)
	must(a.iam.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: aws.String("carl"), PermissionsBoundary: pol.Arn}))(t)
	must(a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: pol.Arn, PolicyDocument: aws.String(allow("s3:Get*", "*")), SetAsDefault: true}))(t)

	var all iam.GetAccountAuthorizationDetailsOutput
	pages := iam.NewGetAccountAuthorizationDetailsPaginator(a.iam, &iam.GetAccountAuthorizationDetailsInput{MaxItems: aws.Int32(1)})
	for n := 0; pages.HasMorePages(); n++ {
		p := must(pages.NextPage(ctx))(t)
		if len(p.UserDetailList)+len(p.GroupDetailList)+len(p.RoleDetailList)+len(p.Policies) != 1 {
			t.Fatalf("page %d has more than one thing", n)
		}
		if n == 0 {
			// What comes before the marker, or goes, does not matter to those who walk on.
			must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("a-latecomer")}))(t)
		}
		all.UserDetailList = append(all.UserDetailList, p.UserDetailList...)
		all.GroupDetailList = append(all.GroupDetailList, p.GroupDetailList...)
		all.RoleDetailList = append(all.RoleDetailList, p.RoleDetailList...)
		all.Policies = append(all.Policies, p.Policies...)
	}
	if len(all.UserDetailList) != 2 || *all.UserDetailList[0].UserName != "alice" {
		t.Fatalf("users: %v", all.UserDetailList)
	}
	carl := all.UserDetailList[1]
	if *carl.UserName != "carl" || !slices.Equal(carl.GroupList, []string{"readers"}) || *carl.PermissionsBoundary.PermissionsBoundaryArn != *pol.Arn ||
		must(url.PathUnescape(*carl.UserPolicyList[0].PolicyDocument))(t) != allow("s3:GetObject", "arn:aws:s3:::b%3A/*") {
		t.Errorf("carl: %+v", carl)
	}
	if g := all.GroupDetailList; len(g) != 1 || *g[0].AttachedManagedPolicies[0].PolicyArn != *pol.Arn || g[0].GroupPolicyList == nil {
		t.Errorf("groups: %+v", g)
	}
	if r := all.RoleDetailList; len(r) != 3 || *r[0].RoleName != "reader" || *r[1].RoleName != "uploader" || len(r[1].RolePolicyList) != 1 || r[0].InstanceProfileList == nil {
		t.Errorf("roles: %+v", r)
	}
	if p := all.Policies; len(p) != 2 || *p[0].Arn != *pol.Arn || len(p[0].PolicyVersionList) != 2 || *p[0].DefaultVersionId != "v2" || *p[0].AttachmentCount != 1 ||
		*p[0].PermissionsBoundaryUsageCount != 1 || *p[1].Arn != "arn:aws:iam::aws:policy/AdministratorAccess" {
		t.Errorf("policies: %+v", p)
	}

	some := must(a.iam.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{types.EntityTypeGroup, types.EntityTypeAWSManagedPolicy}}))(t)
	if len(some.UserDetailList)+len(some.RoleDetailList) != 0 || len(some.GroupDetailList) != 1 || len(some.Policies) != 1 || some.IsTruncated {
		t.Errorf("filtered: %+v", some)
	}
	_, err := by(s, a.key(t, "carl")).iam.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{})
	fails(t, err, "AccessDenied", "iam:GetAccountAuthorizationDetails on resource: *")
}

// TestAccountAlias makes the calls of Terraform's aws_iam_account_alias: create, read, replace, import, delete.
func TestAccountAlias(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	read := func() []string {
		return must(a.iam.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{}))(t).AccountAliases
	}
	if got := read(); got == nil || len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	must(a.iam.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: aws.String("my-company")}))(t)
	if got := read(); !slices.Equal(got, []string{"my-company"}) {
		t.Errorf("created: %v", got)
	}
	_, err := a.iam.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: aws.String("my-company")})
	says(t, err, "EntityAlreadyExists", "The account alias my-company already exists.")
	_, err = a.iam.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: aws.String("My Company")})
	fails(t, err, "ValidationError", "'accountAlias' failed to satisfy constraint")
	must(a.iam.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: aws.String("my-other-name")}))(t)
	_, err = a.iam.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: aws.String("my-company")})
	fails(t, err, "NoSuchEntity")
	must(a.iam.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: aws.String("my-other-name")}))(t)
	if got := read(); len(got) != 0 {
		t.Errorf("deleted: %v", got)
	}
}

func TestAccountSummary(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	count := func() map[string]int32 {
		return must(a.iam.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))(t).SummaryMap
	}
	before := count()
	a.user(t, "counted")
	a.role(t, "counted", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	after := count()
	if after["Users"] != before["Users"]+1 || after["Roles"] != before["Roles"]+1 || after["Groups"] != before["Groups"] || after["AccountAccessKeysPresent"] != 1 ||
		after["AccessKeysPerUserQuota"] != 2 {
		t.Errorf("before %v\nafter %v", before, after)
	}
}
