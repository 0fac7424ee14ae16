package store_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/daypass/daypass/internal/store"
)

func TestCauseText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := store.Cause{
			ID:        rapid.StringN(1, 20, 100).Draw(t, "id"),
			Principal: rapid.String().Draw(t, "principal"),
			Operation: rapid.String().Draw(t, "operation"),
			RequestID: rapid.String().Draw(t, "request"),
			Time:      time.Unix(rapid.Int64Range(-60e9, 250e9).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns")).In(time.FixedZone("x", 3600)),
		}
		text, err := c.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got store.Cause
		if err := got.UnmarshalText(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		c.Time = c.Time.UTC()
		if diff := cmp.Diff(c, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzCause(f *testing.F) {
	for _, s := range []string{
		`{"id":"1"}`, `{"id":"1","principal":"p","operation":"o","request":"r","time":"2026-01-02T03:04:05.000000006Z"}`,
		`{"id":""}`, `{"id":"1","more":1}`, `{"id":"1"} {}`, `null`, `[]`, ``, `{"id":"\ud800"}`, `{"ID":"case"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var c store.Cause
		if err := c.UnmarshalText(text); err != nil {
			if !errors.Is(err, store.ErrCorrupt) {
				t.Fatalf("%q: %v is not ErrCorrupt", text, err)
			}
			if c != (store.Cause{}) {
				t.Fatalf("%q: refused, but changed to %+v", text, c)
			}
			return
		}
		again, err := c.MarshalText()
		if err != nil {
			t.Fatalf("%q: read but not written: %v", text, err)
		}
		var got store.Cause
		if err := got.UnmarshalText(again); err != nil || got != c {
			t.Fatalf("%q: %+v became %+v, %v", text, c, got, err)
		}
	})
}

func TestNextSkipsTheZeroNonce(t *testing.T) {
	p := store.Position{Revision: 7, Lineage: store.Lineage{1}}
	next, err := p.Next(bytes.NewReader(append(make([]byte, 8), 1, 2, 3, 4, 5, 6, 7, 8)))
	if err != nil || next != (store.Position{Revision: 8, Lineage: p.Lineage, Nonce: store.Nonce{1, 2, 3, 4, 5, 6, 7, 8}}) {
		t.Errorf("got %s, %v", next, err)
	}
	if _, err := p.Next(strings.NewReader("short")); err == nil {
		t.Error("a nonce was drawn from nothing")
	}
	if _, err := store.NewLineage(strings.NewReader("short")); err == nil {
		t.Error("a lineage was drawn from nothing")
	}
}

func TestFollowOn(t *testing.T) {
	lineage := store.Lineage{1}
	head := store.Position{Revision: 10, Nonce: store.Nonce{10}, Lineage: lineage}
	for name, c := range map[string]struct {
		from store.Position
		want error
	}{
		"newest":        {head, nil},
		"oldest":        {store.Position{Revision: 5, Nonce: store.Nonce{5}, Lineage: lineage}, nil},
		"forgotten":     {store.Position{Revision: 4, Nonce: store.Nonce{4}, Lineage: lineage}, store.ErrCompacted},
		"parted":        {store.Position{Revision: 5, Nonce: store.Nonce{6}, Lineage: lineage}, store.ErrLineage},
		"ahead":         {store.Position{Revision: 11, Nonce: store.Nonce{11}, Lineage: lineage}, store.ErrLineage},
		"other history": {store.Position{Revision: 10, Nonce: store.Nonce{10}}, store.ErrLineage},
	} {
		err := c.from.FollowOn(head, 5, store.Nonce{byte(c.from.Revision)})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestBell(t *testing.T) {
	var b store.Bell
	b.Ring() // nobody listens
	first, second := b.Heard(), b.Heard()
	select {
	case <-first:
		t.Fatal("heard before it rang")
	default:
	}
	b.Ring()
	<-first
	<-second
	select {
	case <-b.Heard():
		t.Fatal("heard again")
	default:
	}
}
