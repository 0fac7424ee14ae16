package issuer

import (
	"encoding/json"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/iam"
)

// The paths of the documents below an issuer's URL.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	KeySetPath    = "/.well-known/jwks.json"
)

// discovery has the members that AWS publishes, and the response types, which OpenID Connect Discovery requires.
type discovery struct {
	Issuer        string   `json:"issuer"`
	KeySet        string   `json:"jwks_uri"`
	Subjects      []string `json:"subject_types_supported"`
	ResponseTypes []string `json:"response_types_supported"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	Claims        []string `json:"claims_supported"`
}

// Discovery is the discovery document of an issuer.
func (s *Signer) Discovery(i *iam.Issuer) ([]byte, error) {
	name := s.URL(i)
	return json.Marshal(&discovery{
		Issuer: name, KeySet: name + KeySetPath, Subjects: []string{"public"}, ResponseTypes: []string{"id_token"},
		Algorithms: iam.Algorithms(), Claims: []string{"sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"},
	})
}

// KeySet lists the keys that an issuer's tokens are verified with at a time.
func KeySet(i *iam.Issuer, now time.Time) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range i.Published(now) {
		key, err := public(&k)
		if err != nil {
			return nil, err
		}
		set.Keys = append(set.Keys, key)
	}
	return json.Marshal(&set)
}
