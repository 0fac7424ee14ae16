package simulate

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

const (
	home  = "111111111111"
	other = "222222222222"
	annIs = "arn:aws:iam::111111111111:user/team/ann"
	a, b  = "arn:aws:s3:::box/a", "arn:aws:s3:::box/b"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func policyOf(effect, action, resource, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + resource + `"` + more + `}]}`
}

func allow(action, resource string) string { return policyOf("Allow", action, resource, "") }

func when(condition string) string { return `,"Condition":` + condition }

// state has, at home, the user ann in the group staff and the role clerk, each with an inline policy and a managed one, and abroad
// the user eve.
func state(t testing.TB, more func(*iam.Tx)) *iam.View {
	t.Helper()
	tx := iam.NewTx(iam.Empty(), noon, rand.Reader)
	for _, account := range []string{home, other} {
		must[*iam.Account](t)(tx.CreateAccount(account, account))
	}
	must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Path: "/team/", Name: "ann", Tags: []iam.Tag{{Key: "Team", Value: "blue"}}}))
	must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "eve"}))
	must[*iam.Group](t)(tx.CreateGroup(home, "/", "staff"))
	must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "clerk", Tags: []iam.Tag{{Key: "Team", Value: "green"}},
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}`}))
	must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Path: "/p/", Name: "Delete", Document: allow("s3:DeleteObject", "*")}))
	must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "Get", allow("s3:GetObject", a)))
	must[*iam.Group](t)(tx.PutGroupPolicy(home, "staff", "Put", allow("s3:PutObject", b)))
	must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "Any", allow("s3:*", "*")))
	for _, err := range []error{
		tx.AddUserToGroup(home, "staff", "ann"),
		ignore(tx.AttachUserPolicy(home, "ann", deleteIs)), ignore(tx.AttachGroupPolicy(home, "staff", deleteIs)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if more != nil {
		more(tx)
	}
	return tx.View(1)
}

const deleteIs = "arn:aws:iam::111111111111:policy/p/Delete"

func ignore[T any](_ T, err error) error { return err }

// fails checks that a question is refused, and as what.
func fails(t *testing.T, v *iam.View, name string, q Question, want fault.Error) {
	t.Helper()
	if q.Account == "" {
		q.Account = home
	}
	_, err := New(v, &q)
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != want.Kind || e.What != want.What || e.Name != want.Name || e.Detail != want.Detail || e.Limit != want.Limit {
		t.Errorf("%s: %v, want %v", name, err, &want)
	}
}

func ask(t testing.TB, v *iam.View, q Question, action string) Answer {
	t.Helper()
	q.Account = home
	return must[Answer](t)(must[*Simulation](t)(New(v, &q)).Ask(action))
}
