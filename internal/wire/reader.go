package wire

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"time"
)

// leafKind is the type of a value found in an input.
type leafKind uint8

const (
	absent    leafKind = iota
	untyped            // text of a form or of XML: any scalar
	aString            // the following are JSON
	aNumber            //
	aBoolean           //
	composite          // a structure or a list where a scalar is due
)

// notList is the answer of source.list for something that is there but is no list; tooLong for one above the bound.
const (
	noList  = -1
	notList = -2
	tooLong = -3
)

// source is a parsed input that can be asked for members. One reader on top of it does all conversions and checks.
type source interface {
	// leaf gives the member called name of the current place, or for an empty name the current place itself.
	leaf(name string) (string, leafKind)
	// enter goes into a structure if there is one.
	enter(name string) leafKind
	// list goes into a list and gives its length, or a negative answer, in which case it stays.
	list(name, item string) int
	// item goes to element i of the list entered last; leave undoes enter, list and item.
	item(i int)
	leave()
}

// rawSource is a source that knows how a value of any kind was written. For the others a raw value is a text.
type rawSource interface {
	raw(name string) (string, leafKind)
}

// reader fills shapes from a source and checks each member against its rule on the way.
type reader struct {
	checker
	src source
}

func (r *reader) read(s Shape) []Violation {
	s.Walk(r)
	return r.out
}

// scalar fetches a member. ok is false when there is nothing to convert; a violation has been noted if that is wrong.
func (r *reader) scalar(name string, rule *Rule, required bool, json leafKind) (v string, ok bool) {
	v, kind := r.src.leaf(name)
	switch kind {
	case absent:
		if required || must(rule) {
			r.missing(name, rule)
		}
		return "", false
	case untyped, json:
		return v, true
	}
	r.refuse(name, WrongType, v, kind != composite, rule)
	return "", false
}

func (r *reader) Text(name string, v *string, rule *Rule) {
	if s, ok := r.scalar(name, rule, true, aString); ok {
		*v = s
		r.text(name, s, rule)
	}
}

func (r *reader) OptText(name string, v **string, rule *Rule) {
	if s, ok := r.scalar(name, rule, false, aString); ok {
		*v = &s
		r.text(name, s, rule)
	}
}

func (r *reader) Int(name string, v *int64, rule *Rule) {
	if s, ok := r.scalar(name, rule, true, aNumber); ok {
		r.parseInt(name, s, v, rule)
	}
}

func (r *reader) OptInt(name string, v **int64, rule *Rule) {
	if s, ok := r.scalar(name, rule, false, aNumber); ok {
		var n int64
		if r.parseInt(name, s, &n, rule) {
			*v = &n
		}
	}
}

func (r *reader) parseInt(name, s string, v *int64, rule *Rule) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || s[0] == '+' {
		r.refuse(name, NotInteger, s, true, rule)
		return false
	}
	*v = n
	r.integer(name, n, rule)
	return true
}

func (r *reader) Bool(name string, v *bool, rule *Rule) {
	if s, ok := r.scalar(name, rule, true, aBoolean); ok {
		r.parseBool(name, s, v, rule)
	}
}

func (r *reader) OptBool(name string, v **bool, rule *Rule) {
	if s, ok := r.scalar(name, rule, false, aBoolean); ok {
		var b bool
		if r.parseBool(name, s, &b, rule) {
			*v = &b
		}
	}
}

func (r *reader) parseBool(name, s string, v *bool, rule *Rule) bool {
	if s != "true" && s != "false" {
		r.refuse(name, NotBoolean, s, true, rule)
		return false
	}
	*v = s == "true"
	return true
}

func (r *reader) Time(name string, v *time.Time, rule *Rule) {
	if s, ok := r.time(name, rule, true); ok {
		*v = s
	}
}

func (r *reader) OptTime(name string, v **time.Time, rule *Rule) {
	if s, ok := r.time(name, rule, false); ok {
		*v = &s
	}
}

// time accepts RFC 3339 in text and, in JSON, also seconds since 1970 as a number.
func (r *reader) time(name string, rule *Rule, required bool) (time.Time, bool) {
	s, kind := r.src.leaf(name)
	var t time.Time
	var err error
	switch kind {
	case absent:
		if required || must(rule) {
			r.missing(name, rule)
		}
		return t, false
	case untyped, aString:
		t, err = time.Parse(time.RFC3339, s)
	case aNumber:
		t, err = epoch(s)
	default:
		r.refuse(name, WrongType, s, kind != composite, rule)
		return t, false
	}
	if err != nil {
		r.refuse(name, NotTime, s, true, rule)
		return t, false
	}
	return t.UTC(), true
}

