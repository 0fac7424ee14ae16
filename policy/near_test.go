package policy

import (
	"testing"

	"pgregory.net/rapid"
)

// distance is the number of letters to add, take away or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func TestPropertySlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[ab]{5,9}`).Draw(t, "a")
		b := rapid.StringMatching(`[ab]{5,9}`).Draw(t, "b")
		if got := slip(a, b); got != (distance(a, b) <= 1) {
			t.Fatalf("%v, distance %d", got, distance(a, b))
		}
	})
}

func TestPropertyNearHasBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab:*?/$\{\}']{0,20}`)
		p, text := word.Draw(t, "pattern"), word.Draw(t, "text")
		g := rapid.SampledFrom(Grammars()).Draw(t, "grammar")
		e := newEvaluator(&Layers{Grammar: g}, &Request{Resource: g.resource.prefix + text})
		for what, n := range map[string]int{
			"near": near(p, text), "text": nearText(p, text), "action": nearAction(p, text),
			"name": e.nearName(g.resource.prefix+p, rapid.Bool().Draw(t, "variables")),
		} {
			if n < 0 || n > 99 {
				t.Fatalf("%s: %d", what, n)
			}
		}
	})
}

func TestAnything(t *testing.T) {
	for in, want := range map[string]string{
		"a/${k}/b": "a/*/b", "${k, '}'}x${y}": "*x*", "plain": "plain", "a${": "a", "": "",
	} {
		if got := anything(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

func TestPropertyFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, text := rapid.StringMatching(`[aAb*?]{0,6}`).Draw(t, "pattern"), rapid.StringMatching(`[aAb]{0,6}`).Draw(t, "text")
		fold := rapid.Bool().Draw(t, "fold")
		g := parseGlob(p, fold)
		var m matcher
		if got := fits(p, text, fold); got != m.match(&g, text) {
			t.Fatalf("%v", got)
		}
	})
}
