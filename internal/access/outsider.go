package access

import (
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Outsider is somebody whom an identity provider vouches for, before any role is assumed: who the verified token or assertion says it
// is. Trust policies mean it by `"Principal":{"Federated":PROVIDER}` and by the facts.
type Outsider struct {
	Type     policy.PrincipalType // policy.WebIdentity or policy.SAML
	Provider string               // ARN of the provider; its record is on the shelf
	Account  string               // of the provider
	Name     string               // the provider's name for the caller: the sub claim, the NameID. For the record
	ID       string               // what the record calls the caller: "PROVIDER:aud:sub", "NAMEQUALIFIER:sub"
	// Facts are all condition keys that the token or assertion gives, such as "HOST/PATH:aud" and "saml:iss", with names as
	// [policy.FoldKey] gives them. Nothing an operation brings along wins over them, and they never reach below "aws:".
	Facts []session.Fact
}

// Outside is the caller of a federated operation as trust policies see it.
func Outside(v *iam.View, o *Outsider) *Subject {
	return &Subject{Principal: policy.Principal{Type: o.Type, ARN: o.Provider}, Outside: o, view: v}
}

// facts are what an identity provider said of the caller, now or when the session was made.
func (s *Subject) facts() []session.Fact {
	switch {
	case s.Outside != nil:
		return s.Outside.Facts
	case s.Session != nil:
		return s.Session.Facts
	}
	return nil
}
