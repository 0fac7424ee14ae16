package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Cutting by eight bytes at a time cuts where looking at each byte does.
func TestCutNameAgainstSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "arn:", "arn:aws:s3:::", "acs:"}).Draw(t, "start") +
			rapid.StringOfN(rapid.SampledFrom([]rune("ab::;9\x00\x01\x7fÿ")), 0, 150, -1).Draw(t, "rest")
		form := &rapid.SampledFrom(Grammars()).Draw(t, "grammar").resource
		a := cutName(text, form)
		fields := strings.SplitN(text, ":", form.fields)
		if ok := len(fields) == form.fields && strings.HasPrefix(text, form.prefix); a.ok != ok || a.fields != strings.Count(text, ":")+1 {
			t.Fatalf("%q: ok %v and %d fields", text, a.ok, a.fields)
		}
		if !a.ok {
			return
		}
		for i, want := range fields {
			if got := a.field(i); got != want {
				t.Fatalf("%q: field %d is %q, want %q", text, i, got, want)
			}
		}
	})
}
