package session

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

const (
	home  = "111111111111"
	other = "222222222222"
	trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"sts:AssumeRole"}]}`
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newRoot(t testing.TB) *seal.Root {
	t.Helper()
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root, err := seal.NewRoot(text)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// world is a state with a role in one account, a user with a key in another, and a key ring.
type world struct {
	t    testing.TB
	root *seal.Root
	mint *Mint
	view *iam.View
	key  string // ann's access key
	rkey string // access key of the other account's root
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, root: newRoot(t), view: iam.Empty()}
	w.mint = NewMint(w.root, rand.Reader)
	w.change(noon, func(tx *iam.Tx) {
		must[*iam.Account](t)(tx.CreateAccount("333333333333", "operator"))
		must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
		must[*iam.Account](t)(tx.CreateAccount(other, "Other"))
		must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "ann"}))
		w.key = w.addKey(tx, other, "ann")
		w.rkey = w.addKey(tx, other, "")
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "clerk", Trust: trust}))
		must[*iam.SealKey](t)(Rotate(tx, seal.DefaultSchedule(), w.root, rand.Reader, noon))
	})
	return w
}

func (w *world) addKey(tx *iam.Tx, account, user string) string {
	w.t.Helper()
	id := must[string](w.t)(tx.NewAccessKeyID(account))
	must[*iam.AccessKey](w.t)(tx.CreateAccessKey(account, user, id, []byte("sealed")))
	return id
}

// change makes the next state.
func (w *world) change(now time.Time, f func(*iam.Tx)) {
	w.t.Helper()
	tx := iam.NewTx(w.view, now, rand.Reader)
	f(tx)
	w.view = tx.View(w.view.Revision() + 1)
}

// session is what ann gets of the clerk's role at a time.
func (w *world) session(at time.Time) *Session {
	w.t.Helper()
	role := must[*iam.Role](w.t)(w.view.Role(home, "clerk"))
	ann := must[*iam.User](w.t)(w.view.User(other, "ann"))
	return &Session{Account: home, RoleID: role.ID, Name: "desk", Issued: at, Expires: at.Add(time.Hour),
		Tags: []iam.Tag{{Key: "team", Value: "blue"}}, Transitive: []string{"team"},
		Origin: Origin{Account: other, UserID: ann.ID, KeyID: w.key}}
}

func (w *world) issue(at time.Time) (*Session, Credentials) {
	w.t.Helper()
	s := w.session(at)
	return s, must[Credentials](w.t)(w.mint.Issue(w.view, s))
}

func (w *world) open(keyID, token string, at time.Time) error {
	_, _, err := w.mint.Open(w.view, keyID, secret.New(token), at)
	return err
}
