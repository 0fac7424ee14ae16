package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/store"
)

// Bench measures durable creation of records of 300 bytes, by one client and by
// sixteen whose commits are grouped the way a node groups them, and how fast a
// snapshot of them is read.
func Bench(b *testing.B, s Subject) {
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("create/clients=%d", clients), func(b *testing.B) { benchCreate(b, s, clients) })
	}
	b.Run("load", func(b *testing.B) { benchLoad(b, s) })
}

func benchLoad(b *testing.B, s Subject) {
	const batches, each = 20, 1000
	e := open(b, s, b.TempDir())
	at, _, err := drain(e.Load(b.Context()))
	if err != nil {
		b.Fatal(err)
	}
	for i := range batches {
		one := store.Batch{Cause: cause(fmt.Sprint(i))}
		for k := range each {
			one.Rows = append(one.Rows, store.Row{Key: fmt.Sprintf("user/%d/%d", k, i), Value: []byte(strings.Repeat("v", 300))})
		}
		at = commit(b, e, at, one)
	}
	for b.Loop() {
		n := 0
		_, rows := e.Load(b.Context())
		for _, err := range rows {
			if n++; err != nil {
				b.Fatal(err)
			}
		}
		if n != batches*each {
			b.Fatalf("read %d rows", n)
		}
	}
	b.ReportMetric(float64(b.N)*batches*each/b.Elapsed().Seconds(), "rows/s")
}

type order struct {
	batch store.Batch
	done  chan error
}

func benchCreate(b *testing.B, s Subject, clients int) {
	e := open(b, s, b.TempDir())
	at, _, err := drain(e.Load(b.Context()))
	if err != nil {
		b.Fatal(err)
	}
	orders := make(chan order, clients)
	var writer, wait sync.WaitGroup
	writer.Go(func() { group(b.Context(), e, at, orders) })
	took := make([][]time.Duration, clients)
	value := []byte(strings.Repeat("v", 300))
	b.ResetTimer()
	for c := range clients {
		wait.Go(func() {
			o := order{done: make(chan error, 1)}
			for i := c; i < b.N; i += clients {
				id := fmt.Sprintf("%d", i)
				o.batch = store.Batch{Cause: cause(id), Rows: []store.Row{{Key: "user/" + id, Value: value}}}
				start := time.Now()
				orders <- o
				if err := <-o.done; err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(start))
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	close(orders)
	writer.Wait()
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) > 0 {
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
		b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "creates/s")
	}
}

// group is the one writer: it commits whatever is waiting, up to 64 at a time.
func group(ctx context.Context, e store.Engine, at store.Position, orders <-chan order) {
	for first := range orders {
		waiting := []order{first}
		for more := true; more && len(waiting) < 64; {
			select {
			case o, open := <-orders:
				if more = open; open {
					waiting = append(waiting, o)
				}
			default:
				more = false
			}
		}
		batches := make([]store.Batch, len(waiting))
		for i, o := range waiting {
			batches[i] = o.batch
		}
		next, err := e.Commit(ctx, at, batches...)
		if err == nil {
			at = next
		}
		for _, o := range waiting {
			o.done <- err
		}
	}
}
