package gate

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/policy"
)

// Every request takes the steps in this order, and stops at the first that fails; the record is always written, after the reply was
// made and before it is sent.
func TestSteps(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		body  string
		code  string // "" = success
		reply string
		steps string
	}{
		"read":        {b.as("ann", "Read", "x"), "", "hello ann", "open view verify decode leave do render record"},
		"write":       {b.as("ann", "Write", "w"), "", "made w", "open view verify decode update leave do render record"},
		"change":      {b.as("ann", "Change", "c"), "", "done", "open view verify decode update leave do render record"},
		"free":        {b.as("poor", "Free", "x"), "", "free", "open view verify decode do render record"},
		"malformed":   {"malformed", "invalid", "", "open fail record"},
		"not signed":  {"op=Read&name=x", "signature MissingToken", "", "open view fail record"},
		"bad secret":  {strings.Replace(b.as("ann", "Read", "x"), "of", "off", 1), "signature Mismatch", "", "open view verify fail record"},
		"unknown key": {"op=Read&name=x&key=AKIAQNZGKIQY56JQ7WML&secret=x", "unauthenticated", "", "open view verify fail record"},
		// The signature comes before everything that the parameters say.
		"bad secret, unknown operation": {"op=Nothing&name=invalid&secret=x&key=" + b.keys["ann"], "signature Mismatch", "", "open view verify fail record"},
		"unknown operation":             {b.as("ann", "Nothing", "x"), "unknown operation", "", "open view verify fail record"},
		"no operation":                  {b.as("ann", "", "x"), "missing operation", "", "open view verify fail record"},
		"operation that is not built":   {b.as("ann", "Unbuilt", "x"), "unsupported", "", "open view verify fail record"},
		// Validation comes before leave, and leave before the deed.
		"invalid input":            {b.as("poor", "Read", "invalid"), "invalid", "", "open view verify decode fail record"},
		"invalid input of a write": {b.as("poor", "Write", "invalid"), "invalid", "", "open view verify decode fail record"},
		"denied":                   {b.as("poor", "Read", "x"), "denied", "", "open view verify decode leave fail record"},
		"denied write":             {b.as("poor", "Write", "y"), "denied", "", "open view verify decode update leave fail record"},
		"fault of the deed":        {b.as("ann", "Write", "ann"), "exists", "", "open view verify decode update leave do fail record"},
	} {
		w := b.send(c.body)
		if got := strings.Join(b.steps, " "); got != c.steps {
			t.Errorf("%s: steps %s, want %s", name, got, c.steps)
		}
		want := c.reply
		if c.code != "" {
			want = "error " + c.code
		}
		if w.Body.String() != want {
			t.Errorf("%s: %q, want %q", name, w.Body, want)
		}
		e := b.last()
		if e.RequestID != b.gateID() || e.ErrorCode != c.code || e.SourceIP != "192.0.2.7" || e.UserAgent != "agent/1" || !e.ManagementEvent {
			t.Errorf("%s: on record is %+v", name, e)
		}
		if len(b.seen) != 1 || b.seen[0].Code != c.code || b.seen[0].Status != w.Code || b.seen[0].Unrecorded {
			t.Errorf("%s: observed %+v", name, b.seen)
		}
		if strings.Contains(b.log.String(), "secret of") {
			t.Errorf("%s: the log has a secret", name)
		}
	}
}

