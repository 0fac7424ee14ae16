package policy_test

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/daypass/daypass/policy"
)

// corpusInputs adds the documents of the validity corpus.
func corpusInputs(f *testing.F) {
	file, err := os.Open("testdata/corpus/validity.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c validityCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			f.Fatal(err)
		}
		f.Add(c.source(), uint8(0), uint8(0))
	}
}

// vendorInputs adds the documents of other clouds.
func vendorInputs(f *testing.F) {
	for i, c := range clouds() {
		g := uint8(i + 1)
		f.Add([]byte(c.in(`"Effect":"Allow","Action":"`+c.toRole+`","Principal":`+c.trust)), uint8(policy.Trust), g)
		f.Add([]byte(c.in(`"Sid":"a","Effect":"Deny","NotAction":["`+c.action+`"],"NotResource":["`+c.resource+`","*:${g:x, 'it''s'}"]`)), uint8(policy.Managed), g)
		f.Add([]byte(c.in(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEndWithIfExists":{"g:x":["a*${g:y}"]},"DateLessThan":{"a":"2026-01-01T00:00:00Z"},"IpAddress":{"b":"10.0.0.0/8"}}`)), uint8(policy.SCP), g)
	}
}

// Whatever is accepted is JSON to the standard library too, can be compiled,
// decided and explained, keeps its text and is accepted again.
func FuzzParse(f *testing.F) {
	corpusInputs(f)
	vendorInputs(f)
	f.Add([]byte(trustText), uint8(policy.Trust), uint8(0))
	f.Add([]byte(`{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*","Condition":{"ArnLike":{"a":"${x:y, 'z'}:*"}}}}`), uint8(policy.Resource), uint8(0))
	f.Fuzz(func(t *testing.T, src []byte, use, grammar uint8) {
		u, g := policy.Use(use%7), policy.Grammars()[grammar%4]
		d, err := policy.Parse(g, u, src)
		if err != nil {
			if s, ok := err.(*policy.SyntaxError); !ok || len(s.Faults) == 0 || s.Error() == "" || d != nil {
				t.Fatalf("%T %v", err, err)
			}
			// What is only read for deciding must not trip anybody either.
			if d, _ := policy.Read(g, u, src); d != nil {
				s := policy.Source{Policy: d.Compile()}
				policy.Explain(&policy.Layers{Grammar: g, Resource: &s, Identity: policy.NewSet(s)}, getObject(alice(), nil))
			}
			return
		}
		var plain struct{ Statement json.RawMessage }
		if err := json.Unmarshal(src, &plain); err != nil || len(plain.Statement) == 0 {
			t.Fatalf("accepted, but not JSON: %v", err)
		}
		if string(d.Source()) != string(src) || d.Size() > utf8.RuneCount(src) {
			t.Fatal("the text changed")
		}
		same := d.RewritePrincipals(func(_, v string) string { return v })
		if string(same) != string(src) {
			t.Fatal("rewriting nothing changed the text")
		}
		s := policy.Source{Policy: d.Compile()}
		r := getObject(alice(), keys("aws:username=alice", "a=b", "g:y=x"))
		if grammar%4 > 0 {
			c := clouds()[grammar%4-1]
			r.Principal, r.Action, r.Resource, r.ResourceAccount = c.session, c.action, c.resource, c.account
		}
		for _, l := range []*policy.Layers{{Identity: policy.NewSet(s)}, {Resource: &s, Kind: policy.ResourceTrust}} {
			l.Grammar = g
			if dec := policy.Decide(l, r); dec != policy.Explain(l, r).Decision {
				t.Fatal("Explain disagrees")
			}
		}
	})
}

// No operator, value or context makes a condition and its Deny disagree, or a
// value that cannot be read match.
func FuzzCondition(f *testing.F) {
	f.Add("StringLike", "a*", "abc", false)
	f.Add("NumericLessThan", "1", "0.5", false)
	f.Add("DateEquals", "2020-01-01T00:00:00Z", "1577836800", false)
	f.Add("ForAnyValue:IpAddress", "10.0.0.0/8", "::ffff:10.0.0.1", true)
	f.Add("ArnNotLike", "arn:aws:s3:::${k:x}", "arn:aws:s3:::b", false)
	f.Add("BinaryEquals", "QQ==", "QQ==", false)
	f.Add("NullIfExists", "true", "", true)
	f.Fuzz(func(t *testing.T, op, value, given string, multi bool) {
		cond, err := json.Marshal(map[string]map[string]string{op: {"k:x": value}})
		if err != nil || !utf8.ValidString(op) || !utf8.ValidString(value) {
			return
		}
		doc := func(effect string) []byte {
			return []byte(`{"Version":"2012-10-17","Statement":{"Effect":"` + effect + `","Action":"*","Resource":"*","Condition":` + string(cond) + `}}`)
		}
		if _, err := policy.Parse(policy.AWS(), policy.Managed, doc("Allow")); err != nil {
			return
		}
		k := policy.MapKeys{}
		if multi {
			k.SetList("k:x", given, "other")
		} else {
			k.Set("k:x", given)
		}
		r := getObject(alice(), k)
		allow := source(t, policy.Managed, string(doc("Allow")))
		deny := source(t, policy.Managed, string(doc("Deny")))
		allowed := policy.Decide(&policy.Layers{Identity: policy.NewSet(allow)}, r).Allowed()
		denied := policy.Decide(&policy.Layers{Identity: policy.NewSet(deny)}, r).Verdict == policy.ExplicitDeny
		if allowed != denied {
			t.Fatalf("%s with %q: allows %v, denies %v", cond, given, allowed, denied)
		}
	})
}
