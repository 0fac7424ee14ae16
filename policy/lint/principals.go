package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfPrincipals are about Principal and NotPrincipal, in trust and resource policies.
func rulesOfPrincipals() []rule {
	named := only(policy.Trust, policy.Resource)
	return []rule{
		{code: "PUBLIC_ACCESS", severity: Security, uses: named, statement: public,
			means: "A statement allows something to everybody, in every account, and no condition says who of them.",
			fix:   "Name accounts or roles, or add a condition on aws:PrincipalOrgID, aws:PrincipalAccount or aws:PrincipalArn."},
		{code: "WILDCARD_ACCOUNT_IN_CONDITION", severity: Security, uses: named, statement: anyAccount,
			means: "The condition that should say who is meant is a pattern for every account: a role of that name can be made by anybody in his own.",
			fix:   "Write the account id, or add a condition on the organization."},
		{code: "ALLOW_WITH_NOTPRINCIPAL", severity: Security, uses: only(policy.Resource), statement: allowNotPrincipal,
			means: "A statement allows something to everybody but the listed, whoever they are.", fix: "List in Principal who is allowed."},
		{code: "DENY_WITH_NOTPRINCIPAL", severity: Warning, uses: only(policy.Resource), statement: denyNotPrincipal,
			means: "A Deny with NotPrincipal spares only a caller of whom every level is listed (account, role and session), and nobody who has a permissions boundary.",
			fix:   "Deny everybody (\"*\") and leave out whom you mean by a condition such as ArnNotLike on aws:PrincipalArn."},
		{code: "MISSING_PRINCIPAL", severity: Error, uses: only(policy.Trust, policy.Resource, policy.RCP), statement: noPrincipal,
			means: "A statement of a resource or trust policy names nobody.", fix: "Add Principal."},
		{code: "INVALID_ROLE_REFERENCE", severity: Warning, uses: named, statement: deadRole,
			means: "A principal is the unique id of a role: that is how a role is shown that was deleted.", fix: "Write the role's ARN."},
		{code: "INVALID_USER_REFERENCE", severity: Warning, uses: named, statement: deadUser,
			means: "A principal is the unique id of a user: that is how a user is shown who was deleted.", fix: "Write the user's ARN."},
		{code: "INVALID_SERVICE_PRINCIPAL_FORMAT", severity: Error, uses: named, statement: badService,
			means: "A service is not named like a host.", fix: "Write it with its domain, such as ec2.amazonaws.com."},
		{code: "FEDERATED_PRINCIPAL_NOT_SUPPORTED", severity: Error, uses: only(policy.Resource), statement: federatedResource,
			means: "A resource policy names an identity provider; whoever comes from one calls as the session of a role.",
			fix:   "Name the role, and look at aws:FederatedProvider in a condition."},
		{code: "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", severity: Security, uses: only(policy.Resource), statement: confusedDeputy,
			means: "A service is let in without saying for whom it may act: anybody who can make the service work for him gets in (the confused deputy).",
			fix:   "Add a condition on aws:SourceArn, aws:SourceAccount or aws:SourceOrgID."},
		{code: "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", severity: Suggestion, uses: only(policy.Trust), statement: serviceTrust,
			means: "A role trusts a service without saying for which resource or account the service may take it on.",
			fix:   "Where the service sends them, add a condition on aws:SourceArn or aws:SourceAccount."},
		{code: "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", severity: Error, uses: named, statement: serviceKeys,
			means: "A statement that allows services only asks for a key that only identities of accounts have, so that it never matches.",
			fix:   "Compare aws:SourceArn, aws:SourceAccount or aws:SourceOrgID."},
	}
}

// callerKeys are those that say which accounts callers are from, and that no caller chooses for himself.
func callerKeys() []string {
	return []string{"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid", "aws:sourceip", "aws:sourcevpc",
		"aws:sourcevpce", "aws:vpcsourceip", "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"}
}

// everybody finds the principal "*".
func (s *statement) everybody() (policy.Token, bool) {
	for _, p := range s.principals("AWS") {
		if p.Text == "*" {
			return p, true
		}
	}
	return policy.Token{}, false
}

// whoKeys are the caller keys that a statement demands; open are those of them under which every account is meant.
func (s *statement) whoKeys() (closed bool, open []policy.Token) {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if !slices.Contains(callerKeys(), s.keys[i]) || !demanding(c) {
			continue
		}
		if at, ok := ofAnyAccount(s.keys[i], c); ok {
			open = append(open, at)
			continue
		}
		closed = true
	}
	return closed, open
}

