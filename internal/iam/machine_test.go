package iam

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// few are quotas that random verbs run into.
func few() Quotas {
	q := DefaultQuotas()
	q.KeysPerUser, q.GroupsPerUser, q.AttachedPerUser, q.AttachedPerGroup, q.AttachedPerRole = 1, 2, 2, 2, 2
	q.VersionsPerPolicy, q.Tags, q.InlineUser, q.InlineGroup, q.InlineRole = 2, 3, 200, 200, 200
	q.MFADevicesPerUser = 1
	q.AccountsPerOrganization, q.UnitsPerOrganization, q.ControlsPerOrganization, q.ControlsPerTarget = 3, 7, 3, 2
	q.UsersPerAccount, q.GroupsPerAccount, q.RolesPerAccount, q.PoliciesPerAccount, q.SealKeys = 4, 3, 3, 3, 2
	return q
}

// draw picks arguments so that they often meet what is there.
type draw struct{ *rapid.T }

func (d draw) of(label string, values ...string) string {
	return rapid.SampledFrom(values).Draw(d.T, label)
}
func (d draw) account() string {
	return d.of("account", home, home, home, home, home, other, other, "333333333333")
}
func (d draw) name() string { return d.of("name", "a", "A", "a", "b", "B", "b", "c", "") }
func (d draw) path() string { return d.of("path", "", "/", "/x/", "/y/z/", "bad") }
func (d draw) document() string {
	return d.of("document", allowAll, allowGet, denyGet, allowAll, allowGet, denyGet, "{}", "")
}
func (d draw) version() string { return d.of("version", "v1", "v2", "v3", "v9") }

func (d draw) policy() string {
	return d.of("policy", adminARN, "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::"+home+":policy/a", "arn:aws:iam::"+home+":policy/a",
		"arn:aws:iam::"+home+":policy/a", "arn:aws:iam::"+home+":policy/b", "arn:aws:iam::"+home+":policy/x/b",
		"arn:aws:iam::"+other+":policy/a", "arn:aws:iam::"+other+":policy/B", "arn:aws:iam::"+other+":policy/c", "nonsense")
}

func (d draw) saml() string {
	return "arn:aws:iam::" + d.of("owner", home, home, other) + ":saml-provider/" + d.of("provider", "a", "A", "b", "c")
}

func (d draw) serial() string {
	return d.of("serial", "arn:aws:iam::"+home+":mfa/a", "arn:aws:iam::"+home+":mfa/a", "arn:aws:iam::"+home+":mfa/b", "arn:aws:iam::"+home+":mfa/x/b",
		"arn:aws:iam::"+other+":mfa/a", "arn:aws:iam::"+home+":mfa/A", "arn:aws:iam::"+home+":user/a", "nonsense")
}

func (d draw) boundary() string {
	if rapid.Bool().Draw(d.T, "bounded") {
		return ""
	}
	return d.policy()
}

func (d draw) trust() string {
	who := d.of("principal", "*", home, other, "444444444444", "arn:aws:iam::"+home+":user/a", "arn:aws:iam::"+home+":root",
		"arn:aws:iam::"+other+":role/b", "arn:aws:iam::"+other+":user/x/b", "arn:aws:iam::*:role/b")
	return trustAWS(who)
}

func (d draw) tags() []Tag {
	n := rapid.IntRange(0, 3).Draw(d.T, "tags")
	var tags []Tag
	for range n {
		tags = append(tags, Tag{d.of("key", "k", "K", "team", "cost", "aws:x"), d.of("value", "", "1")})
	}
	return tags
}

func (d draw) issuer() string {
	return d.of("issuer", "https://idp.example.com", "https://IDP.example.com", "https://idp.example.com/", "https://kc:8443/realms/a", "http://localhost:1/")
}

func (d draw) oidc() string {
	return "arn:aws:iam::" + d.account() + ":oidc-provider/" + withoutScheme(d.issuer())
}

func (d draw) clients() []string { return []string{d.of("client", "a", "b"), d.of("client", "a", "")} }

// act runs one random verb and gives its name and error.
func (d draw) act(t *Tx) (string, error) {
	verbs := d.verbs(t)
	v := verbs[rapid.IntRange(0, len(verbs)-1).Draw(d.T, "verb")]
	return v.name, v.do()
}

type verb struct {
	name string
	do   func() error
}

// only drops the value of a verb.
func only[V any](_ V, err error) error { return err }

