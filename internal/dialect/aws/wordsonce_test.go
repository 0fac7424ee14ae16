package aws

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestWordsAreSaidOnce: the compiler takes a map whose struct keys come twice, and the later one would win unseen.
func TestWordsAreSaidOnce(t *testing.T) {
	files, err := filepath.Glob("*words.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			list, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if _, isMap := list.Type.(*ast.MapType); !isMap {
				return true
			}
			seen := map[string]bool{}
			for _, e := range list.Elts {
				pair, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				var key strings.Builder
				if err := format.Node(&key, set, pair.Key); err != nil {
					t.Fatal(err)
				}
				if seen[key.String()] {
					t.Errorf("%s: %s comes twice", set.Position(pair.Pos()), key.String())
				}
				seen[key.String()] = true
			}
			return true
		})
	}
}
