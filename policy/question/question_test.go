package question_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// source reads a document; statements alone are enough.
func source(t testing.TB, use policy.Use, doc string) policy.Source {
	t.Helper()
	if !strings.Contains(doc, "Statement") {
		doc = `{"Version":"2012-10-17","Statement":[` + doc + `]}`
	}
	d, err := policy.Parse(policy.AWS(), use, []byte(doc))
	if err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	return policy.Source{ID: "p", Type: use.String(), Policy: d.Compile()}
}

func allow(action, resource string, more ...string) string {
	return statement("Allow", action, resource, more...)
}

func deny(action, resource string, more ...string) string {
	return statement("Deny", action, resource, more...)
}

func statement(effect, action, resource string, more ...string) string {
	s := fmt.Sprintf(`{"Effect":%q,"Action":%q,"Resource":%q`, effect, action, resource)
	for _, m := range more {
		s += "," + m
	}
	return s + "}"
}

func when(condition string) string { return `"Condition":` + condition }

// diff asks, and holds every witness to the evaluator.
func diff(t testing.TB, use policy.Use, old, new string, b question.Bound) *question.Difference {
	t.Helper()
	var before, after []policy.Source
	if old != "" {
		before = append(before, source(t, use, old))
	}
	if new != "" {
		after = append(after, source(t, use, new))
	}
	d, err := question.Diff(before, after, b)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range d.Witnesses {
		if policy.Decide(w.Before, w.Request()).Allowed() || !policy.Decide(w.After, w.Request()).Allowed() {
			t.Errorf("no witness: %+v", w.Example)
		}
	}
	if (len(d.Witnesses) > 0) != (d.Grants == question.Sometimes) || d.Grants == question.Perhaps && len(d.Doubts) == 0 {
		t.Errorf("%s with %d witnesses and doubts %q", d.Grants, len(d.Witnesses), d.Doubts)
	}
	return d
}

func show(d *question.Difference) string {
	var b strings.Builder
	for _, w := range d.Witnesses {
		fmt.Fprintf(&b, "\n  %s %s %v", w.Action, w.Resource, w.Keys)
		if w.Principal != nil {
			fmt.Fprintf(&b, " by %s", w.Principal.ARN)
		}
		b.WriteString(" beside " + w.Beside)
	}
	for _, w := range d.Doubts {
		b.WriteString("\n  " + w)
	}
	return b.String()
}

