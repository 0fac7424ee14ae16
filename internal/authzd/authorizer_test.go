package authzd

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/authz"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/policy"
)

const (
	home  = "111111111111"
	trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}]}`
	notes = `{"Version":"2012-10-17","Statement":[
		{"Sid":"Own","Effect":"Allow","Action":"notes:*","Resource":"arn:aws:notes::111111111111:note/ann/*"},
		{"Sid":"Listed","Effect":"Allow","Action":"notes:List","Resource":"*","Condition":{"StringLike":{"notes:Prefix":"ann/*"},"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}},
		{"Sid":"Secret","Effect":"Deny","Action":"notes:*","Resource":"arn:aws:notes::111111111111:note/ann/secret"}]}`
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

// bench is an authorizer over a state with the user ann.
type bench struct {
	*Authorizer
	t      *testing.T
	view   *iam.View
	trail  *audit.Memory
	lose   error
	signer sigv4.Signer
}

func (b *bench) Write(ctx context.Context, e *audit.Event) error {
	if b.lose != nil {
		return b.lose
	}
	return b.trail.Write(ctx, e)
}

func newBench(t *testing.T) *bench {
	t.Helper()
	root := must[*seal.Root](t)(seal.NewRoot(must[secret.Text](t)(seal.GenerateRoot(rand.Reader))))
	b := &bench{t: t, trail: audit.NewMemory(16)}
	tx := iam.NewTx(iam.Empty(), noon, rand.Reader)
	must[*iam.Account](t)(tx.CreateAccount(home, "Home"))
	must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "ann", Tags: []iam.Tag{{Key: "team", Value: "blue"}}}))
	must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "notes", notes))
	must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "clerk", Trust: trust}))
	must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "notes", notes))
	must[*iam.SealKey](t)(session.Rotate(tx, seal.DefaultSchedule(), root, rand.Reader, noon.Add(-48*time.Hour)))
	id := must[string](t)(tx.NewAccessKeyID(home))
	must[*iam.AccessKey](t)(tx.CreateAccessKey(home, "ann", id, must[[]byte](t)(root.Wrap([]byte("secret of ann"), []byte(id)))))
	b.view = tx.View(1)
	b.signer = sigv4.Signer{AccessKeyID: id, Secret: secret.New("secret of ann"), Region: "here", Service: "notes"}
	n := 0
	b.Authorizer = &Authorizer{
		Guard: &guard.Guard{Mint: session.NewMint(root, rand.Reader), Root: root, Audit: b},
		View:  func() *iam.View { return b.view }, Now: func() time.Time { return noon },
		NewID:    func() string { n++; return "decision-" + string(rune('0'+n)) },
		Profiles: map[string]string{"notes": home},
		Words: func(err error) (string, int, string) {
			if kind := sign.KindOf(err); kind != 0 {
				return kind.String(), 403, "signature"
			}
			return fault.Of(err).Kind.String(), 403, "words"
		},
	}
	return b
}

// call is a signed request of a client to the service, with the service's checks.
func (b *bench) call(checks ...authz.Check) *authz.Call {
	b.t.Helper()
	r := must[*http.Request](b.t)(http.NewRequest(http.MethodGet, "https://notes.test/notes/ann/x?a=b", nil))
	r.Header.Set("User-Agent", "agent/1")
	if err := b.signer.Sign(r, nil, noon); err != nil {
		b.t.Fatal(err)
	}
	var headers [][2]string
	for name, values := range r.Header {
		for _, v := range values {
			headers = append(headers, [2]string{name, v})
		}
	}
	slices.SortFunc(headers, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return &authz.Call{Profile: "notes", Checks: checks, Request: authz.Request{Method: "GET", Scheme: "https", Host: "notes.test",
		Target: "/notes/ann/x?a=b", Headers: headers, BodySHA256: sigv4.HashBody(nil), SourceIP: "192.0.2.7"}}
}

func note(action, name string) authz.Check {
	return authz.Check{Action: "notes:" + action, Resource: "arn:aws:notes::" + home + ":note/" + name}
}

func (b *bench) last() *audit.Event {
	b.t.Helper()
	events := must[[]*audit.Event](b.t)(b.trail.Events())
	if len(events) == 0 {
		b.t.Fatal("nothing is on record")
	}
	return events[len(events)-1]
}

func TestAuthorize(t *testing.T) {
	b := newBench(t)
	list := note("List", "ann/*")
	list.Context = map[string][]string{"notes:Prefix": {"ann/1"}}
	r := must[*authz.Result](t)(b.Authorize(t.Context(), b.call(note("Get", "ann/x"), note("Get", "bob/x"), note("Get", "ann/secret"), list, note("List", "bob/*"))))
	var got []string
	for _, d := range r.Decisions {
		text := d.Verdict + " " + d.Reason
		for _, m := range d.Matched {
			text += " " + m.Sid
		}
		// One message, of the denial that is on record.
		if (d.EncodedMessage != "") != (text == "deny implicit" && !slices.Contains(got, text)) {
			t.Errorf("%s has the message %q", text, d.EncodedMessage)
		}
		if d.EncodedMessage != "" {
			f := must[*guard.Dossier](t)(b.Guard.Unseal(b.view, home, d.EncodedMessage, noon))
			if f.ID != r.DecisionID || f.Resource != "arn:aws:notes::111111111111:note/bob/x" || f.Trace == nil {
				t.Errorf("%+v", f)
			}
		}
		if d.Explanation != nil || (d.Message != "") != (d.Verdict == authz.Deny) {
			t.Errorf("%+v", d)
		}
		got = append(got, text)
	}
	if want := []string{"allow  Own", "deny implicit", "deny explicit Secret", "allow  Own", "deny implicit"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	want := &authz.Principal{ARN: "arn:aws:iam::111111111111:user/ann", Account: home, Type: "IAMUser", Tags: map[string]string{"team": "blue"}}
	if d := cmp.Diff(want, r.Principal); d != "" || !r.Authenticated || r.DecisionID != "decision-1" || r.Payload.Mode != authz.PayloadHash {
		t.Errorf("%s %+v", d, r)
	}
	// One record for the call: the first denial.
	e := b.last()
	if e.RequestID != "decision-1" || e.Source != "notes.daypass" || e.Identity.UserName != "ann" || e.SourceIP != "192.0.2.7" || e.UserAgent != "agent/1" || e.Region != "here" ||
		e.Additional.Decision.Resource != "arn:aws:notes::111111111111:note/bob/x" || e.Additional.Explanation == nil || e.ErrorCode != "denied" || !e.ReadOnly || e.ManagementEvent {
		t.Errorf("%+v", e)
	}
	r = must[*authz.Result](t)(b.Authorize(t.Context(), b.call(note("Get", "ann/x"))))
	if e := b.last(); e.ErrorCode != "" || e.Additional.Decision.Verdict != policy.Allow || e.Additional.Explanation != nil || e.RequestID != r.DecisionID {
		t.Errorf("%+v", e)
	}
	call := b.call(note("Get", "bob/x"))
	call.Explain = true
	if r := must[*authz.Result](t)(b.Authorize(t.Context(), call)); r.Decisions[0].Explanation == nil {
		t.Error("asked for an explanation, got none")
	}
}

// A resource whose name tells no account belongs to the service's owner, not to whoever asks.
func TestOwnerOfNamelessResources(t *testing.T) {
	for owner, want := range map[string]string{home: authz.Allow, "222222222222": authz.Deny} {
		b := newBench(t)
		tx := iam.NewTx(b.view, noon, rand.Reader)
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"notes:*","Resource":"*"}]}`))
		b.view = tx.View(2)
		b.Profiles["notes"] = owner
		for _, resource := range []string{"arn:aws:notes:::note/x", "*", "a note"} {
			r := must[*authz.Result](t)(b.Authorize(t.Context(), b.call(authz.Check{Action: "notes:Get", Resource: resource})))
			if got := r.Decisions[0].Verdict; got != want {
				t.Errorf("%s of %s: %s", resource, owner, got)
			}
		}
	}
}

