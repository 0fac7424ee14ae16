package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/daypass/daypass/e2e/process"
)

func roleStory(t *testing.T, s *process.Server, a *who) {
	doc := trust("arn:aws:iam::"+s.Account.ID+":root", "")
	name := aws.String("Actor")
	made := must(a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, Path: aws.String("/stage/"), AssumeRolePolicyDocument: &doc,
		Description: aws.String("plays"), MaxSessionDuration: aws.Int32(7200), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}))(t).Role
	if *made.Arn != "arn:aws:iam::"+s.Account.ID+":role/stage/Actor" || !strings.HasPrefix(*made.RoleId, "AROA") || len(*made.RoleId) != 21 {
		t.Errorf("created %s %s", *made.Arn, *made.RoleId)
	}
	if made.MaxSessionDuration != nil || made.RoleLastUsed != nil || *made.Description != "plays" || len(made.Tags) != 1 {
		t.Errorf("CreateRole shows %+v", made)
	}
	got := must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("actor")}))(t).Role
	if *got.MaxSessionDuration != 7200 || got.RoleLastUsed == nil {
		t.Errorf("GetRole shows %+v", got)
	}
	if back := must(url.PathUnescape(*got.AssumeRolePolicyDocument))(t); back != doc {
		t.Errorf("trust policy\n%s, want\n%s", back, doc)
	}
	list := must(a.iam.ListRoles(ctx, &iam.ListRolesInput{PathPrefix: aws.String("/stage/")}))(t).Roles
	if len(list) != 1 || *list[0].MaxSessionDuration != 7200 || list[0].Tags != nil || list[0].RoleLastUsed != nil {
		t.Errorf("ListRoles shows %+v", list)
	}
	_, err := a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("ACTOR"), AssumeRolePolicyDocument: &doc})
	says(t, err, "EntityAlreadyExists", "Role with name ACTOR already exists.")
	_, err = a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("extra")})
	says(t, err, "NoSuchEntity", "The role with name extra cannot be found.")

	must(a.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: name, MaxSessionDuration: aws.Int32(3600)}))(t)
	must(a.iam.UpdateRoleDescription(ctx, &iam.UpdateRoleDescriptionInput{RoleName: name, Description: aws.String("rests")}))(t)
	got = must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: name}))(t).Role
	if *got.MaxSessionDuration != 3600 || *got.Description != "rests" {
		t.Errorf("updated: %d %s", *got.MaxSessionDuration, *got.Description)
	}
	_, err = a.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: name, MaxSessionDuration: aws.Int32(43201)})
	fails(t, err, "ValidationError", "'43201' at 'maxSessionDuration'")

	must(a.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/SecurityAudit")}))(t)
	_, err = a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	says(t, err, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	must(a.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/SecurityAudit")}))(t)
	must(a.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("*", "*"))}))(t)
	_, err = a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	says(t, err, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	must(a.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("p")}))(t)
	must(a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name}))(t)
	_, err = a.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
	says(t, err, "NoSuchEntity", "The role with name Actor cannot be found.")
}

func trustStory(t *testing.T, s *process.Server, a *who) {
	account := "arn:aws:iam::" + s.Account.ID
	create := func(doc string) error {
		_, err := a.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("refused"), AssumeRolePolicyDocument: &doc})
		return err
	}
	says(t, create(`{"Version":`), "MalformedPolicyDocument", "This policy contains invalid Json")
	fails(t, create(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Resource":"*"}]}`),
		"MalformedPolicyDocument", "Has prohibited field Resource")
	says(t, create(`{}`), "MalformedPolicyDocument", "Syntax error at position (1,3)")
	says(t, create(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}`),
		"MalformedPolicyDocument", "Missing required field Principal")
	ghost := account + ":role/ghost"
	says(t, create(trust(ghost, "")), "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"`+ghost+`"`)
	fails(t, create(trust(account+":role/*", "")), "MalformedPolicyDocument")
	fails(t, create(trust("arn:aws:iam::21098765432:root", "")), "MalformedPolicyDocument", "Invalid principal in policy")
	if _, err := a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("refused")}); err == nil {
		t.Error("a refused role exists")
	}

	// The trust policy keeps its form, and shows the user's ARN although it holds his unique id.
	a.user(t, "actress")
	a.role(t, "stage", trust(account+":user/actress", ""))
	doc := "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Effect\": \"Allow\", \"Principal\": {\"AWS\": [\"" + account + ":user/actress\"]}, \"Action\": \"sts:AssumeRole\"}\n}"
	must(a.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("stage"), PolicyDocument: &doc}))(t)
	got := must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("stage")}))(t).Role
	if back := must(url.PathUnescape(*got.AssumeRolePolicyDocument))(t); back != doc {
		t.Errorf("trust policy\n%s, want\n%s", back, doc)
	}
	// A user who is renamed is still the same one.
	must(a.iam.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("actress"), NewUserName: aws.String("diva")}))(t)
	got = must(a.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("stage")}))(t).Role
	if back := must(url.PathUnescape(*got.AssumeRolePolicyDocument))(t); !strings.Contains(back, account+":user/diva") {
		t.Errorf("after the rename the trust policy shows %s", back)
	}
	_, err := a.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("nostage"), PolicyDocument: &doc})
	says(t, err, "NoSuchEntity", "The role with name nostage cannot be found.")
	long := trust(account+":root", `{"StringEquals":{"sts:ExternalId":"`+strings.Repeat("x", 2048)+`"}}`)
	fails(t, create(long), "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
}

