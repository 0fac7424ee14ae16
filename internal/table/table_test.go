package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// keys are few enough to hit and many enough to split nodes.
var keys = rapid.Custom(func(t *rapid.T) string {
	return fmt.Sprintf("%s%d", rapid.SampledFrom([]string{"", "a", "a/", "b", "\x00", "ü"}).Draw(t, "head"), rapid.IntRange(0, 400).Draw(t, "tail"))
})

// TestModel drives both tables beside a plain map and looks back at old snapshots.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]int{}
		var hash Table[int]
		var sorted Sorted[int]
		type snapshot struct {
			model  map[string]int
			hash   Table[int]
			sorted Sorted[int]
		}
		var old []snapshot
		for i := range rapid.IntRange(1, 600).Draw(t, "steps") {
			key := keys.Draw(t, "key")
			switch {
			case rapid.IntRange(0, 2).Draw(t, "what") > 0:
				model[key] = i
				hash, sorted = hash.Set(key, i), sorted.Set(key, i)
			default:
				delete(model, key)
				hash, sorted = hash.Delete(key), sorted.Delete(key)
			}
			if i%97 == 0 {
				old = append(old, snapshot{maps.Clone(model), hash, sorted})
			}
		}
		old = append(old, snapshot{model, hash, sorted})
		from := keys.Draw(t, "from")
		for _, s := range old {
			same(t, s.model, s.hash, s.sorted, from)
		}
	})
}

func same(t *rapid.T, model map[string]int, hash Table[int], sorted Sorted[int], from string) {
	if d := cmp.Diff(model, maps.Collect(hash.All())); d != "" {
		t.Fatalf("Table (-model +table):\n%s", d)
	}
	if hash.Len() != len(model) || sorted.Len() != len(model) {
		t.Fatalf("lengths %d and %d, want %d", hash.Len(), sorted.Len(), len(model))
	}
	order := slices.Sorted(maps.Keys(model))
	for name, c := range map[string]struct {
		got  func(func(string, int) bool)
		want func(string) bool
	}{
		"All":    {sorted.All(), func(string) bool { return true }},
		"From":   {sorted.From(from), func(k string) bool { return k >= from }},
		"After":  {sorted.After(from), func(k string) bool { return k > from }},
		"Prefix": {sorted.Prefix(from[:1]), func(k string) bool { return strings.HasPrefix(k, from[:1]) }},
	} {
		var got, want []string
		for k, v := range c.got {
			if model[k] != v {
				t.Fatalf("%s: %q is %d, want %d", name, k, v, model[k])
			}
			got = append(got, k)
		}
		for _, k := range order {
			if c.want(k) {
				want = append(want, k)
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%s (-model +table):\n%s", name, d)
		}
	}
	for k, v := range model {
		if h, ok := hash.Get(k); !ok || h != v {
			t.Fatalf("Table.Get(%q) = %d, %t", k, h, ok)
		}
		if s, ok := sorted.Get(k); !ok || s != v {
			t.Fatalf("Sorted.Get(%q) = %d, %t", k, s, ok)
		}
	}
	if _, ok := hash.Get("no such key"); ok {
		t.Fatal("Table.Get found a key that was never set")
	}
}

func TestBuildersAgreeWithSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]int{}
		var hash Builder[int]
		var sorted SortedBuilder[int]
		for i, key := range rapid.SliceOfN(keys, 0, 500).Draw(t, "keys") {
			model[key] = i
			hash.Set(key, i)
			sorted.Set(key, i)
			if v, ok := hash.Get(key); !ok || v != i {
				t.Fatalf("Builder.Get(%q) = %d, %t", key, v, ok)
			}
			if v, ok := sorted.Get(key); !ok || v != i {
				t.Fatalf("SortedBuilder.Get(%q) = %d, %t", key, v, ok)
			}
		}
		h, s := hash.Table(), sorted.Sorted()
		same(t, model, h, s, keys.Draw(t, "from"))
		// What was built is immutable like any other.
		h.Set("new", 1)
		s.Set("new", 1)
		same(t, model, h, s, keys.Draw(t, "from again"))
	})
}

func TestZeroTables(t *testing.T) {
	var h Table[int]
	var s Sorted[int]
	h, s = h.Delete("x"), s.Delete("x")
	for range h.All() {
		t.Fatal("an empty Table yields")
	}
	for range s.From("") {
		t.Fatal("an empty Sorted yields")
	}
	if _, ok := h.Get("x"); ok || h.Len() != 0 {
		t.Fatal("an empty Table holds something")
	}
	if _, ok := s.Get("x"); ok || s.Len() != 0 {
		t.Fatal("an empty Sorted holds something")
	}
	var hb Builder[int]
	var sb SortedBuilder[int]
	if hb.Table().Len() != 0 || sb.Sorted().Len() != 0 {
		t.Fatal("an empty builder builds something")
	}
}

// TestStop leaves the iterators early.
func TestStop(t *testing.T) {
	var h Table[int]
	var s Sorted[int]
	for i := range 100 {
		h, s = h.Set(fmt.Sprint(i), i), s.Set(fmt.Sprint(i), i)
	}
	for _, seq := range []func(func(string, int) bool){h.All(), s.All(), s.From("3"), s.Prefix("3")} {
		n := 0
		for range seq {
			if n++; n == 2 {
				break
			}
		}
		if n != 2 {
			t.Fatalf("took %d steps", n)
		}
	}
}

func benchmarkKeys(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("user%09d", i*7919%n)
	}
	return out
}

func BenchmarkTableGet(b *testing.B) {
	keys := benchmarkKeys(100_000)
	var build Builder[*int]
	for i, k := range keys {
		build.Set(k, &i)
	}
	t := build.Table()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := t.Get(keys[i%len(keys)]); !ok {
			b.Fatal("missing")
		}
	}
}

func BenchmarkSortedGet(b *testing.B) {
	keys := benchmarkKeys(100_000)
	var build SortedBuilder[*int]
	for i, k := range keys {
		build.Set(k, &i)
	}
	t := build.Sorted()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := t.Get(keys[i%len(keys)]); !ok {
			b.Fatal("missing")
		}
	}
}

func BenchmarkTableSet(b *testing.B) {
	keys := benchmarkKeys(100_000)
	var t Table[int]
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		t = t.Set(keys[i%len(keys)], i)
	}
}

func BenchmarkSortedSet(b *testing.B) {
	keys := benchmarkKeys(100_000)
	var t Sorted[int]
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		t = t.Set(keys[i%len(keys)], i)
	}
}
