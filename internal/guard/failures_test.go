package guard

import (
	"net/netip"
	"testing"
	"time"
)

func TestFailures(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	f := NewFailures(10, 2)
	fail := func(n int, source netip.Addr, account string, now time.Time) {
		for range n {
			f.Count(source, account, now)
		}
	}
	check := func(what string, want bool, source netip.Addr, account string, now time.Time) {
		t.Helper()
		if got := f.Blocked(source, account, now); got != want {
			t.Errorf("%s: blocked %t", what, got)
		}
	}
	check("nobody failed", false, a, home, noon)
	fail(4, a, home, noon)
	check("four failures of ten, half for an account", false, a, home, noon)
	fail(1, a, home, noon)
	check("five failures against one account", true, a, home, noon)
	check("another account from there", false, a, other, noon)
	check("the account from elsewhere", false, b, home, noon) // nobody can be locked out by a stranger
	check("half a second later", false, a, home, noon.Add(500*time.Millisecond))
	fail(5, a, other, noon)
	check("ten failures from one source", true, a, "333333333333", noon)
	check("without any account", true, a, "", noon)
	check("refilled", false, a, "333333333333", noon.Add(500*time.Millisecond))
	check("never above the burst", false, a, home, noon.Add(time.Hour))
	fail(4, a, home, noon.Add(time.Hour))
	check("burst is a burst after an hour too", false, a, home, noon.Add(time.Hour))
	fail(1, a, home, noon.Add(time.Hour))
	check("and ends", true, a, home, noon.Add(time.Hour))
	// A clock that goes back gives nothing away and takes nothing.
	check("an earlier time", true, a, home, noon)
}

// A claim that names no account counts once for its source.
func TestFailuresWithoutAccount(t *testing.T) {
	a := netip.MustParseAddr("192.0.2.1")
	f := NewFailures(10, 0)
	for i := range 10 {
		if f.Blocked(a, "", noon) {
			t.Fatalf("blocked after %d", i)
		}
		f.Count(a, "", noon)
	}
	if !f.Blocked(a, "", noon) {
		t.Error("not blocked after ten")
	}
}

func TestNoFailuresMeansNoLimit(t *testing.T) {
	var f *Failures
	f.Count(netip.Addr{}, home, noon)
	if f.Blocked(netip.Addr{}, home, noon) {
		t.Error("blocked by nobody")
	}
}

// A flood from many sources takes bounded memory; those that have recovered go first.
func TestFailuresAreBounded(t *testing.T) {
	f := NewFailures(4, 1)
	source := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	guilty := netip.MustParseAddr("192.0.2.1")
	for i := range maxBuckets {
		f.Count(source(i), "", noon)
	}
	later := noon.Add(2 * time.Second) // all of them are full again
	for range 4 {
		f.Count(guilty, "", later)
	}
	if n := len(f.buckets); n > maxBuckets || n > 10 {
		t.Errorf("%d buckets after a sweep", n)
	}
	if !f.Blocked(guilty, "", later) {
		t.Error("the guilty one was swept out")
	}
	for i := range 3 * maxBuckets {
		f.Count(source(i), "", later)
		if len(f.buckets) > maxBuckets {
			t.Fatalf("%d buckets", len(f.buckets))
		}
	}
}