func TestConditionsOfTheService(t *testing.T) {
	b := newBench(t)
	decide := func(prefix []string, ip string) string {
		check := authz.Check{Action: "notes:List", Resource: "arn:aws:notes::111111111111:note/x"}
		if prefix != nil {
			check.Context = map[string][]string{"Notes:PREFIX": prefix}
		}
		call := b.call(check)
		call.Request.SourceIP = ip
		return must[*authz.Result](t)(b.Authorize(t.Context(), call)).Decisions[0].Verdict
	}
	for _, c := range []struct {
		prefix []string
		ip     string
		want   string
	}{
		{[]string{"ann/1"}, "192.0.2.7", authz.Allow}, {[]string{"bob/1"}, "192.0.2.7", authz.Deny}, {nil, "192.0.2.7", authz.Deny},
		{[]string{"ann/1"}, "198.51.100.7", authz.Deny}, {[]string{"ann/1"}, "", authz.Deny}, {[]string{"ann/1"}, "nonsense", authz.Deny},
		{[]string{"ann/1", "ann/2"}, "192.0.2.7", authz.Deny}, // several values are a list, which a plain condition does not meet
	} {
		if got := decide(c.prefix, c.ip); got != c.want {
			t.Errorf("%q from %q: %s", c.prefix, c.ip, got)
		}
	}
}

