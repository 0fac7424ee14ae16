package question_test

import (
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// Whatever documents say, the answer comes within the bound, and a witness is one.
func FuzzDiff(f *testing.F) {
	f.Add(allow("s3:*", "arn:aws:s3:::b/${aws:username}/*"), allow("s3:Get*", "arn:aws:s3:::b*/${k, 'x'}"), uint8(0))
	f.Add(allow("*", "*", when(`{"NumericLessThan":{"k":"1e3"},"StringLike":{"k":"1*"}}`)), allow("*", "*", when(`{"DateEquals":{"k":"2026"}}`)), uint8(5))
	f.Add(trust(`{"AWS":"111122223333"}`), trust(`{"Federated":"accounts.google.com"}`), uint8(2))
	f.Fuzz(func(t *testing.T, old, new string, use uint8) {
		var sources [2][]policy.Source
		for i, text := range []string{old, new} {
			d, _ := policy.Read(policy.AWS(), policy.Use(use%7), []byte(`{"Version":"2012-10-17","Statement":[`+text+`]}`))
			if d == nil {
				return
			}
			sources[i] = []policy.Source{{Policy: d.Compile()}}
		}
		d, err := question.Diff(sources[0], sources[1], question.Bound{Steps: 200_000})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range d.Witnesses {
			if policy.Decide(w.Before, w.Request()).Allowed() || !policy.Decide(w.After, w.Request()).Allowed() {
				t.Errorf("no witness: %+v", w.Example)
			}
		}
	})
}
