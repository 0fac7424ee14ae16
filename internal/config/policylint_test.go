package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy/lint"
)

// TestPolicyLint: the default only reports; what the file says is held against the rules there are.
func TestPolicyLint(t *testing.T) {
	c := Default()
	if p := c.PolicyLint; !p.Report || p.Severity() != lint.None || p.Ignore != nil {
		t.Errorf("by default %+v", p)
	}
	text := "policy_lint:\n  refuse: security\n  ignore: [MISSING_VERSION, PUBLIC_ACCESS, MISSING_VERSION]\n  report: false\n"
	if err := c.decode("c.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
	if p := c.PolicyLint; p.Report || p.Severity() != lint.Security || !slices.Equal(p.Ignore, []string{"MISSING_VERSION", "PUBLIC_ACCESS"}) {
		t.Errorf("%+v", p)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	var printed strings.Builder
	if err := c.Print(&printed); err != nil || !strings.Contains(printed.String(), "  ignore: [MISSING_VERSION, PUBLIC_ACCESS]\n") {
		t.Errorf("printed as %s, %v", printed.String(), err)
	}
	for text, want := range map[string]string{
		"policy_lint: {refuse: suggestion}\n":       `policy_lint.refuse: "suggestion" is none of none, error, security, warning`,
		"policy_lint: {refuse: all}\n":              `policy_lint.refuse: "all" is none of`,
		"policy_lint: {ignore: [MISSING_VERSON]}\n": `c.yaml:1:`,
		"policy_lint: {ignore: [NO_SUCH_CODE]}\n":   `policy_lint.ignore: there is no code "NO_SUCH_CODE"`,
		"policy_lint: {report: 1}\n":                "policy_lint.report: want true or false",
	} {
		c := Default()
		err := c.decode("c.yaml", []byte(text))
		if err == nil {
			err = c.Validate()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
