package op

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sign"
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

// bench is a call on a state, and the steps it took.
type bench struct {
	*Call
	view    *iam.View
	steps   []string
	lose    error            // what writing a record answers
	runs    int              // how often an update runs its function
	between func(tx *iam.Tx) // what others write before an update
	invalid error            // what decoding answers

	unprepared error // what preparing answers
}

type agreeable struct{}

func (agreeable) Verify(sign.Secret, time.Time) error { return nil }

// newBench calls as the user "ann", who may do everything, or "poor", who may do nothing.
func newBench(t *testing.T, user string) *bench {
	t.Helper()
	root := must[*seal.Root](t)(seal.NewRoot(must[secret.Text](t)(seal.GenerateRoot(rand.Reader))))
	b := &bench{runs: 1}
	g := &guard.Guard{Audit: b, Mint: session.NewMint(root, rand.Reader), Root: root}
	tx := iam.NewTx(iam.Empty(), noon, rand.Reader)
	must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
	must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "ann"}))
	must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", allowAll))
	must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "poor"}))
	id := must[string](t)(tx.NewAccessKeyID(home))
	must[*iam.AccessKey](t)(tx.CreateAccessKey(home, user, id, must[[]byte](t)(root.Wrap([]byte("secret"), []byte(id)))))
	b.view = tx.View(1)
	caller := must[*guard.Caller](t)(g.Identify(&sign.Claim{AccessKeyID: id, Proof: agreeable{}}, b.view, noon))
	b.Call = &Call{
		Core:    &Core{Guard: g, Update: b.update},
		Context: t.Context(), Service: "iam", Operation: "Do", Now: noon, Env: access.Environment{Now: noon},
		Caller: caller, Subject: must[*access.Subject](t)(caller.Subject(b.view)), View: b.view,
		Decode: func(s wire.Shape) error {
			b.steps = append(b.steps, "decode")
			s.(*message).Name = "given"
			return b.invalid
		},
	}
	return b
}

// Write implements [audit.Sink].
func (b *bench) Write(context.Context, *audit.Event) error { return b.lose }

func (b *bench) update(_ context.Context, _ *Call, fn func(*iam.Tx) error) error {
	b.steps = append(b.steps, "update")
	if b.between != nil {
		tx := iam.NewTx(b.view, noon, rand.Reader)
		b.between(tx)
		b.view = tx.View(b.view.Revision() + 1)
	}
	var err error
	for range b.runs {
		tx := iam.NewTx(b.view, noon, rand.Reader)
		if err = fn(tx); err == nil && b.runs == 1 {
			b.view = tx.View(b.view.Revision() + 1)
		}
	}
	return err
}

func (b *bench) leave(c *Call, in *message) ([]access.Ask, error) {
	b.steps = append(b.steps, "leave")
	return []access.Ask{{Action: "iam:Do", Resource: "arn:aws:iam::111111111111:user/" + in.Name}}, nil
}

func (b *bench) prepare(c *Call, in *message) (string, error) {
	b.steps = append(b.steps, "prepare")
	if b.unprepared != nil {
		return "", b.unprepared
	}
	return ", prepared", nil
}

// operations are one of each kind.
func (b *bench) operations() map[string]Operation {
	return map[string]Operation{
		"Read": Read("Do", b.leave, func(c *Call, in *message) (*message, error) {
			b.steps = append(b.steps, "do "+in.Name)
			return &message{Name: "answer"}, nil
		}),
		"Write": Write("Do", b.leave, func(c *Call, tx *iam.Tx, in *message) (*message, error) {
			b.steps = append(b.steps, "do "+in.Name)
			_, err := tx.CreateUser(home, iam.UserSpec{Name: "made"})
			return &message{Name: "answer"}, err
		}),
		"Change": Change("Do", b.leave, func(c *Call, tx *iam.Tx, in *message) error {
			b.steps = append(b.steps, "do "+in.Name)
			_, err := tx.CreateUser(home, iam.UserSpec{Name: "made"})
			return err
		}),
		"PreparedWrite": PreparedWrite("Do", b.leave, b.prepare, func(c *Call, tx *iam.Tx, in *message, p string) (*message, error) {
			b.steps = append(b.steps, "do "+in.Name+p)
			_, err := tx.CreateUser(home, iam.UserSpec{Name: "made"})
			return &message{Name: "answer"}, err
		}),
		"PreparedChange": PreparedChange("Do", b.leave, b.prepare, func(c *Call, tx *iam.Tx, in *message, p string) error {
			b.steps = append(b.steps, "do "+in.Name+p)
			_, err := tx.CreateUser(home, iam.UserSpec{Name: "made"})
			return err
		}),
		"Free": Free("Do", func(c *Call, in *message) (*message, error) {
			b.steps = append(b.steps, "do "+in.Name)
			return &message{Name: "answer"}, nil
		}),
	}
}

