package table

import (
	"hash/maphash"
	"iter"

	"github.com/benbjohnson/immutable"
)

// Table is an immutable hash map from text to V. The order of [Table.All] is not defined.
type Table[V any] struct {
	m *immutable.Map[string, V]
}

// Get finds the value of a key.
func (t Table[V]) Get(key string) (V, bool) {
	if t.m == nil {
		var none V
		return none, false
	}
	return t.m.Get(key)
}

// Len counts the keys.
func (t Table[V]) Len() int {
	if t.m == nil {
		return 0
	}
	return t.m.Len()
}

// Set gives the table with key standing for value.
func (t Table[V]) Set(key string, value V) Table[V] {
	if t.m == nil {
		t.m = immutable.NewMap[string, V](hasher{})
	}
	return Table[V]{m: t.m.Set(key, value)}
}

// Delete gives the table without key.
func (t Table[V]) Delete(key string) Table[V] {
	if t.m == nil {
		return t
	}
	return Table[V]{m: t.m.Delete(key)}
}

// All yields every pair.
func (t Table[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if t.m == nil {
			return
		}
		for it := t.m.Iterator(); !it.Done(); {
			key, value, ok := it.Next()
			if !ok || !yield(key, value) {
				return
			}
		}
	}
}

// salt is chosen at start, so that nobody can pick names that collide.
var salt = maphash.MakeSeed()

type hasher struct{}

func (hasher) Hash(key string) uint32 { return uint32(maphash.String(salt, key)) }

func (hasher) Equal(a, b string) bool { return a == b }
