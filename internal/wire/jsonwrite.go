package wire

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"
)

// JSONStyle chooses how [AppendJSON] spells a shape. The zero value gives the form of AWS STS: names as they are, times as
// seconds since 1970.
type JSONStyle struct {
	// LowerCamel makes the first letter of member names small, as in CloudTrail records.
	LowerCamel bool
	// Redact leaves sensitive members out.
	Redact bool
	// WrapLists puts a list into an object under the name of its elements, as Alibaba Cloud does: {"Users":{"User":[…]}}.
	WrapLists bool
	// Time appends a timestamp as a JSON value; nil means seconds since 1970.
	Time func(dst []byte, t time.Time) []byte

	mask bool // write [secret] for sensitive members instead of leaving them out
}

// AppendJSON appends s to dst as one JSON object. Absent members are left out; a required list that is nil is written as empty,
// as in [AppendXML], unless the style redacts: a record shows what was there.
func AppendJSON(dst []byte, s Shape, style JSONStyle) []byte {
	w := jsonWriter{buf: append(dst, '{'), style: style}
	s.Walk(&w)
	return append(w.buf, '}')
}

// AppendJSONTime appends t as an RFC 3339 string in UTC and whole seconds, for [JSONStyle].Time.
func AppendJSONTime(dst []byte, t time.Time) []byte {
	dst = append(dst, '"')
	dst = t.UTC().AppendFormat(dst, timeLayout)
	return append(dst, '"')
}

type jsonWriter struct {
	buf   []byte
	ends  []string
	more  bool // the current object or list already has an element
	style JSONStyle
}

// hide reports whether the member must not be written as it is, and writes what stands for it.
func (w *jsonWriter) hide(name string, r *Rule) bool {
	if r == nil || !r.Sensitive || !w.style.Redact {
		return false
	}
	if w.style.mask {
		w.name(name)
		w.buf = append(w.buf, `"[secret]"`...)
	}
	return true
}

func (w *jsonWriter) comma() {
	if w.more {
		w.buf = append(w.buf, ',')
	}
	w.more = true
}

func (w *jsonWriter) name(name string) {
	w.comma()
	n := len(w.buf)
	w.buf = AppendJSONString(w.buf, name)
	if first := &w.buf[n+1]; w.style.LowerCamel && *first >= 'A' && *first <= 'Z' {
		*first |= 0x20
	}
	w.buf = append(w.buf, ':')
}

// start opens a bracket and remembers how to close it.
func (w *jsonWriter) start(open, end string) {
	w.buf = append(w.buf, open...)
	w.ends = append(w.ends, end)
	w.more = false
}

func (w *jsonWriter) Text(name string, v *string, r *Rule) {
	if !w.hide(name, r) {
		w.name(name)
		w.buf = AppendJSONString(w.buf, *v)
	}
}

func (w *jsonWriter) OptText(name string, v **string, r *Rule) {
	if *v != nil {
		w.Text(name, *v, r)
	}
}

func (w *jsonWriter) Int(name string, v *int64, r *Rule) {
	if !w.hide(name, r) {
		w.name(name)
		w.buf = strconv.AppendInt(w.buf, *v, 10)
	}
}

func (w *jsonWriter) OptInt(name string, v **int64, r *Rule) {
	if *v != nil {
		w.Int(name, *v, r)
	}
}

func (w *jsonWriter) Bool(name string, v *bool, r *Rule) {
	if !w.hide(name, r) {
		w.name(name)
		w.buf = strconv.AppendBool(w.buf, *v)
	}
}

func (w *jsonWriter) OptBool(name string, v **bool, r *Rule) {
	if *v != nil {
		w.Bool(name, *v, r)
	}
}

func (w *jsonWriter) Time(name string, v *time.Time, r *Rule) {
	if w.hide(name, r) {
		return
	}
	w.name(name)
	if w.style.Time != nil {
		w.buf = w.style.Time(w.buf, *v)
		return
	}
	w.buf = strconv.AppendInt(w.buf, v.Unix(), 10)
}

