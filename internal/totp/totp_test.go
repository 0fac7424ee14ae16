package totp

import (
	"strings"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B, for SHA-1, of which six digits are the last six of the eight there.
func TestVectors(t *testing.T) {
	seed := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924",
		2000000000: "279037", 20000000000: "353130"} {
		if got := Code(seed, Step(time.Unix(at, 0))); got != want {
			t.Errorf("%d: %s, want %s", at, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	seed := []byte(strings.Repeat("s", 40))
	code := func(step int64) string { return Code(seed, step) }
	for name, c := range map[string]struct {
		first, last int64
		codes       []string
		want        int64
		ok          bool
	}{
		"the very one":        {100, 100, []string{code(100)}, 100, true},
		"the first":           {100, 110, []string{code(100)}, 100, true},
		"the last":            {100, 110, []string{code(110)}, 110, true},
		"before":              {100, 110, []string{code(99)}, 0, false},
		"after":               {100, 110, []string{code(111)}, 0, false},
		"two that follow":     {100, 110, []string{code(105), code(106)}, 105, true},
		"two, the second out": {100, 110, []string{code(110), code(111)}, 110, true},
		"two of one period":   {100, 110, []string{code(105), code(105)}, 0, false},
		"two in wrong order":  {100, 110, []string{code(106), code(105)}, 0, false},
		"two with a gap":      {100, 110, []string{code(105), code(107)}, 0, false},
		"nothing":             {100, 110, nil, 0, false},
		"an empty code":       {100, 110, []string{""}, 0, false},
		"a longer code":       {100, 110, []string{code(105) + "0"}, 0, false},
		"an empty window":     {100, 99, []string{code(100)}, 0, false},
	} {
		if got, ok := Find(seed, c.first, c.last, c.codes...); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %t", name, got, ok)
		}
	}
	if _, ok := Find([]byte("another"), 100, 110, code(105)); ok {
		t.Error("the code of another seed")
	}
}
