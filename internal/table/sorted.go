package table

import (
	"iter"
	"strings"

	"github.com/benbjohnson/immutable"
)

// Sorted is an immutable map from text to V that keeps its keys in byte order.
type Sorted[V any] struct {
	m *immutable.SortedMap[string, V]
}

// Get finds the value of a key.
func (t Sorted[V]) Get(key string) (V, bool) {
	if t.m == nil {
		var none V
		return none, false
	}
	return t.m.Get(key)
}

// Len counts the keys.
func (t Sorted[V]) Len() int {
	if t.m == nil {
		return 0
	}
	return t.m.Len()
}

// Set gives the table with key standing for value.
func (t Sorted[V]) Set(key string, value V) Sorted[V] {
	if t.m == nil {
		t.m = immutable.NewSortedMap[string, V](comparer{})
	}
	return Sorted[V]{m: t.m.Set(key, value)}
}

// Delete gives the table without key.
func (t Sorted[V]) Delete(key string) Sorted[V] {
	if t.m == nil {
		return t
	}
	m := t.m.Delete(key)
	if m.Len() == 0 {
		return Sorted[V]{}
	}
	return Sorted[V]{m: m}
}

// All yields every pair in byte order of the key.
func (t Sorted[V]) All() iter.Seq2[string, V] { return t.From("") }

// From yields the pairs whose keys are not below key, in byte order.
func (t Sorted[V]) From(key string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if t.m == nil {
			return
		}
		it := t.m.Iterator()
		if key != "" {
			it.Seek(key)
		}
		for !it.Done() {
			k, v, ok := it.Next()
			if !ok {
				return
			}
			// Seek may stop one key early when the wanted one lies between two leaves.
			if k < key {
				continue
			}
			if !yield(k, v) {
				return
			}
		}
	}
}

// After yields the pairs whose keys are above key, in byte order: what follows a page that ended with key.
func (t Sorted[V]) After(key string) iter.Seq2[string, V] {
	if key == "" {
		return t.All()
	}
	return t.From(key + "\x00")
}

// Prefix yields the pairs whose keys begin with prefix, in byte order.
func (t Sorted[V]) Prefix(prefix string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for k, v := range t.From(prefix) {
			if !strings.HasPrefix(k, prefix) || !yield(k, v) {
				return
			}
		}
	}
}

type comparer struct{}

func (comparer) Compare(a, b string) int { return strings.Compare(a, b) }
