package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPolicyLintRefuses: an operator can have doubtful policies refused, with the cloud's code for a malformed document; nothing is
// saved then, and the refusal is on record. The AWS command line interface asks.
func TestPolicyLintRefuses(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	s := serve(t, folder, "--policy-lint-refuse", "security", "--policy-lint-ignore", "ALLOW_WITH_NOT_ACTION,PUBLIC_ACCESS")
	c, account := first(t, folder)
	aws := func(args ...string) told { return run(t, as(s, c), "aws", args...) }
	accepted := func(got told) {
		t.Helper()
		if got.code != 0 {
			t.Errorf("%+v", got)
		}
	}
	refused := func(got told, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if got.code == 0 || !strings.Contains(got.err, text) {
				t.Errorf("want %q, got %+v", text, got)
			}
		}
	}
	passRole := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}]}`
	warning := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`
	everybody := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	workflow := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::` + account +
		`:oidc-provider/token.actions.githubusercontent.com"},"Action":"sts:AssumeRoleWithWebIdentity"}]}`

	refused(aws("iam", "create-policy", "--policy-name", "p", "--policy-document", passRole),
		"(MalformedPolicyDocument)", "PASS_ROLE_WITH_STAR_IN_RESOURCE (security) at line 1, column 91: iam:PassRole is allowed on *, which is every role.")
	refused(aws("iam", "get-policy", "--policy-arn", "arn:aws:iam::"+account+":policy/p"), "(NoSuchEntity)")
	accepted(aws("iam", "create-policy", "--policy-name", "p", "--policy-document", warning))
	accepted(aws("iam", "create-role", "--role-name", "open", "--assume-role-policy-document", everybody))
	refused(aws("iam", "update-assume-role-policy", "--role-name", "open", "--policy-document", workflow), "(MalformedPolicyDocument)", "MISSING_GITHUB_REPO_CONDITION_KEY (security)")
	accepted(aws("iam", "create-service-linked-role", "--aws-service-name", "ecs.amazonaws.com"))
	accepted(aws("sts", "get-caller-identity"))

	accepted(aws("organizations", "create-organization"))
	control := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]}`
	refused(aws("organizations", "create-policy", "--type", "SERVICE_CONTROL_POLICY", "--name", "n", "--description", "d", "--content", control),
		"(MalformedPolicyDocumentException)", "DENY_WITHOUT_MFA_MISSES_LONG_TERM_KEYS (security) at line 1, column 104")
	accepted(aws("organizations", "create-account", "--account-name", "a", "--email", "a@example.org"))

	trail := string(must(os.ReadFile(filepath.Join(folder, "audit.jsonl")))(t))
	for _, text := range []string{`"policyFindings":["PASS_ROLE_WITH_STAR_IN_RESOURCE@1:91"]`, `"policyFindings":["ASSUME_ROLE_WITH_STAR_IN_RESOURCE@1:93"]`} {
		if strings.Count(trail, text) != 1 {
			t.Errorf("%s is %d times in the audit trail", text, strings.Count(trail, text))
		}
	}
	if text := `"policy_findings":"PASS_ROLE_WITH_STAR_IN_RESOURCE@1:91"`; !strings.Contains(s.Stderr(), text) {
		t.Errorf("the log does not have %s", text)
	}
}
