package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// The verdicts of a small second implementation of the set operators, for
// every combination of up to three values on both sides.
func TestAttack24_SetOperatorTransposition(t *testing.T) {
	values := []string{"a", "b", "c"}
	subsets := func() [][]string {
		var all [][]string
		for bits := range 8 {
			s := []string{}
			for i, v := range values {
				if bits&(1<<i) != 0 {
					s = append(s, v)
				}
			}
			all = append(all, s)
		}
		return all
	}()
	in := func(v string, list []string) bool { return strings.Contains(strings.Join(list, " "), v) }
	n := 0
	for _, listed := range subsets {
		for _, asked := range append(subsets, nil) {
			for _, set := range []string{"ForAllValues", "ForAnyValue"} {
				for _, negated := range []bool{false, true} {
					want := set == "ForAllValues"
					if set == "ForAllValues" {
						for _, v := range asked {
							want = want && in(v, listed) != negated
						}
					} else {
						for _, v := range asked {
							want = want || in(v, listed) != negated
						}
					}
					op := set + ":StringEquals"
					if negated {
						op = set + ":StringNotEquals"
					}
					k := policy.MapKeys{}
					if asked != nil {
						k.SetList("k:x", asked...)
					}
					quoted := make([]string, len(listed))
					for i, v := range listed {
						quoted[i] = fmt.Sprintf("%q", v)
					}
					cond := fmt.Sprintf(`{%q:{"k:x":[%s]}}`, op, strings.Join(quoted, ","))
					if got := holds(t, cond, k); got != want {
						t.Errorf("%s with %v (present %v): %v, want %v", cond, asked, asked != nil, got, want)
					}
					n++
				}
			}
		}
	}
	if n != 8*9*4 {
		t.Fatalf("%d combinations", n)
	}
}

func TestAttack27_VariableInjection(t *testing.T) {
	home := identity(t, statement("Allow", "s3:*", "arn:aws:s3:::b/${aws:username}/*", ""))
	for _, name := range []string{"*", "?", "a*", "${aws:userid}", "${*}", "al/../bob", "", "al:x"} {
		k := policy.MapKeys{}
		k.Set("aws:username", name)
		k.Set("aws:userid", "bob")
		for _, victim := range []string{"bob/secret", "b/secret", "al/secret", "a/x/secret"} {
			r := getObject(alice(), k)
			r.Resource = "arn:aws:s3:::b/" + victim
			if verdict(t, home, r) == policy.Allow {
				t.Errorf("user %q reads %s", name, victim)
			}
		}
		r := getObject(alice(), k)
		r.Resource = "arn:aws:s3:::b/" + name + "/own"
		if verdict(t, home, r) != policy.Allow {
			t.Errorf("user %q does not reach the literal path", name)
		}
	}
	// A missing variable matches no Allow, however much wildcard stands around it.
	for _, pattern := range []string{"arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::*${aws:username}*"} {
		if verdict(t, identity(t, statement("Allow", "*", pattern, "")), getObject(alice(), nil)) == policy.Allow {
			t.Errorf("%s matches without a value", pattern)
		}
	}
	for _, c := range []struct{ op, value, with string }{
		{"StringLike", "home/${aws:username}/x", "home/bob/x"},
		{"StringEquals", "${aws:username}", "bob"},
		{"ArnLike", "arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/bob"},
	} {
		cond := fmt.Sprintf(`{%q:{"k:x":%q}}`, c.op, c.value)
		if holds(t, cond, keys("aws:username=*", "k:x="+c.with)) || holds(t, cond, keys("aws:username=???", "k:x="+c.with)) {
			t.Errorf("%s: a wildcard in a value works", cond)
		}
	}
}

// TestAttack28_WildcardReDoS counts the matcher's steps in glob_test.go; here
// the public path meets the same patterns with bounded input.
func TestAttack28_WildcardReDoS(t *testing.T) {
	stars := strings.Repeat("*a", 10000)
	l := identity(t, statement("Allow", "*", "arn:aws:s3:::"+stars+"b", ""))
	r := getObject(alice(), nil)
	r.Resource = "arn:aws:s3:::" + strings.Repeat("a", 20000)
	if verdict(t, l, r) == policy.Allow {
		t.Error("matched")
	}
	r.Resource += "b"
	if verdict(t, l, r) != policy.Allow {
		t.Error("did not match")
	}
	var conds strings.Builder
	for i := range 1000 {
		if i > 0 {
			conds.WriteByte(',')
		}
		fmt.Fprintf(&conds, `"k:%d":"*a*a*a*b"`, i)
	}
	l = identity(t, statement("Allow", "*", "*", `"Condition":{"StringLikeIfExists":{`+conds.String()+`}}`))
	if verdict(t, l, getObject(alice(), keys("k:999="+strings.Repeat("a", 1000)))) == policy.Allow {
		t.Error("the last of many conditions was not asked")
	}
}

