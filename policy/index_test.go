package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// chance makes policies and requests out of few words, so that statements match
// often. The documents are put together by hand: what Parse refuses may not be
// wrong either.
type chance struct {
	*rand.Rand
	grammar *Grammar
}

func pick[T any](c *chance, of ...T) T { return of[c.IntN(len(of))] }

func (c *chance) oneIn(n int) bool { return c.IntN(n) == 0 }

// name writes the name of a resource, or a pattern for names.
func (c *chance) name(wild bool) string {
	switch c.IntN(12) {
	case 0:
		if !wild && c.oneIn(4) {
			return "arn:aws:s3:::\xff\x00\x00\x00\x00" // what no document can hold
		}
		return pick(c, "*", "", "x", "arn:", "arn:aws:s3", "xrn:aws:s3:::b", ":::::")
	case 1:
		if wild {
			return pick(c, "arn:aws:s3", "arn:*", "arn:aws:sqs:*", "arn:aws*:x", "*:b", "s3:*", "acs:*", "ucs:s3")
		}
	}
	var fields []string
	field := func(of ...string) {
		if wild && c.oneIn(4) {
			of = []string{"*", "s*", "?q*", "*s", "1*", "*1*", ""}
		}
		fields = append(fields, pick(c, of...))
	}
	if c.grammar.resource.prefix != "" {
		fields = append(fields, strings.TrimSuffix(c.grammar.resource.prefix, ":"))
	}
	if c.grammar == AWS() {
		field("aws", "aws", "aws-cn")
	}
	for len(fields) < c.grammar.resource.fields-1 {
		switch len(fields) - c.grammar.resource.service() {
		case 0:
			field("s3", "sqs", "s3")
		case 1:
			field("", "r1", "r2")
		case 2:
			field("", "11", "12")
		default:
			field("t", "t", "u")
		}
	}
	last := ""
	for range 1 + c.IntN(4) {
		part := pick(c, "a", "b", "ab", "a/", "/b", "b:a", "alice", "alice/", ":")
		if wild && c.oneIn(3) {
			part = pick(c, "*", "?", "${aws:username}", "${aws:username}/", "${k:none}", "${k:none, 'a'}", "${k:list, 'b'}", "${k:colon}", "a*", "*a*b")
		}
		last += part
	}
	return strings.Join(append(fields, last), ":")
}

func (c *chance) action(wild bool) string {
	a := pick(c, "s3:GetObject", "S3:getobject", "s3:GetObjectAcl", "s3:PutObject", "sqs:SendMessage", "sqs:Get", "s3", "")
	if c.oneIn(40) {
		a += strings.Repeat("x", 100)
	}
	if wild && c.oneIn(2) {
		a = pick(c, "*", "s3:*", "s3:Get*", "S3:*Object", "*:Get*", "s?:Get*", "sqs:Send?essage", "s3:Get*Acl", "*s*", "?3:*", "s3:GetObject*")
	}
	return a
}

func texted(list []string) (l listText) {
	l.present = true
	for _, s := range list {
		l.items = append(l.items, text{s: s})
	}
	return l
}

func (c *chance) statement(principal bool) statementText {
	s := statementText{effect: pick(c, EffectAllow, EffectAllow, EffectDeny)}
	var actions, resources []string
	for range 1 + c.IntN(3) {
		actions = append(actions, c.action(true))
	}
	for range 1 + c.IntN(3) {
		resources = append(resources, c.name(true))
	}
	s.actions, s.resources = texted(actions), texted(resources)
	s.actions.not, s.resources.not = c.oneIn(12), c.oneIn(12)
	if c.oneIn(20) {
		s.resources = listText{}
	}
	if principal && !c.oneIn(10) {
		value := pick(c, "*", "*", "111122223333", "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/app")
		s.principals = &principalText{not: c.oneIn(6), items: []principalItem{{c.grammar.principals[0].name, text{s: value}}}}
	}
	if c.oneIn(4) {
		condition := conditionText{key: text{s: pick(c, "aws:username", "k:none", "k:list")}, values: []text{{s: pick(c, "alice", "${aws:username}", "b")}}}
		condition.op = operator{class: pick(c, classString, classLike, classNull), negated: c.oneIn(3)}
		condition.set = pick(c, setNone, setNone, setAll, setAny)
		s.conditions = append(s.conditions, condition)
	}
	return s
}

