package oidc

import (
	"bufio"
	"context"
	"crypto/elliptic"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
)

func TestAddresses(t *testing.T) {
	public := []string{"1.1.1.1", "140.82.112.3", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1"}
	private := []string{"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "fd12::1", "fc00::1", "198.18.0.1", "192.0.2.1", "2001:db8::1", "::ffff:10.0.0.1",
		"64:ff9b::a00:1", "2002:a00:1::", "64:ff9b:1::1", "::a00:1"}
	loopback := []string{"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"}
	nowhere := []string{"0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
		"fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "2001::1", "fec0::1",
		"64:ff9b::7f00:1", "2002:7f00:1::"}
	everything := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/1"), netip.MustParsePrefix("128.0.0.0/1"), netip.MustParsePrefix("::/1"), netip.MustParsePrefix("8000::/1")}
	for _, c := range []struct {
		what    string
		network Network
		yes     [][]string
		no      [][]string
	}{
		{"nothing allowed", Network{}, [][]string{public}, [][]string{private, loopback, nowhere}},
		{"all networks allowed", Network{Private: everything}, [][]string{public, private}, [][]string{loopback, nowhere}},
		{"development", Network{Loopback: true}, [][]string{public, loopback}, [][]string{private, nowhere}},
	} {
		for _, list := range c.yes {
			for _, a := range list {
				if err := c.network.Allow(netip.MustParseAddr(a)); err != nil {
					t.Errorf("%s: %v", c.what, err)
				}
			}
		}
		for _, list := range c.no {
			for _, a := range list {
				if err := c.network.Allow(netip.MustParseAddr(a)); !errors.Is(err, ErrAddress) {
					t.Errorf("%s: %s: %v", c.what, a, err)
				}
			}
		}
	}
	n := Network{Private: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for address, want := range map[string]bool{"10.1.2.3:443": true, "10.2.0.1:443": false, "[::ffff:10.1.2.3]:443": true, "nonsense": false, "10.1.2.3": false} {
		if err := n.Control("tcp4", address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	if err := n.Control("unix", "/var/run/docker.sock", nil); err == nil {
		t.Error("a socket of this machine is allowed")
	}
}

// resolver answers every name with the next of the addresses, by a name server of its own.
func resolver(addresses ...string) (*net.Resolver, *atomic.Int32) {
	var n atomic.Int32
	dial := func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go answer(theirs, &n, addresses)
		return ours, nil
	}
	return &net.Resolver{PreferGo: true, Dial: dial}, &n
}

// answer speaks DNS over a stream: one question, one A record (RFC 1035).
func answer(c net.Conn, n *atomic.Int32, addresses []string) {
	defer c.Close()
	r := bufio.NewReader(c)
	var size [2]byte
	for {
		if _, err := r.Read(size[:1]); err != nil {
			return
		}
		_, _ = r.Read(size[1:])
		q := make([]byte, binary.BigEndian.Uint16(size[:]))
		for at := 0; at < len(q); {
			k, err := r.Read(q[at:])
			if err != nil {
				return
			}
			at += k
		}
		end := 12
		for q[end] != 0 {
			end += int(q[end]) + 1
		}
		end += 5 // the root, type and class
		reply := append([]byte{}, q[:end]...)
		copy(reply[2:12], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
		if kind := binary.BigEndian.Uint16(q[end-4:]); kind == 1 {
			reply[7] = 1
			a := netip.MustParseAddr(addresses[min(int(n.Add(1)), len(addresses))-1]).As4()
			reply = append(append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), a[:]...)
		}
		_, _ = c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...))
	}
}

// An issuer can make the server ask nothing but its own documents, at addresses that are allowed when the connection is made, in
// bounded size and time: CVE-2025-52477, CVE-2026-22772, GHSA-m479.
func TestAttack36_OIDCSSRF(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	inner := 0
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inner++ }))
	defer secret.Close()
	// verify asks a fresh verifier, so that nothing is kept from the last try.
	verify := func(i *idp) error {
		t.Helper()
		_, err := i.verifier().Verify(t.Context(), i.provider("sts"), signed(t, key, jose.ES256, "k", i.claims(nil)), noon)
		return err
	}
	for what, jwks := range map[string]any{
		"the metadata service":  "https://169.254.169.254/latest/meta-data/",
		"in the clear":          "http://idp.example.com/keys",
		"a private address":     "https://10.0.0.1/keys",
		"a credential in front": "https://user:pw@127.0.0.1/keys",
		"a file":                "file:///etc/passwd",
		"gopher":                "gopher://127.0.0.1:25/x",
		"no host":               "https:///keys",
		"not an address":        "https://127.0.0.1:bad/keys",
		"a fragment":            "https://127.0.0.1/keys#x",
		"nothing":               "",
		"a number":              5,
		"0.0.0.0":               strings.Replace(secret.URL, "127.0.0.1", "0.0.0.0", 1),
	} {
		i := newIDP(t, "", public(key, "k"))
		i.discovery["jwks_uri"] = jwks
		if err := verify(i); err == nil {
			t.Errorf("keys from %s are taken", what)
		}
	}
	for what, location := range map[string]string{"another port": secret.URL, "the metadata service": "http://169.254.169.254/", "a downgrade": "http://HOST/keys", "user": "https://me@HOST/keys"} {
		i := newIDP(t, "", public(key, "k"))
		i.before = func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, strings.Replace(location, "HOST", r.Host, 1), http.StatusFound)
			return true
		}
		refused(t, "a redirect to "+what, verify(i), fault.Invalid, fault.VerificationKey)
	}
	i := newIDP(t, "", public(key, "k"))
	i.before = func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		return true
	}
	refused(t, "endless redirects", verify(i), fault.Invalid, fault.VerificationKey)
	if n := i.asked.Load(); n > maxRedirects+1 {
		t.Errorf("endless redirects are followed %d times", n)
	}
	i = newIDP(t, "", public(key, "k"))
	i.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/keys" {
			return false
		}
		http.Redirect(w, r, "/moved", http.StatusFound)
		return true
	}
	moved := i.Config.Handler
	i.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			i.before = nil
			r.URL.Path = "/keys"
		}
		moved.ServeHTTP(w, r)
	})
	if err := verify(i); err != nil {
		t.Errorf("a redirect inside the issuer: %v", err)
	}
	// Ten gigabytes are not read, packed or not.
	for _, path := range []string{wellKnown, "/keys"} {
		var sent atomic.Int64
		i := newIDP(t, "", public(key, "k"))
		i.before = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != path {
				return false
			}
			if r.Header.Get("Accept-Encoding") != "" {
				t.Error("a packed answer is asked for")
			}
			for chunk := make([]byte, 1<<20); sent.Load() < 10<<30; {
				n, err := w.Write(chunk)
				if sent.Add(int64(n)); err != nil {
					break
				}
			}
			return true
		}
		refused(t, "an endless "+path, verify(i), fault.Invalid, fault.VerificationKey)
		if sent.Load() > 64<<20 {
			t.Errorf("%d bytes of %s were sent", sent.Load(), path)
		}
	}
	if inner > 0 {
		t.Errorf("the inner service was asked %d times", inner)
	}

	// This machine itself is never asked outside development mode, whatever a name says it is.
	i = newIDP(t, "", public(key, "k"))
	_, port, _ := net.SplitHostPort(i.Listener.Addr().String())
	host := "idp.example.com"
	at := func(network Network, r *net.Resolver) error {
		t.Helper()
		p := &iam.OIDCProvider{URL: "https://" + host + ":" + port, Clients: []string{"sts"}}
		i.discovery = map[string]any{"issuer": p.URL, "jwks_uri": p.URL + "/keys"}
		v := New(Options{Network: network, Roots: i.roots(), Dialer: net.Dialer{Resolver: r, Timeout: 2 * time.Second}})
		_, err := v.Verify(t.Context(), p, signed(t, key, jose.ES256, "k", i.claims(map[string]any{"iss": p.URL})), noon)
		return err
	}
	for _, address := range []string{"127.0.0.1", "169.254.169.254", "10.0.0.1", "0.0.0.0"} {
		r, asked := resolver(address)
		err := at(Network{}, r)
		refused(t, "a name for "+address, err, fault.Unavailable, fault.IdentityProvider)
		if asked.Load() == 0 || !errors.Is(err, ErrAddress) {
			t.Errorf("a name for %s: %v after %d look-ups", address, err, asked.Load())
		}
	}
	// A name that means a good address the first time and an inner one the second.
	i.asked.Store(0)
	r, looked := resolver("127.0.0.1", "169.254.169.254")
	err := at(Network{Loopback: true}, r)
	refused(t, "a name that changes its meaning", err, fault.Unavailable, fault.IdentityProvider)
	if !errors.Is(err, ErrAddress) || i.asked.Load() != 1 || looked.Load() < 2 {
		t.Errorf("%v, %d documents, %d look-ups", err, i.asked.Load(), looked.Load())
	}
	// And the certificate must be for the name: the test server's is for example.com and what is below it.
	r, _ = resolver("127.0.0.1")
	host = "idp.example.org"
	refused(t, "the certificate of another name", at(Network{Loopback: true}, r), fault.Invalid, fault.IssuerCertificate)
}

