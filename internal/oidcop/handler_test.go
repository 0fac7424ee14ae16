package oidcop

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
	"github.com/daypass/daypass/internal/seal"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is a server with an operator's account and one issuer.
type world struct {
	t    *testing.T
	view *iam.View
	now  time.Time
	h    *Handler
	path string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, view: iam.Empty(), now: noon}
	text, err := seal.GenerateRoot(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	root, err := seal.NewRoot(text)
	if err != nil {
		t.Fatal(err)
	}
	w.h = &Handler{View: func() *iam.View { return w.view }, Now: func() time.Time { return w.now },
		Signer: &issuer.Signer{Root: root, External: "https://sts.corp.example"}}
	keys, err := issuer.NewKeys(root, rand.Reader, "222222222222")
	if err != nil {
		t.Fatal(err)
	}
	w.change(func(tx *iam.Tx) error { _, err := tx.CreateAccount("111111111111", "home"); return err })
	w.change(func(tx *iam.Tx) error { _, err := tx.CreateAccount("222222222222", "other"); return err })
	w.change(func(tx *iam.Tx) error { _, err := tx.EnableIssuer("222222222222", keys); return err })
	i, err := w.view.Issuer("222222222222")
	if err != nil {
		t.Fatal(err)
	}
	w.path = "/issuer/" + i.ID
	return w
}

func (w *world) change(f func(*iam.Tx) error) {
	w.t.Helper()
	tx := iam.NewTx(w.view, w.now, rand.Reader)
	if err := f(tx); err != nil {
		w.t.Fatal(err)
	}
	w.view = tx.View(w.view.Revision() + 1)
}

func (w *world) ask(method, target string) *httptest.ResponseRecorder {
	r := httptest.NewRecorder()
	w.h.ServeHTTP(r, httptest.NewRequest(method, target, nil))
	return r
}

func TestDocuments(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{issuer.DiscoveryPath, issuer.KeySetPath} {
		r := w.ask("GET", w.path+path)
		if r.Code != 200 || !json.Valid(r.Body.Bytes()) || r.Header().Get("Content-Type") != "application/json" ||
			r.Header().Get("Cache-Control") != "public, max-age=3600" || r.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v %s", path, r.Code, r.Header(), r.Body)
		}
		if again := w.ask("GET", w.path+path+"?x=y"); again.Body.String() != r.Body.String() {
			t.Errorf("%s is not the same twice", path)
		}
		head := w.ask("HEAD", w.path+path)
		if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") != r.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %d %v", path, head.Code, head.Header())
		}
		for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"} {
			if r := w.ask(method, w.path+path); r.Code != http.StatusMethodNotAllowed || r.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d", method, path, r.Code)
			}
		}
	}
}

// Everything else is not there, and all that is not there looks alike.
func TestNothingElseIsThere(t *testing.T) {
	w := newWorld(t)
	want := w.ask("GET", "/issuer/x")
	id := strings.TrimPrefix(w.path, "/issuer/")
	for _, path := range []string{
		"/issuer/", w.path, w.path + "/", w.path + "/.well-known", w.path + "/.well-known/", w.path + "/.well-known/keys",
		w.path + "/.well-known/jwks.json/", w.path + "/.well-known/jwks.json%00", w.path + "/.well-known%2Fjwks.json", w.path + "//.well-known/jwks.json",
		w.path + "/./.well-known/jwks.json", w.path + "/%2Ewell-known/jwks.json", "/issuer/" + strings.ToUpper(id) + issuer.KeySetPath,
		"/issuer/222222222222" + issuer.KeySetPath, "/issuer/111111111111" + issuer.KeySetPath, "/issuer/id" + issuer.KeySetPath,
		"/issuer/" + id[:35] + issuer.KeySetPath, "/issuer//" + id + issuer.KeySetPath, issuer.DiscoveryPath,
		"/issuer/" + strings.Repeat("x", 1<<16) + issuer.KeySetPath,
	} {
		r := w.ask("GET", path)
		if r.Code != 404 || r.Body.String() != want.Body.String() || r.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%.80s: %d %v", path, r.Code, r.Header())
		}
	}
}

// An issuer that is no more is gone: after the last token when it was switched off, at once when its account is suspended or the
// server has no name.
func TestIssuerIsGone(t *testing.T) {
	w := newWorld(t)
	there := func(when string, want bool) {
		t.Helper()
		for _, path := range []string{issuer.DiscoveryPath, issuer.KeySetPath} {
			if got := w.ask("GET", w.path+path).Code == 200; got != want {
				t.Errorf("%s: %s is there: %t, want %t", when, path, got, want)
			}
		}
	}
	there("enabled", true)
	w.change(func(tx *iam.Tx) error { _, err := tx.SuspendAccount("222222222222"); return err })
	there("suspended", false)
	w.change(func(tx *iam.Tx) error { _, err := tx.ResumeAccount("222222222222"); return err })
	there("resumed", true)
	w.change(func(tx *iam.Tx) error { return tx.DisableIssuer("222222222222") })
	w.now = noon.Add(iam.IssuerOverlap - time.Second)
	there("while tokens live", true)
	w.now = noon.Add(iam.IssuerOverlap)
	there("switched off", false)
	w.change(func(tx *iam.Tx) error { _, err := tx.EnableIssuer("222222222222", nil); return err })
	there("enabled again", true)
	w.h.Signer.External = ""
	there("without a name", false)
}
