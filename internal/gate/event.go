package gate

import (
	"errors"
	"net/http"
	"strings"

	"github.com/daypass/daypass/internal/audit"
	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/wire"
)

// event is the audit record of one request.
func event(id string, p *passage, reply *dialect.Reply, out wire.Shape, err error, r *http.Request) *audit.Event {
	c := p.call
	e := &audit.Event{
		Time: p.start, Source: p.req.Source, Name: p.req.Operation, Region: p.req.Region,
		ID: id, UserAgent: r.UserAgent(),
		ErrorCode: reply.Code, ErrorMessage: reply.Message,
		RequestID: c.ID, ReadOnly: p.op != nil && p.op.ReadOnly, ManagementEvent: true,
	}
	if p.source.IsValid() {
		e.SourceIP = p.source.String()
	}
	if c.Input != nil {
		e.RequestParameters = p.req.Record(c.Input)
	}
	if c.Caller == nil {
		// Whoever is not known must not be able to fill the trail.
		for _, text := range []*string{&e.Name, &e.UserAgent, &e.ErrorMessage, &e.Region} {
			*text = brief(*text)
		}
		if len(e.RequestParameters) > maxStranger {
			e.RequestParameters = nil
		}
		e.Identity = audit.Identity{Type: audit.TypeUnknown}
		if p.req.Claim != nil {
			e.Identity.AccessKeyID = p.req.Claim.AccessKeyID
		}
		return e
	}
	guard.Describe(e, c.Caller, c.Subject)
	if len(c.Asked) > 0 {
		var denied *guard.Denied
		errors.As(err, &denied)
		guard.Decided(e, c.Asked, c.Decision, denied)
	}
	e.Additional.PolicyFindings = findingNames(c.Findings, maxFindings)
	if err == nil {
		e.Additional.IssuedAccessKeyID = c.Issued
		// What was made goes on record (ids, names), what was read does not; of credentials their key id is.
		if out != nil && !e.ReadOnly {
			e.ResponseElements = p.req.Record(out)
		}
	}
	return e
}

// maxStranger is how long the parameters of a call may be whose caller did not prove who he is, to go on record, in bytes.
const maxStranger = 2048

// maxBrief is how much of a stranger's text goes on record, in bytes.
const maxBrief = 256

// brief is a text cut short and without what would take more room escaped than it does here.
func brief(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '<' || r == '>' || r == '&' || r == 0xfffd {
			return '?'
		}
		return r
	}, s[:min(len(s), maxBrief)])
	return s
}
