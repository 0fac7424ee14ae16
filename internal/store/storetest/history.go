package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/store"
)

func testEmpty(t *testing.T, s Subject) {
	at, state := load(t, open(t, s, t.TempDir()))
	if at.Revision != 0 || at.Nonce != (store.Nonce{}) || at.Lineage == (store.Lineage{}) || len(state) != 0 {
		t.Errorf("a new store is at %s with %d rows", at, len(state))
	}
	if other, _ := load(t, open(t, s, t.TempDir())); other.Lineage == at.Lineage {
		t.Errorf("two new stores share the lineage %s", at.Lineage)
	}
}

// testAgree commits random batches and compares state and history with a
// model of both.
func testAgree(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	origin, _ := load(t, e)
	d := dice(t)
	at, model := origin, map[string]string{}
	var want []store.Batch
	for range fewer(300) {
		group := make([]store.Batch, 1+d.IntN(4))
		for i := range group {
			b := store.Batch{Cause: cause(fmt.Sprintf("c%d-%d", at.Revision, i))}
			for _, k := range d.Perm(40)[:1+d.IntN(6)] {
				r := store.Row{Key: fmt.Sprintf("%c%02d~", "aB/-"[k%4], k)}
				if d.IntN(3) > 0 {
					r.Value = fmt.Appendf([]byte{}, "%0*d", d.IntN(200), d.Uint32())[:d.IntN(9)]
				}
				b.Rows = append(b.Rows, r)
			}
			group[i] = b
		}
		at = commit(t, e, at, group...)
		replay(model, group)
		want = append(want, group...)
	}
	if newest := agree(t, e, origin); newest != at {
		t.Errorf("the newest position is %s, the last commit gave %s", newest, at)
	}
	if _, state := load(t, e); !maps.Equal(state, model) {
		t.Errorf("state (-) and model (+) differ:\n%s", cmp.Diff(state, model))
	}
	got, err := until(patience(t), e, origin, at.Revision)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if got[i].Position.Nonce == (store.Nonce{}) || i > 0 && got[i].Position.Nonce == got[i-1].Position.Nonce {
			t.Errorf("revision %d has the nonce %s", got[i].Position.Revision, got[i].Position.Nonce)
		}
		got[i].Position = store.Position{}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("committed (-) and followed (+) differ:\n%s", diff)
	}
}

// testSnapshot commits while a snapshot is read.
func testSnapshot(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	at, _ := load(t, e)
	var rows []store.Row
	for i := range 500 {
		rows = append(rows, store.Row{Key: fmt.Sprintf("k%03d", i), Value: []byte("old")})
	}
	at = commit(t, e, at, store.Batch{Cause: cause("fill"), Rows: rows})
	seen, seq := e.Load(patience(t))
	if seen != at {
		t.Fatalf("the snapshot is at %s, want %s", seen, at)
	}
	at = commit(t, e, at, put("before", "k000", "new"))
	n := 0
	for r, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		if string(r.Value) != "old" {
			t.Fatalf("%s is %q in a snapshot taken before that", r.Key, r.Value)
		}
		if n++; n == 250 {
			at = commit(t, e, at, put("amid", "k499", "new"),
				store.Batch{Cause: cause("delete"), Rows: []store.Row{{Key: "k498"}, {Key: "zzz", Value: []byte{}}}})
		}
	}
	if n != 500 {
		t.Errorf("the snapshot had %d rows, want 500", n)
	}
	for _, err := range seq {
		if !errors.Is(err, store.ErrInvalid) {
			t.Errorf("reading a snapshot twice gave %v, want ErrInvalid", err)
		}
	}
	// A reader who leaves early holds nothing open.
	for range 20 {
		_, seq := e.Load(patience(t))
		for range seq {
			break
		}
	}
	if _, state := load(t, e); state["k499"] != "new" || len(state) != 500 {
		t.Errorf("the next snapshot has %d rows and %q", len(state), state["k499"])
	}
	ctx, cancel := context.WithCancel(patience(t))
	cancel()
	if _, _, err := drain(e.Load(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("loading after the end of the context gave %v", err)
	}
}

func testValues(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	origin, _ := load(t, e)
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	low, high := "!", "~"
	mine := []byte("mine")
	rows := []store.Row{
		{Key: "bytes", Value: every}, {Key: "empty", Value: []byte{}}, {Key: "text", Value: mine},
		{Key: low, Value: []byte("low")}, {Key: high, Value: []byte("high")}, {Key: "Z", Value: []byte("upper")}, {Key: "never was"[:5]},
	}
	at := commit(t, e, origin, store.Batch{Cause: cause("one"), Rows: rows})
	copy(mine, "gone") // the engine must have its own copy
	_, state := load(t, e)
	want := map[string]string{"bytes": string(every), "empty": "", "text": "mine", low: "low", high: "high", "Z": "upper"}
	if diff := cmp.Diff(want, state); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	got, err := until(patience(t), e, origin, at.Revision)
	if err != nil {
		t.Fatal(err)
	}
	if v := got[0].Rows[1].Value; v == nil || len(v) != 0 {
		t.Errorf("an empty value came back as %#v", v)
	}
	if v := got[0].Rows[6].Value; v != nil {
		t.Errorf("a deletion came back as %#v", v)
	}
	if string(got[0].Rows[2].Value) != "mine" {
		t.Errorf("history holds %q", got[0].Rows[2].Value)
	}
	if diff := cmp.Diff(cause("one"), got[0].Cause); diff != "" {
		t.Errorf("cause (-want +got):\n%s", diff)
	}
}

