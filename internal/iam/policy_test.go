package iam

import (
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

func TestPolicyVersions(t *testing.T) {
	tx := begin(t)
	p := ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "P", Path: "/x/", Description: "d", Document: allowGet})).(*Policy)
	name := p.ARN()
	if name != "arn:aws:iam::111111111111:policy/x/P" || p.Default != 1 || p.DefaultVersion().ID() != "v1" || p.AWS() {
		t.Errorf("policy %+v", p)
	}
	later := NewTx(tx.View(1), clock.Add(time.Hour), chance(2))
	p, v, err := later.CreatePolicyVersion(home, name, denyGet, false)
	must(t, err)
	if v.ID() != "v2" || p.Default != 1 || !p.Updated.Equal(p.Created) {
		t.Errorf("version %+v of %+v", v, p)
	}
	p = ok(t)(later.SetDefaultVersion(home, name, "v2")).(*Policy)
	if p.Default != 2 || !p.Updated.Equal(later.Now()) {
		t.Errorf("default %d, updated %v", p.Default, p.Updated)
	}
	_, err = later.DeletePolicyVersion(home, name, "v2")
	wantFault(t, err, fault.InUse, fault.DefaultVersion)
	p = ok(t)(later.DeletePolicyVersion(home, name, "v1")).(*Policy)
	if _, found := p.Version("v1"); found || len(p.Versions) != 1 {
		t.Errorf("versions %+v", p.Versions)
	}
	for _, version := range []string{"v1", "v9", "2", "", "v02"} {
		_, err = later.SetDefaultVersion(home, name, version)
		wantFault(t, err, fault.NotFound, fault.PolicyVersion)
		_, err = later.DeletePolicyVersion(home, name, version)
		wantFault(t, err, fault.NotFound, fault.PolicyVersion)
	}
	// A number is never used again.
	_, v, err = later.CreatePolicyVersion(home, name, allowAll, true)
	must(t, err)
	if v.ID() != "v3" {
		t.Errorf("next version is %s", v.ID())
	}
	settled(t, tx.View(1), later)
}

func TestPolicyFaults(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "P", Document: allowGet}))
	create := func(spec PolicySpec) error { return only(tx.CreatePolicy(home, spec)) }
	wantFault(t, create(PolicySpec{Name: "p", Path: "/other/", Document: allowAll}), fault.Exists, fault.Policy)
	wantFault(t, create(PolicySpec{Name: "q", Document: "{}"}), fault.Malformed, fault.Document)
	wantFault(t, create(PolicySpec{Name: "q/r", Document: allowAll}), fault.Invalid, fault.Parameter)
	wantFault(t, create(PolicySpec{Name: "q", Document: trustHome}), fault.Malformed, fault.Document)
	wantFault(t, only(tx.CreatePolicy("999999999999", PolicySpec{Name: "q", Document: allowAll})), fault.NotFound, fault.Account)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	wantFault(t, only(tx.AttachUserPolicy(home, "joe", "arn:aws:iam::111111111111:policy/none")), fault.NotAttachable, fault.Policy)
	wantFault(t, only(tx.AttachUserPolicy(home, "joe", "arn:aws:iam::111111111111:policy/p")), fault.NotAttachable, fault.Policy)
	wantFault(t, only(tx.AttachUserPolicy(home, "joe", "arn:aws:iam::111111111111:policy/x/P")), fault.NotAttachable, fault.Policy)
	wantFault(t, only(tx.AttachUserPolicy(home, "joe", "P")), fault.Invalid, fault.ARN)
	wantFault(t, only(tx.DetachUserPolicy(home, "joe", "arn:aws:iam::111111111111:policy/none")), fault.NotFound, fault.Policy)
	wantFault(t, only(tx.DetachUserPolicy(home, "joe", "arn:aws:iam::111111111111:policy/P")), fault.NotFound, fault.Attachment)
	wantFault(t, only(tx.DetachUserPolicy(home, "joe", "P")), fault.Invalid, fault.ARN)
	wantFault(t, only(tx.AttachUserPolicy(home, "none", adminARN)), fault.NotFound, fault.User)
	wantFault(t, only(tx.PutUserPolicy(home, "joe", "x", "{")), fault.Malformed, fault.Document)
	wantFault(t, only(tx.PutUserPolicy(home, "joe", "a b", allowAll)), fault.Invalid, fault.Parameter)
	wantFault(t, only(tx.DeleteUserPolicy(home, "joe", "x")), fault.NotFound, fault.UserPolicy)
	wantFault(t, only(tx.DeleteUserBoundary(home, "joe")), fault.NotFound, fault.Boundary)
	wantFault(t, only(tx.PutUserBoundary(home, "joe", "arn:aws:iam::111111111111:policy/none")), fault.NotAttachable, fault.Boundary)
	wantFault(t, only(tx.PutUserBoundary(home, "joe", "")), fault.Invalid, fault.ARN)
	settled(t, Empty(), tx)
}

