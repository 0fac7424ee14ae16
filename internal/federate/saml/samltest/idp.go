// Package samltest is a small identity provider for tests: it writes metadata and signs responses, good ones and others.
//
// Only tests use it, of this module and of e2e. Times, ids and randomness are given.
package samltest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// IdP is an identity provider with one key.
type IdP struct {
	EntityID string
	Key      crypto.Signer // RSA or ECDSA
	Cert     []byte        // DER
	Random   io.Reader

	Hash     crypto.Hash         // 0 is SHA-256
	Prefixes string              // namespaces of the exclusive canonical form that count although nothing uses them
	Info     func(string) string // changes what is signed about the signature, in XML
}

// New makes a provider with a certificate that is valid from and until the times given.
func New(entityID string, key crypto.Signer, random io.Reader, from, until time.Time) (*IdP, error) {
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "signing"}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(random, of, of, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &IdP{EntityID: entityID, Key: key, Cert: der, Random: random}, nil
}

// Metadata describes the provider. It is longer than the 1,000 characters that AWS demands.
func (p *IdP) Metadata() string { return Metadata(p.EntityID, "", p.Cert) }

// Metadata describes a provider by its certificates; more is written into its EntityDescriptor tag.
func Metadata(entityID, more string, certs ...[]byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s"%s>
  <md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
`, escape(entityID), more)
	for _, c := range certs {
		fmt.Fprintf(&b, `    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
`, base64.StdEncoding.EncodeToString(c))
	}
	b.WriteString(`    <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso/post"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso/redirect"/>
  </md:IDPSSODescriptor>
  <md:Organization><md:OrganizationName xml:lang="en">Example</md:OrganizationName><md:OrganizationDisplayName xml:lang="en">Example, a company that exists for tests only</md:OrganizationDisplayName><md:OrganizationURL xml:lang="en">https://www.example.com/</md:OrganizationURL></md:Organization>
</md:EntityDescriptor>
`)
	return b.String()
}

// Response is what a provider says. Empty fields of text are left out of the response, but for those with a default in [Good].
type Response struct {
	ID, AssertionID      string
	Destination          string
	Issuer               string // of both; the provider's own if empty
	Status               string
	Subject, Format      string
	Recipient, Audience  string
	Issued               time.Time
	NotBefore, Until     time.Time
	SessionEnds          time.Time
	InResponseTo         string
	Attributes           []Attribute
	InSubject, Condition string // XML to be added to Subject and Conditions
	NoAuthn              bool

	SignResponse, SignAssertion bool
}

// Attribute is one attribute with its values.
type Attribute struct {
	Name   string
	Values []string
}

// AWS's names.
const (
	At       = "https://aws.amazon.com/SAML/Attributes/"
	SignIn   = "https://signin.aws.amazon.com/saml"
	Services = "urn:amazon:webservices"
)

// Good is a response that AWS takes: somebody as a role of a provider, at a time, the assertion signed. The id has to be new.
func Good(id, role, provider string, at time.Time) *Response {
	return &Response{
		ID: "_r" + id, AssertionID: "_a" + id, Destination: SignIn,
		Status:  "urn:oasis:names:tc:SAML:2.0:status:Success",
		Subject: "carol@example.com", Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		Recipient: SignIn, Audience: Services, Issued: at, NotBefore: at.Add(-30 * time.Second), Until: at.Add(5 * time.Minute),
		Attributes: []Attribute{
			{At + "Role", []string{role + "," + provider}},
			{At + "RoleSessionName", []string{"carol"}},
		},
		SignAssertion: true,
	}
}

// Set replaces an attribute; no values take it away.
func (r *Response) Set(name string, values ...string) *Response {
	list := []Attribute{}
	for _, a := range r.Attributes {
		if a.Name != name {
			list = append(list, a)
		}
	}
	if len(values) > 0 {
		list = append(list, Attribute{name, values})
	}
	r.Attributes = list
	return r
}

// Encode is the response as it is posted.
func (p *IdP) Encode(r *Response) (string, error) {
	doc, err := p.Document(r)
	if err != nil {
		return "", err
	}
	return Base64(doc), nil
}

// Base64 is a document as it is posted.
func Base64(doc *etree.Document) string {
	raw, err := doc.WriteToBytes()
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// Document writes the response and signs it.
func (p *IdP) Document(r *Response) (*etree.Document, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromString(p.text(r)); err != nil {
		return nil, err
	}
	if r.SignAssertion {
		if err := p.Sign(doc.FindElement("/Response/Assertion")); err != nil {
			return nil, err
		}
	}
	if r.SignResponse {
		if err := p.Sign(doc.Root()); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

// Sign puts a signature over an element into it, behind its issuer. The signature is made by hand, so that tests can have every sort.
func (p *IdP) Sign(el *etree.Element) error {
	ctx, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return err
	}
	alone, err := etreeutils.NSDetatch(ctx, el)
	if err != nil {
		return err
	}
	canonical, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(p.Prefixes).Canonicalize(alone)
	if err != nil {
		return err
	}
	hash, name := p.method()
	h := hash.New()
	h.Write(canonical)
	info := signedInfo(el.SelectAttrValue("ID", ""), name, hash, p.Prefixes, h.Sum(nil))
	if p.Info != nil {
		info = p.Info(info)
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromString(`<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">` + info + `<ds:SignatureValue/><ds:KeyInfo><ds:X509Data>` +
		`<ds:X509Certificate>` + base64.StdEncoding.EncodeToString(p.Cert) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`); err != nil {
		return err
	}
	value, err := p.sign(doc.Root().ChildElements()[0], hash)
	if err != nil {
		return err
	}
	doc.Root().ChildElements()[1].SetText(value)
	el.InsertChildAt(el.FindElement("./Issuer").Index()+1, doc.Root())
	return nil
}

const (
	dsigMore = "http://www.w3.org/2001/04/xmldsig-more#"
	xmlEnc   = "http://www.w3.org/2001/04/xmlenc#"
	xmlDsig  = "http://www.w3.org/2000/09/xmldsig#"
)

var digestNames = map[crypto.Hash]string{crypto.SHA1: xmlDsig + "sha1", crypto.SHA256: xmlEnc + "sha256", crypto.SHA384: dsigMore + "sha384",
	crypto.SHA512: xmlEnc + "sha512"}

// method is the provider's hash and the name of the signature algorithm that goes with it and the key.
func (p *IdP) method() (crypto.Hash, string) {
	hash := p.Hash
	if hash == 0 {
		hash = crypto.SHA256
	}
	kind := "rsa"
	if _, ok := p.Key.(*ecdsa.PrivateKey); ok {
		kind = "ecdsa"
	}
	space := dsigMore
	if hash == crypto.SHA1 && kind == "rsa" {
		space = xmlDsig
	}
	return hash, space + kind + "-" + strings.ToLower(strings.ReplaceAll(hash.String(), "-", ""))
}

func signedInfo(id, method string, hash crypto.Hash, prefixes string, digest []byte) string {
	inclusive := ""
	if prefixes != "" {
		inclusive = `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="` + prefixes + `"/>`
	}
	return `<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="` + method +
		`"/><ds:Reference URI="#` + id + `"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>` +
		`<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">` + inclusive + `</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="` +
		digestNames[hash] + `"/><ds:DigestValue>` + base64.StdEncoding.EncodeToString(digest) + `</ds:DigestValue></ds:Reference></ds:SignedInfo>`
}

