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
			if form := misread(kind, v); form != "" {
				return nil, &fault.Error{Kind: fault.Invalid, What: fault.ContextValue, Name: e.Name, Detail: form}
			}
			values[i] = v
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

// misread names the form a value should have had that the engine cannot read as told. Strings are free, and so are booleans, as in
// IAM: one that is not true is false.
func misread(kind, v string) (form string) {
	switch kind {
	case "numeric":
		if !isNumber(v) {
			return "numeric format"
		}
	case "date":
		if !policy.IsDate(v) {
			return "DateTime format"
		}
	case "ip":
		if !policy.IsAddress(v) {
			return "IP address"
		}
	case "binary":
		if !policy.IsBinary(v) {
			return "base-64 encoded binary format"
		}
	}
	return ""
}

// maxShift bounds the exponent of a number that is told.
const maxShift = 400

func isNumber(s string) bool {
	_, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	if scientific {
		shift, err := strconv.Atoi(exponent)
		if err != nil || shift > maxShift || shift < -maxShift {
			return false
		}
	}
	return policy.IsNumber(s)
}
