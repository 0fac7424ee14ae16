package e2e

import (
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestTerraform makes, for each resource, the calls that the AWS provider of Terraform makes when it creates, reads, updates, imports and
// deletes it, waiters included (terraform-provider-aws, internal/service/iam). Terraform itself cannot be had in a test run.
func TestTerraform(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	for name, story := range map[string]func(*testing.T, *who){
		"aws_iam_user": terraformUser, "aws_iam_access_key": terraformAccessKey, "aws_iam_group": terraformGroup,
		"aws_iam_group_membership": terraformMembership, "aws_iam_policy": terraformPolicy, "aws_iam_role": terraformRole,
		"aws_iam_role_policy": terraformInline, "aws_iam_role_policy_attachment": terraformAttachment,
		"aws_iam_instance_profile": terraformProfile, "aws_iam_openid_connect_provider": terraformOIDC,
		"aws_iam_saml_provider": terraformSAML, "aws_iam_virtual_mfa_device": terraformMFA,
		"aws_iam_user force_destroy": terraformForce,
	} {
		t.Run(name, func(t *testing.T) { story(t, a) })
	}
}

func tfTags(pairs ...string) (tags []types.Tag) {
	for i := 0; i < len(pairs); i += 2 {
		tags = append(tags, types.Tag{Key: aws.String(pairs[i]), Value: aws.String(pairs[i+1])})
	}
	return tags
}

// gone demands that a read after a delete says what the provider takes for "not there any more".
func gone(t *testing.T, err error) {
	t.Helper()
	fails(t, err, "NoSuchEntity")
}

func terraformUser(t *testing.T, a *who) {
	name := aws.String("tf-user")
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name, Path: aws.String("/"), Tags: tfTags("env", "test"), PermissionsBoundary: aws.String("arn:aws:iam::aws:policy/PowerUserAccess")}))(t)
	ok(t, iam.NewUserExistsWaiter(a.iam).Wait(ctx, &iam.GetUserInput{UserName: name}, time.Minute))
	read := func() *types.User { return must(a.iam.GetUser(ctx, &iam.GetUserInput{UserName: name}))(t).User }
	u := read()
	if *u.Path != "/" || *u.PermissionsBoundary.PermissionsBoundaryArn != "arn:aws:iam::aws:policy/PowerUserAccess" || len(u.Tags) != 1 || *u.UserId == "" {
		t.Errorf("read %+v", u)
	}
	id := *u.UserId
	must(a.iam.UpdateUser(ctx, &iam.UpdateUserInput{UserName: name, NewUserName: aws.String("tf-user-2"), NewPath: aws.String("/team/")}))(t)
	name = aws.String("tf-user-2")
	must(a.iam.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: name}))(t)
	must(a.iam.UntagUser(ctx, &iam.UntagUserInput{UserName: name, TagKeys: []string{"env"}}))(t)
	must(a.iam.TagUser(ctx, &iam.TagUserInput{UserName: name, Tags: tfTags("team", "blue")}))(t)
	u = read()
	if *u.Path != "/team/" || u.PermissionsBoundary != nil || *u.Tags[0].Key != "team" || *u.UserId != id {
		t.Errorf("updated %+v", u)
	}
	must(a.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: name}))(t)
	must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name}))(t)
	_, err := a.iam.GetUser(ctx, &iam.GetUserInput{UserName: name})
	gone(t, err)
}

func terraformAccessKey(t *testing.T, a *who) {
	name := aws.String("tf-key-user")
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name}))(t)
	k := must(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))(t).AccessKey
	if *k.SecretAccessKey == "" || k.Status != types.StatusTypeActive || k.CreateDate == nil {
		t.Errorf("created %+v", k.Status)
	}
	must(a.iam.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: k.AccessKeyId, Status: types.StatusTypeInactive}))(t)
	list := must(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name}))(t).AccessKeyMetadata
	if len(list) != 1 || *list[0].AccessKeyId != *k.AccessKeyId || list[0].Status != types.StatusTypeInactive {
		t.Errorf("read %+v", list)
	}
	// Import knows the key's id alone.
	used := must(a.iam.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: k.AccessKeyId}))(t)
	if *used.UserName != *name {
		t.Errorf("the key belongs to %s", *used.UserName)
	}
	must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: k.AccessKeyId}))(t)
	if list := must(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name}))(t).AccessKeyMetadata; len(list) != 0 {
		t.Errorf("after the delete %+v", list)
	}
	must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name}))(t)
}

