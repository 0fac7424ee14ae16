package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Listener is one place a server answers at.
type Listener struct {
	net.Listener
	Handler http.Handler
}

// RunOptions bound what clients can do to the server's resources.
type RunOptions struct {
	HeaderBytes int64
	Timeout     time.Duration // from the first byte of a request to the last of its reply
	Grace       time.Duration // for requests under way at the end
	UsageFile   string        // where last uses of keys are kept; "" = nowhere
	AccessFile  string        // where it is kept who last used which service; "" = nowhere
	// Flush, if set, is run until the end: it brings the audit trail to the disk.
	Flush func(context.Context) error
}

// Run serves until ctx ends, then lets requests under way finish. It starts every goroutine of the server and returns when all have
// ended; the first failure of one of them ends all.
func (s *Server) Run(ctx context.Context, o RunOptions, listeners ...Listener) error {
	if err := s.loadUsage(o); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The rooms outlive the listeners: a request under way still needs them.
	rooms, close := context.WithCancel(context.WithoutCancel(ctx))
	defer close()
	var all, doors sync.WaitGroup
	failures := make(chan error, len(listeners)+6)
	start := func(wg *sync.WaitGroup, what string, run func() error) {
		wg.Go(func() {
			if err := run(); err != nil {
				failures <- fmt.Errorf("%s: %w", what, err)
				cancel()
			}
		})
	}
	start(&all, "state", func() error { return s.db.Run(rooms) })
	start(&all, "key rotation", func() error { return s.every(rooms, time.Minute, s.ensureKeys) })
	start(&all, "issuer keys", func() error { return s.every(rooms, time.Hour, s.rotateIssuers) })
	start(&all, "key usage", func() error {
		return s.every(rooms, time.Minute, func(context.Context) error { return s.saveUsage(o) })
	})
	start(&all, "history", func() error { return s.every(rooms, time.Hour, s.compact) })
	if o.Flush != nil {
		start(&all, "audit", func() error { return o.Flush(rooms) })
	}
	for _, l := range listeners {
		start(&doors, "listener "+l.Addr().String(), func() error { return s.serve(ctx, o, l) })
	}
	s.ready.Store(true)
	<-ctx.Done()
	s.ready.Store(false)
	doors.Wait()
	close()
	all.Wait()
	failures <- s.saveUsage(o)
	var err error
	for len(failures) > 0 {
		err = errors.Join(err, <-failures)
	}
	return err
}

// serve runs one listener until ctx ends and its requests are done.
func (s *Server) serve(ctx context.Context, o RunOptions, l Listener) error {
	h := &http.Server{
		Handler: l.Handler, MaxHeaderBytes: int(o.HeaderBytes),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: o.Timeout, WriteTimeout: o.Timeout, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	// AWS clients ask with "Expect: 100-continue" and paths such as *; neither is a reason to answer by ourselves.
	h.DisableGeneralOptionsHandler = true
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.Background(), o.Grace)
		defer cancel()
		done <- h.Shutdown(late)
	}()
	if err := h.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	if err := <-done; err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// every runs f now and then at each interval, until ctx ends. A failure is logged and tried again: neither a key that rotates a
// minute late nor a usage file that was not written is a reason to stop answering.
func (s *Server) every(ctx context.Context, interval time.Duration, f func(context.Context) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := f(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("background task failed, will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// certificate reads the certificate again when its files change, so that renewal needs no restart.
type certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	current *tls.Certificate
	stamp   [2]time.Time
}

// TLS makes the configuration of a listener from certificate files. It fails when they can not be read now.
func TLS(certFile, keyFile string) (*tls.Config, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}, nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var stamp [2]time.Time
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			stamp[i] = info.ModTime()
		}
	}
	if c.current != nil && stamp == c.stamp {
		return c.current, nil
	}
	next, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		if c.current != nil {
			return c.current, nil // half-way through a renewal: the old one until both files fit
		}
		return nil, fmt.Errorf("the TLS certificate: %w", err)
	}
	c.current, c.stamp = &next, stamp
	return c.current, nil
}
