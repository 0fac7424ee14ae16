package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/daypass/daypass/policy"
)

func TestStatement(t *testing.T) {
	doc, err := policy.Parse(policy.AWS(), policy.Resource, []byte(`{"Version":"2012-10-17","Statement":[
		{"Sid":"One","Effect":"Deny","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","NotResource":["arn:aws:s3:::b/*","arn:aws:s3:::c"],
		 "Condition":{"StringNotEquals":{"aws:PrincipalTag/Team":["red","blue"]}}},
		{"Effect":"Allow","NotPrincipal":"*","NotAction":["s3:*"],"Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []policy.Statement{
		{Sid: "One", Effect: policy.EffectDeny, Principals: []policy.PrincipalRef{{Type: "AWS", Value: "111122223333"}}, Actions: []string{"s3:GetObject"},
			NotResources: []string{"arn:aws:s3:::b/*", "arn:aws:s3:::c"},
			Conditions:   []policy.ConditionLine{{Operator: "StringNotEquals", Key: "aws:PrincipalTag/Team", Values: []string{"red", "blue"}}}},
		{Effect: policy.EffectAllow, Principals: []policy.PrincipalRef{{Type: "AWS", Value: "*", Not: true}}, NotActions: []string{"s3:*"}, Resources: []string{"*"}},
	}
	for i := range want {
		got, ok := doc.Statement(i)
		if diff := cmp.Diff(want[i], got, cmpopts.IgnoreFields(policy.PrincipalRef{}, "Pos")); diff != "" || !ok {
			t.Error(diff)
		}
	}
	for _, i := range []int{-1, 2} {
		if _, ok := doc.Statement(i); ok {
			t.Errorf("there is a statement %d", i)
		}
	}
}
