package authz_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/authz"
)

// authorizer answers with a function and keeps the last call.
type authorizer struct {
	answer func(context.Context, *authz.Call) (*authz.Result, error)
	call   *authz.Call
}

func (a *authorizer) Authorize(ctx context.Context, call *authz.Call) (*authz.Result, error) {
	a.call = call
	return a.answer(ctx, call)
}

var alice = &authz.Principal{ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", Type: "IAMUser"}

func allow(_ context.Context, call *authz.Call) (*authz.Result, error) {
	result := &authz.Result{Authenticated: true, Principal: alice, DecisionID: "d-1", Payload: authz.Payload{Mode: authz.PayloadHash, SHA256: call.Request.BodySHA256}}
	for range call.Checks {
		result.Decisions = append(result.Decisions, authz.Decision{Verdict: authz.Allow})
	}
	return result, nil
}

func one(*http.Request) ([]authz.Check, error) {
	return []authz.Check{{Action: "notes:Get", Resource: "arn:aws:notes:::a"}}, nil
}

// reached is a handler that says whether a request came through.
type reached struct {
	request *http.Request
	body    string
}

func (h *reached) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h.request, h.body = r, string(body)
}

type answer struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
}

func do(t *testing.T, h http.Handler, r *http.Request) (int, answer, http.Header) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var a answer
	if w.Code != http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Errorf("answer %q: %v", w.Body, err)
		}
	}
	return w.Code, a, w.Header()
}

func TestMiddlewareLetsThrough(t *testing.T) {
	a := &authorizer{answer: allow}
	next := new(reached)
	h := authz.Middleware(a, authz.Options{Profile: "notes", Explain: true}, func(r *http.Request) ([]authz.Check, error) {
		body, err := io.ReadAll(r.Body)
		if string(body) != "hello" || err != nil {
			t.Errorf("checks see the body %q, %v", body, err)
		}
		r.Header.Set("X-Amz-Date", "forged")
		r.URL.Path, r.Method, r.RequestURI, r.Host = "/forged", "FORGED", "/forged", "forged"
		return []authz.Check{
			{Action: "notes:Put", Resource: "arn:aws:notes:::a", Context: map[string][]string{"notes:Size": {"5"}}},
			{Action: "notes:Tag", Resource: "arn:aws:notes:::a"},
		}, nil
	})(next)
	r := httptest.NewRequest("PUT", "/notes/a%2Fb?x=%2f&flag", strings.NewReader("hello"))
	r.Host, r.RemoteAddr = "notes.corp:8443", "[::ffff:10.1.2.3%eth0]:5555"
	r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13}
	r.Header = http.Header{"X-Amz-Date": {"20261122T070000Z"}, "Accept": {"b", "a"}, "X-Forwarded-For": {"1.2.3.4"}}
	if status, a, _ := do(t, h, r); status != http.StatusOK {
		t.Fatalf("%d %+v", status, a)
	}
	sum := sha256.Sum256([]byte("hello"))
	want := &authz.Call{Profile: "notes", Explain: true,
		Request: authz.Request{Method: "PUT", Scheme: "https", Host: "notes.corp:8443", Target: "/notes/a%2Fb?x=%2f&flag",
			Headers: [][2]string{{"Accept", "b"}, {"Accept", "a"}, {"X-Amz-Date", "20261122T070000Z"}, {"X-Forwarded-For", "1.2.3.4"},
				{"Content-Length", "5"}},
			BodySHA256: hex.EncodeToString(sum[:]), SourceIP: "10.1.2.3", TLSVersion: "1.3"},
		Checks: []authz.Check{
			{Action: "notes:Put", Resource: "arn:aws:notes:::a", Context: map[string][]string{"notes:Size": {"5"}}},
			{Action: "notes:Tag", Resource: "arn:aws:notes:::a"},
		},
	}
	if diff := cmp.Diff(want, a.call); diff != "" {
		t.Error(diff)
	}
	got := next.request
	if got == nil || next.body != "hello" || got.ContentLength != 5 {
		t.Fatalf("the handler got %q of %v", next.body, got)
	}
	if got.RequestURI != r.RequestURI || got.Method != "PUT" || got.URL.Path != "/notes/a/b" || got.URL.RawPath != "/notes/a%2Fb" ||
		got.Host != r.Host || got.Header.Get("X-Amz-Date") != "20261122T070000Z" {
		t.Errorf("the handler got %s %s", got.Method, got.RequestURI)
	}
	if p, ok := authz.FromContext(got.Context()); !ok || p != alice {
		t.Errorf("the principal is %v", p)
	}
	if p, ok := authz.FromContext(t.Context()); ok {
		t.Errorf("a principal out of nowhere: %v", p)
	}
}

