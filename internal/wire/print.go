package wire

import (
	"fmt"
	"strconv"
)

// Print writes s as JSON with [secret] in the place of every sensitive member. Shapes that hold secrets call it from their Format
// method, so that no verb of fmt and no log handler shows one.
func Print(f fmt.State, s Shape) {
	f.Write(AppendJSON(nil, s, JSONStyle{Redact: true, Time: AppendJSONTime, mask: true})) //nolint:errcheck // fmt keeps the error
}

// MaskedJSON is what [Print] writes, for the MarshalJSON methods of the same shapes.
func MaskedJSON(s Shape) ([]byte, error) {
	return AppendJSON(nil, s, JSONStyle{Redact: true, Time: AppendJSONTime, mask: true}), nil
}

// Format implements fmt.Formatter. The values of a form may be secrets, so only their number is shown.
func (f *Form) Format(s fmt.State, _ rune) {
	n := 0
	if f != nil {
		n = len(f.pairs)
	}
	fmt.Fprint(s, "form of "+strconv.Itoa(n)+" parameters")
}

// Format implements fmt.Formatter, like the one of [Form].
func (d *JSON) Format(s fmt.State, _ rune) {
	n := 0
	if d != nil {
		n = len(d.nodes)
	}
	fmt.Fprint(s, "json of "+strconv.Itoa(n)+" values")
}
