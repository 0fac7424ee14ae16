package guard

import (
	"net/netip"
	"sync"
	"time"
)

// Failures slows down whoever keeps failing to authenticate. It counts per source and per source and account, never per
// account alone: otherwise a stranger could lock an account out by failing in its name.
type Failures struct {
	burst  float64
	refill float64 // per second

	mu      sync.Mutex
	buckets map[failureKey]*bucket
}

type failureKey struct {
	source  netip.Addr
	account string // "" = all accounts together
}

type bucket struct {
	left float64
	at   time.Time
}

// maxBuckets bounds the memory a flood from many sources can take.
const maxBuckets = 1 << 16

// NewFailures allows burst failures at once and refill more each second, for each source; an account seen from one source
// gets half of that.
func NewFailures(burst int, refill float64) *Failures {
	return &Failures{burst: float64(burst), refill: refill, buckets: make(map[failureKey]*bucket)}
}

// Quiet says that nobody has failed lately, so that nobody can be blocked.
func (f *Failures) Quiet() bool {
	if f == nil {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.buckets) == 0
}

// Blocked says whether the source has failed too often, at all or against this account, to be heard now.
func (f *Failures) Blocked(source netip.Addr, account string, now time.Time) bool {
	if f == nil {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.left(failureKey{source, ""}, now) < 1 || f.left(failureKey{source, account}, now) < 1
}

// Count notes a failure.
func (f *Failures) Count(source netip.Addr, account string, now time.Time) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.take(failureKey{source, ""}, 1, now)
	if account != "" {
		f.take(failureKey{source, account}, 2, now)
	}
}

// left is what remains in a bucket after refilling; a bucket that is not there is full.
func (f *Failures) left(k failureKey, now time.Time) float64 {
	b, ok := f.buckets[k]
	if !ok {
		return f.burst
	}
	return min(f.burst, b.left+f.refill*max(0, now.Sub(b.at).Seconds()))
}

func (f *Failures) take(k failureKey, n float64, now time.Time) {
	left := f.left(k, now)
	if _, ok := f.buckets[k]; !ok && len(f.buckets) >= maxBuckets {
		f.sweep(now)
	}
	f.buckets[k] = &bucket{left: max(0, left-n), at: now}
}

// sweep forgets buckets that are full again, and when none is, all of them: memory is bounded before guessing is.
func (f *Failures) sweep(now time.Time) {
	for k := range f.buckets {
		if f.left(k, now) >= f.burst {
			delete(f.buckets, k)
		}
	}
	if len(f.buckets) >= maxBuckets {
		clear(f.buckets)
	}
}
