package authz

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// checkTarget refuses a request target which the request's URL does not give back byte for byte: what is signed is the
// raw text, what a handler acts on is the URL, and they must not differ.
func checkTarget(r *http.Request) *Refusal {
	raw := r.RequestURI
	if !strings.HasPrefix(raw, "/") {
		return badTarget("The request target must be a path that begins with /.")
	}
	u, err := url.ParseRequestURI(raw)
	if err != nil || u.RequestURI() != raw || strings.ContainsFunc(raw, outsideTarget) {
		return badTarget("The request target has characters that must be percent-encoded.")
	}
	if r.URL == nil || r.URL.RequestURI() != raw || r.URL.Path != u.Path {
		return failed(http.StatusInternalServerError, "", "The request was changed before it was authorized.")
	}
	return nil
}

func outsideTarget(c rune) bool { return c <= ' ' || c >= 0x7f || c == '#' || c == '\\' }

func badTarget(message string) *Refusal {
	return &Refusal{Status: http.StatusBadRequest, Code: CodeTarget, Message: message}
}

// describe tells the authorizer about r. net/http keeps headers without their order across names, which no signature
// scheme depends on; the order within a name is kept.
func describe(r *http.Request, bodySHA256 string) Request {
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	headers := make([][2]string, 0, len(names)+1)
	for _, name := range names {
		for _, value := range r.Header[name] {
			headers = append(headers, [2]string{name, value})
		}
	}
	// Clients sign Content-Length; net/http may have moved it out of the headers.
	if len(r.Header["Content-Length"]) == 0 && r.ContentLength > 0 {
		headers = append(headers, [2]string{"Content-Length", strconv.FormatInt(r.ContentLength, 10)})
	}
	scheme, version := "http", ""
	if r.TLS != nil {
		scheme, version = "https", tlsVersion(r.TLS.Version)
	}
	return Request{
		Method: r.Method, Scheme: scheme, Host: r.Host, Target: r.RequestURI, Headers: headers,
		BodySHA256: bodySHA256, SourceIP: peer(r.RemoteAddr), TLSVersion: version,
	}
}

func tlsVersion(v uint16) string {
	switch v {
	case tls.VersionTLS10:
		return "1.0"
	case tls.VersionTLS11:
		return "1.1"
	case tls.VersionTLS12:
		return "1.2"
	case tls.VersionTLS13:
		return "1.3"
	}
	return ""
}

// peer returns the address of the socket's other end: IPv4 in IPv6 as IPv4, without zone. It is "" when there is none,
// so that a condition on the address does not hold.
func peer(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return ""
	}
	return at.Addr().Unmap().WithZone("").String()
}
