package aws

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// everything is one set of parameters with which every operation has what it needs.
func everything(d *door) url.Values {
	return pairs("Url", "https://new.example.com", "OpenIDConnectProviderArn", "arn:aws:iam::111111111111:oidc-provider/idp.example.com", "ClientID", "client",
		"ThumbprintList.member.1", "6938fd4d98bab03faadb97b34396831e3780aea1",
		"UserName", "subject", "GroupName", "staff", "RoleName", "clerk", "PolicyName", "inline", "PolicyArn", "arn:aws:iam::111111111111:policy/own",
		"PolicyDocument", allowAll, "AssumeRolePolicyDocument", trustHome, "AccessKeyId", d.creds["subject"].AccessKeyID, "Status", "Inactive",
		"Tags.member.1.Key", "stage", "Tags.member.1.Value", "test", "TagKeys.member.1", "stage", "VersionId", "v2", "PermissionsBoundary", administrator,
		"PolicySourceArn", "arn:aws:iam::111111111111:user/subject", "Arn", "arn:aws:iam::111111111111:user/subject",
		"ActionNames.member.1", "s3:GetObject", "ActionName", "s3:GetObject", "PrincipalArn", "arn:aws:iam::111111111111:user/subject", "PolicyInputList.member.1", allowAll, "ServiceNamespaces.member.1", "s3",
		"InstanceProfileName", "machines", "Password", "Pass-word-1", "OldPassword", "Pass-word-0", "NewPassword", "Pass-word-1",
		"AWSServiceName", "ecs.amazonaws.com", "DeletionTaskId", "task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/none",
		"SSHPublicKeyBody", "ssh-rsa", "SSHPublicKeyId", "APKAQAAAAAAAAAAAAAAA", "Encoding", "SSH", "CertificateBody", "x", "PrivateKey", "x",
		"CertificateId", "AAAAAAAAAAAAAAAAAAAAAAAA", "ServerCertificateName", "cert", "ServiceName", "codecommit.amazonaws.com",
		"ServiceSpecificCredentialId", "ACCAAAAAAAAAAAAAAAAAA",
		"SAMLProviderArn", "arn:aws:iam::111111111111:saml-provider/corp", "SAMLMetadataDocument", samlMetadata(),
		"Description", "text", "RoleArn", "arn:aws:iam::111111111111:role/clerk", "RoleSessionName", "desk", "SourceIdentity", "me",
		"AccountAlias", "an-alias", "JobId", "00000000-0000-4000-8000-000000000000", "ServiceNamespace", "iam", "Cloud", "aws", "Name", "Third", "AccountId", "333333333333", "RequestId", "none-such",
		"Audience.member.1", "x", "SigningAlgorithm", "ES384", "GlobalEndpointTokenVersion", "v2Token",
		"DelegationRequestId", "00000000-0000-4000-8000-000000000000", "EntityArn", "arn:aws:iam::111111111111:delegation-request/00000000-0000-4000-8000-000000000000",
		"Permissions.PolicyTemplateArn", "arn:aws:iam::111111111111:policy/own", "RequestorWorkflowId", "workflow", "NotificationChannel", "inbox",
		"SessionDuration", "3600", "TradeInToken", "token", "EncodedMessage", "message", "EntityPath", "o-a1b2c3d4e5/r-f6g7")
}

// everythingFor adds what would mean something else to other operations.
func everythingFor(d *door, action string) url.Values {
	v := everything(d)
	if action == "sts:AssumeRoot" {
		v.Set("TargetPrincipal", d.member())
	}
	v.Set("TaskPolicyArn.arn", "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials")
	if strings.HasPrefix(action, "iam:") {
		v.Set("SerialNumber", "arn:aws:iam::111111111111:mfa/phone")
		v.Set("VirtualMFADeviceName", "phone")
		v.Set("AuthenticationCode1", "123456")
		v.Set("AuthenticationCode2", "654321")
	}
	return v
}

