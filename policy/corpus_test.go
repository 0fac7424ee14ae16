package policy_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/policytest"
)

func TestCorpusDecisions(t *testing.T) {
	// The counts hold the corpora themselves: a case that gets lost is noticed.
	for file, cases := range map[string]int{"aws_docs.jsonl": 554, "arsenal.jsonl": 115, "seaweedfs.jsonl": 57, "vendor_cases.jsonl": 80} {
		f, err := os.Open(filepath.Join("testdata/corpus", file))
		if err != nil {
			t.Fatal(err)
		}
		passed, failed, err := policytest.Run(f, file, func(r policytest.Result) {
			if !r.Passed() {
				t.Errorf("%s:%d %s: got %q, want %q (%v)", r.File, r.Line, r.ID, r.Got, r.Want, r.Err)
			}
		})
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if passed+failed != cases {
			t.Errorf("%s: %d cases, want %d", file, passed+failed, cases)
		}
	}
}

type validityCase struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind"`
	Document json.RawMessage `json:"document"`
	Accepted bool            `json:"accepted"`
	Code     string          `json:"error_code"`
	Message  string          `json:"message"`
}

func (c *validityCase) source() []byte {
	var s string
	if json.Unmarshal(c.Document, &s) == nil {
		return []byte(s)
	}
	return c.Document
}

// judge does what the service behind the document does with it.
func (c *validityCase) judge(t *testing.T) error {
	t.Helper()
	use, ok := map[string]policy.Use{
		"identity": policy.Managed, "identity-inline": policy.Inline, "trust": policy.Trust, "session": policy.Session,
		"scp": policy.SCP, "rcp": policy.RCP, "s3-bucket": policy.Resource,
	}[c.Kind]
	if !ok {
		t.Fatalf("%s: unknown kind %q", c.ID, c.Kind)
	}
	if c.Kind == "s3-bucket" {
		_, err := policy.ParseBucketPolicy(c.source(), "b")
		return err
	}
	d, err := policy.Parse(policy.AWS(), use, c.source())
	if err != nil {
		return err
	}
	// Who saves a trust policy looks its principals up; this account has none
	// of the name.
	for _, p := range d.Principals() {
		if strings.HasSuffix(p.Value, "does-not-exist") {
			return errors.New(policy.InvalidPrincipal(p.Type, p.Value))
		}
	}
	return nil
}

func TestCorpusValidity(t *testing.T) {
	f, err := os.Open("testdata/corpus/validity.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var c validityCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		n++
		err := c.judge(t)
		switch {
		case c.Accepted && err != nil:
			t.Errorf("%s: refused: %v", c.ID, describe(err))
		case !c.Accepted && err == nil:
			t.Errorf("%s: accepted, want %q", c.ID, c.Message)
		case !c.Accepted && c.Message != "" && err.Error() != c.Message:
			t.Errorf("%s: %q, want %q (%v)", c.ID, err, c.Message, describe(err))
		}
	}
	if n != 176 {
		t.Errorf("%d cases, want 176", n)
	}
}

func describe(err error) any {
	var s *policy.SyntaxError
	if errors.As(err, &s) {
		return s.Faults
	}
	return err
}
