package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Bounds of what is asked of an issuer.
const (
	fetchTime    = 5 * time.Second // for both documents together
	maxDiscovery = 64 << 10        // bytes
	maxKeySet    = 512 << 10       // bytes
	maxHeader    = 32 << 10        // bytes
	maxRedirects = 3
	wellKnown    = "/.well-known/openid-configuration"
)

// errDocument says that an issuer answered, but not with what was asked for.
var errDocument = errors.New("oidc: the issuer's answer is not usable")

// client fetches the documents of issuers.
type client struct {
	dialer  net.Dialer
	network Network
	roots   *x509.CertPool
}

// keys fetches an issuer's keys: the discovery document says where they are (OpenID Connect Discovery 1.0, section 4).
func (c *client) keys(ctx context.Context, issuer string, thumbprints []string, now time.Time) (keySet, error) {
	// Whoever asked may go away; others wait for the same answer.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTime)
	defer cancel()
	transport := &http.Transport{
		DialContext: c.dialer.DialContext,
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return c.dialTLS(ctx, network, address, thumbprints, now)
		},
		// One fetch, two documents: nothing is kept open, and an answer is taken as it comes, never unpacked.
		DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxHeader,
	}
	defer transport.CloseIdleConnections()
	h := &http.Client{Transport: transport, CheckRedirect: sameOrigin}

	body, err := c.get(ctx, h, strings.TrimSuffix(issuer, "/")+wellKnown, maxDiscovery)
	if err != nil {
		return nil, err
	}
	o, err := parseObject(body, maxDepth)
	if err != nil {
		return nil, fmt.Errorf("%w: discovery: %w", errDocument, err)
	}
	// The document must be the issuer's own: else whoever can have one served below this name could bring keys of his.
	if named, err := o.text("issuer"); err != nil || named != issuer {
		return nil, fmt.Errorf("%w: the discovery document is of another issuer", errDocument)
	}
	at, err := o.text("jwks_uri")
	if err != nil || at == "" {
		return nil, fmt.Errorf("%w: discovery names no key set", errDocument)
	}
	if body, err = c.get(ctx, h, at, maxKeySet); err != nil {
		return nil, err
	}
	set, err := parseKeySet(body)
	if err != nil {
		return nil, fmt.Errorf("%w: key set: %w", errDocument, err)
	}
	return set, nil
}

// dialTLS connects to an issuer and verifies its certificate for the very name or address that was to be reached.
func (c *client) dialTLS(ctx context.Context, network, address string, thumbprints []string, now time.Time) (net.Conn, error) {
	name, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	plain, err := c.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(plain, secure(name, c.roots, thumbprints, now))
	if err := conn.HandshakeContext(ctx); err != nil {
		plain.Close()
		return nil, err
	}
	return conn, nil
}

// sameOrigin follows a redirect only to where the request went anyway.
func sameOrigin(r *http.Request, via []*http.Request) error {
	from := via[0].URL
	if r.URL.Scheme != from.Scheme || r.URL.Host != from.Host || r.URL.User != nil {
		return fmt.Errorf("%w: redirected to another origin", errDocument)
	}
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: redirected too often", errDocument)
	}
	return nil
}

// get reads one document of at most limit bytes.
func (c *client) get(ctx context.Context, h *http.Client, address string, limit int64) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || !c.mayAsk(u) {
		return nil, fmt.Errorf("%w: %q is not an address that is asked", errDocument, address)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDocument, err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "daypass")
	reply, err := h.Do(r)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return nil, &statusError{address, reply.StatusCode}
	}
	body, err := io.ReadAll(io.LimitReader(reply.Body, limit+1))
	if err == nil {
		// An answer that ends with the time for it may have been cut short by that.
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, fmt.Errorf("%w: %s answers with more than %d bytes", errDocument, address, limit)
	}
	return body, nil
}

// mayAsk says whether a document may be asked for at all: over TLS, or in the clear from this very machine in development mode.
func (c *client) mayAsk(u *url.URL) bool {
	if u.Host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return false
	}
	switch u.Scheme {
	case "https":
		return true
	case "http":
		a, err := netip.ParseAddr(u.Hostname())
		return c.network.Loopback && (u.Hostname() == "localhost" || err == nil && a.IsLoopback())
	}
	return false
}

// statusError is an answer that is none.
type statusError struct {
	address string
	status  int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("oidc: %s answers with status %d", e.address, e.status)
}

// answered says whether a failed fetch got an answer that will stay the same, and not just none at this moment.
func answered(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return status.status < http.StatusInternalServerError && status.status != http.StatusTooManyRequests
	}
	return errors.Is(err, errDocument) || errors.Is(err, errCertificate)
}
