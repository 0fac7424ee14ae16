package server

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/usage"
)

// certificates writes a self-signed pair for a name, stamped so many seconds into the past.
func certificates(t *testing.T, folder, name string, age time.Duration) (certFile, keyFile string) {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	certFile, keyFile = filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key")
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), age)
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must[[]byte](t)(x509.MarshalPKCS8PrivateKey(key))}), age)
	return certFile, keyFile
}

func write(t *testing.T, path string, data []byte, age time.Duration) {
	t.Helper()
	at := time.Now().Add(-age)
	if err := errors.Join(os.WriteFile(path, data, 0o600), os.Chtimes(path, at, at)); err != nil {
		t.Fatal(err)
	}
}

func TestCertificateIsReadAgain(t *testing.T) {
	folder, later := t.TempDir(), t.TempDir()
	certFile, keyFile := certificates(t, folder, "first.test", time.Hour)
	config := must[*tls.Config](t)(TLS(certFile, keyFile))
	if config.MinVersion < tls.VersionTLS12 {
		t.Error("old TLS")
	}
	shown := func(want string) {
		t.Helper()
		c, err := config.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		if leaf := must[*x509.Certificate](t)(x509.ParseCertificate(c.Certificate[0])); leaf.Subject.CommonName != want {
			t.Errorf("%s is shown, want %s", leaf.Subject.CommonName, want)
		}
	}
	shown("first.test")
	one, _ := config.GetCertificate(nil)
	if two, _ := config.GetCertificate(nil); one != two {
		t.Error("read again without a reason")
	}
	// A renewal writes one file after the other: until both fit, the old pair is shown.
	nextCert, nextKey := certificates(t, later, "second.test", 0)
	write(t, certFile, must[[]byte](t)(os.ReadFile(nextCert)), 40*time.Minute)
	shown("first.test")
	write(t, keyFile, must[[]byte](t)(os.ReadFile(nextKey)), 30*time.Minute)
	shown("second.test")
	// A pair that is broken or gone is no reason to stop.
	write(t, certFile, []byte("nonsense"), 20*time.Minute)
	shown("second.test")
	if err := os.Remove(keyFile); err != nil {
		t.Fatal(err)
	}
	shown("second.test")
	if _, err := TLS(certFile, keyFile); err == nil {
		t.Error("a start without a certificate")
	}
}

// serve runs a server on listeners of its own; stop ends it and gives what Run returned.
func serve(t *testing.T, s *Server, o RunOptions) (address string, stop func() error) {
	t.Helper()
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, o, Listener{l, s}) }()
	return "http://" + l.Addr().String(), func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(20 * time.Second):
			t.Fatal("the server does not end")
			return nil
		}
	}
}

func options() RunOptions {
	return RunOptions{HeaderBytes: 16 << 10, Timeout: 10 * time.Second, Grace: 5 * time.Second}
}