func (d draw) verbs(t *Tx) []verb {
	id := fmt.Sprintf("%012d", rapid.IntRange(333333333333, 333333333334).Draw(d.T, "new account"))
	return append(d.organizing(t), []verb{
		{"CreateOIDCProvider", func() error {
			return only(t.CreateOIDCProvider(d.account(), OIDCSpec{URL: d.issuer(), Clients: d.clients(), Tags: d.tags()}))
		}},
		{"AddOIDCClient", func() error { return only(t.AddOIDCClient(d.account(), d.oidc(), d.of("client", "", "a", "b"))) }},
		{"RemoveOIDCClient", func() error { return only(t.RemoveOIDCClient(d.account(), d.oidc(), d.of("client", "a", "b"))) }},
		{"SetOIDCThumbprints", func() error {
			return only(t.SetOIDCThumbprints(d.account(), d.oidc(), []string{strings.Repeat(d.of("digit", "a", "0", "g"), 40)}))
		}},
		{"TagOIDCProvider", func() error { return only(t.TagOIDCProvider(d.account(), d.oidc(), d.tags())) }},
		{"UntagOIDCProvider", func() error {
			return only(t.UntagOIDCProvider(d.account(), d.oidc(), []string{d.of("key", "k", "TEAM")}))
		}},
		{"DeleteOIDCProvider", func() error { return t.DeleteOIDCProvider(d.account(), d.oidc()) }},
		{"CreateAccount", func() error { return only(t.CreateAccount(id, "Third")) }},
		{"SuspendAccount", func() error { return only(t.SuspendAccount(d.account())) }},
		{"ResumeAccount", func() error { return only(t.ResumeAccount(d.account())) }},
		{"CreateUser", func() error {
			return only(t.CreateUser(d.account(), UserSpec{d.path(), d.name(), d.boundary(), d.tags()}))
		}},
		{"CreateUser", func() error { return only(t.CreateUser(d.account(), UserSpec{Name: d.name()})) }},
		{"UpdateUser", func() error { return only(t.UpdateUser(d.account(), d.name(), d.path(), d.name())) }},
		{"SetAlias", func() error { return only(t.SetAlias(d.account(), d.of("alias", "ab", "abc", "abc", "a--b", "home"))) }},
		{"CreateLoginProfile", func() error { return only(t.CreateLoginProfile(d.account(), d.name(), []byte("h0"), true)) }},
		{"UpdateLoginProfile", func() error {
			return only(t.UpdateLoginProfile(d.account(), d.name(), LoginChange{Sealed: []byte("h1"), Over: []byte(d.of("over", "h0", "h1"))}))
		}},
		{"DeleteLoginProfile", func() error { return t.DeleteLoginProfile(d.account(), d.name()) }},
		{"SetPasswordPolicy", func() error {
			return only(t.SetPasswordPolicy(PasswordPolicy{Account: d.account(), Remember: rapid.IntRange(0, 25).Draw(d.T, "remember")}))
		}},
		{"DeletePasswordPolicy", func() error { return t.DeletePasswordPolicy(d.account()) }},
		{"CreateInstanceProfile", func() error {
			return only(t.CreateInstanceProfile(d.account(), InstanceProfileSpec{d.path(), d.name(), d.tags()}))
		}},
		{"DeleteInstanceProfile", func() error { return t.DeleteInstanceProfile(d.account(), d.name()) }},
		{"AddRoleToInstanceProfile", func() error { return t.AddRoleToInstanceProfile(d.account(), d.name(), d.name()) }},
		{"RemoveRoleFromInstanceProfile", func() error { return t.RemoveRoleFromInstanceProfile(d.account(), d.name(), d.name()) }},
		{"TagInstanceProfile", func() error { return t.TagInstanceProfile(d.account(), d.name(), d.tags()) }},
		{"CreateSAMLProvider", func() error {
			return only(t.CreateSAMLProvider(d.account(), SAMLProviderSpec{d.name(), []byte("<md/>"), samlKeys(), "", d.tags()}))
		}},
		{"DeleteSAMLProvider", func() error { return t.DeleteSAMLProvider(d.account(), d.saml()) }},
		{"TagSAMLProvider", func() error { return t.TagSAMLProvider(d.account(), d.saml(), d.tags()) }},
		{"UntagSAMLProvider", func() error { return t.UntagSAMLProvider(d.account(), d.saml(), []string{"K"}) }},
		{"UseAssertion", func() error {
			p, err := t.SAMLProvider(d.account(), d.saml())
			if err != nil {
				return err
			}
			return t.UseAssertion(p, d.name(), clock.Add(time.Duration(rapid.IntRange(-20, 5).Draw(d.T, "minutes"))*time.Minute))
		}},
		{"UntagInstanceProfile", func() error { return t.UntagInstanceProfile(d.account(), d.name(), []string{"K"}) }},
		{"DeleteAlias", func() error { return t.DeleteAlias(d.account(), d.of("alias", "abc", "abc", "home")) }},
		{"EnableIssuer", func() error { return only(t.EnableIssuer(d.account(), pairOf(d.of("pair", "a", "b")))) }},
		{"DisableIssuer", func() error { return t.DisableIssuer(d.account()) }},
		{"RotateIssuer", func() error { return only(t.RotateIssuer(d.account(), pairOf(d.of("pair", "c", "d", "")))) }},
		{"CreateMFADevice", func() error {
			return only(t.CreateMFADevice(d.account(), MFADeviceSpec{d.path(), d.name(), []byte("seed"), d.tags()}))
		}},
		{"CreateMFADevice", func() error {
			return only(t.CreateMFADevice(home, MFADeviceSpec{Name: d.name(), Sealed: []byte("seed")}))
		}},
		{"DeleteMFADevice", func() error { return t.DeleteMFADevice(d.account(), d.serial()) }},
		{"EnableMFADevice", func() error { return only(t.EnableMFADevice(d.account(), d.name(), d.serial(), 7, 1)) }},
		{"EnableMFADevice", func() error { return only(t.EnableMFADevice(home, "", d.serial(), 7, 1)) }},
		{"ResyncMFADevice", func() error { return only(t.ResyncMFADevice(d.account(), d.name(), d.serial(), 9, -1)) }},
		{"DeactivateMFADevice", func() error { return t.DeactivateMFADevice(d.account(), d.name(), d.serial()) }},
		{"FailMFACode", func() error {
			device, err := t.MFADevice(home, d.serial())
			if err != nil {
				return err
			}
			return t.FailMFACode(device)
		}},
		{"TagMFADevice", func() error { return t.TagMFADevice(d.account(), d.serial(), d.tags()) }},
		{"UntagMFADevice", func() error { return t.UntagMFADevice(d.account(), d.serial(), []string{"K"}) }},
		{"DeleteUser", func() error { return t.DeleteUser(d.account(), d.name()) }},
		{"TagUser", func() error { return only(t.TagUser(d.account(), d.name(), d.tags())) }},
		{"UntagUser", func() error { return only(t.UntagUser(d.account(), d.name(), []string{d.of("key", "k", "TEAM")})) }},
		{"CreateAccessKey", func() error {
			account := d.account()
			key, err := t.NewAccessKeyID(account)
			if err != nil {
				return err
			}
			return only(t.CreateAccessKey(account, d.name(), key, []byte("sealed")))
		}},
		{"UpdateAccessKey", func() error {
			return only(t.UpdateAccessKey(d.account(), d.name(), d.key(t), rapid.Bool().Draw(d.T, "active")))
		}},
		{"DeleteAccessKey", func() error { return t.DeleteAccessKey(d.account(), d.name(), d.key(t)) }},
		{"PutUserPolicy", func() error { return only(t.PutUserPolicy(d.account(), d.name(), d.name(), d.document())) }},
		{"DeleteUserPolicy", func() error { return only(t.DeleteUserPolicy(d.account(), d.name(), d.name())) }},
		{"AttachUserPolicy", func() error { return only(t.AttachUserPolicy(d.account(), d.name(), d.policy())) }},
		{"DetachUserPolicy", func() error { return only(t.DetachUserPolicy(d.account(), d.name(), d.policy())) }},
		{"PutUserBoundary", func() error { return only(t.PutUserBoundary(d.account(), d.name(), d.boundary())) }},
		{"DeleteUserBoundary", func() error { return only(t.DeleteUserBoundary(d.account(), d.name())) }},
		{"CreateGroup", func() error { return only(t.CreateGroup(d.account(), d.path(), d.name())) }},
		{"UpdateGroup", func() error { return only(t.UpdateGroup(d.account(), d.name(), d.path(), d.name())) }},
		{"DeleteGroup", func() error { return t.DeleteGroup(d.account(), d.name()) }},
		{"AddUserToGroup", func() error { return t.AddUserToGroup(d.account(), d.name(), d.name()) }},
		{"AddUserToGroup", func() error { return t.AddUserToGroup(d.account(), d.name(), d.name()) }},
		{"RemoveUserFromGroup", func() error { return t.RemoveUserFromGroup(d.account(), d.name(), d.name()) }},
		{"PutGroupPolicy", func() error { return only(t.PutGroupPolicy(d.account(), d.name(), d.name(), d.document())) }},
		{"DeleteGroupPolicy", func() error { return only(t.DeleteGroupPolicy(d.account(), d.name(), d.name())) }},
		{"AttachGroupPolicy", func() error { return only(t.AttachGroupPolicy(d.account(), d.name(), d.policy())) }},
		{"DetachGroupPolicy", func() error { return only(t.DetachGroupPolicy(d.account(), d.name(), d.policy())) }},
		{"CreateRole", func() error {
			hours := time.Duration(rapid.IntRange(0, 13).Draw(d.T, "hours"))
			return only(t.CreateRole(d.account(), RoleSpec{d.path(), d.name(), d.trust(), nil, hours * time.Hour, d.boundary(), d.tags()}))
		}},
		{"CreateRole", func() error { return only(t.CreateRole(d.account(), RoleSpec{Name: d.name(), Trust: trustHome})) }},
		{"UpdateRole", func() error { return only(t.UpdateRole(d.account(), d.name(), new(d.name()), 2*time.Hour)) }},
		{"UpdateTrust", func() error { return only(t.UpdateTrust(d.account(), d.name(), d.trust())) }},
		{"DeleteRole", func() error { return t.DeleteRole(d.account(), d.name()) }},
		{"TagRole", func() error { return only(t.TagRole(d.account(), d.name(), d.tags())) }},
		{"UntagRole", func() error { return only(t.UntagRole(d.account(), d.name(), []string{"K"})) }},
		{"PutRolePolicy", func() error { return only(t.PutRolePolicy(d.account(), d.name(), d.name(), d.document())) }},
		{"DeleteRolePolicy", func() error { return only(t.DeleteRolePolicy(d.account(), d.name(), d.name())) }},
		{"AttachRolePolicy", func() error { return only(t.AttachRolePolicy(d.account(), d.name(), d.policy())) }},
		{"DetachRolePolicy", func() error { return only(t.DetachRolePolicy(d.account(), d.name(), d.policy())) }},
		{"PutRoleBoundary", func() error { return only(t.PutRoleBoundary(d.account(), d.name(), d.boundary())) }},
		{"DeleteRoleBoundary", func() error { return only(t.DeleteRoleBoundary(d.account(), d.name())) }},
		{"RevokeSessions", func() error {
			ago := time.Duration(rapid.IntRange(-5, 5).Draw(d.T, "ago")) * time.Second
			return only(t.RevokeSessions(d.account(), d.name(), clock.Add(-ago)))
		}},
		{"CreatePolicy", func() error {
			return only(t.CreatePolicy(d.account(), PolicySpec{d.path(), d.name(), "", d.document(), d.tags()}))
		}},
		{"CreatePolicy", func() error { return only(t.CreatePolicy(d.account(), PolicySpec{Name: d.name(), Document: allowAll})) }},
		{"CreatePolicyVersion", func() error {
			_, _, err := t.CreatePolicyVersion(d.account(), d.policy(), d.document(), rapid.Bool().Draw(d.T, "default"))
			return err
		}},
		{"SetDefaultVersion", func() error { return only(t.SetDefaultVersion(d.account(), d.policy(), d.version())) }},
		{"DeletePolicyVersion", func() error { return only(t.DeletePolicyVersion(d.account(), d.policy(), d.version())) }},
		{"DeletePolicy", func() error { return t.DeletePolicy(d.account(), d.policy()) }},
		{"TagPolicy", func() error { return only(t.TagPolicy(d.account(), d.policy(), d.tags())) }},
		{"UntagPolicy", func() error { return only(t.UntagPolicy(d.account(), d.policy(), []string{"team"})) }},
		{"PutSealKey", func() error {
			born := clock.Add(time.Duration(rapid.IntRange(0, 1).Draw(d.T, "born")) * time.Hour)
			key := SealKey{ID: uint32(rapid.IntRange(0, 3).Draw(d.T, "id")), Born: born, PrimaryFrom: clock, Wrapped: []byte("w")}
			return only(t.PutSealKey(key))
		}},
		{"DeleteSealKey", func() error { return t.DeleteSealKey(uint32(rapid.IntRange(0, 3).Draw(d.T, "id"))) }},
	}...)
}

