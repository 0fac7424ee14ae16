package aws

import (
	"fmt"
	"strings"

	"github.com/daypass/daypass/internal/wire"
)

// violations is every constraint an input fails, worded once.
type violations struct{ list []wire.Violation }

// Error is AWS's text: how many, and for each the value, the member and the constraint.
func (v *violations) Error() string {
	var b strings.Builder
	noun := "errors"
	if len(v.list) == 1 {
		noun = "error"
	}
	fmt.Fprintf(&b, "%d validation %s detected: ", len(v.list), noun)
	for i := range v.list {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(violationText(&v.list[i]))
	}
	return b.String()
}

func violationText(v *wire.Violation) string {
	value := "Value"
	switch {
	case v.Kind == wire.Missing:
		value = "Value null"
	case v.HasValue && v.Kind != wire.NotInEnum:
		value = "Value '" + v.Value + "'"
	}
	return fmt.Sprintf("%s at '%s' failed to satisfy constraint: %s", value, v.Path, constraint(v))
}

func constraint(v *wire.Violation) string {
	switch v.Kind {
	case wire.Missing:
		return "Member must not be null"
	case wire.TooShort:
		return fmt.Sprintf("Member must have length greater than or equal to %d", v.Rule.Size.Min)
	case wire.TooLong:
		return fmt.Sprintf("Member must have length less than or equal to %d", v.Rule.Size.Max)
	case wire.TooSmall:
		return fmt.Sprintf("Member must have value greater than or equal to %d", v.Rule.Size.Min)
	case wire.TooLarge:
		return fmt.Sprintf("Member must have value less than or equal to %d", v.Rule.Size.Max)
	case wire.NoMatch:
		return "Member must satisfy regular expression pattern: " + v.Rule.Pattern.Source
	case wire.NotInEnum:
		return "Member must satisfy enum value set"
	case wire.NotInteger:
		return "Member must be an integer"
	case wire.NotBoolean:
		return "Member must be a boolean: true or false"
	case wire.NotTime:
		return "Member must be a timestamp such as 2026-01-31T15:04:05Z"
	case wire.NotBase64:
		return "Member must be base64"
	case wire.BadIndex:
		return "Member must be a list whose elements are numbered from 1"
	case wire.TooManyItems:
		return "Member must have fewer elements"
	}
	return "Member must have another type"
}
