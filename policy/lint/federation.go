package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfFederation are about roles for identities that come from elsewhere.
func rulesOfFederation() []rule {
	trust := only(policy.Trust)
	return []rule{
		{code: "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", severity: Security, uses: trust, statement: oidcWithoutCondition,
			means: "A role trusts an OIDC provider and asks for none of its claims: every token of that provider gets in.",
			fix:   "Compare the provider's sub and aud in conditions."},
		{code: "FEDERATED_WITHOUT_SUBJECT", severity: Security, uses: trust, statement: withoutSubject,
			means: "A role trusts an OIDC provider and asks only for whom its tokens are made out, not whom they are about.",
			fix:   "Compare the provider's sub, or another claim that says who it is, in a condition."},
		{code: "FEDERATED_WITHOUT_AUDIENCE", severity: Warning, uses: trust, statement: withoutAudience,
			means: "A role trusts an identity provider and does not ask whether the token or assertion was made out for this.",
			fix:   "Compare the provider's aud, or saml:aud, in a condition."},
		{code: "FEDERATED_WILDCARD", severity: Security, uses: trust, statement: federatedWildcard,
			means: "The condition that should say who may come is met by everybody: its value is a star, or it also holds when the claim is missing.",
			fix:   "Write the subject or audience that is meant."},
		{code: "MISSING_GITHUB_REPO_CONDITION_KEY", severity: Security, uses: trust, statement: githubWithoutRepo,
			means: "A role trusts GitHub's issuer, which everybody can get tokens from, and does not ask for an organization's repository.",
			fix:   "Compare token.actions.githubusercontent.com:sub with repo:ORGANIZATION/REPOSITORY:ref:refs/heads/BRANCH."},
		{code: "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", severity: Warning, uses: trust, statement: githubPattern,
			means: "GitHub's subject is compared with a pattern, so that other branches, pull requests or repositories get in.",
			fix:   "Write the repository and the branch or environment."},
		{code: "CONFIRM_AUDIENCE_CLAIM_TYPE", severity: Suggestion, uses: trust, statement: audienceSet,
			means: "The audience of a token is compared with a set operator; it is one text here, for which such an operator is not needed.",
			fix:   "Write the operator without ForAllValues or ForAnyValue."},
	}
}

const github = "token.actions.githubusercontent.com"

// provider is an OIDC provider among the principals.
type provider struct {
	at     policy.Token
	issuer string // host and path, as its keys begin
	own    bool   // registered in the account, not one of the names that everybody shares
}

// oidc lists the OIDC providers that a statement allows.
func (s *statement) oidc() []provider {
	var all []provider
	if !s.allows() {
		return nil
	}
	for _, p := range s.principals("Federated") {
		switch _, name, own := strings.Cut(p.Text, ":oidc-provider/"); {
		case own:
			all = append(all, provider{p, policy.FoldKey(name), true})
		case !strings.HasPrefix(p.Text, "arn:"):
			all = append(all, provider{p, policy.FoldKey(p.Text), false})
		}
	}
	return all
}

// claims lists the claims of a provider that a statement demands.
func (s *statement) claims(issuer string) []string {
	var all []string
	for i := range s.Conditions {
		if claim, ok := strings.CutPrefix(s.keys[i], issuer+":"); ok && demanding(&s.Conditions[i]) {
			all = append(all, claim)
		}
	}
	return all
}

// isAudience says that a claim tells for whom a token is, or how it was made, and not whom it is about.
func isAudience(claim string) bool {
	return slices.Contains([]string{"aud", "oaud", "azp", "amr", "client_id", "app_id"}, claim)
}

func oidcWithoutCondition(l *linter, s *statement) {
	for _, p := range s.oidc() {
		if p.issuer != github && len(s.claims(p.issuer)) == 0 {
			l.say(p.at, "every token of %s gets in", clip(p.issuer))
		}
	}
}

func withoutSubject(l *linter, s *statement) {
	for _, p := range s.oidc() {
		// The shared providers make out their tokens for one application, which stands for its users.
		claims := s.claims(p.issuer)
		if p.own && p.issuer != github && len(claims) > 0 && !slices.ContainsFunc(claims, func(c string) bool { return !isAudience(c) }) {
			l.say(p.at, "every token of %s for this audience gets in, whoever it is about", clip(p.issuer))
		}
	}
}

