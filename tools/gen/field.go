package main

import (
	"fmt"
	"strconv"
	"strings"
)

// field is one member of a structure in Go: its type and its line in Walk.
type field struct{ goType, step string }

// scalars gives, for a simple type of the model, its Go type and the method of the walker.
func scalars() map[string][2]string {
	return map[string][2]string{
		"string":    {"string", "Text"},
		"integer":   {"int64", "Int"},
		"boolean":   {"bool", "Bool"},
		"timestamp": {"time.Time", "Time"},
	}
}

func (g *generator) field(m member, required bool) (field, error) {
	s := g.Shapes[m.Ref.Shape]
	call := func(method, rule string) string {
		return fmt.Sprintf("w.%s(%q, &v.%s, %s)", method, m.Name, goName(m.Name), rule)
	}
	nested := func(function, rule string) string {
		return fmt.Sprintf("wire.%s(w, %q, &v.%s, %s)", function, m.Name, goName(m.Name), rule)
	}
	if scalar, ok := scalars()[s.Type]; ok {
		if required {
			return field{scalar[0], call(scalar[1], g.rule(m.Ref.Shape, false))}, nil
		}
		return field{"*" + scalar[0], call("Opt"+scalar[1], g.rule(m.Ref.Shape, false))}, nil
	}
	if s.Type == "structure" {
		if required {
			return field{goName(m.Ref.Shape), nested("Struct", "nil")}, nil
		}
		return field{"*" + goName(m.Ref.Shape), nested("OptStruct", "nil")}, nil
	}
	rule := g.rule(m.Ref.Shape, required)
	switch s.Type {
	case "blob":
		return field{"[]byte", call("Blob", rule)}, nil
	case "list":
		switch e := g.Shapes[s.Member.Shape]; e.Type {
		case "string":
			return field{"[]string", call("Texts", rule)}, nil
		case "structure":
			return field{"[]" + goName(s.Member.Shape), nested("List", rule)}, nil
		}
	case "map":
		if g.Shapes[s.Key.Shape].Type == "string" {
			switch g.Shapes[s.Value.Shape].Type {
			case "string":
				return field{"map[string]string", call("TextMap", rule)}, nil
			case "integer":
				return field{"map[string]int64", call("IntMap", rule)}, nil
			}
		}
	}
	return field{}, fmt.Errorf("member %s of type %s is nothing the generator knows", m.Name, s.Type)
}

// rule gives the Go expression for the rule of a shape, nil when it has none, and notes the rule for the table.
func (g *generator) rule(name string, required bool) string {
	s := g.Shapes[name]
	var parts []string
	if required {
		parts = append(parts, "Required: true")
	}
	if s.Sensitive {
		parts = append(parts, "Sensitive: true")
	}
	if s.Min != nil || s.Max != nil {
		parts = append(parts, fmt.Sprintf("Size: &wire.Range{Min: %s, Max: %s}", low(s), high(s)))
	}
	if s.Pattern != "" {
		p := "Source: " + quote(s.Pattern)
		if s.GoPattern != "" {
			p += ", Go: " + quote(s.GoPattern)
		}
		parts = append(parts, "Pattern: &wire.Pattern{"+p+"}")
	}
	if len(s.Enum) > 0 {
		g.enums[name] = true
		quoted := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			quoted[i] = strconv.Quote(v)
		}
		parts = append(parts, "Enum: []string{"+strings.Join(quoted, ", ")+"}")
	}
	each := s.Member
	if each == nil {
		each = s.Value
	}
	if each != nil && g.Shapes[each.Shape].Type != "structure" {
		if r := g.rule(each.Shape, false); r != "nil" {
			parts = append(parts, "Each: "+r)
		}
	}
	if len(parts) == 0 {
		return "nil"
	}
	variable := "rule" + goName(name)
	if required {
		variable += "Required"
	}
	g.rules[variable] = "wire.Rule{" + strings.Join(parts, ", ") + "}"
	return "&" + variable
}

func low(s *shape) string {
	if s.Min != nil {
		return strconv.FormatInt(*s.Min, 10)
	}
	if s.Type == "integer" {
		return "wire.NoMin"
	}
	return "0"
}

func high(s *shape) string {
	if s.Max != nil {
		return strconv.FormatInt(*s.Max, 10)
	}
	return "wire.NoMax"
}

func quote(s string) string {
	if strings.Contains(s, "`") {
		return strconv.Quote(s)
	}
	return "`" + s + "`"
}

func (g *generator) ruleTable() (string, error) {
	var b strings.Builder
	b.WriteString("// The rules of the model's shapes. They never change; a pattern compiles itself at its first use.\nvar (\n")
	for _, name := range sorted(g.rules) {
		fmt.Fprintf(&b, "\t%s = %s\n", name, g.rules[name])
	}
	b.WriteString(")\n")
	return b.String(), nil
}

// enumTable writes a constant per enumerated value: the name of the shape followed by the letters and digits of the value.
func (g *generator) enumTable() (string, error) {
	var b strings.Builder
	seen := map[string]bool{}
	for _, name := range sorted(g.enums) {
		fmt.Fprintf(&b, "// Values of %s.\nconst (\n", goName(name))
		for _, v := range g.Shapes[name].Enum {
			constant := goName(name) + enumName(v)
			if seen[constant] {
				return "", fmt.Errorf("two values of %s are called %s in Go", name, constant)
			}
			seen[constant] = true
			fmt.Fprintf(&b, "\t%s = %q\n", constant, v)
		}
		b.WriteString(")\n\n")
	}
	return b.String(), nil
}

// enumName joins the words of a value, each with a capital first letter.
func enumName(v string) string {
	words := strings.FieldsFunc(v, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
	for i, w := range words {
		words[i] = goName(w)
	}
	return strings.Join(words, "")
}
