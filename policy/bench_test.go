package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

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

// mixed is a document of n statements of which only the last reaches the request.
func mixed(n int) string {
	var b strings.Builder
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		switch {
		case i == n-1:
			b.WriteString(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/${aws:username}/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"Bool":{"aws:SecureTransport":"true"}}}`)
		case i%10 == 9:
			fmt.Fprintf(&b, `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::secret-%d/*"}`, i)
		case i%3 == 0:
			fmt.Fprintf(&b, `{"Effect":"Allow","Action":["sqs:Send*","sqs:Receive*"],"Resource":"arn:aws:sqs:*:111122223333:queue-%d"}`, i)
		default:
			fmt.Fprintf(&b, `{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::bucket-%d","arn:aws:s3:::bucket-%d/*"]}`, i, i)
		}
	}
	b.WriteString(`]}`)
	return b.String()
}

func reportRequest() *policy.Request {
	keys := policy.MapKeys{}
	keys.Set("aws:username", "alice")
	keys.Set("aws:SourceIp", "10.1.2.3")
	keys.Set("aws:SecureTransport", "true")
	return &policy.Request{
		Principal: alice(), Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/alice/2026.csv",
		ResourceAccount: "111122223333", Keys: keys,
	}
}

const allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

func sixLayers(t testing.TB, n int) *policy.Layers {
	scp := func() *policy.Set { return policy.NewSet(source(t, policy.SCP, allowAll)) }
	boundary := source(t, policy.Managed, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","sqs:*"],"Resource":"*"}]}`)
	bucket := source(t, policy.Resource, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::reports/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`)
	return &policy.Layers{
		SCP: []*policy.Set{scp(), scp(), scp()}, Boundary: &boundary, Resource: &bucket, HasSession: true,
		Session:  policy.NewSet(source(t, policy.Session, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::*"}]}`)),
		Identity: policy.NewSet(source(t, policy.Managed, mixed(n))),
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) {
			l := &policy.Layers{Identity: policy.NewSet(source(b, policy.Managed, mixed(n)))}
			benchDecide(b, l)
		})
	}
	for _, n := range []int{10, 100} {
		b.Run(fmt.Sprintf("layers=6/statements=%d", n), func(b *testing.B) { benchDecide(b, sixLayers(b, n)) })
	}
}

func benchDecide(b *testing.B, l *policy.Layers) {
	r := reportRequest()
	b.ReportAllocs()
	for b.Loop() {
		if d := policy.Decide(l, r); !d.Allowed() {
			b.Fatal(d)
		}
	}
}

func BenchmarkParseCompile(b *testing.B) {
	doc := []byte(mixed(20))
	b.ReportAllocs()
	for b.Loop() {
		for range 10 {
			d, err := policy.Parse(policy.AWS(), policy.Managed, doc)
			if err != nil {
				b.Fatal(err)
			}
			if d.Compile() == nil {
				b.Fatal("nil")
			}
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	l, r := sixLayers(b, 10), reportRequest()
	r.Action = "s3:PutObject"
	for b.Loop() {
		policy.Explain(l, r)
	}
}

func TestDecideDoesNotAllocate(t *testing.T) {
	l, r := sixLayers(t, 20), reportRequest()
	if n := testing.AllocsPerRun(100, func() { policy.Decide(l, r) }); n != 0 {
		t.Errorf("%v allocations per decision, want none", n)
	}
}
