package e2e

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

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

// TestCredentialReport waits for a report as tools do, and reads what it says of keys that were used and of such that were not.
func TestCredentialReport(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	_, err := a.iam.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
	fails(t, err, "ReportNotPresent")
	a.user(t, "idle")
	busy := a.user(t, "busy", allow("iam:ListUsers", "*"))
	must(busy.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	for state := types.ReportStateTypeStarted; state != types.ReportStateTypeComplete; {
		state = must(a.iam.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{}))(t).State
	}
	r := must(a.iam.GetCredentialReport(ctx, &iam.GetCredentialReportInput{}))(t)
	if r.ReportFormat != types.ReportFormatTypeTextCsv || time.Since(*r.GeneratedTime).Abs() > time.Minute {
		t.Errorf("%s of %s", r.ReportFormat, r.GeneratedTime)
	}
	rows := must(csv.NewReader(strings.NewReader(string(r.Content))).ReadAll())(t)
	cell := func(user, column string) string {
		for _, row := range rows[1:] {
			if row[0] == user {
				return row[slices.Index(rows[0], column)]
			}
		}
		t.Fatalf("nobody is called %s", user)
		return ""
	}
	if len(rows) != 5 || len(rows[0]) != 22 || rows[1][0] != "<root_account>" || cell("<root_account>", "password_enabled") != "not_supported" {
		t.Errorf("%v", rows)
	}
	if cell("idle", "access_key_1_active") != "true" || cell("idle", "access_key_1_last_used_date") != "N/A" || cell("idle", "access_key_2_active") != "false" {
		t.Errorf("idle: %v", rows)
	}
	if cell("busy", "access_key_1_last_used_service") != "iam" || cell("busy", "access_key_1_last_used_region") != s.Region {
		t.Errorf("busy: %v", rows)
	}
}

// TestLastAccessed uses a role at this server and at a service that asks it, and then asks who used what.
func TestLastAccessed(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	role := "arn:aws:iam::" + s.Account.ID + ":role/uploader"
	used := func() *types.RoleLastUsed {
		return must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("uploader")}))(t).Role.RoleLastUsed
	}
	if u := used(); u == nil || u.LastUsedDate != nil {
		t.Errorf("before any use: %+v", u)
	}
	session := a.assume(t, role, nil)
	if u := used(); u.LastUsedDate != nil {
		t.Errorf("assumed, but not used: %+v", u)
	}
	r := must(http.NewRequest(http.MethodPut, s.Endpoint+"/demo/notes/alice/note", strings.NewReader("text")))(t)
	if reply := send(t, session.sign(t, s, r, signature{service: "demo"})); reply.status >= 300 {
		t.Fatalf("%d %s", reply.status, reply.body)
	}
	if u := used(); u.LastUsedDate == nil || *u.Region != s.Region || time.Since(*u.LastUsedDate).Abs() > time.Minute {
		t.Errorf("used: %+v", u)
	}

	job := must(a.iam.GenerateServiceLastAccessedDetails(ctx, &iam.GenerateServiceLastAccessedDetailsInput{Arn: &role, Granularity: types.AccessAdvisorUsageGranularityTypeActionLevel}))(t).JobId
	d := must(a.iam.GetServiceLastAccessedDetails(ctx, &iam.GetServiceLastAccessedDetailsInput{JobId: job}))(t)
	if d.JobStatus != types.JobStatusTypeCompleted || len(d.ServicesLastAccessed) != 1 {
		t.Fatalf("%+v", d)
	}
	demo := d.ServicesLastAccessed[0]
	if *demo.ServiceNamespace != "demo" || demo.LastAuthenticated == nil || *demo.LastAuthenticatedEntity != role || *demo.TotalAuthenticatedEntities != 1 ||
		len(demo.TrackedActionsLastAccessed) != 1 || *demo.TrackedActionsLastAccessed[0].ActionName != "PutNote" {
		t.Errorf("%+v", demo)
	}
	e := must(a.iam.GetServiceLastAccessedDetailsWithEntities(ctx, &iam.GetServiceLastAccessedDetailsWithEntitiesInput{JobId: job, ServiceNamespace: aws.String("demo")}))(t)
	if len(e.EntityDetailsList) != 1 || *e.EntityDetailsList[0].EntityInfo.Arn != role || e.EntityDetailsList[0].LastAuthenticated == nil {
		t.Errorf("%+v", e)
	}
	_, err := a.iam.GetServiceLastAccessedDetails(ctx, &iam.GetServiceLastAccessedDetailsInput{JobId: aws.String("00000000-0000-4000-8000-000000000000")})
	fails(t, err, "NoSuchEntity")
}
