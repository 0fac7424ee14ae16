package dialect

import (
	"encoding/json"
	"net/http"

	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/wire"
)

// Dialect is one cloud's way of speaking.
type Dialect interface {
	// Name is the dialect's name in metrics and logs: "aws".
	Name() string
	// Claim says whether the request is this dialect's, by header or parameter, without reading the body.
	Claim(*http.Request) bool
	// Open parses the envelope. body is all of the request's body, already bounded. It always returns a Request, so that a
	// failure can be answered in the caller's own form; the error says what is wrong.
	Open(r *http.Request, body []byte, id string) (*Request, error)
	// Render words a success; out is nil for an operation without output.
	Render(req *Request, out wire.Shape) *Reply
	// Fail words an error by the dialect's words table.
	Fail(req *Request, err error) *Reply
}

// Request is an opened envelope.
type Request struct {
	ID        string
	Service   string // "iam"
	Operation string // wire name as sent, known or not
	Version   string // of the API, as sent; "" if it was not
	Region    string // of the signature's scope; "" if unsigned
	JSON      bool   // the client asked for JSON where the dialect offers a choice

	Claim *sign.Claim // nil when the request carries no signature
	Table *op.Table   // operations of the service; nil when the service is not known

	// Fault is what is wrong with the parameters as such. The caller is told once the signature is known to be good.
	Fault error

	// Decode fills an input and reports every violation in one error.
	Decode func(wire.Shape) error
	// Record is an input as the audit record shows it, without sensitive members.
	Record func(wire.Shape) json.RawMessage
	// Source is the event source of the audit record: "iam.amazonaws.com".
	Source string
}

// Reply is a finished answer. It is made before the audit record is written and sent after.
type Reply struct {
	Status      int
	ContentType string
	IDHeader    string // the header that carries the request id, in canonical form; "" if none does
	ErrorHeader string // the header that carries Code, in canonical form; "" if none does
	Body        []byte
	// Code and Message are what the client is told of an error; empty on success.
	Code, Message string
}
