package sigv4

import (
	"net/http"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/sign"
)

// Headers and query parameters that carry a signature. The header names are in http.Header's spelling.
const (
	headerAuthorization = "Authorization"
	headerDate          = "X-Amz-Date"
	headerToken         = "X-Amz-Security-Token"
	headerPayload       = "X-Amz-Content-Sha256"

	queryAlgorithm  = "X-Amz-Algorithm"
	queryCredential = "X-Amz-Credential"
	queryDate       = "X-Amz-Date"
	queryExpires    = "X-Amz-Expires"
	querySigned     = "X-Amz-SignedHeaders"
	querySignature  = "X-Amz-Signature"
	queryToken      = "X-Amz-Security-Token"
	queryPayload    = "X-Amz-Content-Sha256"

	legacyKey = "AWSAccessKeyId" // of signature version 2
)

// stampForm is the basic form of ISO 8601 that X-Amz-Date has.
const stampForm = "20060102T150405Z"

func secretOf(s string) sign.Secret { return secret.New(s) }

// queryParts are the authentication parameters of a query, decoded.
type queryParts struct {
	algorithm, credential, date, expires, signed, signature, token, payload *string
}

// slot returns where the parameter belongs, and nil when it is none of the eight. False when its case is not the exact one.
func (q *queryParts) slot(name string) (slot **string, exact bool) {
	if len(name) < len(queryDate) || !strings.EqualFold(name[:6], "X-Amz-") {
		return nil, true
	}
	for _, known := range [...]struct {
		name string
		slot **string
	}{
		{queryAlgorithm, &q.algorithm}, {queryCredential, &q.credential}, {queryDate, &q.date}, {queryExpires, &q.expires},
		{querySigned, &q.signed}, {querySignature, &q.signature}, {queryToken, &q.token}, {queryPayload, &q.payload},
	} {
		if len(name) == len(known.name) && strings.EqualFold(name, known.name) {
			return known.slot, name == known.name
		}
	}
	return nil, true
}

// readQuery collects the authentication parameters. Doubled or oddly cased ones are ambiguous.
func readQuery(list []param) (q queryParts, legacy bool, err error) {
	for _, p := range list {
		if len(p.name) == len(legacyKey) && strings.EqualFold(p.name, legacyKey) {
			legacy = true
		}
		slot, exact := q.slot(p.name)
		if slot == nil {
			continue
		}
		if !exact || *slot != nil {
			return q, false, &sign.Problem{Kind: sign.Ambiguous, Presigned: true, Field: p.name}
		}
		// The canonical encoding of a parameter always decodes.
		value, _ := decode(p.value, false)
		*slot = &value
	}
	return q, legacy, nil
}

// any reports whether the query says anything that only a signed request says.
func (q *queryParts) any() bool {
	return q.algorithm != nil || q.credential != nil || q.signed != nil || q.signature != nil
}

// find decides where the signature is and collects its parts. It is in one place or the request is refused.
func find(d *Request, list []param) (*parts, error) {
	q, legacy, err := readQuery(list)
	if err != nil {
		return nil, err
	}
	authorization, present, err := d.one(headerAuthorization)
	if err != nil {
		return nil, err
	}
	if present {
		if q.any() || q.date != nil || q.expires != nil || q.token != nil || legacy {
			return nil, &sign.Problem{Kind: sign.Ambiguous, Field: headerAuthorization}
		}
		return fromHeader(d, authorization)
	}
	if q.any() {
		return fromQuery(d, &q)
	}
	if legacy {
		return nil, &sign.Problem{Kind: sign.Unsupported, Presigned: true, Given: "AWS signature version 2"}
	}
	return nil, &sign.Problem{Kind: sign.MissingToken}
}

