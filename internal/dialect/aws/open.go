package aws

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/daypass/daypass/internal/dialect"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/sign/sigv4"
	"github.com/daypass/daypass/internal/wire"
)

// service is one API of the door.
type service struct {
	name      string // in the credential scope
	version   string
	namespace string
	target    string // stands before the operation in X-Amz-Target; "" for the services of the query protocol
	source    string // event source of the audit record
	json      bool   // answers in JSON when asked
	table     *op.Table
}

// Dialect implements [dialect.Dialect] for AWS.
type Dialect struct {
	services []*service
	keys     *sigv4.KeyCache
}

// New makes the dialect. keys may be nil: signing keys are then derived anew for every request.
func New(keys *sigv4.KeyCache) *Dialect {
	return &Dialect{services: limited(services(false)), keys: keys}
}

// NewStrict is New without anything that AWS does not have in AWS's own operations. Daypass's service stays beside them.
func NewStrict(keys *sigv4.KeyCache) *Dialect {
	return &Dialect{services: limited(services(true)), keys: keys}
}

// Name implements [dialect.Dialect].
func (*Dialect) Name() string { return "aws" }

// Claim implements [dialect.Dialect]. What carries no signature at all is claimed at the root path, where the API lives, so that
// the caller is told in its own form what is missing.
func (*Dialect) Claim(r *http.Request) bool {
	if strings.HasPrefix(r.Header.Get("Authorization"), string(sign.SigV4)) {
		return true
	}
	q := r.URL.RawQuery
	if strings.Contains(q, "X-Amz-Algorithm=") || strings.Contains(q, "X-Amz-Credential=") || strings.Contains(q, "X-Amz-Signature=") {
		return true
	}
	return r.URL.Path == "/"
}

// Open implements [dialect.Dialect].
func (d *Dialect) Open(r *http.Request, body []byte, id string) (*dialect.Request, error) {
	if targets := r.Header[targetHeader]; len(targets) > 0 {
		return d.openTarget(r, body, id, targets)
	}
	req := &dialect.Request{ID: id, Source: "sts.amazonaws.com", Service: "sts"}
	form, formErr := parseForm(r, body)
	if form != nil {
		req.Version, _ = form.Get("Version")
		req.Operation, _ = form.Get("Action")
	}
	svc := d.find(req.Version, r)
	req.Service, req.Source = svc.name, svc.source
	req.JSON = svc.json && wantsJSON(r)
	claim, err := sigv4.Rules{Services: []string{svc.name}, PresignedLife: sigv4.DefaultExpiry, Keys: d.keys}.Parse(sigv4.FromHTTP(r, body))
	switch {
	case err == nil:
		req.Claim, req.Region = claim, claim.Region
	case sign.KindOf(err) != sign.MissingToken:
		return req, err
	}
	req.Fault = formErr
	req.Table = noOperations
	if req.Version == svc.version && svc.target == "" {
		req.Table = svc.table
	}
	req.Decode = func(in wire.Shape) error {
		if v := wire.ReadForm(form, in, wire.MemberList); len(v) > 0 {
			return &violations{list: v}
		}
		return nil
	}
	req.Record = record
	return req, nil
}

// record is an input as the audit record shows it.
func record(in wire.Shape) json.RawMessage {
	return wire.AppendJSON(nil, in, wire.JSONStyle{LowerCamel: true, Redact: true, Time: wire.AppendJSONTime})
}

// noVersion is what AWS calls a missing version in its texts.
const noVersion = "NO_VERSION_SPECIFIED"

// noOperations is the table of an unknown version.
var noOperations = op.NewTable(nil)

// parseForm reads the parameters of body and query as one form; a parameter in both is refused, for two readers could take
// either.
func parseForm(r *http.Request, body []byte) (*wire.Form, error) {
	form, err := wire.ParseForm(body, wire.FormLimits{})
	if err != nil || r.URL.RawQuery == "" {
		return form, err
	}
	query, err := wire.ParseForm([]byte(r.URL.RawQuery), wire.FormLimits{})
	if err != nil {
		return nil, err
	}
	return form.Join(query)
}

// find says which service a request means: by its version, for an unknown one by the scope of its signature, and else STS.
func (d *Dialect) find(version string, r *http.Request) *service {
	for _, s := range d.services {
		if s.version == version && s.target == "" {
			return s
		}
	}
	credential := r.Header.Get("Authorization")
	if credential == "" {
		credential, _ = url.QueryUnescape(r.URL.RawQuery)
	}
	for _, s := range d.services {
		if strings.Contains(credential, "/"+s.name+"/aws4_request") {
			return s
		}
	}
	return d.services[0]
}

func wantsJSON(r *http.Request) bool {
	for media := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		media, _, _ = strings.Cut(media, ";")
		switch strings.ToLower(strings.TrimSpace(media)) {
		case "application/json":
			return true
		case "text/xml", "application/xml":
			return false
		}
	}
	return false
}
