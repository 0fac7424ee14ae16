package question_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// world draws documents and requests from a small vocabulary, so that
// statements meet often and every request of the vocabulary can be tried.
type world struct{ *rapid.T }

func (w world) pick(label string, of ...string) string { return rapid.SampledFrom(of).Draw(w.T, label) }

func (w world) condition() string {
	op := w.pick("operator", "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "StringEqualsIgnoreCase",
		"ForAllValues:StringEquals", "ForAnyValue:StringLike", "ForAnyValue:StringNotEquals", "ForAllValues:StringNotEquals",
		"Null", "Bool", "ArnLike", "ArnNotLike", "NumericLessThan", "NumericNotEquals", "IpAddress", "NotIpAddress", "DateGreaterThan")
	values := []string{`"a"`, `["a","b"]`, `"a*"`, `"${v}"`, `["a","${v}"]`, `"${v}*"`, `"${w, 'a'}"`, `[]`}
	switch {
	case op == "Null" || op == "Bool":
		values = []string{`"true"`, `"false"`}
	case strings.HasPrefix(op, "Arn"):
		values = []string{`"arn:aws:s3:::${v}"`, `"arn:aws:s3:::*"`, `"*"`}
	case strings.HasPrefix(op, "Numeric"):
		values = []string{`"1"`, `["1","2"]`}
	case strings.Contains(op, "Ip"):
		values = []string{`"10.0.0.0/8"`, `"10.0.0.0/24"`}
	case strings.HasPrefix(op, "Date"):
		values = []string{`"2026"`, `"2027"`}
	}
	return fmt.Sprintf(`{%q:{%q:%s}}`, op, w.pick("key", "k", "k", "v"), w.pick("values", values...))
}

func (w world) statement(effect string, principals bool) string {
	if effect == "" {
		effect = w.pick("effect", "Allow", "Allow", "Deny")
	}
	s := fmt.Sprintf(`{"Effect":%q,%q:%q,%q:%q`, effect,
		w.pick("action element", "Action", "Action", "Action", "NotAction"), w.pick("action", "*", "s3:*", "s3:Get*", "s3:GetObject", "ec2:*"),
		w.pick("resource element", "Resource", "Resource", "NotResource"),
		w.pick("resource", "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${v}", "arn:aws:s3:::b/${v}/*", "arn:aws:s3:::b/a", "arn:aws:s3:::b/${w, 'a'}"))
	if principals {
		s += fmt.Sprintf(`,%q:%s`, w.pick("principal element", "Principal", "Principal", "Principal", "NotPrincipal"),
			w.pick("principal", `"*"`, `{"AWS":"111122223333"}`, `{"AWS":"arn:aws:iam::111122223333:user/alice"}`,
				`{"AWS":["111122223333","arn:aws:iam::111122223333:user/alice"]}`,
				`{"AWS":"arn:aws:iam::111122223333:role/team/app"}`, `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`,
				`{"Service":"logs.example.com"}`, `{"AWS":"AIDAALICE00000000001"}`, `{"AWS":"arn:aws:sts::111122223333:federated-user/f"}`))
	}
	if w.pick("conditional", "yes", "no") == "yes" {
		s += `,"Condition":` + w.condition()
	}
	return s + "}"
}

// document drops what the parser refuses.
func (w world) document(use policy.Use, effect string) policy.Source {
	for {
		var parts []string
		for range rapid.IntRange(1, 3).Draw(w.T, "statements") {
			parts = append(parts, w.statement(effect, use == policy.Resource))
		}
		doc := `{"Version":"2012-10-17","Statement":[` + strings.Join(parts, ",") + `]}`
		if d, err := policy.Parse(policy.AWS(), use, []byte(doc)); err == nil {
			return policy.Source{ID: doc, Type: use.String(), Policy: d.Compile()}
		}
	}
}

var values = []policy.Values{
	policy.List(), policy.Single("a"), policy.Single("ab"), policy.Single("b"), policy.Single(""), policy.Single("true"), policy.Single("A"),
	policy.Single("arn:aws:s3:::a"), policy.Single("1"), policy.Single("1.5"), policy.Single("10.0.0.1"), policy.Single("10.1.0.1"), policy.Single("2026-06-01"),
	policy.List("a"), policy.List("a", "b"), policy.List("c", "a"), policy.List("c"),
}

// requests is the closed vocabulary: every request of it.
func requests(visit func(*policy.Request)) {
	for _, action := range []string{"s3:GetObject", "s3:Getx", "s3:PutObject", "ec2:Run"} {
		for _, resource := range []string{"arn:aws:s3:::b/a", "arn:aws:s3:::b/ab", "arn:aws:s3:::b/b/a", "arn:aws:s3:::b/", "arn:aws:s3:::c", "*"} {
			for _, k := range values {
				for _, v := range values {
					for _, x := range values[:2] {
						visit(&policy.Request{Action: action, Resource: resource, Keys: policy.MapKeys{"k": k, "v": v, "w": x}})
					}
				}
			}
		}
	}
}

