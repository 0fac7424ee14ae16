package daypass_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/dialect/aws"
)

var update = flag.Bool("update", false, "write docs/dialect-coverage.md anew")

const coveragePage = "docs/dialect-coverage.md"

// TestCoveragePage holds that the page says what the program does. Write it anew with: go test -run Coverage -update .
func TestCoveragePage(t *testing.T) {
	want := coverage(aws.Coverage())
	if *update {
		if err := os.WriteFile(coveragePage, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(coveragePage)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the program does: go test -run Coverage -update .", coveragePage)
	}
}

// TestCoverageCountsRight keeps the page from showing numbers of another list.
func TestCoverageCountsRight(t *testing.T) {
	page := string(coverage([]aws.Covered{{Service: "a", Operation: "X", Built: true}, {Service: "a", Operation: "Y"}, {Service: "b", Operation: "Z", Built: true}}))
	for _, row := range []string{"| a | 1 | 2 |", "| b | 1 | 1 |", "| all | 2 | 3 |", "| X | built |", "| Y | not supported yet |", "| Z | built |"} {
		if strings.Count(page, row+"\n") != 1 {
			t.Errorf("no row %s in\n%s", row, page)
		}
	}
}

// coverage writes the page: counts on top, then a table for each service.
func coverage(list []aws.Covered) []byte {
	var services []string
	built, known := map[string]int{}, map[string]int{}
	for _, c := range list {
		if known[c.Service] == 0 {
			services = append(services, c.Service)
		}
		for _, of := range []string{c.Service, "all"} {
			if known[of]++; c.Built {
				built[of]++
			}
		}
	}
	var b bytes.Buffer
	b.WriteString(coverageHead)
	b.WriteString("| service | built | operations of the API |\n|---|---|---|\n")
	for _, s := range append(services, "all") {
		fmt.Fprintf(&b, "| %s | %d | %d |\n", s, built[s], known[s])
	}
	for _, s := range services {
		fmt.Fprintf(&b, "\n## %s\n\n| operation | |\n|---|---|\n", s)
		for _, c := range list {
			if c.Service != s {
				continue
			}
			state := "not supported yet"
			if c.Built {
				state = "built"
			}
			fmt.Fprintf(&b, "| %s | %s |\n", c.Operation, state)
		}
	}
	return b.Bytes()
}

const coverageHead = `# Operations of the AWS dialect

This page is made from the operation tables of the program; a test fails when it differs. Write it anew with
` + "`go test -run Coverage -update .`" + `.

An operation that is *built* checks its input, asks the policies for leave, does what the AWS API does, and goes on record. One that
is *not supported yet* is known by name: a signed call is answered with the error ` + "`UnsupportedOperation`" + `. A name that the API does
not have is answered with ` + "`InvalidAction`" + `.

` + "`sts`, `iam` and `organizations` are the APIs of the same names; `daypass` is the server's own, in the same protocol." + `

`