// TestCatalog: the policies that every account sees parse, can be attached and decide, and cannot be touched.
func TestCatalog(t *testing.T) {
	tx := begin(t)
	page, next := tx.Policies(home, PolicyFilter{Scope: ScopeAWS}, "", 1000)
	if len(page) != len(offered) || next != "" {
		t.Fatalf("%d policies, next %q", len(page), next)
	}
	for _, p := range page {
		if len(p.ID) != 21 || !IsUniqueID(p.ID) || !p.AWS() || p.Description == "" {
			t.Errorf("policy %+v", p)
		}
		if _, err := policy.Parse(policy.AWS(), policy.Managed, []byte(p.DefaultVersion().Document)); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		wantFault(t, tx.DeletePolicy(home, p.ARN()), fault.Unmodifiable, fault.Policy)
		_, _, err := tx.CreatePolicyVersion(home, p.ARN(), allowAll, true)
		wantFault(t, err, fault.Unmodifiable, fault.Policy)
		_, err = tx.TagPolicy(home, p.ARN(), []Tag{{"k", "v"}})
		wantFault(t, err, fault.Unmodifiable, fault.Policy)
		_, err = tx.UntagPolicy(home, p.ARN(), []string{"k"})
		wantFault(t, err, fault.Unmodifiable, fault.Policy)
		_, err = tx.SetDefaultVersion(home, p.ARN(), "v1")
		wantFault(t, err, fault.Unmodifiable, fault.Policy)
		_, err = tx.DeletePolicyVersion(home, p.ARN(), "v1")
		wantFault(t, err, fault.Unmodifiable, fault.Policy)
	}
	for name, c := range map[string]map[string]policy.Verdict{
		"AdministratorAccess":    {"iam:CreateUser": policy.Allow, "s3:PutObject": policy.Allow},
		"PowerUserAccess":        {"iam:CreateUser": policy.ImplicitDeny, "iam:ListRoles": policy.Allow, "s3:PutObject": policy.Allow, "sts:AssumeRole": policy.Allow, "daypass:CreateAccount": policy.ImplicitDeny},
		"ReadOnlyAccess":         {"iam:GetUser": policy.Allow, "s3:GetObject": policy.Allow, "s3:PutObject": policy.ImplicitDeny, "iam:CreateUser": policy.ImplicitDeny, "sts:AssumeRole": policy.ImplicitDeny, "secretsmanager:GetSecretValue": policy.ImplicitDeny, "kms:GetParametersForImport": policy.ImplicitDeny},
		"IAMFullAccess":          {"iam:CreateUser": policy.Allow, "s3:GetObject": policy.ImplicitDeny},
		"IAMReadOnlyAccess":      {"iam:ListUsers": policy.Allow, "iam:CreateUser": policy.ImplicitDeny, "iam:PassRole": policy.ImplicitDeny},
		"AmazonS3FullAccess":     {"s3:DeleteBucket": policy.Allow, "iam:GetUser": policy.ImplicitDeny},
		"AmazonS3ReadOnlyAccess": {"s3:GetObject": policy.Allow, "s3:PutObject": policy.ImplicitDeny},
		"SecurityAudit":          {"iam:GetUser": policy.Allow, "s3:GetBucketPolicy": policy.Allow, "s3:GetObject": policy.ImplicitDeny, "iam:CreateUser": policy.ImplicitDeny},
	} {
		u := ok(t)(tx.CreateUser(home, UserSpec{Name: name})).(*User)
		u = ok(t)(tx.AttachUserPolicy(home, name, "arn:aws:iam::aws:policy/"+name)).(*User)
		for action, want := range c {
			if got := decide(tx.View(1), u, action); got != want {
				t.Errorf("%s: %s is %v, want %v", name, action, got, want)
			}
		}
		if s := tx.IdentityPolicies(u).Sources(); len(s) != 1 || s[0].Type != "aws-managed" || s[0].ID != "arn:aws:iam::aws:policy/"+name {
			t.Errorf("sources %+v", s)
		}
	}
	settled(t, Empty(), tx)
}