// fromHeader reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`. Some clients write no blank after the commas.
func fromHeader(d *Request, authorization string) (*parts, error) {
	if authorization == "" {
		return nil, &sign.Problem{Kind: sign.MissingToken}
	}
	if len(authorization) > MaxAuthorization {
		return nil, &sign.Problem{Kind: sign.TooLarge, Field: headerAuthorization, Limit: MaxAuthorization}
	}
	name, rest := authorization, ""
	if i := strings.IndexAny(authorization, " \t"); i >= 0 {
		name, rest = authorization[:i], authorization[i+1:]
	}
	if name != scheme {
		return nil, &sign.Problem{Kind: sign.Unsupported, Given: name}
	}
	p := &parts{authorization: authorization}
	if err := p.readPairs(rest); err != nil {
		return nil, err
	}
	var err error
	if p.stamp, _, err = d.one(headerDate); err != nil {
		return nil, err
	}
	if _, given := d.Header[headerDate]; !given {
		if p.stamp, _, err = d.one("Date"); err != nil {
			return nil, err
		}
	}
	if p.token, _, err = d.one(headerToken); err != nil {
		return nil, err
	}
	p.payload, _, err = d.one(headerPayload)
	return p, err
}

func (p *parts) readPairs(rest string) error {
	if strings.Trim(rest, " \t") == "" {
		return nil
	}
	if strings.Count(rest, ",") > 8 {
		return &sign.Problem{Kind: sign.Malformed, Field: headerAuthorization}
	}
	for pair := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.Trim(pair, " \t"), "=")
		if !ok {
			return &sign.Problem{Kind: sign.Malformed, Field: headerAuthorization}
		}
		var slot *string
		switch name {
		case "Credential":
			slot = &p.credential
		case "SignedHeaders":
			slot = &p.signedList
		case "Signature":
			slot = &p.signature
		default:
			return &sign.Problem{Kind: sign.Malformed, Field: headerAuthorization, Given: name}
		}
		if *slot != "" {
			return &sign.Problem{Kind: sign.Ambiguous, Field: name}
		}
		*slot = value
	}
	return nil
}

// fromQuery reads a presigned request. What the query says, a header may not say again.
func fromQuery(d *Request, q *queryParts) (*parts, error) {
	p := &parts{presigned: true, hasExpires: q.expires != nil}
	for _, both := range [...]struct {
		slot         *string
		query        *string
		header, name string
	}{
		{&p.credential, q.credential, "", ""}, {&p.signature, q.signature, "", ""}, {&p.signedList, q.signed, "", ""},
		{&p.expires, q.expires, "", ""}, {&p.stamp, q.date, headerDate, queryDate},
		{&p.token, q.token, headerToken, queryToken}, {&p.payload, q.payload, headerPayload, queryPayload},
	} {
		if both.query != nil {
			*both.slot = *both.query
		}
		if both.header == "" {
			continue
		}
		value, present, err := d.one(both.header)
		if err != nil {
			return nil, err
		}
		if present && both.query != nil {
			return nil, &sign.Problem{Kind: sign.Ambiguous, Presigned: true, Field: both.name}
		}
		if present {
			*both.slot = value
		}
	}
	if q.algorithm == nil || *q.algorithm == "" {
		missing := append([]string{queryAlgorithm}, p.missing()...)
		return nil, &sign.Problem{Kind: sign.Incomplete, Presigned: true, Missing: missing}
	}
	if *q.algorithm != scheme {
		return nil, &sign.Problem{Kind: sign.Unsupported, Presigned: true, Given: *q.algorithm}
	}
	return p, nil
}

// readDate reads the signing time. X-Amz-Date has one form; a Date header may also have the form of HTTP.
func readDate(d *Request, p *parts) (time.Time, error) {
	date, err := time.Parse(stampForm, p.stamp)
	if err == nil && len(p.stamp) == len(stampForm) {
		return date, nil
	}
	field := headerDate
	if _, given := d.Header[headerDate]; !p.presigned && !given {
		field = "Date"
		if date, err := http.ParseTime(p.stamp); err == nil {
			return date.UTC(), nil
		}
	}
	return time.Time{}, &sign.Problem{Kind: sign.BadDate, Presigned: p.presigned, Field: field, Given: p.stamp}
}