var steps = map[string][]string{
	"Read":   {"decode", "leave", "do given"},
	"Write":  {"decode", "update", "leave", "do given"},
	"Change": {"decode", "update", "leave", "do given"},

	"PreparedWrite":  {"decode", "leave", "prepare", "update", "leave", "do given, prepared"},
	"PreparedChange": {"decode", "leave", "prepare", "update", "leave", "do given, prepared"},

	"Free": {"decode", "do given"},
}

// writes and answers say what a kind of operation does.
func writes(kind string) bool  { return kind != "Read" && kind != "Free" }
func answers(kind string) bool { return !strings.HasSuffix(kind, "Change") }

func TestStepsInOrder(t *testing.T) {
	for kind, want := range steps {
		b := newBench(t, "ann")
		o := b.operations()[kind]
		out, err := o.Run(b.Call)
		if err != nil || !slices.Equal(b.steps, want) {
			t.Errorf("%s: %v, %v", kind, b.steps, err)
		}
		if m, ok := out.(*message); answers(kind) && (!ok || m.Name != "answer") || !answers(kind) && out != nil {
			t.Errorf("%s answers %v", kind, out)
		}
		if o.ReadOnly == writes(kind) {
			t.Errorf("%s: read only %t", kind, o.ReadOnly)
		}
		if in, ok := b.Input.(*message); !ok || in.Name != "given" {
			t.Errorf("%s: the record will show %v", kind, b.Input)
		}
		if _, err := b.view.User(home, "made"); (err == nil) != writes(kind) {
			t.Errorf("%s: made %v", kind, err)
		}
		if asked := len(b.Asked) > 0; asked != (kind != "Free") || asked && b.Decision.Verdict != policy.Allow {
			t.Errorf("%s: asked %v, %v", kind, b.Asked, b.Decision)
		}
	}
}

// A step that fails is the last one.
func TestStepsEndAtTheFirstFault(t *testing.T) {
	for kind, all := range steps {
		b := newBench(t, "poor")
		o := b.operations()[kind]
		out, err := o.Run(b.Call)
		if kind != "Free" {
			var d *guard.Denied
			if !errors.As(err, &d) || out != nil || !slices.Equal(b.steps, all[:slices.Index(all, "leave")+1]) || b.Decision.Verdict == policy.Allow || len(b.Asked) != 1 {
				t.Errorf("%s without leave: %v, %v, %v", kind, b.steps, out, err)
			}
		}
		b = newBench(t, "ann")
		b.invalid = errors.New("violations")
		o = b.operations()[kind]
		if out, err := o.Run(b.Call); err != b.invalid || out != nil || !slices.Equal(b.steps, []string{"decode"}) || b.Input != nil {
			t.Errorf("%s with a bad input: %v, %v, %v", kind, b.steps, out, err)
		}
	}
}

// An operation that asks for nothing, or that can not say what it asks for, does nothing.
func TestLeaveFailsClosed(t *testing.T) {
	done := false
	do := func(*Call, *message) (*message, error) { done = true; return &message{}, nil }
	for what, leave := range map[string]Leave[message]{
		"nothing": func(*Call, *message) ([]access.Ask, error) { return nil, nil },
		"a fault": func(*Call, *message) ([]access.Ask, error) { return nil, fault.New(fault.Invalid, fault.User, "") },
		"both": func(*Call, *message) ([]access.Ask, error) {
			return []access.Ask{{Action: "iam:Do", Resource: "*"}}, fault.New(fault.Invalid, fault.User, "")
		},
	} {
		b := newBench(t, "ann")
		o := Read("Do", leave, do)
		if out, err := o.Run(b.Call); err == nil || out != nil || done {
			t.Errorf("%s: %v, %v", what, out, err)
		}
		if what != "nothing" && len(b.Asked) != 0 {
			t.Errorf("%s: the record says %v was asked", what, b.Asked)
		}
	}
}

// A writing operation asks on the very state it writes on, not on the one its signature was verified in.
func TestWritesCheckTheCallerAgain(t *testing.T) {
	for _, kind := range []string{"Write", "Change", "PreparedWrite", "PreparedChange"} {
		for what, c := range map[string]struct {
			between func(tx *iam.Tx, b *bench)
			kind    fault.Kind
			steps   []string
		}{
			"the policy is gone": {func(tx *iam.Tx, b *bench) { must[*iam.User](t)(tx.DeleteUserPolicy(home, "ann", "all")) },
				fault.Denied, []string{"decode", "update", "leave"}},
			"the key is off": {func(tx *iam.Tx, b *bench) {
				must[*iam.AccessKey](t)(tx.UpdateAccessKey(home, "ann", b.Caller.KeyID, false))
			},
				fault.Unauthenticated, []string{"decode", "update"}},
		} {
			b := newBench(t, "ann")
			b.between = func(tx *iam.Tx) { c.between(tx, b) }
			o := b.operations()[kind]
			out, err := o.Run(b.Call)
			want := c.steps
			if strings.HasPrefix(kind, "Prepared") {
				want = slices.Insert(slices.Clone(c.steps), 1, "leave", "prepare")
			}
			if err == nil || fault.Of(err).Kind != c.kind || out != nil || !slices.Equal(b.steps, want) {
				t.Errorf("%s, %s: %v, %v, %v", kind, what, b.steps, out, err)
			}
			if _, err := b.view.User(home, "made"); err == nil {
				t.Errorf("%s, %s: it was done all the same", kind, what)
			}
			// Whoever was turned away is still known by name: the record needs it.
			if b.Subject == nil || b.Subject.UserName != "ann" {
				t.Errorf("%s, %s: the record can not name the caller", kind, what)
			}
		}
	}
}

