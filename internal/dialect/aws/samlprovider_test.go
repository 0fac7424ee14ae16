package aws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/federate/saml/samltest"
)

// idp is an identity provider whose certificate is good for the clock of these tests.
var idp = sync.OnceValue(func() *samltest.IdP {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	p, err := samltest.New("https://idp.example.com/metadata", key, rand.Reader, time.Unix(0, 0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic(err)
	}
	return p
})

func samlMetadata() string { return idp().Metadata() }

const corp = "arn:aws:iam::111111111111:saml-provider/corp"

func TestSAMLProviderOperations(t *testing.T) {
	d := newDoor(t)
	d.good("admin", "iam:CreateSAMLProvider", pairs("Name", "corp", "SAMLMetadataDocument", samlMetadata(), "Tags.member.1.Key", "k", "Tags.member.1.Value", "v"))
	for _, c := range []struct {
		operation, code, message string
		status                   int
		params                   []string
	}{
		{"CreateSAMLProvider", "EntityAlreadyExists", "Provider with name CORP already exists.", http.StatusConflict, []string{"Name", "CORP", "SAMLMetadataDocument", samlMetadata()}},
		{"CreateSAMLProvider", "InvalidInput", "Could not parse metadata: the document is no EntityDescriptor", 400, []string{"Name", "x", "SAMLMetadataDocument", "<a>" + strings.Repeat(" ", 1000) + "</a>"}},
		{"CreateSAMLProvider", "InvalidInput", "Could not parse metadata: a document type declaration", 400, []string{"Name", "x", "SAMLMetadataDocument", "<!DOCTYPE a>" + samlMetadata()}},
		{"CreateSAMLProvider", "InvalidInput", "Could not parse metadata: too large", 400, []string{"Name", "x", "SAMLMetadataDocument", samlMetadata() + strings.Repeat(" ", 100_000)}},
		{"CreateSAMLProvider", "ValidationError", "", 400, []string{"Name", "x", "SAMLMetadataDocument", "<a/>"}},
		{"CreateSAMLProvider", "ValidationError", "", 400, []string{"Name", "a b", "SAMLMetadataDocument", samlMetadata()}},
		{"CreateSAMLProvider", "InvalidInput", "AddPrivateKey is not supported: this server does not read encrypted assertions.", 400, []string{"Name", "x", "SAMLMetadataDocument", samlMetadata(), "AddPrivateKey", "key"}},
		{"CreateSAMLProvider", "InvalidInput", "Unable to set assertion encryption mode to Required because no private key is provided.", 400, []string{"Name", "x", "SAMLMetadataDocument", samlMetadata(), "AssertionEncryptionMode", "Required"}},
		{"CreateSAMLProvider", "ValidationError", "", 400, []string{"Name", "x", "SAMLMetadataDocument", samlMetadata(), "AssertionEncryptionMode", "Sometimes"}},
		{"UpdateSAMLProvider", "InvalidInput", "Unable to update identity provider. No updates are defined for metadata or encryption assertion.", 400, []string{"SAMLProviderArn", corp}},
		{"UpdateSAMLProvider", "InvalidInput", "Failed to remove private key because the Key ID does not match a private key.", 400, []string{"SAMLProviderArn", corp, "RemovePrivateKey", strings.Repeat("A", 22)}},
		{"UpdateSAMLProvider", "NoSuchEntity", "Manifest not found for arn " + corp + "2", 404, []string{"SAMLProviderArn", corp + "2", "SAMLMetadataDocument", samlMetadata()}},
		{"GetSAMLProvider", "NoSuchEntity", "Manifest not found for arn arn:aws:iam::222222222222:saml-provider/corp", 404, []string{"SAMLProviderArn", "arn:aws:iam::222222222222:saml-provider/corp"}},
		{"DeleteSAMLProvider", "ValidationError", "Invalid ARN:  Could not be parsed!", 400, []string{"SAMLProviderArn", "arn:aws:iam::111111111111:role/corp"}},
	} {
		a := d.call("admin", "iam:"+c.operation, pairs(c.params...))
		if a.status != c.status || a.code != c.code || c.message != "" && a.message != c.message {
			t.Errorf("%s: %d %s %s", c.operation, a.status, a.code, a.message)
		}
	}
	// A private key is a secret; it does not go on record.
	a := d.call("admin", "iam:UpdateSAMLProvider", pairs("SAMLProviderArn", corp, "AddPrivateKey", "the-private-key"))
	if e, err := d.audit.Find(t.Context(), a.request); err != nil || strings.Contains(string(e.RequestParameters), "the-private-key") {
		t.Errorf("on record is %v %v", e, err)
	}
}
