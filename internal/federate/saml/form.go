package saml

import (
	"regexp"
	"slices"
)

// This file holds a response against the one form that is read, before any signature is looked at. What the form leaves no room for
// can not be used to show the signature's check one assertion and the reader another: CVE-2024-45409, CVE-2025-25291, CVE-2025-66567
// and the eight signature wrapping attacks of Somorovsky and others ("On Breaking SAML", 2012) all need a second place for something.

// responseBounds: a response of 100,000 characters of base64 is 75,000 bytes; the library that checks signatures walks no more than
// 1,000 elements.
var responseBounds = bounds{bytes: 75000, depth: 24, elements: 900, attrs: 32}

var plainID = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,255}$`)

// children is what may stand in an element, in the order of the schema; the number is how often at most.
type children []struct {
	space, name string
	most        int
}

var (
	inResponse = children{{nsAssertion, "Issuer", 1}, {nsSignature, "Signature", 1}, {nsProtocol, "Status", 1}, {nsAssertion, "Assertion", 1}}
	// The order of statements is free, Issuer to Conditions is not.
	inAssertion = children{{nsAssertion, "Issuer", 1}, {nsSignature, "Signature", 1}, {nsAssertion, "Subject", 1}, {nsAssertion, "Conditions", 1}}
	statements  = []string{"AuthnStatement", "AttributeStatement", "AuthzDecisionStatement"}

	inSignature  = children{{nsSignature, "SignedInfo", 1}, {nsSignature, "SignatureValue", 1}, {nsSignature, "KeyInfo", 1}}
	inSignedInfo = children{{nsSignature, "CanonicalizationMethod", 1}, {nsSignature, "SignatureMethod", 1}, {nsSignature, "Reference", 1}}
	inReference  = children{{nsSignature, "Transforms", 1}, {nsSignature, "DigestMethod", 1}, {nsSignature, "DigestValue", 1}}
	inTransforms = children{{nsSignature, "Transform", 2}}
)

// hold says whether an element's children are those of the list, in its order. KeyInfo and Issuer of a Response may be left out, so
// what is required is asked by the callers.
func (c children) hold(list []*node) bool {
	at, n := 0, 0
	for _, child := range list {
		for at < len(c) && !child.is(c[at].space, c[at].name) {
			at, n = at+1, 0
		}
		if at == len(c) {
			return false
		}
		if n++; n > c[at].most {
			return false
		}
	}
	return true
}

// envelope is a response that has the form.
type envelope struct {
	response, assertion *node
	signed              []*node // those of the two that bear a signature, the response first
}

// open holds a tree against the form.
func open(root *node) (*envelope, error) {
	if err := encrypted(root); err != nil {
		return nil, err
	}
	if !root.is(nsProtocol, "Response") || root.value("Version") != "2.0" {
		return nil, problem(Form, "not a Response of SAML 2.0")
	}
	e := &envelope{response: root, assertion: root.only(nsAssertion, "Assertion")}
	if e.assertion == nil || !inResponse.hold(root.children) || !root.blank() {
		return nil, problem(Form, "the response holds anything but an issuer, a signature, a status and one assertion, in this order")
	}
	if e.assertion.value("Version") != "2.0" || !assertionForm(e.assertion) {
		return nil, problem(Form, "the assertion is not of SAML 2.0, or its parts are not those of the schema in their order")
	}
	if err := e.unique(); err != nil {
		return nil, err
	}
	for _, n := range []*node{e.response, e.assertion} {
		if s := n.only(nsSignature, "Signature"); s != nil {
			if err := signatureForm(s, n.value("ID")); err != nil {
				return nil, err
			}
			e.signed = append(e.signed, n)
		}
	}
	if len(e.signed) == 0 {
		return nil, problem(Signature, "neither the response nor the assertion is signed")
	}
	return e, nil
}

func encrypted(root *node) (err error) {
	root.each(func(n *node) {
		switch {
		case n.space == nsEncrypted, n.space == nsAssertion && (n.name == "EncryptedAssertion" || n.name == "EncryptedID" || n.name == "EncryptedAttribute"):
			err = problem(Encrypted, "the response holds something encrypted")
		}
	})
	return err
}

func assertionForm(n *node) bool {
	at := slices.IndexFunc(n.children, func(c *node) bool { return c.space == nsAssertion && slices.Contains(statements, c.name) })
	if at < 0 {
		at = len(n.children)
	}
	for _, c := range n.children[at:] {
		if c.space != nsAssertion || !slices.Contains(statements, c.name) {
			return false
		}
	}
	return inAssertion.hold(n.children[:at]) && n.blank() && n.only(nsAssertion, "Issuer") != nil
}

// unique wants every id once, and responses, assertions and signatures only where the form has them.
func (e *envelope) unique() (err error) {
	seen := map[string]bool{}
	e.response.each(func(n *node) {
		switch {
		case n.name == "Response" && n != e.response, n.name == "Assertion" && n != e.assertion:
			err = problem(Form, "a second response or assertion")
		case n.name == "Signature" && n.parent != e.response && n.parent != e.assertion:
			err = problem(Form, "a signature where none belongs")
		}
		for _, a := range n.attrs {
			switch a.name {
			case "ID", "Id", "id":
				if seen[a.value] || !plainID.MatchString(a.value) {
					err = problem(Form, "an id that is given twice or of unusual form")
				}
				seen[a.value] = true
			}
		}
	})
	for _, n := range []*node{e.response, e.assertion} {
		if _, ok := n.get("ID"); !ok {
			err = problem(Form, "a response or assertion without an id")
		}
	}
	return err
}

var errSignatureForm = problem(Signature, "the signature is not an enveloped one over its own element, in exclusive canonical form")

// signatureForm wants a signature whose one reference is the element with the id, transformed in the one way SAML knows (SAML core,
// 5.4), with nothing else in it.
func signatureForm(s *node, id string) error {
	info, value := s.only(nsSignature, "SignedInfo"), s.only(nsSignature, "SignatureValue")
	if info == nil || value == nil || !inSignature.hold(s.children) || !inSignedInfo.hold(info.children) || len(info.children) != 3 {
		return errSignatureForm
	}
	canonical, method, reference := info.children[0], info.children[1], info.children[2]
	if !inReference.hold(reference.children) || len(reference.children) != 3 || reference.value("URI") != "#"+id {
		return errSignatureForm
	}
	transforms, digest, sum := reference.children[0], reference.children[1], reference.children[2]
	if !inTransforms.hold(transforms.children) || len(transforms.children) != 2 {
		return errSignatureForm
	}
	enveloped, exclusive := transforms.children[0], transforms.children[1]
	if len(enveloped.children) > 0 || enveloped.value("Algorithm") != algEnveloped || exclusive.value("Algorithm") != algExclusive ||
		canonical.value("Algorithm") != algExclusive || len(canonical.children) > 0 {
		return errSignatureForm
	}
	for _, c := range exclusive.children {
		if !c.is(nsExclusive, "InclusiveNamespaces") || len(exclusive.children) > 1 {
			return errSignatureForm
		}
	}
	if !slices.Contains(digests, digest.value("Algorithm")) || !slices.Contains(methods, method.value("Algorithm")) ||
		len(digest.children)+len(method.children) > 0 {
		return problem(Signature, "the signature uses another algorithm than RSA or ECDSA with SHA-256, SHA-384 or SHA-512")
	}
	for _, n := range []*node{value, sum} {
		if _, ok := n.plain(); !ok {
			return errSignatureForm
		}
	}
	return nil
}
