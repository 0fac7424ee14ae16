package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/dialect/aws"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/lint"
)

// lintFlags are what the command is told.
type lintFlags struct {
	use, severity string
	ignore        []string
	account       string
}

func newPolicyLint(e *env) *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Say what is doubtful in policy documents",
		Long: "Hold policy documents against the rules of docs/policy-lint.md: what cannot work, what grants more than its author may have\n" +
			"meant, what could be left out. What keeps a document from being saved is told the same way.\n" +
			"The name - stands for standard input. No server is asked.\n\n" +
			"Exit codes: 0 nothing of the severity or above was found, 5 something was.",
		Example: "  daypass policy lint --use trust --account 111122223333 role.json\n" +
			"  daypass policy lint --severity suggestion --ignore MISSING_VERSION *.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("FILE is missing")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return e.lintPolicies(f, args) },
	}
	flags := c.Flags()
	flags.StringVar(&f.use, "use", policy.Managed.String(), "what the documents are for: "+strings.Join(useWords(), ", "))
	flags.StringVar(&f.severity, "severity", lint.Warning.String(), "least severity that is told and counts: suggestion, warning, security or error")
	flags.StringSliceVar(&f.ignore, "ignore", nil, "codes that are not told, separated by commas")
	flags.StringVar(&f.account, "account", "", "account that the documents belong to; without it nothing is said of other accounts")
	complete(c, "use", useWords()...)
	complete(c, "severity", "suggestion", "warning", "security", "error")
	return c
}

// lintUses are the kinds of documents, in the order in which they are offered.
var lintUses = [...]policy.Use{policy.Managed, policy.Inline, policy.Trust, policy.Session, policy.Resource, policy.SCP, policy.RCP}

func useWords() []string {
	var words []string
	for _, u := range lintUses {
		words = append(words, u.String())
	}
	return words
}

// located is a finding of one file, as it is printed in JSON.
type located struct {
	File string `json:"file"`
	lint.Finding
}

func (e *env) lintPolicies(f lintFlags, names []string) error {
	if err := oneOf("use", f.use, useWords()...); err != nil {
		return err
	}
	least, err := lint.ParseSeverity(f.severity)
	if err != nil || least == lint.None {
		return oneOf("severity", f.severity, "suggestion", "warning", "security", "error")
	}
	for _, code := range f.ignore {
		if !lint.Known(code) {
			return usage("--ignore %s: there is no such code", code)
		}
	}
	if f.account != "" && (len(f.account) != 12 || strings.Trim(f.account, "0123456789") != "") {
		return usage("--account %s: it must be twelve digits", f.account)
	}
	use := lintUses[0]
	for _, u := range lintUses {
		if u.String() == f.use {
			use = u
		}
	}
	options := lint.Options{Ignore: f.ignore, Account: f.account, Vocabulary: aws.Vocabulary()}
	found := []located{}
	for _, name := range names {
		src, err := e.document(name)
		if err != nil {
			return err
		}
		findings, _ := lint.Read(policy.AWS(), use, src, options)
		for _, finding := range findings {
			if finding.Severity >= least {
				found = append(found, located{name, finding})
			}
		}
	}
	if err := e.printFindings(found); err != nil {
		return err
	}
	if len(found) > 0 {
		return &quietError{code: exitFindings}
	}
	return nil
}

// maxDocument is more than any document may have, in bytes.
const maxDocument = 1 << 20

// document reads a file, or standard input. What is too long is not cut off: what is left could mean something else.
func (e *env) document(name string) ([]byte, error) {
	from := e.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxDocument+1))
	if err == nil && len(text) > maxDocument {
		err = fmt.Errorf("%s: the document is longer than %d bytes", shownName(name), maxDocument)
	}
	return text, err
}

func (e *env) printFindings(found []located) error {
	if e.json() {
		return e.printJSON(found)
	}
	p := &printer{out: e.out}
	for _, f := range found {
		p.line(0, "%s:%d:%d: %s %s: %s", f.File, f.Pos.Line, f.Pos.Column, f.Severity, f.Code, f.Message)
		p.line(1, "%s", f.Suggestion)
	}
	return p.err
}
