package policy_test

import (
	"fmt"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/policytest"
)

var benchSizes = []int{1, 10, 100, 1000, 10_000, 100_000}

func mixedLayers(t testing.TB, n int) *policy.Layers {
	t.Helper()
	l, err := policytest.MixedLayers(n)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// decideAll decides requests in turn: one each time the benchmark goes round.
func decideAll(b *testing.B, l *policy.Layers, requests []*policy.Request) {
	for _, r := range requests { // what is touched for the first time is not measured
		policy.Decide(l, r)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		policy.Decide(l, requests[i%len(requests)])
	}
}

// BenchmarkDecide decides requests that reach statements all over the mixed
// set: by the set alone, and by six layers around it.
func BenchmarkDecide(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("layers=1/statements=%d", n), func(b *testing.B) {
			decideAll(b, &policy.Layers{Identity: mixedLayers(b, n).Identity}, policytest.MixedRequests(n))
		})
		b.Run(fmt.Sprintf("layers=6/statements=%d", n), func(b *testing.B) {
			decideAll(b, mixedLayers(b, n), policytest.MixedRequests(n))
		})
	}
}

// BenchmarkCompile takes the policies of one principal from their texts to
// what decides: ten policies with 200 statements, step by step and together.
func BenchmarkCompile(b *testing.B) {
	texts := policytest.Mixed(200)
	var documents []*policy.Document
	var sources []policy.Source
	parse := func() {
		documents = documents[:0]
		for _, text := range texts {
			d, err := policy.Parse(policy.AWS(), policy.Managed, []byte(text))
			if err != nil {
				b.Fatal(err)
			}
			documents = append(documents, d)
		}
	}
	compile := func() {
		sources = sources[:0]
		for _, d := range documents {
			sources = append(sources, policy.Source{Policy: d.Compile()})
		}
	}
	for _, step := range []struct {
		name string
		do   []func()
	}{
		{"parse", []func(){parse}},
		{"compile", []func(){compile}},
		{"set", []func(){func() { policy.NewSet(sources...) }}},
		{"all", []func(){parse, compile, func() { policy.NewSet(sources...) }}},
	} {
		b.Run(step.name, func(b *testing.B) {
			parse()
			compile()
			b.ReportAllocs()
			for b.Loop() {
				for _, do := range step.do {
					do()
				}
			}
		})
	}
}

// BenchmarkExplain is what a denial costs on top, when somebody asks for its reasons.
func BenchmarkExplain(b *testing.B) {
	for _, n := range []int{10, 100} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) {
			l, requests := mixedLayers(b, n), policytest.MixedRequests(n)
			for i := 0; b.Loop(); i++ {
				policy.Explain(l, requests[i%len(requests)])
			}
		})
	}
}

func TestDecideDoesNotAllocate(t *testing.T) {
	for _, n := range benchSizes[:4] {
		l := mixedLayers(t, n)
		for _, r := range policytest.MixedRequests(n) {
			if n := testing.AllocsPerRun(10, func() { policy.Decide(l, r) }); n != 0 {
				t.Errorf("%v allocations to decide %s on %s, want none", n, r.Action, r.Resource)
			}
		}
	}
}