func terraformGroup(t *testing.T, a *who) {
	name := aws.String("tf-group")
	made := must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: name, Path: aws.String("/")}))(t).Group
	got := must(a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: name}))(t).Group
	if *got.Arn != *made.Arn || *got.GroupId != *made.GroupId {
		t.Errorf("read %+v", got)
	}
	must(a.iam.UpdateGroup(ctx, &iam.UpdateGroupInput{GroupName: name, NewGroupName: aws.String("tf-group-2"), NewPath: aws.String("/x/")}))(t)
	if got := must(a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("tf-group-2")}))(t).Group; *got.Path != "/x/" || *got.GroupId != *made.GroupId {
		t.Errorf("updated %+v", got)
	}
	must(a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: aws.String("tf-group-2")}))(t)
	_, err := a.iam.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("tf-group-2")})
	gone(t, err)
}

func terraformMembership(t *testing.T, a *who) {
	group, user := aws.String("tf-members"), aws.String("tf-member")
	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: group}))(t)
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: user}))(t)
	must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group, UserName: user}))(t)
	pages := iam.NewGetGroupPaginator(a.iam, &iam.GetGroupInput{GroupName: group})
	var members []string
	for pages.HasMorePages() {
		for _, u := range must(pages.NextPage(ctx))(t).Users {
			members = append(members, *u.UserName)
		}
	}
	if !slices.Equal(members, []string{*user}) {
		t.Errorf("members %v", members)
	}
	must(a.iam.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: group, UserName: user}))(t)
	must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user}))(t)
	must(a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group}))(t)
}

func terraformPolicy(t *testing.T, a *who) {
	p := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("tf-policy"), Path: aws.String("/"), Description: aws.String("made"),
		PolicyDocument: aws.String(allow("s3:GetObject", "*")), Tags: tfTags("env", "test")}))(t).Policy
	ok(t, iam.NewPolicyExistsWaiter(a.iam).Wait(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn}, time.Minute))
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "s3:GetBucketAcl", "s3:PutBucketAcl"} {
		got := must(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn}))(t).Policy
		version := must(a.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: p.Arn, VersionId: got.DefaultVersionId}))(t).PolicyVersion
		if text := must(url.QueryUnescape(*version.Document))(t); *got.Description != "made" || !strings.Contains(text, "s3:") {
			t.Errorf("read %+v %s", got, text)
		}
		// The provider keeps room for the version it is about to make.
		versions := must(a.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: p.Arn}))(t).Versions
		if len(versions) >= 5 {
			must(a.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: p.Arn, VersionId: versions[len(versions)-1].VersionId}))(t)
		}
		must(a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: p.Arn, PolicyDocument: aws.String(allow(action, "*")), SetAsDefault: true}))(t)
	}
	must(a.iam.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: p.Arn, Tags: tfTags("env", "prod")}))(t)
	if got := must(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn}))(t).Policy; *got.DefaultVersionId != "v7" || *got.Tags[0].Value != "prod" {
		t.Errorf("updated %+v", got)
	}
	for _, v := range must(a.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: p.Arn}))(t).Versions {
		if !v.IsDefaultVersion {
			must(a.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: p.Arn, VersionId: v.VersionId}))(t)
		}
	}
	must(a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: p.Arn}))(t)
	_, err := a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn})
	gone(t, err)
}

