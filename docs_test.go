package daypass_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy/policytest"
)

// TestWalkIsTrue fails when a function that docs/walk.md links to is not in the file it names any more.
func TestWalkIsTrue(t *testing.T) {
	text, err := os.ReadFile("docs/walk.md")
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile("\\[`([^`]+)`\\]\\(\\.\\./([^)]+\\.go)\\)").FindAllStringSubmatch(string(text), -1)
	if len(links) < 20 {
		t.Fatalf("docs/walk.md has %d links to functions; it had over twenty", len(links))
	}
	for _, l := range links {
		name, file := l[1], l[2]
		if name == filepath.Base(file) {
			continue
		}
		if !declares(t, file, name) {
			t.Errorf("docs/walk.md links to %s, which %s does not declare", name, file)
		}
	}
}

// declares says whether a file has the function, method ("Type.Method") or type.
func declares(t *testing.T, file, name string) bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			full := d.Name.Name
			if d.Recv != nil {
				full = strings.TrimPrefix(typeName(d.Recv.List[0].Type), "*") + "." + full
			}
			if full == name {
				return true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok && s.Name.Name == name {
					return true
				}
			}
		}
	}
	return false
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "*" + typeName(e.X)
	case *ast.Ident:
		return e.Name
	case *ast.IndexExpr:
		return typeName(e.X)
	}
	return ""
}

// TestDocumentLinks fails when a document links to a file that is not there.
func TestDocumentLinks(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("docs/decisions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#:]+)\)`)
	for _, file := range append(append(files, more...), "README.md", "CHANGELOG.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), l[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", file, l[1])
			}
		}
	}
}

// TestPolicyPage holds docs/policy.md to the tests it names and to the engine: each contested rule has its test by its number, and
// the example of a case passes.
func TestPolicyPage(t *testing.T) {
	page, err := os.ReadFile("docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile("policy/contested_test.go")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| (\\d+) \\|.*\\| `(TestContested(\\d\\d))` \\|$").FindAllStringSubmatch(string(page), -1)
	for i, row := range rows {
		if n, err := strconv.Atoi(row[3]); err != nil || n != i+1 || row[1] != strconv.Itoa(i+1) {
			t.Errorf("row %d of the contested rules is %s, with the test %s", i+1, row[1], row[2])
		}
		if !strings.Contains(string(tests), "func "+row[2]+"_") {
			t.Errorf("there is no test %s", row[2])
		}
	}
	if named := strings.Count(string(tests), "func TestContested"); len(rows) != named {
		t.Errorf("%d contested rules on the page, %d tests", len(rows), named)
	}
	cases := regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(cases) == 0 {
		t.Error("the page shows no case")
	}
	for _, c := range cases {
		passed, failed, err := policytest.Run(strings.NewReader(c[1]), "docs/policy.md", func(policytest.Result) {})
		if err != nil || failed > 0 || passed == 0 {
			t.Errorf("%d passed, %d failed, %v: %s", passed, failed, err, c[1])
		}
	}
}
