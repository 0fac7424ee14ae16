package gate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/internal/wire"
)

// Gate answers the requests of the cloud APIs. All fields must be set.
type Gate struct {
	Dialects []dialect.Dialect
	Core     *op.Core
	View     func() *iam.View
	Now      func() time.Time
	NewID    func() string                                        // request and event ids
	Peer     func(*http.Request) (source netip.Addr, secure bool) // who connected, and whether over TLS
	Hosts    []string                                             // the names this server answers to, lower case; none = any
	MaxBody  int64                                                // bytes
	Log      *slog.Logger
	Observe  func(Observation)
	Used     func(keyID string, u usage.Use) // told of every long-term key that signed
	Accesses *usage.Accesses                 // told of every use of an operation by a user or role; nil = nobody is
}

// Observation is what metrics learn of one request.
type Observation struct {
	Dialect, Service, Operation string // Operation is "" unless the service has one of that name
	Code                        string // error code, "" on success
	Status                      int
	Took                        time.Duration
	Verdict                     string // "" when nothing was decided
	Unauthenticated             bool
	Issued                      bool
	Unrecorded                  bool // the audit record could not be written
}

// maxMatched bounds what policies see of a header that a client fills, in bytes.
const maxMatched = 1024

// Header values that all replies share.
var noStore, noSniff = []string{"no-store"}, []string{"nosniff"}

// passage is one request on its way.
type passage struct {
	dialect dialect.Dialect
	req     *dialect.Request
	call    *op.Call
	op      *op.Operation
	source  netip.Addr
	start   time.Time

	unrecorded bool
}

// ServeHTTP implements [http.Handler]. It must not stand behind http.ServeMux, which answers paths such as //a by itself.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := &passage{start: g.Now(), call: &op.Call{Core: g.Core, Context: r.Context(), ID: g.NewID()}}
	p.req = &dialect.Request{ID: p.call.ID}
	out, err := g.handle(p, w, r)
	if p.dialect == nil {
		http.Error(w, "no API is served at this path", http.StatusNotFound)
		return
	}
	reply := g.record(r, p, out, err)
	header := w.Header()
	// The names are in canonical form already.
	header["Content-Type"] = []string{reply.ContentType}
	header["Content-Length"] = []string{strconv.Itoa(len(reply.Body))}
	header["Cache-Control"], header["X-Content-Type-Options"] = noStore, noSniff
	if reply.IDHeader != "" {
		header[reply.IDHeader] = []string{p.call.ID}
	}
	if reply.ErrorHeader != "" {
		header[reply.ErrorHeader] = []string{reply.Code}
	}
	if text := findingsText(p.call.Findings); text != "" {
		header[findingsHeader] = []string{text}
	}
	w.WriteHeader(reply.Status)
	if _, err := w.Write(reply.Body); err != nil {
		// The client is gone; what was done is on record.
		g.Log.Debug("reply not delivered", "request_id", p.call.ID, "error", err)
	}
}

// handle walks the steps up to and including the operation. A panic in any of them is an error like others: the caller is
// refused and the record written.
func (g *Gate) handle(p *passage, w http.ResponseWriter, r *http.Request) (out wire.Shape, err error) {
	defer func() {
		if v := recover(); v != nil {
			g.Log.Error("panic", "request_id", p.call.ID, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			out, err = nil, &fault.Error{Kind: fault.Internal, Err: fmt.Errorf("gate: panic")}
		}
	}()
	c := p.call

	// 1. Claim: whose way of speaking is it?
	if p.dialect = g.claim(r); p.dialect == nil {
		return nil, errors.New("gate: nobody claims the request")
	}

	var secure bool
	p.source, secure = g.Peer(r)

	// 2. Open the envelope, once, bounded.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.MaxBody))
	if err != nil {
		return nil, bodyFault(err)
	}
	req, err := p.dialect.Open(r, body, c.ID)
	p.req = req
	if err != nil {
		return nil, err
	}

	// 3. Take a View: everything below sees this one state.
	c.View, c.Now = g.View(), p.start
	c.Service, c.Operation, c.Decode = req.Service, req.Operation, req.Decode
	c.Env = access.Environment{Now: c.Now, Source: p.source, Secure: secure, Region: req.Region,
		UserAgent: r.UserAgent(), Referer: r.Referer()}
	for _, text := range []*string{&c.Env.UserAgent, &c.Env.Referer} {
		// Conditions match patterns against these; a client must not choose how long that takes.
		*text = (*text)[:min(len(*text), maxMatched)]
	}

	// 4. Identify: who signed this? What was signed for another host is nothing here.
	if len(g.Hosts) > 0 && !slices.Contains(g.Hosts, strings.ToLower(r.Host)) {
		return nil, fault.New(fault.Invalid, fault.Signature, r.Host)
	}
	if err := g.identify(p); err != nil {
		return nil, err
	}

	// 5. Find the operation in the dialect's table.
	if req.Fault != nil {
		return nil, req.Fault
	}
	if p.op, err = req.Table.Find(req.Operation); err != nil {
		return nil, err
	}
	if err := req.Table.Admit(c.Caller, req.Operation); err != nil {
		return nil, err
	}
	if c.Subject != nil {
		g.Accesses.Note(c.Subject.Actor(), c.Service, c.Operation, usage.Access{At: c.Now, Region: c.Env.Region})
	}

	// 6–8. Decode and validate, ask leave, do. An operation without a signature proves in between who calls.
	out, err = p.op.Run(c)
	if p.op.Unsigned && c.Caller == nil && unproved(err) {
		g.Core.Guard.Failures.Count(p.source, "", c.Now)
	}
	return out, err
}

// unproved says whether an error of an unsigned call counts as a failure to prove who calls: one that is not the caller's fault, such
// as an identity provider that does not answer, does not.
func unproved(err error) bool {
	kind := fault.Of(err).Kind
	return kind != fault.Internal && kind != fault.Unavailable
}

func (g *Gate) claim(r *http.Request) dialect.Dialect {
	for _, d := range g.Dialects {
		if d.Claim(r) {
			return d
		}
	}
	return nil
}

// identify verifies the signature and finds the caller in the View. It leaves no caller behind for the few operations that nobody signs.
func (g *Gate) identify(p *passage) error {
	c, claim, failures := p.call, p.req.Claim, g.Core.Guard.Failures
	if claim == nil {
		if failures.Blocked(p.source, "", c.Now) {
			return fault.New(fault.Throttled, fault.None, "")
		}
		if p.req.Table.IsAnonymous(p.req.Operation) {
			// Who calls is for the operation to find out, in step 7. That it is not built is what there is to say of one that is not.
			o, err := p.req.Table.Find(p.req.Operation)
			if err == nil && o.Unsigned {
				return nil
			}
			if err != nil {
				failures.Count(p.source, "", c.Now)
				return err
			}
		}
		failures.Count(p.source, "", c.Now)
		return &sign.Problem{Kind: sign.MissingToken}
	}
	account := ""
	if !failures.Quiet() {
		account, _ = iam.AccountOfKey(claim.AccessKeyID)
		if failures.Blocked(p.source, account, c.Now) {
			return fault.New(fault.Throttled, fault.None, "")
		}
	}
	caller, err := g.Core.Guard.Identify(claim, c.View, c.Now)
	if err != nil {
		account, _ = iam.AccountOfKey(claim.AccessKeyID)
		failures.Count(p.source, account, c.Now)
		return err
	}
	c.Caller = caller
	if caller.Session == nil {
		g.Used(caller.KeyID, usage.Use{At: c.Now, Service: c.Service, Region: c.Env.Region})
	}
	c.Subject, err = caller.Subject(c.View)
	return err
}

func bodyFault(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &fault.Error{Kind: fault.TooLarge, What: fault.Body, Limit: int(large.Limit), Err: err}
	}
	return &fault.Error{Kind: fault.Invalid, What: fault.Body, Err: err}
}

