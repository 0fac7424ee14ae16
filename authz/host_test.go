package authz_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/daypass/daypass/authz"
)

// A request that was signed for one host is replayed at another of the same profile.
func TestAttack06_SigV4ScopeReplay(t *testing.T) {
	served := 0
	handler := authz.Middleware(&authorizer{answer: allow}, authz.Options{Hosts: []string{"notes.corp.example"}}, one)(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	for host, want := range map[string]int{"notes.corp.example": 200, "NOTES.corp.example": 200, "other.corp.example": 403, "notes.corp.example:8443": 403, "": 403} {
		r := httptest.NewRequest(http.MethodGet, "/a", nil)
		r.RequestURI, r.Host = "/a", host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: %d %s", host, w.Code, w.Body)
		}
	}
	if served != 2 {
		t.Errorf("%d requests served, want 2", served)
	}
}