func TestRunAndStop(t *testing.T) {
	p, folder := newParts(t), t.TempDir()
	s := p.server(t, nil)
	made := must[*FirstAdmin](t)(s.Bootstrap(t.Context(), folder, nil))
	o := options()
	o.UsageFile, o.AccessFile = filepath.Join(folder, "usage.json"), filepath.Join(folder, "access.json")
	flushed := make(chan struct{})
	o.Flush = func(ctx context.Context) error { <-ctx.Done(); close(flushed); return nil }
	address, stop := serve(t, s, o)
	untilReady(t, address)
	if w := ask(t, s, made.AccessKeyID, made.SecretAccessKey, nil); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	<-flushed
	if s.ready.Load() {
		t.Error("ready after the end")
	}
	// Last uses outlive a restart.
	again := p.server(t, nil)
	o.Flush = nil
	address, stop = serve(t, again, o)
	untilReady(t, address)
	if u, ok := again.usage.Last(made.AccessKeyID); !ok || u.Service != "sts" {
		t.Errorf("%+v, %t", u, ok)
	}
	user := must[*iam.User](t)(again.View().User(made.AccountID, made.UserName))
	if u, ok := again.access.Service(user.ID, "sts", time.Time{}); !ok || u.Region == "" {
		t.Errorf("%+v, %t", u, ok)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// untilReady asks until the server says that it is ready.
func untilReady(t *testing.T, address string) {
	t.Helper()
	for range 10_000 {
		reply := must[*http.Response](t)(http.Get(address + "/readyz"))
		body := must[[]byte](t)(io.ReadAll(reply.Body))
		_ = reply.Body.Close()
		if reply.StatusCode == http.StatusOK && string(body) == "ok\n" {
			return
		}
	}
	t.Fatal("never ready")
}

// A damaged file of last uses keeps nobody out; one that can not be opened is an operator's mistake.
func TestRunWithADamagedUsageFile(t *testing.T) {
	var log bytes.Buffer
	p, folder := newParts(t), t.TempDir()
	s := p.server(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	file := filepath.Join(folder, "usage.json")
	write(t, file, []byte("nonsense"), 0)
	if err := s.loadUsage(RunOptions{UsageFile: file, AccessFile: file}); err != nil || !strings.Contains(log.String(), "last uses") {
		t.Errorf("%v, %s", err, log.String())
	}
	if err := s.loadUsage(RunOptions{UsageFile: filepath.Join(file, "x"), AccessFile: filepath.Join(file, "x")}); err == nil {
		t.Error("a file below a file")
	}
	if err := s.loadUsage(RunOptions{UsageFile: filepath.Join(folder, "none"), AccessFile: filepath.Join(folder, "none")}); err != nil {
		t.Errorf("a first start: %v", err)
	}
	s.usage.Note("AKIAGONE", usage.Use{At: time.Now()})
	if err := s.saveUsage(RunOptions{UsageFile: file, AccessFile: file}); err != nil {
		t.Fatal(err)
	}
	if text := must[[]byte](t)(os.ReadFile(file)); strings.Contains(string(text), "AKIAGONE") {
		t.Errorf("a key that does not exist is kept: %s", text)
	}
	if info := must[os.FileInfo](t)(os.Stat(file)); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	exists(t, file+".new", false)
}

// The first room that fails ends all, and its error is what Run returns.
func TestRunEndsWithTheFirstFailure(t *testing.T) {
	s := newParts(t).server(t, nil)
	broken := errors.New("the disk is gone")
	o := options()
	o.Flush = func(context.Context) error { return broken }
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	if err := s.Run(t.Context(), o, Listener{l, s}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the listener is still open")
	}
	s = newParts(t).server(t, nil)
	closed := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	_ = closed.Close()
	if err := s.Run(t.Context(), options(), Listener{closed, s}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v", err)
	}
}

// A request under way is finished before the end.
func TestRunFinishesRequestsUnderWay(t *testing.T) {
	s := newParts(t).server(t, nil)
	entered, finish := make(chan struct{}), make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-finish
		// The rooms must still be there.
		if s.View() == nil || r.Context().Err() != nil {
			w.WriteHeader(500)
		}
	})
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, options(), Listener{l, slow}) }()
	status := make(chan int, 1)
	go func() {
		reply, err := http.Get("http://" + l.Addr().String())
		if err != nil {
			status <- 0
			return
		}
		_ = reply.Body.Close()
		status <- reply.StatusCode
	}()
	<-entered
	cancel()
	select {
	case err := <-ended:
		t.Errorf("ended before its request: %v", err)
	default:
	}
	close(finish)
	if got := <-status; got != 200 {
		t.Errorf("the request under way got %d", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Keys of the session ring follow one another without anybody's doing.
func TestEnsureKeys(t *testing.T) {
	s := newParts(t).server(t, dev)
	if n := len(s.View().SealKeys()); n != 1 {
		t.Fatalf("%d keys at the start", n)
	}
	first := must[uint32](t)(s.mint.Primary(s.View(), s.clock.Now()))
	for range 40 {
		s.clock.ahead.Add(int64(24 * time.Hour))
		if err := s.ensureKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if now := must[uint32](t)(s.mint.Primary(s.View(), s.clock.Now())); now == first {
		t.Error("the same key after forty days")
	}
	revision := s.db.Revision()
	if err := s.ensureKeys(t.Context()); err != nil || s.db.Revision() != revision {
		t.Errorf("rotated without being due: %v", err)
	}
}
