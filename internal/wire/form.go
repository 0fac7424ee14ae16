package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// FormLimits bounds a form before anything is kept of it. A zero field takes the value of [DefaultFormLimits].
type FormLimits struct {
	Bytes int // length of the raw form
	Pairs int // number of key=value pairs
	Key   int // length of a decoded key in bytes
	Items int // elements of one list
}

// DefaultFormLimits suits the calls of the query protocol but for the few that carry a whole SAML metadata document, which the
// IAM model allows 10,000,000 characters: a door that takes such documents raises Bytes.
func DefaultFormLimits() FormLimits {
	return FormLimits{Bytes: 1 << 20, Pairs: 2000, Key: 256, Items: 1000}
}

func (l FormLimits) filled() FormLimits {
	d := DefaultFormLimits()
	for _, f := range []struct{ v, or *int }{{&l.Bytes, &d.Bytes}, {&l.Pairs, &d.Pairs}, {&l.Key, &d.Key}, {&l.Items, &d.Items}} {
		if *f.v <= 0 {
			*f.v = *f.or
		}
	}
	return l
}

// FormError says why a form was refused. Err is one of the Err values of this package; Key names the parameter when it is known.
type FormError struct {
	Err error
	Key string
}

// Error implements error.
func (e *FormError) Error() string {
	if e.Key == "" {
		return e.Err.Error()
	}
	return fmt.Sprintf("%v: %q", e.Err, e.Key)
}

// Unwrap gives the class of the fault to errors.Is.
func (e *FormError) Unwrap() error { return e.Err }

// What a parser of this package can object to.
var (
	ErrTooLarge     = errors.New("wire: input is too large")
	ErrTooMany      = errors.New("wire: input has too many parts")
	ErrTooDeep      = errors.New("wire: input is nested too deeply")
	ErrSyntax       = errors.New("wire: input is malformed")
	ErrEscape       = errors.New("wire: bad percent-escape")
	ErrEncoding     = errors.New("wire: input is not UTF-8")
	ErrDuplicateKey = errors.New("wire: parameter is given twice")
)

type pair struct{ key, value string }

// Form is a parsed form: pairs in order of their keys, each key once.
type Form struct {
	pairs  []pair
	limits FormLimits
}

// ParseForm parses an application/x-www-form-urlencoded body or a query string. Unlike net/url it splits at & only and takes a
// semicolon literally, and it refuses what two readers could understand differently: a key given twice, an escape that is
// cut off, bytes that are not UTF-8. The error is a *[FormError].
func ParseForm(raw []byte, limits FormLimits) (*Form, error) {
	limits = limits.filled()
	if len(raw) > limits.Bytes {
		return nil, &FormError{Err: ErrTooLarge}
	}
	n := 1
	for _, c := range raw {
		if c == '&' {
			n++
		}
	}
	f := &Form{pairs: make([]pair, 0, min(n, limits.Pairs)), limits: limits}
	for s := string(raw); s != ""; {
		var part string
		part, s, _ = strings.Cut(s, "&")
		if part == "" {
			continue
		}
		if len(f.pairs) >= limits.Pairs {
			return nil, &FormError{Err: ErrTooMany}
		}
		p, err := parsePair(part, limits)
		if err != nil {
			return nil, err
		}
		f.pairs = append(f.pairs, p)
	}
	return f, f.order()
}

func parsePair(part string, limits FormLimits) (pair, error) {
	rawKey, rawValue, _ := strings.Cut(part, "=")
	key, err := unescape(rawKey)
	if err != nil {
		return pair{}, &FormError{Err: err}
	}
	if len(key) > limits.Key {
		return pair{}, &FormError{Err: ErrTooLarge, Key: key[:32]}
	}
	if key == "" || !utf8.ValidString(key) {
		return pair{}, &FormError{Err: ErrSyntax, Key: key}
	}
	value, err := unescape(rawValue)
	if err != nil {
		return pair{}, &FormError{Err: err, Key: key}
	}
	if !utf8.ValidString(value) {
		return pair{}, &FormError{Err: ErrEncoding, Key: key}
	}
	return pair{key, value}, nil
}

// order sorts the pairs and refuses a key given twice.
func (f *Form) order() error {
	slices.SortFunc(f.pairs, func(a, b pair) int { return strings.Compare(a.key, b.key) })
	for i := 1; i < len(f.pairs); i++ {
		if f.pairs[i].key == f.pairs[i-1].key {
			return &FormError{Err: ErrDuplicateKey, Key: f.pairs[i].key}
		}
	}
	return nil
}

// Join adds the pairs of other, as for parameters in both query and body, and refuses a key that both have.
func (f *Form) Join(other *Form) (*Form, error) {
	all := &Form{pairs: slices.Concat(f.pairs, other.pairs), limits: f.limits}
	if len(all.pairs) > f.limits.Pairs {
		return nil, &FormError{Err: ErrTooMany}
	}
	return all, all.order()
}

// Get returns the value of key and whether it was sent.
func (f *Form) Get(key string) (value string, ok bool) {
	i, ok := slices.BinarySearchFunc(f.pairs, key, func(p pair, k string) int { return strings.Compare(p.key, k) })
	if !ok {
		return "", false
	}
	return f.pairs[i].value, true
}

// Len is the number of parameters.
func (f *Form) Len() int { return len(f.pairs) }

// All calls yield for every parameter in byte order of the keys.
func (f *Form) All(yield func(key, value string) bool) {
	for _, p := range f.pairs {
		if !yield(p.key, p.value) {
			return
		}
	}
}

// unescape decodes + and %XX. Text without either is returned as it is, without a copy.
func unescape(s string) (string, error) {
	i := strings.IndexAny(s, "%+")
	if i < 0 {
		return s, nil
	}
	b := make([]byte, i, len(s))
	copy(b, s)
	for ; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			b = append(b, ' ')
		case '%':
			if i+2 >= len(s) {
				return "", ErrEscape
			}
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi > 15 || lo > 15 {
				return "", ErrEscape
			}
			b = append(b, hi<<4|lo)
			i += 2
		default:
			b = append(b, c)
		}
	}
	return string(b), nil
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
