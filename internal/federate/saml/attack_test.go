package saml_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/federate/saml/samltest"
)

// evil is what a wrapped response wants the server to read.
const evil = "mallory@example.com"

// forged is a copy of an element that names somebody else, under another id, without the original's signature.
func forged(el *etree.Element) *etree.Element {
	c := el.Copy()
	c.CreateAttr("ID", "_evil")
	if s := c.FindElement("./Signature"); s != nil {
		c.RemoveChild(s)
	}
	if inner := c.FindElement("./Assertion"); inner != nil {
		inner.CreateAttr("ID", "_evil_assertion")
	}
	c.FindElement(".//NameID").SetText(evil)
	return c
}

func bare(el *etree.Element) *etree.Element {
	c := el.Copy()
	c.RemoveChild(c.FindElement("./Signature"))
	return c
}

// wrappings are the eight permutations of signature wrapping, by the numbers that testing tools give them. Those of the response are
// made from a signed response, the others from a signed assertion.
var wrappings = []struct {
	name     string
	response bool
	wrap     func(doc *etree.Document)
}{
	{"XSW1, original response in the signature", true, func(doc *etree.Document) {
		original := doc.Root()
		outer, signature := forged(original), original.FindElement("./Signature").Copy()
		signature.AddChild(bare(original))
		outer.InsertChildAt(1, signature)
		doc.SetRoot(outer)
	}},
	{"XSW2, original response beside a detached signature", true, func(doc *etree.Document) {
		original := doc.Root()
		outer := forged(original)
		outer.InsertChildAt(1, bare(original))
		outer.InsertChildAt(2, original.FindElement("./Signature").Copy())
		doc.SetRoot(outer)
	}},
	{"XSW3, forged assertion before the original", false, func(doc *etree.Document) {
		original := doc.FindElement("/Response/Assertion")
		doc.Root().InsertChildAt(original.Index(), forged(original))
	}},
	{"XSW4, original assertion in the forged one", false, func(doc *etree.Document) {
		original := doc.FindElement("/Response/Assertion")
		outer := forged(original)
		outer.AddChild(original.Copy())
		doc.Root().RemoveChild(original)
		doc.Root().AddChild(outer)
	}},
	{"XSW5, signature in the forged assertion, original at the end", false, func(doc *etree.Document) {
		original := doc.FindElement("/Response/Assertion")
		outer := forged(original)
		outer.InsertChildAt(1, original.FindElement("./Signature").Copy())
		doc.Root().AddChild(outer)
		doc.Root().AddChild(bare(original))
		doc.Root().RemoveChild(original)
	}},
	{"XSW6, original in the signature of the forged assertion", false, func(doc *etree.Document) {
		original := doc.FindElement("/Response/Assertion")
		outer, signature := forged(original), original.FindElement("./Signature").Copy()
		signature.AddChild(bare(original))
		outer.InsertChildAt(1, signature)
		doc.Root().RemoveChild(original)
		doc.Root().AddChild(outer)
	}},
	{"XSW7, forged assertion in Extensions", false, func(doc *etree.Document) {
		original := doc.FindElement("/Response/Assertion")
		extensions := etree.NewElement("samlp:Extensions")
		extensions.AddChild(forged(original))
		doc.Root().InsertChildAt(original.Index(), extensions)
	}},
	{"XSW8, original in an Object of the signature", false, func(doc *etree.Document) {
		original := doc.FindElement("/Response/Assertion")
		outer, signature := forged(original), original.FindElement("./Signature").Copy()
		object := etree.NewElement("ds:Object")
		object.AddChild(bare(original))
		signature.AddChild(object)
		outer.InsertChildAt(1, signature)
		doc.Root().RemoveChild(original)
		doc.Root().AddChild(outer)
	}},
}

