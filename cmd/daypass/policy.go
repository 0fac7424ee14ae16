package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/policytest"
)

func newPolicy(e *env) *cobra.Command {
	return group("policy", "Work with policies, without a server", newPolicyTest(e), newPolicyLint(e), newPolicyDiff(e), newPolicyNever(e))
}

func newPolicyTest(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE...",
		Short: "Decide the cases of files and compare with what they expect",
		Long: "Decide cases, one JSON object per line, and compare with what they expect. A case holds the policies, the request\n" +
			"and the expected decision, so that it can live beside the policies and run with every change of them.\n" +
			"The name - stands for standard input. No server is asked.",
		Example: `  echo '{"id":"own","policies":{"identity":[{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}]},` +
			`"request":{"principal":"arn:aws:iam::111122223333:user/a","action":"s3:GetObject","resource":"arn:aws:s3:::b/k","context":{}},"expect":"allow"}' |` +
			"\n    daypass policy test -",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("FILE is missing")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return e.testPolicies(args) },
	}
}

func (e *env) testPolicies(names []string) error {
	t := &tests{env: e, printer: printer{out: e.out}}
	for _, name := range names {
		if err := t.file(name); err != nil {
			return err
		}
	}
	if err := t.summary(); err != nil {
		return err
	}
	switch {
	case t.failed > 0:
		return &quietError{code: exitFailed}
	case t.passed == 0:
		return fmt.Errorf("there are no cases in what was given")
	}
	return nil
}

// tests are the cases run so far.
type tests struct {
	env            *env
	printer        printer
	passed, failed int
}

func (t *tests) file(name string) error {
	from, shown := t.env.in, "standard input"
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		from, shown = file, name
	}
	return t.run(from, shown)
}

func (t *tests) run(from io.Reader, name string) error {
	passed, failed, err := policytest.Run(from, name, t.result)
	t.passed += passed
	t.failed += failed
	if err != nil {
		return err
	}
	return t.printer.err
}

// failure is the form of a failed case in JSON.
type failure struct {
	ID    string        `json:"id"`
	File  string        `json:"file"`
	Line  int           `json:"line"`
	Want  string        `json:"want"`
	Got   string        `json:"got,omitempty"`
	Error string        `json:"error,omitempty"`
	Trace *policy.Trace `json:"trace,omitempty"`
}

// result writes a case that failed. What a service would refuse to save is said apart from the data, whatever the case's outcome.
func (t *tests) result(r policytest.Result) {
	for _, note := range r.Notes {
		t.env.say("note: %s (%s:%d): %s", orDash(r.ID), r.File, r.Line, note)
	}
	if r.Passed() || t.printer.err != nil {
		return
	}
	if t.env.json() {
		f := failure{ID: r.ID, File: r.File, Line: r.Line, Want: r.Want, Got: r.Got, Trace: r.Trace}
		if r.Err != nil {
			f.Error = r.Err.Error()
		}
		t.printer.err = t.env.printJSON(f)
		return
	}
	p := &t.printer
	got := r.Got
	if got == "" {
		got = "nothing"
	}
	p.line(0, "FAIL %s", orDash(r.ID))
	p.line(1, "at %s:%d", r.File, r.Line)
	p.line(1, "want %s, got %s", orDash(r.Want), got)
	if r.Err != nil {
		p.line(1, "%s", r.Err.Error())
	}
	if r.Trace != nil {
		if r.Trace.Decision.Verdict == policy.Allow {
			p.line(1, "allowed by %s", statementName(r.Trace.Decision.Source, r.Trace.Decision.Statement, r.Trace.Decision.Sid))
		}
		p.trace(1, r.Trace)
	}
	p.line(0, "")
}

func (t *tests) summary() error {
	if t.env.json() {
		return t.env.printJSON(struct {
			Passed int `json:"passed"`
			Failed int `json:"failed"`
		}{t.passed, t.failed})
	}
	t.printer.line(0, "%d passed, %d failed", t.passed, t.failed)
	return t.printer.err
}
