package aws

import (
	"errors"
	"net/http"
	"strings"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/wire"
)

// This file is the second envelope of the door: AWS JSON 1.1. The operation stands in a header, which every signature must cover like
// all headers of that prefix; the body is the input as one JSON object. Nothing is read from the query but a signature.

const (
	targetHeader = "X-Amz-Target"
	targetType   = "application/x-amz-json-1.1"
)

// openTarget opens a request that names its operation in a header.
func (d *Dialect) openTarget(r *http.Request, body []byte, id string, targets []string) (*dialect.Request, error) {
	prefix, name := "", targets[0]
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		prefix, name = name[:i], name[i+1:]
	}
	svc, known := d.findTarget(prefix)
	req := &dialect.Request{ID: id, Service: svc.name, Source: svc.source, Operation: name, Version: svc.version, Table: noOperations, Record: record}
	if known {
		req.Table = svc.table
	}
	rules := sigv4.Rules{Services: []string{svc.name}, PresignedLife: sigv4.DefaultExpiry, Keys: d.keys}
	claim, err := rules.Parse(sigv4.FromHTTP(r, body))
	switch {
	case err == nil:
		req.Claim, req.Region = claim, claim.Region
	case sign.KindOf(err) != sign.MissingToken:
		return req, err
	}
	if len(targets) > 1 {
		req.Fault = &sign.Problem{Kind: sign.Ambiguous, Field: targetHeader}
	}
	req.Decode = func(in wire.Shape) error {
		if len(body) == 0 {
			body = []byte("{}") // what a client without parameters may send
		}
		doc, err := wire.ParseJSON(body, wire.JSONLimits{})
		if err != nil {
			return err
		}
		if v := wire.ReadJSON(doc, in); len(v) > 0 {
			return &violations{list: v}
		}
		return nil
	}
	return req, nil
}

// findTarget finds the service of a target prefix, and else the first that has any: it words the refusal.
func (d *Dialect) findTarget(prefix string) (svc *service, known bool) {
	for _, s := range d.services {
		if s.target == "" {
			continue
		}
		if s.target == prefix {
			return s, true
		}
		if svc == nil {
			svc = s
		}
	}
	return svc, false
}

func (d *Dialect) isTarget(req *dialect.Request) bool { return d.service(req).target != "" }

// targetBody is a success: the output as it is, or an empty object for an operation without output.
func targetBody(out wire.Shape) []byte {
	if out == nil {
		return []byte("{}")
	}
	return wire.AppendJSON(make([]byte, 0, 512), out, wire.JSONStyle{})
}

func (d *Dialect) failTarget(req *dialect.Request, err error) *dialect.Reply {
	w, reason := d.targetWords(req, err)
	reply := d.newReply(req, w.status)
	reply.Code, reply.Message, reply.ErrorHeader = w.code, w.text, "X-Amzn-Errortype"
	b := wire.AppendJSONString([]byte(`{"__type":`), w.code)
	b = wire.AppendJSONString(append(b, `,"Message":`...), w.text)
	if reason != "" {
		b = wire.AppendJSONString(append(b, `,"Reason":`...), reason)
	}
	reply.Body = append(b, '}')
	return reply
}

// targetCodes are the names that the JSON protocol has for errors of the pipeline (Common Errors of the Organizations API Reference
// and of the SDKs).
var targetCodes = map[string]string{
	"SignatureDoesNotMatch":             "InvalidSignatureException",
	"InvalidClientTokenId":              "UnrecognizedClientException",
	"MissingAuthenticationToken":        "MissingAuthenticationTokenException",
	"IncompleteSignature":               "IncompleteSignatureException",
	"AuthorizationQueryParametersError": "IncompleteSignatureException",
	"ExpiredToken":                      "ExpiredTokenException",
}

// targetWords finds the words for an error of any room, and the reason that some errors carry besides.
func (d *Dialect) targetWords(req *dialect.Request, err error) (w words, reason string) {
	var problem *sign.Problem
	var invalid *violations
	var broken *wire.JSONError
	switch {
	case errors.As(err, &problem):
		w = signatureWords(problem)
		if code := targetCodes[w.code]; code != "" {
			w.code = code
		}
		w.status = http.StatusBadRequest
		return w, ""
	case errors.As(err, &invalid):
		return organizationViolations(invalid)
	case errors.As(err, &broken):
		return words{"SerializationException", http.StatusBadRequest, "The request body is not a well-formed JSON object: " + broken.Error()}, ""
	}
	return organizationWords(req, err)
}
