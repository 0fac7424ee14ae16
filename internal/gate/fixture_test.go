package gate

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/db"
	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/store/memory"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/internal/wire"
	"github.com/daypass/daypass/policy"
)

const (
	home     = "111111111111"
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

// message is a shape of one member.
type message struct{ Name string }

func (m *message) Walk(w wire.Walker) { w.Text("Name", &m.Name, nil) }

// toy is a dialect of query parameters: op, key, secret, name. Its replies are the code or the answer's name.
type toy struct{ b *bench }

func (toy) Name() string               { return "toy" }
func (toy) Claim(r *http.Request) bool { return r.Header.Get("X-Toy") != "" }
func (d toy) step(what string)         { d.b.step(what) }
func (d toy) reply(s, code string) *dialect.Reply {
	return &dialect.Reply{Status: 200, ContentType: "text/toy", IDHeader: "X-Toy-Id", Body: []byte(s), Code: code}
}

func (d toy) Open(r *http.Request, body []byte, id string) (*dialect.Request, error) {
	d.step("open")
	v, err := url.ParseQuery(string(body))
	req := &dialect.Request{ID: id, Service: "iam", Operation: v.Get("op"), Region: "here", Table: d.b.table, Source: "toy.test"}
	if err != nil || v.Has("malformed") {
		return req, fault.New(fault.Invalid, fault.Body, "")
	}
	if v.Has("key") {
		req.Claim = &sign.Claim{AccessKeyID: v.Get("key"), SessionToken: secret.New(v.Get("token")), Proof: proof{d.b, v.Get("secret")}}
	}
	req.Decode = func(s wire.Shape) error {
		d.step("decode")
		s.(*message).Name = v.Get("name")
		if v.Get("name") == "invalid" {
			return fault.BadParameter("name", "invalid")
		}
		return nil
	}
	req.Record = func(s wire.Shape) json.RawMessage { return must[[]byte](d.b.t)(json.Marshal(s)) }
	return req, nil
}

func (d toy) Render(req *dialect.Request, out wire.Shape) *dialect.Reply {
	d.step("render")
	if out == nil {
		return d.reply("done", "")
	}
	return d.reply(out.(*message).Name, "")
}

func (d toy) Fail(req *dialect.Request, err error) *dialect.Reply {
	d.step("fail")
	code := "signature " + sign.KindOf(err).String()
	if sign.KindOf(err) == 0 {
		code = fault.Of(err).Kind.String()
	}
	r := d.reply("error "+code, code)
	r.Status = 400
	return r
}

// proof is good for one secret.
type proof struct {
	b    *bench
	made string
}

func (p proof) Verify(key sign.Secret, _ time.Time) error {
	p.b.step("verify")
	if key.Reveal() != p.made {
		return &sign.Problem{Kind: sign.Mismatch}
	}
	return nil
}

// bench is a gate with its rooms, which notes the steps every request takes.
type bench struct {
	t     *testing.T
	gate  *Gate
	db    *db.DB
	audit *audit.Memory
	table *op.Table
	root  *seal.Root

	steps  []string
	seen   []Observation
	used   []string
	log    bytes.Buffer
	lose   error                  // what writing a record answers
	panics string                 // the step that panics
	before func(tx *iam.Tx) error // what another request writes before an update
	keys   map[string]string      // key ids by user
	bar    error                  // what the rule about credentials answers to Free
	proof  func(name string) (*access.Outsider, error)
	ids    int
	first  int // the number of the last request's own id
}

func (b *bench) step(what string) {
	b.steps = append(b.steps, what)
	if b.panics == what {
		panic("the step " + what + " panics with a secret")
	}
}

// Write implements [audit.Sink].
func (b *bench) Write(ctx context.Context, e *audit.Event) error {
	b.steps = append(b.steps, "record")
	if b.lose != nil {
		return b.lose
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return b.audit.Write(ctx, e)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, audit: audit.NewMemory(64), keys: map[string]string{}}
	b.root = must[*seal.Root](t)(seal.NewRoot(must[secret.Text](t)(seal.GenerateRoot(rand.Reader))))
	now := func() time.Time { return noon }
	engine := must[*memory.Engine](t)(memory.New(rand.Reader))
	b.db = must[*db.DB](t)(db.Open(t.Context(), engine, db.Options{Now: now, Random: rand.Reader}))
	g := &guard.Guard{Mint: session.NewMint(b.root, rand.Reader), Root: b.root, Audit: b}
	b.table = op.NewTable([]string{"Read", "Write", "Change", "Free", "Unbuilt", "Unsigned"}, b.operations()).Anonymous("Unsigned").
		Limited(func(c *guard.Caller, operation string) error {
			if operation == "Free" && c != nil && b.bar != nil {
				return b.bar
			}
			return nil
		})
	b.gate = &Gate{
		Dialects: []dialect.Dialect{toy{b}},
		Core: &op.Core{Guard: g, Random: rand.Reader, Update: b.update,
			Latest: func() *iam.View { b.step("latest"); return b.db.View() }},
		View:    func() *iam.View { b.step("view"); return b.db.View() },
		Now:     now,
		NewID:   func() string { b.ids++; return fmt.Sprint("request-", b.ids) },
		Peer:    func(*http.Request) (netip.Addr, bool) { return netip.MustParseAddr("192.0.2.7"), true },
		MaxBody: 1000,
		Log:     slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observe: func(o Observation) { b.seen = append(b.seen, o) },
		Used:    func(id string, u usage.Use) { b.used = append(b.used, id+" "+u.Service+" "+u.Region) },
	}
	b.change(func(tx *iam.Tx) error {
		must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
		for _, name := range []string{"ann", "poor"} {
			must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: name}))
			id := must[string](t)(tx.NewAccessKeyID(home))
			must[*iam.AccessKey](t)(tx.CreateAccessKey(home, name, id, must[[]byte](t)(b.root.Wrap([]byte("secret of "+name), []byte(id)))))
			b.keys[name] = id
		}
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", allowAll))
		must[*iam.SealKey](t)(session.Rotate(tx, seal.DefaultSchedule(), b.root, rand.Reader, noon))
		return nil
	})
	return b
}

