package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

const account = "111122223333"

// statement makes a document of one statement.
func statement(effect, action, resource, more string) string {
	if more != "" {
		more = "," + more
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":%q,"Action":%q,"Resource":%q%s}]}`, effect, action, resource, more)
}

func identity(t testing.TB, docs ...string) *policy.Layers {
	t.Helper()
	var list []policy.Source
	for _, d := range docs {
		list = append(list, source(t, policy.Managed, d))
	}
	return &policy.Layers{Identity: policy.NewSet(list...)}
}

// with is a set with more policies at its end.
func with(s *policy.Set, more ...policy.Source) *policy.Set {
	return policy.NewSet(slices.Concat(s.Sources(), more)...)
}

// levels makes the sets of an organization's levels.
func levels(of ...[]policy.Source) []*policy.Set {
	var list []*policy.Set
	for _, sources := range of {
		list = append(list, policy.NewSet(sources...))
	}
	return list
}

// keys reads "k=v" pairs; "k=[a,b]" is a list.
func keys(pairs ...string) policy.MapKeys {
	m := policy.MapKeys{}
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		if list, ok := strings.CutPrefix(v, "["); ok {
			list = strings.TrimSuffix(list, "]")
			if list == "" {
				m.SetList(k)
			} else {
				m.SetList(k, strings.Split(list, ",")...)
			}
			continue
		}
		m.Set(k, v)
	}
	return m
}

func getObject(p *policy.Principal, k policy.MapKeys) *policy.Request {
	return &policy.Request{Principal: p, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: account, Keys: k}
}

// verdict decides, and holds Explain to the same answer.
func verdict(t testing.TB, l *policy.Layers, r *policy.Request) policy.Verdict {
	t.Helper()
	d := policy.Decide(l, r)
	if e := policy.Explain(l, r).Decision; e != d {
		t.Errorf("Explain says %+v, Decide %+v", e, d)
	}
	return d.Verdict
}

// holds reports whether an Allow with the condition lets the request through,
// and checks that a Deny with it stops the request in exactly the same cases.
func holds(t testing.TB, condition string, k policy.MapKeys) bool {
	t.Helper()
	r := getObject(alice(), k)
	allowed := verdict(t, identity(t, statement("Allow", "*", "*", `"Condition":`+condition)), r) == policy.Allow
	denied := verdict(t, identity(t, allowAll, statement("Deny", "*", "*", `"Condition":`+condition)), r) == policy.ExplicitDeny
	if allowed != denied {
		t.Errorf("%s: Allow matches %v, Deny matches %v", condition, allowed, denied)
	}
	return allowed
}

func refused(t testing.TB, use policy.Use, doc string) *policy.SyntaxError {
	t.Helper()
	d, err := policy.Parse(policy.AWS(), use, []byte(doc))
	if err == nil {
		t.Errorf("accepted as %s: %.200s", use, doc)
		return nil
	}
	if d != nil {
		t.Errorf("a document besides the error")
	}
	s, ok := err.(*policy.SyntaxError)
	if !ok || len(s.Faults) == 0 {
		t.Fatalf("error %T %v", err, err)
	}
	for _, f := range s.Faults {
		if f.Message == "" || f.Detail == "" || f.Code == "" || f.Pos.Line < 1 || f.Pos.Column < 1 {
			t.Errorf("incomplete fault %+v", f)
		}
	}
	return s
}

const allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

func compile(t testing.TB, use policy.Use, doc string) *policy.Policy {
	t.Helper()
	d, err := policy.Parse(policy.AWS(), use, []byte(doc))
	if err != nil {
		t.Fatalf("%v\n%s", describe(err), doc)
	}
	return d.Compile()
}

func source(t testing.TB, use policy.Use, doc string) policy.Source {
	t.Helper()
	return policy.Source{ID: use.String(), Type: use.String(), Policy: compile(t, use, doc)}
}

func alice() *policy.Principal {
	return &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", ID: "AIDAALICE00000000001"}
}

func reportRequest() *policy.Request {
	return &policy.Request{
		Principal: alice(), Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/alice/2026.csv", ResourceAccount: account,
		Keys: keys("aws:username=alice", "aws:SourceIp=10.1.2.3", "aws:SecureTransport=true"),
	}
}

// sixLayers let reportRequest through, by a statement of two in the identity layer.
func sixLayers(t testing.TB) *policy.Layers {
	t.Helper()
	scp := policy.NewSet(source(t, policy.SCP, allowAll))
	boundary := source(t, policy.Managed, statement("Allow", "s3:*", "*", ""))
	bucket := source(t, policy.Resource, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::reports/*",
		"Condition":{"Bool":{"aws:SecureTransport":"false"}}}}`)
	return &policy.Layers{
		SCP: []*policy.Set{scp, scp, scp}, Boundary: &boundary, Resource: &bucket,
		Session: policy.NewSet(source(t, policy.Session, statement("Allow", "s3:Get*", "arn:aws:s3:::*", ""))), HasSession: true,
		Identity: policy.NewSet(source(t, policy.Managed, `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":["sqs:Send*","sqs:Receive*"],"Resource":"arn:aws:sqs:*:111122223333:queue"},
			{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/${aws:username}/*",
				"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"Bool":{"aws:SecureTransport":"true"}}}]}`)),
	}
}
