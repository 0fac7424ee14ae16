package devissuer

import (
	"crypto/rand"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/federate/oidc"
	"github.com/daypass/daypass/internal/iam"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// served is an issuer that can be asked.
func served(t *testing.T) (*Issuer, *httptest.Server) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	i, err := New("http://"+s.Listener.Addr().String(), func() time.Time { return noon }, rand.Text, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.Config.Handler = i
	s.Start()
	t.Cleanup(s.Close)
	return i, s
}

func ask(i *Issuer, query string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, i.URL()+"/token"+query, nil)
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	i.ServeHTTP(w, r)
	return w
}

// The tokens are ones that the verifier takes, with everything asked for.
func TestToken(t *testing.T) {
	i, _ := served(t)
	v := oidc.New(oidc.Options{Dialer: net.Dialer{Timeout: time.Second}, Network: oidc.Network{Loopback: true}})
	p := &iam.OIDCProvider{URL: i.URL(), Clients: []string{Audience, "other"}}
	c, err := v.Verify(t.Context(), p, ask(i, "", nil).Body.String(), noon)
	if err != nil || c.Subject != Subject || c.Audience != Audience || !c.Expires.Equal(noon.Add(Lifetime)) {
		t.Errorf("%+v, %v", c, err)
	}
	w := ask(i, "?sub=me&aud=other&ttl=1h&team=blue&groups=a&groups=b&tag.Project=x&transitive=Project&source_identity=octo", nil)
	c, err = v.Verify(t.Context(), p, w.Body.String(), noon)
	if err != nil || c.Subject != "me" || c.Audience != "other" || !c.Expires.Equal(noon.Add(time.Hour)) || c.SourceIdentity != "octo" ||
		len(c.Tags) != 1 || c.Tags[0] != (iam.Tag{Key: "Project", Value: "x"}) || len(c.Transitive) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	for _, want := range []oidc.Fact{{Name: "team", Values: []string{"blue"}}, {Name: "groups", Values: []string{"a", "b"}, List: true}} {
		found := false
		for _, f := range c.Facts {
			a, _ := json.Marshal(f)
			b, _ := json.Marshal(want)
			found = found || string(a) == string(b)
		}
		if !found {
			t.Errorf("%v is not among %v", want, c.Facts)
		}
	}
}

func TestTokenRefused(t *testing.T) {
	i, _ := served(t)
	for _, query := range []string{"?iss=x", "?exp=1", "?iat=1", "?jti=x", "?ttl=0s", "?ttl=25h", "?ttl=x", "?%zz", "?=x"} {
		if w := ask(i, query, nil); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
	}
	for what, change := range map[string]func(*http.Request){
		"from a page":           func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"from a page, no cors":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"by a name of a page's": func(r *http.Request) { r.Host = "evil.example:4580" },
		"by a name like ours":   func(r *http.Request) { r.Host = "localhost.evil.example" },
	} {
		if w := ask(i, "", change); w.Code != http.StatusForbidden {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
	for _, host := range []string{"localhost", "localhost:4580", "127.0.0.1:4580", "127.0.0.1", "[::1]:4580", "[::1]"} {
		if w := ask(i, "", func(r *http.Request) { r.Host = host }); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", host, w.Code, w.Body)
		}
	}
	if w := ask(i, "", func(r *http.Request) { r.Method = http.MethodPost }); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
	if w := ask(i, "/../x", nil); w.Code != http.StatusNotFound {
		t.Errorf("elsewhere: %d", w.Code)
	}
}