func (w *jsonWriter) OptTime(name string, v **time.Time, r *Rule) {
	if *v != nil {
		w.Time(name, *v, r)
	}
}

func (w *jsonWriter) Blob(name string, v *[]byte, r *Rule) {
	if *v == nil || w.hide(name, r) {
		return
	}
	w.name(name)
	w.buf = append(w.buf, '"')
	w.buf = base64.StdEncoding.AppendEncode(w.buf, *v)
	w.buf = append(w.buf, '"')
}

// Raw trusts its bytes to be one JSON value only after a look at them; anything else is written as a string.
func (w *jsonWriter) Raw(name string, v *[]byte, r *Rule) {
	if *v == nil || w.hide(name, r) {
		return
	}
	w.name(name)
	if _, err := ParseJSON(*v, JSONLimits{Bytes: len(*v)}); err != nil {
		w.buf = AppendJSONString(w.buf, string(*v))
		return
	}
	w.buf = append(w.buf, *v...)
}

func (w *jsonWriter) Texts(name string, v *[]string, r *Rule) {
	n := -1
	if *v != nil {
		n = len(*v)
	}
	if n >= 0 && w.hide(name, each(r)) || w.BeginList(name, n, r) < 0 {
		return
	}
	for _, s := range *v {
		w.comma()
		w.buf = AppendJSONString(w.buf, s)
	}
	w.End()
}

func (w *jsonWriter) TextMap(name string, v *map[string]string, r *Rule) {
	jsonMap(w, name, *v, r, AppendJSONString)
}

func (w *jsonWriter) IntMap(name string, v *map[string]int64, r *Rule) {
	jsonMap(w, name, *v, r, appendInt)
}

func jsonMap[V any](w *jsonWriter, name string, m map[string]V, r *Rule, value func([]byte, V) []byte) {
	if m == nil || w.hide(name, r) || w.hide(name, each(r)) {
		return
	}
	w.name(name)
	w.start("{", "}")
	for _, k := range sortedKeys(m) {
		w.comma()
		w.buf = AppendJSONString(w.buf, k) // a key is data, never respelt
		w.buf = append(w.buf, ':')
		w.buf = value(w.buf, m[k])
	}
	w.End()
}

func (w *jsonWriter) Begin(name string, present bool, r *Rule) bool {
	if !present || w.hide(name, r) {
		return false
	}
	w.name(name)
	w.start("{", "}")
	return true
}

func (w *jsonWriter) BeginList(name string, n int, r *Rule) int {
	if n < 0 && (w.style.Redact || !must(r)) || w.hide(name, r) {
		return -1
	}
	w.name(name)
	if w.style.WrapLists {
		w.buf = append(w.buf, '{')
		w.buf = AppendJSONString(w.buf, itemName(r))
		w.start(":[", "]}")
	} else {
		w.start("[", "]")
	}
	if n < 0 {
		w.End()
	}
	return n
}

func (w *jsonWriter) Item(int) {
	w.comma()
	w.start("{", "}")
}

func (w *jsonWriter) End() {
	last := len(w.ends) - 1
	w.buf = append(w.buf, w.ends[last]...)
	w.ends = w.ends[:last]
	w.more = true
}

// AppendJSONString appends s as a JSON string. The characters < > & are escaped so that the text stays inert inside HTML; bytes
// that are not UTF-8 become U+FFFD.
func AppendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0x7f {
				i++
				continue
			}
			b = append(b, s[from:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			default:
				b = append(b, `\u00`...)
				b = append(b, hex[c>>4], hex[c&15])
			}
			i++
			from = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[from:i]...), `\ufffd`...)
			from = i + size
		} else if r == '\u2028' || r == '\u2029' {
			b = append(append(b, s[from:i]...), `\u202`...)
			b = append(b, hex[r&15])
			from = i + size
		}
		i += size
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}
