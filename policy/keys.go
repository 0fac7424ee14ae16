package policy

import (
	"unicode/utf8"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// Values is what a request says about one condition key: one value, or a list
// for the keys that are multivalued by definition (aws:TagKeys). A list of one
// is still a list: without a set operator a list satisfies no condition.
//
// The zero Values is the single value "".
type Values struct {
	One   string   // the value when Multi is false
	List  []string // the values when Multi is true; empty counts as an absent key
	Multi bool
}

// Single makes the Values of a single-valued key. It does not allocate.
func Single(v string) Values { return Values{One: v} }

// List makes the Values of a multivalued key. The slice is kept, not copied.
func List(vs ...string) Values { return Values{List: vs, Multi: true} }

// all returns the values as a list, for reports.
func (v Values) all() []string {
	if v.Multi {
		return v.List
	}
	return []string{v.One}
}

// Keys answers for the condition keys of a request. It is asked lazily, only
// for the keys that a reached condition or variable names, so that a costly
// key costs nothing when nobody asks.
//
// Lookup gets the key as FoldKey writes it. It returns ok=false for a key the
// request does not have. It must be safe to call more than once and must
// answer the same way each time.
type Keys interface {
	Lookup(key string) (values Values, ok bool)
}

// FoldKey writes a condition key in the form in which Keys are asked for it:
// lower case throughout, including the tag key after the slash. (IAM User
// Guide, "Condition": key names are not case-sensitive.)
func FoldKey(key string) string { return pattern.FoldKey(key) }

// sameFold compares two values without case, by pattern.FoldLetter.
func sameFold(a, b string) bool {
	for a != "" && b != "" {
		r, n := utf8.DecodeRuneInString(a)
		q, m := utf8.DecodeRuneInString(b)
		if pattern.FoldLetter(r) != pattern.FoldLetter(q) || (r == utf8.RuneError) && a[:n] != b[:m] {
			return false
		}
		a, b = a[n:], b[m:]
	}
	return a == b
}

// MapKeys is a closed set of keys: what is not in it is absent. The map's keys
// must be folded; Set and SetList do that.
type MapKeys map[string]Values

// Lookup implements Keys.
func (m MapKeys) Lookup(key string) (Values, bool) {
	v, ok := m[key]
	return v, ok
}

// Set gives a key one value, replacing what it had.
func (m MapKeys) Set(key, value string) { m[FoldKey(key)] = Single(value) }

// SetList makes a key multivalued, replacing what it had.
func (m MapKeys) SetList(key string, values ...string) {
	m[FoldKey(key)] = Values{List: values, Multi: true}
}