// member makes an organization of the home account that takes sessions as the root of its members, and a member.
func (d *door) member() (account string) {
	d.t.Helper()
	d.change(func(tx *iam.Tx) {
		if _, err := tx.Organization(home); err != nil {
			must[*iam.Organization](d.t)(tx.FoundOrganization(home, false))
		}
		account = must[*iam.MemberRequest](d.t)(tx.CreateMember(home, iam.MemberSpec{Name: "m", Email: "m@example.org"})).Account
		must[*iam.Organization](d.t)(tx.TrustService(home, "iam.amazonaws.com"))
		must[*iam.Organization](d.t)(tx.SetRootSessions(home, true))
	})
	return account
}

// prepare makes what the parameters name. The subject has one policy.
func (d *door) prepare(document string) {
	d.t.Helper()
	t := d.t
	d.good("admin", "iam:CreateUser", pairs("UserName", "subject"))
	a := d.good("admin", "iam:CreateAccessKey", pairs("UserName", "subject"))
	d.creds["subject"] = d.signer(a)
	d.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "subject", "the-one", document))
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "staff"))
		must[*iam.Organization](t)(tx.FoundOrganization(home, false))
		must[*iam.ControlPolicy](t)(tx.CreateControlPolicy(home, iam.ControlSpec{Type: iam.ServiceControl, Name: "own", Content: allowAll}))
		must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "own", Document: allowAll}))
		must[*iam.OIDCProvider](t)(tx.CreateOIDCProvider(home, iam.OIDCSpec{URL: "https://idp.example.com"}))
		_, _, err := tx.CreatePolicyVersion(home, "arn:aws:iam::111111111111:policy/own", allowAll, false)
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Every operation that is built asks leave for exactly its own action: with that alone it is allowed, with all others it is not.
func TestAttack48_WrongActionCheck(t *testing.T) {
	const tagResource = `","organizations:TagResource`
	// Beyond its own action AssumeRole needs leave for what it hands on (IAM User Guide, "Passing session tags").
	extra := map[string]string{
		"iam:CreateOpenIDConnectProvider": `","iam:TagOpenIDConnectProvider`,
		"sts:AssumeRole":                  `","sts:TagSession","sts:SetSourceIdentity`,
		// And a token with tags leave to tag it (IAM User Guide, "Controlling access with IAM policies" of outbound federation).
		"sts:GetWebIdentityToken": `","sts:TagGetWebIdentityToken`,
		// Whoever creates a thing with tags needs leave to tag it (IAM User Guide, "Controlling access during AWS requests").
		"iam:CreateUser": `","iam:TagUser`, "iam:CreateRole": `","iam:TagRole`, "iam:CreatePolicy": `","iam:TagPolicy`,

		"iam:CreateVirtualMFADevice": `","iam:TagMFADevice`,
		"sts:GetFederationToken":     `","sts:TagSession`,

		"iam:CreateInstanceProfile": `","iam:TagInstanceProfile`, "iam:UploadServerCertificate": `","iam:TagServerCertificate`,
		"iam:CreateSAMLProvider": `","iam:TagSAMLProvider`,
		// A role in an instance profile is handed to machines.
		"iam:AddRoleToInstanceProfile": `","iam:PassRole`,
		"organizations:CreateAccount":  tagResource, "organizations:CreateOrganizationalUnit": tagResource, "organizations:CreatePolicy": tagResource,
		"organizations:InviteAccountToOrganization": tagResource,
	}
	// Who asks only who he is needs no leave (STS API Reference, GetCallerIdentity).
	free := map[string]bool{"sts:GetCallerIdentity": true, "sts:GetSessionToken": true}
	// Whom nobody knows has no policies: the role's trust policy alone decides.
	unsigned := map[string]bool{"sts:AssumeRoleWithWebIdentity": true, "sts:AssumeRoleWithSAML": true}
	built := 0
	for _, c := range Coverage() {
		if !c.Built || unsigned[c.Service+":"+c.Operation] {
			continue
		}
		built++
		action := c.Service + ":" + c.Operation
		if action == "sts:AssumeRoleWithSAML" {
			continue // an outside identity has no policies of its own: TestAssumeRoleWithSAML
		}
		t.Run(strings.ReplaceAll(action, ":", "_"), func(t *testing.T) {
			d := newDoor(t)
			d.prepare(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":[%q],"Resource":"*"}]}`, action))
			a := d.call("subject", action, everythingFor(d, action))
			if free[action] {
				if a.status != 200 {
					t.Errorf("%s: %s", a.code, a.message)
				}
				return
			}
			if strings.TrimSuffix(a.code, "Exception") != "AccessDenied" || !strings.Contains(a.message, " is not authorized to perform: "+action+" on resource: ") {
				t.Errorf("with leave for all but its own action: %d %s %s", a.status, a.code, a.message)
			}
			e := must[*audit.Event](t)(d.audit.Find(t.Context(), a.request))
			if e.Additional.Decision == nil || e.Additional.Decision.Action != action || e.Additional.Decision.Verdict != policy.ImplicitDeny {
				t.Errorf("on record is %+v", e.Additional.Decision)
			}

			d = newDoor(t)
			d.prepare(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["%s"],"Resource":"*"}]}`, action+extra[action]))
			params := everythingFor(d, action)
			before := d.db.Revision()
			a = d.call("subject", action, params)
			if strings.HasPrefix(a.code, "AccessDenied") || a.code == "ValidationError" || a.code == "InvalidInputException" || a.status >= 500 {
				t.Errorf("with leave for its own action alone: %d %s %s", a.status, a.code, a.message)
			}
			e = must[*audit.Event](t)(d.audit.Find(t.Context(), a.request))
			if e.Additional.Decision == nil || e.Additional.Decision.Verdict != policy.Allow {
				t.Errorf("on record is %+v", e.Additional.Decision)
			}
			if e.ReadOnly && d.db.Revision() != before {
				t.Error("it calls itself read only, and changed the state")
			}
			if e.ReadOnly != readsByName(c.Operation) {
				t.Errorf("read only: %t", e.ReadOnly)
			}
		})
	}
	if built < 70 {
		t.Errorf("%d operations are built", built)
	}
}

// readsByName: the names of operations that change nothing begin so. AssumeRole hands out credentials and writes no row.
func readsByName(operation string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Generate", "AssumeRole", "AssumeRoot", "Decode", "Explain", "Simulate", "WhoCan", "WhatCan"} {
		if strings.HasPrefix(operation, verb) {
			return true
		}
	}
	return false
}

// A rename or a move needs leave for the old name and for the new one.
func TestRenameNeedsBothNames(t *testing.T) {
	for _, c := range []struct{ kind, operation, name, to string }{
		{"user", "iam:UpdateUser", "UserName", "NewUserName"}, {"group", "iam:UpdateGroup", "GroupName", "NewGroupName"},
	} {
		for _, move := range []struct {
			allowed string // below this the subject may do everything
			to      []string
			want    bool
		}{
			{"own/*", []string{c.to, "b"}, true},
			{"own/*", []string{"NewPath", "/own/deep/"}, true},
			{"own/*", []string{"NewPath", "/"}, false},
			{"own/*", []string{"NewPath", "/other/"}, false},
			{"own/*", []string{"NewPath", "/other/", c.to, "b"}, false},
			{"own/a", []string{c.to, "b"}, false},
			{"own/b", []string{c.to, "b"}, false},
			{"*", []string{"NewPath", "/other/", c.to, "b"}, true},
		} {
			d := newDoor(t)
			d.prepare(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::111111111111:%s/%s"}]}`, c.kind, move.allowed))
			create := "iam:CreateUser"
			if c.kind == "group" {
				create = "iam:CreateGroup"
			}
			d.good("admin", create, pairs(c.name, "a", "Path", "/own/"))
			a := d.call("subject", c.operation, pairs(append([]string{c.name, "a"}, move.to...)...))
			if (a.status == 200) != move.want || a.status != 200 && a.code != "AccessDenied" {
				t.Errorf("%s with leave for %s to %v: %d %s", c.operation, move.allowed, move.to, a.status, a.message)
			}
		}
	}
}

