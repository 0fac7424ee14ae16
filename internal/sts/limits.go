package sts

import (
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/session"
)

// IAM says whether credentials (nil for a long-term key) may be used for the IAM API at all (IAM User Guide, "Compare AWS STS credentials"): those of
// GetFederationToken never, those of GetSessionToken if a second factor was shown for them. They are refused like unknown ones.
func IAM(s *session.Session) error {
	if s == nil {
		return nil
	}
	if s.Kind == session.OfFederated || s.Kind == session.OfUser && s.MFA.IsZero() {
		return &fault.Error{Kind: fault.Unauthenticated, What: fault.Credential}
	}
	return nil
}

// STS says whether credentials (nil for a long-term key) may be used for an operation of the STS API: those of GetFederationToken only for
// GetCallerIdentity, and so those of GetDelegatedAccessToken, which must not outlive themselves in others, those of GetSessionToken for AssumeRole as well, those of a role or an assumed root for everything but the making
// of a user's sessions.
func STS(s *session.Session, operation string) error {
	if s == nil || operation == "GetCallerIdentity" {
		return nil
	}
	may := false
	switch s.Kind {
	case session.OfRole, session.OfRoot:
		may = operation != "GetSessionToken" && operation != "GetFederationToken"
	case session.OfUser:
		may = operation == "AssumeRole"
	}
	if !may {
		return &fault.Error{Kind: fault.Denied, What: fault.SessionCredentials, Name: operation}
	}
	return nil
}