func boundaryStory(t *testing.T, s *process.Server, a *who) {
	u := a.user(t, "bounded", allow("*", "*"))
	name := aws.String("bounded")
	fence := must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("fence"), PolicyDocument: aws.String(allow("iam:GetUser", "*"))}))(t).Policy
	must(u.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
	must(a.iam.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: name, PermissionsBoundary: fence.Arn}))(t)
	_, err := u.iam.ListRoles(ctx, &iam.ListRolesInput{})
	fails(t, err, "AccessDenied", "because no permissions boundary allows the iam:ListRoles action")
	got := must(u.iam.GetUser(ctx, &iam.GetUserInput{}))(t).User
	if b := got.PermissionsBoundary; b == nil || *b.PermissionsBoundaryArn != *fence.Arn || string(b.PermissionsBoundaryType) != "Policy" {
		t.Errorf("boundary %+v", b)
	}
	p := must(a.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: fence.Arn}))(t).Policy
	if *p.PermissionsBoundaryUsageCount != 1 || *p.AttachmentCount != 0 {
		t.Errorf("used %d times as boundary, attached %d times", *p.PermissionsBoundaryUsageCount, *p.AttachmentCount)
	}
	_, err = a.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: fence.Arn})
	fails(t, err, "DeleteConflict")
	_, err = a.iam.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: name, PermissionsBoundary: aws.String("arn:aws:iam::" + s.Account.ID + ":policy/nofence")})
	if err == nil {
		t.Error("a boundary that is not there was set")
	}
	must(a.iam.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: name}))(t)
	must(u.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)

	// The same on a role, for the sessions that are already out.
	session := a.assume(t, a.role(t, "fenced", trust("arn:aws:iam::"+s.Account.ID+":root", ""), allow("*", "*")), nil)
	must(session.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
	must(a.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: aws.String("fenced"), PermissionsBoundary: fence.Arn}))(t)
	_, err = session.iam.ListRoles(ctx, &iam.ListRolesInput{})
	fails(t, err, "AccessDenied", "because no permissions boundary allows")
	must(a.iam.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: aws.String("fenced")}))(t)
	must(session.iam.ListRoles(ctx, &iam.ListRolesInput{}))(t)
}

func validationStory(t *testing.T, s *process.Server, a *who) {
	r := a.ask(t, "iam", versions["iam"], "CreateUser")
	if r.status != 400 || r.code != "ValidationError" || r.text != "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null" {
		t.Errorf("no name: %d %s: %s", r.status, r.code, r.text)
	}
	r = a.ask(t, "iam", versions["iam"], "CreateUser", "UserName", "a b", "Path", "x")
	if r.status != 400 || !strings.HasPrefix(r.text, "2 validation errors detected: ") || !strings.Contains(r.text, `Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`) ||
		!strings.Contains(r.text, "; Value") {
		t.Errorf("two faults: %d %s: %s", r.status, r.code, r.text)
	}
	r = a.ask(t, "iam", versions["iam"], "CreateUser", "UserName", strings.Repeat("a", 65))
	if !strings.Contains(r.text, "at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64") {
		t.Errorf("a long name: %s", r.text)
	}
	// Parameters are looked at before permissions, and the signature before both.
	r = a.user(t, "powerless").ask(t, "iam", versions["iam"], "CreateUser")
	r.refused(t, "no name, no leave", "ValidationError")
	r = by(s, creds{a.id, "wrong", ""}).ask(t, "iam", versions["iam"], "CreateUser")
	r.refused(t, "no name, wrong secret", "SignatureDoesNotMatch")
}

// escapeStory: what comes back is what was sent, whatever is in it.
func escapeStory(t *testing.T, s *process.Server, a *who) {
	odd := `{"Version":"2012-10-17","Statement":[{"Sid":"x","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a%3Ab/<&>'é+${aws:username}/*"}]}`
	a.user(t, "odd")
	must(a.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String("odd"), PolicyName: aws.String("a=b,c.d@e-f+g"), PolicyDocument: &odd}))(t)
	got := must(a.iam.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: aws.String("odd"), PolicyName: aws.String("a=b,c.d@e-f+g")}))(t)
	if back := must(url.PathUnescape(*got.PolicyDocument))(t); back != odd {
		t.Errorf("document\n%s, want\n%s", back, odd)
	}
	value := `</Value><Key>x</Key>`
	r := a.ask(t, "iam", versions["iam"], "TagUser", "UserName", "odd", "Tags.member.1.Key", "k", "Tags.member.1.Value", value)
	if r.status == 200 {
		back := must(a.iam.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: aws.String("odd")}))(t).Tags
		if len(back) != 1 || *back[0].Value != value {
			t.Errorf("a tag with markup came back as %v", back)
		}
	} else {
		r.refused(t, "markup in a tag", "ValidationError")
	}
	// A refused value is shown in the error, and cannot become part of its form.
	r = a.ask(t, "iam", versions["iam"], "GetUser", "UserName", "</Message><Code>Fine</Code>\x01")
	if r.status != 400 || r.code != "ValidationError" || strings.Contains(r.body, "<Code>Fine") || strings.Contains(r.body, "\x01") {
		t.Errorf("markup in an error: %s", r.body)
	}
}
