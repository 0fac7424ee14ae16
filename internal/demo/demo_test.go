package demo

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/authz"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
)

var now = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

const account = "111122223333"

// recorder allows everything but what touches note/secret, and keeps the checks.
type recorder struct{ checks []authz.Check }

func (a *recorder) Authorize(_ context.Context, call *authz.Call) (*authz.Result, error) {
	a.checks = call.Checks
	result := &authz.Result{Authenticated: true, DecisionID: "d-1",
		Payload:   authz.Payload{Mode: authz.PayloadHash, SHA256: call.Request.BodySHA256},
		Principal: &authz.Principal{ARN: "arn:aws:sts::111122223333:assumed-role/uploader/alice", Expires: now.Add(time.Hour)}}
	for _, check := range call.Checks {
		d := authz.Decision{Verdict: authz.Allow}
		if strings.Contains(check.Resource, ":note/secret") {
			d = authz.Decision{Verdict: authz.Deny, Message: "not allowed"}
		}
		result.Decisions = append(result.Decisions, d)
	}
	return result, nil
}

func handler(a authz.Authorizer) http.Handler {
	return Handler(a, Options{Account: account, Now: func() time.Time { return now }})
}

func send(h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, reader))
	return w
}

func TestNotes(t *testing.T) {
	h := handler(new(recorder))
	for _, c := range []struct {
		method, target, body string
		status               int
		want                 string
	}{
		{"GET", "/demo/notes/alice/hello", "", 404, `"NoSuchNote"`},
		{"PUT", "/demo/notes/alice/hello", "hi <b>", 200, `"note":"alice/hello","bytes":6,"by":"arn:aws:sts::111122223333:assumed-role/uploader/alice"`},
		{"PUT", "/demo/notes/alice/a%20b", "", 200, `"note":"alice/a b","bytes":0`},
		{"GET", "/demo/notes/alice/hello", "", 200, "hi <b>"},
		{"PUT", "/demo/notes/bob/hello", "hi", 200, ""},
		{"GET", "/demo/notes?prefix=alice/", "", 200, `{"notes":["alice/a b","alice/hello"]}`},
		{"GET", "/demo/notes?prefix=alice%2Fh", "", 200, `{"notes":["alice/hello"]}`},
		{"GET", "/demo/notes?prefix=alice%2Fa+", "", 200, `{"notes":["alice/a b"]}`},
		{"GET", "/demo/notes/?X-Amz-Date=x", "", 200, `["alice/a b","alice/hello","bob/hello"]`},
		{"GET", "/demo/notes?prefix=none", "", 200, `{"notes":[]}`},
		{"PUT", "/demo/notes/secret/x", "hi", 403, `"not allowed"`},
		{"GET", "/demo/notes?prefix=secret", "", 403, `"not allowed"`},
		{"GET", "/demo", "", 200, "demo:PutNote"},
		{"GET", "/demo/", "", 200, "demo:PutNote"},
	} {
		w := send(h, c.method, c.target, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.target, w.Code, w.Body, c.status, c.want)
		}
	}
	w := send(h, "GET", "/demo/notes/alice/hello", "")
	if w.Header().Get("Content-Type") != "text/plain; charset=utf-8" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a browser might run the note: %v", w.Header())
	}
}

func TestChecks(t *testing.T) {
	const note = "arn:aws:demo::111122223333:note/"
	for _, c := range []struct {
		method, target string
		want           authz.Check
	}{
		{"PUT", "/demo/notes/alice/h%C3%BCt", authz.Check{Action: "demo:PutNote", Resource: note + "alice/hüt"}},
		{"GET", "/demo/notes/%61lice", authz.Check{Action: "demo:GetNote", Resource: note + "alice"}},
		{"GET", "/demo/notes/a+b", authz.Check{Action: "demo:GetNote", Resource: note + "a+b"}},
		{"GET", "/demo/notes", authz.Check{Action: "demo:ListNotes", Resource: note + "*", Context: map[string][]string{"demo:Prefix": {""}}}},
		{"GET", "/demo/notes?prefix=alice/", authz.Check{Action: "demo:ListNotes", Resource: note + "alice/*",
			Context: map[string][]string{"demo:Prefix": {"alice/"}}}},
	} {
		a := new(recorder)
		send(handler(a), c.method, c.target, "")
		if diff := cmp.Diff([]authz.Check{c.want}, a.checks); diff != "" {
			t.Errorf("%s %s: %s", c.method, c.target, diff)
		}
	}
}

