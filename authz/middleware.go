package authz

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Defaults of [Options].
const (
	DefaultMaxBody = 1 << 20
	DefaultTimeout = 5 * time.Second
)

// Options of a [Middleware]. The zero value is usable.
type Options struct {
	Profile string // the service's name at the authorizer
	// Hosts are the host names, with the port unless it is the scheme's own, that the service answers to. A request for another
	// host is refused, so that one signed for another service of the same profile is nothing here. None accepts any.
	Hosts   []string
	MaxBody int64         // most bytes of a body, which is held in memory; 0 means [DefaultMaxBody]
	Timeout time.Duration // how long the authorizer may take; 0 means [DefaultTimeout]
	Explain bool          // ask for explanations of denials; they go into the decisions, never to the client

	// Refuse answers a request that does not go ahead; nil answers as [Refusal.Write] does.
	Refuse func(w http.ResponseWriter, r *http.Request, refusal *Refusal)
	// Report is told of faults that deny although the policies were not asked: errors and panics of the authorizer and
	// of checks, answers that do not fit. nil drops them; a service should log them.
	Report func(r *http.Request, err error)
}

// Middleware lets a request through to the handler when the authorizer knows who sent it and allows everything that
// checks names for it. checks is called before anybody is authenticated and should only look at the request's method,
// target and headers; it may read the body, which is in memory and rewound afterwards. Naming no check denies.
//
// The handler gets the request with the principal in its context ([FromContext]), with the body that was hashed for the
// signature, and without trailers, which no signature covers. Request targets that net/http cannot give back byte for
// byte are refused, as are requests whose URL was changed before: what is authorized is what is acted on. The middleware
// therefore must come before http.StripPrefix and the like.
func Middleware(a Authorizer, opts Options, checks func(*http.Request) ([]Check, error)) func(http.Handler) http.Handler {
	if opts.MaxBody <= 0 {
		opts.MaxBody = DefaultMaxBody
	}
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	m := &middleware{authorizer: a, opts: opts, checks: checks}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			allowed, refusal := m.admit(w, r)
			if refusal != nil {
				m.refuse(w, r, refusal)
				return
			}
			next.ServeHTTP(w, allowed)
		})
	}
}

type middleware struct {
	authorizer Authorizer
	opts       Options
	checks     func(*http.Request) ([]Check, error)
}

// admit returns the request to hand on, or why it is refused. Exactly one of both is nil.
func (m *middleware) admit(w http.ResponseWriter, r *http.Request) (*http.Request, *Refusal) {
	if refusal := checkTarget(r); refusal != nil {
		if refusal.Status >= http.StatusInternalServerError {
			m.report(r, refusal)
		}
		return nil, refusal
	}
	if len(m.opts.Hosts) > 0 && !slices.ContainsFunc(m.opts.Hosts, func(h string) bool { return strings.EqualFold(h, r.Host) }) {
		return nil, &Refusal{Status: http.StatusForbidden, Code: CodeHost, Message: "The request is for another host than this service's."}
	}
	body, refusal := m.read(w, r)
	if refusal != nil {
		return nil, refusal
	}
	// checks gets a copy of its own: what it changes there is neither authorized nor handed on.
	wanted, refusal := m.ask(withBody(r, r.Context(), body))
	if refusal != nil {
		return nil, refusal
	}
	sum := sha256.Sum256(body)
	call := &Call{Profile: m.opts.Profile, Request: describe(r, hex.EncodeToString(sum[:])), Checks: wanted, Explain: m.opts.Explain}
	principal, refusal := m.authorize(r, call)
	if refusal != nil {
		return nil, refusal
	}
	return withBody(r, context.WithValue(r.Context(), principalKey{}, principal), body), nil
}

// withBody copies r, with the body that was read and without trailers.
func withBody(r *http.Request, ctx context.Context, body []byte) *http.Request {
	own := r.Clone(ctx)
	own.Trailer, own.TransferEncoding = nil, nil
	own.ContentLength = int64(len(body))
	own.Body = http.NoBody
	if len(body) > 0 {
		own.Body = io.NopCloser(bytes.NewReader(body))
	}
	return own
}

// read takes the whole body into memory.
func (m *middleware) read(w http.ResponseWriter, r *http.Request) ([]byte, *Refusal) {
	if r.ContentLength > m.opts.MaxBody {
		return nil, m.tooLarge()
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, m.opts.MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, m.tooLarge()
	}
	if err != nil {
		return nil, &Refusal{Status: http.StatusBadRequest, Code: CodeBody, Message: "The request's body ended early."}
	}
	return body, nil
}

