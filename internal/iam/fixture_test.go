package iam

import (
	"errors"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

const (
	home  = "111111111111"
	other = "222222222222"

	allowAll  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowGet  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	denyGet   = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}]}`
	trustHome = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}`
	adminARN  = "arn:aws:iam::aws:policy/AdministratorAccess"
)

var clock = time.Date(2026, time.November, 22, 7, 0, 0, 123456789, time.UTC)

// chance is a random source that is the same in every run.
func chance(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }

// begin gives a Tx over a state with two accounts.
func begin(t testing.TB) *Tx {
	t.Helper()
	tx := NewTx(Empty(), clock, chance(1))
	ok(t)(tx.CreateAccount(home, "Home"))
	ok(t)(tx.CreateAccount(other, "Other"))
	return tx
}

// ok fails the test on an error and gives the value.
func ok(t testing.TB) func(any, error) any {
	return func(v any, err error) any {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// must fails the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantFault fails the test unless err is a fault of that kind about that thing.
func wantFault(t testing.TB, err error, kind fault.Kind, what fault.What) *fault.Error {
	t.Helper()
	if _, isFault := errors.AsType[*fault.Error](err); !isFault {
		t.Fatalf("got %v, want the fault %v %v", err, kind, what)
	}
	f := fault.Of(err)
	if f.Kind != kind || f.What != what {
		t.Fatalf("got %v, want %v %v", f, kind, what)
	}
	return f
}

// dump gives every record as its row value.
func dump(t testing.TB, s *tables) map[string]string {
	t.Helper()
	out := map[string]string{}
	add := func(r record) {
		value, err := encode(r)
		must(t, err)
		out[r.rowKey()] = string(value)
	}
	for _, r := range s.accounts.All() {
		add(r)
	}
	for _, r := range s.users.All() {
		add(r)
	}
	for _, r := range s.groups.All() {
		add(r)
	}
	for _, r := range s.roles.All() {
		add(r)
	}
	for _, r := range s.policies.All() {
		add(r)
	}
	for _, r := range s.keys.All() {
		add(r)
	}
	for _, r := range s.seals.All() {
		add(r)
	}
	for _, r := range s.shelf.All() {
		add(r)
	}
	return out
}

func rowsOf(state map[string]string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(state)) {
			if !yield(Row{key, []byte(state[key])}, nil) {
				return
			}
		}
	}
}

// settled checks everything about the end of a transaction over base: its view holds, its changes applied to base give the same
// view, and so does loading all rows.
func settled(t testing.TB, base *View, tx *Tx) *View {
	t.Helper()
	q := tx.quotas
	view := tx.View(base.Revision() + 1)
	must(t, view.CheckWithin(q))
	applied, err := base.Apply(tx.Changes(), base.Revision()+1)
	must(t, err)
	must(t, applied.CheckWithin(q))
	state := dump(t, &view.tables)
	if d := cmp.Diff(state, dump(t, &applied.tables)); d != "" {
		t.Fatalf("applied changes differ (-tx +applied):\n%s", d)
	}
	loaded, err := Load(rowsOf(state), view.Revision())
	must(t, err)
	must(t, loaded.CheckWithin(q))
	if d := cmp.Diff(state, dump(t, &loaded.tables)); d != "" {
		t.Fatalf("loaded rows differ (-tx +loaded):\n%s", d)
	}
	for id, u := range view.users.All() {
		twin, _ := loaded.users.Get(id)
		if d := cmp.Diff(u, twin, cmp.FilterPath(unexported, cmp.Ignore())); d != "" {
			t.Fatalf("user %s is not the same after it was stored (-tx +loaded):\n%s", id, d)
		}
	}
	for id, r := range view.roles.All() {
		twin, _ := loaded.roles.Get(id)
		if d := cmp.Diff(r, twin, cmp.FilterPath(unexported, cmp.Ignore())); d != "" {
			t.Fatalf("role %s is not the same after it was stored (-tx +loaded):\n%s", id, d)
		}
	}
	for id, p := range view.policies.All() {
		twin, _ := loaded.policies.Get(id)
		if d := cmp.Diff(p, twin, cmp.FilterPath(unexported, cmp.Ignore())); d != "" {
			t.Fatalf("policy %s is not the same after it was stored (-tx +loaded):\n%s", id, d)
		}
	}
	if base.Revision() != 0 {
		must(t, base.CheckWithin(q))
	}
	return view
}

func unexported(p cmp.Path) bool {
	f, isField := p.Last().(cmp.StructField)
	return isField && f.Name()[0] >= 'a' && f.Name()[0] <= 'z'
}

// decide asks the identity policies of a user in a view.
func decide(v *View, u *User, action string) policy.Verdict {
	return policy.Decide(&policy.Layers{Identity: v.IdentityPolicies(u), Boundary: v.Boundary(u.Boundary)}, &policy.Request{
		Principal: &policy.Principal{Type: policy.User, ARN: u.ARN(), Account: u.Account, ID: u.ID},
		Action:    action, Resource: "arn:aws:s3:::b/k", ResourceAccount: u.Account, Keys: policy.MapKeys{},
	}).Verdict
}

// trusts asks a role's trust policy about a caller whose own policies allow everything.
func trusts(v *View, r *Role, p *policy.Principal) bool {
	return policy.Decide(&policy.Layers{Identity: policy.NewSet(*v.Managed(adminARN)), Resource: v.Trust(r), Kind: policy.ResourceTrust}, &policy.Request{
		Principal: p, Action: "sts:AssumeRole", Resource: r.ARN(), ResourceAccount: r.Account, Keys: policy.MapKeys{},
	}).Allowed()
}

func asUser(u *User) *policy.Principal {
	return &policy.Principal{Type: policy.User, ARN: u.ARN(), Account: u.Account, ID: u.ID}
}

func trustAWS(values ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["` + strings.Join(values, `","`) + `"]},"Action":"sts:AssumeRole"}]}`
}
