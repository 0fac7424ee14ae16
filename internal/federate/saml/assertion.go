package saml

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Times that do not come from a response.
const (
	// Redeem is how long after its issue an assertion can be used (AWS STS API Reference, AssumeRoleWithSAML).
	Redeem = 5 * time.Minute
	// Ahead is how far a provider's clock may be ahead of ours. Behind costs nothing here: it only makes assertions expire earlier.
	Ahead = 2 * time.Minute
)

// MaxResponse is the longest response, in characters of base64 (AssumeRoleWithSAML, parameter SAMLAssertion).
const MaxResponse = 100000

// Here says what an assertion has to be for. The zero value is for AWS's sign-in.
type Here struct {
	// Recipients are the endpoints an assertion may have been made for; none means AWS's, global, regional, or with ProviderID.
	Recipients []string
	// Audiences are what it may be restricted to; none means urn:amazon:webservices and AWS's endpoints.
	Audiences []string
	// ProviderID is the unique id of the provider, which AWS's endpoint has at its end when assertions may be encrypted.
	ProviderID string
}

// Assertion is what a provider said, once its signature was found good. Nothing in it is from outside the signature.
type Assertion struct {
	ID        string // unique for this provider
	Issuer    string
	Issued    time.Time
	Until     time.Time // from then on it can not be used, whatever it says itself
	Subject   string
	Format    string // of Subject, as a URI; "" if it has none
	Recipient string
	// SessionEnds is when sessions made from it have to end; zero if the provider does not say.
	SessionEnds time.Time

	attributes []attribute
}

type attribute struct {
	name   string
	values []string
}

// Values are all values of an attribute, in their order, whether or not they were said in one place.
func (a *Assertion) Values(name string) []string {
	var list []string
	for i := range a.attributes {
		if a.attributes[i].name == name {
			list = append(list, a.attributes[i].values...)
		}
	}
	return list
}

// Verify reads a response in base64, as a browser would have posted it. The error is a *[Problem].
//
// A response may be the answer to a request of a service that this server took the place of; InResponseTo is not compared with
// anything, because no request is ever sent from here and whoever presents a response gets the credentials himself.
func (p *Provider) Verify(response string, here *Here, now time.Time) (*Assertion, error) {
	if len(response) > MaxResponse {
		return nil, problem(Encoding, "longer than 100,000 characters")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(response), ""))
	if err != nil {
		return nil, problem(Encoding, "not base64")
	}
	root, err := parse(raw, responseBounds)
	if err != nil {
		return nil, problem(Form, "the response is malformed: "+err.Error())
	}
	e, err := open(root)
	if err != nil {
		return nil, err
	}
	signed, err := p.verified(raw, e, now)
	if err != nil {
		return nil, err
	}
	// From here on nothing is read from the response as it came, but for parts of an unsigned envelope that can only make it refused.
	around, assertion := e.response, signed
	if signed.is(nsProtocol, "Response") {
		around, assertion = signed, signed.only(nsAssertion, "Assertion")
	}
	if assertion == nil || assertion.value("ID") != e.assertion.value("ID") || !assertionForm(assertion) {
		return nil, problem(Signature, "the signature is over another assertion")
	}
	if err := p.envelope(around, here); err != nil {
		return nil, err
	}
	return p.assertion(assertion, here, now)
}

const statusSuccess = "urn:oasis:names:tc:SAML:2.0:status:Success"

// envelope checks what the Response itself says.
func (p *Provider) envelope(r *node, here *Here) error {
	status := r.only(nsProtocol, "Status")
	if status == nil {
		return problem(Form, "a response without a status")
	}
	if code := status.only(nsProtocol, "StatusCode"); code == nil || code.value("Value") != statusSuccess {
		return problem(Status, "the provider did not succeed")
	}
	if to, ok := r.get("Destination"); ok && to != "" && !here.recipient(to) {
		return problem(Recipient, "the response is for another destination")
	}
	if issuer := r.only(nsAssertion, "Issuer"); issuer != nil && !p.issued(issuer) {
		return problem(Issuer, "the response is of another issuer than the provider's metadata")
	}
	return nil
}

const formatEntity = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

func (p *Provider) issued(n *node) bool {
	text, ok := n.plain()
	format := n.value("Format")
	return ok && text == p.entityID && (format == "" || format == formatEntity)
}

// assertion reads the signed assertion.
func (p *Provider) assertion(n *node, here *Here, now time.Time) (*Assertion, error) {
	a := &Assertion{ID: n.value("ID"), Issuer: p.entityID}
	if !p.issued(n.only(nsAssertion, "Issuer")) {
		return nil, problem(Issuer, "the assertion is of another issuer than the provider's metadata")
	}
	var ok bool
	if a.Issued, ok = instant(n.value("IssueInstant")); !ok {
		return nil, problem(Form, "the assertion does not say when it was issued")
	}
	switch {
	case a.Issued.After(now.Add(Ahead)):
		return nil, problem(Early, "the assertion was issued in the future")
	case !now.Before(a.Issued.Add(Redeem)):
		return nil, problem(Stale, "the assertion was issued too long ago")
	}
	a.Until = a.Issued.Add(Redeem)
	for _, read := range []func(*node, *Here, time.Time) error{a.subject, a.conditions, a.authn, a.said} {
		if err := read(n, here, now); err != nil {
			return nil, err
		}
	}
	return a, nil
}

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"

