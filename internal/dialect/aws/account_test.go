package aws

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/iam"
)

func TestAlias(t *testing.T) {
	d := newDoor(t)
	list := func(who string) string {
		a := d.good(who, "iam:ListAccountAliases", nil)
		if !strings.Contains(a.body, "<IsTruncated>false</IsTruncated>") || !strings.Contains(a.body, "<AccountAliases") {
			t.Errorf("%s", a.body)
		}
		return a.text("member")
	}
	if got := list("admin"); got != "" {
		t.Errorf("an alias nobody gave: %s", got)
	}
	d.good("admin", "iam:CreateAccountAlias", pairs("AccountAlias", "acme-1"))
	// A name is one account's on the whole server, and an account has one: a second replaces the first.
	d.bad("away", "iam:CreateAccountAlias", pairs("AccountAlias", "acme-1"), 409, "EntityAlreadyExists", "The account alias acme-1 already exists.")
	d.bad("admin", "iam:CreateAccountAlias", pairs("AccountAlias", "acme-1"), 409, "EntityAlreadyExists", "The account alias acme-1 already exists.")
	d.good("admin", "iam:CreateAccountAlias", pairs("AccountAlias", "acme-2"))
	if got := list("admin"); got != "acme-2" {
		t.Errorf("alias %s", got)
	}
	d.good("away", "iam:CreateAccountAlias", pairs("AccountAlias", "acme-1"))
	d.bad("admin", "iam:DeleteAccountAlias", pairs("AccountAlias", "acme-1"), 404, "NoSuchEntity", "The account alias acme-1 does not exist.")
	d.good("admin", "iam:DeleteAccountAlias", pairs("AccountAlias", "acme-2"))
	if list("admin") != "" || list("away") != "acme-1" {
		t.Error("the wrong alias is gone")
	}
	const pattern = "failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
	for name, want := range map[string]string{
		"ab":   "2 validation errors detected: Value 'ab' at 'accountAlias' failed to satisfy constraint: Member must have length greater than or equal to 3; Value 'ab' at 'accountAlias' " + pattern,
		"a--b": "1 validation error detected: Value 'a--b' at 'accountAlias' " + pattern,
		"-abc": "1 validation error detected: Value '-abc' at 'accountAlias' " + pattern,
		"Abc":  "1 validation error detected: Value 'Abc' at 'accountAlias' " + pattern,
	} {
		if a := d.call("admin", "iam:CreateAccountAlias", pairs("AccountAlias", name)); a.status != 400 || a.code != "ValidationError" || a.message != want {
			t.Errorf("%s: %d %s %s", name, a.status, a.code, a.message)
		}
	}
	d.bad("poor", "iam:CreateAccountAlias", pairs("AccountAlias", "mine"), 403, "AccessDenied",
		"User: arn:aws:iam::111111111111:user/poor is not authorized to perform: iam:CreateAccountAlias on resource: * because no identity-based policy allows the iam:CreateAccountAlias action")
}

// TestSummaryHasEveryKey compares with the keys that the service model lists.
func TestSummaryHasEveryKey(t *testing.T) {
	b, err := os.ReadFile("../../../tools/gen/models/iam-2010-05-08.json")
	if err != nil {
		t.Fatal(err)
	}
	var model struct {
		Shapes map[string]struct{ Enum []string }
	}
	if err := json.Unmarshal(b, &model); err != nil {
		t.Fatal(err)
	}
	keys := model.Shapes["summaryKeyType"].Enum
	got := summaryOf(newDoor(t), "admin")
	if len(keys) < 30 || len(got) != len(keys) {
		t.Errorf("%d keys, the model has %d", len(got), len(keys))
	}
	for _, key := range keys {
		if _, ok := got[key]; !ok {
			t.Errorf("%s is missing", key)
		}
	}
}

// summaryOf reads the map of an account's summary.
func summaryOf(d *door, who string) map[string]int {
	d.t.Helper()
	out := map[string]int{}
	for _, entry := range strings.Split(d.good(who, "iam:GetAccountSummary", nil).body, "<entry>")[1:] {
		a := answer{body: entry}
		var n int
		if _, err := fmt.Sscan(a.text("value"), &n); err != nil {
			d.t.Fatal(err)
		}
		out[a.text("key")] = n
	}
	return out
}

func TestSummaryCounts(t *testing.T) {
	d := newDoor(t)
	want := func(who string, want map[string]int) {
		t.Helper()
		got := summaryOf(d, who)
		for key, n := range want {
			if got[key] != n {
				t.Errorf("%s of %s: %d, want %d", key, who, got[key], n)
			}
		}
	}
	want("admin", map[string]int{"Users": 2, "Groups": 0, "Roles": 1, "Policies": 0, "PolicyVersionsInUse": 1, "AccountAccessKeysPresent": 1,
		"AccessKeysPerUserQuota": 2, "AssumeRolePolicySizeQuota": 2048, "PolicySizeQuota": 6144, "GroupsPerUserQuota": 10, "UserPolicySizeQuota": 2048,
		"GroupPolicySizeQuota": 5120, "RolePolicySizeQuota": 10240, "VersionsPerPolicyQuota": 5, "AttachedPoliciesPerRoleQuota": 10})
	d.change(func(tx *iam.Tx) {
		p := must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "own", Document: allowAll}))
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "g"))
		// In use means attached, be it to several; a boundary is not.
		must[*iam.User](t)(tx.AttachUserPolicy(home, "poor", p.ARN()))
		must[*iam.Group](t)(tx.AttachGroupPolicy(home, "g", p.ARN()))
		must[*iam.Role](t)(tx.PutRoleBoundary(home, "clerk", "arn:aws:iam::aws:policy/ReadOnlyAccess"))
		must[*iam.InstanceProfile](t)(tx.CreateInstanceProfile(home, iam.InstanceProfileSpec{Name: "p"}))
	})
	want("admin", map[string]int{"InstanceProfiles": 1, "InstanceProfilesQuota": 1000, "Groups": 1, "Policies": 1, "PolicyVersionsInUse": 2})
	want("away", map[string]int{"Users": 1, "Roles": 0, "AccountAccessKeysPresent": 0, "PolicyVersionsInUse": 1})
}
