package config

import (
	"fmt"
	"strings"
)

// Fault is one thing wrong with one setting. Errors of this package are one
// or several of them, joined.
type Fault struct {
	// Origin is where the setting was made: file:line:column, --flag, the name
	// of an environment variable, or empty for a default.
	Origin string
	// Key is the setting; empty when the fault is with the file as such.
	Key  string
	Text string
}

func (f *Fault) Error() string {
	var parts []string
	for _, p := range []string{f.Origin, f.Key, f.Text} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ": ")
}

// unknown words an unknown key, with the nearest known one if it is near.
func unknown(key string, fields []Field) string {
	best, nearest := len(key)/3+2, ""
	for _, f := range fields {
		if d := distance(key, f.Key); d < best {
			best, nearest = d, f.Key
		}
	}
	if nearest == "" {
		return "there is no such setting"
	}
	return fmt.Sprintf("there is no such setting; is it %s?", nearest)
}

// distance is how many bytes must be put in, left out or changed between a and b.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := above
			if a[i] != b[j] {
				change++
			}
			above = row[j+1]
			row[j+1] = min(change, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}