func (p *IdP) sign(info *etree.Element, hash crypto.Hash) (string, error) {
	ctx, err := etreeutils.NSBuildParentContext(info)
	if err != nil {
		return "", err
	}
	alone, err := etreeutils.NSDetatch(ctx, info)
	if err != nil {
		return "", err
	}
	canonical, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(alone)
	if err != nil {
		return "", err
	}
	h := hash.New()
	h.Write(canonical)
	value, err := p.Key.Sign(p.Random, h.Sum(nil), hash)
	if err != nil {
		return "", err
	}
	if k, ok := p.Key.(*ecdsa.PrivateKey); ok {
		if value, err = sideBySide(value, (k.Curve.Params().BitSize+7)/8); err != nil {
			return "", err
		}
	}
	return base64.StdEncoding.EncodeToString(value), nil
}

// sideBySide writes an ECDSA signature as XML signatures have it.
func sideBySide(der []byte, size int) ([]byte, error) {
	var s struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &s); err != nil {
		return nil, err
	}
	out := make([]byte, 2*size)
	s.R.FillBytes(out[:size])
	s.S.FillBytes(out[size:])
	return out, nil
}

func (p *IdP) text(r *Response) string {
	issuer := r.Issuer
	if issuer == "" {
		issuer = p.EntityID
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"`+
		` ID="%s" Version="2.0" IssueInstant="%s"%s%s><saml:Issuer>%s</saml:Issuer><samlp:Status><samlp:StatusCode Value="%s"/></samlp:Status>`,
		r.ID, stamp(r.Issued), attr("Destination", r.Destination), attr("InResponseTo", r.InResponseTo), escape(issuer), escape(r.Status))
	fmt.Fprintf(&b, `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema"`+
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="%s" Version="2.0" IssueInstant="%s"><saml:Issuer>%s</saml:Issuer>`,
		r.AssertionID, stamp(r.Issued), escape(issuer))
	fmt.Fprintf(&b, `<saml:Subject><saml:NameID%s>%s</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">`+
		`<saml:SubjectConfirmationData%s%s%s/></saml:SubjectConfirmation>%s</saml:Subject>`, attr("Format", r.Format), escape(r.Subject),
		attr("NotOnOrAfter", stamp(r.Until)), attr("Recipient", r.Recipient), attr("InResponseTo", r.InResponseTo), r.InSubject)
	fmt.Fprintf(&b, `<saml:Conditions%s%s>`, attr("NotBefore", stamp(r.NotBefore)), attr("NotOnOrAfter", stamp(r.Until)))
	if r.Audience != "" {
		fmt.Fprintf(&b, `<saml:AudienceRestriction><saml:Audience>%s</saml:Audience></saml:AudienceRestriction>`, escape(r.Audience))
	}
	b.WriteString(r.Condition + `</saml:Conditions>`)
	if !r.NoAuthn {
		fmt.Fprintf(&b, `<saml:AuthnStatement AuthnInstant="%s"%s><saml:AuthnContext><saml:AuthnContextClassRef>`+
			`urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
			stamp(r.Issued), attr("SessionNotOnOrAfter", stamp(r.SessionEnds)))
	}
	if len(r.Attributes) > 0 {
		b.WriteString(`<saml:AttributeStatement>`)
		for _, a := range r.Attributes {
			fmt.Fprintf(&b, `<saml:Attribute Name="%s" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">`, escape(a.Name))
			for _, v := range a.Values {
				fmt.Fprintf(&b, `<saml:AttributeValue xsi:type="xs:string">%s</saml:AttributeValue>`, escape(v))
			}
			b.WriteString(`</saml:Attribute>`)
		}
		b.WriteString(`</saml:AttributeStatement>`)
	}
	b.WriteString(`</saml:Assertion></samlp:Response>`)
	return b.String()
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func attr(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + escape(value) + `"`
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
