package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// MaxText is the most bytes one text of an event takes up before escaping. What is cut off is replaced by "…".
const MaxText = 4096

// MaxBytes is the most bytes of one record.
const MaxBytes = 1 << 20

// omitted stands for what a record had no room for.
const omitted = `{"omitted":true}`

// Append appends e as one line of JSON, with the line feed, to dst. It fails when requestParameters or responseElements
// are no JSON, or when e is too long without them and without the explanation.
func Append(dst []byte, e *Event) ([]byte, error) {
	var explanation []byte
	if e.Additional.Explanation != nil {
		var err error
		if explanation, err = json.Marshal(e.Additional.Explanation); err != nil {
			return dst, fmt.Errorf("audit: encode explanation: %w", err)
		}
	}
	for _, raw := range []json.RawMessage{e.RequestParameters, e.ResponseElements} {
		if len(raw) > 0 && !plainJSON(raw) {
			return dst, errors.New("audit: event parameters are not one line of JSON")
		}
	}
	start := len(dst)
	l := &line{b: dst}
	l.event(e, explanation, e.RequestParameters, e.ResponseElements)
	if len(l.b)-start > MaxBytes && explanation != nil {
		l.b = l.b[:start]
		l.event(e, nil, e.RequestParameters, e.ResponseElements)
	}
	if len(l.b)-start > MaxBytes {
		// What was answered follows from what was asked; what was asked follows from nothing else.
		l.b = l.b[:start]
		l.event(e, nil, e.RequestParameters, json.RawMessage(omitted))
	}
	if len(l.b)-start > MaxBytes {
		l.b = l.b[:start]
		l.event(e, nil, json.RawMessage(omitted), json.RawMessage(omitted))
	}
	if len(l.b)-start > MaxBytes {
		return dst, fmt.Errorf("audit: event takes more than %d bytes", MaxBytes)
	}
	return l.b, nil
}

// plainJSON reports whether raw looks like one JSON value without line breaks, which would split the record. That it is
// well formed is the word of whoever encoded it: to parse it again for every request would cost more than to write it.
func plainJSON(raw []byte) bool {
	if bytes.IndexByte(raw, '\n') >= 0 || bytes.IndexByte(raw, '\r') >= 0 {
		return false
	}
	switch last := raw[len(raw)-1]; raw[0] {
	case '{':
		return last == '}'
	case '[':
		return last == ']'
	case '"':
		return last == '"'
	}
	return string(raw) == "null"
}

// Decode reads one record that [Append] wrote. Members it does not know are skipped: a newer server may have written them.
func Decode(record []byte) (*Event, error) {
	if len(record) > MaxBytes {
		return nil, fmt.Errorf("audit: record takes more than %d bytes", MaxBytes)
	}
	e := new(Event)
	if err := json.Unmarshal(record, e); err != nil {
		return nil, fmt.Errorf("audit: decode record: %w", err)
	}
	if string(e.RequestParameters) == "null" {
		e.RequestParameters = nil
	}
	if string(e.ResponseElements) == "null" {
		e.ResponseElements = nil
	}
	return e, nil
}

// line writes the members of one record. It is written out by hand because every request pays for it.
type line struct{ b []byte }

func (l *line) event(e *Event, explanation, parameters, elements []byte) {
	l.b = append(l.b, `{"eventVersion":"`+Version+`","userIdentity":`...)
	l.identity(&e.Identity)
	l.b = append(l.b, `,"eventTime":"`...)
	l.b = e.Time.UTC().AppendFormat(l.b, timeFormat)
	l.b = append(l.b, '"')
	l.always("eventSource", e.Source)
	l.always("eventName", e.Name)
	l.always("awsRegion", e.Region)
	l.always("sourceIPAddress", e.SourceIP)
	l.text("userAgent", e.UserAgent)
	l.text("errorCode", e.ErrorCode)
	l.text("errorMessage", e.ErrorMessage)
	l.raw("requestParameters", parameters)
	l.raw("responseElements", elements)
	l.b = append(l.b, `,"additionalEventData":`...)
	l.additional(&e.Additional, explanation)
	l.always("requestID", e.RequestID)
	l.always("eventID", e.ID)
	l.flag("readOnly", e.ReadOnly)
	l.b = append(l.b, `,"eventType":"AwsApiCall"`...)
	l.flag("managementEvent", e.ManagementEvent)
	l.text("recipientAccountId", e.RecipientAccount)
	if e.ManagementEvent {
		l.b = append(l.b, `,"eventCategory":"Management"`...)
	} else {
		l.b = append(l.b, `,"eventCategory":"Data"`...)
	}
	l.b = append(l.b, '}', '\n')
}