func (m *middleware) tooLarge() *Refusal {
	return &Refusal{Status: http.StatusRequestEntityTooLarge, Code: CodeTooLarge,
		Message: fmt.Sprintf("The request's body has more than %d bytes.", m.opts.MaxBody)}
}

// ask has the service name what the request does.
func (m *middleware) ask(r *http.Request) (wanted []Check, refusal *Refusal) {
	err := guarded("checks", func() (err error) {
		wanted, err = m.checks(r)
		return err
	})
	if err != nil {
		var own *Refusal
		if errors.As(err, &own) && own.Status >= 400 && own.Status < 500 {
			return nil, own
		}
		m.report(r, err)
		return nil, failed(http.StatusInternalServerError, "", "The service could not tell what this request asks for.")
	}
	switch {
	case len(wanted) == 0:
		m.report(r, errors.New("authz: checks named no action"))
		return nil, denied("", "The service names no action that this request could be allowed.")
	case len(wanted) > MaxChecks:
		return nil, denied("", fmt.Sprintf("The request asks for more than %d things at once.", MaxChecks))
	}
	for _, check := range wanted {
		if check.Action == "" || check.Resource == "" {
			m.report(r, errors.New("authz: a check without action or resource"))
			return nil, denied("", "The service names no action or no resource for this request.")
		}
	}
	return wanted, nil
}

// authorize puts the call and reads the answer with suspicion: every part that a go-ahead rests on must be there.
func (m *middleware) authorize(r *http.Request, call *Call) (*Principal, *Refusal) {
	ctx, cancel := context.WithTimeout(r.Context(), m.opts.Timeout)
	defer cancel()
	var result *Result
	err := guarded("authorizer", func() (err error) {
		result, err = m.authorizer.Authorize(ctx, call)
		return err
	})
	if err != nil {
		m.report(r, err)
		var broke *panicked
		if errors.As(err, &broke) {
			return nil, failed(http.StatusInternalServerError, "", "The request could not be authorized.")
		}
		return nil, failed(http.StatusServiceUnavailable, "", "The request cannot be authorized at the moment.")
	}
	if result == nil {
		m.report(r, errors.New("authz: the authorizer gave no result"))
		return nil, failed(http.StatusInternalServerError, "", "The request could not be authorized.")
	}
	if !result.Authenticated {
		return nil, unknown(result)
	}
	if result.Principal == nil || len(result.Decisions) != len(call.Checks) {
		m.report(r, errors.New("authz: the authorizer's result does not fit the call"))
		return nil, failed(http.StatusInternalServerError, result.DecisionID, "The request could not be authorized.")
	}
	for _, d := range result.Decisions {
		if d.Verdict != Allow {
			return nil, denied(result.DecisionID, d.Message).encoded(d.EncodedMessage)
		}
	}
	switch p := result.Payload; {
	case p.Mode == PayloadUnsigned, p.Mode == PayloadHash && p.SHA256 == call.Request.BodySHA256:
	default:
		return nil, &Refusal{Status: http.StatusForbidden, Code: CodePayload, RequestID: result.DecisionID,
			Message: "The request's body is not the one that was signed, or is signed in a way this service does not take."}
	}
	return result.Principal, nil
}

// unknown is the refusal of a request whose sender is not known.
func unknown(result *Result) *Refusal {
	refusal := &Refusal{Status: http.StatusUnauthorized, Code: CodeUnknown,
		Message: "The request is not signed with valid credentials.", RequestID: result.DecisionID}
	if f := result.Error; f != nil {
		if f.Code != "" {
			refusal.Code = f.Code
		}
		if f.Message != "" {
			refusal.Message = cut(f.Message)
		}
		if f.Status == http.StatusTooManyRequests || f.Status == http.StatusServiceUnavailable {
			refusal.Status = f.Status
		}
	}
	return refusal
}

func (m *middleware) refuse(w http.ResponseWriter, r *http.Request, refusal *Refusal) {
	if m.opts.Refuse != nil {
		m.opts.Refuse(w, r, refusal)
		return
	}
	refusal.Write(w)
}

func (m *middleware) report(r *http.Request, err error) {
	if m.opts.Report != nil {
		m.opts.Report(r, err)
	}
}

// panicked is a panic that became an error.
type panicked struct {
	where string
	value string
}

func (p *panicked) Error() string { return "authz: panic in " + p.where + ": " + p.value }

// guarded runs f and turns its panic into an error, so that it denies in the same way as every other fault.
func guarded(where string, f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{where: where, value: fmt.Sprint(value)}
		}
	}()
	return f()
}