// ofAnyAccount finds a value of an ARN key whose account is a pattern, where wildcards count.
func ofAnyAccount(key string, c *policy.ConditionElement) (policy.Token, bool) {
	if key != "aws:principalarn" && key != "aws:sourcearn" || c.Operator.Values != policy.PatternValue && c.Operator.Values != policy.ARNValue {
		return policy.Token{}, false
	}
	for _, v := range c.Values {
		f := fields(v.Text)
		if f == nil && wild(v.Text) || f != nil && strings.Trim(f[4], "*?") == "" && (f[4] != "" || key == "aws:principalarn") {
			return v, true
		}
	}
	return policy.Token{}, false
}

func public(l *linter, s *statement) {
	at, all := s.everybody()
	if !s.allows() || !all {
		return
	}
	if closed, open := s.whoKeys(); !closed && len(open) == 0 {
		l.say(at, "everybody in every account is meant")
	}
}

func anyAccount(l *linter, s *statement) {
	if _, all := s.everybody(); !s.allows() || !all && len(s.principals("Service")) == 0 {
		return
	}
	if closed, open := s.whoKeys(); !closed {
		for _, v := range open {
			l.say(v, "%s is met from every account", clip(v.Text))
		}
	}
}

func allowNotPrincipal(l *linter, s *statement) {
	if s.allows() && s.Principal != nil && s.Principal.Not {
		l.say(l.name(s.Principal.Start, "NotPrincipal"), "everybody but the listed is meant, callers without credentials too")
	}
}

func denyNotPrincipal(l *linter, s *statement) {
	if s.denies() && s.Principal != nil && s.Principal.Not {
		l.say(l.name(s.Principal.Start, "NotPrincipal"), "whoever is listed only in part is denied")
	}
}

func noPrincipal(l *linter, s *statement) {
	if s.Principal == nil {
		l.say(s.start(), "the statement has no Principal and is about nobody")
	}
}

func deadRole(l *linter, s *statement) { deadReference(l, s, "AROA") }
func deadUser(l *linter, s *statement) { deadReference(l, s, "AIDA") }

func deadReference(l *linter, s *statement, prefix string) {
	if s.Principal == nil {
		return
	}
	for _, p := range s.Principal.Items {
		if p.Type == "AWS" && strings.HasPrefix(p.Text, prefix) {
			l.say(p.Token, "%s is an id, not a name; nobody new gets it", clip(p.Text))
		}
	}
}

func badService(l *linter, s *statement) {
	if s.Principal == nil {
		return
	}
	for _, p := range s.Principal.Items {
		if p.Type == "Service" && (!strings.Contains(strings.Trim(p.Text, "."), ".") || lower(p.Text) != p.Text) {
			l.say(p.Token, "%s is not the name of a service", clip(p.Text))
		}
	}
}

func federatedResource(l *linter, s *statement) {
	for _, p := range s.principals("Federated") {
		l.say(p, "nobody calls as %s", clip(p.Text))
	}
}

func confusedDeputy(l *linter, s *statement) {
	if closed, _ := s.sourced(); !s.allows() || closed {
		return
	}
	for _, p := range s.principals("Service") {
		l.say(p, "%s may do this for anybody", clip(p.Text))
	}
}

// sourced says whether a statement limits for whom a service acts; a pattern for every account does not, and is told elsewhere.
func (s *statement) sourced() (closed, some bool) {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		switch s.keys[i] {
		case "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths":
			closed = closed || demanding(c)
		}
	}
	return closed, len(s.Conditions) > 0
}

func serviceTrust(l *linter, s *statement) {
	if _, some := s.sourced(); !s.allows() || some {
		return
	}
	for _, p := range s.principals("Service") {
		l.say(p, "%s may take on this role for whatever runs there", clip(p.Text))
	}
}

func serviceKeys(l *linter, s *statement) {
	if !s.allows() || s.Principal == nil || s.Principal.Not || len(s.principals("Service")) != len(s.Principal.Items) {
		return
	}
	for i, c := range s.Conditions {
		switch key := s.keys[i]; {
		case !demanding(&c):
		case slices.Contains([]string{"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:userid", "aws:username", "aws:multifactorauthpresent"}, key),
			strings.HasPrefix(key, "aws:principaltag/"):
			l.say(c.Key, "no service has %s", c.Key.Text)
		}
	}
}
