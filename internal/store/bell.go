package store

import "sync"

// Bell wakes everyone who waits for the next commit. The zero Bell is ready.
// It loses no wake-up as long as the waiter takes its channel before it looks
// for news.
type Bell struct {
	mu sync.Mutex
	ch chan struct{}
}

// Heard returns a channel that is closed at the next Ring.
func (b *Bell) Heard() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

// Ring wakes all current waiters.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
