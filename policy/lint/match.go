package lint

import (
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// lower folds the letters of actions and services.
func lower(s string) string { return pattern.FoldASCII(s) }

// wild reports whether a text holds a wildcard.
func wild(s string) bool { return strings.ContainsAny(s, "*?") }

// matches reports whether a pattern matches a plain text of ASCII letters. Steps grow with the product of both lengths at most.
func matches(wide, text string) bool {
	star, mark := -1, 0
	w, t := 0, 0
	for t < len(text) {
		switch {
		case w < len(wide) && wide[w] == '*':
			star, mark = w, t
			w++
		case w < len(wide) && (wide[w] == text[t] || wide[w] == '?'):
			w++
			t++
		case star >= 0:
			mark++
			w, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(wide[w:], "*") == ""
}

// matchesARN is matches for an element of Resource and a whole ARN, field by field.
func matchesARN(wide, arn string) bool {
	a, b := strings.SplitN(wide, ":", 6), strings.SplitN(arn, ":", 6)
	for i := range a {
		if !matches(a[i], b[i]) {
			return false
		}
	}
	return true
}

// maxSteps bounds the work of holding the elements of a document against each other, in the steps of pattern.Budget.
const maxSteps = 200_000

// spend takes steps from the bound; false when there are none left.
func (l *linter) spend(n int) bool {
	if l.steps > maxSteps-n {
		l.steps = maxSteps
		return false
	}
	l.steps += n
	return true
}

// within reports whether a pattern matches everything that another one matches. It is never wrong when it says so; when the steps are
// used up it says no.
func (l *linter) within(wide, text string, arn bool) bool {
	switch {
	case !l.spend(1):
		return false
	case wide == text || wide == "*":
		return true
	case text == "*" || !wild(wide) && !arn || !strings.HasPrefix(stem(text), stem(wide)):
		return false // most pairs end here
	}
	b := pattern.Budget{Steps: maxSteps - l.steps}
	in, out := []*pattern.Language{l.language(text, arn)}, []*pattern.Language{l.language(wide, arn)}
	if arn {
		in = append(in, pattern.Names(l.form()))
	}
	_, found, ok := pattern.Find(in, out, &b)
	l.steps = maxSteps - max(b.Steps, 0)
	return ok && !found
}

func (l *linter) language(s string, arn bool) *pattern.Language {
	if arn {
		return pattern.Resource(s, l.form(), l.doc.Variables(), nil)
	}
	return pattern.Glob(pattern.Parse(s), pattern.ASCII)
}

// form is how resources are named in the document's language.
func (l *linter) form() pattern.Form { return pattern.Form(l.doc.Grammar().NameForm()) }

// stem is what every text begins with that a pattern matches.
func stem(s string) string {
	if i := strings.IndexAny(s, "*?"); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, "${"); i >= 0 {
		s = s[:i]
	}
	return s
}