// Twice the text costs twice the memory, from the text to what decides: no step compares every statement with every other.
func TestAttack28_ReadingIsLinear(t *testing.T) {
	for name, write := range map[string]func(i int) string{
		"different": func(i int) string {
			return fmt.Sprintf(`{"Effect":"Deny","Action":"s3:Get%d","Resource":"arn:aws:s3:::b%d/*"}`, i, i)
		},
		"the same": func(int) string { return `{"Effect":"Allow","Action":"s3:*","Resource":"*"}` },
		"conditions": func(i int) string {
			return fmt.Sprintf(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"k:%d":"*a*a*b"}}}`, i)
		},
		"not": func(i int) string {
			return fmt.Sprintf(`{"Effect":"Allow","NotAction":"s3:%d","NotResource":"arn:aws:s3:::${k:%d}"}`, i, i)
		},
	} {
		cost := func(n int) float64 {
			statements := make([]string, n)
			for i := range statements {
				statements[i] = write(i)
			}
			doc := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
			return testing.AllocsPerRun(2, func() { policy.NewSet(source(t, policy.Managed, doc)) })
		}
		// The smaller one is already among those that are indexed.
		if one, two := cost(400), cost(800); two > 2.2*one {
			t.Errorf("%s: %v allocations for 400 statements, %v for 800", name, one, two)
		}
	}
}

func TestAttack29_JSONAmbiguity(t *testing.T) {
	in := func(s string) string { return `{"Version":"2012-10-17","Statement":[` + s + `]}` }
	const rest = `"Action":"*","Resource":"*"`
	for _, doc := range []string{
		in(`{"Effect":"Allow","Effect":"Deny",` + rest + `}`),
		in(`{"Effect":"Allow","\u0045ffect":"Deny",` + rest + `}`),
		in(`{"Effect":"allow",` + rest + `}`),
		in(`{"Effect":"DENY",` + rest + `}`),
		in(`{"effect":"Deny",` + rest + `}`),
		in(`{"Effect":"Allow","Action":null,"Resource":"*"}`),
		in(`{"Effect":"Allow","Action":["*",null],"Resource":"*"}`),
		in(`{"Effect":"Allow","Action":{"a":"b"},"Resource":"*"}`),
		in(`{"Effect":"Allow","Action":1,"Resource":"*"}`),
		in(`{"Effect":"Allow","Condition":null,` + rest + `}`),
		in(`{"Effect":"Allow","Conditions":{},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"StringEquals":{"a:b":"1","A:B":"2"}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"stringequals":{"a:b":"1"}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"NumericEquals":{"a:b":1e3}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"NumericEquals":{"a:b":` + strings.Repeat("9", 50) + `}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"NumericEquals":{"a:b":NaN}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"NumericEquals":{"a:b":01}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"Bool":{"a:b":"${k:x}"}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"StringEquals":{"a:b":"${k:x"}},` + rest + `}`),
		in(`{"Effect":"Allow","Condition":{"StringEquals":{"a:b":"${k:${k:x}}"}},` + rest + `}`),
		in(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::${aws:PrincipalAccount}:role/x"}`),
		in(`{"Effect":"Allow",` + rest + `,}`),
		in(`{"Effect":"Allow",` + rest + `} // comment`),
		in(`{'Effect':'Allow',` + rest + `}`),
		"\ufeff" + allowAll,
		allowAll + "{}",
		allowAll + "\x00",
		`{"Version":"2012-10-17","Statement":{},"Statement":[]}`,
		`{"Version":2012,"Statement":{"Effect":"Allow",` + rest + `}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Sid":"\ud800",` + rest + `}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Sid":"` + "\xff" + `",` + rest + `}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Sid":"a` + "\n" + `b",` + rest + `}}`,
		"", " ", "null", "[]", `"x"`, "1", "{", `{"Version"}`, `{"Version":}`, "tru",
	} {
		refused(t, policy.Managed, doc)
	}
	// The plain form of the same documents is fine.
	if _, err := policy.Parse(policy.AWS(), policy.Managed, []byte(in(`{"Effect":"Allow","Condition":{"NumericEquals":{"a:b":1.5}},`+rest+`}`))); err != nil {
		t.Error(err)
	}
}

