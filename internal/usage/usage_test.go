package usage

import (
	"strings"
	"sync"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func all(string) bool { return true }

func TestNoteAndLast(t *testing.T) {
	var l Log
	if _, ok := l.Last("a"); ok {
		t.Error("a use of a key that nobody used")
	}
	l.Note("a", Use{At: noon.Add(500 * time.Millisecond).In(time.FixedZone("x", 3600)), Service: "sts", Region: "r1"})
	if u, ok := l.Last("a"); !ok || u != (Use{noon, "sts", "r1"}) {
		t.Errorf("%+v", u)
	}
	l.Note("a", Use{At: noon.Add(999 * time.Millisecond), Service: "iam"}) // the same second
	l.Note("a", Use{At: noon.Add(-time.Hour), Service: "iam"})             // late news
	if u, _ := l.Last("a"); u.Service != "sts" {
		t.Errorf("%+v", u)
	}
	l.Note("a", Use{At: noon.Add(time.Second), Service: "iam", Region: "r2"})
	if u, _ := l.Last("a"); u != (Use{noon.Add(time.Second), "iam", "r2"}) {
		t.Errorf("%+v", u)
	}
	// What a caller writes into his scope is bounded.
	l.Note("b", Use{At: noon, Service: strings.Repeat("x", 65)})
	l.Note("b", Use{At: noon, Region: strings.Repeat("x", 65)})
	if _, ok := l.Last("b"); ok {
		t.Error("a service of 65 letters")
	}
}

func TestSnapshotAndRead(t *testing.T) {
	var l Log
	if _, changed, err := l.Snapshot(all); changed || err != nil {
		t.Errorf("an empty log has changed: %v", err)
	}
	l.Note("a", Use{At: noon, Service: "sts", Region: "r"})
	l.Note("gone", Use{At: noon, Service: "sts"})
	data, changed, err := l.Snapshot(func(id string) bool { return id != "gone" })
	if !changed || err != nil {
		t.Fatal(err)
	}
	if _, changed, _ := l.Snapshot(all); changed {
		t.Error("nothing happened since")
	}
	if _, ok := l.Last("gone"); ok {
		t.Error("a key that is gone is remembered")
	}
	var again Log
	if err := again.Read(strings.NewReader(string(data))); err != nil {
		t.Fatal(err)
	}
	if u, ok := again.Last("a"); !ok || u != (Use{noon, "sts", "r"}) {
		t.Errorf("%+v", u)
	}
	if _, changed, _ := again.Snapshot(all); changed {
		t.Error("what was only read has changed")
	}
	again.Note("a", Use{At: noon.Add(time.Minute)})
	if _, changed, _ := again.Snapshot(all); !changed {
		t.Error("a new use is no change")
	}
	for _, text := range []string{"", "{", "[]", `{"a":7}`} {
		if err := again.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if _, ok := again.Last("a"); !ok {
		t.Error("a damaged file took away what was known")
	}
	if err := again.Read(strings.NewReader("null")); err != nil {
		t.Fatal(err)
	}
	again.Note("x", Use{At: noon})
	if _, ok := again.Last("x"); !ok {
		t.Error("not usable after an empty file")
	}
}

func TestConcurrentUse(t *testing.T) {
	var l Log
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 200 {
				l.Note("k", Use{At: noon.Add(time.Duration(w*200+i) * time.Second)})
				l.Last("k")
				if i%50 == 0 {
					_, _, _ = l.Snapshot(all)
				}
			}
		})
	}
	wg.Wait()
	if u, _ := l.Last("k"); !u.At.Equal(noon.Add(1599 * time.Second)) {
		t.Errorf("the latest use is %s", u.At)
	}
}
