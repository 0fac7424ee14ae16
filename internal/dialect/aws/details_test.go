package aws

import (
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/iam"
)

// Which members the details show, as recordings of the real API do: a user without inline policies has no list of them, and
// everything else that is empty is there.
func TestDetailMembers(t *testing.T) {
	d := newDoor(t)
	const user, group = "UserDetailList", "GroupDetailList"
	details := func(params ...string) string {
		t.Helper()
		a := d.good("admin", "iam:GetAccountAuthorizationDetails", pairs(params...))
		return a.members(t)
	}
	in := func(prefix, members string) string {
		return prefix + " " + prefix + "." + strings.ReplaceAll(members, " ", " "+prefix+".")
	}
	d.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.DetachUserPolicy(home, "admin", administrator))
		must[*iam.User](t)(tx.PutUserBoundary(home, "poor", administrator))
		must[*iam.User](t)(tx.AttachUserPolicy(other, "away", "arn:aws:iam::aws:policy/SecurityAudit"))
	})
	d.creds["admin"] = d.creds["root"]
	const bare = "Arn AttachedManagedPolicies CreateDate GroupList Path Tags UserId UserName"
	const bounded = "PermissionsBoundary PermissionsBoundary.PermissionsBoundaryArn PermissionsBoundary.PermissionsBoundaryType"
	empty := func(without string) string {
		return strings.ReplaceAll("GroupDetailList IsTruncated Policies RoleDetailList UserDetailList", without, "")
	}
	if got, want := details("Filter.member.1", "User"), sortedWords(empty(user)+" "+in(user, bare+" "+bounded)); got != want {
		t.Errorf("users:\n got %s\nwant %s", got, want)
	}
	d.change(func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "poor", "in", allowAll))
		must[*iam.User](t)(tx.AttachUserPolicy(home, "poor", administrator))
		must[*iam.User](t)(tx.TagUser(home, "poor", []iam.Tag{{Key: "k", Value: "v"}}))
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "g"))
		must[*iam.Group](t)(tx.PutGroupPolicy(home, "g", "in", allowAll))
		must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "in", allowAll))
		must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "own", Document: allowAll, Description: "d"}))
	})
	const attached = " AttachedManagedPolicies.PolicyArn AttachedManagedPolicies.PolicyName"
	inline := func(list string) string { return list + " " + list + ".PolicyDocument " + list + ".PolicyName" }
	for _, c := range []struct{ filter, list, want string }{
		{"User", user, bare + attached + " " + bounded + " " + inline("UserPolicyList") + " Tags.Key Tags.Value"},
		{"Group", group, "Arn AttachedManagedPolicies CreateDate GroupId GroupName Path " + inline("GroupPolicyList")},
		{"Role", "RoleDetailList", "Arn AssumeRolePolicyDocument AttachedManagedPolicies CreateDate InstanceProfileList Path RoleId RoleLastUsed RoleName Tags " + inline("RolePolicyList")},
		{"LocalManagedPolicy", "Policies", "Arn AttachmentCount CreateDate DefaultVersionId IsAttachable Path PermissionsBoundaryUsageCount PolicyId PolicyName PolicyVersionList " +
			"PolicyVersionList.CreateDate PolicyVersionList.Document PolicyVersionList.IsDefaultVersion PolicyVersionList.VersionId UpdateDate"},
	} {
		if got, want := details("Filter.member.1", c.filter), sortedWords(empty(c.list)+" "+in(c.list, c.want)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.filter, got, want)
		}
	}
	d.change(func(tx *iam.Tx) {
		must[*iam.InstanceProfile](t)(tx.CreateInstanceProfile(home, iam.InstanceProfileSpec{Name: "box"}))
		if err := tx.AddRoleToInstanceProfile(home, "box", "clerk"); err != nil {
			t.Fatal(err)
		}
	})
	if a := d.good("admin", "iam:GetAccountAuthorizationDetails", pairs("Filter.member.1", "Role")); a.text("InstanceProfileName") != "box" {
		t.Errorf("instance profiles: %s", a.body)
	}
	a := d.good("admin", "iam:GetAccountAuthorizationDetails", pairs("Filter.member.1", "AWSManagedPolicy"))
	if n := strings.Count(a.body, "<PolicyId>"); n != 1 || a.text("Arn") != administrator || a.text("AttachmentCount") != "1" || a.text("PermissionsBoundaryUsageCount") != "1" {
		t.Errorf("%d policies of aws: %s", n, a.body)
	}
	if a = d.good("admin", "iam:GetAccountAuthorizationDetails", pairs("Filter.member.1", "User")); a.text("PolicyDocument") != document(allowAll) {
		t.Errorf("inline policy: %s", a.text("PolicyDocument"))
	}
	d.bad("admin", "iam:GetAccountAuthorizationDetails", pairs("Filter.member.1", "Everything", "MaxItems", "0"), 400, "ValidationError",
		"2 validation errors detected: Value at 'filter.1.member' failed to satisfy constraint: Member must satisfy enum value set; "+
			"Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1")
	d.bad("poor", "iam:GetAccountAuthorizationDetails", pairs("Marker", "x"), 400, "ValidationError", "Invalid Marker.")
}

// TestDetailsShowOneAccount: what another account holds never appears, whatever the marker.
func TestDetailsShowOneAccount(t *testing.T) {
	d := newDoor(t)
	var names []string
	for marker := ""; ; {
		params := pairs("MaxItems", "1")
		if marker != "" {
			params.Set("Marker", marker)
		}
		a := d.good("away", "iam:GetAccountAuthorizationDetails", params)
		names = append(names, a.text("Arn"))
		if marker = a.text("Marker"); a.text("IsTruncated") != "true" {
			break
		}
	}
	if want := []string{"arn:aws:iam::222222222222:user/away", administrator}; !slices.Equal(names, want) {
		t.Errorf("%v", names)
	}
	// A marker of the other account's walk begins this one's elsewhere, and shows nothing of the other's.
	a := d.good("admin", "iam:GetAccountAuthorizationDetails", pairs("MaxItems", "1"))
	if b := d.good("away", "iam:GetAccountAuthorizationDetails", pairs("Marker", a.text("Marker"))); strings.Contains(b.body, home) {
		t.Errorf("%s", b.body)
	}
}
