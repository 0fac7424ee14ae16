package saml

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the metadata of one provider may be. MaxMetadata is in bytes; the longest seen in the field, of a federation server that
// lists every claim it knows, has some 80,000.
const (
	MaxMetadata     = 100_000
	maxCertificates = 10
	maxEntityID     = 1024 // SAML core, 8.3.6
)

// Description is what metadata says of an identity provider.
type Description struct {
	EntityID      string
	Certificates  [][]byte // DER; the keys it signs with, in the document's order
	NameIDFormats []string
	ValidUntil    time.Time // the earliest end that the document itself sets; zero if none
}

// ParseMetadata reads the metadata of one identity provider: an EntityDescriptor, alone or as the only one of an
// EntitiesDescriptor, with one IDPSSODescriptor for SAML 2.0 that has at least one certificate to sign with. A signature on the
// document itself is not looked at: whoever may store metadata vouches for it. The error is a *[Problem] of kind Metadata.
func ParseMetadata(doc []byte) (*Description, error) {
	// Some federation servers write their metadata with a byte order mark.
	doc = bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf"))
	root, err := parse(doc, bounds{bytes: MaxMetadata, depth: 32, elements: 5000, attrs: 64, comments: true})
	if err != nil {
		return nil, problem(Metadata, err.Error())
	}
	d := &Description{}
	if !d.until(root) {
		return nil, problem(Metadata, "validUntil is no time")
	}
	entity := root
	if root.is(nsMetadata, "EntitiesDescriptor") {
		if entity = root.only(nsMetadata, "EntityDescriptor"); entity == nil || !d.until(entity) {
			return nil, problem(Metadata, "not exactly one EntityDescriptor")
		}
	}
	if !entity.is(nsMetadata, "EntityDescriptor") {
		return nil, problem(Metadata, "the document is no EntityDescriptor")
	}
	d.EntityID = strings.Trim(entity.value("entityID"), " \t\r\n")
	if d.EntityID == "" || len(d.EntityID) > maxEntityID {
		return nil, problem(Metadata, "no entityID, or one too long")
	}
	idp := entity.only(nsMetadata, "IDPSSODescriptor")
	if idp == nil || !slices.Contains(strings.Fields(idp.value("protocolSupportEnumeration")), nsProtocol) || !d.until(idp) {
		return nil, problem(Metadata, "not exactly one IDPSSODescriptor for SAML 2.0")
	}
	for _, f := range idp.all(nsMetadata, "NameIDFormat") {
		if text, ok := f.plain(); ok && text != "" {
			d.NameIDFormats = append(d.NameIDFormats, text)
		}
	}
	if err := d.keys(idp); err != nil {
		return nil, err
	}
	return d, nil
}

// until takes over an element's validUntil when it is the earliest so far.
func (d *Description) until(n *node) bool {
	text, ok := n.get("validUntil")
	if !ok {
		return true
	}
	t, ok := instant(text)
	if ok && (d.ValidUntil.IsZero() || t.Before(d.ValidUntil)) {
		d.ValidUntil = t
	}
	return ok
}

// keys takes over the certificates for signing. What is for encryption only, or has a key that is not used here, is left out.
func (d *Description) keys(idp *node) error {
	for _, k := range idp.all(nsMetadata, "KeyDescriptor") {
		if use, ok := k.get("use"); ok && use != "signing" {
			continue
		}
		for _, info := range k.all(nsSignature, "KeyInfo") {
			for _, data := range info.all(nsSignature, "X509Data") {
				for _, c := range data.all(nsSignature, "X509Certificate") {
					text, plain := c.plain()
					cert, ok := certificate(text)
					if !plain || !ok || slices.ContainsFunc(d.Certificates, func(der []byte) bool { return bytes.Equal(der, cert.Raw) }) {
						continue
					}
					d.Certificates = append(d.Certificates, cert.Raw)
				}
			}
		}
	}
	if n := len(d.Certificates); n == 0 || n > maxCertificates {
		return problem(Metadata, fmt.Sprintf("%d usable certificates to sign with", n))
	}
	return nil
}

// Ends is when the provider stops being believed if its metadata is not replaced: the end the metadata sets, or the end of the
// last certificate, whichever comes first.
func (d *Description) Ends() (time.Time, error) {
	p, err := NewProvider(d.EntityID, d.Certificates, d.ValidUntil)
	if err != nil {
		return time.Time{}, err
	}
	var last time.Time
	for _, c := range p.certificates {
		if c.NotAfter.After(last) {
			last = c.NotAfter
		}
	}
	if !d.ValidUntil.IsZero() && d.ValidUntil.Before(last) {
		last = d.ValidUntil
	}
	return last.UTC(), nil
}

// Provider is an identity provider whose responses can be verified.
type Provider struct {
	entityID     string
	certificates []*x509.Certificate
	validUntil   time.Time
}

// NewProvider makes a provider from what [ParseMetadata] said of it: certificates in DER, and when the metadata ends, zero for
// never.
func NewProvider(entityID string, certificates [][]byte, validUntil time.Time) (*Provider, error) {
	p := &Provider{entityID: entityID, validUntil: validUntil}
	for _, der := range certificates {
		c, err := x509.ParseCertificate(der)
		if err != nil || !usable(c) {
			return nil, problem(Metadata, "a stored certificate can not be used")
		}
		p.certificates = append(p.certificates, c)
	}
	return p, nil
}

// instant reads a time as SAML writes it: xs:dateTime with a zone, which is UTC (SAML core, 1.3.3).
func instant(text string) (time.Time, bool) {
	if len(text) > 64 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, strings.Trim(text, " \t\r\n"))
	return t.UTC(), err == nil
}
