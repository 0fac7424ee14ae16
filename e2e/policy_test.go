package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/e2e/process"
)

func policyStory(t *testing.T, s *process.Server, a *who) {
	doc := allow("s3:GetObject", "*")
	made := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("Reader"), Path: aws.String("/lib/"), PolicyDocument: &doc, Description: aws.String("reads")}))(t).Policy
	if *made.Arn != "arn:aws:iam::"+s.Account.ID+":policy/lib/Reader" || !strings.HasPrefix(*made.PolicyId, "ANPA") || *made.DefaultVersionId != "v1" ||
		*made.AttachmentCount != 0 || !made.IsAttachable || made.Description != nil {
		t.Errorf("created %+v", made)
	}
	_, err := a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("READER"), PolicyDocument: &doc})
	says(t, err, "EntityAlreadyExists", "A policy called READER already exists. Duplicate names are not allowed.")
	got := must(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: made.Arn}))(t).Policy
	if *got.Description != "reads" || got.Tags == nil || len(got.Tags) != 0 {
		t.Errorf("GetPolicy shows description %v and tags %v", aws.ToString(got.Description), got.Tags)
	}
	list := must(a.iam.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal, PathPrefix: aws.String("/lib/")}))(t).Policies
	if len(list) != 1 || list[0].Description != nil || list[0].Tags != nil {
		t.Errorf("ListPolicies shows %+v", list)
	}
	all := map[string]bool{}
	for p := iam.NewListPoliciesPaginator(a.iam, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws, MaxItems: aws.Int32(3)}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		ok(t, err)
		for _, x := range page.Policies {
			all[*x.PolicyName] = true
		}
	}
	for _, name := range []string{"AdministratorAccess", "ReadOnlyAccess", "PowerUserAccess", "IAMFullAccess", "IAMReadOnlyAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess", "SecurityAudit"} {
		if !all[name] {
			t.Errorf("the managed policy %s is missing", name)
		}
	}
	_, err = a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	if err == nil {
		t.Error("a policy of AWS was deleted")
	}
	_, err = a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess"), PolicyDocument: &doc, SetAsDefault: true})
	if err == nil {
		t.Error("a policy of AWS was changed")
	}
	for text, code := range map[string]string{
		`{"Statement":`: "Syntax errors in policy.",
		`{"Version":"2012-10-17","Statement":[{"Effect":"allow","Action":"s3:*","Resource":"*"}]}`:                                        "",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*"}]}`:                                                       "",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}`:                        "",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Nonsense":{"aws:x":"y"}}}]}`: "",
	} {
		_, err := a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("bad"), PolicyDocument: &text})
		if fails(t, err, "MalformedPolicyDocument"); code != "" {
			says(t, err, "MalformedPolicyDocument", code)
		}
	}
	big := allow("s3:*", "arn:aws:s3:::"+strings.Repeat("x", 6144))
	_, err = a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("big"), PolicyDocument: &big})
	fails(t, err, "LimitExceeded", "6144")
	spacious := strings.Replace(doc, "{", "{"+strings.Repeat(" ", 7000), 1)
	must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("spacious"), PolicyDocument: &spacious}))(t)

	must(a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: made.Arn}))(t)
	_, err = a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: made.Arn})
	fails(t, err, "NoSuchEntity", "was not found.")
	_, err = a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: made.Arn})
	fails(t, err, "NoSuchEntity", "was not found.")
}

func versionStory(t *testing.T, s *process.Server, a *who) {
	u := a.user(t, "versioned")
	p := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("growing"), PolicyDocument: aws.String(allow("iam:ListUsers", "*"))}))(t).Policy
	must(a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("versioned"), PolicyArn: p.Arn}))(t)
	must(u.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	version := func(doc string, def bool) (*types.PolicyVersion, error) {
		out, err := a.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: p.Arn, PolicyDocument: &doc, SetAsDefault: def})
		if err != nil {
			return nil, err
		}
		return out.PolicyVersion, nil
	}
	v2 := must(version(allow("iam:ListRoles", "*"), false))(t)
	if *v2.VersionId != "v2" || v2.IsDefaultVersion || v2.Document != nil {
		t.Errorf("second version: %+v", v2)
	}
	// A version that is not the default has no effect.
	_, err := u.iam.ListRoles(ctx, &iam.ListRolesInput{})
	fails(t, err, "AccessDenied")
	must(a.iam.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: p.Arn, VersionId: aws.String("v2")}))(t)
	must(u.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
	_, err = u.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "AccessDenied")

	_, err = a.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: p.Arn, VersionId: aws.String("v2")})
	fails(t, err, "DeleteConflict", "default version")
	for range 3 {
		must(version(allow("iam:ListGroups", "*"), false))(t)
	}
	_, err = version(allow("iam:ListGroups", "*"), false)
	fails(t, err, "LimitExceeded", "up to 5 versions")
	must(a.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: p.Arn, VersionId: aws.String("v1")}))(t)
	// A number is never used again.
	if v := must(version(allow("iam:ListGroups", "*"), true))(t); *v.VersionId != "v6" || !v.IsDefaultVersion {
		t.Errorf("after v1 was deleted the next is %s, default %v", *v.VersionId, v.IsDefaultVersion)
	}
	var ids []string
	for pages := iam.NewListPolicyVersionsPaginator(a.iam, &iam.ListPolicyVersionsInput{PolicyArn: p.Arn, MaxItems: aws.Int32(2)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		ok(t, err)
		for _, v := range page.Versions {
			ids = append(ids, *v.VersionId)
		}
	}
	if d := cmp.Diff([]string{"v6", "v5", "v4", "v3", "v2"}, ids); d != "" {
		t.Errorf("versions: %s", d)
	}
	got := must(a.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: p.Arn, VersionId: aws.String("v2")}))(t).PolicyVersion
	if doc := must(url.PathUnescape(*got.Document))(t); doc != allow("iam:ListRoles", "*") {
		t.Errorf("document %s", doc)
	}
	_, err = a.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: p.Arn, VersionId: aws.String("v1")})
	fails(t, err, "NoSuchEntity")
	must(a.iam.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: aws.String("versioned"), PolicyArn: p.Arn}))(t)
	_, err = a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: p.Arn})
	fails(t, err, "DeleteConflict", "more than one version")
}

func attachmentStory(t *testing.T, s *process.Server, a *who) {
	p := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("sticker"), PolicyDocument: aws.String(allow("iam:ListUsers", "*"))}))(t).Policy
	a.user(t, "attached")
	a.role(t, "attached", trust("arn:aws:iam::"+s.Account.ID+":root", ""))
	must(a.iam.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("attached")}))(t)
	name := aws.String("attached")
	must(a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: p.Arn}))(t)
	must(a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: p.Arn}))(t) // twice is once
	must(a.iam.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: name, PolicyArn: p.Arn}))(t)
	must(a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: p.Arn}))(t)
	if got := must(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: p.Arn}))(t).Policy; *got.AttachmentCount != 3 {
		t.Errorf("attached %d times, want 3", *got.AttachmentCount)
	}
	users, groups, roles := 0, 0, 0
	for pages := iam.NewListEntitiesForPolicyPaginator(a.iam, &iam.ListEntitiesForPolicyInput{PolicyArn: p.Arn, MaxItems: aws.Int32(1)}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		ok(t, err)
		users, groups, roles = users+len(page.PolicyUsers), groups+len(page.PolicyGroups), roles+len(page.PolicyRoles)
	}
	if users != 1 || groups != 1 || roles != 1 {
		t.Errorf("entities: %d users, %d groups, %d roles", users, groups, roles)
	}
	filtered := must(a.iam.ListEntitiesForPolicy(ctx, &iam.ListEntitiesForPolicyInput{PolicyArn: p.Arn, EntityFilter: types.EntityTypeRole}))(t)
	if len(filtered.PolicyRoles) != 1 || filtered.PolicyGroups == nil || len(filtered.PolicyGroups) != 0 {
		t.Errorf("only roles: %+v", filtered)
	}
	_, err := a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: p.Arn})
	fails(t, err, "DeleteConflict")
	_, err = a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: aws.String("arn:aws:iam::" + s.Account.ID + ":policy/none")})
	fails(t, err, "NoSuchEntity", "does not exist or is not attachable.")
	_, err = a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/NoSuchPolicy")})
	fails(t, err, "NoSuchEntity", "does not exist or is not attachable.")
	_, err = a.iam.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/SecurityAudit")})
	fails(t, err, "NoSuchEntity", "was not found.")
	empty := must(a.iam.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: aws.String("attached"), PathPrefix: aws.String("/none/")}))(t)
	if empty.AttachedPolicies == nil || len(empty.AttachedPolicies) != 0 {
		t.Errorf("an empty list: %v", empty.AttachedPolicies)
	}
	a.user(t, "laden")
	for i := range 11 {
		doc := aws.String(allow("s3:*", "*"))
		x := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String(fmt.Sprintf("load%d", i)), PolicyDocument: doc}))(t).Policy
		_, err := a.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("laden"), PolicyArn: x.Arn})
		if i < 10 {
			ok(t, err)
		} else {
			says(t, err, "LimitExceeded", "Cannot exceed quota for PoliciesPerUser: 10")
		}
	}
}

func inlineStory(t *testing.T, s *process.Server, a *who) {
	u := a.user(t, "inline")
	put := func(name, doc string) error {
		_, err := a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("inline"), PolicyName: &name, PolicyDocument: &doc})
		return err
	}
	ok(t, put("b", allow("iam:ListUsers", "*")))
	ok(t, put("a", allow("iam:ListRoles", "*")))
	must(u.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	ok(t, put("b", allow("iam:ListGroups", "*")))
	_, err := u.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "AccessDenied")
	must(u.iam.ListGroups(ctx, &iam.ListGroupsInput{}))(t)
	list := must(a.iam.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: aws.String("inline")}))(t).PolicyNames
	if d := cmp.Diff([]string{"a", "b"}, list); d != "" {
		t.Error(d)
	}
	fails(t, put("bad", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}]}`), "MalformedPolicyDocument")
	fails(t, put("big", allow("s3:*", "arn:aws:s3:::"+strings.Repeat("x", 2048))), "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user inline")
	_, err = a.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: aws.String("uploader"), PolicyName: aws.String("x")})
	says(t, err, "NoSuchEntity", "The role policy with name x cannot be found.")
	_, err = a.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: aws.String("inline"), PolicyName: aws.String("x")})
	says(t, err, "NoSuchEntity", "The user policy with name x cannot be found.")
	a.user(t, "blank")
	empty := must(a.iam.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: aws.String("blank")}))(t)
	if empty.PolicyNames == nil || len(empty.PolicyNames) != 0 {
		t.Errorf("an empty list: %v", empty.PolicyNames)
	}
}
