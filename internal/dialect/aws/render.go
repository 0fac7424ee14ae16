package aws

import (
	"errors"
	"net/http"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/wire"
)

// Render implements [dialect.Dialect].
func (d *Dialect) Render(req *dialect.Request, out wire.Shape) *dialect.Reply {
	reply := newReply(req, http.StatusOK)
	if req.JSON {
		reply.Body = wire.AppendJSONResponse(nil, req.Operation, req.ID, out)
	} else {
		reply.Body = wire.AppendXMLResponse(make([]byte, 0, 1024), req.Operation, d.namespace(req), req.ID, out)
	}
	return reply
}

// Fail implements [dialect.Dialect].
func (d *Dialect) Fail(req *dialect.Request, err error) *dialect.Reply {
	w := d.words(req, err)
	reply := newReply(req, w.status)
	reply.Code, reply.Message = w.code, w.text
	failure := wire.Failure{Type: "Sender", Code: w.code, Message: w.text}
	if w.status >= 500 {
		failure.Type = "Receiver"
	}
	if req.JSON {
		reply.Body = wire.AppendJSONError(nil, req.ID, failure)
	} else {
		reply.Body = wire.AppendXMLError(nil, d.namespace(req), req.ID, failure)
	}
	return reply
}

func newReply(req *dialect.Request, status int) *dialect.Reply {
	reply := &dialect.Reply{Status: status, ContentType: "text/xml", IDHeader: "X-Amzn-Requestid"}
	if req.JSON {
		reply.ContentType = "application/json"
	}
	return reply
}

func (d *Dialect) namespace(req *dialect.Request) string {
	for _, s := range d.services {
		if s.name == req.Service {
			return s.namespace
		}
	}
	return d.services[0].namespace
}

// Words puts an error into the words of this door, for doors that answer to requests signed in its way.
func (d *Dialect) Words(err error) (code string, status int, message string) {
	w := d.words(&dialect.Request{Service: d.services[0].name, Table: noOperations}, err)
	return w.code, w.status, w.text
}

// words finds the code, status and text for an error of any room.
func (d *Dialect) words(req *dialect.Request, err error) words {
	var problem *sign.Problem
	if errors.As(err, &problem) {
		return signatureWords(problem)
	}
	var invalid *violations
	if errors.As(err, &invalid) {
		return words{"ValidationError", http.StatusBadRequest, invalid.Error()}
	}
	var form *wire.FormError
	if errors.As(err, &form) {
		return formWords(form)
	}
	return faultWords(req, fault.Of(err))
}
