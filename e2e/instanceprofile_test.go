package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestInstanceProfiles makes the calls of the Terraform resources aws_iam_instance_profile and aws_iam_role: create, wait, read, change
// the role, delete both.
func TestInstanceProfiles(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	account := s.Account.ID
	machines := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	a.role(t, "Machine", machines)
	a.role(t, "spare", machines)
	name := aws.String("Web.Servers")

	made := must(a.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: name, Path: aws.String("/a/")}))(t).InstanceProfile
	if *made.Arn != "arn:aws:iam::"+account+":instance-profile/a/Web.Servers" || !strings.HasPrefix(*made.InstanceProfileId, "AIPA") ||
		len(*made.InstanceProfileId) != 21 || made.Roles == nil || len(made.Roles) != 0 || made.Tags != nil {
		t.Errorf("created %+v", made)
	}
	ok(t, iam.NewInstanceProfileExistsWaiter(a.iam).Wait(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name}, time.Minute))
	add := func(role string) error {
		_, err := a.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: aws.String("web.servers"), RoleName: &role})
		return err
	}
	remove := func(profile, role string) error {
		_, err := a.iam.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: &profile, RoleName: &role})
		return err
	}
	ok(t, add("machine"))
	got := must(a.iam.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: aws.String("WEB.SERVERS")}))(t).InstanceProfile
	if len(got.Roles) != 1 || got.Tags == nil || len(got.Tags) != 0 {
		t.Fatalf("got %+v", got)
	}
	r := got.Roles[0]
	if *r.RoleName != "Machine" || must(url.PathUnescape(*r.AssumeRolePolicyDocument))(t) != machines || r.MaxSessionDuration != nil || r.RoleLastUsed != nil || r.Tags != nil {
		t.Errorf("its role %+v", r)
	}
	of := must(a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: aws.String("MACHINE")}))(t)
	if len(of.InstanceProfiles) != 1 || *of.InstanceProfiles[0].InstanceProfileName != "Web.Servers" || of.InstanceProfiles[0].Tags != nil || of.IsTruncated {
		t.Errorf("profiles of the role: %+v", of.InstanceProfiles)
	}
	if none := must(a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: aws.String("spare")}))(t); none.InstanceProfiles == nil || len(none.InstanceProfiles) != 0 {
		t.Errorf("profiles of another role: %+v", none.InstanceProfiles)
	}

	says(t, add("spare"), "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	says(t, add("nobody"), "NoSuchEntity", "The role with name nobody cannot be found.")
	says(t, remove("nothing", "nobody"), "NoSuchEntity", "Instance Profile nothing cannot be found.")
	says(t, remove("Web.Servers", "spare"), "NoSuchEntity", "Role spare in Instance Profile Web.Servers cannot be found.")
	_, err := a.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: aws.String("web.SERVERS")})
	says(t, err, "EntityAlreadyExists", "Instance Profile web.SERVERS already exists.")
	_, err = a.iam.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: name})
	says(t, err, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
	_, err = a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("Machine")})
	says(t, err, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")

	_, err = a.iam.TagInstanceProfile(ctx, &iam.TagInstanceProfileInput{InstanceProfileName: name, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}, {Key: aws.String("a"), Value: aws.String("1")}}})
	ok(t, err)
	_, err = a.iam.UntagInstanceProfile(ctx, &iam.UntagInstanceProfileInput{InstanceProfileName: name, TagKeys: []string{"B"}})
	ok(t, err)
	if tags := must(a.iam.ListInstanceProfileTags(ctx, &iam.ListInstanceProfileTagsInput{InstanceProfileName: name}))(t).Tags; len(tags) != 1 || *tags[0].Key != "a" {
		t.Errorf("tags %v", tags)
	}

	// Whoever may change profiles still needs leave to hand out the role.
	change := `{"Effect":"Allow","Action":["iam:AddRoleToInstanceProfile","iam:RemoveRoleFromInstanceProfile"],"Resource":"*"}`
	pass := `{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}`
	ok(t, remove("web.servers", "machine"))
	as := func(w *who) error {
		_, err := w.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: aws.String("Machine")})
		return err
	}
	fails(t, as(a.user(t, "changer", `{"Version":"2012-10-17","Statement":[`+change+`]}`)), "AccessDenied",
		"is not authorized to perform: iam:PassRole on resource: arn:aws:iam::"+account+":role/Machine because no identity-based policy allows")
	ok(t, as(a.user(t, "passer", `{"Version":"2012-10-17","Statement":[`+change+`,`+pass+`]}`)))

	for _, more := range []string{"a1", "A2", "b"} {
		must(a.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: &more}))(t)
	}
	var names []string
	for p := iam.NewListInstanceProfilesPaginator(a.iam, &iam.ListInstanceProfilesInput{MaxItems: aws.Int32(1)}); p.HasMorePages(); {
		page := must(p.NextPage(ctx))(t)
		names = append(names, *page.InstanceProfiles[0].InstanceProfileName)
	}
	if strings.Join(names, " ") != "a1 A2 b Web.Servers" {
		t.Errorf("listed %v", names)
	}
	ok(t, remove("Web.Servers", "Machine"))
	must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("Machine")}))(t)
	must(a.iam.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: name}))(t)
	_, err = a.iam.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name})
	says(t, err, "NoSuchEntity", "Instance Profile Web.Servers cannot be found.")
}
