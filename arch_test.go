package daypass_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/daypass/daypass"

// imports is the table of who may use whom inside the product, floor by floor: every arrow points down. An arrow that is not
// here is a question to answer before it is a line to add.
var imports = map[string][]string{
	".": {},

	// public
	"policy":                  {"policy/internal/pattern"},
	"policy/internal/pattern": {},
	"policy/question":         {"policy", "policy/internal/pattern"},
	"policy/lint":             {"policy", "policy/internal/pattern"},
	"policy/policytest":       {"policy"},
	"authz":                   {"policy"},

	// floor 1: leaves, know nothing of IAM
	"internal/secret":          {},
	"internal/fault":           {},
	"internal/arn":             {},
	"internal/table":           {},
	"internal/wire":            {},
	"internal/seal":            {"internal/secret"},
	"internal/totp":            {},
	"internal/config":          {"policy/lint"},
	"internal/obs":             {"internal/secret"},
	"internal/store":           {},
	"internal/store/memory":    {"internal/store"},
	"internal/store/sqlite":    {"internal/store"},
	"internal/store/storetest": {"internal/store"},

	// floor 2
	"internal/sign":       {"internal/secret"},
	"internal/sign/sigv4": {"internal/sign", "internal/secret"},
	"internal/iam":        {"policy", "policy/lint", "internal/arn", "internal/fault", "internal/table"},

	// floor 3
	"internal/db":         {"internal/iam", "internal/store", "internal/fault"},
	"internal/session":    {"internal/iam", "internal/seal", "internal/secret"},
	"internal/credential": {"internal/fault", "internal/iam", "internal/seal", "internal/secret", "internal/totp"},
	"internal/access":     {"policy", "internal/arn", "internal/iam", "internal/session"},
	"internal/issuer":     {"internal/fault", "internal/iam", "internal/seal", "internal/secret"},
	"internal/usage":      {},
	"internal/audit":      {"policy"},
	"internal/report":     {"policy", "internal/arn", "internal/fault", "internal/iam", "internal/usage"},

	"internal/federate/saml":          {},
	"internal/federate/saml/samltest": {},
	"internal/federate/oidc":          {"internal/fault", "internal/iam"},

	// floor 4: the waist
	"internal/guard": {"policy", "internal/access", "internal/audit", "internal/credential", "internal/fault", "internal/iam", "internal/seal",
		"internal/secret", "internal/session", "internal/sign"},
	"internal/sts": {"policy", "internal/access", "internal/arn", "internal/fault", "internal/federate/oidc", "internal/federate/saml",
		"internal/iam", "internal/issuer", "internal/session"},
	"internal/simulate": {"policy", "policy/question", "internal/access", "internal/arn", "internal/fault", "internal/iam"},
	"internal/op": {"policy", "policy/lint", "internal/access", "internal/audit", "internal/credential", "internal/fault", "internal/federate/oidc",
		"internal/federate/saml", "internal/guard", "internal/iam", "internal/issuer", "internal/report", "internal/usage", "internal/wire"},

	// floor 5: doors
	"internal/dialect":              {"internal/op", "internal/sign", "internal/wire"},
	"internal/dialect/aws/iamapi":   {"internal/wire"},
	"internal/dialect/aws/stsapi":   {"internal/wire"},
	"internal/dialect/aws/orgapi":   {"internal/wire"},
	"internal/dialect/aws/adminapi": {"internal/wire"},
	"internal/dialect/aws": {"policy", "policy/question", "policy/lint", "internal/access", "internal/arn", "internal/audit", "internal/credential", "internal/dialect",
		"internal/dialect/aws/adminapi", "internal/dialect/aws/iamapi", "internal/dialect/aws/orgapi", "internal/dialect/aws/stsapi", "internal/fault",
		"internal/guard", "internal/iam", "internal/issuer", "internal/op", "internal/seal", "internal/secret", "internal/session", "internal/sign",
		"internal/sign/sigv4", "internal/simulate", "internal/sts", "internal/wire",
		"internal/federate/saml", "internal/report", "internal/usage"},
	"internal/client":   {"internal/secret", "internal/sign/sigv4", "internal/wire"},
	"internal/manifest": {"policy", "internal/arn", "internal/dialect/aws/iamapi", "internal/wire"},
	"internal/authzd": {"authz", "policy", "internal/access", "internal/arn", "internal/audit", "internal/fault", "internal/guard",
		"internal/iam", "internal/sign", "internal/sign/sigv4", "internal/usage"},
	"internal/demo": {"authz"},

	"internal/devissuer": {},
	"internal/oidcop":    {"internal/iam", "internal/issuer"},

	// floors 6–8
	"internal/gate": {"policy/lint", "internal/access", "internal/audit", "internal/dialect", "internal/fault", "internal/guard", "internal/iam",
		"internal/op", "internal/sign", "internal/usage", "internal/wire"},
	"internal/server": {"*"},
	"cmd/daypass":     {"*"},
	"tools/gen":       {},
}

// source is one parsed Go file of the product, tests excluded.
type source struct {
	dir  string // relative to the module
	name string
	file *ast.File
	set  *token.FileSet
}