func terraformRole(t *testing.T, a *who) {
	name, doc := aws.String("tf-role"), trust("arn:aws:iam::"+a.s.Account.ID+":root", "")
	// A principal that is not there yet: the provider tries again for exactly this text.
	_, err := a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trust("arn:aws:iam::"+a.s.Account.ID+":user/not-yet", ""))})
	fails(t, err, "MalformedPolicyDocument", "Invalid principal in policy")
	must(a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, Path: aws.String("/"), AssumeRolePolicyDocument: &doc, Description: aws.String("made"), MaxSessionDuration: aws.Int32(3600), Tags: tfTags("env", "test")}))(t)
	must(a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("inline"), PolicyDocument: aws.String(allow("s3:*", "*"))}))(t)
	must(a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}))(t)
	ok(t, iam.NewRoleExistsWaiter(a.iam).Wait(ctx, &iam.GetRoleInput{RoleName: name}, time.Minute))
	read := func() *types.Role {
		r := must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: name}))(t).Role
		for _, p := range must(a.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: name}))(t).PolicyNames {
			must(a.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: &p}))(t)
		}
		if list := must(a.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name}))(t).AttachedPolicies; len(list) != 1 {
			t.Errorf("attached %+v", list)
		}
		return r
	}
	if r := read(); !strings.HasPrefix(*r.Arn, "arn:") || must(url.QueryUnescape(*r.AssumeRolePolicyDocument))(t) != doc || *r.MaxSessionDuration != 3600 {
		t.Errorf("read %+v", r)
	}
	other := trust("*", `{"StringEquals":{"aws:PrincipalAccount":"`+a.s.Account.ID+`"}}`)
	must(a.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: &other}))(t)
	must(a.iam.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: name, Description: aws.String("")}))(t)
	must(a.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: name, MaxSessionDuration: aws.Int32(43200)}))(t)
	must(a.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: name, PermissionsBoundary: aws.String("arn:aws:iam::aws:policy/PowerUserAccess")}))(t)
	must(a.iam.UntagRole(ctx, &iam.UntagRoleInput{RoleName: name, TagKeys: []string{"env"}}))(t)
	if r := read(); *r.MaxSessionDuration != 43200 || aws.ToString(r.Description) != "" || r.PermissionsBoundary == nil || len(r.Tags) != 0 {
		t.Errorf("updated %+v", r)
	}
	// With force_detach_policies the provider looks for everything that could be in the way.
	for _, p := range must(a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name}))(t).InstanceProfiles {
		t.Errorf("in the profile %s", *p.InstanceProfileName)
	}
	_, err = a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	fails(t, err, "DeleteConflict")
	must(a.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}))(t)
	must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("inline")}))(t)
	must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}))(t)
	_, err = a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
	gone(t, err)
	_, err = a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: name})
	gone(t, err)
}

func terraformInline(t *testing.T, a *who) {
	role, name := aws.String("tf-inline"), aws.String("tf-policy")
	a.role(t, *role, trust("arn:aws:iam::"+a.s.Account.ID+":root", ""))
	for _, action := range []string{"s3:GetObject", "s3:PutObject"} { // create and update are the same call
		must(a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: aws.String(allow(action, "*"))}))(t)
		got := must(a.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: name}))(t)
		if text := must(url.QueryUnescape(*got.PolicyDocument))(t); text != allow(action, "*") {
			t.Errorf("read %s", text)
		}
	}
	must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name}))(t)
	_, err := a.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: name})
	gone(t, err)
	must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))(t)
}

func terraformAttachment(t *testing.T, a *who) {
	role, managed := aws.String("tf-attach"), aws.String("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
	a.role(t, *role, trust("arn:aws:iam::"+a.s.Account.ID+":root", ""))
	must(a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: managed}))(t)
	attached := func() (names []string) {
		pages := iam.NewListAttachedRolePoliciesPaginator(a.iam, &iam.ListAttachedRolePoliciesInput{RoleName: role})
		for pages.HasMorePages() {
			for _, p := range must(pages.NextPage(ctx))(t).AttachedPolicies {
				names = append(names, *p.PolicyArn)
			}
		}
		return names
	}
	if got := attached(); !slices.Equal(got, []string{*managed}) {
		t.Errorf("attached %v", got)
	}
	must(a.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: managed}))(t)
	if got := attached(); got != nil {
		t.Errorf("detached, and still %v", got)
	}
	_, err := a.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: managed})
	gone(t, err)
	must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))(t)
}

