package policytest_test

import (
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/policytest"
)

// What the mixed set comes to is known from how it is made.
func TestMixed(t *testing.T) {
	for n, want := range map[int]map[policy.Verdict]int{
		1:     {policy.Allow: 1},
		10:    {policy.Allow: 8, policy.ExplicitDeny: 1, policy.ImplicitDeny: 1},
		100:   {policy.Allow: 50, policy.ExplicitDeny: 8, policy.ImplicitDeny: 6},
		10000: {policy.Allow: 48, policy.ExplicitDeny: 8, policy.ImplicitDeny: 8},
	} {
		l, err := policytest.MixedLayers(n)
		if err != nil {
			t.Fatal(err)
		}
		statements := 0
		for _, s := range l.Identity.Sources() {
			statements += s.Policy.Statements()
			if size := s.Policy.Document().Size(); size > 6144 {
				t.Errorf("a document of %d characters", size)
			}
		}
		got := map[policy.Verdict]int{}
		requests := policytest.MixedRequests(n)
		for _, r := range requests {
			d := policy.Decide(l, r)
			got[d.Verdict]++
			alone := policy.Decide(&policy.Layers{Identity: l.Identity}, r)
			if alone.Verdict != d.Verdict {
				t.Errorf("%s on %s: %s by identity policies, %s by all layers", r.Action, r.Resource, alone.Verdict, d.Verdict)
			}
		}
		if statements != n || len(requests) != min(n, 64) {
			t.Errorf("%d statements and %d requests, want %d", statements, len(requests), n)
		}
		for v, count := range want {
			if got[v] != count {
				t.Errorf("%d statements: %d requests are %s, want %d", n, got[v], v, count)
			}
		}
	}
}
