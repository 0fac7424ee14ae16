package server

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/obs"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/store/memory"
)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// parts are what a server can be built from again, as after a restart.
type parts struct {
	engine store.Engine
	root   *seal.Root
	trail  *audit.Memory
}

func newParts(t *testing.T) *parts {
	t.Helper()
	return &parts{engine: must[*memory.Engine](t)(memory.New(rand.Reader)), root: must[*seal.Root](t)(NewRoot()), trail: audit.NewMemory(64)}
}

func (p *parts) options(change func(*Options)) Options {
	o := Options{Engine: p.engine, Trail: p.trail, Root: p.root, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Metrics: NewMetrics(obs.Build{Version: "test"}), MaxBody: 1 << 20}
	if change != nil {
		change(&o)
	}
	return o
}

func (p *parts) server(t *testing.T, change func(*Options)) *Server {
	t.Helper()
	return must[*Server](t)(New(t.Context(), p.options(change)))
}

func trust(prefixes ...string) func(*Options) {
	return func(o *Options) {
		for _, p := range prefixes {
			o.Trusted = append(o.Trusted, netip.MustParsePrefix(p))
		}
	}
}

func dev(o *Options) { o.Dev, o.DemoAccount = true, DevAccount }

// ask sends GetCallerIdentity as the holder of a key.
func ask(t *testing.T, s *Server, keyID, key string, change func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	body := url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}.Encode()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Host, r.URL.Host = "sts.test", "sts.test"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	signer := sigv4.Signer{AccessKeyID: keyID, Secret: secret.New(key), Region: "r", Service: "sts"}
	if err := signer.Sign(r, []byte(body), s.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}