func (b *bench) change(fn func(*iam.Tx) error) {
	b.t.Helper()
	if _, err := b.db.Update(context.Background(), store.Cause{ID: rand.Text(), Time: noon}, fn); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) update(ctx context.Context, c *op.Call, fn func(*iam.Tx) error) error {
	b.step("update")
	if b.before != nil {
		b.change(b.before)
	}
	_, err := b.db.Update(ctx, store.Cause{ID: rand.Text(), Time: noon}, fn)
	return err
}

func (b *bench) operations() []op.Operation {
	leave := func(c *op.Call, in *message) ([]access.Ask, error) {
		b.step("leave")
		return []access.Ask{{Action: "iam:" + c.Operation, Resource: "arn:aws:iam::" + home + ":user/" + in.Name}}, nil
	}
	write := func(c *op.Call, tx *iam.Tx, in *message) error {
		b.step("do")
		_, err := tx.CreateUser(home, iam.UserSpec{Name: in.Name})
		return err
	}
	return []op.Operation{
		op.Read("Read", leave, func(c *op.Call, in *message) (*message, error) {
			b.step("do")
			c.Issued = "ASIAISSUED"
			return &message{Name: "hello " + c.Subject.UserName}, nil
		}),
		op.Write("Write", leave, func(c *op.Call, tx *iam.Tx, in *message) (*message, error) {
			return &message{Name: "made " + in.Name}, write(c, tx, in)
		}),
		op.Change("Change", leave, write),
		op.Free("Free", func(c *op.Call, in *message) (*message, error) {
			b.step("do")
			return &message{Name: "free"}, nil
		}),
		op.Unsigned("Unsigned",
			func(c *op.Call, in *message) (*access.Outsider, string, error) {
				b.step("prove")
				if c.Caller != nil || c.Subject != nil {
					b.t.Error("somebody is known before the proof")
				}
				if _, limited := c.Context.Deadline(); !limited {
					b.t.Error("the proof may take for ever")
				}
				who, err := b.proof(in.Name)
				return who, in.Name, err
			},
			func(c *op.Call, in *message, said string) ([]access.Ask, error) {
				b.step("plan")
				return []access.Ask{{Action: "sts:" + c.Operation, Resource: "*", Account: home, Kind: policy.ResourceTrust}}, nil
			},
			func(asks []access.Ask) []access.Ask { return asks },
			func(c *op.Call, _ []access.Ask) (*message, error) {
				b.step("do")
				return &message{Name: "welcome"}, nil
			}),
	}
}

// as is the parameters of a user's signed call.
func (b *bench) as(user, operation, name string) string {
	return url.Values{"op": {operation}, "name": {name}, "key": {b.keys[user]}, "secret": {"secret of " + user}}.Encode()
}

// send gives the reply to a body, and notes the steps it took anew.
func (b *bench) send(body string) *httptest.ResponseRecorder {
	return b.sendBody(strings.NewReader(body))
}

func (b *bench) sendBody(body io.Reader) *httptest.ResponseRecorder {
	b.steps, b.seen, b.used = nil, nil, nil
	b.log.Reset()
	b.first = b.ids + 1
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set("X-Toy", "1")
	r.Header.Set("User-Agent", "agent/1")
	w := httptest.NewRecorder()
	b.gate.ServeHTTP(w, r)
	return w
}

// last is the newest record.
func (b *bench) last() *audit.Event {
	b.t.Helper()
	events := must[[]*audit.Event](b.t)(b.audit.Events())
	if len(events) == 0 {
		b.t.Fatal("nothing is on record")
	}
	return events[len(events)-1]
}

var errDisk = errors.New("the disk is full")
