package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of the file. The parser takes time with the square of nesting, and
// no setting needs any.
const (
	maxFile     = 32 << 10 // bytes
	maxBrackets = 200      // opening brackets and braces
	maxFaults   = 50       // reported of one file
)

// Read gives the settings a server runs with: defaults, then the file (none
// when path is empty), then the environment as lookup knows it, then flags by
// key; completed and validated. The error names every fault.
func Read(path string, lookup func(string) (string, bool), flags map[string]string) (*Config, error) {
	c, err := Load(path)
	faults := []error{err}
	if c == nil {
		return nil, err
	}
	if lookup != nil {
		faults = append(faults, c.Environment(lookup))
	}
	for _, f := range c.Fields() {
		if v, ok := flags[f.Key]; ok {
			faults = append(faults, f.Set(v))
		}
	}
	faults = append(faults, c.Validate())
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return c, nil
}

// Load gives the defaults with the file over them, not yet validated. With faults in the file it returns what could be read along with
// them; when the file cannot be read at all, a nil Config.
func Load(path string) (*Config, error) {
	if path == "" {
		return Default(), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	c := Default()
	return c, c.decode(path, b)
}

// decode sets what the YAML text says.
func (c *Config) decode(name string, b []byte) error {
	whole := func(format string, args ...any) error {
		return &Fault{Origin: name, Text: fmt.Sprintf(format, args...)}
	}
	switch {
	case len(b) > maxFile:
		return whole("the file is longer than %d bytes", maxFile)
	case !utf8.Valid(b):
		return whole("the file is not UTF-8")
	case bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) > maxBrackets:
		return whole("the file has more than %d brackets", maxBrackets)
	}
	tree, err := parser.ParseBytes(b, 0)
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			return &Fault{Origin: place(name, at.GetToken()), Text: at.GetMessage()}
		}
		return whole("%v", err)
	}
	d := decoder{name: name, fields: c.Fields()}
	for i, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if i > 0 {
			d.fault(doc.Body, "", "a second document begins here; one file holds one")
			break
		}
		d.section(doc.Body, "")
	}
	return errors.Join(d.faults...)
}

// decoder walks the syntax tree rather than leaving that to reflection, since
// it must know what was written (010, "64", yes), not what it converts to.
type decoder struct {
	name   string
	fields []Field
	faults []error
}

func place(name string, t *token.Token) string {
	if t == nil || t.Position == nil {
		return name
	}
	return fmt.Sprintf("%s:%d:%d", name, t.Position.Line, t.Position.Column)
}

func (d *decoder) fault(n ast.Node, key, format string, args ...any) {
	if len(d.faults) < maxFaults {
		d.faults = append(d.faults, &Fault{Origin: place(d.name, n.GetToken()), Key: key, Text: fmt.Sprintf(format, args...)})
	}
}

// section walks a mapping whose keys begin with prefix.
func (d *decoder) section(n ast.Node, prefix string) {
	if _, empty := n.(*ast.NullNode); empty && prefix != "" {
		return // a section whose settings are all commented out
	}
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.fault(n, strings.TrimSuffix(prefix, "."), "want settings, one per line as key: value, not %s", spoken(n))
		return
	}
	for _, v := range m.Values {
		name, ok := v.Key.(*ast.StringNode)
		if !ok {
			d.fault(v.Key, "", "want the name of a setting, not %s", spoken(v.Key))
			continue
		}
		d.entry(name, prefix+name.Value, v.Value)
	}
}

func (d *decoder) entry(name *ast.StringNode, key string, value ast.Node) {
	if strings.Contains(name.Value, ".") {
		d.fault(name, key, "a setting of a section is written below the section's name, not with a dot")
		return
	}
	for _, f := range d.fields {
		if f.Key == key {
			d.value(f, value)
			return
		}
		if strings.HasPrefix(f.Key, key+".") {
			d.section(value, key+".")
			return
		}
	}
	d.fault(name, key, "%s", unknown(key, d.fields))
}

// value sets one field when what is written is of its kind.
func (d *decoder) value(f Field, n ast.Node) {
	var written string
	switch v := n.(type) {
	case *ast.StringNode:
		if f.kind != text && f.kind != duration {
			d.fault(n, f.Key, "want %s, not the text %q", f.kind.spoken(), v.Value)
			return
		}
		written = v.Value
	case *ast.IntegerNode:
		if f.kind != number {
			d.fault(n, f.Key, "want %s, not the number %s", f.kind.spoken(), v.GetToken().Value)
			return
		}
		written = v.GetToken().Value
	case *ast.BoolNode:
		if f.kind != flag {
			d.fault(n, f.Key, "want %s, not %s", f.kind.spoken(), v.GetToken().Value)
			return
		}
		written = v.GetToken().Value
	case *ast.SequenceNode:
		var ok bool
		if written, ok = d.items(f, v); !ok {
			return
		}
	default:
		d.fault(n, f.Key, "want %s, not %s", f.kind.spoken(), spoken(n))
		return
	}
	if err := f.from(place(d.name, n.GetToken()), written); err != nil {
		d.faults = append(d.faults, err)
	}
}

// items joins a list the way Set takes it.
func (d *decoder) items(f Field, n *ast.SequenceNode) (string, bool) {
	if f.kind != list {
		d.fault(n, f.Key, "want %s, not a list", f.kind.spoken())
		return "", false
	}
	var all []string
	for _, v := range n.Values {
		s, ok := v.(*ast.StringNode)
		if !ok || s.Value == "" || strings.Contains(s.Value, ",") {
			d.fault(v, f.Key, "want one text per entry, not %s", spoken(v))
			return "", false
		}
		all = append(all, s.Value)
	}
	return strings.Join(all, ","), true
}

func (k kind) spoken() string {
	return map[kind]string{text: "a text", flag: "true or false", number: "a number",
		duration: "a duration such as 15s", list: "a list"}[k]
}

func spoken(n ast.Node) string {
	switch n.(type) {
	case *ast.NullNode:
		return "nothing (write \"\" for an empty text)"
	case *ast.MappingNode:
		return "a section"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "an anchor or alias"
	case *ast.TagNode:
		return "a tag"
	case *ast.LiteralNode:
		return "a text of several lines"
	}
	return strings.ToLower(n.Type().String())
}
