package iam

import (
	"slices"
	"sync"
	"testing"

	"github.com/daypass/daypass/policy"
)

// TestSpokenFollowsEveryChange: the kept list of a user's policies is never used where something it was made from is different.
func TestSpokenFollowsEveryChange(t *testing.T) {
	tx := begin(t)
	own := ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "own", Document: allowGet})).(*Policy).ARN()
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	ok(t)(tx.CreateGroup(home, "", "g"))
	must(t, tx.AddUserToGroup(home, "g", "joe"))
	type state struct {
		name string
		view *View
		want policy.Verdict
	}
	revision := uint64(0)
	var states []state
	note := func(name string, want policy.Verdict) {
		revision++
		states = append(states, state{name, tx.View(revision), want})
	}
	note("nothing", policy.ImplicitDeny)
	ok(t)(tx.AttachGroupPolicy(home, "g", own))
	note("group attached", policy.Allow)
	_, _, err := tx.CreatePolicyVersion(home, own, denyGet, true)
	must(t, err)
	note("managed policy changed", policy.ExplicitDeny)
	ok(t)(tx.SetDefaultVersion(home, own, "v1"))
	note("managed policy back", policy.Allow)
	ok(t)(tx.PutGroupPolicy(home, "g", "p", denyGet))
	note("group inline", policy.ExplicitDeny)
	ok(t)(tx.DeleteGroupPolicy(home, "g", "p"))
	note("group inline gone", policy.Allow)
	must(t, tx.RemoveUserFromGroup(home, "g", "joe"))
	note("no member", policy.ImplicitDeny)
	ok(t)(tx.PutUserPolicy(home, "joe", "p", allowGet))
	note("inline", policy.Allow)
	ok(t)(tx.PutUserPolicy(home, "joe", "p", denyGet))
	note("inline changed", policy.ExplicitDeny)
	ok(t)(tx.DeleteUserPolicy(home, "joe", "p"))
	ok(t)(tx.AttachUserPolicy(home, "joe", adminARN))
	note("administrator", policy.Allow)
	ok(t)(tx.PutUserBoundary(home, "joe", "arn:aws:iam::aws:policy/IAMFullAccess"))
	note("bounded", policy.ImplicitDeny)
	ok(t)(tx.DeleteUserBoundary(home, "joe"))
	ok(t)(tx.UpdateUser(home, "joe", "", "zoe"))
	note("renamed", policy.Allow)

	ask := func(s state) {
		u := sure(s.view.User(home, "joe"))
		if got := decide(s.view, u, "s3:GetObject"); got != s.want {
			t.Errorf("%s: %v, want %v", s.name, got, s.want)
		}
	}
	states[len(states)-1].view = tx.View(revision)
	last := states[len(states)-1]
	if got := decide(last.view, sure(last.view.User(home, "zoe")), "s3:GetObject"); got != last.want {
		t.Errorf("%s: %v", last.name, got)
	}
	states = states[:len(states)-1]
	// Forwards, backwards, and all at once: old views stay what they were whoever asks in between.
	for i := range states {
		ask(states[i])
	}
	for i := range states {
		ask(states[len(states)-1-i])
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 200 {
				ask(states[i%len(states)])
			}
		})
	}
	wg.Wait()
	settled(t, Empty(), tx)
}

// TestUnchangedDocumentsAreCompiledOnce: a record's next version takes the compiled form of its documents along.
// What is kept compiled belongs to one principal of one account in one state: neither names that are equal elsewhere, nor names that
// read like others when put together, nor an older state share it.
func TestAttack30_CacheKeyCollision(t *testing.T) {
	tx := begin(t)
	type who struct{ account, user, group string }
	all := []who{{home, "joe", "a-b"}, {other, "joe", "a-b"}, {home, "joe-a", "b"}, {home, "joe.a", "joe"}}
	for i, w := range all {
		ok(t)(tx.CreateUser(w.account, UserSpec{Name: w.user}))
		ok(t)(tx.CreateGroup(w.account, "", w.group))
		must(t, tx.AddUserToGroup(w.account, w.group, w.user))
		if i == 0 {
			ok(t)(tx.PutUserPolicy(w.account, w.user, "p", allowGet))
		}
	}
	before := tx.View(1)
	verdicts := func(v *View) (list []policy.Verdict) {
		for _, w := range all {
			list = append(list, decide(v, sure(v.User(w.account, w.user)), "s3:GetObject"))
		}
		return list
	}
	only := []policy.Verdict{policy.Allow, policy.ImplicitDeny, policy.ImplicitDeny, policy.ImplicitDeny}
	for range 2 { // the second time from what was kept
		if got := verdicts(before); !slices.Equal(got, only) {
			t.Fatalf("%v, want %v", got, only)
		}
	}
	ok(t)(tx.PutGroupPolicy(home, "a-b", "p", denyGet))
	ok(t)(tx.PutGroupPolicy(other, "a-b", "p", allowGet))
	after := tx.View(2)
	if got, want := verdicts(after), []policy.Verdict{policy.ExplicitDeny, policy.Allow, policy.ImplicitDeny, policy.ImplicitDeny}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := verdicts(before); !slices.Equal(got, only) {
		t.Errorf("the older state says %v, want %v", got, only)
	}
}