// testFollow reads one history in many pieces, with writers beside it.
func testFollow(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	origin, _ := load(t, e)
	d := dice(t)
	total := uint64(fewer(600))
	var written atomic.Bool
	done := make(chan error, 1)
	go func() {
		defer written.Store(true)
		at := origin
		for at.Revision < total {
			var err error
			id := fmt.Sprint(at.Revision)
			pair := store.Batch{Cause: cause(id), Rows: []store.Row{{Key: "left", Value: []byte(id)}, {Key: "right", Value: []byte(id)}}}
			if at, err = e.Commit(patience(t), at, pair); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	at, n, after := origin, uint64(0), d.IntN(7)
	for at.Revision < total {
		for b, err := range e.Follow(patience(t), at) {
			if err != nil {
				t.Fatal(err)
			}
			if b.Position.Revision != n+1 || len(b.Rows) != 2 || string(b.Rows[0].Value) != fmt.Sprint(n) || string(b.Rows[1].Value) != fmt.Sprint(n) {
				t.Fatalf("after revision %d came %+v", n, b)
			}
			n, at = n+1, b.Position
			if after--; after < 0 || n == total {
				after = d.IntN(60)
				break // and resume where it left
			}
		}
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	agree(t, e, origin)
}

// testWake lets followers wait before anything is written.
func testWake(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	origin, _ := load(t, e)
	const followers = 8
	rounds := fewer(50)
	next := make(chan uint64, followers)
	done := make(chan error, followers)
	for range followers {
		go func() {
			for b, err := range e.Follow(patience(t), origin) {
				if err != nil {
					done <- err
					return
				}
				if next <- b.Position.Revision; b.Position.Revision == uint64(rounds) {
					break
				}
			}
			done <- nil
		}()
	}
	at := origin
	for i := range rounds {
		at = commit(t, e, at, put(fmt.Sprint(i), "k", fmt.Sprint(i)))
		for seen := 0; seen < followers; { // the next is not written before all have seen this one
			select {
			case got := <-next:
				if seen++; got != at.Revision {
					t.Fatalf("a follower is at %d, the store at %d", got, at.Revision)
				}
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	ctx, cancel := context.WithCancel(patience(t))
	var reasons []error
	go cancel()
	for _, err := range e.Follow(ctx, at) {
		reasons = append(reasons, err)
	}
	if len(reasons) != 1 || !errors.Is(reasons[0], context.Canceled) {
		t.Errorf("a follower whose context ended was told %v", reasons)
	}
}

// testCompact shortens history while it is written and followed.
func testCompact(t *testing.T, s Subject) {
	e := open(t, s, t.TempDir())
	c, ok := e.(store.Compactor)
	if !ok {
		t.Fatal("the engine cannot be compacted")
	}
	origin, _ := load(t, e)
	total := uint64(fewer(800))
	var newest atomic.Uint64
	at := origin
	positions := []store.Position{origin}
	team(t, 2, func(i int) error {
		if i == 1 {
			for newest.Load() < total {
				seen := newest.Load()
				oldest, err := c.Compact(patience(t), 10)
				if err != nil {
					return err
				}
				if oldest+10 < seen {
					return fmt.Errorf("kept history from %d on, the newest was %d", oldest, seen)
				}
			}
			return nil
		}
		defer newest.Store(total)
		for at.Revision < total {
			next, err := e.Commit(patience(t), at, put(fmt.Sprint(at.Revision), fmt.Sprintf("k%d", at.Revision%50), fmt.Sprint(at.Revision)))
			if err != nil {
				return err
			}
			// The newest revision is always there to be followed, whatever is forgotten.
			if _, err := until(patience(t), e, at, next.Revision); err != nil {
				return err
			}
			positions = append(positions, next)
			at = next
			newest.Store(at.Revision)
		}
		return nil
	})
	if oldest, err := c.Compact(patience(t), 5); err != nil || oldest != total-5 {
		t.Fatalf("compacted to %d, %v; want %d", oldest, err, total-5)
	}
	for _, p := range positions[:total-5] {
		if _, err := until(patience(t), e, p, total); !errors.Is(err, store.ErrCompacted) {
			t.Fatalf("following from the forgotten %s gave %v", p, err)
		}
	}
	for _, p := range positions[total-5:] {
		if _, err := until(patience(t), e, p, total); err != nil {
			t.Fatalf("following from %s gave %v", p, err)
		}
	}
	if _, state := load(t, e); len(state) != min(50, int(total)) {
		t.Errorf("compaction changed the state: %d rows, keys %v", len(state), slices.Sorted(maps.Keys(state)))
	}
	if oldest, err := c.Compact(patience(t), 0); err != nil || oldest != total {
		t.Errorf("compacted to %d, %v; want %d", oldest, err, total)
	}
	next := commit(t, e, at, put("after", "k", "v"))
	if got, err := until(patience(t), e, at, next.Revision); err != nil || got[0].Position != next {
		t.Errorf("after everything was forgotten: %v, %v", got, err)
	}
}