// word makes the reply. A panic on the way is an internal failure that is put on record like others.
func (g *Gate) word(p *passage, out wire.Shape, err error) (reply *dialect.Reply) {
	defer func() {
		if v := recover(); v != nil {
			g.Log.Error("panic", "request_id", p.call.ID, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			reply = &dialect.Reply{Status: http.StatusInternalServerError, ContentType: "text/plain", Code: "InternalFailure",
				Message: "the answer could not be worded", Body: []byte("internal failure, request id " + p.call.ID + "\n")}
		}
	}()
	if err != nil {
		return p.dialect.Fail(p.req, err)
	}
	return p.dialect.Render(p.req, out)
}

// record is step 9: it makes the reply, writes the record, and only then hands the reply over. When the record can not be written the
// caller is told that the request failed: what was minted or read is not given out unrecorded.
func (g *Gate) record(r *http.Request, p *passage, out wire.Shape, err error) *dialect.Reply {
	reply := g.word(p, out, err)
	ctx := context.WithoutCancel(r.Context())
	if werr := g.Core.Guard.Record(ctx, event(g.NewID(), p, reply, out, err, r)); werr != nil {
		g.Log.Error("audit record not written, request refused", "request_id", p.call.ID, "error", werr)
		err = &fault.Error{Kind: fault.Unavailable, Err: werr}
		reply = p.dialect.Fail(p.req, err)
		p.unrecorded = true
	}
	g.log(p, reply, err)
	return reply
}

func (g *Gate) log(p *passage, reply *dialect.Reply, err error) {
	o := Observation{
		Dialect: p.dialect.Name(), Code: reply.Code, Status: reply.Status, Took: g.Now().Sub(p.start),
		Unauthenticated: p.call.Caller == nil, Issued: p.call.Issued != "" && err == nil, Unrecorded: p.unrecorded,
	}
	if p.req.Table != nil {
		o.Service = p.req.Service
		if p.req.Table.Known(p.req.Operation) {
			o.Operation = p.req.Operation
		}
	}
	if len(p.call.Asked) > 0 {
		o.Verdict = p.call.Decision.Verdict.String()
	}
	g.Observe(o)
	level := slog.LevelInfo
	if reply.Status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if !g.Log.Enabled(context.Background(), level) {
		return
	}
	attrs := []any{"request_id", p.call.ID, "service", o.Service, "operation", o.Operation, "status", reply.Status,
		"took_ms", float64(o.Took.Microseconds()) / 1000}
	if s := p.call.Subject; s != nil {
		attrs = append(attrs, "principal", s.Principal.ARN)
	}
	if reply.Code != "" {
		attrs = append(attrs, "code", reply.Code)
	}
	if text := findingsText(p.call.Findings); text != "" {
		attrs = append(attrs, "policy_findings", text)
	}
	if reply.Status >= http.StatusInternalServerError && err != nil {
		attrs = append(attrs, "error", err.Error())
	}
	g.Log.Log(context.Background(), level, "request", attrs...)
}
