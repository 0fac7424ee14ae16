package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/policy/lint"
)

// findingsHeader says what is doubtful in the policies that a call saved: codes and places, worst first.
const findingsHeader = "X-Daypass-Policy-Findings"

// How many findings go on record, and how many into the reply and the log.
const (
	maxFindings = 50
	maxHeader   = 16
)

// findingNames are the worst of some findings as CODE@line:column, with "+N" for those there is no room for.
func findingNames(list []lint.Finding, most int) []string {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b lint.Finding) int { return int(b.Severity) - int(a.Severity) })
	var names []string
	for i := range list {
		if i == most {
			names = append(names, fmt.Sprintf("+%d", len(list)-i))
			break
		}
		names = append(names, list[i].String())
	}
	return names
}

func findingsText(list []lint.Finding) string {
	return strings.Join(findingNames(list, maxHeader), ", ")
}