func user() *policy.Principal {
	return &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", ID: "AIDAALICE00000000001"}
}

// granted reports a request of the vocabulary that the new layers allow and the
// old deny.
func granted(old, new *policy.Layers) (found *policy.Request) {
	requests(func(r *policy.Request) {
		r.Principal, r.ResourceAccount = user(), "111122223333"
		if found == nil && policy.Decide(new, r).Allowed() && !policy.Decide(old, r).Allowed() {
			found = r
		}
	})
	return found
}

func hold(t *rapid.T, d *question.Difference) {
	for _, w := range d.Witnesses {
		if policy.Decide(w.Before, w.Request()).Allowed() || !policy.Decide(w.After, w.Request()).Allowed() {
			t.Fatalf("no witness: %+v", w.Example)
		}
	}
}

// Where Diff says never, no request of the vocabulary is newly allowed; and what
// it shows is.
func TestPropertyDiffIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		old, new := w.document(policy.Managed, ""), w.document(policy.Managed, "")
		if w.pick("related", "yes", "no") == "yes" { // most changes are small
			add := w.document(policy.Managed, "")
			text := strings.TrimSuffix(old.ID, "]}") + "," + strings.TrimPrefix(add.ID, `{"Version":"2012-10-17","Statement":[`)
			doc, err := policy.Parse(policy.AWS(), policy.Managed, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			new = policy.Source{ID: text, Policy: doc.Compile()}
			if w.pick("less", "yes", "no") == "yes" {
				old, new = new, old
			}
		}
		d, err := question.Diff([]policy.Source{old}, []policy.Source{new}, question.Bound{})
		if err != nil {
			t.Fatal(err)
		}
		hold(t, d)
		if d.Grants != question.Never {
			return
		}
		if r := granted(&policy.Layers{Identity: policy.NewSet(old)}, &policy.Layers{Identity: policy.NewSet(new)}); r != nil {
			t.Fatalf("never, but %s on %s with %v is newly allowed\nold %s\nnew %s", r.Action, r.Resource, r.Keys, old.ID, new.ID)
		}
	})
}

// callers is the vocabulary of principals.
func callers() []*policy.Principal {
	const account, other = "111122223333", "444455556666"
	session := func(a, role, name string) *policy.Principal {
		return &policy.Principal{
			Type: policy.AssumedRole, ARN: "arn:aws:sts::" + a + ":assumed-role/app/" + name, Account: a, RoleARN: role, SessionName: name,
		}
	}
	named := session(account, "", "s1")
	return []*policy.Principal{
		user(), {Type: policy.User, ARN: "arn:aws:iam::" + account + ":user/bob", Account: account},
		{Type: policy.User, ARN: "arn:aws:iam::" + other + ":user/alice", Account: other},
		session(account, "arn:aws:iam::"+account+":role/team/app", "s1"), session(account, "arn:aws:iam::"+account+":role/team/app", "s2"),
		session(account, "arn:aws:iam::"+account+":role/app", "s1"), session(other, "arn:aws:iam::"+other+":role/team/app", "s1"), named,
		{Type: policy.Root, ARN: "arn:aws:iam::" + account + ":root", Account: account},
		{Type: policy.FederatedUser, ARN: "arn:aws:sts::" + account + ":federated-user/f", Account: account, IssuerARN: user().ARN, IssuerID: user().ID},
		{Type: policy.FederatedUser, ARN: "arn:aws:sts::" + account + ":federated-user/g", Account: account, IssuerARN: "arn:aws:iam::" + account + ":root"},
		{Type: policy.Service, ARN: "logs.example.com"}, {Type: policy.Service, ARN: "other.example.com"},
		{Type: policy.WebIdentity, ARN: "accounts.google.com"}, nil,
	}
}

