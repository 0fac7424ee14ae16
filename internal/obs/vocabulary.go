package obs

import (
	"fmt"
	"log/slog"
	"sync"
)

// vocabulary admits the first so many words it is told and no more. It bounds
// labels whose values are a closed list elsewhere, so that a fault there
// cannot fill the memory here.
type vocabulary struct {
	max   int
	mu    sync.RWMutex
	words map[string]struct{}
}

func newVocabulary(most int) *vocabulary {
	return &vocabulary{max: most, words: map[string]struct{}{}}
}

// word returns w, or Other.
func (v *vocabulary) word(w string) string {
	v.mu.RLock()
	_, in := v.words[w]
	full := len(v.words) >= v.max
	v.mu.RUnlock()
	switch {
	case in:
		return w
	case full || !isWord(w):
		return Other
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, in := v.words[w]; !in && len(v.words) >= v.max {
		return Other
	}
	v.words[w] = struct{}{}
	return w
}

// isWord says whether a label may have this value: 1 to 64 letters, digits,
// dots, hyphens and underscores.
func isWord(w string) bool {
	if w == "" || len(w) > 64 {
		return false
	}
	for i := range len(w) {
		c := w[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// faults hands what goes wrong while metrics are served to the log.
type faults struct{ log *slog.Logger }

// Println is what promhttp calls.
func (f faults) Println(v ...any) { f.log.Error("metrics", "error", fmt.Sprint(v...)) }
