package issuer

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// Claims are what a token says (IAM User Guide, "Understanding token claims").
type Claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience Audience `json:"aud"`
	Issued   int64    `json:"iat"` // seconds since 1970
	Expires  int64    `json:"exp"`
	ID       string   `json:"jti"`
	Identity Identity `json:"https://sts.amazonaws.com/"`
}

// Identity are the claims beyond those of the standard. What does not apply is left out.
type Identity struct {
	Account           string            `json:"aws_account"`
	Region            string            `json:"source_region,omitempty"`
	Principal         string            `json:"principal_id"`
	Organization      string            `json:"org_id,omitempty"`
	OrganizationPath  string            `json:"ou_path,omitempty"` // like aws:PrincipalOrgPaths, ends with a slash
	PrincipalTags     map[string]string `json:"principal_tags,omitempty"`
	SessionExpires    string            `json:"original_session_exp,omitempty"` // RFC 3339
	FederatedProvider string            `json:"federated_provider,omitempty"`
	SourceIdentity    string            `json:"source_identity,omitempty"`
	RequestTags       map[string]string `json:"request_tags,omitempty"`
}

// Audience is one text where there is one, else a list: many verifiers know the first form only.
type Audience []string

// MarshalJSON implements [json.Marshaler].
func (a Audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// MaxPayload bounds the claims of a token in bytes. With its signature and in base64 such a token is below the 20,000 characters
// that AssumeRoleWithWebIdentity takes.
const MaxPayload = 12 << 10

// Signer signs for all accounts of a server.
type Signer struct {
	Root *seal.Root
	// External is the URL others reach this server by, without a slash at the end; "" when nobody configured one, and then there are
	// no issuers. It never comes from a request.
	External string
}

// Prefix is where the documents of issuers are, below the external URL.
const Prefix = "/issuer/"

// URL is the name of an issuer in tokens.
func (s *Signer) URL(i *iam.Issuer) string { return s.External + Prefix + i.ID }

// Ready fails with Unsupported while the server has no name that others could verify at.
func (s *Signer) Ready() error {
	if s.External == "" {
		return fault.New(fault.Unsupported, fault.Issuer, "")
	}
	return nil
}

// Sign makes a token. The issuer's name is put into the claims here and nowhere else. It fails with TooLarge.
func (s *Signer) Sign(i *iam.Issuer, algorithm string, c Claims, now time.Time) (secret.Text, error) {
	k, ok := i.Signing(algorithm, now)
	if !ok {
		return secret.Text{}, fault.Broken(fmt.Errorf("issuer: account %s has no key for %s", i.Account, algorithm))
	}
	c.Issuer = s.URL(i)
	payload, err := json.Marshal(&c)
	if err != nil {
		return secret.Text{}, fault.Broken(err)
	}
	if len(payload) > MaxPayload {
		return secret.Text{}, &fault.Error{Kind: fault.TooLarge, What: fault.IdentityToken, Limit: MaxPayload}
	}
	private, err := open(s.Root, i.Account, &k)
	if err != nil {
		return secret.Text{}, fault.Broken(err)
	}
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(algorithm), Key: jose.JSONWebKey{Key: private, KeyID: k.ID}}
	signer, err := jose.NewSigner(key, new(jose.SignerOptions).WithType("JWT"))
	if err != nil {
		return secret.Text{}, fault.Broken(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return secret.Text{}, fault.Broken(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		return secret.Text{}, fault.Broken(err)
	}
	return secret.New(token), nil
}