var errNotTime = errors.New("wire: not a time")

// epoch reads seconds since 1970 with an optional fraction, in the years 1 to 9999.
func epoch(s string) (time.Time, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n < -62135596800 || n > 253402300799 {
			return time.Time{}, errNotTime
		}
		return time.Unix(n, 0), nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < -62135596800 || f > 253402300799 {
		return time.Time{}, errNotTime
	}
	whole, part := math.Modf(f)
	return time.Unix(int64(whole), int64(math.Round(part*1e6))*1000), nil
}

func (r *reader) Blob(name string, v *[]byte, rule *Rule) {
	s, ok := r.scalar(name, rule, false, aString)
	if !ok {
		return
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		r.refuse(name, NotBase64, s, true, rule)
		return
	}
	if b == nil {
		b = []byte{}
	}
	*v = b
	r.count(name, len(b), nil, rule)
}

func (r *reader) Raw(name string, v *[]byte, rule *Rule) {
	get := r.src.leaf
	if src, ok := r.src.(rawSource); ok {
		get = src.raw
	}
	s, kind := get(name)
	if kind == absent {
		if must(rule) {
			r.missing(name, rule)
		}
		return
	}
	*v = append([]byte{}, s...)
	r.count(name, len(s), nil, rule)
}

// open enters a list or a map and notes what is wrong with it.
func (r *reader) open(name, item string, rule *Rule) (n int, ok bool) {
	n = r.src.list(name, item)
	switch n {
	case noList:
		if must(rule) {
			r.missing(name, rule)
		}
	case notList:
		r.refuse(name, BadIndex, "", false, rule)
	case tooLong:
		r.refuse(name, TooManyItems, "", false, rule)
	}
	return n, n >= 0
}

func itemName(rule *Rule) string {
	if rule == nil || rule.Item == "" {
		return "member"
	}
	return rule.Item
}

func (r *reader) Texts(name string, v *[]string, rule *Rule) {
	n, ok := r.open(name, itemName(rule), rule)
	if !ok {
		return
	}
	list := make([]string, n)
	r.push(Step{Name: name})
	for i := range list {
		r.src.item(i)
		r.push(Step{Index: i + 1})
		if list[i], ok = r.scalar("", each(rule), true, aString); ok {
			r.text("", list[i], each(rule))
		}
		r.pop()
		r.src.leave()
	}
	r.pop()
	r.src.leave()
	*v = list
	r.count(name, n, list, rule)
}

// entries walks the entries of a map and hands key and value to put, which converts and keeps them.
func (r *reader) entries(name string, rule *Rule, kind leafKind, put func(key, value string)) bool {
	n, ok := r.open(name, "entry", rule)
	if !ok {
		return false
	}
	r.push(Step{Name: name})
	for i := range n {
		r.src.item(i)
		r.push(Step{Index: i + 1})
		key, okKey := r.scalar("key", nil, true, aString)
		value, okValue := r.scalar("value", each(rule), true, kind)
		if okKey && okValue {
			put(key, value)
		}
		r.pop()
		r.src.leave()
	}
	r.pop()
	r.src.leave()
	return true
}

func (r *reader) TextMap(name string, v *map[string]string, rule *Rule) {
	m := map[string]string{}
	ok := r.entries(name, rule, aString, func(key, value string) {
		m[key] = value
		r.text("value", value, each(rule))
	})
	if ok {
		*v = m
		r.count(name, len(m), nil, rule)
	}
}

func (r *reader) IntMap(name string, v *map[string]int64, rule *Rule) {
	m := map[string]int64{}
	ok := r.entries(name, rule, aNumber, func(key, value string) {
		var n int64
		if r.parseInt("value", value, &n, nil) {
			m[key] = n
		}
	})
	if ok {
		*v = m
		r.count(name, len(m), nil, rule)
	}
}

func (r *reader) Begin(name string, present bool, rule *Rule) bool {
	switch r.src.enter(name) {
	case composite:
		r.push(Step{Name: name})
		return true
	case absent:
		// A required structure is a plain value, for which its shape says present; an optional one is nil before it is read.
		if present || must(rule) {
			r.missing(name, rule)
		}
	default:
		r.refuse(name, WrongType, "", false, rule)
	}
	return false
}

func (r *reader) BeginList(name string, _ int, rule *Rule) int {
	n, ok := r.open(name, itemName(rule), rule)
	if !ok {
		return -1
	}
	r.count(name, n, nil, rule)
	r.push(Step{Name: name})
	return n
}

func (r *reader) Item(i int) {
	r.src.item(i)
	r.push(Step{Index: i + 1})
}

func (r *reader) End() {
	r.src.leave()
	r.pop()
}