func TestAttack31_WildcardPrincipalScope(t *testing.T) {
	for _, p := range []string{
		`{"AWS":"arn:aws:iam::*:role/x"}`, `{"AWS":"arn:aws:iam::111122223333:role/*"}`, `{"AWS":"arn:aws:iam::111122223333:user/a?"}`,
		`{"AWS":"arn:aws:sts::111122223333:assumed-role/x/*"}`, `{"AWS":"arn:*:iam::111122223333:root"}`, `{"AWS":"11112222333*"}`,
		`{"AWS":"arn:aws:iam::111122223333:*"}`, `{"AWS":"**"}`, `{"AWS":"AIDA*"}`, `"111122223333"`, `"**"`,
		`{"AWS":"arn:aws:iam::111122223333:group/g"}`, `{"AWS":"arn:aws:iam::111122223333:instance-profile/g"}`,
		`{"AWS":"arn:aws:iam:::user/x"}`, `{"AWS":"alice"}`, `{"AWS":""}`, `{"AWS":[]}`, `{}`, `{"Service":"*.example.com"}`, `{"Service":"*"}`,
		`{"Federated":"*"}`, `{"Federated":"arn:aws:iam::*:oidc-provider/x"}`, `{"Everyone":"*"}`, `{"aws":"*"}`, `["*"]`, `{"AWS":{"a":"b"}}`,
	} {
		refused(t, policy.Resource, `{"Statement":{"Effect":"Allow","Principal":`+p+`,"Action":"*","Resource":"*"}}`)
		refused(t, policy.Trust, `{"Statement":{"Effect":"Allow","Principal":`+p+`,"Action":"sts:AssumeRole"}}`)
	}
	// The same name in another account is somebody else.
	l := &policy.Layers{Kind: policy.ResourceTrust, Resource: grantTo(t, policy.Trust, `{"AWS":"arn:aws:iam::444455556666:user/alice"}`), Identity: policy.NewSet(source(t, policy.Managed, allowAll))}
	if verdict(t, l, getObject(alice(), nil)) == policy.Allow {
		t.Error("a name of another account")
	}
	// An account principal is about that account only, "*" about everyone.
	r := getObject(alice(), nil)
	r.ResourceAccount = "444455556666"
	l = &policy.Layers{Resource: grantTo(t, policy.Resource, `{"AWS":"444455556666"}`), Identity: l.Identity}
	if verdict(t, l, r) == policy.Allow {
		t.Error("another account's principal")
	}
	l.Resource = grantTo(t, policy.Resource, `"*"`)
	if verdict(t, l, r) != policy.Allow {
		t.Error("everyone")
	}
}

func TestAttack53_JSONDoS(t *testing.T) {
	deep := strings.Repeat(`[`, 100000)
	wide := `{` + strings.Repeat(`"a":1,`, 20000) + `"b":1}`
	var keys strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&keys, `"k%d":1,`, i)
	}
	for name, doc := range map[string]string{
		"deep lists":   deep,
		"deep objects": strings.Repeat(`{"a":`, 50000),
		"one key":      wide,
		"many keys":    `{` + keys.String() + `"z":1}`,
		"many values":  `{"Version":"2012-10-17","Statement":[` + strings.Repeat("1,", 60000) + `1]}`,
		"long":         `{"Version":"2012-10-17","Id":"` + strings.Repeat("a", 131072) + `","Statement":[]}`,
		"very long":    strings.Repeat("a", 10<<20),
		"long number":  `{"Version":` + strings.Repeat("1", 100000) + `}`,
		"many faults":  `{"Version":"2012-10-17","Statement":[` + strings.Repeat(`{"X":1},`, 10000) + `{}]}`,
	} {
		var err *policy.SyntaxError
		allocated := testing.AllocsPerRun(1, func() { err = refused(t, policy.Managed, doc) })
		if allocated > 150000 {
			t.Errorf("%s: %v allocations", name, allocated)
		}
		if err != nil && len(err.Faults) > 100 {
			t.Errorf("%s: %d faults", name, len(err.Faults))
		}
	}
	// 131,072 characters are still a document, also when they take more bytes.
	head, tail := `{"Version":"2012-10-17","Id":"`, `","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	fits := head + strings.Repeat("ü", 131072-len(head)-len(tail)) + tail
	if _, err := policy.Parse(policy.AWS(), policy.Managed, []byte(fits)); err != nil {
		t.Errorf("the longest document: %v", describe(err))
	}
	refused(t, policy.Managed, fits+" ")
}
