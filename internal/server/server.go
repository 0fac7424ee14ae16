package server

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/authzd"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/db"
	"github.com/daypass/daypass/internal/demo"
	"github.com/daypass/daypass/internal/devissuer"
	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/dialect/aws"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/gate"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
	"github.com/daypass/daypass/internal/obs"
	"github.com/daypass/daypass/internal/oidcop"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/report"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/usage"
)

// signingKeys is how many derived signing keys are remembered; docs/caches.md.
const signingKeys = 8192

// passwordSlots is how many passwords are hashed at once, each in 19 MiB; docs/decisions/023.
const passwordSlots = 4

// How many revisions of history are kept: for nodes that follow, and to see who changed what. Development mode keeps it in memory.
const (
	history    = 100_000
	devHistory = 1_000
)

// Failed signatures that one source may send at once, and regains each second.
const (
	failureBurst  = 600
	failureRefill = 10
)

// Trail keeps audit events and gives them back.
type Trail interface {
	audit.Sink
	audit.Finder
}

// Options are what a server is built from. Engine, Trail, Root, Log and Metrics must be set.
type Options struct {
	Engine  store.Engine
	Trail   Trail
	Root    *seal.Root
	Log     *slog.Logger
	Metrics *obs.Metrics

	Hosts   []string       // names the server answers to, lower case; none = any
	MaxBody int64          // bytes of a request body
	Quotas  iam.Quotas     // the zero ones stand for the defaults
	Trusted []netip.Prefix // peers whose X-Forwarded-For and X-Forwarded-Proto are believed

	// PolicyLint says what becomes of what is doubtful in policies that are saved. Its vocabulary is that of the services here.
	PolicyLint iam.PolicyLint

	// External is the URL others reach the server by, without a slash at the end; "" = none is known.
	External string
	// StrictAWS leaves out of AWS's operations everything that AWS does not have.
	StrictAWS bool
	// SAML is what SAML assertions have to be for; the zero value is what AWS demands.
	SAML saml.Here

	// IssuerNetworks are private networks in which issuers of ID tokens may stand; IssuerRoots are believed for their certificates, nil for
	// the system's roots.
	IssuerNetworks []netip.Prefix
	IssuerRoots    *x509.CertPool

	// Dev serves the demo API for DemoAccount and the clock that can be moved, and does not slow down failing clients.
	Dev         bool
	DemoAccount string
}

// Server is all rooms, put together.
type Server struct {
	db      *db.DB
	engine  store.Engine
	keep    uint64 // revisions of history
	root    *seal.Root
	mint    *session.Mint
	usage   *usage.Log
	access  *usage.Accesses
	metrics *obs.Metrics
	log     *slog.Logger
	trusted []netip.Prefix
	clock   *clock
	gate    *gate.Gate
	issuers *issuer.Signer
	oidcop  http.Handler
	// devIssuer is nil outside development mode.
	devIssuer *devissuer.Issuer
	demo      http.Handler // nil outside development mode
	ready     atomic.Bool
}