// key picks one of the keys that there are.
func (d draw) key(t *Tx) string {
	ids := []string{"AKIAQNZGKIQY56JQ7WML"}
	for _, account := range []string{home, other} {
		users, _ := t.Users(account, "", "", 10)
		for _, u := range append(users, &User{}) {
			for _, k := range t.KeysOf(account, u.ID) {
				ids = append(ids, k.ID)
			}
		}
	}
	return d.of("access key", ids...)
}

// TestMachine runs random verbs in random transactions. After each verb the state holds all its invariants, a failed verb has
// changed nothing, and each transaction's changes, applied to the view before, give the view after. No random order of verbs
// may change what an older view says.
func TestMachine(t *testing.T) {
	succeeded := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		d := draw{rt}
		random := chance(rapid.Byte().Draw(rt, "chance"))
		first := NewTx(Empty(), clock, random)
		must(t, only(first.CreateAccount(home, "Home")))
		must(t, only(first.CreateAccount(other, "Other")))
		if rapid.Bool().Draw(rt, "populated") {
			populate(t, first)
		}
		view := first.View(1)
		for range rapid.IntRange(1, 12).Draw(rt, "transactions") {
			before := dump(t, &view.tables)
			tx := NewTx(view, clock, random)
			tx.SetQuotas(few())
			for range rapid.IntRange(1, 60).Draw(rt, "verbs") {
				was, changes := dump(t, &tx.tables), len(tx.Changes())
				name, err := d.act(tx)
				if err == nil {
					succeeded[name]++
				} else if diff := cmp.Diff(was, dump(t, &tx.tables)); diff != "" || len(tx.Changes()) != changes {
					rt.Fatalf("%s failed with %v and changed\n%s", name, err, diff)
				}
				if err := tx.CheckWithin(few()); err != nil {
					rt.Fatalf("after %s (%v): %v", name, err, err)
				}
			}
			next := settled(t, view, tx)
			if diff := cmp.Diff(before, dump(t, &view.tables)); diff != "" {
				rt.Fatalf("the old view changed:\n%s", diff)
			}
			view = next
		}
	})
	// The machine is worth something only while most of its 47 verbs get through now and then.
	if len(succeeded) < 30 {
		t.Errorf("only %d verbs ever succeeded: %v", len(succeeded), succeeded)
	}
}

