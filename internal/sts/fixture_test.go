package sts

import (
	"crypto/rand"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
)

const (
	home  = "111111111111"
	other = "222222222222"

	annARN   = "arn:aws:iam::111111111111:user/ann"
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
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

// trusting is a trust policy: the principal may do all three actions, under a condition if there is one.
func trusting(principal, condition string) string {
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal +
		`"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`
	if condition != "" {
		text += `,"Condition":` + condition
	}
	return text + `}]}`
}

// world is two accounts, the user ann who may do everything in hers, and a role "clerk" that trusts her account.
type world struct {
	t    testing.TB
	view *iam.View
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, view: iam.Empty()}
	w.change(func(tx *iam.Tx) {
		must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
		must[*iam.Account](t)(tx.CreateAccount(other, "Other"))
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "ann"}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", allowAll))
	})
	w.role(home, "clerk", trusting(home, ""))
	return w
}

func (w *world) change(f func(*iam.Tx)) {
	w.t.Helper()
	tx := iam.NewTx(w.view, noon, rand.Reader)
	f(tx)
	w.view = tx.View(w.view.Revision() + 1)
}

// role adds a role that may do everything, for twelve hours.
func (w *world) role(account, name, trust string, tags ...iam.Tag) string {
	w.t.Helper()
	var r *iam.Role
	w.change(func(tx *iam.Tx) {
		r = must[*iam.Role](w.t)(tx.CreateRole(account, iam.RoleSpec{Name: name, Trust: trust, MaxSession: 12 * time.Hour, Tags: tags}))
		must[*iam.Role](w.t)(tx.PutRolePolicy(account, name, "all", allowAll))
	})
	return r.ARN()
}

func (w *world) ann() *access.Subject {
	return access.User(w.view, must[*iam.User](w.t)(w.view.User(home, "ann")))
}

var origin = session.Origin{Account: home, UserID: "AIDAX", KeyID: "AKIAX"}

func ask(role string, change func(*AssumeRole)) *AssumeRole {
	in := &AssumeRole{RoleARN: role, SessionName: "desk"}
	if !strings.HasPrefix(role, "arn:") {
		in.RoleARN = "arn:aws:iam::111111111111:role/" + role
	}
	if change != nil {
		change(in)
	}
	return in
}

func (w *world) plan(caller *access.Subject, in *AssumeRole) (*Plan, error) {
	return NewPlan(w.view, caller, origin, "ASIACALLER", in, noon)
}

// assume goes all the way: plan, leave, ready.
func (w *world) assume(caller *access.Subject, in *AssumeRole) (*Plan, error) {
	return w.assumeFrom(caller, origin, "ASIACALLER", in)
}

func (w *world) assumeFrom(caller *access.Subject, origin session.Origin, callerKey string, in *AssumeRole) (*Plan, error) {
	p, err := NewPlan(w.view, caller, origin, callerKey, in, noon)
	if err != nil {
		return nil, err
	}
	env := &access.Environment{Now: noon, Source: netip.MustParseAddr("192.0.2.7"), Region: "eu-central-1"}
	if _, err := new(guard.Guard).Ask(caller, env, p.Asks()); err != nil {
		return nil, err
	}
	return p, p.Ready()
}

// become gives the caller's next self: a session of the role.
func (w *world) become(caller *access.Subject, in *AssumeRole) *access.Subject {
	w.t.Helper()
	p, err := w.assume(caller, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return access.RoleSession(w.view, p.Role, &p.Session)
}

// wantFault fails the test unless err is a fault of that kind about that thing.
func wantFault(t testing.TB, what string, err error, kind fault.Kind, about fault.What) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.What != about {
		t.Errorf("%s: got %v, want %v %v", what, err, kind, about)
		return &fault.Error{}
	}
	return f
}

// wantDenied fails the test unless err is a policy's refusal of that action.
func wantDenied(t testing.TB, what string, err error, action string) *guard.Denied {
	t.Helper()
	var d *guard.Denied
	if !errors.As(err, &d) || d.Action != action || !d.Quiet {
		t.Errorf("%s: got %v, want a denial of %s", what, err, action)
		return &guard.Denied{}
	}
	return d
}
