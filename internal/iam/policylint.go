package iam

import (
	"fmt"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/lint"
)

// PolicyLint says what becomes of what is doubtful in policies that are saved. The zero value looks at nothing.
type PolicyLint struct {
	// Report keeps findings of severity Warning and above for Findings.
	Report bool
	// Refuse is the severity from which on a finding refuses the document; None refuses none.
	Refuse lint.Severity
	// Ignore are codes that are passed over.
	Ignore []string
	// Vocabulary are the services of this server.
	Vocabulary lint.Vocabulary
}

// linting is the state of PolicyLint in a transaction.
type linting struct {
	PolicyLint
	own   bool // the server words the document itself
	found []lint.Finding
}

// LintPolicies has the documents looked at that the verbs save from here on. Session policies and documents that the server words
// itself are not.
func (t *Tx) LintPolicies(p PolicyLint) { t.linting = linting{PolicyLint: p} }

// Findings are those in the documents so far, of whatever became of them.
func (t *Tx) Findings() []lint.Finding { return t.linting.found }

// wordsItself begins a part of a verb whose documents the server words; the function it gives ends it.
func (t *Tx) wordsItself() (end func()) {
	t.linting.own = true
	return func() { t.linting.own = false }
}

// saved is a document on its way in: every one that a verb saves is read by read.
type saved struct {
	what    fault.What
	use     policy.Use
	account string // that owns what the document belongs to
	quota   int
	text    string
}

// read parses a document and looks at what is doubtful in it. It fails with Malformed: because of the grammar, or of a finding that
// the operator wants refused.
func (t *Tx) read(s saved) (*policy.Document, error) {
	doc, err := policy.Parse(policy.AWS(), s.use, []byte(s.text))
	if err != nil {
		return nil, fault.MalformedDocument(s.what, err.Error(), err)
	}
	l := &t.linting
	if l.own || !l.Report && l.Refuse == lint.None || doc.Size() > s.quota {
		return doc, nil // what is too large for its quota is refused by the verb, and not worth the work
	}
	findings := lint.Check(doc, lint.Options{Ignore: l.Ignore, Account: s.account, Quota: s.quota, Vocabulary: l.Vocabulary})
	var worst *lint.Finding
	for i := range findings {
		f := &findings[i]
		if l.Report && f.Severity >= lint.Warning {
			l.found = append(l.found, *f)
		}
		if l.Refuse != lint.None && f.Severity >= l.Refuse && (worst == nil || f.Severity > worst.Severity) {
			worst = f
		}
	}
	if worst != nil {
		text := fmt.Sprintf("%s (%s) at line %d, column %d: %s. %s", worst.Code, worst.Severity, worst.Pos.Line, worst.Pos.Column, worst.Message, worst.Suggestion)
		return nil, fault.MalformedDocument(s.what, text, nil)
	}
	return doc, nil
}
