package saml_test

import (
	"testing"

	"github.com/daypass/daypass/internal/federate/saml"
)

func BenchmarkVerify(b *testing.B) {
	p := idp(rsaKey())
	server, response := trusting(p), must(p.Encode(good()))
	for b.Loop() {
		must(server.Verify(response, &saml.Here{}, noon))
	}
}
