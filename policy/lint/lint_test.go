package lint_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/lint"
)

var uses = []policy.Use{policy.Managed, policy.Inline, policy.Trust, policy.Session, policy.Resource, policy.SCP, policy.RCP}

func useOf(t *testing.T, word string) policy.Use {
	t.Helper()
	at := slices.IndexFunc(uses, func(u policy.Use) bool { return u.String() == word })
	if at < 0 {
		t.Fatalf("no use is called %q", word)
	}
	return uses[at]
}

// lines calls f with every line of a file of JSON objects.
func lines(t testing.TB, file string, f func(line []byte)) {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	s := bufio.NewScanner(in)
	s.Buffer(nil, 4<<20)
	n := 0
	for s.Scan() {
		if len(s.Bytes()) > 0 {
			f(s.Bytes())
			n++
		}
	}
	if s.Err() != nil || n == 0 {
		t.Fatalf("%s: %d lines, %v", file, n, s.Err())
	}
}

// TestCleanPolicies holds that well-written policies give nothing but suggestions.
func TestCleanPolicies(t *testing.T) {
	o := words()
	o.Vocabulary = nil
	lines(t, "testdata/clean.jsonl", func(line []byte) {
		var c struct {
			Use, Source string
			Document    json.RawMessage
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		findings, doc := lint.Read(policy.AWS(), useOf(t, c.Use), c.Document, o)
		if doc == nil {
			t.Errorf("%s is refused: %v", c.Source, findings)
		}
		for _, f := range findings {
			if f.Severity > lint.Suggestion {
				t.Errorf("%s (%s): %s: %s", c.Source, c.Use, f.String(), f.Message)
			}
		}
	})
}

// documents are all objects with a Statement in a JSON value, and texts that stand for documents.
func documents(v any) [][]byte {
	switch v := v.(type) {
	case []any:
		var all [][]byte
		for _, e := range v {
			all = append(all, documents(e)...)
		}
		return all
	case map[string]any:
		if _, ok := v["Statement"]; ok {
			raw, _ := json.Marshal(v)
			return [][]byte{raw}
		}
		var all [][]byte
		for name, e := range v {
			if text, ok := e.(string); ok && name == "document" {
				all = append(all, []byte(text))
			}
			all = append(all, documents(e)...)
		}
		return all
	}
	return nil
}

// TestCorpora puts every document of the decision and validity corpora through the rules of every use.
func TestCorpora(t *testing.T) {
	files, _ := filepath.Glob("../testdata/corpus/*.jsonl")
	if len(files) < 4 {
		t.Fatalf("there are only %d corpora", len(files))
	}
	n, told := 0, map[string]bool{}
	for _, file := range files {
		lines(t, file, func(line []byte) {
			var v any
			if err := json.Unmarshal(line, &v); err != nil {
				return
			}
			for _, src := range documents(v) {
				for _, use := range uses {
					checkPlaces(t, use, src, told)
				}
				n++
			}
		})
	}
	if n < 800 || len(told) < 60 {
		t.Errorf("%d documents, %d different findings", n, len(told))
	}
}

// checkPlaces lints a text and holds its findings against what is true of all findings.
func checkPlaces(t *testing.T, use policy.Use, src []byte, told map[string]bool) {
	t.Helper()
	findings, doc := lint.Read(policy.AWS(), use, src, words())
	if _, err := policy.Parse(policy.AWS(), use, src); (err != nil) != (doc == nil) || err != nil && lint.Worst(findings) != lint.Error {
		t.Errorf("%s %s: parser says %v, lint %v", use, src, err, findings)
	}
	count := map[lint.Severity]int{}
	for i := range findings {
		f := &findings[i]
		told[f.Code] = true
		count[f.Severity]++
		if f.Pos.Line < 1 || f.Pos.Column < 1 || f.End.Offset < f.Pos.Offset || f.End.Offset > len(src) || f.Message == "" || !lint.Known(f.Code) {
			t.Errorf("%s %s: %+v", use, src, f)
		}
		if count[f.Severity] > lint.MaxFindings {
			t.Errorf("more than %d of %s", lint.MaxFindings, f.Severity)
		}
	}
}

func FuzzRead(f *testing.F) {
	lines(f, "testdata/clean.jsonl", func(line []byte) {
		var c struct{ Document json.RawMessage }
		if json.Unmarshal(line, &c) == nil {
			f.Add(uint8(len(c.Document)), string(c.Document))
		}
	})
	for _, x := range examples() {
		src, _, _ := document(x.bad)
		if len(src) < 4096 {
			f.Add(uint8(x.use), src)
		}
	}
	f.Fuzz(func(t *testing.T, use uint8, src string) {
		checkPlaces(t, uses[int(use)%len(uses)], []byte(src), map[string]bool{})
	})
}

func TestFindingsAreInOrder(t *testing.T) {
	src := `{"Statement":[{"Sid":"","Effect":"Allow","Action":"*:Get*","Resource":"arn:aws:iam::12:u*/x"}]}`
	findings, doc := lint.Read(policy.AWS(), policy.Inline, []byte(src), lint.Options{})
	want := []string{"MISSING_VERSION@1:1", "EMPTY_SID_VALUE@1:22", "WILDCARD_IN_SERVICE_NAME@1:51", "INVALID_ARN_ACCOUNT@1:71", "WILDCARD_IN_RESOURCE_TYPE@1:71"}
	var got []string
	for i := range findings {
		got = append(got, findings[i].String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(findings, lint.Check(doc, lint.Options{})); diff != "" {
		t.Errorf("the document has other findings than its text: %s", diff)
	}
	if lint.Worst(findings) != lint.Error || lint.Worst(nil) != lint.None {
		t.Errorf("the worst is %s, of none %s", lint.Worst(findings), lint.Worst(nil))
	}
	ignored := lint.Check(doc, lint.Options{Ignore: []string{"INVALID_ARN_ACCOUNT", "EMPTY_SID_VALUE", "NO_SUCH"}})
	if len(ignored) != 3 {
		t.Errorf("with two ignored: %v", ignored)
	}
}

// TestManySuggestionsHideNoError holds that a document cannot be filled with lesser findings until there is no room for worse.
func TestManySuggestionsHideNoError(t *testing.T) {
	var list []string
	for i := range 3 * lint.MaxFindings {
		list = append(list, fmt.Sprintf(`"*:Get%d"`, i))
	}
	src := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[` + strings.Join(list, ",") + `],"Resource":"arn:aws:sts:here::x"}}`
	findings, _ := lint.Read(policy.AWS(), policy.Inline, []byte(src), lint.Options{})
	if n := slices.IndexFunc(findings, func(f lint.Finding) bool { return f.Code == "ARN_REGION_NOT_ALLOWED" }); n < 0 || len(findings) < lint.MaxFindings {
		t.Errorf("%d findings: %v", len(findings), codes(findings))
	}
	// What a document is refused for is bounded as well.
	src = strings.ReplaceAll(src, `*:Get`, `Get`)
	if findings, _ := lint.Read(policy.AWS(), policy.Inline, []byte(src), lint.Options{Ignore: []string{"INVALID_ACTION"}}); len(findings) != lint.MaxFindings {
		t.Errorf("%d findings", len(findings))
	}
}

func TestFindingAsJSON(t *testing.T) {
	src := `{"Version":"2012-10-17","Statement":{"Sid":"One","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3::111122223333:` + strings.Repeat("é", 60) + `"}}`
	findings, _ := lint.Read(policy.AWS(), policy.Inline, []byte(src), lint.Options{})
	got, err := json.Marshal(findings)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"code":"ARN_ACCOUNT_NOT_ALLOWED","severity":"error","message":"the ARN of a bucket has no account, so arn:aws:s3::111122223333:` + strings.Repeat("é", 27) +
		`… matches nothing","suggestion":"Leave the field empty; compare aws:ResourceAccount in a condition.","pos":{"offset":93,"line":1,"column":94},"end":{"offset":240,"line":1,"column":181},"statement":0,"sid":"One"}]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	var back []lint.Finding
	if err := json.Unmarshal(got, &back); err != nil || cmp.Diff(findings, back) != "" {
		t.Errorf("read back %+v, %v", back, err)
	}
}

func TestSeverities(t *testing.T) {
	for _, s := range []lint.Severity{lint.None, lint.Suggestion, lint.Warning, lint.Security, lint.Error} {
		if back, err := lint.ParseSeverity(s.String()); back != s || err != nil {
			t.Errorf("%s is read as %s, %v", s, back, err)
		}
	}
	if _, err := lint.ParseSeverity("fatal"); err == nil {
		t.Error("fatal is a severity")
	}
	if got := lint.Severity(9).String(); got != "severity(9)" {
		t.Error(got)
	}
}
