package saml

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

const (
	algEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	algExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// Algorithms that are accepted (XML Signature 1.1, RFC 9231): none with SHA-1, which can be made to collide.
var (
	digests = []string{
		"http://www.w3.org/2001/04/xmlenc#sha256",
		"http://www.w3.org/2001/04/xmldsig-more#sha384",
		"http://www.w3.org/2001/04/xmlenc#sha512",
	}
	methods = []string{dsig.RSASHA256SignatureMethod, dsig.RSASHA384SignatureMethod, dsig.RSASHA512SignatureMethod,
		dsig.ECDSASHA256SignatureMethod, dsig.ECDSASHA384SignatureMethod, dsig.ECDSASHA512SignatureMethod}
)

// verified checks every signature of a response that has the form, and gives the response as it was signed: a tree of the canonical
// bytes that a signature was checked over. When only the assertion is signed, the tree is the assertion alone.
func (p *Provider) verified(raw []byte, e *envelope, now time.Time) (*node, error) {
	if !p.validUntil.IsZero() && !now.Before(p.validUntil) {
		return nil, problem(KeyExpired, "the provider's metadata is no longer valid")
	}
	keys := current(p.certificates, now)
	if len(keys) == 0 {
		return nil, problem(KeyExpired, "no certificate of the provider is valid now")
	}
	doc := etree.NewDocument()
	doc.ReadSettings.MaxDepth = responseBounds.depth + 2
	if err := doc.ReadFromBytes(raw); err != nil || doc.Root() == nil {
		return nil, problem(Form, "not readable a second time")
	}
	var outer *node
	for _, n := range e.signed {
		el := doc.Root()
		if n == e.assertion {
			if el = assertionOf(el); el == nil {
				return nil, problem(Form, "not readable a second time")
			}
		}
		signed, err := signedBy(el, keys, now)
		if err != nil {
			return nil, err
		}
		if !signed.is(n.space, n.name) || signed.value("ID") != n.value("ID") {
			return nil, problem(Signature, "the signature is over another element")
		}
		if outer == nil {
			outer = signed
		}
	}
	return outer, nil
}

func assertionOf(response *etree.Element) *etree.Element {
	for _, c := range response.ChildElements() {
		if c.Tag == "Assertion" && c.NamespaceURI() == nsAssertion {
			return c
		}
	}
	return nil
}

// signedBy checks the signature that an element bears against each of the keys, and gives what was signed.
func signedBy(el *etree.Element, keys []*x509.Certificate, now time.Time) (*node, error) {
	ctx, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return nil, problem(Form, "namespaces")
	}
	// A copy, on its own, with the namespaces of the elements around it.
	if el, err = etreeutils.NSDetatch(ctx, el); err != nil {
		return nil, problem(Form, "namespaces")
	}
	value, err := loosen(el)
	if err != nil {
		return nil, err
	}
	made, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value.Text()), ""))
	if err != nil {
		return nil, errSignatureForm
	}
	for _, key := range keys {
		bytes, ok := madeBy(made, key)
		if !ok {
			continue
		}
		value.SetText(base64.StdEncoding.EncodeToString(bytes))
		check := dsig.ValidationContext{
			CertificateStore: &dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{key}},
			IdAttribute:      "ID", Clock: dsig.NewFakeClockAt(now),
		}
		if signed, err := check.Validate(el); err == nil {
			return canonical(signed)
		}
	}
	return nil, problem(Signature, "no key of the provider made the signature")
}

// loosen takes the key out of the signature that an element bears, for a key that a response brings along says nothing, and finds the
// signature's value.
func loosen(el *etree.Element) (value *etree.Element, err error) {
	for _, s := range el.ChildElements() {
		if s.Tag != "Signature" || s.NamespaceURI() != nsSignature {
			continue
		}
		for _, c := range s.ChildElements() {
			switch c.Tag {
			case "KeyInfo":
				s.RemoveChild(c)
			case "SignatureValue":
				value = c
			}
		}
	}
	if value == nil {
		return nil, errSignatureForm
	}
	return value, nil
}

// canonical reads what was signed into a tree, under the same bounds as the response.
func canonical(el *etree.Element) (*node, error) {
	doc := etree.NewDocumentWithRoot(el)
	doc.WriteSettings = etree.WriteSettings{CanonicalText: true, CanonicalAttrVal: true, CanonicalEndTags: true}
	raw, err := doc.WriteToBytes()
	if err != nil {
		return nil, problem(Form, "not readable as it was signed")
	}
	b := responseBounds
	b.bytes *= 2 // namespaces may be written out more often
	n, err := parse(raw, b)
	if err != nil {
		return nil, problem(Form, "not readable as it was signed: "+err.Error())
	}
	return n, nil
}

// madeBy gives a signature's value as the library wants it, and says whether it can be one of the key. An ECDSA signature, which XML
// has as two numbers of fixed length side by side (XML Signature 1.1, 6.4.3), becomes an ASN.1 sequence.
func madeBy(value []byte, key *x509.Certificate) ([]byte, bool) {
	if k, ok := key.PublicKey.(*ecdsa.PublicKey); ok {
		return sequence(value, (k.Curve.Params().BitSize+7)/8)
	}
	return value, true
}

func sequence(value []byte, size int) ([]byte, bool) {
	if len(value) != 2*size {
		return nil, false
	}
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(value[:size]), new(big.Int).SetBytes(value[size:])})
	return der, err == nil
}
