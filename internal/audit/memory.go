package audit

import (
	"context"
	"sync"
)

// Memory keeps the newest events in memory: for tests and for a server whose data dies with it.
type Memory struct {
	mu      sync.Mutex
	records [][]byte // encoded, so that nothing is shared with the writers
	ids     []string
	next    int
	full    bool
}

// NewMemory makes a Memory that keeps the newest size events, at least one.
func NewMemory(size int) *Memory {
	size = max(size, 1)
	return &Memory{records: make([][]byte, size), ids: make([]string, size)}
}

// Write keeps e in place of the oldest event.
func (m *Memory) Write(_ context.Context, e *Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	record, err := Append(m.records[m.next][:0], e)
	if err != nil {
		return err
	}
	m.records[m.next], m.ids[m.next] = record, e.RequestID
	if m.next++; m.next == len(m.records) {
		m.next, m.full = 0, true
	}
	return nil
}

// Find returns the newest event with the request id.
func (m *Memory) Find(_ context.Context, requestID string) (*Event, error) {
	if !searchable(requestID) {
		return nil, ErrNotFound
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.size() {
		at := (m.next - 1 - i + len(m.records)) % len(m.records)
		if m.ids[at] == requestID {
			return Decode(m.records[at])
		}
	}
	return nil, ErrNotFound
}

// Events returns the kept events, oldest first.
func (m *Memory) Events() ([]*Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	size := m.size()
	events := make([]*Event, 0, size)
	for i := range size {
		e, err := Decode(m.records[(m.next-size+i+len(m.records))%len(m.records)])
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

func (m *Memory) size() int {
	if m.full {
		return len(m.records)
	}
	return m.next
}