func TestDiffOfIdentityPolicies(t *testing.T) {
	const b, home = "arn:aws:s3:::b/*", "arn:aws:s3:::home/${aws:username}/*"
	for _, c := range []struct {
		what, old, new string
		want           question.Answer
	}{
		{"nothing", allow("*", "*"), "", question.Never},
		{"from nothing", "", allow("s3:Get*", b), question.Sometimes},
		{"the same", allow("s3:*", b) + "," + deny("s3:Put*", "*"), deny("s3:Put*", "*") + "," + allow("S3:*", b), question.Never},
		{"fewer actions", allow("s3:*", b), allow("s3:Get*", b), question.Never},
		{"more actions", allow("s3:Get*", b), allow("s3:*", b), question.Sometimes},
		{"actions in parts", `{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"*"}`, allow("s3:Get*", "*") + "," + allow("s3:Put*", "*"), question.Never},
		{"only without case", allow("s3:GetObject", b), allow("S3:getobject", b), question.Never},
		{"fewer resources", allow("s3:*", "*"), allow("s3:*", b), question.Never},
		{"resources in parts", allow("s3:*", "arn:aws:s3:::b*"),
			`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b?*"]}`, question.Never},
		{"the star that crosses", allow("s3:*", "arn:aws:s3:::*:y/x"), allow("s3:*", "arn:aws:s3:::*/x"), question.Sometimes},
		{"a Deny less", allow("*", "*") + "," + deny("s3:*", b), allow("*", "*"), question.Sometimes},
		{"a Deny more", allow("*", "*"), allow("*", "*") + "," + deny("s3:*", b), question.Never},
		{"a Deny that is narrower", allow("*", "*") + "," + deny("s3:*", "*"), allow("*", "*") + "," + deny("s3:*", b), question.Sometimes},
		{"a Deny under which nothing was", allow("s3:*", b) + "," + deny("ec2:*", "*"), allow("s3:*", b), question.Never},
		{"NotAction for a Deny", allow("*", "*") + "," + deny("iam:*", "*"), `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, question.Never},
		{"NotResource for a Deny", allow("s3:*", "*") + "," + deny("s3:*", b), `{"Effect":"Allow","Action":"s3:*","NotResource":"` + b + `"}`, question.Never},
		{"back", `{"Effect":"Allow","Action":"s3:*","NotResource":"` + b + `"}`, allow("s3:*", "*") + "," + deny("s3:*", b), question.Never},
		{"variable, the same", allow("s3:*", home) + "," + allow("a:*", "*"), allow("s3:*", home) + "," + allow("a:b", "*"), question.Never},
		{"variable, narrower", allow("s3:*", home), allow("s3:*", "arn:aws:s3:::home/${aws:username}/public/*"), question.Never},
		{"variable, wider", allow("s3:*", home), allow("s3:*", "arn:aws:s3:::home/${aws:username}*"), question.Sometimes},
		{"variable for a star", allow("s3:*", "arn:aws:s3:::home/*"), allow("s3:*", home), question.Never},
		{"star for a variable", allow("s3:*", home), allow("s3:*", "arn:aws:s3:::home/*"), question.Sometimes},
		{"variable for a name", allow("s3:*", "arn:aws:s3:::home/bob/*"), allow("s3:*", home), question.Sometimes},
		{"a name that a Deny kept from a variable", allow("s3:*", home) + "," + deny("s3:*", "arn:aws:s3:::home/admin/*"), allow("s3:*", home), question.Sometimes},
		{"a default less", allow("s3:*", "arn:aws:s3:::home/${aws:username, 'nobody'}/*"), allow("s3:*", home), question.Never},
		{"a default more", allow("s3:*", home), allow("s3:*", "arn:aws:s3:::home/${aws:username, 'nobody'}/*"), question.Sometimes},
		{"a default and its name", allow("s3:*", "arn:aws:s3:::home/${k, 'x'}") + "," + deny("s3:*", "*", when(`{"Null":{"k":"false"}}`)),
			allow("s3:*", "arn:aws:s3:::home/x", when(`{"Null":{"k":"true"}}`)), question.Never},
	} {
		d := diff(t, policy.Managed, c.old, c.new, question.Bound{})
		if d.Grants != c.want {
			t.Errorf("%s: %s, want %s%s", c.what, d.Grants, c.want, show(d))
		}
	}
}

// A text may hold every character, also one that could stand between two texts.
func TestOneTextIsNotTwo(t *testing.T) {
	const every = `{"Effect":"Allow","Action":"s3:*","Resource":"*"`
	for _, c := range []struct{ what, old, new string }{
		{"resources", `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b\u0000arn:aws:s3:::c"}`, `{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::c"]}`},
		{"values", every + `,"Condition":{"StringEquals":{"k":"a\u0000b"}}}`, every + `,"Condition":{"StringEquals":{"k":["a","b"]}}}`},
		{"a key and its value", every + `,"Condition":{"StringEquals":{"k\u0000a":"b"}}}`, every + `,"Condition":{"StringEquals":{"k":["a","b"]}}}`},
	} {
		for _, more := range []string{"", "," + deny("s3:Put*", "*")} {
			if d := diff(t, policy.Managed, c.old, c.new+more, question.Bound{}); d.Grants != question.Sometimes {
				t.Errorf("%s: %s%s", c.what, d.Grants, show(d))
			}
		}
	}
}
