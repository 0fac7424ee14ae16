package policy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/policy"
)

func TestExplainNamesTheMiss(t *testing.T) {
	l := identity(t, `{"Version":"2012-10-17","Statement":[
		{"Sid":"Far","Effect":"Allow","Action":"ec2:RunInstances","Resource":"*"},
		{"Sid":"Near","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":["red","blue"]},"Bool":{"aws:SecureTransport":"true"}}},
		{"Sid":"Never","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::other/*"}]}`)
	r := getObject(alice(), keys("aws:PrincipalTag/Team=green"))
	tr := policy.Explain(l, r)
	if tr.Decision.Verdict != policy.ImplicitDeny || len(tr.Layers) != 1 || len(tr.Layers[0].Policies[0].Statements) != 3 {
		t.Fatalf("%+v", tr)
	}
	near := tr.Nearest(5)
	if len(near) != 2 || near[0].Sid != "Near" || near[1].Sid != "Far" || near[0].Near <= near[1].Near {
		t.Fatalf("%+v", near)
	}
	type miss struct {
		Element, Operator, Key string
		Policy, Request        []string
		Absent                 bool
		Line                   int
	}
	var got []miss
	for _, m := range near[0].Failed {
		got = append(got, miss{m.Element, m.Operator, m.Key, m.Policy, m.Request, m.Absent, m.Pos.Line})
	}
	want := []miss{
		{"Condition", "StringEquals", "aws:PrincipalTag/Team", []string{"red", "blue"}, []string{"green"}, false, 3},
		{"Condition", "Bool", "aws:SecureTransport", []string{"true"}, nil, true, 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(tr.Nearest(1)) != 1 || len(tr.Nearest(0)) != 0 || len(tr.Nearest(-1)) != 0 {
		t.Error("Nearest ignores its bound")
	}
}

func TestExplainElements(t *testing.T) {
	res := source(t, policy.Resource, `{"Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/carol"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},
		{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},
		{"Effect":"Allow","Principal":"*","NotAction":"s3:Get*","NotResource":"arn:aws:s3:::b/*"},
		{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"x"},"NumericEquals":{"k:n":"1"},"StringEquals":{"k:l":"1"}}},
		{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}]}`)
	l := &policy.Layers{Resource: &res, Kind: policy.ResourceKMS}
	tr := policy.Explain(l, getObject(alice(), keys("aws:SourceIp=10.0.0.1", "k:n=one", "k:l=[1,2]")))
	if tr.Decision.Layer != policy.LayerIdentity || len(tr.Layers) != 2 {
		t.Fatalf("%+v", tr)
	}
	var lines []string
	for _, s := range tr.Layers[0].Policies[0].Statements {
		parts := []string{s.Grant}
		for _, m := range s.Failed {
			parts = append(parts, m.Element+":"+m.Note)
			if m.Near < 0 || m.Near > 100 {
				t.Errorf("near %d", m.Near)
			}
		}
		if s.Matched != (len(s.Failed) == 0) {
			t.Error("matched and failed disagree")
		}
		lines = append(lines, strings.Join(parts, "|"))
	}
	want := []string{
		"|Principal:",
		"|Principal:a resource policy statement without Principal reaches nobody",
		"|NotAction:the action is one of those left out|NotResource:the resource is one of those left out",
		"|NotPrincipal:the caller is one of those left out|Condition:a value in the policy cannot be read as the type of the operator|" +
			"Condition:the request's value cannot be read as the type of the operator|Condition:the key has several values: the operator needs ForAllValues or ForAnyValue",
		"account",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}

func TestExplainAllLayers(t *testing.T) {
	l := sixLayers(t)
	open := source(t, policy.Resource, allowAll)
	l.RCP = []*policy.Set{policy.NewSet(open)}
	l.Endpoint = &open
	l.Identity = with(l.Identity, policy.Source{ID: "broken", Type: "user"})
	tr := policy.Explain(l, reportRequest())
	var got []policy.Layer
	for _, lt := range tr.Layers {
		got = append(got, lt.Layer)
	}
	want := []policy.Layer{
		policy.LayerSCP, policy.LayerSCP, policy.LayerSCP, policy.LayerRCP, policy.LayerEndpoint, policy.LayerResource,
		policy.LayerBoundary, policy.LayerSession, policy.LayerIdentity,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if last := tr.Layers[8]; last.Outcome != policy.ExplicitDeny || last.Note == "" || tr.Decision.Source != "broken" {
		t.Errorf("%+v %+v", last.Note, tr.Decision)
	}
	if tr.Layers[1].Level != 1 {
		t.Error("level")
	}
	tr = policy.Explain(&policy.Layers{}, getObject(root(), nil))
	if len(tr.Layers) != 1 || tr.Layers[0].Outcome != policy.Allow || tr.Layers[0].Note == "" || len(tr.Nearest(3)) != 0 {
		t.Errorf("%+v", tr)
	}
	tr = policy.Explain(&policy.Layers{}, getObject(federated(), nil))
	if tr.Layers[0].Layer != policy.LayerSession || tr.Layers[0].Note == "" {
		t.Errorf("%+v", tr.Layers)
	}
}

// A stored trace reads back as it was.
func TestTraceJSON(t *testing.T) {
	l := sixLayers(t)
	r := reportRequest()
	r.Action = "s3:PutObject"
	tr := policy.Explain(l, r)
	raw, err := json.Marshal(tr)
	if err != nil {
		t.Fatal(err)
	}
	var back policy.Trace
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*tr, back); diff != "" {
		t.Error(diff)
	}
	for _, word := range []string{`"verdict":"implicitDeny"`, `"effect":"Deny"`, `"layer":"permissions boundary"`} {
		if !strings.Contains(string(raw), word) {
			t.Errorf("no %s in %s", word, raw)
		}
	}
	for _, bad := range []string{`{"decision":{"verdict":"maybe"}}`, `{"decision":{"layer":"x"}}`, `{"layers":[{"policies":[{"statements":[{"effect":"allow"}]}]}]}`} {
		if json.Unmarshal([]byte(bad), &back) == nil {
			t.Errorf("%s read", bad)
		}
	}
}

// What the statements alone do not show stands in notes.
func TestExplainNotes(t *testing.T) {
	ali, hua := clouds()[0], clouds()[1]
	yes, no := ali.say(t, policy.Managed, "Allow", "*", ""), ali.say(t, policy.Managed, "Allow", "oss:*", "")
	foreign := hua.say(t, policy.Managed, "Allow", "*", "")
	all := source(t, policy.Managed, allowAll)
	sets := policy.NewSet
	inScope := func(who *policy.Principal, scope string) *policy.Request {
		r := ali.request(who, nil)
		r.Scope = scope
		return r
	}
	for name, c := range map[string]struct {
		l    policy.Layers
		r    *policy.Request
		want []string // layer, outcome and note, in order
	}{
		"a policy of another cloud": {policy.Layers{Grammar: ali.g, Identity: sets(yes, foreign)}, ali.request(ali.user, nil), []string{
			"identity-based policy explicitDeny the policy is in the grammar of huawei, and the request is made in alibaba",
		}},
		"layers after the one that refused": {
			policy.Layers{Grammar: ali.g, SCP: levels([]policy.Source{yes}, []policy.Source{no}), HasSession: true, Session: sets(yes), Identity: sets(yes)},
			ali.request(ali.session, nil), []string{
				"service control policy allowed ", "service control policy implicitDeny ", "session policy allowed not asked: a layer before had refused",
				"identity-based policy allowed not asked: a layer before had refused",
			}},
		"the scope after the account": {policy.Layers{Grammar: ali.g, Identity: sets(yes), Scoped: map[string]*policy.Set{"rg-1": sets(no)}}, inScope(ali.user, "rg-1"), []string{
			"identity-based policy allowed ", "identity-based policy of the scope implicitDeny not asked: the policies of the whole account had answered",
		}},
		"nothing in the scope": {policy.Layers{Grammar: ali.g}, inScope(ali.user, "rg-1"), []string{
			"identity-based policy implicitDeny ", "identity-based policy of the scope implicitDeny no policy is attached in rg-1",
		}},
		"granted in another scope": {policy.Layers{Grammar: ali.g, Scoped: map[string]*policy.Set{"rg-2": sets(yes), "rg-3": sets(no)}}, inScope(ali.user, "rg-1"), []string{
			"identity-based policy implicitDeny ", "identity-based policy of the scope implicitDeny no policy is attached in rg-1",
			"identity-based policy of the scope implicitDeny counts in rg-2 only",
		}},
		"session policies that are gone": {policy.Layers{HasSession: true, Identity: sets(all)}, getObject(role(), nil), []string{
			"session policy implicitDeny the session was given session policies, but none of them is there", "identity-based policy allowed ",
		}},
		"a service": {policy.Layers{Scoped: map[string]*policy.Set{"x": sets(all)}}, getObject(service(), nil), nil},
	} {
		var got []string
		for _, lt := range policy.Explain(&c.l, c.r).Layers {
			got = append(got, lt.Layer.String()+" "+lt.Outcome.String()+" "+lt.Note)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A statement that matches tells by which conditions it does.
func TestExplainTellsWhatWasMet(t *testing.T) {
	l := identity(t, allowAll, statement("Deny", "*", "*",
		`"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"},"ForAnyValue:StringLike":{"aws:TagKeys":["a*","b"]}}`))
	tr := policy.Explain(l, getObject(alice(), keys("aws:tagkeys=[x,ab]")))
	got := tr.Layers[0].Policies[1].Statements[0]
	want := []policy.ConditionMet{
		{Operator: "BoolIfExists", Key: "aws:MultiFactorAuthPresent", Policy: []string{"false"}, Absent: true},
		{Operator: "ForAnyValue:StringLike", Key: "aws:TagKeys", Policy: []string{"a*", "b"}, Request: []string{"x", "ab"}},
	}
	if diff := cmp.Diff(want, got.Met); diff != "" || !got.Matched {
		t.Error(diff)
	}
}

// Every element that can keep a statement from matching is named with both sides.
func TestExplainNamesEveryElement(t *testing.T) {
	for name, c := range map[string]struct {
		statement string
		want      policy.ElementMiss
	}{
		"NotPrincipal": {`"Effect":"Deny","NotPrincipal":{"AWS":["111122223333","arn:aws:iam::111122223333:user/alice"]},"Action":"*","Resource":"*"`,
			policy.ElementMiss{Element: "NotPrincipal", Policy: []string{account, "arn:aws:iam::111122223333:user/alice"},
				Request: []string{"arn:aws:iam::111122223333:user/alice", "AIDAALICE00000000001", account}, Note: "the caller is one of those left out"}},
		"NotAction": {`"Effect":"Allow","Principal":"*","NotAction":["s3:*"],"Resource":"*"`,
			policy.ElementMiss{Element: "NotAction", Policy: []string{"s3:*"}, Request: []string{"s3:GetObject"}, Note: "the action is one of those left out"}},
		"NotResource": {`"Effect":"Allow","Principal":"*","Action":"*","NotResource":["arn:aws:s3:::b/*"]`,
			policy.ElementMiss{Element: "NotResource", Policy: []string{"arn:aws:s3:::b/*"}, Request: []string{"arn:aws:s3:::b/k"}, Note: "the resource is one of those left out"}},
		"NotResource without a value": {`"Effect":"Allow","Principal":"*","Action":"*","NotResource":["arn:aws:s3:::b/*","arn:aws:s3:::${k:none}"]`,
			policy.ElementMiss{Element: "NotResource", Policy: []string{"arn:aws:s3:::b/*", "arn:aws:s3:::${k:none}"}, Request: []string{"arn:aws:s3:::b/k"},
				Note: "a variable in arn:aws:s3:::${k:none} has no value in this request"}},
		"several values": {`"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"k:list":"a"}}`,
			policy.ElementMiss{Element: "Condition", Operator: "StringEquals", Key: "k:list", Policy: []string{"a"}, Request: []string{"a", "b"}, Near: 40,
				Note: "the key has several values: the operator needs ForAllValues or ForAnyValue"}},
		"a value that cannot be read": {`"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"IpAddress":{"k:x":"10.0.0.0/8"}}`,
			policy.ElementMiss{Element: "Condition", Operator: "IpAddress", Key: "k:x", Policy: []string{"10.0.0.0/8"}, Request: []string{"here"}, Near: 40,
				Note: "the request's value cannot be read as the type of the operator"}},
		"a list of no values": {`"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"k:empty":"a"}}`,
			policy.ElementMiss{Element: "Condition", Operator: "ForAnyValue:StringEquals", Key: "k:empty", Policy: []string{"a"}, Absent: true, Near: 20}},
		"a variable in an ARN": {`"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"ArnLike":{"k:arn":"arn:aws:s3:::${k:none}"}}`,
			policy.ElementMiss{Element: "Condition", Operator: "ArnLike", Key: "k:arn", Policy: []string{"arn:aws:s3:::${k:none}"}, Request: []string{"arn:aws:s3:::b"}, Near: 69,
				Note: "the variable ${k:none} has no value in this request"}},
	} {
		res := source(t, policy.Resource, `{"Version":"2012-10-17","Statement":[{`+c.statement+`}]}`)
		tr := policy.Explain(&policy.Layers{Resource: &res}, getObject(alice(), keys("k:list=[a,b]", "k:x=here", "k:empty=[", "k:arn=arn:aws:s3:::b")))
		failed := tr.Layers[0].Policies[0].Statements[0].Failed
		if len(failed) != 1 || failed[0].Pos.Line != 1 {
			t.Errorf("%s: %+v", name, failed)
			continue
		}
		failed[0].Pos = policy.Pos{}
		if diff := cmp.Diff(c.want, failed[0]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