func TestMiddlewareRefuses(t *testing.T) {
	result := func(r *authz.Result) func(context.Context, *authz.Call) (*authz.Result, error) {
		return func(context.Context, *authz.Call) (*authz.Result, error) { return r, nil }
	}
	decisions := func(verdicts ...string) *authz.Result {
		r := &authz.Result{Authenticated: true, Principal: alice, DecisionID: "d-1", Payload: authz.Payload{Mode: authz.PayloadUnsigned}}
		for _, v := range verdicts {
			r.Decisions = append(r.Decisions, authz.Decision{Verdict: v, Message: "no " + v})
		}
		return r
	}
	payload := func(p authz.Payload) *authz.Result {
		r := decisions(authz.Allow)
		r.Payload = p
		return r
	}
	for _, c := range []struct {
		name   string
		answer func(context.Context, *authz.Call) (*authz.Result, error)
		checks func(*http.Request) ([]authz.Check, error)
		status int
		want   answer
	}{
		{"denied", result(decisions(authz.Deny)), nil, 403, answer{"AccessDenied", "no deny", "d-1"}},
		{"one of two denied", result(decisions(authz.Allow, authz.Deny)), two, 403, answer{"AccessDenied", "no deny", "d-1"}},
		{"empty verdict", result(decisions("")), nil, 403, answer{"AccessDenied", "no ", "d-1"}},
		{"unknown verdict", result(decisions("Allow")), nil, 403, answer{"AccessDenied", "no Allow", "d-1"}},
		{"not authenticated", result(&authz.Result{DecisionID: "d-2", Principal: alice, Decisions: decisions(authz.Allow).Decisions,
			Error: &authz.Failure{Code: "SignatureDoesNotMatch", Status: 403, Message: "wrong"}}), nil, 401, answer{"SignatureDoesNotMatch", "wrong", "d-2"}},
		{"not authenticated without reason", result(&authz.Result{}), nil, 401,
			answer{"NotAuthenticated", "The request is not signed with valid credentials.", ""}},
		{"throttled", result(&authz.Result{Error: &authz.Failure{Code: "Throttling", Status: 429, Message: "slow"}}), nil, 429, answer{"Throttling", "slow", ""}},
		{"unknown payload", result(payload(authz.Payload{Mode: "streaming"})), nil, 403, answer{"PayloadNotVerified", "*", "d-1"}},
		{"other payload", result(payload(authz.Payload{Mode: "hash", SHA256: strings.Repeat("0", 64)})), nil, 403, answer{"PayloadNotVerified", "*", "d-1"}},
		{"own refusal", allow, func(*http.Request) ([]authz.Check, error) {
			return nil, fmt.Errorf("wrapped: %w", &authz.Refusal{Status: 400, Code: "BadName", Message: "bad"})
		}, 400, answer{"BadName", "bad", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			checks := c.checks
			if checks == nil {
				checks = one
			}
			next := new(reached)
			h := authz.Middleware(&authorizer{answer: c.answer}, authz.Options{}, checks)(next)
			status, got, header := do(t, h, httptest.NewRequest("GET", "/", nil))
			if c.want.Message == "*" {
				c.want.Message = got.Message
			}
			if status != c.status || got != c.want {
				t.Errorf("%d %+v, want %d %+v", status, got, c.status, c.want)
			}
			if header.Get("Content-Type") != "application/json" || header.Get("X-Daypass-Request-Id") != c.want.RequestID ||
				(status == 401) != (header.Get("WWW-Authenticate") != "") {
				t.Errorf("headers %v", header)
			}
			if next.request != nil {
				t.Error("the request came through")
			}
		})
	}
}

