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
	reply := d.newReply(req, http.StatusOK)
	switch {
	case d.isTarget(req):
		reply.Body = targetBody(out)
	case req.JSON:
		reply.Body = wire.AppendJSONResponse(nil, req.Operation, req.ID, out)
	default:
		reply.Body = wire.AppendXMLResponse(make([]byte, 0, 1024), req.Operation, d.namespace(req), req.ID, out)
	}
	return reply
}

// Fail implements [dialect.Dialect].
func (d *Dialect) Fail(req *dialect.Request, err error) *dialect.Reply {
	if d.isTarget(req) {
		return d.failTarget(req, err)
	}
	w := d.words(req, err)
	reply := d.newReply(req, w.status)
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

func (d *Dialect) newReply(req *dialect.Request, status int) *dialect.Reply {
	reply := &dialect.Reply{Status: status, ContentType: "text/xml", IDHeader: "X-Amzn-Requestid"}
	switch {
	case d.isTarget(req):
		reply.ContentType = targetType
	case req.JSON:
		reply.ContentType = "application/json"
	}
	return reply
}

func (d *Dialect) namespace(req *dialect.Request) string { return d.service(req).namespace }

// service is the one a request was opened for.
func (d *Dialect) service(req *dialect.Request) *service {
	for _, s := range d.services {
		if s.name == req.Service {
			return s
		}
	}
	return d.services[0]
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
