package wire

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendXML appends the members of s to dst as elements, in the form of the AWS query protocol: lists as <Name><member>…, an
// empty list as <Name/>, an absent member not at all. A required list is never absent in an answer: nil is written as empty,
// because clients index it without looking.
func AppendXML(dst []byte, s Shape) []byte {
	w := xmlWriter{buf: dst}
	s.Walk(&w)
	return w.buf
}

type xmlWriter struct {
	buf    []byte
	frames []xmlFrame
}

// xmlFrame is an element to close, if it has a name, and what its list elements are called, if it is a list.
type xmlFrame struct{ name, item string }

func (w *xmlWriter) open(name string) {
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '>')
}

func (w *xmlWriter) close(name string) {
	w.buf = append(w.buf, "</"...)
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '>')
}

func (w *xmlWriter) Text(name string, v *string, _ *Rule) {
	w.open(name)
	w.buf = AppendXMLText(w.buf, *v)
	w.close(name)
}

func (w *xmlWriter) OptText(name string, v **string, r *Rule) {
	if *v != nil {
		w.Text(name, *v, r)
	}
}

func (w *xmlWriter) Int(name string, v *int64, _ *Rule) {
	w.open(name)
	w.buf = strconv.AppendInt(w.buf, *v, 10)
	w.close(name)
}

func (w *xmlWriter) OptInt(name string, v **int64, r *Rule) {
	if *v != nil {
		w.Int(name, *v, r)
	}
}

func (w *xmlWriter) Bool(name string, v *bool, _ *Rule) {
	w.open(name)
	w.buf = strconv.AppendBool(w.buf, *v)
	w.close(name)
}

func (w *xmlWriter) OptBool(name string, v **bool, r *Rule) {
	if *v != nil {
		w.Bool(name, *v, r)
	}
}

func (w *xmlWriter) Time(name string, v *time.Time, _ *Rule) {
	w.open(name)
	w.buf = v.UTC().AppendFormat(w.buf, timeLayout)
	w.close(name)
}

func (w *xmlWriter) OptTime(name string, v **time.Time, r *Rule) {
	if *v != nil {
		w.Time(name, *v, r)
	}
}

func (w *xmlWriter) Blob(name string, v *[]byte, _ *Rule) {
	if *v == nil {
		return
	}
	w.open(name)
	w.buf = base64.StdEncoding.AppendEncode(w.buf, *v)
	w.close(name)
}

func (w *xmlWriter) Raw(name string, v *[]byte, _ *Rule) {
	if *v != nil {
		s := string(*v)
		w.Text(name, &s, nil)
	}
}

func (w *xmlWriter) Texts(name string, v *[]string, r *Rule) {
	n := -1
	if *v != nil {
		n = len(*v)
	}
	if w.BeginList(name, n, r) < 0 {
		return
	}
	for i := range *v {
		w.Text(itemName(r), &(*v)[i], nil)
	}
	w.End()
}

func (w *xmlWriter) TextMap(name string, v *map[string]string, _ *Rule) {
	m := *v
	if m == nil {
		return
	}
	w.BeginList(name, len(m), nil)
	for _, k := range sortedKeys(m) {
		value := m[k]
		w.open("entry")
		w.Text("key", &k, nil)
		w.Text("value", &value, nil)
		w.close("entry")
	}
	w.End()
}

func (w *xmlWriter) IntMap(name string, v *map[string]int64, _ *Rule) {
	m := *v
	if m == nil {
		return
	}
	w.BeginList(name, len(m), nil)
	for _, k := range sortedKeys(m) {
		value := m[k]
		w.open("entry")
		w.Text("key", &k, nil)
		w.Int("value", &value, nil)
		w.close("entry")
	}
	w.End()
}

func (w *xmlWriter) Begin(name string, present bool, _ *Rule) bool {
	if present {
		w.open(name)
		w.frames = append(w.frames, xmlFrame{name: name})
	}
	return present
}

func (w *xmlWriter) BeginList(name string, n int, r *Rule) int {
	if n < 0 && !must(r) {
		return n
	}
	if n <= 0 {
		w.buf = append(w.buf, '<')
		w.buf = append(w.buf, name...)
		w.buf = append(w.buf, "/>"...)
		if n < 0 {
			return n
		}
		name = "" // nothing to close
	} else {
		w.open(name)
	}
	w.frames = append(w.frames, xmlFrame{name, itemName(r)})
	return n
}

func (w *xmlWriter) Item(int) {
	w.Begin(w.frames[len(w.frames)-1].item, true, nil)
}

func (w *xmlWriter) End() {
	last := len(w.frames) - 1
	if name := w.frames[last].name; name != "" {
		w.close(name)
	}
	w.frames = w.frames[:last]
}

// AppendXMLText escapes s for the content of an element or an attribute. Nothing of s can end up as markup; characters that XML
// 1.0 does not allow at all, and bytes that are not UTF-8, become U+FFFD. A carriage return is a reference because a parser
// would turn a bare one into a line feed.
func AppendXMLText(b []byte, s string) []byte {
	// The ASCII characters below 64 that stand for themselves: line feed, tab, and from blank to ? without " & ' < >.
	const plain = uint64(1)<<'\n' | 1<<'\t' | 0xFFFFFFFF_00000000&^(1<<'"'|1<<'&'|1<<'\''|1<<'<'|1<<'>')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && (c >= 64 || plain&(1<<c) != 0) {
			i++
			continue
		}
		size := 1
		esc := ""
		switch {
		case c >= utf8.RuneSelf:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
				esc = "\uFFFD"
			}
		case c == '&':
			esc = "&amp;"
		case c == '<':
			esc = "&lt;"
		case c == '>':
			esc = "&gt;"
		case c == '"':
			esc = "&#34;"
		case c == '\'':
			esc = "&#39;"
		case c == '\r':
			esc = "&#xD;"
		default: // a control character
			esc = "\uFFFD"
		}
		if esc != "" {
			b = append(b, s[from:i]...)
			b = append(b, esc...)
			from = i + size
		}
		i += size
	}
	return append(b, s[from:]...)
}
