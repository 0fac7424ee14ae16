package aws

import (
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/sts"
)

// outboundOperations make an account an issuer of identity tokens, and end that.
func outboundOperations() []op.Operation {
	return []op.Operation{
		op.Prepared("EnableOutboundWebIdentityFederation", onAny[iamapi.EnableOutboundWebIdentityFederationInput],
			func(c *op.Call, _ *iamapi.EnableOutboundWebIdentityFederationInput) ([]iam.IssuerKey, error) {
				if err := c.Issuers.Ready(); err != nil {
					return nil, err
				}
				if _, err := c.View.Issuer(c.Account()); err == nil {
					return nil, nil // it has its keys
				}
				keys, err := issuer.NewKeys(c.Guard.Root, c.Random, c.Account())
				if err != nil {
					return nil, fault.Broken(err)
				}
				return keys, nil
			},
			func(c *op.Call, tx *iam.Tx, _ *iamapi.EnableOutboundWebIdentityFederationInput, fresh []iam.IssuerKey) (*iamapi.EnableOutboundWebIdentityFederationOutput, error) {
				i, err := tx.EnableIssuer(c.Account(), fresh)
				if err != nil {
					return nil, err
				}
				return &iamapi.EnableOutboundWebIdentityFederationOutput{IssuerIdentifier: ptr(c.Issuers.URL(i))}, nil
			}),
		op.Change("DisableOutboundWebIdentityFederation", onAny[iamapi.DisableOutboundWebIdentityFederationInput],
			func(c *op.Call, tx *iam.Tx, _ *iamapi.DisableOutboundWebIdentityFederationInput) error {
				return tx.DisableIssuer(c.Account())
			}),
		op.Read("GetOutboundWebIdentityFederationInfo", onAny[iamapi.GetOutboundWebIdentityFederationInfoInput],
			func(c *op.Call, _ *iamapi.GetOutboundWebIdentityFederationInfoInput) (*iamapi.GetOutboundWebIdentityFederationInfoOutput, error) {
				i, err := c.View.Issuer(c.Account())
				if err != nil {
					return nil, err
				}
				if !i.Enabled() {
					return nil, fault.Missing(fault.Issuer, i.Account)
				}
				if err := c.Issuers.Ready(); err != nil {
					return nil, err
				}
				return &iamapi.GetOutboundWebIdentityFederationInfoOutput{IssuerIdentifier: ptr(c.Issuers.URL(i)), JwtVendingEnabled: ptr(true)}, nil
			}),
		op.Change("SetSecurityTokenServicePreferences", onAny[iamapi.SetSecurityTokenServicePreferencesInput],
			func(c *op.Call, tx *iam.Tx, in *iamapi.SetSecurityTokenServicePreferencesInput) error {
				version := 1
				if in.GlobalEndpointTokenVersion == iamapi.GlobalEndpointTokenVersionV2Token {
					version = 2
				}
				_, err := tx.SetTokenVersion(c.Account(), version)
				return err
			}),
	}
}

// tokenVersion is what the account prefers, else 2: session tokens are good in every region a client names.
func tokenVersion(c *op.Call) int {
	if a, err := c.View.Account(c.Account()); err == nil && a.TokenVersion != 0 {
		return a.TokenVersion
	}
	return 2
}

// freshIssuerKeys makes the keys of a rotation, if there will be one.
func freshIssuerKeys(c *op.Call, in *adminapi.RotateIssuerKeysInput) ([]iam.IssuerKey, error) {
	i, err := c.View.Issuer(in.AccountId)
	if err != nil {
		return nil, err
	}
	if i.Pending(c.Now) && !yes(in.Immediately) {
		return nil, nil
	}
	keys, err := issuer.NewKeys(c.Guard.Root, c.Random, in.AccountId)
	if err != nil {
		return nil, fault.Broken(err)
	}
	return keys, nil
}

func rotateIssuerKeys(c *op.Call, tx *iam.Tx, in *adminapi.RotateIssuerKeysInput, fresh []iam.IssuerKey) (*adminapi.RotateIssuerKeysOutput, error) {
	rotate := tx.RotateIssuer
	if yes(in.Immediately) {
		rotate = tx.ReplaceIssuerKeys
	}
	i, err := rotate(in.AccountId, fresh)
	if err != nil {
		return nil, err
	}
	return &adminapi.RotateIssuerKeysOutput{Keys: each(i.Published(c.Now), func(k iam.IssuerKey) adminapi.IssuerKey {
		s := adminapi.IssuerKey{KeyId: k.ID, Algorithm: k.Algorithm, SignsFrom: k.From}
		if !k.Until.IsZero() {
			s.PublishedUntil = &k.Until
		}
		return s
	})}, nil
}

func yes(b *bool) bool { return b != nil && *b }

// onAny asks leave for an operation that acts on no particular thing.
func onAny[In any](c *op.Call, _ *In) ([]access.Ask, error) {
	return one(access.Ask{Action: action(c), Resource: "*"})
}

func identityTokenOperations() []op.Operation {
	return []op.Operation{
		op.Planned("GetWebIdentityToken", planIdentityToken,
			func(p *identityToken) []access.Ask { return p.Asks(p.account) },
			getIdentityToken),
	}
}

type identityToken struct {
	sts.IdentityToken
	account string
}

// planIdentityToken names the token after the request: by its "jti" an operator finds in the audit trail who asked for it.
func planIdentityToken(c *op.Call, in *stsapi.GetWebIdentityTokenInput) (*identityToken, error) {
	p := &identityToken{account: c.Account(), IdentityToken: sts.IdentityToken{ID: c.ID, Audience: in.Audience, Algorithm: in.SigningAlgorithm,
		Duration: duration(in.DurationSeconds)}}
	for _, t := range in.Tags {
		p.Tags = append(p.Tags, iam.Tag(t))
	}
	return p, nil
}

func getIdentityToken(c *op.Call, p *identityToken) (*stsapi.GetWebIdentityTokenOutput, error) {
	i, claims, err := p.Claims(c.View, c.Subject, &c.Env)
	if err != nil {
		return nil, err
	}
	if err := c.Issuers.Ready(); err != nil {
		return nil, err
	}
	token, err := c.Issuers.Sign(i, p.Algorithm, claims, c.Now)
	if err != nil {
		return nil, err
	}
	return &stsapi.GetWebIdentityTokenOutput{WebIdentityToken: ptr(token.Reveal()), Expiration: ptr(time.Unix(claims.Expires, 0).UTC())}, nil
}