func two(*http.Request) ([]authz.Check, error) {
	return []authz.Check{{Action: "a:A", Resource: "x"}, {Action: "a:B", Resource: "x"}}, nil
}

// Whatever breaks while a request is decided about, the request does not come through, the client learns no detail, and
// the service is told.
func TestAttack54_FailOpenOnError(t *testing.T) {
	type answering = func(context.Context, *authz.Call) (*authz.Result, error)
	allowed, err := allow(t.Context(), &authz.Call{Checks: make([]authz.Check, 1)})
	if err != nil {
		t.Fatal(err)
	}
	var nobody *http.Request
	for _, c := range []struct {
		name   string
		answer answering
		checks func(*http.Request) ([]authz.Check, error)
		status int
	}{
		{"authorizer fails", func(context.Context, *authz.Call) (*authz.Result, error) { return nil, errors.New("detail") }, one, 503},
		{"authorizer fails and allows", func(context.Context, *authz.Call) (*authz.Result, error) { return allowed, errors.New("detail") }, one, 503},
		{"authorizer panics", func(context.Context, *authz.Call) (*authz.Result, error) { panic("detail") }, one, 500},
		{"authorizer aborts", func(context.Context, *authz.Call) (*authz.Result, error) { panic(http.ErrAbortHandler) }, one, 500},
		{"no result", func(context.Context, *authz.Call) (*authz.Result, error) { return nil, nil }, one, 500},
		{"no principal", func(context.Context, *authz.Call) (*authz.Result, error) {
			return &authz.Result{Authenticated: true, Decisions: allowed.Decisions}, nil
		}, one, 500},
		{"no decisions", func(context.Context, *authz.Call) (*authz.Result, error) {
			return &authz.Result{Authenticated: true, Principal: alice}, nil
		}, one, 500},
		{"decisions missing", func(context.Context, *authz.Call) (*authz.Result, error) { return allowed, nil }, two, 500},
		{"too slow", func(ctx context.Context, _ *authz.Call) (*authz.Result, error) { <-ctx.Done(); return nil, ctx.Err() }, one, 503},
		{"no checks", allow, func(*http.Request) ([]authz.Check, error) { return nil, nil }, 403},
		{"empty check", allow, func(*http.Request) ([]authz.Check, error) { return make([]authz.Check, 1), nil }, 403},
		{"check without resource", allow, func(*http.Request) ([]authz.Check, error) { return []authz.Check{{Action: "a:A"}}, nil }, 403},
		{"checks fail", allow, func(*http.Request) ([]authz.Check, error) { return nil, errors.New("detail") }, 500},
		{"checks fail and name one", allow, func(r *http.Request) ([]authz.Check, error) {
			checks, _ := one(r)
			return checks, errors.New("detail")
		}, 500},
		{"checks panic", allow, func(*http.Request) ([]authz.Check, error) { return nil, fmt.Errorf("%s", nobody.Method) }, 500},
		{"checks answer 200", allow, func(*http.Request) ([]authz.Check, error) { return nil, &authz.Refusal{Status: 200, Message: "detail"} }, 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			next := new(reached)
			var reported error
			h := authz.Middleware(&authorizer{answer: c.answer}, authz.Options{Timeout: time.Millisecond,
				Report: func(_ *http.Request, err error) { reported = err }}, c.checks)(next)
			status, got, _ := do(t, h, httptest.NewRequest("GET", "/", nil))
			if status != c.status {
				t.Errorf("%d %+v, want %d", status, got, c.status)
			}
			if next.request != nil {
				t.Error("the request came through")
			}
			if strings.Contains(got.Message, "detail") {
				t.Errorf("the client reads %q", got.Message)
			}
			if reported == nil {
				t.Error("nobody is told")
			}
		})
	}
	h := authz.Middleware(&authorizer{answer: allow}, authz.Options{}, func(*http.Request) ([]authz.Check, error) {
		return slices.Repeat([]authz.Check{{Action: "a:A", Resource: "x"}}, authz.MaxChecks+1), nil
	})(new(reached))
	if status, _, _ := do(t, h, httptest.NewRequest("GET", "/", nil)); status != 403 {
		t.Errorf("more checks than a call may hold: %d", status)
	}
}

