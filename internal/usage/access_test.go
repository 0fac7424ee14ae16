package usage

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

var ever time.Time

func TestAccesses(t *testing.T) {
	var a Accesses
	if _, ok := a.Last("AROA1", ever); ok {
		t.Error("an access that nobody made")
	}
	a.Note("AROA1", "s3", "GetObject", Access{At: noon.Add(300 * time.Millisecond), Region: "r1"})
	a.Note("AROA1", "s3", "GetObject", Access{At: noon.Add(800 * time.Millisecond), Region: "r2"}) // the same second
	a.Note("AROA1", "s3", "PutObject", Access{At: noon.Add(time.Minute), Region: "r3"})
	a.Note("AROA1", "s3", "GetObject", Access{At: noon.Add(-time.Minute), Region: "r4"}) // late news
	a.Note("AROA1", "iam", "GetRole", Access{At: noon.Add(time.Second), Region: "r5"})
	a.Note("AROA2", "iam", "GetRole", Access{At: noon.Add(time.Hour), Region: "r6"})
	if u, ok := a.Last("AROA1", ever); !ok || u != (Access{noon.Add(time.Minute), "r3"}) {
		t.Errorf("last: %+v", u)
	}
	s := a.Services("AROA1", ever)
	if len(s) != 2 || s["s3"].Access != (Access{noon.Add(time.Minute), "r3"}) || s["s3"].Actions["GetObject"] != (Access{noon, "r1"}) || len(s["s3"].Actions) != 2 {
		t.Errorf("%+v", s)
	}
	if u, ok := a.Service("AROA1", "iam", ever); !ok || u.Region != "r5" {
		t.Errorf("iam: %+v", u)
	}
	// What was before the time asked about is not told.
	if s := a.Services("AROA1", noon.Add(30*time.Second)); len(s) != 1 || len(s["s3"].Actions) != 1 {
		t.Errorf("since: %+v", s)
	}
	if _, ok := a.Service("AROA1", "iam", noon.Add(2*time.Second)); ok {
		t.Error("an access of before")
	}
	a.Note("", "s3", "x", Access{At: noon})
	a.Note("AROA3", strings.Repeat("x", 65), "x", Access{At: noon})
	if _, ok := a.Last("AROA3", ever); ok {
		t.Error("a service of 65 letters")
	}
	var none *Accesses
	none.Note("a", "b", "c", Access{At: noon})
	if _, ok := none.Last("a", ever); ok || len(none.Services("a", ever)) != 0 {
		t.Error("nothing remembers something")
	}
}

// TestAccessesAreBounded: no principal can make the log remember more than so much, and its services still count.
func TestAccessesAreBounded(t *testing.T) {
	var a Accesses
	for i := range maxActions + 100 {
		a.Note("u", "demo", fmt.Sprint("Action", i), Access{At: noon.Add(time.Duration(i) * time.Second)})
	}
	s := a.Services("u", ever)["demo"]
	if len(s.Actions) != maxActions || !s.At.Equal(noon.Add((maxActions+99)*time.Second)) {
		t.Errorf("%d actions, last %s", len(s.Actions), s.At)
	}
	a.Note("v", "demo", strings.Repeat("x", maxAction+1), Access{At: noon})
	if s := a.Services("v", ever)["demo"]; len(s.Actions) != 0 || !s.At.Equal(noon) {
		t.Errorf("a long name: %+v", s)
	}
	for i := range maxServices + 5 {
		a.Note("w", fmt.Sprint("service", i), "x", Access{At: noon})
	}
	if n := len(a.Services("w", ever)); n != maxServices {
		t.Errorf("%d services", n)
	}
}

func TestAccessesSnapshotAndRead(t *testing.T) {
	var a Accesses
	if _, changed, err := a.Snapshot(all, noon); changed || err != nil {
		t.Errorf("an empty log has changed: %v", err)
	}
	a.Note("a", "sts", "GetCallerIdentity", Access{At: noon, Region: "r"})
	a.Note("gone", "sts", "GetCallerIdentity", Access{At: noon})
	a.Note("old", "sts", "GetCallerIdentity", Access{At: noon.Add(-Kept - time.Hour)})
	data, changed, err := a.Snapshot(func(id string) bool { return id != "gone" }, noon)
	if !changed || err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"gone", "old"} {
		if _, ok := a.Last(id, ever); ok || strings.Contains(string(data), id) {
			t.Errorf("%s is remembered", id)
		}
	}
	if _, changed, _ := a.Snapshot(all, noon); changed {
		t.Error("nothing happened since")
	}
	var again Accesses
	if err := again.Read(strings.NewReader(string(data))); err != nil {
		t.Fatal(err)
	}
	if s := again.Services("a", ever); s["sts"].Actions["GetCallerIdentity"] != (Access{noon, "r"}) {
		t.Errorf("%+v", s)
	}
	if _, changed, _ := again.Snapshot(all, noon); changed {
		t.Error("what was only read has changed")
	}
	again.Note("a", "sts", "AssumeRole", Access{At: noon.Add(time.Minute)})
	if _, changed, _ := again.Snapshot(all, noon); !changed {
		t.Error("a new access is no change")
	}
	for _, text := range []string{"", "{", "[]", `{"a":7}`} {
		if err := again.Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
	if _, ok := again.Last("a", ever); !ok {
		t.Error("a damaged file took away what was known")
	}
	for _, text := range []string{"null", `{"a":null}`, `{"a":{"sts":null}}`} {
		if err := again.Read(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		again.Note("a", "sts", "x", Access{At: noon})
		if _, ok := again.Last("a", ever); !ok {
			t.Error("not usable after " + text)
		}
	}
}

func TestAccessesConcurrently(t *testing.T) {
	var a Accesses
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 200 {
				a.Note("p", "s", fmt.Sprint(i%3), Access{At: noon.Add(time.Duration(w*200+i) * time.Second)})
				a.Last("p", ever)
				a.Services("p", ever)
				if i%50 == 0 {
					_, _, _ = a.Snapshot(all, noon)
				}
			}
		})
	}
	wg.Wait()
	if u, _ := a.Last("p", ever); !u.At.Equal(noon.Add(1599 * time.Second)) {
		t.Errorf("the latest access is %s", u.At)
	}
}

func BenchmarkNoteAccess(b *testing.B) {
	var a Accesses
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		at := noon
		for pb.Next() {
			a.Note("AROA00000000000000001", "sts", "AssumeRole", Access{At: at, Region: "r"})
		}
	})
}
