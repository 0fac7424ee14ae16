package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/e2e/process"
	"github.com/daypass/daypass/internal/dialect/aws"
)

// operation is one call of an operation with parameters that a fresh fixture can take.
type operation struct {
	service, name string
	pairs         []string
}

func (o operation) action() string { return o.service + ":" + o.name }

var versions = map[string]string{"sts": "2011-06-15", "iam": "2010-05-08", "daypass": "2026-11-22"}

func (o operation) by(t *testing.T, w *who) *reply {
	t.Helper()
	return w.ask(t, o.service, versions[o.service], o.name, o.pairs...)
}

// fixture is what the table's parameters refer to.
type fixture struct {
	account, key, denial string
	device               *device // of nobody

	delegations delegations
	held        held
	// idToken is a token of the development server's own issuer.
	idToken string
	job     string // a report on who last used what
	message string // of a denial by the demo API
}

// newFixture makes a user with a key, and a denial that can be explained.
func newFixture(t *testing.T, s *process.Server) fixture {
	t.Helper()
	a := by(s, admin(s))
	nobody := a.user(t, "nobody")
	r := nobody.ask(t, "iam", versions["iam"], "ListUsers")
	r.refused(t, "ListUsers by nobody", "AccessDenied")
	_, rest, _ := strings.Cut(a.ask(t, "iam", versions["iam"], "GenerateServiceLastAccessedDetails", "Arn", "arn:aws:iam::"+s.Account.ID+":user/nobody").body, "<JobId>")
	job, _, _ := strings.Cut(rest, "</JobId>")
	return fixture{
		job:         job,
		account:     s.Account.ID,
		key:         nobody.id,
		denial:      r.header.Get("X-Amzn-Requestid"),
		device:      a.device(t, "fixture"),
		delegations: newDelegations(t, a),
		held:        a.holder(t),
		idToken:     idToken(t, s, ""),
		message:     encoded(t, nobody.note(t, "GET", "alice/x")),
	}
}

// area is the story of one part of the API. Each names things of its own.
type area struct {
	// setup makes what the operations name, for those who are refused before they would have made it: a refusal is then never for
	// want of a thing.
	setup []operation
	// list drives every operation of the area, in an order in which each succeeds.
	list []operation
	// free are the operations, as service:Name, that no policy governs, or not by their own name alone.
	free []string
}

// in gives a function that adds operations of a service to a list.
func in(service string, list *[]operation) func(name string, pairs ...string) {
	return func(name string, pairs ...string) { *list = append(*list, operation{service, name, pairs}) }
}

// areas are all parts of the API. A new one gets a file of its own, operation_NAME_test.go, and a line here.
func areas(f fixture) []area {
	return []area{
		spineArea(f), oidcArea(f),
		instanceProfileArea(f),
		mfaArea(f),
		passwordArea(f),
		credentialArea(f),
		tokenArea(f),
		accountArea(f),
		simulationArea(f),
		organizationArea(),
		samlArea(f),
		delegationArea(f),
	}
}

func operations(f fixture) []operation {
	var all []operation
	for _, a := range areas(f) {
		all = append(all, a.list...)
	}
	return all
}

