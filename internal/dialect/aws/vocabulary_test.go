package aws

import (
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy/lint"

	"github.com/daypass/daypass/policy"
)

// TestVocabulary holds that the actions and keys that this door asks by are among those that policies may name.
func TestVocabulary(t *testing.T) {
	document := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":["iam:PassRole","iam:CreateUser","sts:TagSession","sts:SetSourceIdentity",
		"organizations:CreatePolicy","daypass:RevokeSessions"],"Resource":"*","Condition":{"StringEquals":{"iam:PermissionsBoundary":"x","sts:externalid":"x",
		"organizations:policytype":"x","iam:ResourceTag/a":"x","sts:RoleAuthorizedByIdp":"x"}}}}`
	o := lint.Options{Vocabulary: Vocabulary()}
	findings, _ := lint.Read(policy.AWS(), policy.Managed, []byte(document), o)
	for _, f := range findings {
		if strings.HasPrefix(f.Code, "INVALID") {
			t.Errorf("%+v", f)
		}
	}
	findings, _ = lint.Read(policy.AWS(), policy.Managed, []byte(strings.NewReplacer("TagSession", "TagSesion", "iam:Perm", "iam:Prem").Replace(document)), o)
	for _, want := range []string{"Did you mean TagSession?", "Did you mean iam:PermissionsBoundary?"} {
		if !slices.ContainsFunc(findings, func(f lint.Finding) bool { return f.Suggestion == want }) {
			t.Errorf("nothing says %q: %+v", want, findings)
		}
	}
}