func TestAccounts(t *testing.T) {
	tx := NewTx(Empty(), clock, chance(3))
	first := ok(t)(tx.CreateAccount("", "First")).(*Account)
	second := ok(t)(tx.CreateAccount(other, "Second")).(*Account)
	if !first.Home || second.Home || len(first.ID) != 12 || first.ARN() != "arn:aws:iam::"+first.ID+":root" {
		t.Errorf("%+v %+v", first, second)
	}
	wantFault(t, only(tx.CreateAccount(other, "Again")), fault.Exists, fault.Account)
	wantFault(t, only(tx.CreateAccount("12", "x")), fault.Invalid, fault.Parameter)
	wantFault(t, only(tx.CreateAccount("333333333333", "")), fault.Invalid, fault.Parameter)
	wantFault(t, only(tx.CreateAccount("333333333333", "a\x00b")), fault.Invalid, fault.Parameter)
	wantFault(t, only(tx.SuspendAccount(first.ID)), fault.Unmodifiable, fault.Account)
	wantFault(t, only(tx.SuspendAccount("999999999999")), fault.NotFound, fault.Account)
	if a := ok(t)(tx.SuspendAccount(other)).(*Account); !a.Suspended {
		t.Error("not suspended")
	}
	if a := ok(t)(tx.ResumeAccount(other)).(*Account); a.Suspended {
		t.Error("not resumed")
	}
	if page, next := tx.Accounts("", 1); len(page) != 1 || next == "" {
		t.Errorf("%v %q", page, next)
	}
	q := DefaultQuotas()
	q.Accounts = 2
	tx.SetQuotas(q)
	wantFault(t, only(tx.CreateAccount("", "Third")), fault.Limit, fault.Account)
	settled(t, Empty(), tx)
}