// gateID is the id of the request sent last.
func (b *bench) gateID() string { return "request-" + itoa(b.first) }

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestReplyHeaders(t *testing.T) {
	b := newBench(t)
	for _, body := range []string{b.as("ann", "Read", "x"), "malformed"} {
		w := b.send(body)
		for name, want := range map[string]string{"Content-Type": "text/toy", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
			"X-Toy-Id": b.gateID(), "Content-Length": itoa(w.Body.Len())} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
}

func TestNobodyClaims(t *testing.T) {
	b := newBench(t)
	w := httptest.NewRecorder()
	b.gate.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
	if w.Code != http.StatusNotFound || len(b.steps) != 0 || len(b.seen) != 0 {
		t.Errorf("%d, steps %v", w.Code, b.steps)
	}
}

func TestBodies(t *testing.T) {
	b := newBench(t)
	if w := b.send(b.as("ann", "Free", strings.Repeat("x", 500))); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w := b.send(b.as("ann", "Free", strings.Repeat("x", 2000)))
	if w.Body.String() != "error too large" || !slices.Equal(b.steps, []string{"fail", "record"}) {
		t.Errorf("%s, %v", w.Body, b.steps)
	}
	if e := b.last(); e.ErrorCode != "too large" || e.SourceIP != "192.0.2.7" || e.Identity.Type != audit.TypeUnknown {
		t.Errorf("%+v", e)
	}
	w = b.sendBody(io.MultiReader(strings.NewReader("op=Free"), broken{}))
	if w.Body.String() != "error invalid" || b.last().ErrorCode != "invalid" {
		t.Errorf("a body that breaks off: %s", w.Body)
	}
	// A body without end takes no memory without end.
	w = b.sendBody(endless{})
	if w.Body.String() != "error too large" {
		t.Errorf("%s", w.Body)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestRecordOfACall(t *testing.T) {
	b := newBench(t)
	b.send(b.as("ann", "Read", "x"))
	e := b.last()
	if e.Time != noon || e.Source != "toy.test" || e.Name != "Read" || e.Region != "here" || !e.ReadOnly || e.Identity.Type != audit.TypeIAMUser ||
		e.Identity.UserName != "ann" || e.Identity.AccessKeyID != b.keys["ann"] || string(e.RequestParameters) != `{"Name":"x"}` ||
		e.Additional.IssuedAccessKeyID != "ASIAISSUED" || e.Additional.Decision.Verdict != policy.Allow || e.Additional.Explanation != nil {
		t.Errorf("%+v", e)
	}
	if !slices.Equal(b.used, []string{b.keys["ann"] + " iam here"}) {
		t.Errorf("used %v", b.used)
	}
	if o := b.seen[0]; o.Dialect != "toy" || o.Service != "iam" || o.Operation != "Read" || o.Verdict != "allowed" || !o.Issued || o.Unauthenticated {
		t.Errorf("%+v", o)
	}
	b.send(b.as("poor", "Write", "y"))
	e = b.last()
	if e.ReadOnly || e.Additional.Decision.Verdict != policy.ImplicitDeny || e.Additional.Decision.Action != "iam:Write" || e.Additional.Explanation == nil ||
		e.Identity.UserName != "poor" || string(e.RequestParameters) != `{"Name":"y"}` {
		t.Errorf("%+v", e)
	}
	b.send("op=Read&name=x&key=AKIAQNZGKIQY56JQ7WML&secret=x")
	e = b.last()
	if e.Identity.Type != audit.TypeUnknown || e.Identity.AccessKeyID != "AKIAQNZGKIQY56JQ7WML" || e.Identity.ARN != "" || e.RequestParameters != nil && string(e.RequestParameters) != "null" ||
		e.Additional.Decision != nil || len(b.used) != 0 {
		t.Errorf("%+v", e)
	}
	// The name of an operation that does not exist is the client's text: metrics do not count by it.
	b.send(b.as("ann", "Nothing", "x"))
	if o := b.seen[0]; o.Operation != "" || o.Service != "iam" || b.last().Name != "Nothing" {
		t.Errorf("%+v", o)
	}
}

// Writes look again at who is asking, within the update. The record still names him.
func TestCallerGoneBeforeTheUpdate(t *testing.T) {
	b := newBench(t)
	b.before = func(tx *iam.Tx) error {
		if err := tx.DeleteAccessKey(home, "ann", b.keys["ann"]); err != nil {
			return err
		}
		must[*iam.User](t)(tx.DeleteUserPolicy(home, "ann", "all"))
		return tx.DeleteUser(home, "ann")
	}
	w := b.send(b.as("ann", "Write", "new"))
	if w.Body.String() != "error unauthenticated" {
		t.Errorf("%s", w.Body)
	}
	if _, err := b.db.View().User(home, "new"); err == nil {
		t.Error("somebody who is gone wrote")
	}
	if e := b.last(); e.RequestID != b.gateID() || e.Identity.UserName != "ann" || e.ErrorCode != "unauthenticated" {
		t.Errorf("on record is %+v", e)
	}
}

func TestPermissionGoneBeforeTheUpdate(t *testing.T) {
	b := newBench(t)
	b.before = func(tx *iam.Tx) error { _, err := tx.DeleteUserPolicy(home, "ann", "all"); return err }
	if w := b.send(b.as("ann", "Write", "new")); w.Body.String() != "error denied" {
		t.Errorf("%s", w.Body)
	}
	if _, err := b.db.View().User(home, "new"); err == nil {
		t.Error("the permission of a moment ago was enough")
	}
}

// Errors of whatever sort refuse: nothing is answered that is not on record, and no panic gets a client further.
func TestAttack54_FailOpenOnError(t *testing.T) {
	for _, operation := range []string{"Read", "Write", "Change", "Free"} {
		b := newBench(t)
		b.lose = errDisk
		w := b.send(b.as("ann", operation, "new"))
		if w.Body.String() != "error unavailable" || w.Code == 200 {
			t.Errorf("%s without a record: %d %s", operation, w.Code, w.Body)
		}
		if o := b.seen[0]; !o.Unrecorded || o.Issued || o.Code != "unavailable" {
			t.Errorf("%s: observed %+v", operation, o)
		}
		if !strings.Contains(b.log.String(), errDisk.Error()) {
			t.Errorf("%s: the log does not say why", operation)
		}
		// A refusal that can not be recorded stays a refusal.
		if w := b.send("op=Read&name=x"); w.Code == 200 || w.Body.String() != "error unavailable" {
			t.Errorf("%s: %s", operation, w.Body)
		}
	}
	for _, c := range []struct{ operation, step string }{
		{"Read", "open"}, {"Read", "view"}, {"Read", "verify"}, {"Read", "decode"}, {"Read", "leave"}, {"Read", "do"},
		{"Write", "update"}, {"Write", "leave"}, {"Write", "do"}, {"Free", "do"},
	} {
		b := newBench(t)
		b.panics = c.step
		w := b.send(b.as("ann", c.operation, "new"))
		if w.Body.String() != "error internal" || w.Code == 200 {
			t.Errorf("%s panics at %s: %d %s", c.operation, c.step, w.Code, w.Body)
		}
		if e := b.last(); e.ErrorCode != "internal" || e.RequestID != b.gateID() || e.SourceIP != "192.0.2.7" {
			t.Errorf("%s panics at %s: on record is %+v", c.operation, c.step, e)
		}
		if _, err := b.db.View().User(home, "new"); err == nil {
			t.Errorf("%s panics at %s, and it is done", c.operation, c.step)
		}
		if b.panics = ""; b.send(b.as("ann", "Write", "after")).Code != 200 {
			t.Errorf("%s panicked at %s, and nothing works any more", c.operation, c.step)
		}
	}
}

// With its names given, a server answers only requests for them: one signed for another host is nothing here.
func TestHostsArePinned(t *testing.T) {
	for host, want := range map[string]int{"example.com": 200, "EXAMPLE.com": 200, "example.com:8443": 400, "other.example": 400} {
		b := newBench(t)
		b.gate.Hosts = []string{"example.com"}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(b.as("ann", "Read", "ann")))
		r.Header.Set("X-Toy", "1")
		r.Host = host
		w := httptest.NewRecorder()
		b.gate.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d %s", host, w.Code, w.Body)
		}
	}
}

// A dialect that can not word its answer answers plainly, on record.
func TestPanicWhileWording(t *testing.T) {
	for _, step := range []string{"render", "fail"} {
		b := newBench(t)
		b.panics = step
		name := "ann"
		if step == "fail" {
			name = "invalid"
		}
		w := b.send(b.as("ann", "Read", name))
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), b.gateID()) || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", step, w.Code, w.Body)
		}
		if e := b.last(); e.ErrorCode != "InternalFailure" || e.RequestID != b.gateID() {
			t.Errorf("%s: on record is %+v", step, e)
		}
	}
}

