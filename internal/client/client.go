package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/wire"
)

// MaxAnswer is the most bytes of an answer that are read.
const MaxAnswer = 16 << 20

// Timeout is how long one call may take with the client of [NewHTTP].
const Timeout = 30 * time.Second

// Credentials sign a request. The secret parts print as [secret].
type Credentials struct {
	AccessKeyID  string
	Secret       secret.Text
	SessionToken secret.Text // empty for a long-term key
}

// Client makes calls to one server.
type Client struct {
	Endpoint    string // "https://sts.corp.example", without a path
	Region      string // goes into the signature; a server reports it and does not care
	Credentials Credentials
	HTTP        *http.Client // should not follow redirects: see NewHTTP
	Now         func() time.Time
}

// NewHTTP returns the client that calls should go through: bounded in time, and not following redirects.
func NewHTTP() *http.Client {
	return &http.Client{
		Timeout:       Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Error is what a server answered instead of a result.
type Error struct {
	Action    string // of the call
	Status    int    // HTTP status
	Code      string // "AccessDenied"; "" when the answer is not one of this protocol
	Message   string
	RequestID string
}

// Error gives code, message and request id.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %s", e.Code, e.Message)
	if e.Code == "" {
		text = fmt.Sprintf("the server answered %s with status %d: %s", e.Action, e.Status, e.Message)
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	return text
}

// Denied reports whether policies refused the call, so that the request id can be explained.
func (e *Error) Denied() bool { return e.Code == "AccessDenied" }

// NotFound reports whether the call named something that does not exist.
func (e *Error) NotFound() bool { return e.Code == "NoSuchEntity" }

// Call makes one call. out is filled from the answer; nil for an operation without output. The error is an [*Error] when
// a server answered, and says what was tried when none did.
func (c *Client) Call(ctx context.Context, service, version, action string, in, out wire.Shape) error {
	base, err := checkEndpoint(c.Endpoint)
	if err != nil {
		return err
	}
	body := wire.AppendFormPair(nil, "Action", action)
	body = wire.AppendFormPair(body, "Version", version)
	body = wire.AppendForm(body, in, wire.MemberList)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call %s: %w", action, err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	request.Header.Set("Accept", "text/xml")
	request.Header.Set("User-Agent", "daypass")
	answer, err := c.Do(request, service, body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, MaxAnswer+1))
	if err != nil {
		return fmt.Errorf("read the answer to %s from %s: %w", action, c.Endpoint, err)
	}
	if len(raw) > MaxAnswer {
		return fmt.Errorf("read the answer to %s from %s: it has more than %d bytes", action, c.Endpoint, MaxAnswer)
	}
	limits := wire.XMLLimits{Bytes: MaxAnswer}
	if answer.StatusCode != http.StatusOK {
		return failure(action, answer, raw, limits)
	}
	if _, err := wire.ReadXMLResponse(raw, action, out, limits); err != nil {
		return fmt.Errorf("read the answer to %s from %s: %w", action, c.Endpoint, err)
	}
	return nil
}

// Do signs a request for a service and sends it. body is the whole body that request has.
func (c *Client) Do(request *http.Request, service string, body []byte) (*http.Response, error) {
	signer := sigv4.Signer{
		AccessKeyID: c.Credentials.AccessKeyID, Secret: c.Credentials.Secret, SessionToken: c.Credentials.SessionToken,
		Region: c.Region, Service: service,
	}
	if err := signer.Sign(request, body, c.Now()); err != nil {
		return nil, fmt.Errorf("sign a request for %s: %w", service, err)
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		return nil, unreachable(c.Endpoint, err)
	}
	return answer, nil
}

// failure reads an error answer. What stands in front of a server may answer with something else.
func failure(action string, answer *http.Response, raw []byte, limits wire.XMLLimits) *Error {
	e := &Error{Action: action, Status: answer.StatusCode, RequestID: answer.Header.Get("X-Amzn-Requestid")}
	f, id, err := wire.ReadXMLError(raw, limits)
	if err == nil && f.Code != "" {
		e.Code, e.Message = f.Code, f.Message
		if id != "" {
			e.RequestID = id
		}
		return e
	}
	e.Message = "the answer is not one of a Daypass server; is the endpoint right?"
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		e.Message = "it redirects, which is not followed with a signed request; use the address it redirects to"
	}
	return e
}

// unreachable words why no answer came. The address is there, the request is not: it carries credentials.
func unreachable(endpoint string, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("no answer from %s: %w; is the server running, and is --endpoint or DAYPASS_ENDPOINT right?", endpoint, err)
}

// checkEndpoint returns the endpoint without a trailing slash.
func checkEndpoint(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return "", fmt.Errorf("endpoint %q: it must be http://HOST[:PORT] or https://HOST[:PORT], without a path", redact(u, endpoint))
	}
	return u.Scheme + "://" + u.Host, nil
}

// redact keeps a password that was put into an address out of messages.
func redact(u *url.URL, endpoint string) string {
	if u != nil {
		return u.Redacted()
	}
	if strings.Contains(endpoint, "@") {
		return secret.Hidden
	}
	return endpoint
}