// A service speaks for itself alone: neither for other services' actions nor for what the server knows.
func TestCallsThatAreRefused(t *testing.T) {
	b := newBench(t)
	ok := note("Get", "ann/x")
	with := func(key string) authz.Check {
		c := ok
		c.Context = map[string][]string{key: {"x"}}
		return c
	}
	for name, call := range map[string]*authz.Call{
		"no profile":               func() *authz.Call { c := b.call(ok); c.Profile = ""; return c }(),
		"another profile":          func() *authz.Call { c := b.call(ok); c.Profile = "s3"; return c }(),
		"no checks":                b.call(),
		"too many checks":          b.call(slices.Repeat([]authz.Check{ok}, authz.MaxChecks+1)...),
		"another service's action": b.call(ok, authz.Check{Action: "iam:CreateUser", Resource: "*"}),
		"every action":             b.call(authz.Check{Action: "*", Resource: "*"}),
		"a longer name":            b.call(authz.Check{Action: "notes2:Get", Resource: "*"}),
		"a key of the server":      b.call(with("aws:PrincipalArn")),
		"a key of sts":             b.call(with("sts:ExternalId")),
		"a key without a service":  b.call(with("Prefix")),
		"a key in disguise":        b.call(with("AWS:SourceIp")),
	} {
		r, err := b.Authorize(t.Context(), call)
		if err == nil || r != nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if events := must[[]*audit.Event](t)(b.trail.Events()); len(events) != 0 {
		t.Errorf("%d records of calls that were no questions", len(events))
	}
}

func TestCredentialsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(b *bench)
		code   string
	}{
		"a wrong secret":    {func(b *bench) { b.signer.Secret = secret.New("guess") }, "Mismatch"},
		"an unknown key":    {func(b *bench) { b.signer.AccessKeyID = "AKIAQNZGKIQY56JQ7WML" }, "unauthenticated"},
		"another service's": {func(b *bench) { b.signer.Service = "sts" }, "ScopeService"},
		"a made-up token":   {func(b *bench) { b.signer.SessionToken = secret.New("token") }, "unauthenticated"},
	} {
		b := newBench(t)
		c.change(b)
		r, err := b.Authorize(t.Context(), b.call(note("Get", "ann/x")))
		if err != nil || r.Authenticated || r.Error == nil || r.Error.Code != c.code || r.Decisions != nil || r.Principal != nil {
			t.Errorf("%s: %+v, %v", name, r, err)
			continue
		}
		if e := b.last(); e.ErrorCode != c.code || e.Identity.Type != audit.TypeUnknown || e.Identity.ARN != "" || e.Additional.Decision != nil {
			t.Errorf("%s: on record is %+v", name, e)
		}
	}
	b := newBench(t)
	for name, change := range map[string]func(*authz.Request){
		"another path":    func(r *authz.Request) { r.Target = "/notes/ann/y?a=b" },
		"another query":   func(r *authz.Request) { r.Target = "/notes/ann/x?a=c" },
		"another method":  func(r *authz.Request) { r.Method = "PUT" },
		"another host":    func(r *authz.Request) { r.Host = "other.test" },
		"another body":    func(r *authz.Request) { r.BodySHA256 = sigv4.HashBody([]byte("x")) },
		"no signature":    func(r *authz.Request) { r.Headers = nil },
		"no such target":  func(r *authz.Request) { r.Target = "notes" },
		"a header twice":  func(r *authz.Request) { r.Headers = append(r.Headers, r.Headers...) },
		"not a body hash": func(r *authz.Request) { r.BodySHA256 = "x" },
	} {
		call := b.call(note("Get", "ann/x"))
		change(&call.Request)
		if r, err := b.Authorize(t.Context(), call); err == nil && (r.Authenticated || r.Error == nil) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestSessionsAreHonouredWhileAlive(t *testing.T) {
	b := newBench(t)
	r, _ := b.view.Role(home, "clerk")
	k, _ := b.view.Key(b.signer.AccessKeyID)
	s := &session.Session{Account: home, RoleID: r.ID, Name: "desk", Issued: noon, Expires: noon.Add(time.Hour), SourceIdentity: "ann",
		Tags: []iam.Tag{{Key: "job", Value: "x"}}, Origin: session.Origin{Account: home, UserID: k.User, KeyID: k.ID}}
	c := must[session.Credentials](t)(b.Guard.Mint.Issue(b.view, s))
	b.signer.AccessKeyID, b.signer.Secret, b.signer.SessionToken = c.KeyID, c.Secret, c.Token
	got := must[*authz.Result](t)(b.Authorize(t.Context(), b.call(note("Get", "ann/x"))))
	want := &authz.Principal{ARN: "arn:aws:sts::111111111111:assumed-role/clerk/desk", Account: home, Type: "AssumedRole", RoleARN: r.ARN(), SessionName: "desk",
		SourceIdentity: "ann", Tags: map[string]string{"job": "x"}, Expires: noon.Add(time.Hour)}
	if d := cmp.Diff(want, got.Principal); d != "" || got.Decisions[0].Verdict != authz.Allow {
		t.Errorf("%s %+v", d, got)
	}
	tx := iam.NewTx(b.view, noon, rand.Reader)
	must[*iam.Role](t)(tx.RevokeSessions(home, "clerk", noon.Add(time.Second)))
	b.view = tx.View(2)
	if got := must[*authz.Result](t)(b.Authorize(t.Context(), b.call(note("Get", "ann/x")))); got.Authenticated || got.Error.Code != "unauthenticated" {
		t.Errorf("%+v", got)
	}
}

// Without a record there is no answer.
func TestAttack54_FailOpenOnError(t *testing.T) {
	b := newBench(t)
	b.lose = errors.New("the disk is full")
	for _, change := range []func(){func() {}, func() { b.signer.Secret = secret.New("guess") }} {
		change()
		if _, err := b.Authorize(t.Context(), b.call(note("Get", "ann/x"))); !errors.Is(err, b.lose) {
			t.Errorf("%v", err)
		}
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	b := newBench(t)
	b.Guard.Failures = guard.NewFailures(2, 0)
	good := b.call(note("Get", "ann/x"))
	b.signer.Secret = secret.New("guess")
	if _, err := b.Authorize(t.Context(), b.call(note("Get", "ann/x"))); err != nil {
		t.Fatal(err)
	}
	if r := must[*authz.Result](t)(b.Authorize(t.Context(), good)); r.Authenticated || r.Error.Code != "throttled" {
		t.Errorf("%+v", r)
	}
}