// clock is the machine's, plus what development mode moved it by.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// New loads the state and builds the rooms. It fails when the state can not be read, or was sealed under another root key.
func New(ctx context.Context, o Options) (*Server, error) {
	s := &Server{engine: o.Engine, keep: history, root: o.Root, usage: &usage.Log{}, access: &usage.Accesses{}, metrics: o.Metrics, log: o.Log, trusted: o.Trusted, clock: &clock{}}
	if o.Quotas == (iam.Quotas{}) {
		o.Quotas = iam.DefaultQuotas()
	}
	state, err := db.Open(ctx, o.Engine, db.Options{Now: s.clock.Now, Random: rand.Reader, Quotas: o.Quotas, Committed: func(took time.Duration, _ uint64) { o.Metrics.StoreCommit(took) }})
	if err != nil {
		return nil, err
	}
	s.db, s.mint = state, session.NewMint(o.Root, rand.Reader)
	keys, err := sigv4.NewKeyCache(signingKeys, rand.Reader)
	if err != nil {
		return nil, err
	}
	s.issuers = &issuer.Signer{Root: o.Root, External: o.External}
	s.oidcop = &oidcop.Handler{View: state.View, Now: s.clock.Now, Signer: s.issuers}
	g := &guard.Guard{Mint: s.mint, Root: o.Root, Audit: o.Trail}
	if o.Dev {
		s.keep = devHistory
		g.Machine = time.Now
	} else {
		g.Failures = guard.NewFailures(failureBurst, failureRefill)
	}
	door := aws.New(keys)
	o.PolicyLint.Vocabulary = aws.Vocabulary()
	if o.StrictAWS {
		door = aws.NewStrict(keys)
	}
	webIdentity := s.verifier(&o)
	s.gate = &gate.Gate{
		Dialects: []dialect.Dialect{door},
		Core: &op.Core{WebIdentity: webIdentity, Passwords: credential.NewHasher(o.Root, rand.Reader, passwordSlots), Guard: g, Random: rand.Reader, Quotas: o.Quotas, PolicyLint: o.PolicyLint,
			KeyUse: s.usage.Last, Latest: state.View, Update: s.update, Explain: o.Trail, Issuers: s.issuers, SAML: o.SAML,
			Accesses: s.access, Reports: &report.Desk{}},
		View: state.View, Now: s.clock.Now, NewID: newID, Peer: s.peer, Hosts: o.Hosts, MaxBody: o.MaxBody, Log: o.Log,
		Observe: s.observe, Used: s.usage.Note, Accesses: s.access,
	}
	if o.Dev && o.External != "" {
		// The name in an issuer's URL is one that a provider can be registered under: no bare IPv6 address.
		base := strings.Replace(o.External, "[::1]", "localhost", 1)
		if s.devIssuer, err = devissuer.New(base, s.clock.Now, newID, rand.Reader); err != nil {
			return nil, err
		}
	}
	if o.Dev {
		authorizer := &authzd.Authorizer{Guard: g, View: state.View, Now: s.clock.Now, NewID: newID, Keys: keys,
			Profiles: map[string]string{demo.Service: o.DemoAccount}, Words: door.Words, Used: s.usage.Note, Accesses: s.access}
		s.demo = demo.Handler(authorizer, demo.Options{Account: o.DemoAccount, Now: s.clock.Now,
			Report: func(r *http.Request, err error) { o.Log.Error("demo request refused", "error", err) }})
	}
	if err := s.verifyRoot(); err != nil {
		return nil, err
	}
	return s, s.ensureKeys(ctx)
}

// View is the newest state.
func (s *Server) View() *iam.View { return s.db.View() }

// update makes a call's change, with the call as its cause.
func (s *Server) update(ctx context.Context, c *op.Call, fn func(*iam.Tx) error) error {
	cause := store.Cause{ID: newID(), Principal: c.Subject.Principal.ARN, Operation: c.Service + ":" + c.Operation, RequestID: c.ID, Time: c.Now}
	_, err := s.db.Update(ctx, cause, fn)
	return err
}

// change makes a change that the server itself is the cause of.
func (s *Server) change(ctx context.Context, what string, fn func(*iam.Tx) error) error {
	_, err := s.db.Update(ctx, store.Cause{ID: newID(), Operation: "server:" + what, Time: s.clock.Now()}, fn)
	return err
}

// newID makes a request id: a random UUID (RFC 9562, version 4), the form AWS clients know.
func newID() string {
	var b [16]byte
	// crypto/rand never fails; the program ends if the machine has no randomness.
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var out [36]byte
	hex.Encode(out[:8], b[:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:], b[10:])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// ensureKeys publishes the first key of the session ring, and later ones when they are due.
func (s *Server) ensureKeys(ctx context.Context) error {
	schedule := seal.DefaultSchedule()
	if session.RotationDue(s.View(), schedule, s.clock.Now()).After(s.clock.Now()) {
		return nil
	}
	return s.change(ctx, "RotateKeys", func(tx *iam.Tx) error {
		_, err := session.Rotate(tx, schedule, s.root, rand.Reader, s.clock.Now())
		return err
	})
}

// compact gives up old history.
func (s *Server) compact(ctx context.Context) error {
	c, ok := s.engine.(store.Compactor)
	if !ok {
		return nil
	}
	_, err := c.Compact(ctx, s.keep)
	return err
}

// verifyRoot fails when the state was sealed under another root key.
func (s *Server) verifyRoot() error {
	if len(s.View().SealKeys()) == 0 {
		return nil
	}
	if _, err := s.mint.Primary(s.View(), s.clock.Now()); err != nil {
		return fmt.Errorf("the state can not be opened with this root key: %w", err)
	}
	return nil
}