func terraformProfile(t *testing.T, a *who) {
	name, role := aws.String("tf-profile"), aws.String("tf-profile-role")
	a.role(t, *role, trust("arn:aws:iam::"+a.s.Account.ID+":root", ""))
	must(a.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: name, Path: aws.String("/"), Tags: tfTags("env", "test")}))(t)
	ok(t, iam.NewInstanceProfileExistsWaiter(a.iam).Wait(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name}, time.Minute))
	must(a.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: role}))(t)
	got := must(a.iam.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name}))(t).InstanceProfile
	if len(got.Roles) != 1 || *got.Roles[0].RoleName != *role || len(got.Tags) != 1 {
		t.Errorf("read %+v", got)
	}
	must(a.iam.TagInstanceProfile(ctx, &iam.TagInstanceProfileInput{InstanceProfileName: name, Tags: tfTags("env", "prod")}))(t)
	// The role goes first: the provider takes it out of its profiles.
	for _, p := range must(a.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: role}))(t).InstanceProfiles {
		must(a.iam.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: p.InstanceProfileName, RoleName: role}))(t)
	}
	must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role}))(t)
	_, err := a.iam.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: name, RoleName: role})
	gone(t, err)
	must(a.iam.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: name}))(t)
	_, err = a.iam.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: name})
	gone(t, err)
}

func terraformOIDC(t *testing.T, a *who) {
	thumbprint := strings.Repeat("ab", 20)
	made := must(a.iam.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: aws.String("https://token.actions.example"), ClientIDList: []string{"sts.amazonaws.com"},
		ThumbprintList: []string{thumbprint}, Tags: tfTags("env", "test")}))(t)
	arn := made.OpenIDConnectProviderArn
	read := func() *iam.GetOpenIDConnectProviderOutput {
		return must(a.iam.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}))(t)
	}
	if got := read(); *got.Url != "token.actions.example" || !slices.Equal(got.ClientIDList, []string{"sts.amazonaws.com"}) || !slices.Equal(got.ThumbprintList, []string{thumbprint}) || len(got.Tags) != 1 {
		t.Errorf("read %+v", got)
	}
	must(a.iam.UpdateOpenIDConnectProviderThumbprint(ctx, &iam.UpdateOpenIDConnectProviderThumbprintInput{OpenIDConnectProviderArn: arn, ThumbprintList: []string{strings.Repeat("cd", 20)}}))(t)
	must(a.iam.AddClientIDToOpenIDConnectProvider(ctx, &iam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: aws.String("other")}))(t)
	must(a.iam.RemoveClientIDFromOpenIDConnectProvider(ctx, &iam.RemoveClientIDFromOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, ClientID: aws.String("sts.amazonaws.com")}))(t)
	must(a.iam.TagOpenIDConnectProvider(ctx, &iam.TagOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn, Tags: tfTags("env", "prod")}))(t)
	if got := read(); !slices.Equal(got.ClientIDList, []string{"other"}) || !slices.Equal(got.ThumbprintList, []string{strings.Repeat("cd", 20)}) || *got.Tags[0].Value != "prod" {
		t.Errorf("updated %+v", got)
	}
	must(a.iam.ListOpenIDConnectProviders(ctx, &iam.ListOpenIDConnectProvidersInput{}))(t)
	must(a.iam.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}))(t)
	_, err := a.iam.GetOpenIDConnectProvider(ctx, &iam.GetOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn})
	gone(t, err)
	must(a.iam.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: arn}))(t)
}

func terraformSAML(t *testing.T, a *who) {
	first, second := samlMetadata(t, "https://idp.example/first"), samlMetadata(t, "https://idp.example/second")
	arn := must(a.iam.CreateSAMLProvider(ctx, &iam.CreateSAMLProviderInput{Name: aws.String("tf-saml"), SAMLMetadataDocument: &first, Tags: tfTags("env", "test")}))(t).SAMLProviderArn
	got := must(a.iam.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: arn}))(t)
	if *got.SAMLMetadataDocument != first || got.ValidUntil == nil || len(got.Tags) != 1 {
		t.Errorf("read %+v", got)
	}
	must(a.iam.UpdateSAMLProvider(ctx, &iam.UpdateSAMLProviderInput{SAMLProviderArn: arn, SAMLMetadataDocument: &second}))(t)
	must(a.iam.UntagSAMLProvider(ctx, &iam.UntagSAMLProviderInput{SAMLProviderArn: arn, TagKeys: []string{"env"}}))(t)
	if got := must(a.iam.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: arn}))(t); *got.SAMLMetadataDocument != second || len(got.Tags) != 0 {
		t.Errorf("updated %+v", got)
	}
	must(a.iam.DeleteSAMLProvider(ctx, &iam.DeleteSAMLProviderInput{SAMLProviderArn: arn}))(t)
	_, err := a.iam.GetSAMLProvider(ctx, &iam.GetSAMLProviderInput{SAMLProviderArn: arn})
	gone(t, err)
}