func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); p != "." && (strings.HasPrefix(name, ".") || name == "testdata" || p == "e2e" || p == "bench") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		list = append(list, source{filepath.ToSlash(filepath.Dir(p)), p, f, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (s *source) imports() []string {
	var list []string
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		list = append(list, p)
	}
	return list
}

func TestImportTable(t *testing.T) {
	used := map[string]bool{}
	for _, s := range sources(t) {
		allowed, ok := imports[s.dir]
		if !ok {
			t.Errorf("package %s is not in the import table", s.dir)
			continue
		}
		for _, p := range s.imports() {
			rest, ours := strings.CutPrefix(p, module+"/")
			if !ours {
				continue
			}
			used[s.dir+" "+rest] = true
			if !slices.Contains(allowed, rest) && !slices.Contains(allowed, "*") {
				t.Errorf("%s imports %s, which the import table does not allow", s.name, rest)
			}
			if rest == "internal/server" && s.dir != "cmd/daypass" {
				t.Errorf("%s imports internal/server: nobody but the command may", s.name)
			}
		}
	}
	var idle []string
	for from, list := range imports {
		for _, to := range list {
			if to != "*" && !used[from+" "+to] {
				idle = append(idle, from+" → "+to)
			}
		}
	}
	sort.Strings(idle)
	for _, arrow := range idle {
		t.Errorf("the import table allows %s, which nothing uses", arrow)
	}
}

// TestOuterImports holds the rules about packages outside the product.
func TestOuterImports(t *testing.T) {
	for _, s := range sources(t) {
		for _, p := range s.imports() {
			switch {
			case under(s.dir, "policy") && strings.Contains(strings.Split(p, "/")[0], ".") && !under(p, module+"/policy"):
				t.Errorf("%s imports %s: the policy language uses the standard library only", s.name, p)
			case p == "net/http" && !mayServe(s.dir):
				t.Errorf("%s imports net/http: nothing below the doors does, but sign", s.name)
			case (p == "crypto/hmac" || p == "crypto/aes" || p == "crypto/cipher") && !under(s.dir, "internal/sign") && s.dir != "internal/seal" &&
				(s.dir != "internal/totp" || p != "crypto/hmac"): // one-time codes are HMACs by their standard
				t.Errorf("%s imports %s: only sign and seal do", s.name, p)
			case p == "database/sql" && !under(s.dir, "internal/store"):
				t.Errorf("%s imports %s: only the engines of store do", s.name, p)
			case p == "reflect" && s.dir != "tools/gen":
				t.Errorf("%s imports reflect", s.name)
			}
		}
	}
}

func mayServe(dir string) bool {
	for _, d := range []string{"internal/sign", "internal/federate/oidc", "internal/devissuer", "internal/dialect", "internal/gate", "internal/server", "internal/client",
		"internal/authzd", "internal/demo", "internal/oidcop", "internal/obs", "authz", "cmd"} {
		if under(dir, d) {
			return true
		}
	}
	return false
}

func under(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

func TestPackageComments(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		if s.file.Doc != nil && len(s.file.Doc.Text()) > 120 {
			said[s.dir] = true
		}
	}
	for _, s := range sources(t) {
		if !said[s.dir] {
			t.Errorf("package %s has no comment that says what it owns, what it never does and who may call it", s.dir)
			said[s.dir] = true
		}
		for _, bad := range []string{"util", "utils", "common", "helpers", "types"} {
			if path.Base(s.dir) == bad {
				t.Errorf("package %s: the name says nothing", s.dir)
			}
		}
	}
}

// wide lists the interfaces that may have more than five methods, with the reason.
var wide = map[string]string{
	"internal/wire.Walker": "a shape names fields of every type the wire has; one method each",
}

func TestInterfacesAreSmall(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			i, ok := spec.Type.(*ast.InterfaceType)
			if ok && i.Methods.NumFields() > 5 && wide[s.dir+"."+spec.Name.Name] == "" {
				t.Errorf("%s: interface %s has %d methods, at most five", s.name, spec.Name, i.Methods.NumFields())
			}
			return true
		})
	}
}

// TestNoHiddenStarts holds: no init, and no goroutine but where the server starts and stops everything.
func TestNoHiddenStarts(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.dir, "tools/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					t.Errorf("%s has an init", s.name)
				}
			case *ast.GoStmt:
				if !mayStart[s.dir] {
					t.Errorf("%s: goroutine started outside the server", s.set.Position(n.Pos()))
				}
			}
			return true
		})
	}
}

// mayStart lists who may start goroutines. The engine of a store and the loader of iam only start what ends before the call that
// started it returns.
var mayStart = map[string]bool{
	"internal/server": true, "cmd/daypass": true, "internal/iam": true, "internal/store/sqlite": true, "internal/store/storetest": true,
}

// TestSizes keeps files and functions readable. Generated files are not read by people.
func TestSizes(t *testing.T) {
	const maxFile, maxFunc = 500, 80
	for _, s := range sources(t) {
		if strings.HasSuffix(s.name, "_gen.go") {
			continue
		}
		if n := s.set.File(s.file.Pos()).LineCount(); n > maxFile {
			t.Errorf("%s has %d lines: split it by meaning", s.name, n)
		}
		for _, d := range s.file.Decls {
			// A function that is one return statement is a table: longer, and still read line by line.
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil && !isTable(f) {
				if n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line; n > maxFunc {
					t.Errorf("%s: %s has %d lines", s.name, f.Name, n)
				}
			}
		}
	}
}

func isTable(f *ast.FuncDecl) bool {
	if len(f.Body.List) != 1 {
		return false
	}
	_, ok := f.Body.List[0].(*ast.ReturnStmt)
	return ok
}

// TestClockAndChanceArePassedIn holds: only the composition root and the command ask the machine for time or randomness.
func TestClockAndChanceArePassedIn(t *testing.T) {
	for _, s := range sources(t) {
		if under(s.dir, "internal/server") || under(s.dir, "cmd") || under(s.dir, "tools") || s.dir == "internal/store/storetest" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			if name := x.Name + "." + sel.Sel.Name; name == "time.Now" || name == "rand.Reader" || name == "rand.Read" || name == "time.Sleep" {
				t.Errorf("%s: %s", s.set.Position(n.Pos()), name)
			}
			return true
		})
	}
}
