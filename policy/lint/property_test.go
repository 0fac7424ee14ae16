package lint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/lint"
)

// world draws statements from a small vocabulary, in which elements often cover or exclude each other.
type world struct{ *rapid.T }

func (w world) pick(label string, of ...string) string { return rapid.SampledFrom(of).Draw(w.T, label) }

func (w world) list(label string, of ...string) string {
	return `[` + strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(of), 1, 3, rapid.ID).Draw(w.T, label), ",") + `]`
}

func (w world) statement() string {
	s := fmt.Sprintf(`{"Effect":%q,%q:%s,%q:%s`, w.pick("effect", "Allow", "Allow", "Deny"),
		w.pick("action element", "Action", "Action", "Action", "NotAction"), w.list("actions", `"*"`, `"s3:*"`, `"s3:Get*"`, `"S3:get?bject"`, `"s3:PutObject"`, `"s3:*Object"`, `"ec2:*"`),
		w.pick("resource element", "Resource", "Resource", "Resource", "NotResource"),
		w.list("resources", `"*"`, `"arn:aws:s3:::*"`, `"arn:aws:s3:::b/*"`, `"arn:aws:s3:::b/?"`, `"arn:aws:s3:::b/${aws:username}/*"`, `"arn:aws:s3:::b/${aws:username}/k"`, `"arn:aws:s3:::c"`, `"arn:aws:s3:*:1*:c"`, `"arn:aws:s3:::*k"`))
	operators := []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringLike", "Null",
		"Bool", "BoolIfExists", "NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "DateLessThan", "IpAddress", "ArnLike"}
	var conditions []string
	for _, operator := range rapid.SliceOfNDistinct(rapid.SampledFrom(operators), 0, 3, rapid.ID).Draw(w.T, "operators") {
		conditions = append(conditions, fmt.Sprintf(`%q:{"k:x":%s}`, operator, w.pick("values", `"a"`, `"b"`, `["a","b"]`, `"a*"`, `"?"`, `"5"`, `"10"`, `["5","10"]`, `"true"`, `"false"`, `"${aws:username}"`, `[]`)))
	}
	if len(conditions) > 0 {
		s += `,"Condition":{` + strings.Join(conditions, ",") + `}`
	}
	return s + "}"
}

// decisions are what a document says to every request of a small world.
func decisions(t *rapid.T, src string) []policy.Verdict {
	doc, err := policy.Parse(policy.AWS(), policy.Inline, []byte(src))
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	layers := &policy.Layers{Identity: policy.NewSet(policy.Source{Policy: doc.Compile()})}
	var values []policy.MapKeys
	for _, v := range []string{"a", "b", "ab", "5", "7", "10", "true", "false", "alice"} {
		for _, name := range []string{"", "alice", "a"} {
			keys := policy.MapKeys{}
			keys.Set("k:x", v)
			if name != "" {
				keys.Set("aws:username", name)
			}
			values = append(values, keys)
		}
	}
	both, none := policy.MapKeys{}, policy.MapKeys{}
	both.SetList("k:x", "a", "b")
	none.SetList("k:x")
	values = append(values, both, none, policy.MapKeys{})
	var all []policy.Verdict
	for _, action := range []string{"s3:GetObject", "s3:GetBucket", "s3:PutObject", "s3:DeleteBucket", "ec2:RunInstances"} {
		for _, resource := range []string{"arn:aws:s3:::b/x", "arn:aws:s3:::b/alice/k", "arn:aws:s3:::b/a/xk", "arn:aws:s3:::c", "arn:aws:s3:e:12:c", "arn:aws:ec2:e:1:i"} {
			for _, keys := range values {
				all = append(all, policy.Decide(layers, &policy.Request{Principal: &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"},
					Action: action, Resource: resource, ResourceAccount: "111122223333", Keys: keys}).Verdict)
			}
		}
	}
	return all
}

// without takes an item out of its list, with one comma.
func without(src string, f *lint.Finding) string {
	head, tail := src[:f.Pos.Offset], src[f.End.Offset:]
	if rest, ok := strings.CutPrefix(tail, ","); ok {
		return head + rest
	}
	return strings.TrimSuffix(head, ",") + tail
}

// TestFindingsAreTrue: what is said to be redundant or hidden can be left out and no decision changes; what is said never to match
// never does.
func TestFindingsAreTrue(t *testing.T) {
	told := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := world{t}
		var statements []string
		for range rapid.IntRange(1, 3).Draw(t, "statements") {
			statements = append(statements, w.statement())
		}
		whole := func(list []string) string {
			return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
		}
		src := whole(statements)
		findings, doc := lint.Read(policy.AWS(), policy.Inline, []byte(src), lint.Options{})
		if doc == nil {
			return // a variable or a date where there must be none
		}
		for i := range findings {
			f := &findings[i]
			switch f.Code {
			case "CONTRADICTING_CONDITIONS", "CONDITION_NEVER_TRUE":
				for _, v := range decisions(t, whole(statements[f.Statement:f.Statement+1])) {
					if v != policy.ImplicitDeny {
						t.Fatalf("%s is told of %s, which says %s", f.Code, statements[f.Statement], v)
					}
				}
			case "REDUNDANT_STATEMENT", "DENY_HIDES_ALLOW", "REDUNDANT_ACTION", "REDUNDANT_RESOURCE":
				less := without(src, f)
				if !slices.Equal(decisions(t, src), decisions(t, less)) {
					t.Fatalf("%s (%s): without it the decisions of %s differ from those of %s", f.String(), f.Message, less, src)
				}
			default:
				continue
			}
			told[f.Code]++
		}
	})
	if len(told) < 3 {
		t.Errorf("the documents had only %v", told)
	}
}

// TestOtherGrammars: documents of other clouds are read, and only the rules speak that hold in every grammar.
func TestOtherGrammars(t *testing.T) {
	for _, c := range []struct {
		grammar *policy.Grammar
		src     string
		want    []string
	}{
		{policy.RAM(), `{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:Get*","oss:GetObject"],"Resource":"*"}]}`, []string{"REDUNDANT_ACTION"}},
		{policy.Huawei(), `{"Version":"5.0","Statement":[{"Sid":"","Effect":"Allow","Action":["obs:object:*"]}]}`, []string{"EMPTY_SID_VALUE"}},
		{policy.UCloud(), `{"Version":"1","Statement":[{"Effect":"Perhaps","Action":["uhost:*"],"Resource":["*"]}]}`, []string{"INVALID_EFFECT"}},
	} {
		findings, _ := lint.Read(c.grammar, policy.Managed, []byte(c.src), lint.Options{})
		if got := codes(findings); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.grammar.Name(), findings, c.want)
		}
	}
}
