package sts

import (
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/federate/saml"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// SAML is a verified assertion with the provider that made it.
type SAML struct {
	Provider *iam.SAMLProvider
	*saml.Assertion

	claims *saml.Claims
}

// ProveSAML verifies a response as one of the provider with a resource name. here says what it has to be for, words in which attributes
// the cloud is told about roles. It fails with Invalid (ARN) or NotFound (SAMLProvider), or with Invalid, Expired or Denied of
// SAMLAssertion, whose cause is a *[saml.Problem].
func ProveSAML(v *iam.View, provider, response string, here saml.Here, words *saml.Vocabulary, now time.Time) (*access.Outsider, *SAML, error) {
	p, err := v.SAMLProviderByARN(provider)
	if err != nil {
		return nil, nil, err
	}
	verifier, err := saml.NewProvider(p.EntityID, p.Certificates, p.Until)
	if err != nil {
		return nil, nil, fault.Broken(err)
	}
	here.ProviderID = p.ID
	s := &SAML{Provider: p}
	if s.Assertion, err = verifier.Verify(response, &here, now); err != nil {
		return nil, nil, refused(err)
	}
	if s.claims, err = s.Claims(words); err != nil {
		return nil, nil, refused(err)
	}
	return &access.Outsider{Type: policy.SAML, Provider: p.ARN(), Account: p.Account, Name: s.Subject,
		ID: s.NameQualifier() + ":" + s.Subject, Facts: s.facts()}, s, nil
}

func refused(err error) error {
	f := &fault.Error{Kind: fault.Invalid, What: fault.SAMLAssertion, Err: err}
	if p, ok := errors.AsType[*saml.Problem](err); ok {
		switch p.Kind {
		case saml.Expired, saml.Stale:
			f.Kind = fault.Expired
		case saml.Status:
			f.Kind = fault.Denied
		}
	}
	return f
}

// doc is the provider as the key saml:doc names it.
func (s *SAML) doc() string { return s.Provider.Account + "/" + s.Provider.Name }

// NameQualifier tells apart subjects of the same name who come from different providers (STS API Reference, AssumeRoleWithSAML).
func (s *SAML) NameQualifier() string {
	sum := sha1.Sum([]byte(s.Issuer + s.doc())) // a name, not a protection; the API defines it so
	return base64.StdEncoding.EncodeToString(sum[:])
}

const (
	formatPrefix      = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
	formatUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified" // what no format means (SAML core, 2.2.2)
)

// SubjectType is the format of the subject's name, without the prefix that most have.
func (s *SAML) SubjectType() string {
	if s.Format == "" {
		return formatUnspecified
	}
	return strings.TrimPrefix(s.Format, formatPrefix)
}

// subType is the format as the key saml:sub_type has it: only two are shortened.
func (s *SAML) subType() string {
	switch short := s.SubjectType(); short {
	case "persistent", "transient":
		return short
	}
	if s.Format == "" {
		return formatUnspecified
	}
	return s.Format
}

// facts are the condition keys that trust policies see (IAM User Guide, "Available keys for SAML-based federation").
func (s *SAML) facts() []session.Fact {
	facts := append(s.lasting(),
		session.Fact{Name: "saml:aud", Values: []string{s.Recipient}},
		session.Fact{Name: "saml:iss", Values: []string{s.Issuer}},
		session.Fact{Name: "saml:doc", Values: []string{s.doc()}})
	for _, said := range s.Said() {
		facts = append(facts, session.Fact{Name: policy.FoldKey("saml:" + said.Key), Values: said.Values, Multi: said.List})
	}
	return facts
}

// lasting are those that later requests of the session are judged by as well.
func (s *SAML) lasting() []session.Fact {
	return []session.Fact{
		{Name: "saml:namequalifier", Values: []string{s.NameQualifier()}},
		{Name: "saml:sub", Values: []string{s.Subject}},
		{Name: "saml:sub_type", Values: []string{s.subType()}},
	}
}

// Complete fills in what the assertion says about the session that is asked for: its name, its tags, when it has to end. It fails with
// Denied (SAMLAssertion) when the assertion does not name the role, as one for identities of this provider.
func (s *SAML) Complete(in *AssumeRole, now time.Time) error {
	if !s.claims.Pairs(in.RoleARN, s.Provider.ARN()) {
		return fault.New(fault.Denied, fault.SAMLAssertion, "")
	}
	in.SessionName, in.SourceIdentity, in.Facts = s.claims.SessionName, s.claims.SourceIdentity, s.lasting()
	in.Transitive = s.claims.Transitive
	for _, t := range s.claims.Tags {
		in.Tags = append(in.Tags, iam.Tag(t))
	}
	// The session's end is the provider's to set, and no reason to refuse what the role allows.
	in.NotAfter = s.SessionEnds
	if d := s.claims.Duration; d != 0 {
		if end := now.Truncate(time.Second).Add(d); in.NotAfter.IsZero() || end.Before(in.NotAfter) {
			in.NotAfter = end
		}
	}
	if !in.NotAfter.IsZero() && !in.NotAfter.Truncate(time.Second).After(now.Truncate(time.Second)) {
		return refused(&saml.Problem{Kind: saml.Expired, Detail: "the session at the provider is over"})
	}
	return nil
}

// Spend notes that the assertion is used up. It fails with Exists (SAMLAssertion) when it was before, and when the provider is no
// longer the one that vouched for it.
func (s *SAML) Spend(tx *iam.Tx) error {
	p, err := tx.SAMLProviderByARN(s.Provider.ARN())
	if err != nil {
		return err
	}
	if p.ID != s.Provider.ID || p.EntityID != s.Provider.EntityID || !slices.EqualFunc(p.Certificates, s.Provider.Certificates, slices.Equal) {
		return refused(&saml.Problem{Kind: saml.Signature, Detail: "the provider's keys have changed meanwhile"})
	}
	return tx.UseAssertion(p, s.ID, s.Until)
}
