package sigv4

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/daypass/daypass/internal/sign"
)

const shards = 16

// KeyCache keeps derived signing keys, because deriving one costs four MACs and verifying with one costs one.
//
//   - key: SHA-256 over a salt of this cache and the secret, day, region and service, each with its length before it. The secret
//     itself is not kept, and two identities never share an entry unless they share secret and scope.
//   - life: none by the clock. An entry is found only by presenting the secret and the day again, and the day's age is checked at
//     every verification, so an old entry is useless and falls out when its generation does.
//   - size: at most max entries; the least recently used half of a shard goes at once when it is full.
//
// Safe for concurrent use. Revocation needs no word to it: whoever is revoked is refused before or after Verify, not by it.
type KeyCache struct {
	salt         [sha256.Size]byte
	half         int
	shard        [shards]keyShard
	hits, misses atomic.Uint64
}

type cacheID [sha256.Size]byte

// keyShard holds two generations: a hit in the old one moves the entry to the young one; when the young one is full it becomes
// the old one and the old one is dropped.
type keyShard struct {
	mu         sync.Mutex
	young, old map[cacheID]Key
}

// NewKeyCache makes a cache of at most max entries, at least 32. The salt is read from random, which must be unpredictable.
func NewKeyCache(max int, random io.Reader) (*KeyCache, error) {
	if max < 2*shards {
		return nil, errors.New("sigv4: a key cache has at least 32 entries")
	}
	c := &KeyCache{half: max / (2 * shards)}
	if _, err := io.ReadFull(random, c.salt[:]); err != nil {
		return nil, fmt.Errorf("sigv4: salt of the key cache: %w", err)
	}
	for i := range c.shard {
		c.shard[i].young = make(map[cacheID]Key)
	}
	return c, nil
}

// Key returns the signing key of a scope, derived or remembered. A nil cache derives every time.
func (c *KeyCache) Key(secret sign.Secret, day, region, service string) Key {
	if c == nil {
		return DeriveKey(secret, day, region, service)
	}
	id := c.id(secret, day, region, service)
	s := &c.shard[id[0]%shards]
	s.mu.Lock()
	key, ok := s.young[id]
	if !ok {
		if key, ok = s.old[id]; ok {
			s.put(id, key, c.half)
		}
	}
	s.mu.Unlock()
	if ok {
		c.hits.Add(1)
		return key
	}
	c.misses.Add(1)
	key = DeriveKey(secret, day, region, service)
	s.mu.Lock()
	s.put(id, key, c.half)
	s.mu.Unlock()
	return key
}

// put stores an entry; the caller holds mu.
func (s *keyShard) put(id cacheID, key Key, half int) {
	if _, known := s.young[id]; !known && len(s.young) >= half {
		s.old, s.young = s.young, make(map[cacheID]Key, half)
	}
	s.young[id] = key
}

func (c *KeyCache) id(secret sign.Secret, parts ...string) cacheID {
	var room [256]byte
	buf := append(room[:0], c.salt[:]...)
	buf = appendSized(buf, secret.Reveal())
	for _, p := range parts {
		buf = appendSized(buf, p)
	}
	return sha256.Sum256(buf)
}

func appendSized(buf []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(buf, uint32(len(s))), s...)
}

// Len returns the number of entries held.
func (c *KeyCache) Len() int {
	n := 0
	for i := range c.shard {
		s := &c.shard[i]
		s.mu.Lock()
		n += len(s.young) + len(s.old)
		s.mu.Unlock()
	}
	return n
}

// Stats returns how often a key was remembered and how often it had to be derived.
func (c *KeyCache) Stats() (hits, misses uint64) { return c.hits.Load(), c.misses.Load() }
