package policytest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/daypass/daypass/policy"
)

// maxLine bounds one case, in bytes. Every document of a case is bounded again
// by policy.Parse.
const maxLine = 1 << 20

// Result of one case.
type Result struct {
	ID   string
	File string // the name given to Run
	Line int    // 1 is the first line
	Want string // allow, deny, explicitDeny, implicitDeny or malformed
	Got  string // allow, explicitDeny, implicitDeny or malformed; "" if the case itself cannot be read
	// Trace explains the decision. It is nil if no policy had a say.
	Trace *policy.Trace
	// Notes say which documents could not be saved as they are; the case is decided by what they mean all the same.
	Notes []string
	// Err says what is wrong with the case, or why one of its documents was refused.
	Err error
}

// Passed reports whether the case got what it wants. "deny" is content with
// either kind of denial.
func (r Result) Passed() bool {
	switch {
	case r.Got == "":
		return false
	case r.Want == "deny":
		return r.Got == explicitDeny || r.Got == implicitDeny
	}
	return r.Got == r.Want
}

// The words of the expect field.
const (
	allow        = "allow"
	deny         = "deny"
	explicitDeny = "explicitDeny"
	implicitDeny = "implicitDeny"
	malformed    = "malformed"
)

// Run reads cases from r, one JSON object per line, decides each and calls
// report in the order of the lines. Empty lines and lines that start with "//"
// are skipped. name stands for the input in results and errors.
//
// A case that cannot be read counts as failed and is reported with its Err; the
// returned error is about reading r itself, including a line above 1 MiB.
func Run(r io.Reader, name string, report func(Result)) (passed, failed int, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || bytes.HasPrefix(line, []byte("//")) {
			continue
		}
		res := decide(line)
		res.File, res.Line = name, n
		if res.Passed() {
			passed++
		} else {
			failed++
		}
		if report != nil {
			report(res)
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("the line is longer than %d bytes", maxLine)
		}
		return passed, failed, fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	return passed, failed, nil
}

func decide(line []byte) Result {
	c, err := readCase(line)
	if err != nil {
		return Result{ID: c.ID, Want: c.Expect, Err: err}
	}
	res := Result{ID: c.ID, Want: c.Expect}
	layers, err := c.layers()
	res.Notes = c.notes
	if err != nil {
		var refused *policy.SyntaxError
		if errors.As(err, &refused) {
			res.Got = malformed
		}
		res.Err = err
		return res
	}
	req, err := c.request()
	if err != nil {
		res.Err = err
		return res
	}
	if beyondPolicies(req) {
		res.Got = allow
		return res
	}
	res.Trace = policy.Explain(layers, req)
	switch res.Trace.Decision.Verdict {
	case policy.Allow:
		res.Got = allow
	case policy.ExplicitDeny:
		res.Got = explicitDeny
	default:
		res.Got = implicitDeny
	}
	return res
}

// beyondPolicies knows the two actions on which policies have no effect at all,
// not even a Deny (IAM User Guide, "GetSessionToken" and "GetCallerIdentity").
// Whoever calls policy.Decide has to know them; here that is the runner.
func beyondPolicies(r *policy.Request) bool {
	switch {
	case strings.EqualFold(r.Action, "sts:GetCallerIdentity"):
		return r.Principal.Type != policy.Anonymous
	case strings.EqualFold(r.Action, "sts:GetSessionToken"):
		return r.Principal.Type == policy.User || r.Principal.Type == policy.Root
	}
	return false
}
