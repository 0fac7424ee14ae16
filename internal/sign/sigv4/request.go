package sigv4

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/sign"
)

// Bounds of a request. A request beyond one is refused with kind TooLarge before anything is computed.
const (
	MaxTarget        = 64 << 10 // bytes of the request target
	MaxHeaderBytes   = 64 << 10 // bytes of all header names and values
	MaxHeaders       = 256      // header lines
	MaxAuthorization = 8 << 10  // bytes of the Authorization header
	MaxSignedHeaders = 100      // names in SignedHeaders
	MaxParameters    = 1000     // query parameters
)

// Request describes an HTTP request as far as its signature is concerned. It can be one that arrived here or one that somebody
// else received and asks about.
type Request struct {
	Method string
	// Target is the request target byte for byte as on the request line, in origin form: path, and ? and query if any.
	Target string
	// Host is the Host header or the :authority, with the port if it was sent.
	Host string
	// Header has canonical names, as [http.Header.Add] makes them, and no Host.
	Header http.Header
	// ContentLength, TransferEncoding and Trailer stand in for the headers of these names where Header lacks them, because
	// net/http takes some of them out. A negative length is unknown.
	ContentLength    int64
	TransferEncoding []string
	Trailer          []string
	// Body is the body as received.
	Body []byte
	// BodySHA256 is the lower-case hex hash of the body for callers that do not have Body; when set, Body is not looked at.
	BodySHA256 string
	// BodyUnread says that the body is not known yet. A declared hash is then taken on trust for the signature, the claim's
	// payload is not Checked, and whoever reads the body must compare.
	BodyUnread bool
}

// FromHTTP describes a request that a net/http server received. Body is the whole body as read from it; r.Body is not touched.
func FromHTTP(r *http.Request, body []byte) *Request {
	d := &Request{
		Method: r.Method, Target: r.RequestURI, Host: r.Host, Header: r.Header,
		ContentLength: r.ContentLength, TransferEncoding: r.TransferEncoding, Body: body,
	}
	for name := range r.Trailer {
		d.Trailer = append(d.Trailer, name)
	}
	slices.Sort(d.Trailer)
	return d
}

// Field is one header line.
type Field struct{ Name, Value string }

// FromFields describes a request from its header lines in received order. A Host line is taken as the host; when host is given as
// well they must agree. The content length is unknown unless there is a line for it. Fails with a [*sign.Problem].
func FromFields(method, target, host string, fields []Field) (*Request, error) {
	if len(fields) > MaxHeaders {
		return nil, &sign.Problem{Kind: sign.TooLarge, Field: "headers", Limit: MaxHeaders}
	}
	d := &Request{Method: method, Target: target, Host: host, Header: make(http.Header, len(fields)), ContentLength: -1}
	hosts := 0
	for _, f := range fields {
		if !isToken(f.Name) {
			return nil, &sign.Problem{Kind: sign.Malformed, Field: "header name", Given: f.Name}
		}
		if strings.EqualFold(f.Name, "Host") {
			if hosts++; hosts > 1 || d.Host != "" && d.Host != f.Value {
				return nil, &sign.Problem{Kind: sign.Ambiguous, Field: "Host"}
			}
			d.Host = f.Value
			continue
		}
		d.Header.Add(f.Name, f.Value)
	}
	return d, nil
}

// split parts the target at its first question mark.
func (d *Request) split() (path, query string) {
	path, query, _ = strings.Cut(d.Target, "?")
	return path, query
}

// check holds the request to the bounds and to the shape that the rest relies on.
func (d *Request) check() error {
	if len(d.Target) > MaxTarget {
		return &sign.Problem{Kind: sign.TooLarge, Field: "request target", Limit: MaxTarget}
	}
	if !strings.HasPrefix(d.Target, "/") {
		return &sign.Problem{Kind: sign.Malformed, Field: "request target"}
	}
	for i := 0; i < len(d.Target); i++ {
		if c := d.Target[i]; c <= ' ' || c == 0x7f {
			return &sign.Problem{Kind: sign.Malformed, Field: "request target"}
		}
	}
	if !isToken(d.Method) {
		return &sign.Problem{Kind: sign.Malformed, Field: "method", Given: d.Method}
	}
	if !isText(d.Host) {
		return &sign.Problem{Kind: sign.Malformed, Field: "Host", Given: d.Host}
	}
	lines, size := 0, len(d.Host)
	for name, values := range d.Header {
		if textproto.CanonicalMIMEHeaderKey(name) != name || !isToken(name) {
			return &sign.Problem{Kind: sign.Malformed, Field: "header name", Given: name}
		}
		for _, v := range values {
			if !isText(v) {
				return &sign.Problem{Kind: sign.Malformed, Field: name}
			}
			lines, size = lines+1, size+len(name)+len(v)
		}
	}
	if _, twice := d.Header["Host"]; twice {
		return &sign.Problem{Kind: sign.Ambiguous, Field: "Host"}
	}
	if lines > MaxHeaders {
		return &sign.Problem{Kind: sign.TooLarge, Field: "headers", Limit: MaxHeaders}
	}
	if size > MaxHeaderBytes {
		return &sign.Problem{Kind: sign.TooLarge, Field: "headers", Limit: MaxHeaderBytes}
	}
	return nil
}

// one returns the only value of a header. Two lines are ambiguous, whatever they say.
func (d *Request) one(name string) (value string, present bool, err error) {
	values := d.Header[name]
	if len(values) > 1 {
		return "", false, &sign.Problem{Kind: sign.Ambiguous, Field: name}
	}
	if len(values) == 0 {
		return "", false, nil
	}
	return strings.Trim(values[0], " \t"), true, nil
}

// isToken reports whether s is an HTTP token (RFC 9110, section 5.6.2) of reasonable length.
func isToken(s string) bool {
	if s == "" || len(s) > 256 {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c-'a' < 26 || c-'A' < 26 || c-'0' < 10 || c == '-' {
			continue
		}
		if strings.IndexByte("!#$%&'*+.^_`|~", c) < 0 {
			return false
		}
	}
	return true
}

// isText reports whether s has no byte that would end a header line or hide one.
func isText(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