func TestAttack39_SAMLSignatureWrapping(t *testing.T) {
	p := idp(ecKey())
	for _, c := range wrappings {
		t.Run(c.name, func(t *testing.T) {
			for _, both := range []bool{false, true} {
				r := good()
				r.SignResponse, r.SignAssertion = c.response || both, !c.response || both
				doc := must(p.Document(r))
				if _, err := verify(p, doc); err != nil {
					t.Fatalf("before: %v", err)
				}
				c.wrap(doc)
				if text := must(doc.WriteToString()); !strings.Contains(text, evil) || !strings.Contains(text, "<ds:SignatureValue>") {
					t.Fatalf("not wrapped: %s", text)
				}
				a, err := verify(p, doc)
				refused(t, c.name, a, err, saml.Form, saml.Signature)
				// The same with the forged part under the id that was signed.
				for _, el := range doc.FindElements("//*[@ID='_evil']") {
					el.CreateAttr("ID", r.AssertionID)
				}
				a, err = verify(p, doc)
				refused(t, c.name+", same id", a, err, saml.Form, saml.Signature)
			}
		})
	}
}

// edited applies a change to the text of a signed response.
func edited(p *samltest.IdP, r *samltest.Response, change func(string) string) (*saml.Assertion, error) {
	text := change(must(must(p.Document(r)).WriteToString()))
	return trusting(p).Verify(base64.StdEncoding.EncodeToString([]byte(text)), &saml.Here{}, noon)
}

func replace(old, new string) func(string) string {
	return func(s string) string {
		if !strings.Contains(s, old) {
			panic("nothing to replace: " + old)
		}
		return strings.Replace(s, old, new, 1)
	}
}

const who = ">carol@example.com<"

