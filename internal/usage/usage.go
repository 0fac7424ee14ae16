package usage

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Use is the last use of a key.
type Use struct {
	At      time.Time `json:"at"` // whole seconds, UTC
	Service string    `json:"service"`
	Region  string    `json:"region"`
}

// Log holds the last use of every key it was told of. The zero Log is empty and ready; it is safe for concurrent use.
type Log struct {
	mu    sync.RWMutex
	uses  map[string]Use
	dirty bool
}

// maxFile bounds what Read takes, in bytes: a million keys need about 100 MB.
const maxFile = 256 << 20

// maxText bounds the service and the region of a use: both come from the caller's own signature.
const maxText = 64

// Note records that a key was used. Of several uses in one second the first stays.
func (l *Log) Note(keyID string, u Use) {
	u.At = u.At.UTC().Truncate(time.Second)
	if len(u.Service) > maxText || len(u.Region) > maxText {
		return
	}
	// The first look is for the many uses within one second: they need no more than a shared lock.
	if old, ok := l.Last(keyID); ok && !u.At.After(old.At) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.uses[keyID]; ok && !u.At.After(old.At) {
		return
	}
	if l.uses == nil {
		l.uses = make(map[string]Use)
	}
	l.uses[keyID], l.dirty = u, true
}

// Last gives the last use of a key.
func (l *Log) Last(keyID string) (Use, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	u, ok := l.uses[keyID]
	return u, ok
}

// Read takes over what Write wrote.
func (l *Log) Read(r io.Reader) error {
	var uses map[string]Use
	if err := json.NewDecoder(io.LimitReader(r, maxFile)).Decode(&uses); err != nil {
		return fmt.Errorf("usage: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.uses = uses
	return nil
}

// Snapshot gives what there is to write if anything changed since the last Snapshot, without the keys that are gone.
func (l *Log) Snapshot(alive func(keyID string) bool) (data []byte, changed bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dirty {
		return nil, false, nil
	}
	for id := range l.uses {
		if !alive(id) {
			delete(l.uses, id)
		}
	}
	data, err = json.Marshal(l.uses)
	l.dirty = err != nil
	return data, true, err
}