// The condition keys of the Service Authorization Reference are there for the operations that have them.
func TestConditionKeysOfOperations(t *testing.T) {
	when := func(action, condition string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[%q,"iam:TagUser"],"Resource":"*","Condition":%s}]}`, action, condition)
	}
	const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	for _, c := range []struct {
		operation, condition string
		yes, no              []string
	}{
		{"iam:AttachUserPolicy", `{"ArnEquals":{"iam:PolicyARN":"` + readOnly + `"}}`, []string{"UserName", "poor", "PolicyArn", readOnly}, []string{"UserName", "poor", "PolicyArn", administrator}},
		{"iam:CreateUser", `{"StringEquals":{"iam:PermissionsBoundary":"` + readOnly + `"}}`, []string{"UserName", "n", "PermissionsBoundary", readOnly}, []string{"UserName", "n"}},
		{"iam:CreateRole", `{"StringEquals":{"iam:PermissionsBoundary":"` + readOnly + `"}}`, []string{"RoleName", "n", "AssumeRolePolicyDocument", trustHome, "PermissionsBoundary", readOnly},
			[]string{"RoleName", "n", "AssumeRolePolicyDocument", trustHome, "PermissionsBoundary", administrator}},
		{"iam:PutUserPermissionsBoundary", `{"StringEquals":{"iam:PermissionsBoundary":"` + readOnly + `"}}`, []string{"UserName", "poor", "PermissionsBoundary", readOnly}, []string{"UserName", "poor", "PermissionsBoundary", administrator}},
		{"iam:PutUserPolicy", `{"StringEquals":{"iam:PermissionsBoundary":"` + readOnly + `"}}`, []string{"UserName", "bounded", "PolicyName", "p", "PolicyDocument", allowAll}, []string{"UserName", "poor", "PolicyName", "p", "PolicyDocument", allowAll}},
		{"iam:AttachUserPolicy", `{"StringEquals":{"iam:PermissionsBoundary":"` + readOnly + `"}}`, []string{"UserName", "bounded", "PolicyArn", administrator}, []string{"UserName", "poor", "PolicyArn", administrator}},
		{"iam:DeleteUserPermissionsBoundary", `{"Null":{"iam:PermissionsBoundary":"true"}}`, nil, []string{"UserName", "bounded"}},
		{"iam:CreateUser", `{"StringEquals":{"aws:RequestTag/team":"blue"}}`, []string{"UserName", "n", "Tags.member.1.Key", "Team", "Tags.member.1.Value", "blue"}, []string{"UserName", "n", "Tags.member.1.Key", "Team", "Tags.member.1.Value", "red"}},
		{"iam:TagUser", `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]},"Null":{"aws:TagKeys":"false"}}`, []string{"UserName", "poor", "Tags.member.1.Key", "team", "Tags.member.1.Value", "x"}, []string{"UserName", "poor", "Tags.member.1.Key", "job", "Tags.member.1.Value", "x"}},
		{"iam:UntagUser", `{"ForAllValues:StringEquals":{"aws:TagKeys":["team"]},"Null":{"aws:TagKeys":"false"}}`, []string{"UserName", "poor", "TagKeys.member.1", "team"}, []string{"UserName", "poor", "TagKeys.member.1", "team", "TagKeys.member.2", "job"}},
		{"iam:DeleteUser", `{"StringEquals":{"iam:ResourceTag/team":"blue"}}`, []string{"UserName", "tagged"}, []string{"UserName", "poor"}},
		{"iam:GetRole", `{"StringEquals":{"aws:ResourceTag/team":"blue"}}`, []string{"RoleName", "tagged"}, []string{"RoleName", "clerk"}},
		{"iam:GetPolicy", `{"StringEquals":{"aws:ResourceTag/team":"blue"}}`, []string{"PolicyArn", "arn:aws:iam::111111111111:policy/tagged"}, []string{"PolicyArn", administrator}},
	} {
		for want, params := range map[bool][]string{true: c.yes, false: c.no} {
			if params == nil {
				continue
			}
			d := newDoor(t)
			d.prepare(when(c.operation, c.condition))
			d.change(func(tx *iam.Tx) {
				tags := []iam.Tag{{Key: "team", Value: "blue"}}
				must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "tagged", Tags: tags}))
				must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "bounded", Boundary: readOnly}))
				must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "tagged", Trust: trustHome, Tags: tags}))
				must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "tagged", Document: allowAll, Tags: tags}))
			})
			a := d.call("subject", c.operation, pairs(params...))
			if got := a.code != "AccessDenied"; got != want {
				t.Errorf("%s under %s with %v: %d %s", c.operation, c.condition, params, a.status, a.message)
			}
		}
	}
}