// What could make two readers of one response see two different things is refused, even where the signature holds.
func TestAttack39_SAMLParserDifferential(t *testing.T) {
	p := idp(ecKey())
	for name, c := range map[string]struct {
		change func(string) string
		want   saml.Kind
	}{
		"comment in NameID":                 {replace(who, ">carol@example.com<!-- -->.evil.example<"), saml.Form},
		"comment that canonical form drops": {replace(who, ">carol@<!-- -->example.com<"), saml.Form},
		"comment elsewhere":                 {replace("<saml:Conditions", "<!-- --><saml:Conditions"), saml.Form},
		"comment before the response":       {func(s string) string { return "<!-- -->" + s }, saml.Form},
		"processing instruction in NameID":  {replace(who, ">carol@<?x y?>example.com<"), saml.Form},
		"document type":                     {func(s string) string { return `<!DOCTYPE r>` + s }, saml.Form},
		"entity": {func(s string) string {
			return `<!DOCTYPE r [<!ENTITY c "carol">]>` + replace(who, ">&c;@example.com<")(s)
		}, saml.Form},
		"undeclared entity":                    {replace(who, ">&c;carol@example.com<"), saml.Form},
		"two assertions":                       {twice("<saml:Assertion ", "</saml:Assertion>"), saml.Form},
		"two responses":                        {func(s string) string { return s + s }, saml.Form},
		"encrypted assertion":                  {replace("</samlp:Response>", "<saml:EncryptedAssertion/></samlp:Response>"), saml.Encrypted},
		"encrypted assertion alone":            {onlyEncrypted, saml.Encrypted},
		"encrypted name":                       {replace("<saml:Subject>", "<saml:Subject><saml:EncryptedID/>"), saml.Encrypted},
		"encrypted data":                       {replace("<saml:Subject>", `<saml:Subject><x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/>`), saml.Encrypted},
		"element with two colons":              {replace("<saml:NameID ", "<saml:x:NameID "), saml.Form},
		"attribute with a leading colon":       {replace(" IssueInstant=", ` :attr="x" IssueInstant=`), saml.Form},
		"undeclared prefix":                    {replace("<saml:NameID ", "<x:NameID "), saml.Form},
		"prefix that is taken away":            {replace("<saml:Subject>", `<saml:Subject xmlns:saml="">`), saml.Form},
		"reserved prefix":                      {replace("<saml:Subject>", `<saml:Subject xmlns:xmlns="urn:x">`), saml.Form},
		"attribute twice":                      {replace(" Version=", ` Version="2.0" Version=`), saml.Form},
		"attribute twice by another prefix":    {replace("<saml:Subject>", `<saml:Subject xmlns:a="urn:x" xmlns:b="urn:x" a:z="" b:z="">`), saml.Form},
		"directive hidden in namespace":        {replace(" ID=", ` xmlns:="urn:x" ID=`), saml.Form},
		"element left open":                    {replace("</samlp:Response>", ""), saml.Form},
		"end tag of something else":            {replace("</saml:Subject>", "</saml:Subjekt>"), saml.Form},
		"another encoding":                     {func(s string) string { return `<?xml version="1.0" encoding="UTF-7"?>` + s }, saml.Form},
		"assertion in Advice":                  {replace("</saml:Conditions>", `</saml:Conditions><saml:Advice/>`), saml.Form},
		"something more in the envelope":       {replace("<saml:Assertion", "<samlp:Extensions/><saml:Assertion"), saml.Form},
		"text beside the assertion":            {replace("<saml:Assertion", "x<saml:Assertion"), saml.Form},
		"signature moved to the response":      {moved("<saml:Assertion "), saml.Signature},
		"signature moved to the end":           {moved("</saml:Assertion>"), saml.Form},
		"signature moved into the subject":     {moved("</saml:Subject>"), saml.Form},
		"two signatures":                       {twice("<ds:Signature ", "</ds:Signature>"), saml.Form},
		"duplicate id":                         {replace("<saml:Subject>", `<saml:Subject ID="_x"><saml:Other ID="_x"/>`), saml.Form},
		"id of the assertion on the response":  {sameID, saml.Form},
		"id in another spelling":               {replace("<saml:Subject>", `<saml:Subject Id="_x"><saml:Other id="_x"/>`), saml.Form},
		"no id":                                {withoutID, saml.Form},
		"attributes without values":            {replace("<saml:AttributeStatement>", "<saml:AttributeStatement><saml:EncryptedAttribute/>"), saml.Encrypted},
		"NameID with an element in it":         {replace(who, ">carol@example.com<saml:x/><"), saml.Signature},
		"name changed":                         {replace(who, ">mallory@example.com<"), saml.Signature},
		"digest changed with it":               {replace("<ds:DigestValue>", "<ds:DigestValue>AAAA"), saml.Signature},
		"signature value gone":                 {replace("<ds:SignatureValue>", "<ds:SignatureValue/><ds:SignatureValue>"), saml.Signature},
		"an assertion of another version":      {replace(`Version="2.0" IssueInstant="2026-03-01T12:00:00.000Z"><saml:Issuer>`, `Version="1.1" IssueInstant="2026-03-01T12:00:00.000Z"><saml:Issuer>`), saml.Form},
		"a status that is another's namespace": {replace("<samlp:Status>", "<saml:Status>"), saml.Form},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := edited(p, good(), c.change)
			refused(t, name, a, err, c.want)
		})
	}
	// Comments are refused even where they were there when the provider signed: canonical form drops them, other readers do not.
	doc := must(p.Document(unsigned(good())))
	name := doc.FindElement("//NameID")
	name.SetText("carol@example.com")
	name.AddChild(etree.NewComment("x"))
	name.AddChild(etree.NewText(".evil.example"))
	if err := p.Sign(doc.FindElement("/Response/Assertion")); err != nil {
		t.Fatal(err)
	}
	a, err := verify(p, doc)
	refused(t, "a comment that was signed", a, err, saml.Form)
}

func twice(from, to string) func(string) string {
	return func(s string) string {
		i, j := strings.Index(s, from), strings.Index(s, to)+len(to)
		return s[:j] + s[i:j] + s[j:]
	}
}

func onlyEncrypted(s string) string {
	i, j := strings.Index(s, "<saml:Assertion "), strings.Index(s, "</samlp:Response>")
	return s[:i] + "<saml:EncryptedAssertion/>" + s[j:]
}