func TestUnchangedDocumentsAreCompiledOnce(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	u := ok(t)(tx.PutUserPolicy(home, "joe", "p", allowGet)).(*User)
	first := tx.IdentityPolicies(u).Sources()[0].Policy
	ok(t)(tx.PutUserPolicy(home, "joe", "a", denyGet))
	u = ok(t)(tx.TagUser(home, "joe", []Tag{{"k", "v"}})).(*User)
	sources := tx.IdentityPolicies(u).Sources()
	if len(sources) != 2 || sources[0].ID != "a" || sources[1].ID != "p" || sources[1].Type != "user" {
		t.Fatalf("sources %+v", sources)
	}
	if sources[1].Policy != first {
		t.Error("compiled again")
	}
	r := ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustHome})).(*Role)
	trust := tx.Trust(r).Policy
	ok(t)(tx.PutRolePolicy(home, "r", "p", allowGet))
	r = ok(t)(tx.AttachRolePolicy(home, "r", adminARN)).(*Role)
	if tx.Trust(r).Policy != trust || tx.Trust(r).ID != r.ARN() {
		t.Error("trust compiled again")
	}
	if s := tx.RolePolicies(r).Sources(); len(s) != 2 || s[0].Type != "role" || s[1].Type != "aws-managed" {
		t.Errorf("role's sources %+v", s)
	}
}

// TestBrokenDocumentsDeny: what cannot be read any more, or is not there, denies everything instead of falling away.
func TestBrokenDocumentsDeny(t *testing.T) {
	tx := begin(t)
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe"}))
	ok(t)(tx.AttachUserPolicy(home, "joe", adminARN))
	base := tx.View(1)
	joe := sure(base.User(home, "joe"))
	if decide(base, joe, "s3:GetObject") != policy.Allow {
		t.Fatal("not allowed to begin with")
	}
	broken := func(change func(u *User)) (*View, *User) {
		c := *joe
		change(&c)
		value, err := encode(&c)
		must(t, err)
		v, err := base.Apply([]Row{{c.rowKey(), value}}, 2)
		must(t, err)
		if v.Check() == nil {
			t.Error("Check does not notice")
		}
		return v, sure(v.User(home, "joe"))
	}
	for name, change := range map[string]func(*User){
		"inline":           func(u *User) { u.Inline = []Inline{{Name: "p", Document: `{"Statement":[{"Effect":"Deny"`}} },
		"attached missing": func(u *User) { u.Attached = []string{adminARN, "arn:aws:iam::aws:policy/Gone"} },
		"boundary missing": func(u *User) { u.Boundary = "arn:aws:iam::111111111111:policy/gone" },
		"group missing":    func(u *User) { u.Groups = []string{"AGPAAAAAAAAAAAAAAAAAA"} },
	} {
		v, u := broken(change)
		if got := decide(v, u, "s3:GetObject"); got == policy.Allow {
			t.Errorf("%s: allowed", name)
		}
	}
	r := ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustAWS("*")})).(*Role)
	if !trusts(tx.View(2), r, asUser(joe)) {
		t.Fatal("not trusted to begin with")
	}
	bad := *r
	bad.Trust = `{"Statement":`
	bad.prepare()
	if trusts(tx.View(2), &bad, asUser(joe)) || tx.ShowTrust(&bad) != bad.Trust {
		t.Error("a broken trust policy trusts")
	}
	if base.Boundary("") != nil {
		t.Error("no boundary is one")
	}
}

func TestHotReadsDoNotAllocate(t *testing.T) {
	tx := begin(t)
	own := ok(t)(tx.CreatePolicy(home, PolicySpec{Name: "own", Document: allowGet})).(*Policy).ARN()
	ok(t)(tx.CreateGroup(home, "", "g"))
	ok(t)(tx.AttachGroupPolicy(home, "g", own))
	ok(t)(tx.CreateUser(home, UserSpec{Name: "joe", Boundary: adminARN}))
	must(t, tx.AddUserToGroup(home, "g", "joe"))
	ok(t)(tx.CreateRole(home, RoleSpec{Name: "r", Trust: trustHome}))
	ok(t)(tx.AttachRolePolicy(home, "r", own))
	key := sure(tx.NewAccessKeyID(home))
	ok(t)(tx.CreateAccessKey(home, "joe", key, []byte("s")))
	view := tx.View(1)
	n := testing.AllocsPerRun(100, func() {
		k, _ := view.Key(key)
		u, _ := view.UserByID(k.User)
		if len(u.ARN()) == 0 || len(view.IdentityPolicies(u).Sources()) != 1 || view.Boundary(u.Boundary) == nil {
			t.Fatal("incomplete")
		}
		r, err := view.Role(home, "r")
		if err != nil || len(view.RolePolicies(r).Sources()) != 1 || view.Trust(r) == nil {
			t.Fatal("incomplete")
		}
	})
	// The boundary's name is folded to find it, which copies it.
	if n > 1 {
		t.Errorf("%v allocations", n)
	}
}