func terraformMFA(t *testing.T, a *who) {
	made := must(a.iam.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("tf-mfa"), Path: aws.String("/"), Tags: tfTags("env", "test")}))(t).VirtualMFADevice
	if len(made.Base32StringSeed) == 0 || len(made.QRCodePNG) == 0 {
		t.Errorf("created without a seed")
	}
	read := func() bool {
		pages := iam.NewListVirtualMFADevicesPaginator(a.iam, &iam.ListVirtualMFADevicesInput{})
		for pages.HasMorePages() {
			for _, d := range must(pages.NextPage(ctx))(t).VirtualMFADevices {
				if *d.SerialNumber == *made.SerialNumber {
					return true
				}
			}
		}
		return false
	}
	if !read() {
		t.Error("the device is not listed")
	}
	if tags := must(a.iam.ListMFADeviceTags(ctx, &iam.ListMFADeviceTagsInput{SerialNumber: made.SerialNumber}))(t).Tags; len(tags) != 1 {
		t.Errorf("tags %+v", tags)
	}
	must(a.iam.TagMFADevice(ctx, &iam.TagMFADeviceInput{SerialNumber: made.SerialNumber, Tags: tfTags("env", "prod")}))(t)
	must(a.iam.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: made.SerialNumber}))(t)
	if read() {
		t.Error("the device is still listed")
	}
	_, err := a.iam.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: made.SerialNumber})
	gone(t, err)
}

// terraformForce deletes a user with force_destroy: everything that could belong to one is looked for, and most users have none of it.
func terraformForce(t *testing.T, a *who) {
	name := aws.String("tf-force")
	must(a.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: name}))(t)
	must(a.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name}))(t)
	must(a.iam.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("Correct-Horse-7-Battery")}))(t)
	must(a.iam.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: name, GroupName: must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: name}))(t).Group.GroupName}))(t)
	for _, g := range must(a.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: name}))(t).Groups {
		must(a.iam.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: name, GroupName: g.GroupName}))(t)
	}
	for _, k := range must(a.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: name}))(t).AccessKeyMetadata {
		must(a.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: k.AccessKeyId}))(t)
	}
	for _, k := range must(a.iam.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: name}))(t).SSHPublicKeys {
		t.Errorf("key %s", *k.SSHPublicKeyId)
	}
	for _, d := range must(a.iam.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{AssignmentStatus: types.AssignmentStatusTypeAssigned}))(t).VirtualMFADevices {
		t.Errorf("device %s", *d.SerialNumber)
	}
	for _, d := range must(a.iam.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: name}))(t).MFADevices {
		t.Errorf("device %s", *d.SerialNumber)
	}
	_, err := a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
	fails(t, err, "DeleteConflict", "must delete login profile first")
	must(a.iam.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: name}))(t)
	_, err = a.iam.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: name})
	gone(t, err)
	for _, c := range must(a.iam.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: name}))(t).Certificates {
		t.Errorf("certificate %s", *c.CertificateId)
	}
	for _, c := range must(a.iam.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: name}))(t).ServiceSpecificCredentials {
		t.Errorf("credential %s", *c.ServiceSpecificCredentialId)
	}
	must(a.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name}))(t)
	must(a.iam.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: name}))(t)
}

// samlMetadata describes an identity provider of that entity id, with a certificate of its own.
func samlMetadata(t *testing.T, entity string) string {
	t.Helper()
	file, _ := certificate(t, t.TempDir())
	block, _ := pem.Decode(must(os.ReadFile(file))(t))
	return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + entity + `"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + base64.StdEncoding.EncodeToString(block.Bytes) +
		`</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="` + entity + `/sso"/></IDPSSODescriptor></EntityDescriptor>`
}