// What could not be prepared is not begun.
func TestUnprepared(t *testing.T) {
	for _, kind := range []string{"PreparedWrite", "PreparedChange"} {
		b := newBench(t, "ann")
		b.unprepared = fault.New(fault.Invalid, fault.Parameter, "")
		o := b.operations()[kind]
		if out, err := o.Run(b.Call); err != b.unprepared || out != nil || !slices.Equal(b.steps, []string{"decode", "leave", "prepare"}) {
			t.Errorf("%s: %v, %v, %v", kind, b.steps, out, err)
		}
	}
}

// An update may run its function again: what the last run saw counts.
func TestWritesRunAgain(t *testing.T) {
	b := newBench(t, "ann")
	b.runs = 3
	o := b.operations()["Write"]
	if _, err := o.Run(b.Call); err != nil {
		t.Fatal(err)
	}
	if want := []string{"decode", "update", "leave", "do given", "leave", "do given", "leave", "do given"}; !slices.Equal(b.steps, want) || len(b.Asked) != 1 {
		t.Errorf("%v", b.steps)
	}
}

// What an operation made is not answered when the update failed.
func TestFailedUpdateAnswersNothing(t *testing.T) {
	b := newBench(t, "ann")
	lost := fault.New(fault.Unavailable, fault.None, "")
	b.Update = func(ctx context.Context, c *Call, fn func(*iam.Tx) error) error {
		_ = b.update(ctx, c, fn)
		return lost
	}
	o := b.operations()["Write"]
	if out, err := o.Run(b.Call); out != nil || err != lost {
		t.Errorf("%v, %v", out, err)
	}
}

// While nothing can be put on record, nothing is changed; reading goes on, and finds out by its own record when writing works again.
func TestNothingIsChangedUnrecorded(t *testing.T) {
	for kind, all := range steps {
		b := newBench(t, "ann")
		b.lose = errors.New("the disk is full")
		if err := b.Guard.Record(t.Context(), &audit.Event{}); err == nil || b.Guard.Recording() {
			t.Fatal("recorded")
		}
		o := b.operations()[kind]
		_, err := o.Run(b.Call)
		if writes := writes(kind); writes && (err == nil || fault.Of(err).Kind != fault.Unavailable || slices.Contains(b.steps, "update")) ||
			!writes && err != nil {
			t.Errorf("%s: %v, %v", kind, b.steps, err)
		}
		b.lose, b.steps = nil, nil
		if err := b.Guard.Record(t.Context(), &audit.Event{}); err != nil || !b.Guard.Recording() {
			t.Fatal(err)
		}
		if _, err := o.Run(b.Call); err != nil || !slices.Equal(b.steps, all) {
			t.Errorf("%s, after that: %v, %v", kind, b.steps, err)
		}
	}
}

func TestTable(t *testing.T) {
	declared := func(name string) []Operation { return []Operation{{Name: name}} }
	table := NewTable([]string{"GetUser", "GetLoginProfile"}, declared("GetUser"))
	for name, want := range map[string]fault.Kind{"GetLoginProfile": fault.Unsupported, "getuser": fault.UnknownOperation, "GetUser ": fault.UnknownOperation,
		"Nothing": fault.UnknownOperation, "": fault.MissingOperation} {
		o, err := table.Find(name)
		if o != nil || err == nil || fault.Of(err).Kind != want || fault.Of(err).What != fault.Operation || fault.Of(err).Name != name {
			t.Errorf("%q: %v, %v", name, o, err)
		}
	}
	if o, err := table.Find("GetUser"); err != nil || o.Name != "GetUser" {
		t.Errorf("%v, %v", o, err)
	}
	if !table.Known("GetLoginProfile") || table.Built("GetLoginProfile") || !table.Built("GetUser") || table.Known("Nothing") {
		t.Error("what is known and what is built")
	}
	if _, err := NewTable(nil).Find("GetUser"); fault.Of(err).Kind != fault.UnknownOperation {
		t.Errorf("an empty table: %v", err)
	}
	for what, make := range map[string]func(){
		"unknown":           func() { NewTable([]string{"GetUser"}, declared("GetGroup")) },
		"twice":             func() { NewTable([]string{"GetUser"}, declared("GetUser"), declared("GetUser")) },
		"twice in one list": func() { NewTable([]string{"GetUser"}, []Operation{{Name: "GetUser"}, {Name: "GetUser"}}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: declared without complaint", what)
				}
			}()
			make()
		}()
	}
}