// moved puts the signature before another text.
func moved(before string) func(string) string {
	return func(s string) string {
		i, j := strings.Index(s, "<ds:Signature "), strings.Index(s, "</ds:Signature>")+len("</ds:Signature>")
		signature, rest := s[i:j], s[:i]+s[j:]
		if before == "<saml:Assertion " {
			before = "<samlp:Status>"
		}
		return replace(before, signature+before)(rest)
	}
}

func sameID(s string) string {
	i := strings.Index(s, ` ID="_r`)
	return strings.Replace(s, s[i:i+len(` ID="_r`)+21], "", 1)
}

func withoutID(s string) string {
	i := strings.Index(s, ` ID="_a`)
	return s[:i] + s[i+strings.Index(s[i+1:], " ")+1:]
}

// Signatures of other kinds than the one are refused, although a key of the provider made them.
func TestAttack39_SAMLSignatureKinds(t *testing.T) {
	const exclusive, enveloped = "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	all := func(old, new string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, old, new) }
	}
	transform := func(alg string) string { return `<ds:Transform Algorithm="` + alg + `"/>` }
	for name, info := range map[string]func(string) string{
		"inclusive canonical form": all(exclusive, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
		"canonical form 1.1":       all(exclusive, "http://www.w3.org/2006/12/xml-c14n11"),
		"with comments":            all(exclusive, exclusive+"WithComments"),
		"with comments, the element only": func(s string) string {
			return strings.Replace(s, `Transform Algorithm="`+exclusive, `Transform Algorithm="`+exclusive+"WithComments", 1)
		},
		"no canonical form":           all(transform(exclusive), ""),
		"not enveloped":               all(transform(enveloped), ""),
		"another order":               func(s string) string { return swapped(s, transform(enveloped), transform(exclusive)) },
		"a third transform":           all(transform(enveloped), transform(enveloped)+transform(enveloped)),
		"XPath":                       all(transform(enveloped), transform("http://www.w3.org/TR/1999/REC-xpath-19991116")),
		"XSLT":                        all(transform(enveloped), transform("http://www.w3.org/TR/1999/REC-xslt-19991116")),
		"the whole document":          func(s string) string { return cut(s, `URI="`, `"`, "") },
		"no URI":                      func(s string) string { return strings.Replace(cut(s, `URI="`, `"`, ""), ` URI=""`, "", 1) },
		"XPointer":                    func(s string) string { return cut(s, `URI="`, `"`, "#xpointer(/)") },
		"another id":                  func(s string) string { return cut(s, `URI="`, `"`, "#_other") },
		"two references":              func(s string) string { return twice("<ds:Reference ", "</ds:Reference>")(s) },
		"a manifest":                  all("</ds:SignedInfo>", "<ds:Manifest/></ds:SignedInfo>"),
		"SHA-1 of the element":        all("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
		"MD5":                         all("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmldsig-more#md5"),
		"HMAC":                        all("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
		"another algorithm's name":    all("#ecdsa-sha256", "#rsa-sha256"),
		"truncated hash":              all("ecdsa-sha256\"/>", "ecdsa-sha256\"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"),
		"namespaces that are no list": all(exclusive+`"></ds:Transform>`, exclusive+`"><x xmlns="urn:x"/></ds:Transform>`),
	} {
		t.Run(name, func(t *testing.T) {
			p := idp(ecKey())
			changed := false
			p.Info = func(s string) string {
				out := info(s)
				changed = out != s
				return out
			}
			a, err := verify(p, must(p.Document(good())))
			if !changed && name != "namespaces that are no list" && name != "no canonical form" && name != "another order" {
				t.Fatal("nothing was changed")
			}
			if changed {
				refused(t, name, a, err, saml.Signature, saml.Form)
			}
		})
	}
	p := idp(rsaKey())
	p.Hash = crypto.SHA1
	a, err := verify(p, must(p.Document(good())))
	refused(t, "SHA-1", a, err, saml.Signature)
}

func swapped(s, a, b string) string {
	return strings.NewReplacer(a, b, b, a).Replace(s)
}

// cut replaces what stands between two texts.
func cut(s, from, to, by string) string {
	i := strings.Index(s, from) + len(from)
	j := i + strings.Index(s[i:], to)
	return s[:i] + by + s[j:]
}

// Whatever single byte of a signed response is changed: it is refused, or nothing that counts has changed.
func TestAttack39_SAMLEveryByteCounts(t *testing.T) {
	p := idp(ecKey())
	r := good()
	r.SignResponse = true
	text := must(must(p.Document(r)).WriteToString())
	server, taken := trusting(p), 0
	for i := range len(text) {
		for n, by := range []byte{text[i] ^ 1, ' '} {
			if i%6 != 3*n { // a third of them, to take no longer than a second or two
				continue
			}
			changed := text[:i] + string(rune(by)) + text[i+1:]
			a, err := server.Verify(base64.StdEncoding.EncodeToString([]byte(changed)), &saml.Here{}, noon)
			if err != nil {
				continue
			}
			taken++
			if a.Subject != r.Subject || a.ID != r.AssertionID || a.Values(samltest.At + "Role")[0] != role+","+provider || !a.Until.Equal(r.Until) {
				t.Fatalf("byte %d as %q: %+v", i, by, a)
			}
		}
	}
	// White space, and what the signature says about its own key.
	if taken == 0 || taken > len(text)/6 {
		t.Errorf("%d of %d changes taken", taken, len(text)/3)
	}
}

// Attack 40: what is costly is refused before it costs anything; nothing is ever inflated.
func TestAttack40_SAMLBombs(t *testing.T) {
	p := trusting(idp(ecKey()))
	text := must(must(idp(ecKey()).Document(good())).WriteToString())
	var bomb bytes.Buffer
	w := must(flate.NewWriter(&bomb, 9))
	must(w.Write(bytes.Repeat([]byte("<a>"), 4<<20)))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	deflated := func(s string) string {
		var b bytes.Buffer
		w := must(flate.NewWriter(&b, 9))
		must(w.Write([]byte(s)))
		_ = w.Close()
		return b.String()
	}
	for name, raw := range map[string]string{
		"a deflate bomb":              bomb.String(),
		"a deflated response":         deflated(text),
		"depth":                       strings.Repeat("<a>", 25000),
		"elements":                    "<a>" + strings.Repeat("<b/>", 18000) + "</a>",
		"attributes":                  "<a " + strings.Repeat(`b="" `, 14000) + "/>",
		"namespaces":                  "<a " + strings.Repeat(`xmlns:b="u" `, 6000) + "/>",
		"a billion laughs":            `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>`,
		"CDATA":                       "<a>" + strings.Repeat("<![CDATA[x]]>", 5700) + "</a>",
		"a long name":                 "<" + strings.Repeat("a", 70000) + "/>",
		"nothing":                     "",
		"a zero byte":                 "\x00",
		"an encrypted assertion":      `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"><xenc:CipherData><xenc:CipherValue>AA==</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion></samlp:Response>`,
		"a signature in itself":       strings.Replace(text, "<ds:KeyInfo>", strings.Repeat("<ds:Object>", 15)+strings.Repeat("</ds:Object>", 15)+"<ds:KeyInfo>", 1),
		"a signature value of a mile": cut(text, "<ds:SignatureValue>", "</ds:SignatureValue>", strings.Repeat("A", 60000)),
	} {
		start := time.Now()
		a, err := p.Verify(base64.StdEncoding.EncodeToString([]byte(raw)), &saml.Here{}, noon)
		refused(t, name, a, err, saml.Form, saml.Signature, saml.Encrypted)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	a, err := p.Verify(strings.Repeat("A", saml.MaxResponse+1), &saml.Here{}, noon)
	refused(t, "too long", a, err, saml.Encoding)
	for _, text := range []string{"!", "AAA", "====", "AAAA=AAA", "PGE+\x00"} {
		a, err := p.Verify(text, &saml.Here{}, noon)
		refused(t, text, a, err, saml.Encoding)
	}
}
