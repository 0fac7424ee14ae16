package e2e

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// TestOrganizationsAccessReport: the manager learns which services an account of its organization may use, and when it last did.
func TestOrganizationsAccessReport(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	manager := by(s, admin(s))
	path := "o-a1b2c3d4e5/r-f6g7"
	_, err := manager.iam.GenerateOrganizationsAccessReport(ctx, &iam.GenerateOrganizationsAccessReportInput{EntityPath: &path})
	fails(t, err, "OrganizationNotFoundException")
	c := found(t, manager)
	must(c.member.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	unit := c.id + "/" + c.root + "/" + c.unit
	account := unit + "/" + c.account
	// report orders one and reads it in pages. They are small because the SDK now and then closes a connection before it has read a
	// longer answer (aws-sdk-go-v2 issue 2737), and these clients try once.
	report := func(path string, policy *string, key iamtypes.SortKeyType) (all []iamtypes.AccessDetail, out *iam.GetOrganizationsAccessReportOutput) {
		t.Helper()
		in := &iam.GetOrganizationsAccessReportInput{SortKey: key, MaxItems: aws.Int32(7)}
		in.JobId = must(manager.iam.GenerateOrganizationsAccessReport(ctx, &iam.GenerateOrganizationsAccessReportInput{EntityPath: &path, OrganizationsPolicyId: policy}))(t).JobId
		for {
			out = must(manager.iam.GetOrganizationsAccessReport(ctx, in))(t)
			if out.JobStatus != iamtypes.JobStatusTypeCompleted || out.JobCompletionDate == nil || len(out.AccessDetails) > 7 {
				t.Fatalf("%s: %+v", path, out)
			}
			if all = append(all, out.AccessDetails...); !out.IsTruncated {
				return all, out
			}
			in.Marker = out.Marker
		}
	}
	names := func(list []iamtypes.AccessDetail, _ *iam.GetOrganizationsAccessReportOutput) (all []string) {
		for _, d := range list {
			all = append(all, *d.ServiceNamespace)
		}
		return all
	}

	// The account used IAM alone; the last use comes first when one asks for it.
	for _, path := range []string{account, unit, unit + "/"} {
		list, out := report(path, nil, iamtypes.SortKeyTypeLastAuthenticatedTimeDescending)
		first := list[0]
		if *first.ServiceNamespace != "iam" || *first.EntityPath != account || *first.Region != s.Region || *first.TotalAuthenticatedEntities != 1 || first.LastAuthenticatedTime == nil {
			t.Errorf("%s: %+v", path, first)
		}
		if n := *out.NumberOfServicesAccessible; n < 50 || *out.NumberOfServicesNotAccessed != n-1 {
			t.Errorf("%s: %d services, %d not used", path, n, *out.NumberOfServicesNotAccessed)
		}
	}
	// A policy that takes services away takes them out of the report; one policy alone is what it allows.
	c.attach(t, types.PolicyTypeServiceControlPolicy, c.unit, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}`)
	if got := names(report(account, nil, "")); slices.Contains(got, "s3") || !slices.Contains(got, "iam") || !slices.IsSorted(got) {
		t.Errorf("without S3: %v", got)
	}
	two := c.attach(t, types.PolicyTypeServiceControlPolicy, c.account, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:*","sqs:*","iam:*"],"Resource":"*"}}`)
	if got := names(report(account, two.Id, iamtypes.SortKeyTypeServiceNamespaceDescending)); !slices.Equal(got, []string{"sqs", "s3", "iam"}) {
		t.Errorf("one policy: %v", got)
	}

	// In pages, each order gives every service once.
	job := must(manager.iam.GenerateOrganizationsAccessReport(ctx, &iam.GenerateOrganizationsAccessReportInput{EntityPath: &unit}))(t).JobId
	for _, key := range iamtypes.SortKeyType("").Values() {
		list, out := report(unit, nil, key)
		all := names(list, out)
		if len(all) != int(*out.NumberOfServicesAccessible) {
			t.Errorf("%s: %d of %d", key, len(all), *out.NumberOfServicesAccessible)
		}
		if slices.Sort(all); len(slices.Compact(all)) < 50 {
			t.Errorf("%s: %v", key, all)
		}
	}

	// What is not there, and who may not ask.
	for _, wrong := range []string{c.id + "/" + c.root + "/" + c.account, c.id + "/r-zzzz", "o-a1b2c3d4e5/" + c.root, unit + "/111122223333"} {
		_, err = manager.iam.GenerateOrganizationsAccessReport(ctx, &iam.GenerateOrganizationsAccessReportInput{EntityPath: &wrong})
		fails(t, err, "ValidationError", "entityPath")
	}
	_, err = manager.iam.GenerateOrganizationsAccessReport(ctx, &iam.GenerateOrganizationsAccessReportInput{EntityPath: &unit, OrganizationsPolicyId: aws.String("p-RCPFullAWSAccess")})
	fails(t, err, "NoSuchEntity")
	_, err = c.member.iam.GenerateOrganizationsAccessReport(ctx, &iam.GenerateOrganizationsAccessReportInput{EntityPath: &unit})
	fails(t, err, "AccessDenied")
	_, err = c.member.iam.GetOrganizationsAccessReport(ctx, &iam.GetOrganizationsAccessReportInput{JobId: job})
	fails(t, err, "NoSuchEntity")
	_, err = manager.iam.GetServiceLastAccessedDetails(ctx, &iam.GetServiceLastAccessedDetailsInput{JobId: job})
	fails(t, err, "NoSuchEntity")
	// An account that moved is not there any more.
	gone := must(manager.iam.GenerateOrganizationsAccessReport(ctx, &iam.GenerateOrganizationsAccessReportInput{EntityPath: &account}))(t).JobId
	must(c.org.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: &c.account, SourceParentId: &c.unit, DestinationParentId: &c.root}))(t)
	out := must(manager.iam.GetOrganizationsAccessReport(ctx, &iam.GetOrganizationsAccessReportInput{JobId: gone}))(t)
	if out.JobStatus != iamtypes.JobStatusTypeFailed || out.ErrorDetails == nil || *out.ErrorDetails.Code != "NoSuchEntity" {
		t.Errorf("%+v", out)
	}
}
