package config

import (
	"fmt"

	"github.com/daypass/daypass/policy/lint"
)

// PolicyLint says what becomes of what is doubtful in policies that are saved; docs/policy-lint.md lists it. By default it is
// reported, and nothing is refused that AWS accepts.
type PolicyLint struct {
	// Refuse is the severity from which on a finding refuses the policy: none, error, security or warning.
	Refuse string
	// Ignore are codes that are passed over.
	Ignore []string
	// Report puts findings into replies, the audit trail and the log.
	Report bool
}

func defaultPolicyLint() PolicyLint { return PolicyLint{Refuse: "none", Report: true} }

func (p *PolicyLint) fields() []Field {
	return []Field{
		str("policy_lint.refuse", "refuse to save policies with findings of this severity or worse: none, error, security or warning", &p.Refuse),
		codes("policy_lint.ignore", "codes of findings that are passed over; docs/policy-lint.md has them", &p.Ignore),
		boolean("policy_lint.report", "tell findings in saved policies in the reply, the audit trail and the log", &p.Report),
	}
}

// codes is a list of codes of findings.
func codes(key, usage string, at *[]string) Field {
	return texts(key, usage, maxCodes, at, func(item string) (string, error) {
		if !lint.Known(item) {
			return "", fmt.Errorf("there is no code %q; docs/policy-lint.md has them", item)
		}
		return item, nil
	})
}

func (k *checker) policyLint() {
	k.oneOf("policy_lint.refuse", k.c.PolicyLint.Refuse, "none", "error", "security", "warning")
}

// Severity is Refuse as lint knows it.
func (p *PolicyLint) Severity() lint.Severity {
	s, _ := lint.ParseSeverity(p.Refuse) // Validate has seen it
	return s
}
