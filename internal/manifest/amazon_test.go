package manifest

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// details has the members that the AWS command line interface prints (IAM API Reference, GetAccountAuthorizationDetails); the documents once
// as objects and once as the API itself encodes them.
func detailsFile() string {
	encoded := strings.ReplaceAll(url.QueryEscape(allow), "+", "%20")
	return `{
 "UserDetailList": [{"Path": "/team/", "UserName": "bob", "UserId": "AIDAAAAAAAAAAAAAAAAAA", "Arn": "arn:aws:iam::123456789012:user/team/bob", "CreateDate": "2020-01-01T00:00:00+00:00",
  "UserPolicyList": [{"PolicyName": "in", "PolicyDocument": ` + allow + `}], "GroupList": ["staff"], "AttachedManagedPolicies": [],
  "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/edge"}, "Tags": [{"Key": "k", "Value": "v"}]}],
 "GroupDetailList": [{"Path": "/", "GroupName": "staff", "GroupId": "AGPAAAAAAAAAAAAAAAAAA", "Arn": "arn:aws:iam::123456789012:group/staff", "CreateDate": "2020-01-01T00:00:00+00:00",
  "GroupPolicyList": [], "AttachedManagedPolicies": [{"PolicyName": "Rare", "PolicyArn": "arn:aws:iam::aws:policy/service-role/Rare"}]}],
 "RoleDetailList": [
  {"Path": "/", "RoleName": "app", "RoleId": "AROAAAAAAAAAAAAAAAAAA", "Arn": "arn:aws:iam::123456789012:role/app", "CreateDate": "2020-01-01T00:00:00+00:00",
   "AssumeRolePolicyDocument": ` + string(trusting("arn:aws:iam::123456789012:user/team/bob")) + `,
   "InstanceProfileList": [{"Path": "/", "InstanceProfileName": "app", "InstanceProfileId": "AIPAAAAAAAAAAAAAAAAAA", "Arn": "arn:aws:iam::123456789012:instance-profile/app", "CreateDate": "2020-01-01T00:00:00+00:00", "Roles": []}],
   "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [], "RoleLastUsed": {}},
  {"Path": "/aws-service-role/ecs.amazonaws.com/", "RoleName": "AWSServiceRoleForECS", "RoleId": "AROAAAAAAAAAAAAAAAAAB", "Arn": "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
   "AssumeRolePolicyDocument": {}, "InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": [], "RoleLastUsed": {}}],
 "Policies": [
  {"PolicyName": "edge", "Arn": "arn:aws:iam::123456789012:policy/edge", "Path": "/", "DefaultVersionId": "v2", "PolicyVersionList": [
    {"Document": {}, "VersionId": "v1", "IsDefaultVersion": false}, {"Document": "` + encoded + `", "VersionId": "v2", "IsDefaultVersion": true}]},
  {"PolicyName": "Rare", "Arn": "arn:aws:iam::aws:policy/service-role/Rare", "Path": "/service-role/", "DefaultVersionId": "v1", "PolicyVersionList": [{"Document": ` + allow + `, "VersionId": "v1", "IsDefaultVersion": true}]}]
}`
}

func TestReadAmazon(t *testing.T) {
	i, err := ReadAmazon(strings.NewReader(detailsFile()))
	if err != nil {
		t.Fatal(err)
	}
	if i.Account != "123456789012" {
		t.Errorf("account %s", i.Account)
	}
	i.Move(account)
	adopted, missing := i.Adopt(func(name string) bool { return false })
	if !slices.Equal(adopted, []string{"arn:aws:iam::aws:policy/service-role/Rare"}) || len(missing) != 0 {
		t.Errorf("adopted %v, missing %v", adopted, missing)
	}
	plan, err := Compare(&Manifest{Account: account}, i.Manifest, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{
		"+ policy edge", "+ policy Rare",
		"+ group staff", "~ group staff: attach arn:aws:iam::111111111111:policy/service-role/Rare",
		"+ user bob", "~ user bob: put inline policy in", "~ user bob: join group staff",
		"+ role app", "+ instance profile app",
	}, steps(plan)); d != "" {
		t.Error(d)
	}
	if role := i.Roles[0]; !strings.Contains(string(role.Trust), "arn:aws:iam::111111111111:user/team/bob") {
		t.Errorf("trust %s", role.Trust)
	}
	if !same(i.Policies[0].Document, Document(allow)) || i.Users[0].Tags["k"] != "v" {
		t.Errorf("%s %v", i.Policies[0].Document, i.Users[0].Tags)
	}
	notes := strings.Join(i.Notes, "\n")
	for _, want := range []string{"AWSServiceRoleForECS is left out", "only its default version v2", "maximum session duration", "tags of policies"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note of %q in %s", want, notes)
		}
	}
}

func TestReadAmazonRefuses(t *testing.T) {
	good := detailsFile()
	for name, text := range map[string]string{
		"something else":  `{"Users":[]}`,
		"a list":          `[]`,
		"one page":        strings.Replace(good, `"Policies"`, `"IsTruncated":true,"Policies"`, 1),
		"two accounts":    strings.Replace(good, "123456789012:group", "123456789013:group", 1),
		"no account":      strings.Replace(good, "arn:aws:iam::123456789012:group/staff", "staff", 1),
		"no default":      strings.Replace(good, `"DefaultVersionId": "v2"`, `"DefaultVersionId": "v3"`, 1),
		"no document":     strings.Replace(good, `"Document": "%7B`, `"Document": "%7`, 1),
		"broken encoding": strings.Replace(good, `"Document": "%7B`, `"Document": "%zz`, 1),
	} {
		if _, err := ReadAmazon(strings.NewReader(text)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	i, err := ReadAmazon(strings.NewReader(strings.Replace(good, `"PolicyName": "Rare", "Arn": "arn:aws:iam::aws:`, `"PolicyName": "Other", "Arn": "arn:aws:iam::aws:x`, 1)))
	if err == nil {
		if _, missing := i.Adopt(func(string) bool { return false }); len(missing) != 1 {
			t.Errorf("missing %v", missing)
		}
	}
}

func FuzzReadAmazon(f *testing.F) {
	f.Add(detailsFile())
	f.Fuzz(func(t *testing.T, text string) {
		i, err := ReadAmazon(strings.NewReader(text))
		if err != nil {
			return
		}
		i.Move(account)
		i.Adopt(func(name string) bool { return len(name)%2 == 0 })
		_, _ = Compare(&Manifest{Account: account}, i.Manifest, Options{})
	})
}
