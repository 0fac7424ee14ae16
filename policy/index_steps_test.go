package policy

import (
	"fmt"
	"strings"
	"testing"
)

// allowing makes a policy of statements that allow, by hand: Parse has bounds
// on documents, and here are more of everything than they let through.
func allowing(statements ...statementText) []Source {
	d := &Document{grammar: AWS(), variables: true, lines: newLineTable(""), statements: statements}
	for i := range d.statements {
		d.statements[i].effect = EffectAllow
	}
	return []Source{{Policy: d.Compile()}}
}

func about(action, resource []string) statementText {
	return statementText{actions: texted(action), resources: texted(resource)}
}

// each makes n statements, with the texts a function writes for each number.
func each(n int, text func(i int) (action, resource string)) []Source {
	list := make([]statementText, n)
	for i := range list {
		action, resource := text(i)
		list[i] = about([]string{action}, []string{resource})
	}
	return allowing(list...)
}

// Filing takes steps in proportion to the text of the policies, and looking
// into the files in proportion to the text of the request and the number of
// statements that are found, whatever patterns say.
func TestAttack28_IndexSteps(t *testing.T) {
	const bucket = "arn:aws:s3:::"
	many := func(n int, f func(i int) string) []string {
		list := make([]string, n)
		for i := range list {
			list[i] = f(i)
		}
		return list
	}
	as := strings.Repeat("a", 4000)
	for name, c := range map[string]struct {
		sources  []Source
		resource string
		found    int // statements that are found where the request looks
	}{
		"different names":        {each(10_000, func(i int) (string, string) { return "s3:Get*", fmt.Sprintf("%sb-%d/*", bucket, i) }), bucket + "b-77/k", 1},
		"each begins the next":   {each(2000, func(i int) (string, string) { return "s3:Put*", bucket + as[:i] + "*" }), bucket + as, 2000},
		"stars everywhere":       {each(10_000, func(i int) (string, string) { return "s3:GetObject", bucket + "*a*a*a*b" }), bucket + as, 0},
		"ten thousand stars":     {each(10, func(i int) (string, string) { return "s3:GetObject", bucket + strings.Repeat("*a", 10_000) + "b" }), bucket + as, 0},
		"stars over colons":      {each(5000, func(i int) (string, string) { return "s3:Put*", "arn:aws:s3:*:*:" + strings.Repeat("a:", i%50) + "b" }), bucket + strings.Repeat("a:", 15) + "a", 0},
		"different actions":      {each(10_000, func(i int) (string, string) { return fmt.Sprintf("s3:Get%d", i), "*" }), bucket + "k", 0},
		"different variables":    {each(5000, func(i int) (string, string) { return "s3:Put*", fmt.Sprintf("%s${k:%d, 'a'}/*", bucket, i) }), bucket + "a/b", 0},
		"a variable many times":  {each(1000, func(i int) (string, string) { return "s3:Put*", bucket + strings.Repeat("${k:x, ''}", i%100) + "b" }), bucket + "b", 0},
		"all actions times all":  {allowing(about(many(3000, func(i int) string { return fmt.Sprintf("s3:Put%d", i) }), many(3000, func(i int) string { return fmt.Sprintf("%sb-%d", bucket, i) })), about([]string{"s3:GetObject"}, []string{"*"})), bucket + "b-1", 2},
		"many of many at a name": {allowing(slicesOf(100, about(many(500, func(i int) string { return fmt.Sprintf("s3:Put%d", i) }), []string{bucket + "b"}))...), bucket + "b", 100},
	} {
		size := 0
		for _, s := range c.sources[0].Policy.doc.statements {
			for _, it := range append(s.actions.items, s.resources.items...) {
				size += len(it.s)
			}
		}
		x := newIndex(c.sources, 0)
		if steps, limit := x.files.trie.steps, 4*size; steps > limit {
			t.Errorf("%s: %d steps to file %d characters, limit %d", name, steps, size, limit)
		}
		// A place is listed once for every resource; filing by action is bounded besides.
		if n, limit := len(x.files.trie.lists), 2*size; n > limit {
			t.Errorf("%s: %d places for %d characters", name, n, size)
		}
		e := newEvaluator(&Layers{}, &Request{Action: "s3:GetObjectTorrent", Resource: c.resource})
		e.layer(&Set{sources: c.sources, index: x}, scopeAttached)
		limit := 20*(len(c.resource)+len(e.action)) + c.found + 6*len(x.files.trie.vars)
		if e.steps > limit {
			t.Errorf("%s: %d steps to decide, limit %d", name, e.steps, limit)
		}
	}
}

func slicesOf(n int, s statementText) []statementText {
	list := make([]statementText, n)
	for i := range list {
		list[i] = s
	}
	return list
}

// What is not filed as asked: a name with more colons than a star is looked for
// at is decided by testing all statements.
func TestManyColonsAreScanned(t *testing.T) {
	sources := each(100, func(i int) (string, string) { return "sqs:*", fmt.Sprintf("arn:aws:sqs:*:1:q%d", i) })
	for _, colons := range []int{0, 1, manyColons, manyColons + 1, 5000} {
		r := &Request{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:r" + strings.Repeat(":x", colons) + ":1:q77"}
		e := newEvaluator(&Layers{}, r)
		found, _ := e.layer(&Set{sources: sources, index: newIndex(sources, 0)}, scopeAttached)
		if found.stmt == nil || found.stmt.index != 77 {
			t.Errorf("%d colons more: %+v", colons, found)
		}
		if looked := e.steps > 0; looked != (colons <= manyColons) {
			t.Errorf("%d colons more: %d steps in the files", colons, e.steps)
		}
	}
}

// Policies of several grammars have no index; a request is decided by those it
// understands, and denied by the others.
func TestIndexIsOfOneGrammar(t *testing.T) {
	aws := each(60, func(i int) (string, string) { return "s3:*", "*" })
	ram := (&Document{grammar: RAM(), lines: newLineTable("")}).Compile()
	set := NewSet(aws[0], Source{ID: "ram", Policy: ram})
	if set.index != nil {
		t.Error("an index of two grammars")
	}
	r := &Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b", Principal: &Principal{Type: User}}
	if d := Decide(&Layers{Identity: set}, r); d.Verdict != ExplicitDeny || d.Source != "ram" {
		t.Errorf("%+v", d)
	}
	if d := Decide(&Layers{Identity: NewSet(aws...), Grammar: RAM()}, r); d.Verdict != ExplicitDeny {
		t.Errorf("in another cloud: %+v", d)
	}
}
