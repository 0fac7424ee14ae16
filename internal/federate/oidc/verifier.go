package oidc

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

// How long keys are used, and how often an issuer is asked. docs/decisions/013 has the reasons.
const (
	// Fresh: keys older than this are fetched again at their next use.
	Fresh = 15 * time.Minute
	// Kept: keys go on to be good for this long while the issuer cannot be reached.
	Kept = 24 * time.Hour
	// Between: the shortest time between two fetches of one issuer's keys, whatever the reason. An unknown key id is therefore
	// unknown for this long at the most.
	Between = 10 * time.Second
	// maxIssuers bounds what is kept. Only registered issuers are.
	maxIssuers = 4096
	// maxFetches is how many issuers are asked at the same time.
	maxFetches = 256
)

// Options are what a verifier is built from.
type Options struct {
	// Dialer makes the connections; its Control is replaced by the Network's.
	Dialer  net.Dialer
	Network Network
	Roots   *x509.CertPool // whose certificates are believed; nil = the system's
	// Report, if set, is told of every fetch that failed.
	Report func(issuer string, err error)
}

// Verifier verifies tokens and keeps the keys of their issuers. It is safe for concurrent use.
type Verifier struct {
	client  client
	report  func(string, error)
	fetches chan struct{}

	mu      sync.Mutex
	issuers map[string]*issuer
}

// issuer is what is known of one issuer as one way of vouching for its certificate sees it. See docs/caches.md.
type issuer struct {
	keys    keySet
	fetched time.Time     // when keys came
	tried   time.Time     // when they were last asked for
	used    time.Time     // when a token was last verified
	failed  error         // how the last fetch failed; nil if it did not
	flight  chan struct{} // closed when the fetch under way ends; nil if none is
}

// New makes a verifier. It asks nobody anything before the first token comes.
func New(o Options) *Verifier {
	o.Dialer.Control, o.Dialer.ControlContext = o.Network.Control, nil
	if o.Report == nil {
		o.Report = func(string, error) {}
	}
	return &Verifier{client: client{o.Dialer, o.Network, o.Roots}, report: o.Report, fetches: make(chan struct{}, maxFetches),
		issuers: map[string]*issuer{}}
}

// Loopback says whether issuers on this machine, also without TLS, are asked: development mode.
func (v *Verifier) Loopback() bool { return v != nil && v.client.network.Loopback }

// Verify holds a token against the provider that is registered for its issuer and gives what it says. It may ask the issuer for its
// keys and so take seconds: never call it while holding anything.
//
// The faults are: Malformed OutsideToken, Invalid OutsideToken (the signature), Expired OutsideToken (Name is now and Detail the
// expiry, in seconds since 1970), Missing or Invalid or Denied Claim (by name), Invalid Audience, Invalid VerificationKey (the issuer
// has no such key or serves none), Invalid IssuerCertificate, Unavailable IdentityProvider (it cannot be reached).
func (v *Verifier) Verify(ctx context.Context, p *iam.OIDCProvider, compact string, now time.Time) (*Claims, error) {
	t, err := parseToken(compact)
	if err != nil {
		return nil, err
	}
	// A token of another issuer, or one that is over anyway, is no reason to ask for keys.
	if _, err := read(p, t.claims, now); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(algorithms, func(a jose.SignatureAlgorithm) bool { return string(a) == t.algorithm }) {
		return nil, malformed(errors.New("oidc: algorithm " + strconv.Quote(t.algorithm)))
	}
	keys, err := v.keysFor(ctx, p, t.keyID, now)
	if err != nil {
		return nil, err
	}
	if !t.signed(keys) {
		return nil, fault.New(fault.Invalid, fault.OutsideToken, "")
	}
	return read(p, t.claims, now)
}

// keysFor gives the issuer's keys of an id, and asks the issuer if they are not known or no longer fresh. While a fetch is under way
// everybody else waits for its end if there is nothing to go on with, and starts none.
func (v *Verifier) keysFor(ctx context.Context, p *iam.OIDCProvider, id string, now time.Time) ([]publicKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	i := v.issuer(p, now)
	for {
		var found []publicKey
		if !older(now, i.fetched, Kept) {
			found = i.keys.under(id)
		}
		due := older(now, i.tried, Between)
		switch {
		case len(found) > 0 && (!older(now, i.fetched, Fresh) || i.flight != nil || !due):
			return found, nil
		case i.flight != nil:
			// That fetch counts as this call's own: there is no other before the next is due.
			if err := v.wait(ctx, i.flight); err != nil {
				return nil, err
			}
		case due:
			i.flight, i.tried = make(chan struct{}), now
			v.fetch(ctx, i, p, now)
		default:
			return nil, failure(i.failed)
		}
	}
}

// older says whether something is of an age at least. What seems to lie in the future is: the clock was put back.
func older(now, at time.Time, age time.Duration) bool {
	d := now.Sub(at)
	return at.IsZero() || d >= age || d < -Between
}

// wait waits for the end of a fetch. v.mu is held, but not meanwhile.
func (v *Verifier) wait(ctx context.Context, flight <-chan struct{}) error {
	v.mu.Unlock()
	defer v.mu.Lock()
	select {
	case <-flight:
		return nil
	case <-ctx.Done():
		return unreachable(ctx.Err())
	}
}

// fetch asks the issuer. v.mu is held, but not meanwhile.
func (v *Verifier) fetch(ctx context.Context, i *issuer, p *iam.OIDCProvider, now time.Time) {
	v.mu.Unlock()
	var keys keySet
	err := errBusy
	// In a defer, so that nobody waits for ever when something below panics.
	defer func() {
		v.mu.Lock()
		if i.failed = err; err == nil {
			i.keys, i.fetched = keys, now
		}
		close(i.flight)
		i.flight = nil
	}()
	select {
	case v.fetches <- struct{}{}:
		defer func() { <-v.fetches }()
	default:
		return
	}
	if keys, err = v.client.keys(ctx, p.URL, p.Thumbprints, now); err != nil {
		v.report(p.URL, err)
	}
}

var errBusy = errors.New("oidc: too many issuers are being asked")

// issuer finds or makes the entry of a provider. Providers of different accounts share one only if they vouch for the same certificates:
// what one account believes is nothing to another. v.mu is held.
func (v *Verifier) issuer(p *iam.OIDCProvider, now time.Time) *issuer {
	name := p.URL + " " + strings.ToLower(strings.Join(p.Thumbprints, " "))
	i := v.issuers[name]
	if i == nil {
		if len(v.issuers) >= maxIssuers {
			v.forget()
		}
		i = &issuer{}
		v.issuers[name] = i
	}
	i.used = now
	return i
}

// forget drops the entry that was used longest ago. v.mu is held.
func (v *Verifier) forget() {
	oldest := ""
	for name, i := range v.issuers {
		if oldest == "" || i.used.Before(v.issuers[oldest].used) {
			oldest = name
		}
	}
	delete(v.issuers, oldest)
}

// failure words why there is no key: the issuer has none of that id, serves nothing usable, or cannot be reached.
func failure(err error) error {
	if err == nil || answered(err) {
		what := fault.VerificationKey
		if errors.Is(err, errCertificate) {
			what = fault.IssuerCertificate
		}
		return &fault.Error{Kind: fault.Invalid, What: what, Err: err}
	}
	return unreachable(err)
}

func unreachable(err error) error {
	return &fault.Error{Kind: fault.Unavailable, What: fault.IdentityProvider, Err: err}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
