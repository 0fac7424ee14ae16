package iam

import (
	"strings"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// bindTrust reads a new trust policy and gives the text to store, in which every user and role stands by its unique id: a namesake
// who comes after the one who was meant is somebody else (AWS JSON policy elements: Principal, IAM User Guide). It fails with
// Malformed — What Principal with the type as Name and the value as Detail for a principal that does not exist — or Limit.
func (t *Tx) bindTrust(account, role, document string) (string, error) {
	if len(document) > maxDocument {
		return "", &fault.Error{Kind: fault.TooLarge, What: fault.TrustPolicy, Limit: maxDocument}
	}
	doc, err := t.read(saved{fault.TrustPolicy, policy.Trust, account, t.quotas.Trust, document})
	if err != nil {
		return "", err
	}
	if doc.Size() > t.quotas.Trust {
		return "", fault.Exceeded(fault.Role, fault.TrustPolicy, role, t.quotas.Trust)
	}
	for _, p := range doc.Principals() {
		if _, ok := t.bindPrincipal(p.Type, p.Value); !ok {
			return "", &fault.Error{Kind: fault.Malformed, What: fault.Principal, Subject: fault.TrustPolicy, Name: p.Type, Detail: p.Value}
		}
	}
	bound := doc.RewritePrincipals(func(typ, value string) string {
		if id, ok := t.bindPrincipal(typ, value); ok {
			return id
		}
		return value
	})
	return string(bound), nil
}

// bindPrincipal gives a principal as it is stored. ok is false for one that may not stand in a trust policy.
func (s *tables) bindPrincipal(typ, value string) (stored string, ok bool) {
	switch typ {
	case "AWS":
		return s.bindAWS(value)
	case "Service":
		return value, isHostName(value)
	case "Federated":
		return value, isFederated(value)
	}
	return "", false
}

// bindAWS accepts everybody ("*"), an account, its root, a user, a role, a session, and the unique id of a user or
// role that exists. Groups are no principals, and no part of a name may be a pattern.
func (s *tables) bindAWS(value string) (string, bool) {
	if value == "*" {
		return value, true
	}
	if arn.IsAccount(value) {
		return value, true
	}
	if id, session, ok := strings.Cut(value, ":"); ok && IsUniqueID(id) {
		_, exists := s.roles.Get(id)
		return value, exists && len(session) >= 2 && checkName("", session, 64) == nil
	}
	if IsUniqueID(value) {
		_, exists := s.Display(value)
		return value, exists
	}
	n, err := arn.Parse(value)
	if err != nil || n.Region != "" || n.Partition != "aws" || strings.ContainsAny(value, "*?") {
		return "", false
	}
	switch n.Service {
	case "iam":
		if n.Resource == "root" {
			return value, arn.IsAccount(n.Account)
		}
		return s.Resolve(value)
	case "sts":
		return s.bindSession(n, value)
	}
	return "", false
}

// bindSession binds a session to the unique id of its role, which must exist: AROA…:session. Sessions of federated users have
// nobody behind them but the account and stay as they are.
func (s *tables) bindSession(n arn.Name, value string) (string, bool) {
	if name, session, ok := n.Session(); ok {
		r, err := s.Role(n.Account, name)
		if err != nil || r.Name != name || len(session) < 2 || checkName("", session, 64) != nil {
			return "", false
		}
		return r.ID + ":" + session, true
	}
	name, ok := strings.CutPrefix(n.Resource, "federated-user/")
	return value, ok && arn.IsAccount(n.Account) && len(name) >= 2 && checkName("", name, 32) == nil
}

func isFederated(value string) bool {
	n, err := arn.Parse(value)
	if err != nil {
		return isHostName(value)
	}
	// The name of an issuer may end with a slash.
	kind, name, _ := strings.Cut(n.Resource, "/")
	return n.Service == "iam" && n.Region == "" && arn.IsAccount(n.Account) && !strings.ContainsAny(value, "*?") &&
		name != "" && (kind == "saml-provider" || kind == "oidc-provider")
}

// isHostName accepts dotted names such as those of services (ec2.amazonaws.com) and of well-known identity providers.
func isHostName(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; !isNameByte(c) || strings.IndexByte("+=,.@", c) >= 0 {
				return false
			}
		}
	}
	return true
}

// ShowTrust gives a role's trust policy for readers: the stored text with the present resource names of users and roles. The ids
// of those who are gone stay.
func (s *tables) ShowTrust(r *Role) string {
	doc, err := policy.Parse(policy.AWS(), policy.Trust, []byte(r.Trust))
	if err != nil {
		return r.Trust
	}
	return string(doc.RewritePrincipals(func(typ, value string) string {
		if typ != "AWS" {
			return value
		}
		id, session, isSession := strings.Cut(value, ":")
		if r, ok := s.roles.Get(id); isSession && ok {
			return arn.AssumedRole(r.Account, r.Name, session)
		}
		if name, ok := s.Display(value); ok {
			return name
		}
		return value
	}))
}