// The client is gone: what was done is put on record all the same.
func TestRecordOutlivesTheClient(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(b.as("ann", "Write", "new")))
	r.Header.Set("X-Toy", "1")
	b.gate.ServeHTTP(httptest.NewRecorder(), r)
	if e := b.last(); e.Name != "Write" {
		t.Errorf("%+v", e)
	}
}

// Whoever keeps failing is not heard for a while, whatever he then says; others are.
func TestFailuresAreThrottled(t *testing.T) {
	b := newBench(t)
	b.gate.Core.Guard.Failures = guard.NewFailures(4, 1)
	bad := strings.Replace(b.as("ann", "Read", "x"), "of", "off", 1)
	for range 2 {
		b.send(bad)
	}
	if w := b.send(b.as("ann", "Read", "x")); w.Body.String() != "error throttled" || strings.Contains(strings.Join(b.steps, " "), "verify") {
		t.Errorf("%s, %v", w.Body, b.steps)
	}
	if e := b.last(); e.ErrorCode != "throttled" {
		t.Errorf("%+v", e)
	}
	b.gate.Peer = func(*http.Request) (netip.Addr, bool) { return netip.MustParseAddr("192.0.2.8"), true }
	if w := b.send(b.as("ann", "Read", "x")); w.Code != 200 {
		t.Errorf("another source: %s", w.Body)
	}
	b.gate.Peer = func(*http.Request) (netip.Addr, bool) { return netip.MustParseAddr("192.0.2.7"), true }
	b.gate.Now = func() time.Time { return noon.Add(time.Minute) }
	if w := b.send(b.as("ann", "Read", "x")); w.Code != 200 {
		t.Errorf("a minute later: %s", w.Body)
	}
}

// Only long-term keys have a last use.
func TestSessionsAreNotNoted(t *testing.T) {
	b := newBench(t)
	b.gate.Used = func(id string, _ usage.Use) { t.Errorf("noted %s", id) }
	b.send("op=Read&name=x&secret=x&token=x&key=ASIAQNZGKIQY56JQ7WML")
	if b.last().ErrorCode != "unauthenticated" {
		t.Errorf("%+v", b.last())
	}
}
