package authzd

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/daypass/daypass/authz"
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/policy"
)

// Authorizer implements [authz.Authorizer] in the process of the server. All fields must be set, Keys, Used and Accesses may be nil.
type Authorizer struct {
	Guard *guard.Guard
	View  func() *iam.View
	Now   func() time.Time
	NewID func() string
	Keys  *sigv4.KeyCache
	// Profiles are the services that may ask, each with the account that owns its resources where their names do not say. A
	// profile's name is the service of its actions and of the signatures it accepts, so that a request signed for one service is
	// nothing to another.
	Profiles map[string]string
	Used     func(keyID string, u usage.Use) // told of every long-term key that signed
	Accesses *usage.Accesses                 // told of every action that a user or role was asked about
	// Words puts an error into the words of the scheme that signed the request.
	Words func(err error) (code string, status int, message string)
}

// inquiry is one call on its way.
type inquiry struct {
	call    *authz.Call
	id      string
	now     time.Time
	view    *iam.View
	env     access.Environment
	claim   *sign.Claim
	caller  *guard.Caller
	subject *access.Subject
}

// Authorize implements [authz.Authorizer]. Its error means that the service asked wrongly, or that the answer could not be put on
// record; the service must then refuse.
func (a *Authorizer) Authorize(ctx context.Context, call *authz.Call) (*authz.Result, error) {
	asks, err := a.asks(call)
	if err != nil {
		return nil, err
	}
	q := &inquiry{call: call, id: a.NewID(), now: a.Now(), view: a.View()}
	result := &authz.Result{DecisionID: q.id}
	event := a.event(q)
	if err := a.identify(q); err != nil {
		code, status, message := a.Words(err)
		result.Error = &authz.Failure{Code: code, Status: status, Message: message}
		event.ErrorCode, event.ErrorMessage = code, message
		event.Region, event.Identity = q.env.Region, audit.Identity{Type: audit.TypeUnknown}
		if q.claim != nil {
			event.Identity.AccessKeyID = q.claim.AccessKeyID
		}
		return result, a.Guard.Record(context.WithoutCancel(ctx), event)
	}
	event.Region = q.env.Region
	guard.Describe(event, q.caller, q.subject)
	result.Authenticated, result.Principal = true, principal(q)
	result.Payload = authz.Payload{Mode: authz.PayloadHash, SHA256: q.claim.Payload.SHA256}
	a.note(q)
	a.decide(q, asks, result, event)
	return result, a.Guard.Record(context.WithoutCancel(ctx), event)
}

// asks turns the checks into what the core is asked. A service may speak only of its own actions and its own condition keys.
func (a *Authorizer) asks(call *authz.Call) ([]access.Ask, error) {
	owner, known := a.Profiles[call.Profile]
	if !known {
		return nil, fmt.Errorf("authzd: no profile %q", call.Profile)
	}
	if len(call.Checks) == 0 || len(call.Checks) > authz.MaxChecks {
		return nil, fmt.Errorf("authzd: %d checks, not 1 to %d", len(call.Checks), authz.MaxChecks)
	}
	prefix := call.Profile + ":"
	asks := make([]access.Ask, len(call.Checks))
	for i, check := range call.Checks {
		if !strings.HasPrefix(check.Action, prefix) {
			return nil, fmt.Errorf("authzd: profile %q asks about action %q", call.Profile, check.Action)
		}
		// A resource that names no account is the service's, never the caller's: else every caller would own it.
		asks[i] = access.Ask{Action: check.Action, Resource: check.Resource, Account: owner}
		if n, err := arn.Parse(check.Resource); err == nil && n.Account != "" {
			asks[i].Account = n.Account
		}
		for name, values := range check.Context {
			key := policy.FoldKey(name)
			if !strings.HasPrefix(key, prefix) {
				return nil, fmt.Errorf("authzd: profile %q sets condition key %q", call.Profile, name)
			}
			k := access.Key{Name: key, Values: policy.List(values...)}
			if len(values) == 1 {
				k.Values = policy.Single(values[0])
			}
			asks[i].Keys = append(asks[i].Keys, k)
		}
	}
	return asks, nil
}