// A panic of the service's own handler stays the server's business.
func TestHandlerPanics(t *testing.T) {
	h := authz.Middleware(&authorizer{answer: allow}, authz.Options{}, one)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("own") }))
	defer func() {
		if recover() != "own" {
			t.Error("the panic was swallowed")
		}
	}()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestMiddlewareBody(t *testing.T) {
	a := &authorizer{answer: allow}
	next := new(reached)
	h := authz.Middleware(a, authz.Options{MaxBody: 4}, one)(next)
	if status, _, _ := do(t, h, httptest.NewRequest("PUT", "/", strings.NewReader("1234"))); status != 200 || next.body != "1234" {
		t.Errorf("%d %q", status, next.body)
	}
	next.request = nil
	if status, got, _ := do(t, h, httptest.NewRequest("PUT", "/", strings.NewReader("12345"))); status != 413 || got.Code != "RequestTooLarge" {
		t.Errorf("%d %+v", status, got)
	}
	chunked := httptest.NewRequest("PUT", "/", io.MultiReader(strings.NewReader("123"), strings.NewReader("45")))
	if status, _, _ := do(t, h, chunked); status != 413 {
		t.Errorf("chunked: %d", status)
	}
	broken := httptest.NewRequest("PUT", "/", io.MultiReader(strings.NewReader("1"), failing{}))
	if status, got, _ := do(t, h, broken); status != 400 || got.Code != "IncompleteBody" {
		t.Errorf("broken: %d %+v", status, got)
	}
	if next.request != nil {
		t.Error("a request came through")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestMiddlewareOwnWriter(t *testing.T) {
	var got *authz.Refusal
	h := authz.Middleware(&authorizer{answer: allow}, authz.Options{Refuse: func(w http.ResponseWriter, _ *http.Request, r *authz.Refusal) {
		got = r
		w.WriteHeader(http.StatusTeapot)
	}}, func(*http.Request) ([]authz.Check, error) { return nil, nil })(new(reached))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusTeapot || got == nil || got.Status != 403 {
		t.Errorf("%d %v", w.Code, got)
	}
}

// Over a real socket: the target that is authorized is byte for byte the one that was sent and the one the handler acts
// on, or the request is refused.
func TestAttack07_SigV4PathConfusion(t *testing.T) {
	a := &authorizer{answer: allow}
	next := new(reached)
	server := httptest.NewServer(authz.Middleware(a, authz.Options{}, one)(next))
	defer server.Close()
	for _, c := range []struct {
		target string
		passes bool
	}{
		{"/", true}, {"/a/b", true}, {"//a//b", true}, {"/a/../b", true}, {"/a/%2e%2e/b", true}, {"/a/%2E%2e/b", true}, {"/./a/.", true},
		{"/a%2Fb", true}, {"/a%2fb", true}, {"/a;b=c", true}, {"/a.", true}, {"/a%00b", true}, {"/%C3%BC", true}, {"/a%20b?c+d=%20", true},
		{"/?", true}, {"/a?b?c", true}, {"/a?b;c", true}, {"/%41", true}, {"/a?%", true}, {"//evil.example/x", true}, {"/a:b@c", true},
		{"/ü", false}, {"/a?ü", false}, {`/a\b`, false}, {"/a|b", false}, {`/a"b`, false}, {"/a#b", false}, {"/a?b#c", false}, {"/%", false},
		{"/%zz", false}, {"/a\x00b", false}, {"/a\x7f", false}, {"*", false}, {"a/b", false}, {"http://other.example/a", false}, {"", false},
	} {
		a.call, next.request = nil, nil
		status := raw(t, server, "GET "+c.target+" HTTP/1.1\r\nHost: notes\r\nConnection: close\r\n\r\n")
		if passed := status == 200; passed != c.passes || passed != (next.request != nil) || status >= 500 {
			t.Errorf("%q: status %d", c.target, status)
			continue
		}
		if !c.passes {
			continue
		}
		if a.call.Request.Target != c.target {
			t.Errorf("%q was authorized as %q", c.target, a.call.Request.Target)
		}
		if next.request.RequestURI != c.target || next.request.URL.RequestURI() != c.target {
			t.Errorf("%q was handed on as %q, %q", c.target, next.request.RequestURI, next.request.URL.RequestURI())
		}
	}
}

// raw sends bytes and returns the status of the answer.
func raw(t *testing.T, server *httptest.Server, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// A handler in front that changes the URL would have the middleware authorize one thing and the service do another.
func TestAttack07_RewrittenURL(t *testing.T) {
	next := new(reached)
	guarded := authz.Middleware(&authorizer{answer: allow}, authz.Options{}, one)(next)
	for name, h := range map[string]http.Handler{
		"strip": http.StripPrefix("/a", guarded),
		"query": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { r.URL.RawQuery = ""; guarded.ServeHTTP(w, r) }),
		"path":  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { r.URL.Path = "/a/c"; guarded.ServeHTTP(w, r) }),
		"opaque": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.Opaque, r.URL.Path = "/a/b", "/a/c"
			guarded.ServeHTTP(w, r)
		}),
		"nil": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { r.URL = nil; guarded.ServeHTTP(w, r) }),
	} {
		if status, _, _ := do(t, h, httptest.NewRequest("GET", "/a/b?x=y", nil)); status != 500 || next.request != nil {
			t.Errorf("%s: %d", name, status)
		}
	}
}

