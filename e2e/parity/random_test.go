package parity

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"time"
)

// random fills values of any message type, ours or the SDK's. absent is the chance that something optional is left out.
type random struct {
	*rand.Rand
	absent float64
}

func (r *random) fill(v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(4e9), 0).UTC()))
		return
	case reflect.TypeFor[[]byte]():
		if r.Float64() >= r.absent {
			b := make([]byte, 1+r.IntN(40))
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			v.SetBytes(b)
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "ResultMetadata" && !beyondMember(v.Type().Name(), f.Name) &&
				(f.Type.Kind() != reflect.Slice || f.Type.Elem() != v.Type()) { // a structure inside itself would never end
				r.fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		if r.Float64() >= r.absent {
			v.Set(reflect.New(v.Type().Elem()))
			r.fill(v.Elem())
		}
	case reflect.Slice:
		r.slice(v)
	case reflect.Map:
		if r.Float64() < r.absent {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(4) {
			value := reflect.New(v.Type().Elem()).Elem()
			r.fill(value)
			v.SetMapIndex(reflect.ValueOf("k"+r.text()).Convert(v.Type().Key()), value)
		}
	case reflect.String:
		s := r.text()
		if v.Type() != reflect.TypeFor[string]() {
			s = "E" + s // an SDK takes an empty enumeration for absent
		}
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(int32(r.Uint32())))
	default:
		panic("no random value for " + v.Type().String())
	}
}

// slice leaves v nil, empty or with up to twelve elements, enough for indexes of two digits. Elements are complete: an SDK writes
// nothing at all for an element without members.
func (r *random) slice(v reflect.Value) {
	if r.Float64() < r.absent {
		return
	}
	n := 0
	switch r.IntN(6) {
	case 0:
	case 1:
		n = 10 + r.IntN(3)
	default:
		n = 1 + r.IntN(3)
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	full := random{Rand: r.Rand}
	for i := range n {
		full.fill(v.Index(i))
	}
}

// text mixes plain words with whatever a serializer may stumble over. Characters that XML cannot carry are left out, because
// they cannot come back.
func (r *random) text() string {
	alphabets := []string{
		"abcXYZ019-_.~",
		" +%&=;#?/\\'\"<>[]{}|,:@!$^*()`",
		"\t\n\r\u0085\u00a0\u2028\ufeff\ufffd",
		"éßЖ中文字🙂𝒳\U0010ffff",
	}
	words := []string{"]]>", "<!--", "&amp;", "%3A", "%253A", "\r\n", "arn:aws:iam::123456789012:role/x", "{\"a\":\"b\"}", "null", "0", "+1"}
	var b strings.Builder
	for range r.IntN(6) {
		if r.IntN(5) == 0 {
			b.WriteString(words[r.IntN(len(words))])
			continue
		}
		letters := []rune(alphabets[r.IntN(len(alphabets))])
		for range 1 + r.IntN(6) {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
	}
	return b.String()
}
