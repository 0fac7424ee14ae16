package lint_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy/lint"
)

var update = flag.Bool("update", false, "write docs/policy-lint.md anew")

const page = "../../docs/policy-lint.md"

// leftOut are the codes of Access Analyzer's catalogue that have no rule here, and why.
func leftOut() [][2]string {
	const regions = "regions are named by whoever runs the server"
	const private = "a server of one's own sees private addresses as they are, and conditions on them work"
	const control = "service control policies take the whole language since September 2025"
	const tags = "which operations of other services look at tags is not known here"
	const vpc = "there are no such ids on a server of one's own; the value is compared as a text"
	return [][2]string{
		{"ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", tags},
		{"ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", tags},
		{"DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", tags},
		{"DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", tags},
		{"DEPRECATED_GLOBAL_CONDITION_KEY", "its one key, aws:ARN, does not exist here: UNSUPPORTED_GLOBAL_CONDITION_KEY"},
		{"INVALID_ARN_REGION", regions},
		{"INVALID_REGION", regions},
		{"INVALID_SERVICE", "services bring their own names; a misspelt one is told by INVALID_SERVICE_IN_ACTION where it can be"},
		{"INVALID_VPCE_FORMAT", vpc},
		{"INVALID_VPC_FORMAT", vpc},
		{"MISSING_ARN_REGION", "which resources of other services have a region is not known here"},
		{"PRIVATE_IP_ADDRESS", private},
		{"PRIVATE_IP_ADDRESS_SUBSET", private},
		{"PRIVATE_NOTIPADDRESS", private},
		{"PRIVATE_NOTIPADDRESS_SUBSET", private},
		{"SCP_SYNTAX_ERROR_ACTION_WILDCARD", control},
		{"SCP_SYNTAX_ERROR_ALLOW_CONDITION", control},
		{"SCP_SYNTAX_ERROR_ALLOW_NOTACTION", control},
		{"SCP_SYNTAX_ERROR_ALLOW_RESOURCE", control},
		{"SCP_SYNTAX_ERROR_NOTRESOURCE", control},
		{"UNIQUE_SIDS_RECOMMENDED", "a Sid that stands twice is refused in every kind of policy: UNIQUE_SIDS_REQUIRED"},
		{"UNSUPPORTED_RESOURCE_ARN_IN_POLICY", "what a resource policy may be about is known to the service that has the resource"},
	}
}

// TestCatalogue holds that every code of the catalogue is a rule or is left out for a reason.
func TestCatalogue(t *testing.T) {
	out := map[string]bool{}
	for _, l := range leftOut() {
		out[l[0]] = true
		if lint.Known(l[0]) {
			t.Errorf("%s is a rule, though it is said to be left out", l[0])
		}
	}
	known := map[string]bool{}
	lines(t, "testdata/catalogue.jsonl", func(line []byte) {
		var c struct{ Code, Severity, Source string }
		if err := json.Unmarshal(line, &c); err != nil || c.Source == "" {
			t.Fatalf("%s: %v", line, err)
		}
		known[c.Code] = true
		if !lint.Known(c.Code) && !out[c.Code] {
			t.Errorf("%s is neither a rule nor left out", c.Code)
		}
	})
	if len(known) != 135 {
		t.Errorf("the catalogue has %d codes", len(known))
	}
	for code := range out {
		if !known[code] {
			t.Errorf("%s is left out of what?", code)
		}
	}
}

func TestRulesSayWhatTheyMean(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range lint.Rules() {
		if seen[r.Code] || r.Means == "" || r.Suggestion == "" || r.Severity == lint.None || !strings.HasSuffix(r.Means, ".") || strings.Trim(r.Code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
			t.Errorf("%+v", r)
		}
		seen[r.Code] = true
	}
}

// TestPage holds that the page says what the rules are. Write it anew with: go test -run TestPage ./policy/lint -update
func TestPage(t *testing.T) {
	want := pageText()
	if *update {
		if err := os.WriteFile(page, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the rules are (%v): go test -run TestPage ./policy/lint -update", page, err)
	}
}

const intro = `# Lint of policies

Generated from the rules of package [` + "`policy/lint`" + `](../policy/lint); do not edit.

A finding is advice: it has a code, a severity, the place of the element it is about, and what to do. By default nothing that AWS accepts is
refused; [decision 038](decisions/038-lint-advises.md) says what blocks and what does not. Codes that Access Analyzer has too mean the same as
there.

| where | how |
|---|---|
| files | ` + "`daypass policy lint FILE…`" + ` |
| saving a policy | header ` + "`X-Daypass-Policy-Findings`" + ` of the reply, ` + "`policyFindings`" + ` of the audit record, ` + "`policy_findings`" + ` of the log line: ` + "`CODE@line:column`" + `, worst first, from warnings on; the setting ` + "`policy_lint.refuse`" + ` refuses from a severity on |
| Go | ` + "`lint.Read`, `lint.Check`" + ` |

Severities, from the least: **suggestion** (it works and could be written better), **warning** (it may not do what its author meant),
**security** (it may grant more than its author meant), **error** (it cannot work, or the document is refused for it).

Of each severity at most %d findings are told about one document.
`

func pageText() []byte {
	var b bytes.Buffer
	rules := lint.Rules()
	fmt.Fprintf(&b, intro, lint.MaxFindings)
	for i, r := range rules {
		if i == 0 || rules[i-1].Severity != r.Severity {
			fmt.Fprintf(&b, "\n## %s\n\n| code | what it means | what to do | in |\n|---|---|---|---|\n", strings.ToUpper(r.Severity.String()[:1])+r.Severity.String()[1:])
		}
		in := "all"
		for j, u := range r.Uses {
			if in = in + ", " + u.String(); j == 0 {
				in = u.String()
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Code, cell(r.Means), cell(r.Suggestion), in)
	}
	b.WriteString("\n## Left out of Access Analyzer's catalogue\n\n| code | why |\n|---|---|\n")
	for _, l := range leftOut() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", l[0], l[1])
	}
	return b.Bytes()
}

// cell keeps a text from ending its cell, or being read as Markdown.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "<", "&lt;").Replace(s)
}
