package policytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/daypass/daypass/policy"
)

// named is the object form of a principal.
type named struct {
	Type        string `json:"type"`
	ARN         string `json:"arn"`
	Account     string `json:"account"`
	ID          string `json:"id"`
	RoleARN     string `json:"role_arn"`
	RoleID      string `json:"role_id"`
	IssuerARN   string `json:"issuer_arn"`
	IssuerID    string `json:"issuer_id"`
	CanonicalID string `json:"canonical_id"`
}

// readPrincipal understands an ARN, an account id, a service or provider name,
// "anonymous", and an object with one of these in arn. Of other clouds than AWS
// it understands only the object, with everything in it said.
func readPrincipal(g *policy.Grammar, raw json.RawMessage, roleARN, issuerARN string) (*policy.Principal, error) {
	var n named
	switch {
	case len(raw) == 0:
		return nil, fmt.Errorf("the request has no principal")
	case raw[0] == '"':
		if err := json.Unmarshal(raw, &n.ARN); err != nil {
			return nil, fmt.Errorf("principal: %w", err)
		}
	default:
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&n); err != nil {
			return nil, fmt.Errorf("principal: %w", err)
		}
	}
	if n.RoleARN == "" {
		n.RoleARN = roleARN
	}
	if n.IssuerARN == "" {
		n.IssuerARN = issuerARN
	}
	if g != policy.AWS() {
		return n.said()
	}
	return n.principal()
}

// said takes what the object says and adds nothing.
func (n *named) said() (*policy.Principal, error) {
	types := map[string]policy.PrincipalType{
		"anonymous": policy.Anonymous, "user": policy.User, "role-session": policy.AssumedRole, "root": policy.Root,
		"service": policy.Service, "federated": policy.WebIdentity,
	}
	t, ok := types[n.Type]
	if !ok {
		return nil, fmt.Errorf("principal type is %q: want anonymous, user, role-session, root, service or federated", n.Type)
	}
	p := &policy.Principal{Type: t, ARN: n.ARN, Account: n.Account, ID: n.ID, RoleARN: n.RoleARN, RoleID: n.RoleID}
	if t == policy.AssumedRole {
		p.SessionName = n.ARN[strings.LastIndexByte(n.ARN, '/')+1:]
	}
	return p, nil
}

func (n *named) principal() (*policy.Principal, error) {
	p := &policy.Principal{
		ARN: n.ARN, Account: n.Account, ID: n.ID, RoleARN: n.RoleARN, RoleID: n.RoleID,
		IssuerARN: n.IssuerARN, IssuerID: n.IssuerID, CanonicalID: n.CanonicalID,
	}
	f := strings.SplitN(n.ARN, ":", 6)
	switch {
	case n.ARN == "anonymous" || n.Type == "anonymous":
		return &policy.Principal{Type: policy.Anonymous}, nil
	case isAccount(n.ARN) || n.ARN == "" && n.Type == "root":
		if p.Account == "" {
			p.Account = n.ARN
		}
		p.Type, p.ARN = policy.Root, "arn:aws:iam::"+p.Account+":root"
		return p, nil
	case len(f) == 6 && f[0] == "arn":
		return p, fromARN(p, f)
	case n.Type == "federated" || wellKnown(n.ARN):
		p.Type = policy.WebIdentity
		return p, nil
	case n.Type == "service" || strings.Contains(n.ARN, "."):
		p.Type, p.Account = policy.Service, ""
		return p, nil
	}
	return nil, fmt.Errorf("principal %q is none of: ARN, account id, service, provider, anonymous", n.ARN)
}

// fromARN fills in what an ARN says; fields that were given stay.
func fromARN(p *policy.Principal, f []string) error {
	if p.Account == "" {
		p.Account = f[4]
	}
	kind, rest, _ := strings.Cut(f[5], "/")
	switch {
	case f[2] == "iam" && f[5] == "root":
		p.Type = policy.Root
	case f[2] == "iam" && kind == "user":
		p.Type = policy.User
	case f[2] == "iam" && kind == "role":
		p.Type, p.RoleARN = policy.AssumedRole, p.ARN
	case f[2] == "iam" && kind == "saml-provider":
		p.Type, p.Account = policy.SAML, ""
	case f[2] == "iam" && kind == "oidc-provider":
		p.Type, p.Account = policy.WebIdentity, ""
	case f[2] == "sts" && kind == "federated-user":
		p.Type = policy.FederatedUser
	case f[2] == "sts" && kind == "assumed-role":
		role, session, _ := strings.Cut(rest, "/")
		p.Type, p.SessionName = policy.AssumedRole, session
		if p.RoleARN == "" {
			p.RoleARN = "arn:" + f[1] + ":iam::" + f[4] + ":role/" + role
		}
	default:
		return fmt.Errorf("principal %q is not the ARN of a caller", p.ARN)
	}
	p.ServiceLinked = strings.Contains(p.RoleARN, ":role/aws-service-role/")
	return nil
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

func wellKnown(s string) bool {
	switch s {
	case "accounts.google.com", "www.amazon.com", "graph.facebook.com", "cognito-identity.amazonaws.com":
		return true
	}
	return false
}

// Principal reads a principal as the cases of AWS write it in a string: an ARN,
// an account id, the name of a service or provider, or "anonymous".
func Principal(name string) (*policy.Principal, error) {
	n := named{ARN: name}
	return n.principal()
}