func (l *line) identity(id *Identity) {
	l.open()
	l.always("type", id.Type)
	l.text("principalId", id.PrincipalID)
	l.text("arn", id.ARN)
	l.text("accountId", id.AccountID)
	l.text("accessKeyId", id.AccessKeyID)
	l.text("userName", id.UserName)
	l.text("identityProvider", id.IdentityProvider)
	if s := id.Session; s != nil {
		l.name("sessionContext")
		l.open()
		if s.Issuer != nil {
			l.name("sessionIssuer")
			l.open()
			l.always("type", s.Issuer.Type)
			l.always("principalId", s.Issuer.PrincipalID)
			l.always("arn", s.Issuer.ARN)
			l.always("accountId", s.Issuer.AccountID)
			l.always("userName", s.Issuer.UserName)
			l.close()
		}
		l.name("attributes")
		l.b = s.Attributes.append(l.b)
		l.text("sourceIdentity", s.SourceIdentity)
		l.close()
	}
	l.close()
}

func (l *line) additional(a *Additional, explanation []byte) {
	l.open()
	if d := a.Decision; d != nil {
		l.name("decision")
		l.open()
		l.always("verdict", d.Verdict.String())
		l.always("layer", d.Layer.String())
		l.text("action", d.Action)
		l.text("resource", d.Resource)
		for i := range d.Policies {
			g := &d.Policies[i]
			if i == 0 {
				l.name("policies")
				l.b = append(l.b, '[')
			} else {
				l.b = append(l.b, ',')
			}
			l.open()
			l.always("id", g.ID)
			l.always("type", g.Type)
			l.name("statement")
			l.b = strconv.AppendInt(l.b, int64(g.Statement), 10)
			l.text("sid", g.Sid)
			l.close()
		}
		if len(d.Policies) > 0 {
			l.b = append(l.b, ']')
		}
		l.close()
	}
	if explanation != nil {
		l.raw("explanation", explanation)
	}
	if a.ExplanationOmitted || a.Explanation != nil && explanation == nil {
		l.flag("explanationOmitted", true)
	}
	for i, f := range a.PolicyFindings {
		if i == 0 {
			l.name("policyFindings")
			l.b = append(l.b, '[')
		} else {
			l.b = append(l.b, ',')
		}
		l.b = appendText(l.b, f)
	}
	if len(a.PolicyFindings) > 0 {
		l.b = append(l.b, ']')
	}
	l.text("issuedAccessKeyId", a.IssuedAccessKeyID)
	l.text("parentAccessKeyId", a.ParentAccessKeyID)
	l.text("originAccessKeyId", a.OriginAccessKeyID)
	l.close()
}

func (l *line) open()  { l.b = append(l.b, '{') }
func (l *line) close() { l.b = append(l.b, '}') }

// name starts a member; names are constants of this file and need no escaping.
func (l *line) name(name string) {
	if l.b[len(l.b)-1] != '{' {
		l.b = append(l.b, ',')
	}
	l.b = append(l.b, '"')
	l.b = append(l.b, name...)
	l.b = append(l.b, '"', ':')
}

func (l *line) always(name, value string) {
	l.name(name)
	l.b = appendText(l.b, value)
}

func (l *line) text(name, value string) {
	if value != "" {
		l.always(name, value)
	}
}

func (l *line) flag(name string, value bool) {
	l.name(name)
	l.b = strconv.AppendBool(l.b, value)
}

func (l *line) raw(name string, value []byte) {
	l.name(name)
	if len(value) == 0 {
		l.b = append(l.b, "null"...)
		return
	}
	l.b = append(l.b, value...)
}

const timeFormat = "2006-01-02T15:04:05Z"

// CloudTrail writes the multi-factor flag as a text.
func (a Attributes) append(b []byte) []byte {
	b = append(b, '{')
	if !a.Created.IsZero() {
		b = append(b, `"creationDate":"`...)
		b = a.Created.UTC().AppendFormat(b, timeFormat)
		b = append(b, '"', ',')
	}
	b = append(b, `"mfaAuthenticated":"`...)
	b = strconv.AppendBool(b, a.MFA)
	return append(b, '"', '}')
}

// MarshalJSON writes CloudTrail's names.
func (a Attributes) MarshalJSON() ([]byte, error) { return a.append(nil), nil }

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Attributes) UnmarshalJSON(data []byte) error {
	var in struct {
		Created time.Time `json:"creationDate"`
		MFA     string    `json:"mfaAuthenticated"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*a = Attributes{Created: in.Created, MFA: in.MFA == "true"}
	return nil
}

const hexDigits = "0123456789abcdef"

// appendText appends s as a JSON string: cut at MaxText, invalid UTF-8 replaced, control characters escaped.
func appendText(b []byte, s string) []byte {
	cut := false
	if len(s) > MaxText {
		end := MaxText
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s, cut = s[:end], true
	}
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < 0x7f {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= utf8.RuneSelf:
			b = append(b, `\ufffd`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	if cut {
		b = append(b, "…"...)
	}
	return append(b, '"')
}
