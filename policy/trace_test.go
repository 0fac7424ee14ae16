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
