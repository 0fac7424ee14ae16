package policy_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy"
)

// alone reports whether a statement matches, but for its Principal: an identity
// document of its own is asked.
func alone(t *rapid.T, p *policy.Policy, i int, r *policy.Request) bool {
	who := alice()
	tr := policy.Explain(&policy.Layers{Identity: policy.NewSet(policy.Source{Policy: p})}, &policy.Request{
		Principal: who, Action: r.Action, Resource: r.Resource, ResourceAccount: who.Account, Keys: r.Keys,
	})
	for _, layer := range tr.Layers {
		for _, s := range layer.Policies[0].Statements {
			if s.Index != i {
				continue
			}
			for _, f := range s.Failed {
				if f.Element != "Principal" && f.Element != "NotPrincipal" {
					return false
				}
			}
			return true
		}
	}
	t.Fatal("no such statement")
	return false
}

// Told of every statement whether it matches, Weigh decides as Decide does; told
// less, it stays on both sides of that.
func TestPropertyWeighDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		l, r := w.layers(), w.request()
		want := policy.Decide(l, r).Verdict
		least, most := policy.Weigh(l, r, func(p *policy.Policy, i int) (bool, bool) {
			is := alone(t, p, i, r)
			return is, is
		})
		if least != want || most != want {
			t.Fatalf("weighed %s to %s, decided %s", least, most, want)
		}
		least, most = policy.Weigh(l, r, func(p *policy.Policy, i int) (bool, bool) {
			is := alone(t, p, i, r)
			if rapid.Bool().Draw(t, "open") {
				return false, true
			}
			return is, is
		})
		if least == policy.Allow && want != policy.Allow || most != policy.Allow && want == policy.Allow {
			t.Fatalf("weighed %s to %s, decided %s", least, most, want)
		}
	})
}

func TestWeighUnreadableDenies(t *testing.T) {
	l := &policy.Layers{Identity: policy.NewSet(policy.Source{ID: "broken"})}
	least, most := policy.Weigh(l, getObject(alice(), nil), func(*policy.Policy, int) (bool, bool) { return true, true })
	if least == policy.Allow || most == policy.Allow {
		t.Error("an unreadable policy allows")
	}
	l.Resource = &policy.Source{ID: "broken"}
	if least, _ := policy.Weigh(l, getObject(nil, nil), nil); least != policy.ExplicitDeny {
		t.Error(least)
	}
}

func TestTestOfACondition(t *testing.T) {
	d, err := policy.Parse(policy.AWS(), policy.Inline, []byte(statement("Allow", "*", "*", `"Condition":{"StringLike":{"k:x":"a*"},"Null":{"k:y":"true"}}`)))
	if err != nil {
		t.Fatal(err)
	}
	if like := d.Test(0, 0); !like.Holds(keys("k:x=ab")) || like.Holds(keys("k:x=b")) || like.Holds(nil) {
		t.Error("StringLike")
	}
	if null := d.Test(0, 1); null.Holds(keys("k:y=1")) || !null.Holds(nil) {
		t.Error("Null")
	}
	for _, at := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 2}} {
		if d.Test(at[0], at[1]) != nil {
			t.Errorf("a condition at %v", at)
		}
	}
}

func TestReadDate(t *testing.T) {
	if s, n, ok := policy.ReadDate("1970-01-01T00:00:01.5Z"); s != 1 || n != 5e8 || !ok {
		t.Error(s, n, ok)
	}
	if _, _, ok := policy.ReadDate("soon"); ok {
		t.Error("read what is no date")
	}
}

func TestReadRange(t *testing.T) {
	if p, ok := policy.ReadRange("10.1.2.3/8"); p.String() != "10.0.0.0/8" || !ok {
		t.Error(p, ok)
	}
	if _, ok := policy.ReadRange("10.0.0.0/33"); ok {
		t.Error("read what is no range")
	}
}
