package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"sort"
)

// model is a service model in the format of botocore, as far as the query and JSON protocols use it.
type model struct {
	Metadata struct {
		APIVersion   string `json:"apiVersion"`
		Protocol     string `json:"protocol"`
		ServiceID    string `json:"serviceId"`
		FullName     string `json:"serviceFullName"`
		XMLNamespace string `json:"xmlNamespace"`
		TargetPrefix string `json:"targetPrefix"`
	} `json:"metadata"`
	Operations map[string]*operation `json:"operations"`
	Shapes     map[string]*shape     `json:"shapes"`
}

type operation struct {
	Name   string `json:"name"`
	Input  *ref   `json:"input"`
	Output *ref   `json:"output"`
	Errors []ref  `json:"errors"`
}

type ref struct {
	Shape         string `json:"shape"`
	ResultWrapper string `json:"resultWrapper"`
	LocationName  string `json:"locationName"`
	Flattened     bool   `json:"flattened"`
}

type shape struct {
	Type      string   `json:"type"`
	Members   members  `json:"members"`
	Required  []string `json:"required"`
	Member    *ref     `json:"member"`
	Key       *ref     `json:"key"`
	Value     *ref     `json:"value"`
	Min       *int64   `json:"min"`
	Max       *int64   `json:"max"`
	Pattern   string   `json:"pattern"`
	GoPattern string   `json:"goPattern"`
	Enum      []string `json:"enum"`
	Sensitive bool     `json:"sensitive"`
	Exception bool     `json:"exception"`
	Error     *struct {
		Code        string `json:"code"`
		Status      int    `json:"httpStatusCode"`
		SenderFault bool   `json:"senderFault"`
	} `json:"error"`
	Fault bool `json:"fault"`
}

func (s *shape) requires(member string) bool { return slices.Contains(s.Required, member) }

// members keeps the order of the model, which is the order on the wire.
type members []member

type member struct {
	Name string
	Ref  ref
}

// UnmarshalJSON reads an object without losing the order of its members.
func (m *members) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		one := member{Name: name.(string)}
		if err := d.Decode(&one.Ref); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

// correction overlays single fields of one shape.
type correction struct {
	Shape string          `json:"shape"`
	Set   json.RawMessage `json:"set"`
	Was   json.RawMessage `json:"was"`
	Why   string          `json:"why"`
}

func loadModel(modelPath, patchPath string) (*model, error) {
	raw, err := os.ReadFile(modelPath)
	if err != nil {
		return nil, err
	}
	m := new(model)
	if err := json.Unmarshal(raw, m); err != nil {
		return nil, fmt.Errorf("%s: %w", modelPath, err)
	}
	if m.Metadata.Protocol != "query" && m.Metadata.Protocol != "json" {
		return nil, fmt.Errorf("%s: protocol %q is neither query nor json", modelPath, m.Metadata.Protocol)
	}
	raw, err = os.ReadFile(patchPath)
	if err != nil {
		return nil, err
	}
	var patch map[string][]correction
	if err := strict(raw, &patch); err != nil {
		return nil, fmt.Errorf("%s: %w", patchPath, err)
	}
	for _, c := range patch[m.Metadata.ServiceID] {
		if err := m.correct(c); err != nil {
			return nil, fmt.Errorf("%s: shape %s: %w", patchPath, c.Shape, err)
		}
	}
	return m, m.check()
}

func strict(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// correct applies c. The fields in c.Was must be as the patch remembers them, so that a fault mended upstream is noticed.
func (m *model) correct(c correction) error {
	s := m.Shapes[c.Shape]
	if s == nil {
		return fmt.Errorf("not in the model")
	}
	if c.Why == "" {
		return fmt.Errorf("no reason given")
	}
	before, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if c.Was != nil {
		was := *s
		if err := strict(c.Was, &was); err != nil {
			return err
		}
		now, err := json.Marshal(&was)
		if err != nil {
			return err
		}
		if !bytes.Equal(before, now) {
			return fmt.Errorf("the model no longer has %s", c.Was)
		}
	}
	return strict(c.Set, s)
}

// check refuses what the renderer does not know, rather than writing shapes that are quietly wrong.
func (m *model) check() error {
	for _, name := range sorted(m.Shapes) {
		s := m.Shapes[name]
		refs := []*ref{s.Member, s.Key, s.Value}
		for i := range s.Members {
			refs = append(refs, &s.Members[i].Ref)
		}
		for _, r := range refs {
			if r == nil {
				continue
			}
			if m.Shapes[r.Shape] == nil {
				return fmt.Errorf("shape %s refers to unknown %s", name, r.Shape)
			}
			if r.LocationName != "" || r.Flattened {
				return fmt.Errorf("shape %s uses a trait the generator does not know", name)
			}
		}
		for _, need := range s.Required {
			if !slices.ContainsFunc(s.Members, func(x member) bool { return x.Name == need }) {
				return fmt.Errorf("shape %s requires unknown member %s", name, need)
			}
		}
		if err := s.compiles(); err != nil {
			return fmt.Errorf("shape %s: %w", name, err)
		}
	}
	return nil
}

// compiles reports whether Go's engine takes the pattern of s, by the same reading of Java's escapes as internal/wire has.
func (s *shape) compiles() error {
	if s.GoPattern != "" {
		_, err := regexp.Compile(s.GoPattern)
		return err
	}
	unicode := regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)
	if _, err := regexp.Compile(unicode.ReplaceAllString(s.Pattern, `\x{$1}`)); err != nil {
		return fmt.Errorf("%w; the patch file needs a goPattern", err)
	}
	return nil
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// stripped drops every documentation text from a model, keeps the order of everything else, and writes one line per shape and
// operation.
func stripped(raw []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var b bytes.Buffer
	if err := copyValue(d, &b, 0); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	if !json.Valid(b.Bytes()) {
		return nil, fmt.Errorf("stripping broke the model")
	}
	return b.Bytes(), nil
}

func copyValue(d *json.Decoder, b *bytes.Buffer, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return encode(b, t)
	}
	b.WriteString(open.String())
	for first := true; d.More(); {
		if open == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			if dropped(name.(string), depth) {
				var skip json.RawMessage
				if err := d.Decode(&skip); err != nil {
					return err
				}
				continue
			}
			separate(b, first, depth)
			if err := encode(b, name); err != nil {
				return err
			}
			b.WriteByte(':')
		} else {
			separate(b, first, depth)
		}
		first = false
		if err := copyValue(d, b, depth+1); err != nil {
			return err
		}
	}
	end, err := d.Token()
	if err != nil {
		return err
	}
	b.WriteString(end.(json.Delim).String())
	return nil
}

// dropped reports whether a member is a documentation text. At odd depths the names are those of the service itself.
func dropped(name string, depth int) bool { return name == "documentation" && depth%2 == 0 }

func separate(b *bytes.Buffer, first bool, depth int) {
	if !first {
		b.WriteByte(',')
	}
	if depth < 2 {
		b.WriteByte('\n')
	}
}

func encode(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the encoder's line feed
	return nil
}
