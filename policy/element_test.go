package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/policy"
)

func TestElements(t *testing.T) {
	src := `{"Version":"2012-10-17","Statement":[
		{"Sid":"One","Effect":"Deny","Principal":{"AWS":["111122223333"],"Service":"a.example"},"Action":"s3:GetObject","NotResource":["arn:aws:s3:::b/*"],
		 "Condition":{"ForAnyValue:StringNotEqualsIfExists":{"aws:TagKeys\"":["red"]},"NumericLessThan":{"aws:MultiFactorAuthAge":300}}},
		{"Effect":"Allow","NotPrincipal":"*","NotAction":["s3:*"],"Resource":"*"}]}`
	doc, err := policy.Parse(policy.AWS(), policy.Resource, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	at := func(text, quoted string) policy.Token {
		start := strings.Index(src, quoted)
		return policy.Token{Text: text, Start: start, End: start + len(quoted)}
	}
	first, second := strings.Index(src, `{"Sid"`), strings.Index(src, `{"Effect"`)
	want := []policy.Elements{
		{Start: first, End: second - 4, Sid: at("One", `"One"`), Effect: policy.EffectDeny,
			Principal: &policy.PrincipalElement{Start: strings.Index(src, `"Principal"`), Items: []policy.PrincipalItem{
				{Type: "AWS", Token: at("111122223333", `"111122223333"`)}, {Type: "Service", Token: at("a.example", `"a.example"`)}}},
			Action:   &policy.ListElement{Start: strings.Index(src, `"Action"`), Items: []policy.Token{at("s3:GetObject", `"s3:GetObject"`)}},
			Resource: &policy.ListElement{Not: true, Start: strings.Index(src, `"NotResource"`), Items: []policy.Token{at("arn:aws:s3:::b/*", `"arn:aws:s3:::b/*"`)}},
			Conditions: []policy.ConditionElement{
				{Operator: policy.Operator{Name: "ForAnyValue:StringNotEqualsIfExists", Base: "StringNotEquals", Set: "ForAnyValue", IfExists: true, Negated: true, Values: policy.StringValue},
					Key: at(`aws:TagKeys"`, `"aws:TagKeys\""`), Values: []policy.Token{at("red", `"red"`)}},
				{Operator: policy.Operator{Name: "NumericLessThan", Base: "NumericLessThan", Values: policy.NumberValue},
					Key: at("aws:MultiFactorAuthAge", `"aws:MultiFactorAuthAge"`), Values: []policy.Token{at("300", "300")}},
			}},
		{Start: second, End: len(src) - 2, Effect: policy.EffectAllow,
			Principal: &policy.PrincipalElement{Not: true, Bare: true, Start: strings.Index(src, `"NotPrincipal"`), Items: []policy.PrincipalItem{{Type: "AWS", Token: at("*", `"*"`)}}},
			Action:    &policy.ListElement{Not: true, Start: strings.Index(src, `"NotAction"`), Items: []policy.Token{at("s3:*", `"s3:*"`)}},
			Resource:  &policy.ListElement{Start: strings.LastIndex(src, `"Resource"`), Items: []policy.Token{{Text: "*", Start: len(src) - 6, End: len(src) - 3}}}},
	}
	for i := range want {
		got, ok := doc.Elements(i)
		if diff := cmp.Diff(want[i], got); diff != "" || !ok {
			t.Errorf("statement %d: %s", i, diff)
		}
	}
	for _, i := range []int{-1, 2} {
		if _, ok := doc.Elements(i); ok {
			t.Errorf("there is a statement %d", i)
		}
	}
	if doc.Statements() != 2 || !doc.Variables() {
		t.Errorf("%d statements, variables %v", doc.Statements(), doc.Variables())
	}
	if got, want := doc.Pos(first), (policy.Pos{Offset: first, Line: 2, Column: 3}); got != want {
		t.Errorf("the first statement is at %v, want %v", got, want)
	}
}

func TestElementsThatAreMissing(t *testing.T) {
	doc, err := policy.Parse(policy.AWS(), policy.Trust, []byte(`{"Statement":{"Sid":"","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := doc.Elements(0)
	if got.Resource != nil || got.Conditions != nil || got.Sid.Start != 20 || got.Sid.End != 22 || doc.Variables() {
		t.Errorf("%+v", got)
	}
}