// Spellings that two readers could take for two notes are refused before anybody is asked.
func TestAttack07_SigV4PathConfusion(t *testing.T) {
	for _, target := range []string{
		"/demo/notes/alice/../bob", "/demo/notes/alice/%2e%2e/bob", "/demo/notes/alice/.%2E/bob", "/demo/notes/./alice", "/demo/notes/..",
		"/demo/notes//alice", "/demo/notes/alice//x", "/demo/notes/alice/", "/demo/notes/alice%2Fx", "/demo/notes/alice%2fx",
		"/demo/notes/alice%5Cx", "/demo/notes/a%00b", "/demo/notes/a%0ab", "/demo/notes/a%2500b", "/demo/notes/a%252Fb", "/demo/notes/a%2Ab",
		"/demo/notes/a*", "/demo/notes/a%3Fb", "/demo/notes/%ff", "/demo/notes/%C0%AF", "/demo/notes/a%E2%80%AEb",
		"/demo/notes/" + strings.Repeat("a", maxPath+1), "/demo/notes/" + strings.Repeat("a/", maxParts) + "a",
		"/demo/notes/a?prefix=b", "/demo/notes/a?x-amz-date=b", "/demo/notes?prefix=a&prefix=b", "/demo/notes?Prefix=a", "/demo/notes?%70refix=a",
		"/demo/notes?prefix=../a", "/demo/notes?prefix=a//b", "/demo/notes?prefix=/a", "/demo/notes?prefix=a%00", "/demo/notes?prefix=*", "/demo/notes?prefix=%",
		"/demo/notes?prefix=" + strings.Repeat("a", maxPath+1),
	} {
		a := new(recorder)
		w := send(handler(a), "GET", target, "")
		var got struct{ Code, Message string }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 400 || got.Message == "" {
			t.Errorf("%.60s: %d %s", target, w.Code, w.Body)
		}
		if a.checks != nil {
			t.Errorf("%.60s: was authorized as %v", target, a.checks)
		}
	}
	for target, want := range map[string]int{
		"/demo/other": 404, "/demo/notesx": 404, "//demo/notes/a": 404, "/demo//notes/a": 404, "/demo/./notes/a": 404, "/Demo/notes/a": 404,
		"/demo/%6eotes/a": 404, "/demo/notes%2Fa": 404,
	} {
		if w := send(handler(new(recorder)), "GET", target, ""); w.Code != want {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	for _, c := range [][2]string{{"DELETE", "/demo/notes/a"}, {"POST", "/demo/notes"}, {"HEAD", "/demo/notes/a"}, {"PUT", "/demo/notes"}, {"POST", "/demo"}} {
		if w := send(handler(new(recorder)), c[0], c[1], ""); w.Code != 405 {
			t.Errorf("%s %s: %d", c[0], c[1], w.Code)
		}
	}
}

func TestNotesAreBounded(t *testing.T) {
	h := handler(new(recorder))
	if w := send(h, "PUT", "/demo/notes/long", strings.Repeat("x", MaxBytes+1)); w.Code != 413 {
		t.Errorf("a long note: %d", w.Code)
	}
	for i := range MaxNotes {
		if w := send(h, "PUT", fmt.Sprintf("/demo/notes/n%d", i), "x"); w.Code != 200 {
			t.Fatalf("note %d: %d", i, w.Code)
		}
	}
	if w := send(h, "PUT", "/demo/notes/more", "x"); w.Code != 507 || !strings.Contains(w.Body.String(), "TooManyNotes") {
		t.Errorf("one more note: %d %s", w.Code, w.Body)
	}
	if w := send(h, "PUT", "/demo/notes/n1", "y"); w.Code != 200 {
		t.Errorf("a change: %d", w.Code)
	}
}

// verifier is an authorizer that only checks the signature.
type verifier struct {
	t   *testing.T
	key secret.Text
}

func (v verifier) Authorize(ctx context.Context, call *authz.Call) (*authz.Result, error) {
	fields := make([]sigv4.Field, 0, len(call.Request.Headers))
	for _, h := range call.Request.Headers {
		fields = append(fields, sigv4.Field{Name: h[0], Value: h[1]})
	}
	request, err := sigv4.FromFields(call.Request.Method, call.Request.Target, call.Request.Host, fields)
	if err != nil {
		return nil, err
	}
	request.BodySHA256 = call.Request.BodySHA256
	claim, err := sigv4.Rules{Services: []string{Service}}.Parse(request)
	if err == nil {
		err = claim.Verify(v.key, time.Now())
	}
	if err != nil {
		return &authz.Result{Error: &authz.Failure{Code: "SignatureDoesNotMatch", Message: err.Error()}}, nil
	}
	return new(recorder).Authorize(ctx, call)
}

// curl can sign by itself; a first call needs no SDK.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	server := httptest.NewServer(handler(verifier{t, secret.New("s3cret")}))
	defer server.Close()
	run := func(args ...string) string {
		out, err := exec.Command(curl, append([]string{"-sS", "--path-as-is", "-w", " %{http_code}", "--aws-sigv4", "aws:amz:daypass-1:demo"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--user", "AKIAEXAMPLE:s3cret", "-X", "PUT", "--data", "hi", server.URL + "/demo/notes/alice/hello"}, `"alice/hello"`},
		{[]string{"--user", "AKIAEXAMPLE:s3cret", server.URL + "/demo/notes/alice/hello"}, "hi 200"},
		{[]string{"--user", "AKIAEXAMPLE:s3cret", server.URL + "/demo/notes?prefix=alice"}, `"alice/hello"`},
		{[]string{"--user", "AKIAEXAMPLE:wrong", server.URL + "/demo/notes/alice/hello"}, "401"},
	} {
		if out := run(c.args...); !strings.Contains(out, c.want) {
			t.Errorf("%v: %s", c.args, out)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"/demo/notes/a/b", "/demo/notes?prefix=a%2Fb", "/demo/notes/%2e%2e/a", "/demo/notes/a?X-Amz-Date=1", "/demo/notes//"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")))
		if err != nil {
			return
		}
		w, err := parse(r)
		if err != nil {
			return
		}
		if len(w.path) > maxPath || strings.ContainsAny(w.path, "\\%*?\x00\r\n") || strings.Contains("/"+w.path, "//") {
			t.Fatalf("%q is taken for %q", target, w.path)
		}
		for part := range strings.SplitSeq(w.path, "/") {
			if w.verb == get && (part == "." || part == ".." || part == "") {
				t.Fatalf("%q is taken for %q", target, w.path)
			}
		}
	})
}
