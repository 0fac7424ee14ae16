package guard

import (
	"bytes"
	"crypto/rand"
	"iter"
	"net/netip"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sign"
)

const (
	home  = "111111111111"
	other = "222222222222"

	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	trust    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}`
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

// world is a guard over a state with a user, a role and their keys.
type world struct {
	t     testing.TB
	guard *Guard
	audit *audit.Memory
	view  *iam.View
	made  map[string]iam.Row // the rows of the state
	keys  map[string]string  // secrets by key id
	ann   string             // key ids
	root  string
	away  string // of a user in the account "other"
}

func newWorld(t testing.TB) *world {
	t.Helper()
	root := must[*seal.Root](t)(seal.NewRoot(must[secret.Text](t)(seal.GenerateRoot(rand.Reader))))
	w := &world{t: t, audit: audit.NewMemory(16), view: iam.Empty(), made: map[string]iam.Row{}, keys: map[string]string{}}
	w.guard = &Guard{Mint: session.NewMint(root, rand.Reader), Root: root, Audit: w.audit}
	w.change(func(tx *iam.Tx) {
		must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
		must[*iam.Account](t)(tx.CreateAccount(other, "Other"))
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "ann"}))
		must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "away"}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", allowAll))
		w.ann, w.root, w.away = w.key(tx, home, "ann"), w.key(tx, home, ""), w.key(tx, other, "away")
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "clerk", Trust: trust}))
		must[*iam.SealKey](t)(session.Rotate(tx, seal.DefaultSchedule(), root, rand.Reader, noon.Add(-24*time.Hour)))
	})
	return w
}

func (w *world) key(tx *iam.Tx, account, user string) string {
	w.t.Helper()
	id := must[string](w.t)(tx.NewAccessKeyID(account))
	w.keys[id] = "secret of " + id
	must[*iam.AccessKey](w.t)(tx.CreateAccessKey(account, user, id, must[[]byte](w.t)(w.guard.Root.Wrap([]byte(w.keys[id]), []byte(id)))))
	return id
}

func (w *world) change(f func(*iam.Tx)) {
	w.t.Helper()
	tx := iam.NewTx(w.view, noon, rand.Reader)
	f(tx)
	for _, r := range tx.Changes() {
		if w.made[r.Key] = r; r.Value == nil {
			delete(w.made, r.Key)
		}
	}
	w.view = tx.View(w.view.Revision() + 1)
}

// spoil gives the state as it would be read if some bytes of its rows were others.
func (w *world) spoil(old, new string) {
	w.t.Helper()
	hit := false
	all := func(yield func(iam.Row, error) bool) {
		for _, r := range w.made {
			if bytes.Contains(r.Value, []byte(old)) {
				hit, r.Value = true, bytes.ReplaceAll(r.Value, []byte(old), []byte(new))
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	w.view = must[*iam.View](w.t)(iam.Load(iter.Seq2[iam.Row, error](all), w.view.Revision()+1))
	if !hit {
		w.t.Fatalf("nothing holds %q", old)
	}
}

// session gives a session of the clerk, and the credentials for it.
func (w *world) session(at time.Time) session.Credentials {
	w.t.Helper()
	r := must[*iam.Role](w.t)(w.view.Role(home, "clerk"))
	k, _ := w.view.Key(w.ann)
	s := &session.Session{Account: home, RoleID: r.ID, Name: "desk", Issued: at, Expires: at.Add(time.Hour),
		Origin: session.Origin{Account: home, UserID: k.User, KeyID: k.ID}}
	c := must[session.Credentials](w.t)(w.guard.Mint.Issue(w.view, s))
	w.keys[c.KeyID] = c.Secret.Reveal()
	return c
}

// proof stands in for a signature made with one secret; it remembers what it was verified with.
type proof struct {
	made string
	seen []string
}

func (p *proof) Verify(key sign.Secret, _ time.Time) error {
	p.seen = append(p.seen, key.Reveal())
	if key.Reveal() != p.made {
		return &sign.Problem{Kind: sign.Mismatch}
	}
	return nil
}

// claim is one that was signed with a secret.
func claim(keyID, token, made string) (*sign.Claim, *proof) {
	p := &proof{made: made}
	return &sign.Claim{Scheme: sign.SigV4, AccessKeyID: keyID, SessionToken: secret.New(token), Proof: p}, p
}

func environment() *access.Environment {
	return &access.Environment{Now: noon, Source: netip.MustParseAddr("192.0.2.7"), Secure: true, Region: "eu-central-1"}
}

// caller identifies the holder of a key.
func (w *world) caller(keyID, token string) *Caller {
	w.t.Helper()
	c, _ := claim(keyID, token, w.keys[keyID])
	return must[*Caller](w.t)(w.guard.Identify(c, w.view, noon))
}
