package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfTrust are about who may take on a role.
func rulesOfTrust() []rule {
	trust := only(policy.Trust)
	return []rule{
		{code: "CROSS_ACCOUNT_WITHOUT_EXTERNAL_ID", severity: Warning, uses: trust, statement: noExternalID,
			means: "A role trusts a whole other account, and nothing says on whose behalf that account acts: if it serves many customers, each of them gets in through it (the confused deputy).",
			fix:   "Demand sts:ExternalId, or name the one role there; for an account of your own organization compare aws:PrincipalOrgID."},
		{code: "MISMATCHED_ACTION_FOR_PRINCIPAL", severity: Error, uses: trust, statement: mismatchedAction,
			means: "None of a statement's principals can use one of its actions: sts:AssumeRoleWithSAML is for SAML providers, sts:AssumeRoleWithWebIdentity for OIDC providers, sts:AssumeRole for everyone else.",
			fix:   "Use the action that belongs to the principal."},
		{code: "MISSING_ACTION_FOR_CONDITION_KEY", severity: Error, uses: trust, document: missingAction,
			means: "A condition asks for something to be set with the session that no statement allows to be set.",
			fix:   "Allow sts:SetSourceIdentity or sts:TagSession in the same policy."},
		{code: "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", severity: Error, uses: trust, statement: rolesAnywhere,
			means: "rolesanywhere.amazonaws.com is trusted without one of the three actions that it uses.",
			fix:   "Allow sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession."},
		{code: "UNSUPPORTED_ACTION_FOR_CONDITION_KEY", severity: Error, statement: keyOfOtherAction,
			means: "A condition asks for a key that the requests of one of the statement's actions never have, so that it never matches them.",
			fix:   "Move the action to a statement without this condition."},
		{code: "IRRELEVANT_CONDITION_KEY_IN_POLICY", severity: Suggestion, uses: trust, statement: irrelevantKey,
			means: "A condition of a trust policy compares a key of another service, which requests for credentials do not have.",
			fix:   "Say it in the policies that the role has."},
		{code: "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", severity: Suggestion, uses: trust, statement: sessionOfRole,
			means: "A session is trusted whose role is trusted in the same statement.", fix: "Leave the session out."},
	}
}

// thirdParty are the keys by which a trusted account shows on whose behalf it acts, or that it is one's own.
func thirdParty() []string {
	return []string{"sts:externalid", "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:userid", "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:principaltag/"}
}

func noExternalID(l *linter, s *statement) {
	if l.options.Account == "" || !s.allows() || s.demandsAny(thirdParty()...) {
		return
	}
	for _, p := range s.principals("AWS") {
		whole := isAccount(p.Text) || strings.HasSuffix(p.Text, ":root")
		if other := account(p.Text); whole && other != "" && other != l.options.Account {
			l.say(p, "the whole account %s is trusted, whoever it acts for", other)
		}
	}
}

// providers splits the federated principals of a statement.
func (s *statement) providers() (saml, oidc int) {
	for _, p := range s.principals("Federated") {
		if strings.Contains(p.Text, ":saml-provider/") {
			saml++
		} else {
			oidc++
		}
	}
	return saml, oidc
}

func mismatchedAction(l *linter, s *statement) {
	if s.Principal == nil || s.Principal.Not {
		return
	}
	saml, oidc := s.providers()
	others := len(s.Principal.Items) - saml - oidc
	for _, a := range s.actions() {
		switch name := lower(a.Text); {
		case name == "sts:assumerolewithsaml" && saml == 0:
			l.say(a, "no principal here is a SAML provider")
		case name == "sts:assumerolewithwebidentity" && oidc == 0:
			l.say(a, "no principal here is an OIDC provider")
		case name == "sts:assumerole" && others == 0:
			l.say(a, "identity providers do not use sts:AssumeRole")
		}
	}
}

