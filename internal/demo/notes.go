package demo

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

// Bounds of the notes.
const (
	MaxNotes = 1000
	MaxBytes = 64 << 10 // of one note
)

var errFull = errors.New("demo: too many notes")

// note is one stored note; it is replaced, never changed.
type note struct {
	text []byte
	by   string // ARN of the principal who stored it
	at   time.Time
}

// notes are the stored notes.
type notes struct {
	mu     sync.RWMutex
	byPath map[string]note
}

func (n *notes) put(path string, v note) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, exists := n.byPath[path]; !exists && len(n.byPath) >= MaxNotes {
		return errFull
	}
	n.byPath[path] = v
	return nil
}

func (n *notes) get(path string) (note, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	v, ok := n.byPath[path]
	return v, ok
}

func (n *notes) list(prefix string) []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	paths := []string{}
	for path := range n.byPath {
		if strings.HasPrefix(path, prefix) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}
