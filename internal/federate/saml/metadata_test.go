package saml_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/federate/saml/samltest"
)

func TestMetadata(t *testing.T) {
	p := idp(ecKey())
	for name, change := range map[string]func(string) string{
		"as it is":            func(s string) string { return s },
		"a byte order mark":   func(s string) string { return "\xef\xbb\xbf" + s },
		"in a list of one":    func(s string) string { return inList(s, 1) },
		"comments":            replace("<md:NameIDFormat>", "<!-- which names --><md:NameIDFormat>"),
		"keys for everything": replace(` use="signing"`, ""),
		"keys for encryption": replace("<md:KeyDescriptor", `<md:KeyDescriptor use="encryption"/><md:KeyDescriptor`),
		"other roles":         replace("<md:IDPSSODescriptor", "<md:SPSSODescriptor/><md:IDPSSODescriptor"),
	} {
		d, err := saml.ParseMetadata([]byte(change(p.Metadata())))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		ends, err := d.Ends()
		if d.EntityID != entity || len(d.Certificates) != 1 || string(d.Certificates[0]) != string(p.Cert) || len(d.NameIDFormats) != 1 ||
			!d.ValidUntil.IsZero() || err != nil || !ends.Equal(noon.Add(24*time.Hour)) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	d := must(saml.ParseMetadata([]byte(samltest.Metadata(entity, ` validUntil="2026-03-01T13:00:00.5Z"`, p.Cert))))
	if ends := must(d.Ends()); !ends.Equal(noon.Add(time.Hour + 500*time.Millisecond)) {
		t.Errorf("ends at %v", ends)
	}
}

func inList(s string, times int) string {
	_, s, _ = strings.Cut(s, "?>")
	return `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">` + strings.Repeat(s, times) + `</md:EntitiesDescriptor>`
}

func TestBadMetadata(t *testing.T) {
	p := idp(ecKey())
	weak := must(samltest.New(entity, must(rsa.GenerateKey(rand.Reader, 1024)), rand.Reader, noon, noon.Add(time.Hour)))
	many := make([][]byte, 11)
	for i := range many {
		many[i] = idp(ecKey()).Cert
	}
	cert := base64.StdEncoding.EncodeToString(p.Cert)
	for name, doc := range map[string]string{
		"nothing":            "",
		"no XML":             strings.Repeat("metadata ", 200),
		"a document type":    `<!DOCTYPE md [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + p.Metadata(),
		"two providers":      inList(p.Metadata(), 2),
		"no provider":        inList(p.Metadata(), 0),
		"no entity id":       strings.Replace(p.Metadata(), ` entityID="`+entity+`"`, "", 1),
		"an empty entity id": strings.Replace(p.Metadata(), entity, " ", 1),
		"a long entity id":   strings.Replace(p.Metadata(), entity, strings.Repeat("x", 1025), 1),
		"no certificate":     samltest.Metadata(entity, ""),
		"a weak key":         weak.Metadata(),
		"many certificates":  samltest.Metadata(entity, "", many...),
		"a comment in a key": strings.Replace(p.Metadata(), cert, cert[:20]+"<!-- -->"+cert[20:], 1),
		"no base64":          strings.Replace(p.Metadata(), cert, "certificate", 1),
		"not for signing":    strings.Replace(p.Metadata(), "signing", "encryption", 1),
		"SAML 1.1":           strings.Replace(p.Metadata(), "SAML:2.0:protocol", "SAML:1.1:protocol", 1),
		"two descriptors":    strings.Replace(p.Metadata(), "<md:IDPSSODescriptor", "<md:IDPSSODescriptor/><md:IDPSSODescriptor", 1),
		"a service provider": strings.ReplaceAll(p.Metadata(), "IDPSSODescriptor", "SPSSODescriptor"),
		"another namespace":  strings.Replace(p.Metadata(), "SAML:2.0:metadata", "SAML:1.0:metadata", 1),
		"a bad end":          samltest.Metadata(entity, ` validUntil="tomorrow"`, p.Cert),
		"too large":          strings.Replace(p.Metadata(), "</md:EntityDescriptor>", strings.Repeat(" ", saml.MaxMetadata)+"</md:EntityDescriptor>", 1),
		"too deep":           strings.Replace(p.Metadata(), "</md:EntityDescriptor>", strings.Repeat("<x>", 40)+strings.Repeat("</x>", 40)+"</md:EntityDescriptor>", 1),
	} {
		d, err := saml.ParseMetadata([]byte(doc))
		if d != nil {
			t.Errorf("%s: %+v", name, d)
			continue
		}
		refused(t, name, nil, err, saml.Metadata)
	}
}