func TestAccessKeys(t *testing.T) {
	tx := begin(t)
	joe := ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"})).(*User)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "jim"}))
	id, err := tx.NewAccessKeyID(home)
	must(t, err)
	sealed := []byte("sealed")
	k := ok(t)(tx.CreateAccessKey(home, "JOE", id, sealed)).(*AccessKey)
	sealed[0] = 'X'
	if k.User != joe.ID || !k.Active || string(k.Sealed) != "sealed" {
		t.Errorf("key %+v", k)
	}
	if got, found := tx.Key(id); !found || got != k {
		t.Error("not found by id")
	}
	foreign, err := NewKeyID(PrefixAccessKey, other, chance(9))
	must(t, err)
	temporary, err := NewKeyID(PrefixTemporaryKey, home, chance(9))
	must(t, err)
	for name, err := range map[string]error{
		"foreign id":   only(tx.CreateAccessKey(home, "joe", foreign, sealed)),
		"temporary id": only(tx.CreateAccessKey(home, "joe", temporary, sealed)),
		"no id":        only(tx.CreateAccessKey(home, "joe", "", sealed)),
		"no secret":    only(tx.CreateAccessKey(home, "joe", sure(tx.NewAccessKeyID(home)), nil)),
		"long secret":  only(tx.CreateAccessKey(home, "joe", sure(tx.NewAccessKeyID(home)), make([]byte, maxSealed+1))),
	} {
		if fault.Of(err) == nil || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantFault(t, only(tx.CreateAccessKey(home, "jim", id, sealed)), fault.Exists, fault.AccessKey)
	wantFault(t, only(tx.CreateAccessKey(home, "none", id, sealed)), fault.NotFound, fault.User)
	// Neither another user nor the root can touch joe's key.
	for _, user := range []string{"jim", ""} {
		wantFault(t, only(tx.UpdateAccessKey(home, user, id, false)), fault.NotFound, fault.AccessKey)
		wantFault(t, tx.DeleteAccessKey(home, user, id), fault.NotFound, fault.AccessKey)
	}
	if k := ok(t)(tx.UpdateAccessKey(home, "joe", id, false)).(*AccessKey); k.Active {
		t.Error("still active")
	}
	if keys := tx.KeysOf(home, joe.ID); len(keys) != 1 || keys[0].Active {
		t.Errorf("keys %+v", keys)
	}
	root := sure(tx.NewAccessKeyID(home))
	if k := ok(t)(tx.CreateAccessKey(home, "", root, []byte("s"))).(*AccessKey); k.User != "" {
		t.Errorf("root's key %+v", k)
	}
	must(t, tx.DeleteAccessKey(home, "", root))
	wantFault(t, tx.DeleteAccessKey(home, "", root), fault.NotFound, fault.AccessKey)
	settled(t, Empty(), tx)
}

func TestSealKeys(t *testing.T) {
	tx := begin(t)
	key := SealKey{ID: 7, Born: clock, PrimaryFrom: clock.Add(time.Minute), Wrapped: []byte("w")}
	ok(t)(tx.PutSealKey(key))
	key.Retired = clock.Add(time.Hour).In(time.FixedZone("x", 3600))
	k := ok(t)(tx.PutSealKey(key)).(*SealKey)
	if k.Retired.Location() != time.UTC {
		t.Errorf("retired %v", k.Retired)
	}
	ok(t)(tx.PutSealKey(SealKey{ID: 10, Born: clock, PrimaryFrom: clock, Wrapped: []byte("w")}))
	if keys := tx.SealKeys(); len(keys) != 2 || keys[0].ID != 7 || keys[1].ID != 10 {
		t.Errorf("ring %v", keys)
	}
	for name, k := range map[string]SealKey{
		"no material":    {ID: 8, Born: clock, PrimaryFrom: clock},
		"huge":           {ID: 8, Born: clock, PrimaryFrom: clock, Wrapped: make([]byte, maxWrapped+1)},
		"unborn":         {ID: 8, PrimaryFrom: clock, Wrapped: []byte("w")},
		"primary first":  {ID: 8, Born: clock, PrimaryFrom: clock.Add(-1), Wrapped: []byte("w")},
		"retired before": {ID: 8, Born: clock, PrimaryFrom: clock, Retired: clock.Add(-1), Wrapped: []byte("w")},
		"other birth":    {ID: 7, Born: clock.Add(-1), PrimaryFrom: clock, Wrapped: []byte("w")},
	} {
		if _, err := tx.PutSealKey(k); fault.Of(err) == nil || fault.Of(err).What != fault.Key || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, tx.DeleteSealKey(7))
	wantFault(t, tx.DeleteSealKey(7), fault.NotFound, fault.Key)
	settled(t, Empty(), tx)
}
