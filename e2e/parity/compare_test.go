package parity

import (
	"fmt"
	"reflect"
	"time"
)

// differences compares one of our messages with the SDK's message of the same name, member by member, and names what differs.
// Where the SDK cannot tell absent from zero (plain numbers, enumerations), neither does the comparison.
func differences(path string, ours, theirs reflect.Value) []string {
	if theirs.Kind() == reflect.Pointer && ours.Kind() != reflect.Pointer {
		if theirs.IsNil() {
			return one(path, ours.Interface(), "nil")
		}
		return differences(path, ours, theirs.Elem())
	}
	switch ours.Kind() {
	case reflect.Pointer:
		return optional(path, ours, theirs)
	case reflect.Struct:
		if t, ok := ours.Interface().(time.Time); ok {
			if u := theirs.Interface().(time.Time); !t.Equal(u) {
				return one(path, t, u)
			}
			return nil
		}
		return structure(path, ours, theirs)
	case reflect.Slice:
		return list(path, ours, theirs)
	case reflect.Map:
		return mapping(path, ours, theirs)
	case reflect.String:
		if ours.String() != theirs.String() {
			return one(path, ours.String(), theirs.String())
		}
	case reflect.Bool:
		if ours.Bool() != theirs.Bool() {
			return one(path, ours.Bool(), theirs.Bool())
		}
	case reflect.Int64:
		if ours.Int() != theirs.Int() {
			return one(path, ours.Int(), theirs.Int())
		}
	case reflect.Uint8:
		if ours.Uint() != theirs.Uint() {
			return one(path, ours.Uint(), theirs.Uint())
		}
	default:
		return one(path, ours.Type(), theirs.Type())
	}
	return nil
}

func one(path string, ours, theirs any) []string {
	return []string{fmt.Sprintf("%s: ours %#v, theirs %#v", path, ours, theirs)}
}

func optional(path string, ours, theirs reflect.Value) []string {
	if !ours.IsNil() {
		if theirs.Kind() == reflect.Pointer && theirs.IsNil() {
			return one(path, ours.Elem().Interface(), "nil")
		}
		if theirs.Kind() == reflect.Pointer {
			theirs = theirs.Elem()
		}
		return differences(path, ours.Elem(), theirs)
	}
	if vacant(theirs) {
		return nil
	}
	return one(path, "nil", theirs.Interface())
}

// vacant is true of nil, of a plain zero, and of a structure in which everything is vacant, which an SDK does not send.
func vacant(v reflect.Value) bool {
	if v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.Struct {
		for i := range v.Elem().NumField() {
			if !vacant(v.Elem().Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

func structure(path string, ours, theirs reflect.Value) []string {
	var out []string
	for i := range ours.NumField() {
		name := ours.Type().Field(i).Name
		f := theirs.FieldByName(name)
		if !f.IsValid() {
			out = append(out, path+"."+name+": the SDK has no such member")
			continue
		}
		out = append(out, differences(path+"."+name, ours.Field(i), f)...)
	}
	return out
}

func list(path string, ours, theirs reflect.Value) []string {
	if ours.IsNil() != theirs.IsNil() || ours.Len() != theirs.Len() {
		return one(path, ours.Interface(), theirs.Interface())
	}
	var out []string
	for i := range ours.Len() {
		out = append(out, differences(fmt.Sprintf("%s[%d]", path, i), ours.Index(i), theirs.Index(i))...)
	}
	return out
}

func mapping(path string, ours, theirs reflect.Value) []string {
	if ours.IsNil() != theirs.IsNil() || ours.Len() != theirs.Len() {
		return one(path, ours.Interface(), theirs.Interface())
	}
	var out []string
	for _, k := range ours.MapKeys() {
		other := theirs.MapIndex(k.Convert(theirs.Type().Key()))
		if !other.IsValid() {
			out = append(out, fmt.Sprintf("%s: no key %q", path, k))
			continue
		}
		out = append(out, differences(fmt.Sprintf("%s[%q]", path, k), ours.MapIndex(k), other)...)
	}
	return out
}
