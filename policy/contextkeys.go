package policy

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// ContextKeys lists the condition keys that documents ask for, in conditions
// and in variables, each once, in the order and in the spelling of its first
// place. Keys that differ only in case are one key: whoever has a value for
// each of the list has told all that the documents ask, and none twice.
func ContextKeys(docs ...*Document) []string {
	var keys keyNames
	for _, d := range docs {
		for i := range d.statements {
			for _, name := range d.keysOf(&d.statements[i]) {
				keys.add(name.s)
			}
		}
	}
	return keys.names
}

// keysOf lists the keys of a statement as they stand in the text.
func (d *Document) keysOf(s *statementText) []text {
	var found []text
	variables := func(values []text) {
		if !d.variables {
			return
		}
		for _, v := range values {
			for _, name := range variableNames(v.s) {
				found = append(found, text{s: name, pos: v.pos})
			}
		}
	}
	variables(s.resources.items)
	for i := range s.conditions {
		found = append(found, s.conditions[i].key)
		if s.conditions[i].op.class.variables() {
			variables(s.conditions[i].values)
		}
	}
	slices.SortStableFunc(found, func(a, b text) int { return a.pos - b.pos })
	return found
}

// keyNames is a set of keys, without regard to case, that remembers how and in
// which order they came.
type keyNames struct {
	names []string
	seen  map[string]struct{}
}

func (k *keyNames) add(name string) {
	fold := FoldKey(name)
	if _, have := k.seen[fold]; have {
		return
	}
	if k.seen == nil {
		k.seen = make(map[string]struct{})
	}
	k.seen[fold] = struct{}{}
	k.names = append(k.names, name)
}

// variableNames lists the keys of the variables in a text, as they are spelled.
func variableNames(s string) []string {
	var names []string
	for {
		start := strings.Index(s, "${")
		if start < 0 {
			return names
		}
		end := pattern.VariableEnd(s, start+2)
		if end < 0 {
			return names
		}
		name, _, _ := strings.Cut(s[start+2:end], ",")
		switch name = strings.TrimSpace(name); name {
		case "", "*", "?", "$":
		default:
			names = append(names, name)
		}
		s = s[end+1:]
	}
}
