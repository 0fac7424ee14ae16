package simulate

import (
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// Entry is a condition key as it is told: its name, the type of its values ("numeric", "ipList") and the values.
type Entry struct {
	Name   string
	Type   string
	Values []string
}

// told reads the entries. It fails with Invalid: What ContextName for a key without a name, ContextType without a type, ContextValues
// without values, ContextCount for several values of a type that has one, ContextValue for a value that is not of its type, and
// ContextKey for a key told twice in whatever case.
func told(entries []Entry) (policy.MapKeys, error) {
	keys := make(policy.MapKeys, len(entries))
	for _, e := range entries {
		if e.Name == "" && e.Type == "" && len(e.Values) == 0 {
			continue // an entry of which nothing was sent
		}
		kind, list := strings.CutSuffix(e.Type, "List")
		_, twice := keys[policy.FoldKey(e.Name)]
		switch {
		case e.Name == "":
			return nil, fault.New(fault.Invalid, fault.ContextName, "")
		case twice:
			return nil, fault.New(fault.Invalid, fault.ContextKey, e.Name)
		case e.Type == "":
			return nil, &fault.Error{Kind: fault.Invalid, What: fault.ContextType, Name: e.Name, Detail: "null"}
		case !isType(kind):
			return nil, &fault.Error{Kind: fault.Invalid, What: fault.ContextType, Name: e.Name, Detail: e.Type}
		case len(e.Values) == 0:
			return nil, fault.New(fault.Invalid, fault.ContextValues, e.Name)
		case !list && len(e.Values) > 1:
			return nil, &fault.Error{Kind: fault.Invalid, What: fault.ContextCount, Name: e.Type, Detail: strconv.Itoa(len(e.Values))}
		}
		values := make([]string, len(e.Values))
		for i, v := range e.Values {
			read, form := read(kind, v)
			if form != "" {
				return nil, &fault.Error{Kind: fault.Invalid, What: fault.ContextValue, Name: e.Name, Detail: form}
			}
			values[i] = read
		}
		if list {
			keys.SetList(e.Name, values...)
		} else {
			keys.Set(e.Name, values[0])
		}
	}
	return keys, nil
}

func isType(kind string) bool {
	switch kind {
	case "string", "numeric", "boolean", "ip", "binary", "date":
		return true
	}
	return false
}

// read gives a value as the engine reads it, or names the form it should have had. Strings are free, and so are booleans, as in IAM:
// one that is neither true nor false meets no condition.
func read(kind, v string) (value, form string) {
	switch kind {
	case "numeric":
		plain, ok := plainNumber(v)
		if !ok {
			return "", "numeric format"
		}
		return plain, ""
	case "date":
		if !policy.IsDate(v) {
			return "", "DateTime format"
		}
	case "ip":
		if !policy.IsAddress(v) {
			return "", "IP address"
		}
	case "binary":
		if !policy.IsBinary(v) {
			return "", "base-64 encoded binary format"
		}
	}
	return v, ""
}

// maxShift bounds how far an exponent may move the point, so that a short text can not become a long one.
const maxShift = 400

// plainNumber writes a number without a plus sign and without an exponent, which the engine does not read.
func plainNumber(s string) (string, bool) {
	digits, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	digits = strings.TrimPrefix(digits, "+")
	if !policy.IsNumber(digits) {
		return "", false
	}
	if !scientific {
		return digits, true
	}
	shift, err := strconv.Atoi(exponent)
	if err != nil || shift > maxShift || shift < -maxShift {
		return "", false
	}
	sign := ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "-", rest
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	all, point := whole+fraction, len(whole)+shift
	if point <= 0 {
		all, point = strings.Repeat("0", 1-point)+all, 1
	}
	if point >= len(all) {
		return sign + all + strings.Repeat("0", point-len(all)), true
	}
	return sign + all[:point] + "." + all[point:], true
}
