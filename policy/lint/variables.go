package lint

import (
	"strings"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/internal/pattern"
)

// rulesOfVariables are about ${…}.
func rulesOfVariables() []rule {
	return []rule{
		{code: "VARIABLE_UNSUPPORTED_IN_ELEMENT", severity: Error, statement: variableElsewhere,
			means: "A variable stands where none is replaced: outside of the last field of a resource and of the values of String and Arn operators.",
			fix:   "Write the text out, or say the same in a condition."},
		{code: "EMPTY_VARIABLE", severity: Error, statement: emptyVariable,
			means: "A variable has no name; it is compared as the text it is.", fix: "Write ${key}."},
		{code: "NOT_RESOURCE_WITH_VARIABLE", severity: Security, statement: notResourceVariable,
			means: "A statement allows with a variable in NotResource: for a caller without that key the pattern names nothing, so that the statement reaches every resource.",
			fix:   "List in Resource what is allowed, or give the variable a default: ${key, 'none'}."},
		{code: "UNKNOWN_VARIABLE", severity: Error, statement: unknownVariable,
			means: "A variable names a global condition key that does not exist, so that it never has a value.",
			fix:   "Check the spelling of the key."},
	}
}

// texts are all texts of a statement in which a variable could be meant.
func (s *statement) texts() []policy.Token {
	var all []policy.Token
	if s.Action != nil {
		all = append(all, s.Action.Items...)
	}
	if s.Resource != nil {
		all = append(all, s.Resource.Items...)
	}
	for i := range s.Conditions {
		all = append(all, s.Conditions[i].Values...)
	}
	return all
}

// looksVariable says that a text holds ${ with a name behind it.
func looksVariable(s string) bool {
	for {
		_, rest, found := strings.Cut(s, "${")
		if !found {
			return false
		}
		if inner, _, closed := strings.Cut(rest, "}"); closed && inner != "" {
			return true
		}
		s = rest
	}
}

func variableElsewhere(l *linter, s *statement) {
	if !l.doc.Variables() {
		return
	}
	if s.Action != nil {
		for _, a := range s.Action.Items {
			if looksVariable(a.Text) {
				l.say(a, "no variable is replaced in an action")
			}
		}
	}
	if s.Principal != nil {
		for _, p := range s.Principal.Items {
			if looksVariable(p.Text) {
				l.say(p.Token, "no variable is replaced in a principal")
			}
		}
	}
	for i := range s.Conditions {
		if c := &s.Conditions[i]; looksVariable(c.Key.Text) {
			l.say(c.Key, "no variable is replaced in the name of a condition key")
		}
	}
	if looksVariable(s.Sid.Text) {
		l.say(s.Sid, "no variable is replaced in a Sid")
	}
}

func emptyVariable(l *linter, s *statement) {
	for _, t := range s.texts() {
		if l.doc.Variables() && strings.Contains(t.Text, "${}") {
			l.say(t, "${} in %s names no key and is compared as it stands", clip(t.Text))
		}
	}
}

func notResourceVariable(l *linter, s *statement) {
	if !s.allows() || !l.doc.Variables() {
		return
	}
	for _, r := range itemsOf(s.Resource, true) {
		for _, v := range variables(r.Text) {
			if !v.Has {
				l.say(r, "whoever has no %s is allowed this on every resource", v.Text)
				break
			}
		}
	}
}

func unknownVariable(l *linter, s *statement) {
	if !l.doc.Variables() {
		return
	}
	for _, t := range s.texts() {
		for _, v := range variables(t.Text) {
			if near, bad := unknownGlobal(v.Text); bad {
				l.advise(t, didYouMean(near, l.rule.fix), "there is no key %s, so this text never matches", v.Text)
			}
		}
	}
}

// variables are those of a text, in its order.
func variables(text string) []pattern.Piece {
	if !strings.Contains(text, "${") {
		return nil
	}
	var all []pattern.Piece
	pieces, _ := pattern.Template(text, true) // the parser refused what cannot be read
	for _, p := range pieces {
		if p.Kind == pattern.Var {
			all = append(all, p)
		}
	}
	return all
}