func withoutAudience(l *linter, s *statement) {
	for _, p := range s.oidc() {
		if claims := s.claims(p.issuer); len(claims) > 0 && !slices.ContainsFunc(claims, isAudience) {
			l.say(p.at, "a token that %s made out for others gets in", clip(p.issuer))
		}
	}
	for _, p := range s.principals("Federated") {
		if s.allows() && strings.Contains(p.Text, ":saml-provider/") && !s.demandsAny("saml:aud", "saml:recipient", "saml:iss") {
			l.say(p, "an assertion that the provider made out for others gets in")
		}
	}
}

func federatedWildcard(l *linter, s *statement) {
	if !s.allows() {
		return
	}
	for i := range s.Conditions {
		c := &s.Conditions[i]
		issuer, claim, _ := strings.Cut(s.keys[i], ":")
		if claim != "sub" && claim != "aud" || !strings.Contains(issuer, ".") && issuer != "saml" || c.Operator.Negated || c.Operator.Values == policy.PresenceValue {
			continue
		}
		if c.Operator.IfExists || c.Operator.Set == "ForAllValues" {
			l.say(c.Key, "%s also holds for a token without %s", c.Operator.Name, clip(c.Key.Text))
			continue
		}
		for _, v := range c.Values {
			if c.Operator.Values == policy.PatternValue && v.Text != "" && strings.Trim(v.Text, "*?") == "" {
				l.say(v, "every %s meets this", clip(c.Key.Text))
			}
		}
	}
}

// githubSubjects are the values that GitHub's subject has to be like; ok is false when a statement asks for none.
func (s *statement) githubSubjects() (values []policy.Token, ok bool) {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if s.keys[i] == github+":sub" && !c.Operator.Negated && !c.Operator.IfExists && c.Operator.Set != "ForAllValues" && c.Operator.Values != policy.PresenceValue {
			return c.Values, true
		}
	}
	return nil, false
}

// repo takes a subject apart: repo:OWNER/NAME:rest.
func repo(subject string) (owner, name, rest string) {
	named, rest, _ := strings.Cut(strings.TrimPrefix(subject, "repo:"), ":")
	if !strings.HasPrefix(subject, "repo:") {
		return "", "", subject
	}
	owner, name, _ = strings.Cut(named, "/")
	return owner, name, rest
}

func githubWithoutRepo(l *linter, s *statement) {
	for _, p := range s.oidc() {
		if p.issuer != github {
			continue
		}
		values, ok := s.githubSubjects()
		claims := s.claims(github)
		named := slices.Contains(claims, "repository") || slices.Contains(claims, "repository_id") || slices.Contains(claims, "repository_owner_id") || slices.Contains(claims, "job_workflow_ref")
		if !ok && !named {
			l.say(p.at, "every workflow of everybody on GitHub gets in")
		}
		for _, v := range values {
			if owner, _, _ := repo(v.Text); wild(v.Text[:min(1, len(v.Text))]) || strings.HasPrefix(v.Text, "repo:") && (owner == "" || wild(owner)) {
				l.say(v, "%s does not name an organization", clip(v.Text))
			}
		}
	}
}

func githubPattern(l *linter, s *statement) {
	if !s.allows() {
		return
	}
	values, _ := s.githubSubjects()
	for _, v := range values {
		if owner, name, rest := repo(v.Text); owner != "" && !wild(owner) && (wild(name) || wild(rest)) {
			l.say(v, "%s lets in more than one branch", clip(v.Text))
		}
	}
}

func audienceSet(l *linter, s *statement) {
	for i, c := range s.Conditions {
		issuer, claim, _ := strings.Cut(s.keys[i], ":")
		if claim == "aud" && c.Operator.Set == "ForAnyValue" && (strings.Contains(issuer, ".") || issuer == "saml") {
			l.say(c.Key, "%s is one text here", clip(c.Key.Text))
		}
	}
}
