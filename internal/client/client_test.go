package client_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/client"
	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/wire"
)

var now = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

const (
	keyID = "AKIAQNZGKIQY56JQ7WML"
	plain = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
	token = "session/token+with=signs"
)

// serve answers every call with status and body, after checking its signature.
func serve(t *testing.T, status int, body string, seen *string) *client.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		claim, err := sigv4.Rules{Services: []string{"daypass"}}.Parse(sigv4.FromHTTP(r, form))
		if err != nil {
			t.Error(err)
			return
		}
		if err := claim.Verify(secret.New(plain), now); err != nil {
			t.Error(err)
		}
		if claim.AccessKeyID != keyID || claim.SessionToken.Reveal() != token || claim.Region != "daypass-1" {
			t.Errorf("claim %+v", claim)
		}
		if seen != nil {
			*seen = string(form)
		}
		w.Header().Set("X-Amzn-RequestId", "from-header")
		if status >= 300 && status < 400 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return &client.Client{
		Endpoint: server.URL, Region: "daypass-1", HTTP: client.NewHTTP(), Now: func() time.Time { return now },
		Credentials: client.Credentials{AccessKeyID: keyID, Secret: secret.New(plain), SessionToken: secret.New(token)},
	}
}

func call(t *testing.T, c *client.Client, action string, in, out wire.Shape) error {
	t.Helper()
	return c.Call(t.Context(), adminapi.Service, adminapi.Version, action, in, out)
}

func TestCall(t *testing.T) {
	want := &adminapi.RevokeSessionsOutput{RoleName: "clerk", RevokedBefore: now}
	var seen string
	c := serve(t, 200, string(wire.AppendXMLResponse(nil, "RevokeSessions", adminapi.Namespace, "r-1", want)), &seen)
	got := new(adminapi.RevokeSessionsOutput)
	if err := call(t, c, "RevokeSessions", &adminapi.RevokeSessionsInput{RoleName: "cl+erk"}, got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if seen != "Action=RevokeSessions&Version=2026-11-22&RoleName=cl%2Berk" {
		t.Errorf("sent %s", seen)
	}

	c = serve(t, 200, string(wire.AppendXMLResponse(nil, "SuspendAccount", adminapi.Namespace, "r-1", nil)), nil)
	if err := call(t, c, "SuspendAccount", &adminapi.SuspendAccountInput{AccountId: "111122223333"}, nil); err != nil {
		t.Error(err)
	}
}

func TestCallFailures(t *testing.T) {
	failure := wire.Failure{Type: "Sender", Code: "AccessDenied", Message: "You <may> not"}
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   client.Error
		text   string
	}{
		{"denied", 403, string(wire.AppendXMLError(nil, adminapi.Namespace, "r-1", failure)),
			client.Error{Action: "ListKeys", Status: 403, Code: "AccessDenied", Message: "You <may> not", RequestID: "r-1"},
			"AccessDenied: You <may> not (request id r-1)"},
		{"proxy", 502, "<html>Bad Gateway</html>",
			client.Error{Action: "ListKeys", Status: 502, RequestID: "from-header", Message: "the answer is not one of a Daypass server; is the endpoint right?"},
			"status 502"},
		{"redirect", 307, "",
			client.Error{Action: "ListKeys", Status: 307, RequestID: "from-header", Message: "it redirects, which is not followed with a signed request; use the address it redirects to"},
			"redirects"},
		{"hostile", 400, strings.Repeat("<a>", 1000), client.Error{Action: "ListKeys", Status: 400, RequestID: "from-header",
			Message: "the answer is not one of a Daypass server; is the endpoint right?"}, "400"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := call(t, serve(t, c.status, c.body, nil), "ListKeys", new(adminapi.ListKeysInput), new(adminapi.ListKeysOutput))
			var got *client.Error
			if !errors.As(err, &got) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, *got); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q lacks %q", err, c.text)
			}
			if got.Denied() != (c.name == "denied") || got.NotFound() {
				t.Errorf("denied %v, not found %v", got.Denied(), got.NotFound())
			}
		})
	}
}

func TestCallRefusesAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "html": "<html/>", "other operation": string(wire.AppendXMLResponse(nil, "Explain", "", "r", new(adminapi.ExplainOutput))),
		"too long": "<ListKeysResponse>" + strings.Repeat(" ", client.MaxAnswer) + "</ListKeysResponse>",
	} {
		if err := call(t, serve(t, 200, body, nil), "ListKeys", new(adminapi.ListKeysInput), new(adminapi.ListKeysOutput)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestCallWithoutServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	c := &client.Client{Endpoint: "http://" + address, Region: "r", HTTP: client.NewHTTP(), Now: time.Now,
		Credentials: client.Credentials{AccessKeyID: keyID, Secret: secret.New(plain)}}
	err = call(t, c, "ListKeys", new(adminapi.ListKeysInput), nil)
	if err == nil || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), "DAYPASS_ENDPOINT") {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "localhost:4580", "ftp://a", "http://a/path", "http://u:hidden@a", "http://a?x", "http://", "://hidden@"} {
		c.Endpoint = bad
		if err := call(t, c, "ListKeys", new(adminapi.ListKeysInput), nil); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("endpoint %q: %v", bad, err)
		}
	}
}

func TestAttack19_SecretsInErrors(t *testing.T) {
	c := serve(t, 500, "", nil)
	err := call(t, c, "ListKeys", new(adminapi.ListKeysInput), nil)
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c.Credentials)} {
		if strings.Contains(text, plain) || strings.Contains(text, token) {
			t.Error(text)
		}
	}
}
