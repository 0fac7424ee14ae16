package table

import "github.com/benbjohnson/immutable"

// Builder fills a new [Table] in place, which is several times faster than repeated Set. It is for one goroutine and is spent
// once Table has been called. The zero Builder is ready.
type Builder[V any] struct {
	b *immutable.MapBuilder[string, V]
}

// Set puts a pair.
func (b *Builder[V]) Set(key string, value V) {
	if b.b == nil {
		b.b = immutable.NewMapBuilder[string, V](hasher{})
	}
	b.b.Set(key, value)
}

// Get finds the value of a key set before.
func (b *Builder[V]) Get(key string) (V, bool) {
	if b.b == nil {
		var none V
		return none, false
	}
	return b.b.Get(key)
}

// Table gives the table and empties the builder.
func (b *Builder[V]) Table() Table[V] {
	if b.b == nil {
		return Table[V]{}
	}
	t := Table[V]{m: b.b.Map()}
	b.b = nil
	return t
}

// SortedBuilder fills a new [Sorted] in place. It is for one goroutine and is spent once Sorted has been called. The zero
// SortedBuilder is ready.
type SortedBuilder[V any] struct {
	b *immutable.SortedMapBuilder[string, V]
}

// Set puts a pair.
func (b *SortedBuilder[V]) Set(key string, value V) {
	if b.b == nil {
		b.b = immutable.NewSortedMapBuilder[string, V](comparer{})
	}
	b.b.Set(key, value)
}

// Get finds the value of a key set before.
func (b *SortedBuilder[V]) Get(key string) (V, bool) {
	if b.b == nil {
		var none V
		return none, false
	}
	return b.b.Get(key)
}

// Sorted gives the table and empties the builder.
func (b *SortedBuilder[V]) Sorted() Sorted[V] {
	if b.b == nil {
		return Sorted[V]{}
	}
	t := Sorted[V]{m: b.b.Map()}
	b.b = nil
	return t
}
