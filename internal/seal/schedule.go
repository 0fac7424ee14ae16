package seal

import (
	"errors"
	"io"
	"slices"
	"time"
)

// Schedule says how keys follow one another. Its functions are pure: they take the records and the time and give new records,
// which the caller stores. A key's life:
//
//	published ── Lead ──> primary ── Period ──> replaced ── Overlap ──> retired ── Keep ──> record dropped
type Schedule struct {
	// Lead is the time that every node needs to have learned of a key before any node seals with it.
	Lead time.Duration
	// Period is how long a key is primary.
	Period time.Duration
	// Overlap is how long a key opens after it was replaced: the longest session, with a margin for clocks.
	Overlap time.Duration
	// Keep is how long the record of a retired key stays, so that an operator can still see it.
	Keep time.Duration
}

// LongestSession is the longest life that any operation gives to temporary credentials (GetSessionToken, 129,600 seconds).
const LongestSession = 36 * time.Hour

// DefaultSchedule rotates monthly.
func DefaultSchedule() Schedule {
	return Schedule{Lead: time.Hour, Period: 30 * 24 * time.Hour, Overlap: LongestSession + 15*time.Minute, Keep: 7 * 24 * time.Hour}
}

// ErrSchedule: a duration is negative, the period does not exceed the lead, or the overlap is shorter than the longest session.
var ErrSchedule = errors.New("seal: the schedule would retire keys that live sessions need")

// Check fails with [ErrSchedule].
func (s Schedule) Check() error {
	if s.Lead < 0 || s.Keep < 0 || s.Period <= s.Lead || s.Overlap < LongestSession {
		return ErrSchedule
	}
	return nil
}

// Due returns when the next key must be published: at once when no key is primary at now, else so that it is primary when the
// newest key's period ends.
func (s Schedule) Due(keys []Key, now time.Time) time.Time {
	if primaryOf(keys, now) == nil {
		return now
	}
	newest := slices.MinFunc(alive(keys, now), func(a, b *Key) int { return later(a, b) })
	return newest.PrimaryFrom.Add(s.Period - s.Lead)
}

// Publish adds a fresh key to the records and plans the retirement of those it replaces. The new key is primary after Lead; or at once
// when no other could seal meanwhile. The records given are not changed.
func (s Schedule) Publish(root *Root, random io.Reader, keys []Key, now time.Time) ([]Key, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	from := now.Add(s.Lead)
	if primaryOf(keys, now) == nil {
		from = now
	}
	fresh, err := NewKey(root, random, now, from, keys)
	if err != nil {
		return nil, err
	}
	out := append(slices.Clone(keys), fresh)
	s.plan(out, now)
	return out, nil
}

// Revoke retires a key at once, for when it may be known to somebody: everything that it sealed is void. The key that it had
// replaced, if one still opens, seals again; when none can, Due is now. The records given are not changed.
func (s Schedule) Revoke(keys []Key, id uint32, now time.Time) []Key {
	out := slices.Clone(keys)
	for i := range out {
		if out[i].ID == id && out[i].opens(now) {
			out[i].Retired = now.UTC()
		}
	}
	s.plan(out, now)
	return out
}

// plan sets the retirement of every key that still opens: Overlap after the first of its successors seals, and none while it has no
// successor. What has retired stays so.
func (s Schedule) plan(keys []Key, now time.Time) {
	living := alive(keys, now)
	ends := make([]time.Time, len(living))
	for i, k := range living {
		for _, successor := range living {
			if later(successor, k) >= 0 || successor == k {
				continue
			}
			if end := successor.PrimaryFrom.Add(s.Overlap); ends[i].IsZero() || end.Before(ends[i]) {
				ends[i] = end
			}
		}
	}
	for i, k := range living {
		k.Retired = ends[i]
	}
}

// Prune drops the records of keys that have been retired for Keep. The records given are not changed.
func (s Schedule) Prune(keys []Key, now time.Time) []Key {
	return slices.DeleteFunc(slices.Clone(keys), func(k Key) bool {
		return !k.Retired.IsZero() && !now.Before(k.Retired.Add(s.Keep))
	})
}

// alive lists the keys that open at now.
func alive(keys []Key, now time.Time) []*Key {
	var out []*Key
	for i := range keys {
		if keys[i].opens(now) {
			out = append(out, &keys[i])
		}
	}
	return out
}

// primaryOf returns the key that seals at now, by the same rule as the ring.
func primaryOf(keys []Key, now time.Time) *Key {
	var best *Key
	for _, k := range alive(keys, now) {
		if !k.PrimaryFrom.After(now) && (best == nil || later(k, best) < 0) {
			best = k
		}
	}
	return best
}
