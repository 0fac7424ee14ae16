package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// statement is a statement with what many rules ask of it.
type statement struct {
	policy.Elements
	index int
	keys  []string // the folded keys of Conditions, one for one
}

func newStatement(index int, e policy.Elements) statement {
	s := statement{Elements: e, index: index}
	for _, c := range e.Conditions {
		s.keys = append(s.keys, policy.FoldKey(c.Key.Text))
	}
	return s
}

func (s *statement) allows() bool { return s.Effect == policy.EffectAllow }
func (s *statement) denies() bool { return s.Effect == policy.EffectDeny }

// start is the statement's first character, for what is about it as a whole.
func (s *statement) start() policy.Token { return policy.Token{Start: s.Start, End: s.End} }

// name is where the name of an element stands, with its quotes.
func (l *linter) name(start int, name string) policy.Token {
	return policy.Token{Text: name, Start: start, End: start + len(name) + 2}
}

// actions are the items of Action, nothing for NotAction.
func (s *statement) actions() []policy.Token { return itemsOf(s.Action, false) }

// resources are the items of Resource, nothing for NotResource.
func (s *statement) resources() []policy.Token { return itemsOf(s.Resource, false) }

func itemsOf(e *policy.ListElement, not bool) []policy.Token {
	if e == nil || e.Not != not {
		return nil
	}
	return e.Items
}

// everything finds an item "*" of Resource.
func (s *statement) everything() (policy.Token, bool) {
	for _, r := range s.resources() {
		if r.Text == "*" {
			return r, true
		}
	}
	return policy.Token{}, false
}

// principals are the items of a type in Principal, nothing for NotPrincipal.
func (s *statement) principals(typ string) []policy.Token {
	var list []policy.Token
	if s.Principal == nil || s.Principal.Not {
		return nil
	}
	for _, it := range s.Principal.Items {
		if it.Type == typ {
			list = append(list, it.Token)
		}
	}
	return list
}

// demanding says whether a condition needs its key, with one of certain values.
func demanding(c *policy.ConditionElement) bool {
	return !c.Operator.Negated && !c.Operator.IfExists && c.Operator.Set != "ForAllValues" &&
		c.Operator.Values != policy.PresenceValue && !slices.ContainsFunc(c.Values, func(v policy.Token) bool { return strings.Trim(v.Text, "*") == "" })
}

// demandsAny says whether a request has to have one of some keys, with a certain value, to be matched. A key that ends with a slash stands for all keys that begin with it.
func (s *statement) demandsAny(keys ...string) bool {
	for i := range s.Conditions {
		for _, key := range keys {
			if (s.keys[i] == key || strings.HasSuffix(key, "/") && strings.HasPrefix(s.keys[i], key)) && demanding(&s.Conditions[i]) {
				return true
			}
		}
	}
	return false
}

// reach says how a statement names an action.
type reach uint8

const (
	unreached   reach = iota
	byName            // iam:PassRole
	byPattern         // iam:*
	byException       // NotAction without it
)

// reaches says whether and how a statement is about an action, and by which item. The action is in lower case.
func (s *statement) reaches(action string) (reach, policy.Token) {
	if s.Action == nil {
		return unreached, policy.Token{}
	}
	how, by := unreached, policy.Token{}
	for _, a := range s.Action.Items {
		text := lower(a.Text)
		switch {
		case text == action:
			how, by = byName, a
		case how == unreached && wild(text) && matches(text, action):
			how, by = byPattern, a
		}
	}
	if !s.Action.Not {
		return how, by
	}
	if how == unreached {
		return byException, policy.Token{Text: "NotAction", Start: s.Action.Start, End: s.Action.Start + len(`"NotAction"`)}
	}
	return unreached, policy.Token{}
}

// account is the account of an AWS principal: of a bare id, or of an ARN; empty for everything else.
func account(principal string) string {
	if isAccount(principal) {
		return principal
	}
	if f := strings.SplitN(principal, ":", 6); len(f) == 6 && isAccount(f[4]) {
		return f[4]
	}
	return ""
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}
