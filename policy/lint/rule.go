package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rule is one thing that can be found. It has one of statement and document, or neither when the parser finds it (see faults).
type rule struct {
	code      string
	severity  Severity
	means     string // one sentence: what is told by it
	fix       string // what to do about it
	uses      []policy.Use
	every     bool // holds in every grammar, not in AWS's only
	statement func(*linter, *statement)
	document  func(*linter)
}

// table is all of them; nothing writes to it.
var table = slices.Concat(rulesOfFaults(), rulesOfDocuments(), rulesOfActions(), rulesOfWideGrants(), rulesOfResources(), rulesOfPrincipals(),
	rulesOfTrust(), rulesOfFederation(), rulesOfConditions(), rulesOfKeys(), rulesOfValues(), rulesOfVariables(), rulesOfRedundancy())

// speaks reports whether the rule is about such documents.
func (r *rule) speaks(d *policy.Document) bool {
	return (r.uses == nil || slices.Contains(r.uses, d.Use())) && (r.every || d.Grammar() == policy.AWS())
}

// Rule is what there is to know of a rule without a document.
type Rule struct {
	Code       string
	Severity   Severity
	Means      string // one sentence
	Suggestion string
	Uses       []policy.Use // nil for all
}

// Rules lists all rules, ordered by severity, worst first, then by code.
func Rules() []Rule {
	var all []Rule
	for _, r := range table {
		all = append(all, Rule{r.code, r.severity, r.means, r.fix, r.uses})
	}
	slices.SortFunc(all, func(a, b Rule) int {
		if a.Severity != b.Severity {
			return int(b.Severity) - int(a.Severity)
		}
		return strings.Compare(a.Code, b.Code)
	})
	return all
}

// Known reports whether there is a rule of that code.
func Known(code string) bool {
	return slices.ContainsFunc(table, func(r rule) bool { return r.code == code })
}

// The uses that rules are about.
func identity() []policy.Use { return []policy.Use{policy.Managed, policy.Inline} }
func control() []policy.Use  { return []policy.Use{policy.SCP, policy.RCP} }
func only(u ...policy.Use) []policy.Use {
	return u
}