// subject reads who is meant, and that whoever presents the assertion may be taken for him: exactly one confirmation, as bearer, with
// an end and a recipient.
func (a *Assertion) subject(n *node, here *Here, now time.Time) error {
	s := n.only(nsAssertion, "Subject")
	if s == nil {
		return problem(Subject, "no subject")
	}
	id, ok := s.only(nsAssertion, "NameID").plain()
	if !ok || id == "" || len(id) > maxValue {
		return problem(Subject, "no subject, or one that is not plain text")
	}
	a.Subject, a.Format = id, s.only(nsAssertion, "NameID").value("Format")
	c := s.only(nsAssertion, "SubjectConfirmation")
	if c == nil || c.value("Method") != bearer || len(s.children) != 2 {
		return problem(Subject, "not exactly one confirmation, as bearer")
	}
	data := c.only(nsAssertion, "SubjectConfirmationData")
	if data == nil {
		return problem(Subject, "a confirmation without data")
	}
	if a.Recipient = data.value("Recipient"); !here.recipient(a.Recipient) {
		return problem(Recipient, "the assertion is for another recipient")
	}
	if _, ok := data.get("NotOnOrAfter"); !ok {
		return problem(Subject, "a confirmation without an end")
	}
	return a.within(data, now)
}

// within checks the times of an element and takes over its end.
func (a *Assertion) within(n *node, now time.Time) error {
	if text, ok := n.get("NotBefore"); ok {
		t, ok := instant(text)
		if !ok {
			return problem(Form, "NotBefore is no time")
		}
		if t.After(now.Add(Ahead)) {
			return problem(Early, "the assertion is not valid yet")
		}
	}
	if text, ok := n.get("NotOnOrAfter"); ok {
		t, ok := instant(text)
		if !ok {
			return problem(Form, "NotOnOrAfter is no time")
		}
		if !now.Before(t) {
			return problem(Expired, "the assertion is no longer valid")
		}
		if t.Before(a.Until) {
			a.Until = t
		}
	}
	return nil
}

// conditions wants the assertion to be restricted to this server. OneTimeUse and ProxyRestriction ask for no more than holds anyway;
// a condition that is not understood is not met (SAML core, 2.5.1).
func (a *Assertion) conditions(n *node, here *Here, now time.Time) error {
	c := n.only(nsAssertion, "Conditions")
	if c == nil {
		return problem(Audience, "no conditions")
	}
	restricted := false
	for _, r := range c.children {
		switch {
		case r.is(nsAssertion, "OneTimeUse"), r.is(nsAssertion, "ProxyRestriction"):
		case r.is(nsAssertion, "AudienceRestriction"):
			if !slices.ContainsFunc(r.all(nsAssertion, "Audience"), here.audience) {
				return problem(Audience, "the assertion is for another audience")
			}
			restricted = true
		default:
			return problem(Audience, "a condition that is not understood")
		}
	}
	if !restricted {
		return problem(Audience, "the assertion is restricted to no audience")
	}
	return a.within(c, now)
}

// authn wants a statement that the subject was authenticated, and takes over when his session has to end.
func (a *Assertion) authn(n *node, _ *Here, now time.Time) error {
	list := n.all(nsAssertion, "AuthnStatement")
	if len(list) == 0 {
		return problem(Authn, "no AuthnStatement")
	}
	for _, s := range list {
		text, ok := s.get("SessionNotOnOrAfter")
		if !ok {
			continue
		}
		t, ok := instant(text)
		if !ok {
			return problem(Form, "SessionNotOnOrAfter is no time")
		}
		if !now.Before(t) {
			return problem(Expired, "the session at the provider is over")
		}
		if a.SessionEnds.IsZero() || t.Before(a.SessionEnds) {
			a.SessionEnds = t
		}
	}
	return nil
}

// maxValue is the longest value of an attribute, in bytes.
const maxValue = 2048

// said reads the attributes. A value is text, or one NameID as eduPersonTargetedID has it.
func (a *Assertion) said(n *node, _ *Here, _ time.Time) error {
	for _, s := range n.all(nsAssertion, "AttributeStatement") {
		for _, at := range s.children {
			if !at.is(nsAssertion, "Attribute") || at.value("Name") == "" {
				return problem(Form, "an attribute statement with anything but named attributes")
			}
			to := attribute{name: at.value("Name")}
			for _, v := range at.children {
				if !v.is(nsAssertion, "AttributeValue") {
					return problem(Form, "an attribute with anything but values")
				}
				if id := v.only(nsAssertion, "NameID"); id != nil && len(v.children) == 1 && v.blank() {
					v = id
				}
				text, ok := v.plain()
				if !ok || len(text) > maxValue {
					return problem(Form, "an attribute value that is not plain text, or too long")
				}
				to.values = append(to.values, text)
			}
			a.attributes = append(a.attributes, to)
		}
	}
	return nil
}

// signIn is AWS's endpoint: global or regional, with a provider's unique id at its end or not.
var signIn = regexp.MustCompile(`^https://(?:[a-z0-9-]{1,32}\.)?signin\.aws\.amazon\.com/saml(?:/acs/([A-Za-z0-9]{1,64}))?$`)

func (h *Here) recipient(url string) bool {
	if len(h.Recipients) > 0 {
		return slices.Contains(h.Recipients, url)
	}
	return h.signIn(url)
}

func (h *Here) audience(n *node) bool {
	text, ok := n.plain()
	if !ok {
		return false
	}
	if len(h.Audiences) > 0 {
		return slices.Contains(h.Audiences, text)
	}
	return text == "urn:amazon:webservices" || h.signIn(text)
}

func (h *Here) signIn(url string) bool {
	m := signIn.FindStringSubmatch(url)
	return m != nil && (m[1] == "" || m[1] == h.ProviderID)
}
