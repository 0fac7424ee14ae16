package lint

import "fmt"

// Severity says how bad a finding is. The order is the order of the constants.
type Severity uint8

// The severities. None is below all of them: no finding has it.
const (
	None       Severity = iota
	Suggestion          // it works; it could be written better
	Warning             // it may not do what its author meant
	Security            // it may grant more than its author meant
	Error               // it cannot work, or it is refused
)

var severityWords = [...]string{"none", "suggestion", "warning", "security", "error"}

// String is the severity in one lower-case word.
func (s Severity) String() string {
	if int(s) < len(severityWords) {
		return severityWords[s]
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// ParseSeverity reads one of the words none, suggestion, warning, security and error.
func ParseSeverity(word string) (Severity, error) {
	for i, w := range severityWords {
		if w == word {
			return Severity(i), nil
		}
	}
	return None, fmt.Errorf("%q is none of none, suggestion, warning, security, error", word)
}

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word.
func (s *Severity) UnmarshalText(word []byte) (err error) {
	*s, err = ParseSeverity(string(word))
	return err
}