// Forwarding headers say nothing about where a request comes from.
func TestAttack26_SourceIPSpoof(t *testing.T) {
	a := &authorizer{answer: allow}
	h := authz.Middleware(a, authz.Options{}, one)(new(reached))
	for remote, want := range map[string]string{
		"10.1.2.3:80": "10.1.2.3", "[2001:db8::1]:80": "2001:db8::1", "[::ffff:10.1.2.3]:80": "10.1.2.3", "[fe80::1%eth0]:80": "fe80::1",
		"@": "", "": "", "10.1.2.3": "", "10.1.2.3:80, 1.2.3.4:80": "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = remote
		for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "True-Client-Ip", "X-Forwarded-Proto", "X-Forwarded-Host"} {
			r.Header[name] = []string{"1.2.3.4", "https"}
		}
		do(t, h, r)
		if got := a.call.Request; got.SourceIP != want || got.Scheme != "http" || got.Host != "example.com" || got.TLSVersion != "" {
			t.Errorf("%q: %+v", remote, got)
		}
	}
}

// Only the service's own context goes into a check; headers and parameters named like condition keys do not.
func TestAttack25_ContextKeyInjection(t *testing.T) {
	a := &authorizer{answer: allow}
	r := httptest.NewRequest("GET", "/?aws:PrincipalArn=x&notes:Size=9", nil)
	r.Header["aws:PrincipalArn"] = []string{"x"}
	r.Header.Set("userid", "x")
	do(t, authz.Middleware(a, authz.Options{}, one)(new(reached)), r)
	if a.call.Checks[0].Context != nil {
		t.Errorf("context %v", a.call.Checks[0].Context)
	}
}

func TestTrailersAreDropped(t *testing.T) {
	next := new(reached)
	server := httptest.NewServer(authz.Middleware(&authorizer{answer: allow}, authz.Options{}, one)(next))
	defer server.Close()
	status := raw(t, server, "PUT /a HTTP/1.1\r\nHost: notes\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n"+
		"2\r\nhi\r\n0\r\nX-Late: unsigned\r\n\r\n")
	if status != 200 || next.body != "hi" {
		t.Fatalf("%d %q", status, next.body)
	}
	if len(next.request.Trailer) > 0 || len(next.request.TransferEncoding) > 0 || next.request.ContentLength != 2 {
		t.Errorf("trailer %v, encoding %v, length %d", next.request.Trailer, next.request.TransferEncoding, next.request.ContentLength)
	}
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/", "/a//b", "/a/%2e%2e/b?c=d", "/%zz", "//x/y?#", "/a\\b", "*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")))
		if err != nil {
			return
		}
		a := &authorizer{answer: allow}
		next := new(reached)
		authz.Middleware(a, authz.Options{}, one)(next).ServeHTTP(httptest.NewRecorder(), r)
		if next.request == nil {
			return
		}
		if a.call.Request.Target != r.RequestURI || next.request.URL.RequestURI() != r.RequestURI {
			t.Fatalf("%q was authorized as %q and handed on as %q", r.RequestURI, a.call.Request.Target, next.request.URL.RequestURI())
		}
	})
}
