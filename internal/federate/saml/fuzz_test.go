package saml_test

import (
	"encoding/base64"
	"testing"

	"github.com/daypass/daypass/internal/federate/saml"
)

// Whatever metadata is made of: it is refused, or it describes a provider that can be used.
func FuzzMetadata(f *testing.F) {
	f.Add([]byte(idp(ecKey()).Metadata()))
	f.Add([]byte(inList(idp(rsaKey()).Metadata(), 1)))
	f.Add([]byte("<a/>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := saml.ParseMetadata(doc)
		if err != nil {
			return
		}
		if d.EntityID == "" || len(d.Certificates) == 0 {
			t.Errorf("%+v", d)
		}
		if _, err := d.Ends(); err != nil {
			t.Error(err)
		}
	})
}

// Whatever a response is made of: nothing that the provider did not sign is taken.
func FuzzResponse(f *testing.F) {
	p := idp(ecKey())
	server := trusting(p)
	for _, both := range []bool{false, true} {
		r := good()
		r.SignResponse = both
		f.Add([]byte(must(must(p.Document(r)).WriteToString())))
	}
	for _, w := range wrappings {
		r := good()
		r.SignResponse, r.SignAssertion = w.response, !w.response
		doc := must(p.Document(r))
		w.wrap(doc)
		f.Add([]byte(must(doc.WriteToString())))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := server.Verify(base64.StdEncoding.EncodeToString(raw), &saml.Here{}, noon)
		if err != nil {
			return
		}
		if a.Subject != "carol@example.com" || a.Issuer != entity {
			t.Errorf("%+v", a)
		}
		if _, err := a.Claims(saml.AWS()); err != nil {
			t.Error(err)
		}
	})
}
