package authz

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Refusal is why a request does not go ahead: the answer to the client.
//
// A checks function may return one, with a status from 400 to 499, to say what is wrong with a request. Every other error
// of it becomes an internal failure without detail.
type Refusal struct {
	Status    int    // HTTP status
	Code      string // "AccessDenied"
	Message   string // for the client
	RequestID string // decision id; "" when nothing was decided
}

// Error implements error.
func (r *Refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.Status, r.Code, r.Message) }

// Codes of the refusals that come from the middleware itself.
const (
	CodeDenied       = "AccessDenied"
	CodeUnknown      = "NotAuthenticated"
	CodeHost         = "WrongHost"
	CodeTarget       = "InvalidRequestTarget"
	CodeTooLarge     = "RequestTooLarge"
	CodeBody         = "IncompleteBody"
	CodeFailure      = "InternalFailure"
	CodeUnavailable  = "ServiceUnavailable"
	CodePayload      = "PayloadNotVerified"
	headerRequestID  = "X-Daypass-Request-Id"
	signatureScheme  = "AWS4-HMAC-SHA256"
	maxMessageLength = 4096
	maxEncodedLength = 10240
)

// Write answers with the refusal as JSON: {"code", "message", "request_id"}.
func (r *Refusal) Write(w http.ResponseWriter) {
	body, err := json.Marshal(struct {
		Code      string `json:"code"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
	}{r.Code, r.Message, r.RequestID})
	if err != nil {
		// Three texts always encode.
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.RequestID != "" {
		h.Set(headerRequestID, r.RequestID)
	}
	if r.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", signatureScheme)
	}
	w.WriteHeader(r.Status)
	// The client may be gone; there is nobody else to tell.
	_, _ = w.Write(append(body, '\n'))
}

// denied words a refusal by policy.
func denied(id, message string) *Refusal {
	if message == "" {
		message = "The policies do not allow this request."
	}
	return &Refusal{Status: http.StatusForbidden, Code: CodeDenied, Message: cut(message), RequestID: id}
}

// encoded puts the sealed reasons behind the message, in the words by which clients find them. One that is too long is left out: half
// of it can not be decoded.
func (r *Refusal) encoded(message string) *Refusal {
	if message == "" || len(message) > maxEncodedLength {
		return r
	}
	r.Message = strings.TrimSuffix(r.Message, ".") + ". Encoded authorization failure message: " + message
	return r
}

// failed is a refusal because something on our side broke.
func failed(status int, id, message string) *Refusal {
	code := CodeFailure
	if status == http.StatusServiceUnavailable {
		code = CodeUnavailable
	}
	return &Refusal{Status: status, Code: code, Message: message, RequestID: id}
}

func cut(message string) string {
	if len(message) > maxMessageLength {
		return message[:maxMessageLength]
	}
	return message
}