func (c *chance) sources(statements int, principal bool) []Source {
	var list []Source
	for statements > 0 {
		n := min(statements, 1+c.IntN(20))
		statements -= n
		d := &Document{grammar: c.grammar, variables: !c.oneIn(6), lines: newLineTable("")}
		for range n {
			d.statements = append(d.statements, c.statement(principal))
		}
		list = append(list, Source{ID: fmt.Sprint(len(list)), Policy: d.Compile()})
	}
	if c.oneIn(10) {
		list = slices.Insert(list, c.IntN(len(list)+1), Source{ID: "broken"})
	}
	return list
}

func (c *chance) request() (*Layers, *Request) {
	keys := MapKeys{"k:list": List("a", "b")}
	keys.Set("k:colon", pick(c, ":", "b:a", "", "*"))
	if !c.oneIn(4) {
		keys.Set("aws:username", pick(c, "alice", "a", "ab", "", "b:a"))
	}
	who := pick(c,
		&Principal{Type: User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"},
		&Principal{Type: AssumedRole, ARN: "arn:aws:sts::111122223333:assumed-role/app/x", RoleARN: "arn:aws:iam::111122223333:role/app", Account: "111122223333"},
		nil)
	r := &Request{Principal: who, Action: c.action(false), Resource: c.name(false), Keys: keys}
	if c.oneIn(30) {
		r.Resource += strings.Repeat(":a", c.IntN(2*manyColons))
	}
	return &Layers{Grammar: c.grammar}, r
}

// Testing statements one after the other, by the beginnings of their actions,
// and by the files finds the same statement of the same policy.
func TestIndexAgreesWithScan(t *testing.T) {
	cases, perSet := 1_000_000, 500
	if testing.Short() {
		cases, perSet = 20_000, 50 // many sets all the same: what a set says of most requests is much alike
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	c := &chance{Rand: rand.New(rand.NewPCG(seed, 0))}
	outcomes := map[string]int{}
	for done := 0; done < cases; done += perSet {
		c.grammar = pick(c, AWS(), AWS(), AWS(), RAM(), Huawei(), UCloud())
		sc := pick(c, scopeAttached, scopeAttached, scopeResource, scopeTrust)
		sources := c.sources(pick(c, 1, 4, 30, 100), sc != scopeAttached)
		scan := &Set{sources: sources}
		heads := &Set{sources: sources, index: newIndex(sources, 1<<30)}
		filed := &Set{sources: sources, index: newIndex(sources, 0)}
		for range perSet {
			l, r := c.request()
			e := newEvaluator(l, r)
			want, denied := e.layer(scan, sc)
			for name, set := range map[string]*Set{"heads": heads, "files": filed} {
				e := newEvaluator(l, r)
				if got, gotDenied := e.layer(set, sc); got != want || gotDenied != denied {
					t.Fatalf("seed %d, case %d: %q on %q in %s by the %s: %s, want %s", seed, done, r.Action, r.Resource, c.grammar.Name(), name,
						got.tell(gotDenied), want.tell(denied))
				}
			}
			switch {
			case denied:
				outcomes["denied"]++
			case want.stmt != nil:
				outcomes["allowed"]++
			default:
				outcomes["nothing"]++
			}
		}
	}
	for _, outcome := range []string{"denied", "allowed", "nothing"} {
		if outcomes[outcome] < cases/50 {
			t.Errorf("%d of %d cases %s: that is no test", outcomes[outcome], cases, outcome)
		}
	}
}

func (f finding) tell(denied bool) string {
	if f.stmt == nil {
		return fmt.Sprintf("no statement, denied %v", denied)
	}
	s, _ := f.source.Policy.doc.Statement(f.stmt.index)
	return fmt.Sprintf("%+v of policy %s (%s)", s, f.source.ID, f.grant)
}