// A slow issuer is given up, and meanwhile nobody else is kept waiting by it.
func TestAttack36_OIDCSSRFSlowBody(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	slow, quick := newIDP(t, "", public(key, "k")), newIDP(t, "", public(key, "k"))
	gone := make(chan struct{})
	slow.before = func(w http.ResponseWriter, r *http.Request) bool {
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte(" ")); err != nil {
				break
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
		close(gone)
		return true
	}
	pool := slow.roots()
	pool.AddCert(quick.Certificate())
	v := New(Options{Network: Network{Loopback: true}, Roots: pool})
	done := make(chan error, 1)
	start := time.Now()
	go func() {
		_, err := v.Verify(t.Context(), slow.provider("sts"), signed(t, key, jose.ES256, "k", slow.claims(nil)), noon)
		done <- err
	}()
	if _, err := v.Verify(t.Context(), quick.provider("sts"), signed(t, key, jose.ES256, "k", quick.claims(nil)), noon); err != nil || time.Since(start) > 2*fetchTime {
		t.Errorf("beside a slow issuer: %v after %v", err, time.Since(start))
	}
	refused(t, "a slow issuer", <-done, fault.Unavailable, fault.IdentityProvider)
	<-gone
	if took := time.Since(start); took > 3*fetchTime {
		t.Errorf("given up after %v", took)
	}
}
