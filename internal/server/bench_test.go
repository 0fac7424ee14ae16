package server_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/obs"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/store/memory"
)

// discard takes an answer without keeping it.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }

// BenchmarkAssumeRole measures one AssumeRole from the handler to its reply: signature, trust and identity policy, minting, and the
// audit event written to a file. The network is not in it; "make bench" measures that.
func BenchmarkAssumeRole(b *testing.B) {
	engine, err := memory.New(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	root, err := server.NewRoot()
	if err != nil {
		b.Fatal(err)
	}
	trail, err := audit.Open(filepath.Join(b.TempDir(), "audit.jsonl"), audit.FileOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer trail.Close()
	s, err := server.New(b.Context(), server.Options{
		Engine: engine, Trail: trail, Root: root, Metrics: server.NewMetrics(obs.Build{}), MaxBody: 1 << 20,
		Log: slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Dev: true, DemoAccount: server.DevAccount,
	})
	if err != nil {
		b.Fatal(err)
	}
	seeded, err := s.Seed(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	body := []byte("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A" + server.DevAccount +
		"%3Arole%2Fuploader&RoleSessionName=bench")
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4580/", bytes.NewReader(body))
	r.RequestURI = "/"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	signer := sigv4.Signer{AccessKeyID: seeded.Users[0].AccessKeyID, Secret: secret.New(seeded.Users[0].SecretAccessKey),
		Region: "daypass-1", Service: "sts"}
	if err := signer.Sign(r, body, time.Now()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(bytes.NewReader(body))
		w := &discard{header: http.Header{}}
		s.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			b.Fatalf("status %d", w.status)
		}
	}
}
