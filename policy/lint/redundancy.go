package lint

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

// rulesOfRedundancy are about what could be left out. They compare elements with each other, within the bound of steps.
func rulesOfRedundancy() []rule {
	return []rule{
		{code: "REDUNDANT_ACTION", severity: Suggestion, every: true, statement: redundantAction,
			means: "An action is covered by another one of the same statement.", fix: "Leave it out."},
		{code: "REDUNDANT_RESOURCE", severity: Suggestion, statement: redundantResource,
			means: "A resource is covered by another one of the same statement.", fix: "Leave it out."},
		{code: "REDUNDANT_CONDITION_VALUE_NUM", severity: Suggestion, statement: redundantBound,
			means: "A comparison by size has several values, of which only the widest counts.", fix: "Keep the widest."},
		{code: "REDUNDANT_STATEMENT", severity: Suggestion, document: redundantStatement,
			means: "A statement says nothing that another one of the same effect does not say.", fix: "Leave it out."},
		{code: "DENY_HIDES_ALLOW", severity: Warning, document: hiddenAllow,
			means: "A statement denies, without a condition, everything that another one allows.", fix: "Leave the Allow out, or narrow the Deny."},
		{code: "LINT_INCOMPLETE", severity: Warning, every: true, document: incomplete,
			means: "The document has so many elements that not all could be compared with each other; what is redundant or hidden may not be told.",
			fix:   "Split the document."},
	}
}

func incomplete(l *linter) {
	if l.steps >= maxSteps {
		l.say(whole(), "comparing the elements of the document with each other was given up")
	}
}

// redundant tells items of a list that another item covers; of two that cover each other, the later.
func (l *linter) redundant(items []policy.Token, arn bool) {
	texts := make([]string, len(items))
	for i, it := range items {
		if texts[i] = it.Text; !arn {
			texts[i] = lower(it.Text)
		}
	}
	for i, it := range items {
		for j := range items {
			if i != j && l.within(texts[j], texts[i], arn) && (j < i || !l.within(texts[i], texts[j], arn)) {
				l.say(it, "%s is covered by %s", clip(it.Text), clip(items[j].Text))
				break
			}
		}
	}
}

func redundantAction(l *linter, s *statement) {
	if s.Action != nil {
		l.redundant(s.Action.Items, false)
	}
}

func redundantResource(l *linter, s *statement) {
	if s.Resource != nil {
		l.redundant(s.Resource.Items, true)
	}
}

func redundantBound(l *linter, s *statement) {
	for _, c := range s.Conditions {
		if (strings.Contains(c.Operator.Base, "LessThan") || strings.Contains(c.Operator.Base, "GreaterThan")) && len(c.Values) > 1 {
			l.say(c.Values[1], "of %d values for %s one counts", len(c.Values), clip(c.Key.Text))
		}
	}
}

func redundantStatement(l *linter) {
	for i := range l.statements {
		for j := range l.statements {
			a, b := &l.statements[j], &l.statements[i]
			if i == j || a.Effect != b.Effect || !l.includes(a, b) || j > i && l.includes(b, a) {
				continue
			}
			l.at = b
			l.say(b.start(), "statement %d says all of this", j+1)
			break
		}
	}
	l.at = nil
}

func hiddenAllow(l *linter) {
	for i := range l.statements {
		allow := &l.statements[i]
		for j := range l.statements {
			deny := &l.statements[j]
			if !allow.allows() || !deny.denies() || len(deny.Conditions) > 0 || !l.includes(deny, allow) {
				continue
			}
			l.at = allow
			l.say(allow.start(), "statement %d denies all of this", j+1)
			break
		}
	}
	l.at = nil
}

// includes says that every request that b matches is matched by a too, whatever their effects. It may overlook that.
func (l *linter) includes(a, b *statement) bool {
	return l.spend(1) && l.includesList(a.Action, b.Action, false) && l.includesList(a.Resource, b.Resource, true) &&
		l.includesPrincipals(a.Principal, b.Principal) && l.includesConditions(a, b)
}

func (l *linter) includesList(a, b *policy.ListElement, arn bool) bool {
	switch {
	case a == nil || b == nil:
		return a == nil && b == nil
	case !a.Not && slices.ContainsFunc(a.Items, func(t policy.Token) bool { return t.Text == "*" }):
		return true
	case a.Not != b.Not:
		return false
	case a.Not:
		a, b = b, a // what is left out of the one has to be left out of the other
	}
	for _, item := range b.Items {
		covered := slices.ContainsFunc(a.Items, func(t policy.Token) bool {
			if arn {
				return l.within(t.Text, item.Text, true)
			}
			return l.within(lower(t.Text), lower(item.Text), false)
		})
		if !covered {
			return false
		}
	}
	return true
}

// includesPrincipals compares names only: who is behind them is not known here.
func (l *linter) includesPrincipals(a, b *policy.PrincipalElement) bool {
	switch {
	case a == nil || b == nil:
		return a == nil && b == nil
	case a.Not || b.Not:
		return false
	}
	for _, p := range b.Items {
		if !l.spend(len(a.Items)) || !slices.ContainsFunc(a.Items, func(q policy.PrincipalItem) bool { return q.Type == p.Type && q.Text == p.Text }) {
			return false
		}
	}
	return true
}

// includesConditions says that b has every condition of a, to the letter.
func (l *linter) includesConditions(a, b *statement) bool {
	for i := range a.Conditions {
		found := false
		for j := range b.Conditions {
			if l.spend(1+len(a.Conditions[i].Values)) && a.keys[i] == b.keys[j] && a.Conditions[i].Operator == b.Conditions[j].Operator && sameTexts(a.Conditions[i].Values, b.Conditions[j].Values) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func sameTexts(a, b []policy.Token) bool {
	return slices.EqualFunc(a, b, func(x, y policy.Token) bool { return x.Text == y.Text })
}
