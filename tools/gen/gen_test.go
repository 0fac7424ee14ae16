package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func apis() map[string]string {
	return map[string]string{"iamapi": "models/iam-2010-05-08.json", "stsapi": "models/sts-2011-06-15.json",
		"orgapi": "models/organizations-2016-11-28.json"}
}

// TestCommittedFilesAreCurrent renders the packages and compares them with the files in the tree.
func TestCommittedFilesAreCurrent(t *testing.T) {
	for pkg, path := range apis() {
		m, err := loadModel(path, "models/patch.json")
		if err != nil {
			t.Fatal(err)
		}
		files, err := render(m, pkg)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join("..", "..", "internal", "dialect", "aws", pkg)
		for name, want := range files {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s/%s is not what the generator writes: run go generate", pkg, name)
			}
		}
		present, err := filepath.Glob(filepath.Join(dir, "*_gen.go"))
		if err != nil {
			t.Fatal(err)
		}
		if len(present) != len(files) {
			t.Errorf("%s has %d generated files, the generator writes %d", pkg, len(present), len(files))
		}
	}
}

func TestModelsHoldNoDocumentation(t *testing.T) {
	for _, path := range apis() {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), `"documentation"`) || strings.Contains(string(raw), "<p>") {
			t.Errorf("%s holds documentation", path)
		}
		again, err := stripped(raw)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, again) {
			t.Errorf("stripping %s once more changes it", path)
		}
	}
}

func TestStrip(t *testing.T) {
	in := `{"documentation":"x","shapes":{"documentation":{"type":"structure","documentation":"x",
		"members":{"documentation":{"shape":"s","documentation":"x"},"b":{"shape":"s"}}}},"version":"2.0"}`
	want := "{\n\"shapes\":{\n\"documentation\":{\"type\":\"structure\"," +
		"\"members\":{\"documentation\":{\"shape\":\"s\"},\"b\":{\"shape\":\"s\"}}}},\n\"version\":\"2.0\"}\n"
	got, err := stripped([]byte(in))
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	if _, err := stripped([]byte(`{"a":`)); err == nil {
		t.Error("half a model was accepted")
	}
}

func TestBadModelsAndPatches(t *testing.T) {
	const shapes = `"s":{"type":"string","pattern":"[a]+"},"FRequest":{"type":"structure","required":["A"],"members":{"A":{"shape":"s"}}}`
	model := func(shapes string) string {
		return `{"metadata":{"protocol":"query","serviceId":"T"},"operations":{"F":{"name":"F","input":{"shape":"FRequest"}}},"shapes":{` + shapes + `}}`
	}
	for name, test := range map[string]struct{ model, patch, want string }{
		"good":             {model(shapes), `{}`, ""},
		"protocol":         {`{"metadata":{"protocol":"rest-json"}}`, `{}`, "protocol"},
		"json":             {strings.Replace(model(shapes), `"query"`, `"json"`, 1), `{}`, ""},
		"within itself":    {model(shapes + `,"GRequest":{"type":"structure","members":{"L":{"shape":"l"}}},"l":{"type":"list","member":{"shape":"GRequest"}}`), `{}`, ""},
		"unknown shape":    {model(strings.Replace(shapes, `{"shape":"s"}`, `{"shape":"t"}`, 1)), `{}`, "unknown t"},
		"unknown required": {model(strings.Replace(shapes, `["A"]`, `["B"]`, 1)), `{}`, "unknown member B"},
		"unknown trait":    {model(strings.Replace(shapes, `{"shape":"s"}`, `{"shape":"s","locationName":"x"}`, 1)), `{}`, "trait"},
		"lookahead":        {model(strings.Replace(shapes, `[a]+`, `a(?!b)`, 1)), `{}`, "goPattern"},
		"two members":      {model(strings.Replace(shapes, `"members":{`, `"members":{"a":{"shape":"s"},`, 1)), `{}`, "two members"},
		"unknown type":     {model(strings.Replace(shapes, `"type":"string"`, `"type":"double"`, 1)), `{}`, "nothing the generator knows"},
		"patch of nothing": {model(shapes), `{"T":[{"shape":"x","set":{},"why":"w"}]}`, "not in the model"},
		"patch, no reason": {model(shapes), `{"T":[{"shape":"s","set":{"sensitive":true}}]}`, "no reason"},
		"patch, mended":    {model(shapes), `{"T":[{"shape":"s","was":{"pattern":"b"},"set":{},"why":"w"}]}`, "no longer"},
		"patch, bad field": {model(shapes), `{"T":[{"shape":"s","set":{"sensitve":true},"why":"w"}]}`, "sensitve"},
		"patch":            {model(shapes), `{"T":[{"shape":"s","was":{"pattern":"[a]+"},"set":{"sensitive":true},"why":"w"}]}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{"model.json": test.model, "patch.json": test.patch} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := generate(filepath.Join(dir, "model.json"), filepath.Join(dir, "patch.json"), "tapi", dir)
			if test.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want something with %q", err, test.want)
			}
		})
	}
}