// populate makes things under the names that the machine likes.
func populate(t testing.TB, tx *Tx) {
	t.Helper()
	must(t, only(tx.CreatePolicy(home, PolicySpec{Name: "a", Document: allowAll})))
	_, _, err := tx.CreatePolicyVersion(home, "arn:aws:iam::"+home+":policy/a", allowGet, false)
	must(t, err)
	must(t, only(tx.CreateUser(home, UserSpec{Name: "a", Boundary: adminARN})))
	must(t, only(tx.CreateUser(home, UserSpec{Name: "b", Path: "/x/"})))
	o := ok(t)(tx.FoundOrganization(home, false)).(*Organization)
	must(t, only(tx.EnableControls(home, o.Root, ServiceControl)))
	must(t, only(tx.CreateUnit(home, o.Root, "a", nil)))
	must(t, only(tx.Invite(home, other, "", nil)))
	must(t, only(tx.AttachUserPolicy(home, "a", "arn:aws:iam::"+home+":policy/a")))
	must(t, only(tx.CreateGroup(home, "/", "a")))
	must(t, only(tx.CreateGroup(home, "/", "b")))
	must(t, tx.AddUserToGroup(home, "a", "a"))
	must(t, only(tx.CreateRole(home, RoleSpec{Name: "a", Trust: trustAWS("arn:aws:iam::" + home + ":user/a")})))
	key, err := tx.NewAccessKeyID(home)
	must(t, err)
	must(t, only(tx.CreateAccessKey(home, "a", key, []byte("sealed"))))
	must(t, only(tx.PutSealKey(SealKey{ID: 1, Born: clock, PrimaryFrom: clock, Wrapped: []byte("w")})))
}
