package access

import (
	"crypto/rand"
	"net/netip"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

const (
	home  = "111111111111"
	other = "222222222222"
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

// allow is a policy of one statement.
func allow(action, resource string) string { return statement("Allow", action, resource, "") }

func statement(effect, action, resource, condition string) string {
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + resource + `"`
	if condition != "" {
		text += `,"Condition":` + condition
	}
	return text + `}]}`
}

// source compiles a resource policy.
func source(t testing.TB, document string) *policy.Source {
	t.Helper()
	d := must[*policy.Document](t)(policy.Parse(policy.AWS(), policy.Resource, []byte(document)))
	return &policy.Source{ID: "bucket policy", Type: "resource", Policy: d.Compile()}
}

// state builds a View with two accounts, the user ann with tags, and the role clerk with tags.
func state(t testing.TB, more func(*iam.Tx)) *iam.View {
	t.Helper()
	tx := iam.NewTx(iam.Empty(), noon, rand.Reader)
	must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
	must[*iam.Account](t)(tx.CreateAccount(other, "Other"))
	must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Path: "/team/a/", Name: "ann", Tags: []iam.Tag{{Key: "Team", Value: "blue"}, {Key: "cost", Value: "7"}}}))
	must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Path: "/jobs/", Name: "clerk", Tags: []iam.Tag{{Key: "Team", Value: "of-role"}, {Key: "site", Value: "north"}},
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}`}))
	if more != nil {
		more(tx)
	}
	return tx.View(1)
}

func ann(t testing.TB, v *iam.View) *Subject {
	t.Helper()
	return User(v, must[*iam.User](t)(v.User(home, "ann")))
}

// clerk is a session of the role; change may alter it before it is taken.
func clerk(t testing.TB, v *iam.View, change func(*session.Session)) *Subject {
	t.Helper()
	r := must[*iam.Role](t)(v.Role(home, "clerk"))
	s := &session.Session{KeyID: "ASIAX", Account: home, RoleID: r.ID, Name: "desk", Issued: noon, Expires: noon.Add(time.Hour)}
	if change != nil {
		change(s)
	}
	return RoleSession(v, r, s)
}

func environment() *Environment {
	return &Environment{Now: noon, Source: netip.MustParseAddr("192.0.2.7"), Secure: true, UserAgent: "agent/1", Referer: "https://ref", Region: "eu-central-1"}
}

// lookup asks for a key under whatever spelling a policy may use.
func lookup(s *Subject, a *Ask, name string) (policy.Values, bool) {
	return (&keys{subject: s, ask: a, env: environment()}).Lookup(policy.FoldKey(name))
}

func allowed(s *Subject, a *Ask) bool { return s.Decide(a, environment()).Allowed() }