func (a *Authorizer) identify(q *inquiry) error {
	r := &q.call.Request
	q.env = access.Environment{Now: q.now, Secure: r.Scheme == "https"}
	if at, err := netip.ParseAddr(r.SourceIP); err == nil {
		q.env.Source = at
	}
	fields := make([]sigv4.Field, len(r.Headers))
	for i, h := range r.Headers {
		fields[i] = sigv4.Field{Name: h[0], Value: h[1]}
		switch {
		case strings.EqualFold(h[0], "User-Agent"):
			q.env.UserAgent = h[1]
		case strings.EqualFold(h[0], "Referer"):
			q.env.Referer = h[1]
		}
	}
	described, err := sigv4.FromFields(r.Method, r.Target, r.Host, fields)
	if err != nil {
		return err
	}
	described.BodySHA256 = r.BodySHA256
	if q.claim, err = (sigv4.Rules{Services: []string{q.call.Profile}, Keys: a.Keys}).Parse(described); err != nil {
		return err
	}
	q.env.Region = q.claim.Region
	account, _ := iam.AccountOfKey(q.claim.AccessKeyID)
	if a.Guard.Failures.Blocked(q.env.Source, account, q.now) {
		return fault.New(fault.Throttled, fault.None, "")
	}
	if q.caller, err = a.Guard.Identify(q.claim, q.view, q.now); err != nil {
		a.Guard.Failures.Count(q.env.Source, account, q.now)
		return err
	}
	q.subject, err = q.caller.Subject(q.view)
	return err
}

// note remembers who used what: an attempt counts, whatever comes of it.
func (a *Authorizer) note(q *inquiry) {
	if q.caller.Session == nil && a.Used != nil {
		a.Used(q.caller.KeyID, usage.Use{At: q.now, Service: q.call.Profile, Region: q.env.Region})
	}
	for i := range q.call.Checks {
		_, action, _ := strings.Cut(q.call.Checks[i].Action, ":")
		a.Accesses.Note(q.subject.Actor(), q.call.Profile, action, usage.Access{At: q.now, Region: q.env.Region})
	}
}

// decide answers every check. The record shows the first denial, or else the last permission.
func (a *Authorizer) decide(q *inquiry, asks []access.Ask, result *authz.Result, event *audit.Event) {
	recorded := false
	for i := range asks {
		d, err := a.Guard.Ask(q.subject, &q.env, asks[i:i+1])
		out := authz.Decision{Verdict: authz.Allow}
		var denied *guard.Denied
		if err != nil {
			out.Verdict, out.Reason = authz.Deny, "implicit"
			if d.Verdict == policy.ExplicitDeny {
				out.Reason = "explicit"
			}
			var code string
			code, _, out.Message = a.Words(err)
			if errors.As(err, &denied) && q.call.Explain {
				out.Explanation = denied.Trace
			}
			if !recorded {
				event.ErrorCode, event.ErrorMessage = code, out.Message
				out.EncodedMessage = a.encode(q, &asks[i], denied)
			}
		}
		if d.Source != "" {
			out.Matched = []authz.Match{{ID: d.Source, Type: d.SourceType, Statement: d.Statement, Sid: d.Sid}}
		}
		if !recorded {
			guard.Decided(event, asks[i:i+1], d, denied)
			recorded = err != nil
		}
		result.Decisions = append(result.Decisions, out)
	}
}

// encode seals the reasons of a denial for the administrators of who is refused. Without it the denial is still a denial, and its
// reasons are in the record.
func (a *Authorizer) encode(q *inquiry, ask *access.Ask, denied *guard.Denied) string {
	if denied == nil {
		return ""
	}
	message, err := a.Guard.Seal(q.view, q.subject, &q.env, ask, denied, q.id)
	if err != nil {
		return ""
	}
	return message
}

// event is the record of the call so far: what is known before anybody is identified.
func (a *Authorizer) event(q *inquiry) *audit.Event {
	r := &q.call.Request
	_, name, _ := strings.Cut(q.call.Checks[0].Action, ":")
	e := &audit.Event{
		Time: q.now, Source: q.call.Profile + ".daypass", Name: name, SourceIP: r.SourceIP, RequestID: q.id, ID: a.NewID(),
		ReadOnly: r.Method == "GET" || r.Method == "HEAD",
	}
	for _, h := range r.Headers {
		if strings.EqualFold(h[0], "User-Agent") {
			e.UserAgent = h[1]
		}
	}
	return e
}

func principal(q *inquiry) *authz.Principal {
	s := q.subject
	p := &authz.Principal{ARN: s.Principal.ARN, Account: s.Principal.Account, Type: guard.TypeOf(s),
		RoleARN: s.Principal.RoleARN, SessionName: s.Principal.SessionName, Tags: map[string]string{}}
	for _, t := range s.Tags() {
		p.Tags[t.Key] = t.Value
	}
	if s.Session != nil {
		p.SourceIdentity, p.Expires = s.Session.SourceIdentity, s.Session.Expires
	}
	return p
}
