package wire

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// Rule is what a service model says about one member. The zero value allows everything.
type Rule struct {
	// Required refuses absence where the Go type alone cannot say it: lists, maps, blobs and raw values.
	Required bool
	// Sensitive keeps the value out of violations and out of redacted JSON.
	Sensitive bool
	// Size bounds the length of a text in characters (Unicode code points), of a blob in bytes, of a list or a map in
	// elements, and the value of an integer. Nil is unbounded.
	Size *Range
	// Pattern must match the whole text.
	Pattern *Pattern
	// Enum, if not empty, lists the only allowed texts.
	Enum []string
	// Each is the rule of the elements of a list, and of the values of a map.
	Each *Rule
	// Item names the elements of a list; empty means "member".
	Item string
}

// must reports whether r requires presence.
func must(r *Rule) bool { return r != nil && r.Required }

// each is the rule for the elements of a list or the values of a map.
func each(r *Rule) *Rule {
	if r == nil {
		return nil
	}
	return r.Each
}

// Range is inclusive at both ends. [NoMin] and [NoMax] leave an end open.
type Range struct{ Min, Max int64 }

// The open ends of a [Range].
const (
	NoMin = math.MinInt64
	NoMax = math.MaxInt64
)

// Kind says which constraint a member failed.
type Kind uint8

// The constraints.
const (
	Missing      Kind = iota + 1 // a required member was not sent
	TooShort                     // fewer characters, bytes or elements than Rule.Size.Min
	TooLong                      // more than Rule.Size.Max
	TooSmall                     // an integer below Rule.Size.Min
	TooLarge                     // an integer above Rule.Size.Max
	NoMatch                      // Rule.Pattern does not match
	NotInEnum                    // not one of Rule.Enum
	NotInteger                   // not a decimal integer of 64 bits
	NotBoolean                   // neither true nor false
	NotTime                      // not a timestamp
	NotBase64                    // a blob that is not base64
	WrongType                    // another type of JSON value, or a value where a structure or a list is due
	BadIndex                     // a list index that is not a plain positive number, or a key below a list that is none
	TooManyItems                 // a list longer than the reader's bound
)

// Violation is one constraint that an input fails.
type Violation struct {
	Path Path
	// Value is the value as sent. It is only there when HasValue is set: not for an absent or a sensitive member, nor for a
	// structure.
	Value    string
	HasValue bool
	Kind     Kind
	// Rule holds the parameters of the constraint; nil when the member has none.
	Rule *Rule
}

// Step is one step of a [Path]: a member by its wire name, or an element of a list by its number, counted from 1.
type Step struct {
	Name  string
	Index int
}

// Path leads from the top of an input to a member.
type Path []Step

// String prints p the way AWS names members in its validation messages: tags.1.member.key.
func (p Path) String() string {
	var b []byte
	for i, s := range p {
		if i > 0 {
			b = append(b, '.')
		}
		if s.Index > 0 {
			b = strconv.AppendInt(b, int64(s.Index), 10)
			b = append(b, ".member"...)
			continue
		}
		b = appendLowerCamel(b, s.Name)
	}
	return string(b)
}

// appendLowerCamel appends an ASCII name with its first letter small: UserName becomes userName and SAMLAssertion sAMLAssertion, as in
// the validation messages and the CloudTrail records of AWS.
func appendLowerCamel(b []byte, name string) []byte {
	n := len(b)
	b = append(b, name...)
	if len(name) > 0 && name[0] >= 'A' && name[0] <= 'Z' {
		b[n] |= 0x20
	}
	return b
}

// maxViolations bounds how many violations one input can produce; a client gains nothing from the thousandth.
const maxViolations = 64

// checker applies rules and collects what they refuse. The path is kept as steps so that a valid input never builds a string.
type checker struct {
	path Path
	out  []Violation
}

func (c *checker) push(s Step) { c.path = append(c.path, s) }
func (c *checker) pop()        { c.path = c.path[:len(c.path)-1] }

// refuse records a violation at the current path, one step deeper when name is not empty.
func (c *checker) refuse(name string, k Kind, value string, has bool, r *Rule) {
	if len(c.out) >= maxViolations {
		return
	}
	p := make(Path, 0, len(c.path)+1)
	p = append(p, c.path...)
	if name != "" {
		p = append(p, Step{Name: name})
	}
	if r != nil && r.Sensitive {
		value, has = "", false
	}
	if !has {
		value = ""
	}
	c.out = append(c.out, Violation{Path: p, Value: value, HasValue: has, Kind: k, Rule: r})
}

func (c *checker) missing(name string, r *Rule) { c.refuse(name, Missing, "", false, r) }

// text checks a text that is there.
func (c *checker) text(name, v string, r *Rule) {
	if r == nil {
		return
	}
	if s := r.Size; s != nil {
		n := int64(len(v))
		if n > s.Max || (n >= s.Min && n < s.Min*utf8.UTFMax) {
			n = int64(utf8.RuneCountInString(v))
		}
		if n < s.Min {
			c.refuse(name, TooShort, v, true, r)
		} else if n > s.Max {
			c.refuse(name, TooLong, v, true, r)
		}
	}
	if r.Pattern != nil && !r.Pattern.Match(v) {
		c.refuse(name, NoMatch, v, true, r)
	}
	if len(r.Enum) > 0 && !contains(r.Enum, v) {
		c.refuse(name, NotInEnum, v, true, r)
	}
}

func contains(list []string, v string) bool {
	for _, s := range list {
		if s == v {
			return true
		}
	}
	return false
}

func (c *checker) integer(name string, v int64, r *Rule) {
	if r == nil || r.Size == nil {
		return
	}
	if v < r.Size.Min {
		c.refuse(name, TooSmall, strconv.FormatInt(v, 10), true, r)
	} else if v > r.Size.Max {
		c.refuse(name, TooLarge, strconv.FormatInt(v, 10), true, r)
	}
}

// count checks the number of elements of a list or a map or of bytes of a blob. texts is the list, if it is one of text, for
// the message.
func (c *checker) count(name string, n int, texts []string, r *Rule) {
	if r == nil || r.Size == nil {
		return
	}
	kind := Kind(0)
	switch {
	case int64(n) < r.Size.Min:
		kind = TooShort
	case int64(n) > r.Size.Max:
		kind = TooLong
	default:
		return
	}
	if texts == nil || r.Each != nil && r.Each.Sensitive {
		c.refuse(name, kind, "", false, r)
		return
	}
	c.refuse(name, kind, joinTexts(texts), true, r)
}

// joinTexts prints a list as AWS does in its messages: [a, b].
func joinTexts(texts []string) string {
	b := []byte{'['}
	for i, t := range texts {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, t...)
	}
	return string(append(b, ']'))
}

func (c *checker) texts(name string, texts []string, r *Rule) {
	c.count(name, len(texts), texts, r)
	if r == nil || r.Each == nil {
		return
	}
	c.push(Step{Name: name})
	for i, t := range texts {
		c.push(Step{Index: i + 1})
		c.text("", t, r.Each)
		c.pop()
	}
	c.pop()
}
