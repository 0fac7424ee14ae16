package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/store"
)

func rows(keys ...string) []store.Row {
	var all []store.Row
	for _, k := range keys {
		all = append(all, store.Row{Key: k, Value: []byte("v")})
	}
	return all
}

// testLimits commits what is just too much and what is just right.
func testLimits(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	at, _ := load(t, e)
	good := put("good", "good", "v")
	with := func(change func(*store.Batch)) []store.Batch {
		b := put("bad", "bad", "v")
		change(&b)
		return []store.Batch{good, b} // the first must not be written either
	}
	var four []store.Batch
	for i := range 4 {
		b := put(fmt.Sprint(i), fmt.Sprint("k", i), strings.Repeat("v", store.MaxValue))
		b.Cause = store.Cause{ID: fmt.Sprint(i)}
		b.Rows[0].Value = b.Rows[0].Value[b.Size()-store.MaxCommit/4:]
		four = append(four, b)
	}
	over := slices.Clone(four)
	over[3].Rows = rows("k3")
	over[3].Rows[0].Value = append([]byte("v"), four[3].Rows[0].Value...)
	bad := map[string]struct {
		batches []store.Batch
		want    error
	}{
		"long key":        {with(func(b *store.Batch) { b.Rows = rows(strings.Repeat("k", store.MaxKey+1)) }), store.ErrTooLarge},
		"long value":      {with(func(b *store.Batch) { b.Rows[0].Value = make([]byte, store.MaxValue+1) }), store.ErrTooLarge},
		"long cause":      {with(func(b *store.Batch) { b.Cause.Principal = strings.Repeat("p", store.MaxCause) }), store.ErrTooLarge},
		"large commit":    {over, store.ErrTooLarge},
		"empty key":       {with(func(b *store.Batch) { b.Rows = rows("") }), store.ErrInvalid},
		"key with space":  {with(func(b *store.Batch) { b.Rows = rows("a b") }), store.ErrInvalid},
		"key with DEL":    {with(func(b *store.Batch) { b.Rows = rows("a\x7f") }), store.ErrInvalid},
		"key with NUL":    {with(func(b *store.Batch) { b.Rows = rows("a\x00") }), store.ErrInvalid},
		"key with umlaut": {with(func(b *store.Batch) { b.Rows = rows("ü") }), store.ErrInvalid},
		"key twice":       {with(func(b *store.Batch) { b.Rows = rows("a", "b", "a") }), store.ErrInvalid},
		"no rows":         {with(func(b *store.Batch) { b.Rows = nil }), store.ErrInvalid},
		"no cause":        {with(func(b *store.Batch) { b.Cause.ID = "" }), store.ErrInvalid},
		"cause not UTF-8": {with(func(b *store.Batch) { b.Cause.Operation = "\xff" }), store.ErrInvalid},
		"far future":      {with(func(b *store.Batch) { b.Cause.Time = time.Unix(1<<40, 0) }), store.ErrInvalid},
		"no batch":        {nil, store.ErrInvalid},
	}
	for name, c := range bad {
		if got, err := e.Commit(patience(t), at, c.batches...); !errors.Is(err, c.want) || got != (store.Position{}) {
			t.Errorf("%s: %s, %v; want %v", name, got, err, c.want)
		}
	}
	if now, state := load(t, e); now != at || len(state) != 0 {
		t.Fatalf("refused commits left the store at %s with %d rows", now, len(state))
	}
	origin := at
	at = commit(t, e, at, four...)
	long := put(strings.Repeat("i", 100), strings.Repeat("~", store.MaxKey), strings.Repeat("v", store.MaxValue))
	long.Cause.Principal = strings.Repeat("\x01", store.MaxCause-long.Cause.Size()+len(long.Cause.Principal))
	commit(t, e, at, long)
	var many store.Batch
	many.Cause.ID = "many"
	many.Rows = []store.Row{{Key: "00000"}}
	for i := range (store.MaxCommit - many.Size()) / (many.Size() - len(many.Cause.ID)) {
		many.Rows = append(many.Rows, store.Row{Key: fmt.Sprintf("%05d", i+1)})
	}
	at, _ = load(t, e)
	commit(t, e, at, many)
	agree(t, e, origin)
}
