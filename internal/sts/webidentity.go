package sts

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/federate/oidc"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// WebIdentity is a verified ID token with the provider whose it is.
type WebIdentity struct {
	Provider *iam.OIDCProvider
	*oidc.Claims
}

// maxIssuer is the longest issuer that is looked for; no longer one can be registered.
const maxIssuer = 255

// ProveWebIdentity verifies a token as one of a provider of the account whose role is asked for. It may ask the issuer for its keys with
// ctx. It fails with Invalid (ARN), NotFound (OIDCProvider) and as [oidc.Verifier.Verify] does; whether there is such a role is not
// looked at.
func ProveWebIdentity(ctx context.Context, v *iam.View, verifier *oidc.Verifier, roleARN, token string, now time.Time) (*access.Outsider, *WebIdentity, error) {
	name, err := arn.Parse(roleARN)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, fault.ARN, roleARN)
	}
	issuer, err := oidc.Issuer(token)
	if err != nil {
		return nil, nil, err
	}
	if len(issuer) > maxIssuer {
		return nil, nil, fault.New(fault.Invalid, fault.Claim, "iss")
	}
	p, err := v.OIDCProviderOf(name.Account, issuer)
	if err != nil {
		return nil, nil, err
	}
	claims, err := verifier.Verify(ctx, p, token, now)
	if err != nil {
		return nil, nil, err
	}
	w := &WebIdentity{p, claims}
	if err := w.check(roleARN); err != nil {
		return nil, nil, err
	}
	return &access.Outsider{Type: policy.WebIdentity, Provider: p.ARN(), Account: p.Account, Name: w.Subject,
		ID: p.ARN() + ":" + w.Audience + ":" + w.Subject, Facts: w.facts()}, w, nil
}

// identityForm is what a source identity looks like (sourceIdentityType of the STS API model).
var identityForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// check holds what the token says to STS itself against the rules. A token that names roles is good for these alone.
func (w *WebIdentity) check(roleARN string) error {
	if w.SourceIdentity != "" && !identityForm.MatchString(w.SourceIdentity) {
		return fault.New(fault.Invalid, fault.Claim, oidc.SourceIdentityClaim)
	}
	if iam.CheckTags(w.Tags) != nil {
		return fault.New(fault.Invalid, fault.Claim, oidc.TagsClaim)
	}
	if w.Roles != nil && !slices.Contains(w.Roles, roleARN) {
		return fault.New(fault.Invalid, fault.Claim, oidc.RolesClaim)
	}
	return nil
}

// facts are the condition keys that trust policies see: the claims, each below the provider's name, and whether the token names the
// role it is used for.
func (w *WebIdentity) facts() []session.Fact {
	facts := make([]session.Fact, 0, len(w.Facts)+1)
	for _, f := range w.Facts {
		facts = append(facts, w.fact(f))
	}
	return append(facts, session.Fact{Name: "sts:roleauthorizedbyidp", Values: []string{strconv.FormatBool(w.Roles != nil)}})
}

func (w *WebIdentity) fact(f oidc.Fact) session.Fact {
	return session.Fact{Name: policy.FoldKey(w.Provider.Host() + ":" + f.Name), Values: f.Values, Multi: f.List}
}

// maxLasting bounds what a list of methods may take up in every request of a session, in characters.
const maxLasting = 1024

// lasting are those that later requests of the session are judged by as well (IAM User Guide, "Available keys for AWS OIDC
// federation").
func (w *WebIdentity) lasting() []session.Fact {
	var list []session.Fact
	for _, f := range w.Facts {
		size := 0
		for _, value := range f.Values {
			size += len(value)
		}
		if f.Name == "aud" || f.Name == "sub" || f.Name == "amr" && size <= maxLasting {
			list = append(list, w.fact(f))
		}
	}
	return list
}

// Complete fills in what the token says about the session that is asked for.
func (w *WebIdentity) Complete(in *AssumeRole) {
	in.SourceIdentity, in.Tags, in.Transitive, in.Facts = w.SourceIdentity, w.Tags, w.Transitive, w.lasting()
}
