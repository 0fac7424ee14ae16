package sts

import (
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/issuer"
	"github.com/daypass/daypass/policy"
)

// identityTokenLife is how long a token is good when nobody says (STS API Reference, GetWebIdentityToken).
const identityTokenLife = 300 * time.Second

// IdentityToken is a request for a token by which the caller proves elsewhere who he is.
type IdentityToken struct {
	ID        string // of the token
	Audience  []string
	Algorithm string
	Duration  time.Duration // 0: not given
	Tags      []iam.Tag
}

func (in *IdentityToken) life() time.Duration {
	if in.Duration == 0 {
		return identityTokenLife
	}
	return in.Duration
}

// Asks says what must be allowed: the token, and the tags if there are any. The keys are those of the Service Authorization
// Reference; the duration is there also when it is the default, so that a policy that bounds it holds for all.
func (in *IdentityToken) Asks(account string) []access.Ask {
	token := access.Ask{
		Action: "sts:GetWebIdentityToken", Resource: arn.Self(account), RequestTags: in.Tags,
		Keys: []access.Key{
			{Name: "sts:identitytokenaudience", Values: policy.List(in.Audience...)},
			{Name: "sts:signingalgorithm", Values: policy.Single(in.Algorithm)},
			{Name: "sts:durationseconds", Values: policy.Single(strconv.Itoa(int(in.life() / time.Second)))},
		},
	}
	if len(in.Tags) == 0 {
		return []access.Ask{token}
	}
	tags := token
	tags.Action = "sts:TagGetWebIdentityToken"
	return []access.Ask{token, tags}
}

// Claims says what the token says of the caller, once leave was given, and who issues it. It fails with NotFound (the account is no
// issuer), Invalid, or Denied with IdentityToken: no token outlives the session that asks for it.
func (in *IdentityToken) Claims(v *iam.View, s *access.Subject, env *access.Environment) (*iam.Issuer, issuer.Claims, error) {
	var none issuer.Claims
	if !slices.Contains(iam.Algorithms(), in.Algorithm) {
		return nil, none, fault.BadParameter("signingAlgorithm", in.Algorithm)
	}
	if err := iam.CheckTags(in.Tags); err != nil {
		return nil, none, err
	}
	i, err := v.Issuer(s.Principal.Account)
	if err != nil {
		return nil, none, err
	}
	if !i.Enabled() {
		return nil, none, fault.Missing(fault.Issuer, i.Account)
	}
	issued := env.Now.UTC().Truncate(time.Second)
	expires := issued.Add(in.life())
	c := issuer.Claims{
		Subject: s.Issuer, Audience: in.Audience, Issued: issued.Unix(), Expires: expires.Unix(), ID: in.ID,
		Identity: issuer.Identity{
			Account: s.Principal.Account, Region: env.Region, Principal: s.Issuer,
			PrincipalTags: tagMap(s.Tags()), RequestTags: tagMap(in.Tags),
		},
	}
	if st := v.Standing(s.Principal.Account); st != nil {
		c.Identity.Organization, c.Identity.OrganizationPath = st.Organization, st.Path
	}
	if s.Session != nil {
		if expires.After(s.Session.Expires) {
			return nil, none, fault.New(fault.Denied, fault.IdentityToken, "")
		}
		c.Identity.SessionExpires = s.Session.Expires.UTC().Format(time.RFC3339)
		c.Identity.SourceIdentity, c.Identity.FederatedProvider = s.Session.SourceIdentity, s.Session.Provider()
	}
	return i, c, nil
}

func tagMap(tags []iam.Tag) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[t.Key] = t.Value
	}
	return m
}