// spineArea is what every installation uses: users, groups, roles, policies, and the operator's own operations.
func spineArea(f fixture) (a area) {
	a.free = []string{"sts:GetCallerIdentity"}
	a.setup = []operation{
		{"iam", "CreateUser", []string{"UserName", "u"}},
		{"iam", "CreateGroup", []string{"GroupName", "g"}},
		{"iam", "CreateRole", []string{"RoleName", "r", "AssumeRolePolicyDocument", trust("arn:aws:iam::"+f.account+":root", "")}},
		{"iam", "CreatePolicy", []string{"PolicyName", "p", "PolicyDocument", allow("s3:*", "*")}},
		{"daypass", "CreateAccount", []string{"Cloud", "aws", "Name", "other", "AccountId", "444455556666"}},
	}
	iam, sts, own := in("iam", &a.list), in("sts", &a.list), in("daypass", &a.list)
	account := "arn:aws:iam::" + f.account
	doc := allow("s3:GetObject", "*")
	pol, boundary := account+":policy/p", "arn:aws:iam::aws:policy/ReadOnlyAccess"

	iam("CreateUser", "UserName", "u", "Path", "/team/")
	iam("GetUser", "UserName", "u")
	iam("ListUsers", "PathPrefix", "/team/")
	iam("UpdateUser", "UserName", "u", "NewPath", "/")
	iam("TagUser", "UserName", "u", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListUserTags", "UserName", "u")
	iam("UntagUser", "UserName", "u", "TagKeys.member.1", "k")
	iam("PutUserPermissionsBoundary", "UserName", "u", "PermissionsBoundary", boundary)
	iam("DeleteUserPermissionsBoundary", "UserName", "u")
	iam("CreateAccessKey", "UserName", "alice")
	iam("ListAccessKeys", "UserName", "nobody")
	iam("GetAccessKeyLastUsed", "AccessKeyId", f.key)
	iam("UpdateAccessKey", "UserName", "nobody", "AccessKeyId", f.key, "Status", "Inactive")
	iam("DeleteAccessKey", "UserName", "nobody", "AccessKeyId", f.key)

	iam("CreateGroup", "GroupName", "g", "Path", "/team/")
	iam("GetGroup", "GroupName", "g")
	iam("ListGroups")
	iam("UpdateGroup", "GroupName", "g", "NewPath", "/")
	iam("AddUserToGroup", "GroupName", "g", "UserName", "u")
	iam("ListGroupsForUser", "UserName", "u")
	iam("RemoveUserFromGroup", "GroupName", "g", "UserName", "u")

	iam("CreateRole", "RoleName", "r", "AssumeRolePolicyDocument", trust(account+":root", ""))
	iam("GetRole", "RoleName", "r")
	iam("ListRoles")
	iam("UpdateRole", "RoleName", "r", "Description", "text", "MaxSessionDuration", "7200")
	iam("UpdateRoleDescription", "RoleName", "r", "Description", "other text")
	iam("UpdateAssumeRolePolicy", "RoleName", "r", "PolicyDocument", trust(account+":root", ""))
	iam("TagRole", "RoleName", "r", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListRoleTags", "RoleName", "r")
	iam("UntagRole", "RoleName", "r", "TagKeys.member.1", "k")
	iam("ListInstanceProfilesForRole", "RoleName", "r")
	iam("PutRolePermissionsBoundary", "RoleName", "r", "PermissionsBoundary", boundary)
	iam("DeleteRolePermissionsBoundary", "RoleName", "r")
	sts("AssumeRole", "RoleArn", account+":role/r", "RoleSessionName", "story")
	sts("GetCallerIdentity")
	sts("GetAccessKeyInfo", "AccessKeyId", f.key)

	iam("CreatePolicy", "PolicyName", "p", "PolicyDocument", doc)
	iam("GetPolicy", "PolicyArn", pol)
	iam("ListPolicies", "Scope", "Local")
	iam("CreatePolicyVersion", "PolicyArn", pol, "PolicyDocument", doc)
	iam("GetPolicyVersion", "PolicyArn", pol, "VersionId", "v2")
	iam("ListPolicyVersions", "PolicyArn", pol)
	iam("SetDefaultPolicyVersion", "PolicyArn", pol, "VersionId", "v2")
	iam("DeletePolicyVersion", "PolicyArn", pol, "VersionId", "v1")
	iam("TagPolicy", "PolicyArn", pol, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	iam("ListPolicyTags", "PolicyArn", pol)
	iam("UntagPolicy", "PolicyArn", pol, "TagKeys.member.1", "k")

	for _, kind := range []struct{ noun, name string }{{"User", "u"}, {"Group", "g"}, {"Role", "r"}} {
		self := []string{kind.noun + "Name", kind.name}
		with := func(more ...string) []string { return slices.Concat(self, more) }
		iam("Put"+kind.noun+"Policy", with("PolicyName", "in", "PolicyDocument", doc)...)
		iam("Get"+kind.noun+"Policy", with("PolicyName", "in")...)
		iam("List"+kind.noun+"Policies", self...)
		iam("Delete"+kind.noun+"Policy", with("PolicyName", "in")...)
		iam("Attach"+kind.noun+"Policy", with("PolicyArn", pol)...)
		iam("ListAttached"+kind.noun+"Policies", self...)
		if kind.noun == "User" {
			iam("ListEntitiesForPolicy", "PolicyArn", pol)
		}
		iam("Detach"+kind.noun+"Policy", with("PolicyArn", pol)...)
	}

	iam("EnableOutboundWebIdentityFederation")
	iam("GetOutboundWebIdentityFederationInfo")
	sts("GetWebIdentityToken", "Audience.member.1", "https://api.example.com", "SigningAlgorithm", "ES384")
	own("RotateIssuerKeys", "AccountId", f.account)
	iam("DisableOutboundWebIdentityFederation")

	iam("DeletePolicy", "PolicyArn", pol)
	own("RevokeSessions", "RoleName", "r")
	iam("DeleteRole", "RoleName", "r")
	iam("DeleteGroup", "GroupName", "g")
	iam("DeleteUser", "UserName", "u")
	own("Explain", "RequestId", f.denial)
	own("WhoCan", "ActionName", "s3:GetObject")
	own("WhatCan", "PrincipalArn", "arn:aws:iam::"+f.account+":root")
	own("CreateAccount", "Cloud", "aws", "Name", "other", "AccountId", "444455556666")
	own("ListAccounts")
	own("SuspendAccount", "AccountId", "444455556666")
	own("ResumeAccount", "AccountId", "444455556666")
	own("ListKeys")
	own("RotateKeys")
	return a
}

// TestEveryOperation drives every built operation, and fails when one is built that has no story.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	told := map[string]bool{}
	for _, o := range operations(newFixture(t, s)) {
		told[o.action()] = true
		r := o.by(t, a)
		if o.service == "organizations" {
			if r.status != 200 || !strings.HasPrefix(r.body, "{") || r.header.Get("Content-Type") != "application/x-amz-json-1.1" || r.header.Get("X-Amzn-Requestid") == "" {
				t.Errorf("%s: %d %s", o.action(), r.status, r.body)
			}
			continue
		}
		if r.status != 200 || !strings.Contains(r.body, "<"+o.name+"Response xmlns=") || !strings.Contains(r.body, "<RequestId>"+r.header.Get("X-Amzn-Requestid")+"</RequestId>") {
			t.Errorf("%s: %d %s", o.action(), r.status, r.body)
		}
	}
	for _, c := range aws.Coverage() {
		if name := c.Service + ":" + c.Operation; c.Built && !told[name] {
			t.Errorf("%s is built, and no story drives it", name)
		} else if !c.Built && told[name] {
			t.Errorf("%s is driven, and the coverage page says it is not built", name)
		}
	}
}

// TestUnsupportedOperation: what AWS has and this server does not is refused in so many words, and never half done.
func TestUnsupportedOperation(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	n := 0
	for _, c := range aws.Coverage() {
		if c.Built {
			continue
		}
		n++
		r := a.ask(t, c.Service, versions[c.Service], c.Operation)
		if r.status != 400 || r.code != "UnsupportedOperation" || !strings.Contains(r.text, c.Operation) {
			t.Errorf("%s: %d %s: %s", c.Operation, r.status, r.code, r.text)
		}
	}
	if n == 0 {
		t.Error("the coverage page has nothing that is not built: this story is over")
	}
	_, err := a.organizer().EnableAllFeatures(ctx, nil)
	fails(t, err, "UnsupportedOperation", "not supported")
	r := a.ask(t, "iam", versions["iam"], "MakeCoffee")
	if r.status != 400 || r.code != "InvalidAction" || r.text != "Could not find operation MakeCoffee for version 2010-05-08" {
		t.Errorf("unknown operation: %d %s: %s", r.status, r.code, r.text)
	}
	r = a.ask(t, "iam", "2010-05-09", "ListUsers")
	if r.status != 400 || r.code != "InvalidAction" || r.text != "Could not find operation ListUsers for version 2010-05-09" {
		t.Errorf("unknown version: %d %s: %s", r.status, r.code, r.text)
	}
	r = send(t, a.sign(t, s, form(t, s, "Version=2011-06-15"), signature{}))
	if r.status != 400 || r.code != "MissingAction" {
		t.Errorf("no operation: %d %s: %s", r.status, r.code, r.text)
	}
}

// setUp makes what the operations name, and says which of them no policy governs.
func setUp(t *testing.T, a *who, f fixture) (free map[string]bool) {
	t.Helper()
	free = map[string]bool{}
	for _, area := range areas(f) {
		for _, setup := range area.setup {
			if r := setup.by(t, a); r.status != 200 {
				t.Fatalf("%s: %s", setup.name, r.body)
			}
		}
		for _, name := range area.free {
			free[name] = true
		}
	}
	return free
}

// TestAttack48_WrongActionCheck runs every operation as somebody who may do everything else, and as somebody who may do only another
// thing: RustFS GHSA-vcwh and GHSA-mm2q checked the wrong action.
func TestAttack48_WrongActionCheck(t *testing.T) {
	t.Parallel()
	s := devServer(t)
	a := by(s, admin(s))
	f := newFixture(t, s)
	all := operations(f)
	free := setUp(t, a, f)
	seen := map[string]bool{}
	for i, o := range all {
		if free[o.action()] || seen[o.action()] {
			continue
		}
		seen[o.action()] = true
		other := all[(i+7)%len(all)]
		for other.action() == o.action() || free[other.action()] {
			i++
			other = all[(i+7)%len(all)]
		}
		for why, policy := range map[string]string{"everything else": allowBut(o.action()), "only " + other.action(): allow(other.action(), "*")} {
			name := strings.NewReplacer(" ", "-", ":", "-").Replace(o.action() + "-" + why)
			if len(name) > 64 {
				name = name[:64]
			}
			r := o.by(t, a.user(t, name, policy))
			if r.status != 403 && o.service != "organizations" || strings.TrimSuffix(r.code, "Exception") != "AccessDenied" || !strings.Contains(r.text, "is not authorized to perform: "+o.action()+" on resource: ") {
				t.Errorf("%s by somebody allowed %s: %d %s: %s", o.action(), why, r.status, r.code, r.text)
			}
		}
		// And the permission for the very action is enough, where the operation asks for one thing.
		if o.name == "ListUsers" || o.name == "GetRole" || o.name == "ListKeys" {
			if r := o.by(t, a.user(t, "just-"+o.name, allow(o.action(), "*"))); r.status != 200 {
				t.Errorf("%s by somebody allowed it: %s", o.action(), r.text)
			}
		}
	}
	// GetCallerIdentity is for everybody, whatever policies say.
	if r := (operation{"sts", "GetCallerIdentity", nil}).by(t, a.user(t, "muzzled", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`)); r.status != 200 {
		t.Errorf("GetCallerIdentity: %s", r.body)
	}
}
