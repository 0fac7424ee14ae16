package bench

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/cedar-policy/cedar-go"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/policytest"
)

// An engine is left out at the sizes for which it takes minutes to get ready.
const (
	cedarMost = 10000
	regoMost  = 1000
)

// peer is an engine that is ready to decide one of the requests of a mixed set.
type peer struct {
	name   string
	most   int
	ready  func(t testing.TB, n int) (requests int, decide func(i int) bool)
	layers bool // decides the six layers, not the identity policies alone
}

var peers = []peer{
	{name: "daypass", most: 100000, ready: readyDaypass},
	{name: "daypass-six-layers", most: 100000, ready: readyLayers, layers: true},
	{name: "cedar", most: cedarMost, ready: readyCedar},
	{name: "opa", most: regoMost, ready: readyRego},
}

func readyDaypass(t testing.TB, n int) (int, func(int) bool) {
	l, err := policytest.MixedLayers(n)
	check(t, err)
	return deciding(&policy.Layers{Identity: l.Identity}, n)
}

func readyLayers(t testing.TB, n int) (int, func(int) bool) {
	l, err := policytest.MixedLayers(n)
	check(t, err)
	return deciding(l, n)
}

func deciding(l *policy.Layers, n int) (int, func(int) bool) {
	requests := policytest.MixedRequests(n)
	return len(requests), func(i int) bool { return policy.Decide(l, requests[i]).Allowed() }
}

func readyCedar(t testing.TB, n int) (int, func(int) bool) {
	list, err := statements(policytest.Mixed(n))
	check(t, err)
	set, err := cedarPolicies(list)
	check(t, err)
	var requests []cedar.Request
	for _, r := range policytest.MixedRequests(n) {
		requests = append(requests, cedarRequest(r, r.Keys.(policy.MapKeys)))
	}
	return len(requests), func(i int) bool {
		decision, _ := cedar.Authorize(set, nil, requests[i])
		return decision == cedar.Allow
	}
}

func readyRego(t testing.TB, n int) (int, func(int) bool) {
	list, err := statements(policytest.Mixed(n))
	check(t, err)
	query, err := regoQuery(list)
	check(t, err)
	var inputs []rego.EvalOption
	for _, r := range policytest.MixedRequests(n) {
		inputs = append(inputs, regoInput(r, r.Keys.(policy.MapKeys)))
	}
	return len(inputs), func(i int) bool {
		allowed, err := regoAllows(&query, inputs[i])
		check(t, err)
		return allowed
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkDecide is one decision on the mixed set of package policytest: its requests in turn.
func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000, 10000, 100000} {
		for _, p := range peers {
			if n > p.most {
				continue
			}
			b.Run(fmt.Sprintf("statements=%d/%s", n, p.name), func(b *testing.B) {
				requests, decide := p.ready(b, n)
				runtime.GC() // what getting ready left behind is not the decision's
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					decide(i % requests)
				}
			})
		}
	}
}

// The translations say what the statements say: otherwise the comparison would be of different work.
func TestPeersAgree(t *testing.T) {
	for _, n := range []int{1, 10, 100, 200} {
		verdicts := map[string][]bool{}
		var requests int
		for _, p := range peers {
			if p.layers {
				continue
			}
			var decide func(int) bool
			requests, decide = p.ready(t, n)
			for i := range requests {
				verdicts[p.name] = append(verdicts[p.name], decide(i))
			}
		}
		allowed := 0
		for i := range requests {
			want := verdicts["daypass"][i]
			if want {
				allowed++
			}
			for name, got := range verdicts {
				if got[i] != want {
					t.Errorf("%d statements, request %d: %s says %v, daypass %v", n, i, name, got[i], want)
				}
			}
		}
		if n > 1 && (allowed == 0 || allowed == requests) {
			t.Errorf("%d statements: %d of %d requests are allowed", n, allowed, requests)
		}
	}
}
