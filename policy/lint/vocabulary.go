package lint

import (
	"maps"
	"slices"
	"strings"
)

// Vocabulary is what is known of services, by their names in actions ("iam"). A service that is in it is known completely.
type Vocabulary map[string]Words

// Words are the actions and condition keys of a service, both without the name of the service before the colon. A key that ends with
// a slash takes a tag key behind it.
type Words struct {
	Actions []string // as they are spelled: CreateUser
	Keys    []string // PassedToService, ResourceTag/; nil when they are not known
}

func (v Vocabulary) services() []string { return slices.Sorted(maps.Keys(v)) }

// hasAction looks for an action, or for one that a pattern matches. The name is in lower case.
func (w Words) hasAction(name string) bool {
	return slices.ContainsFunc(w.Actions, func(a string) bool { return matches(name, lower(a)) })
}

func (w Words) hasKey(name string) bool { return hasKey(w.Keys, name) }

// hasKey looks for a folded key among those of a list.
func hasKey(keys []string, name string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		k = lower(k)
		return k == name || strings.HasSuffix(k, "/") && strings.HasPrefix(name, k) && len(name) > len(k)
	})
}

// nearest is the word of a list that a misspelt one was probably meant to be; empty if none is near.
func nearest(word string, list []string) string {
	best, at := "", 1+min(3, len(word)/3)
	for _, w := range list {
		if d := distance(word, lower(w), at-1); d < at {
			best, at = w, d
		}
	}
	return best
}

// maxWord is the longest word that spellings are compared of; longer ones are near nothing.
const maxWord = 64

// distance is how many letters have to be put in, taken out or replaced to make one word of the other (Levenshtein), or more than
// most.
func distance(a, b string, most int) int {
	if len(a) > maxWord || len(b) > maxWord || len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	var row [maxWord + 1]int
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left, diagonal := i+1, i
		for j := range len(b) {
			above := row[j+1]
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, above, left)
			}
			row[j], left, diagonal = left, cost, above
		}
		row[len(b)] = left
	}
	return row[len(b)]
}

// didYouMean is the suggestion for a misspelt word.
func didYouMean(near, otherwise string) string {
	if near == "" {
		return otherwise
	}
	return "Did you mean " + near + "?"
}