// setting is an action without which a request cannot set what a key shows.
func setting(key string) string {
	switch {
	case key == "sts:sourceidentity":
		return "sts:SetSourceIdentity"
	case key == "sts:transitivetagkeys", strings.HasPrefix(key, "aws:requesttag/"), key == "aws:tagkeys":
		return "sts:TagSession"
	}
	return ""
}

func missingAction(l *linter) {
	allowed := map[string]bool{}
	for i := range l.statements {
		for _, action := range []string{"sts:SetSourceIdentity", "sts:TagSession"} {
			if how, _ := l.statements[i].reaches(lower(action)); how != unreached && l.statements[i].allows() {
				allowed[action] = true
			}
		}
	}
	for i := range l.statements {
		l.at = &l.statements[i]
		for j, c := range l.at.Conditions {
			if need := setting(l.at.keys[j]); l.at.allows() && need != "" && !allowed[need] && demanding(&c) {
				l.say(c.Key, "nobody can meet %s: %s is not allowed", clip(c.Key.Text), need)
			}
		}
	}
	l.at = nil
}

func rolesAnywhere(l *linter, s *statement) {
	for _, p := range s.principals("Service") {
		if p.Text != "rolesanywhere.amazonaws.com" || !s.allows() {
			continue
		}
		for _, action := range []string{"sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"} {
			if how, _ := s.reaches(lower(action)); how == unreached {
				l.say(p, "%s is not among its actions", action)
				return
			}
		}
	}
}

// ownKey is a key that only requests of certain actions have.
type ownKey struct {
	key     string   // folded; one that ends with a colon stands for all that begin so
	service string   // that the rule is about
	actions []string // that have it, folded
}

func ownKeys() []ownKey {
	return []ownKey{
		{"saml:", "sts:assumerole", []string{"sts:assumerolewithsaml"}},
		{"sts:externalid", "sts:assumerole", []string{"sts:assumerole"}},
		{"iam:passedtoservice", "iam:", []string{"iam:passrole"}},
		{"iam:associatedresourcearn", "iam:", []string{"iam:passrole"}},
	}
}

func keyOfOtherAction(l *linter, s *statement) {
	for i, c := range s.Conditions {
		for _, own := range ownKeys() {
			if s.keys[i] != own.key && (!strings.HasSuffix(own.key, ":") || !strings.HasPrefix(s.keys[i], own.key)) || !demanding(&c) {
				continue
			}
			for _, a := range s.actions() {
				if name := lower(a.Text); strings.HasPrefix(name, own.service) && !wild(name) && !slices.Contains(own.actions, name) {
					l.say(a, "requests for %s have no %s", clip(a.Text), clip(c.Key.Text))
				}
			}
		}
	}
}

func irrelevantKey(l *linter, s *statement) {
	for i, c := range s.Conditions {
		service, _, ok := strings.Cut(s.keys[i], ":")
		if ok && !strings.ContainsAny(service, "./") && !slices.Contains([]string{"aws", "sts", "saml", "iam"}, service) {
			l.say(c.Key, "whoever asks for credentials has no %s", clip(c.Key.Text))
		}
	}
}

func sessionOfRole(l *linter, s *statement) {
	trusted := map[string]bool{} // account and name of roles
	for _, p := range s.principals("AWS") {
		if f := fields(p.Text); f != nil && f[2] == "iam" && strings.HasPrefix(f[5], "role/") {
			trusted[f[4]+f[5][strings.LastIndexByte(f[5], '/'):]] = true
		}
	}
	for _, p := range s.principals("AWS") {
		f := fields(p.Text)
		if f == nil || f[2] != "sts" {
			continue
		}
		if rest, ok := strings.CutPrefix(f[5], "assumed-role/"); ok {
			if role, _, _ := strings.Cut(rest, "/"); trusted[f[4]+"/"+role] {
				l.say(p, "every session of %s is trusted already", clip(role))
			}
		}
	}
}
