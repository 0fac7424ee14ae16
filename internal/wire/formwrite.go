package wire

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

func appendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

// timeLayout is the form of timestamps in the query protocol: UTC, whole seconds.
const timeLayout = "2006-01-02T15:04:05Z"

// AppendForm appends the members of s to dst as key=value pairs, each with a leading & unless dst is empty. An empty list becomes
// a key with an empty value, as the AWS SDKs send it.
func AppendForm(dst []byte, s Shape, style ListStyle) []byte {
	w := formWriter{buf: dst, style: style}
	s.Walk(&w)
	return w.buf
}

// AppendFormPair appends one escaped key=value pair, with a leading & unless dst is empty.
func AppendFormPair(dst []byte, key, value string) []byte {
	if len(dst) > 0 {
		dst = append(dst, '&')
	}
	dst = appendEscaped(dst, key)
	dst = append(dst, '=')
	return appendEscaped(dst, value)
}

type formWriter struct {
	buf    []byte
	prefix []byte
	marks  []int
	style  ListStyle
}

func (w *formWriter) key(name string) {
	if len(w.buf) > 0 {
		w.buf = append(w.buf, '&')
	}
	w.buf = appendEscaped(w.buf, string(w.prefix))
	w.buf = appendEscaped(w.buf, name)
	w.buf = append(w.buf, '=')
}

func (w *formWriter) put(name, value string) {
	w.key(name)
	w.buf = appendEscaped(w.buf, value)
}

func (w *formWriter) Text(name string, v *string, _ *Rule) { w.put(name, *v) }
func (w *formWriter) OptText(name string, v **string, _ *Rule) {
	if *v != nil {
		w.put(name, **v)
	}
}
func (w *formWriter) Int(name string, v *int64, _ *Rule) { w.put(name, strconv.FormatInt(*v, 10)) }
func (w *formWriter) OptInt(name string, v **int64, r *Rule) {
	if *v != nil {
		w.Int(name, *v, r)
	}
}
func (w *formWriter) Bool(name string, v *bool, _ *Rule) { w.put(name, strconv.FormatBool(*v)) }
func (w *formWriter) OptBool(name string, v **bool, r *Rule) {
	if *v != nil {
		w.Bool(name, *v, r)
	}
}
func (w *formWriter) Time(name string, v *time.Time, _ *Rule) {
	w.put(name, v.UTC().Format(timeLayout))
}
func (w *formWriter) OptTime(name string, v **time.Time, r *Rule) {
	if *v != nil {
		w.Time(name, *v, r)
	}
}
func (w *formWriter) Blob(name string, v *[]byte, _ *Rule) {
	if *v != nil {
		w.put(name, base64.StdEncoding.EncodeToString(*v))
	}
}
func (w *formWriter) Raw(name string, v *[]byte, _ *Rule) {
	if *v != nil {
		w.put(name, string(*v))
	}
}

func (w *formWriter) Texts(name string, v *[]string, r *Rule) {
	n := -1
	if *v != nil {
		n = len(*v)
	}
	if w.BeginList(name, n, r) < 0 {
		return
	}
	for i, s := range *v {
		w.put(strconv.Itoa(w.index(i)), s)
	}
	w.End()
}

func (w *formWriter) index(i int) int {
	if w.style == ZeroList {
		return i
	}
	return i + 1
}

func (w *formWriter) TextMap(name string, v *map[string]string, _ *Rule) {
	writeEntries(w, name, *v, func(s string) string { return s })
}

func (w *formWriter) IntMap(name string, v *map[string]int64, _ *Rule) {
	writeEntries(w, name, *v, func(n int64) string { return strconv.FormatInt(n, 10) })
}

func writeEntries[V any](w *formWriter, name string, m map[string]V, text func(V) string) {
	if m == nil {
		return
	}
	if w.BeginList(name, len(m), &Rule{Item: "entry"}) <= 0 {
		w.End()
		return
	}
	for i, k := range sortedKeys(m) {
		w.Item(i)
		w.put("key", k)
		w.put("value", text(m[k]))
		w.End()
	}
	w.End()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (w *formWriter) Begin(name string, present bool, _ *Rule) bool {
	if present {
		w.marks = append(w.marks, len(w.prefix))
		w.prefix = append(append(w.prefix, name...), '.')
	}
	return present
}

func (w *formWriter) BeginList(name string, n int, r *Rule) int {
	if n < 0 {
		return n
	}
	if n == 0 {
		w.put(name, "")
	}
	w.Begin(name, true, r)
	if w.style == MemberList {
		w.prefix = append(append(w.prefix, itemName(r)...), '.')
	}
	return n
}

func (w *formWriter) Item(i int) {
	w.marks = append(w.marks, len(w.prefix))
	w.prefix = append(appendInt(w.prefix, int64(w.index(i))), '.')
}

func (w *formWriter) End() {
	last := len(w.marks) - 1
	w.prefix, w.marks = w.prefix[:w.marks[last]], w.marks[:last]
}

// appendEscaped escapes everything but the unreserved characters of RFC 3986, so that no reader can take a + for a blank.
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' {
			b = append(b, c)
			continue
		}
		b = append(b, '%', hex[c>>4], hex[c&15])
	}
	return b
}