// The same for resource policies, whoever asks, beside whatever else applies.
func TestPropertyDiffOfResourcePoliciesIsSound(t *testing.T) {
	read := func(doc string) policy.Source {
		d, err := policy.Read(policy.AWS(), policy.Inline, []byte(doc))
		if d == nil {
			t.Fatal(err)
		}
		return policy.Source{Policy: d.Compile()}
	}
	all := read(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	some := read(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}`)
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		old, new := w.document(policy.Resource, ""), w.document(policy.Resource, "")
		d, err := question.Diff([]policy.Source{old}, []policy.Source{new}, question.Bound{Witnesses: 1})
		if err != nil {
			t.Fatal(err)
		}
		hold(t, d)
		if d.Grants != question.Never {
			return
		}
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 2000 {
			r, l := anyRequest(chance), policy.Layers{}
			l.Identity = [...]*policy.Set{nil, policy.NewSet(all), policy.NewSet(some)}[chance.IntN(3)]
			l.Session = l.Identity
			l.Boundary = [...]*policy.Source{nil, nil, &all, &some}[chance.IntN(4)]
			if chance.IntN(3) == 0 {
				l.HasSession, l.Session = true, policy.NewSet(some)
			}
			before, after := l, l
			before.Resource, after.Resource = &old, &new
			if policy.Decide(&after, r).Allowed() && !policy.Decide(&before, r).Allowed() {
				t.Fatalf("never, but %+v by %+v beside %+v is newly allowed\nold %s\nnew %s", r, r.Principal, l, old.ID, new.ID)
			}
		}
	})
}

func anyOf[T any](chance *rand.Rand, of ...T) T { return of[chance.IntN(len(of))] }

func anyRequest(chance *rand.Rand) *policy.Request {
	return &policy.Request{
		Principal: anyOf(chance, callers()...), ResourceAccount: anyOf(chance, "111122223333", "444455556666"),
		Action:   anyOf(chance, "s3:GetObject", "s3:PutObject", "ec2:Run"),
		Resource: anyOf(chance, "arn:aws:s3:::b/a", "arn:aws:s3:::b/b/a", "arn:aws:s3:::c", "*"),
		Keys:     policy.MapKeys{"k": anyOf(chance, values...), "v": anyOf(chance, values...)},
	}
}

// What only limits never grants, and the order of a change does not matter: what
// is nothing new in two steps is nothing new at once.
func TestPropertyDiffIsSane(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		a, b := w.document(policy.Managed, ""), w.document(policy.Managed, "Deny")
		ask := func(old, new []policy.Source) question.Answer {
			d, err := question.Diff(old, new, question.Bound{Witnesses: 1})
			if err != nil {
				t.Fatal(err)
			}
			return d.Grants
		}
		if got := ask([]policy.Source{a}, []policy.Source{a, b}); got != question.Never {
			t.Fatalf("a Deny more: %s", got)
		}
		if got := ask([]policy.Source{a, b}, []policy.Source{b, a}); got != question.Never {
			t.Fatalf("the same: %s", got)
		}
		c, e := w.document(policy.Managed, ""), w.document(policy.Managed, "")
		if ask([]policy.Source{a}, []policy.Source{c}) == question.Never && ask([]policy.Source{c}, []policy.Source{e}) == question.Never &&
			ask([]policy.Source{a}, []policy.Source{e}) == question.Sometimes {
			t.Fatal("nothing new twice is something new")
		}
	})
}

// What can never be is not among the requests of the vocabulary, what always can
// be is not refused there, and examples are what they are said to be.
func TestPropertyCan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		l := &policy.Layers{Identity: policy.NewSet(w.document(policy.Managed, ""), w.document(policy.Managed, ""))}
		if w.pick("boundary", "yes", "no") == "yes" {
			s := w.document(policy.Managed, "")
			l.Boundary = &s
		}
		q := &question.Query{Layers: l, Principal: user()}
		if w.pick("known", "yes", "no") == "yes" {
			q.Known = policy.MapKeys{"v": rapid.SampledFrom(values).Draw(t, "v")}
		}
		p, err := question.NeverGrants(q, []string{"s3:Get*"}, []string{"arn:aws:s3:::b/*"})
		if err != nil {
			t.Fatal(err)
		}
		can, err := question.Can(q, "s3:Get*", "arn:aws:s3:::b/*")
		if err != nil {
			t.Fatal(err)
		}
		if p.Can == question.Never != (can.Can == question.Never) {
			t.Fatalf("%s and %s", p.Can, can.Can)
		}
		for _, x := range []*question.Example{p.Example, can.Example} {
			if x != nil && !policy.Decide(l, x.Request()).Allowed() {
				t.Fatalf("not allowed: %+v", x)
			}
		}
		if can.Limit != nil && policy.Decide(l, can.Limit.Request()).Allowed() {
			t.Fatalf("no limit: %+v", can.Limit)
		}
		requests(func(r *policy.Request) {
			if !strings.HasPrefix(r.Action, "s3:Get") || !strings.HasPrefix(r.Resource, "arn:aws:s3:::b/") {
				return
			}
			if q.Known != nil {
				r.Keys.(policy.MapKeys)["v"], _ = q.Known.Lookup("v")
			}
			r.Principal, r.ResourceAccount = user(), "111122223333"
			is := policy.Decide(l, r).Allowed()
			if is && can.Can == question.Never || !is && can.Can == question.Always {
				t.Fatalf("%s, but %+v is allowed: %v", can.Can, r, is)
			}
		})
	})
}
