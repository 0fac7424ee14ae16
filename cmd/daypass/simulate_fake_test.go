package main

import (
	"encoding/json"
	"strings"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/wire"
	"github.com/daypass/daypass/policy"
)

// homePolicy is the only policy there is: alice may read what is hers, from the office.
const homePolicy = `{"Version":"2012-10-17","Statement":[
	{"Sid":"Own","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::home/alice/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}`

// simulateAnswer has two pages: the first action on the first resource, explained, and another one without an explanation. About actions
// of a service "strict" it answers as a server in strict mode does.
func simulateAnswer(form *wire.Form, marker string) *iamapi.ExtendedSimulateOutput {
	action, _ := form.Get("ActionNames.member.1")
	resource, _ := form.Get("ResourceArns.member.1")
	if strings.HasPrefix(action, "strict:") {
		return &iamapi.ExtendedSimulateOutput{EvaluationResults: []iamapi.ExtendedEvaluationResult{{EvaluationResult: iamapi.EvaluationResult{
			EvalActionName: action, EvalResourceName: new("*"), EvalDecision: "allowed"}}}}
	}
	if marker != "" {
		return &iamapi.ExtendedSimulateOutput{EvaluationResults: []iamapi.ExtendedEvaluationResult{{EvaluationResult: iamapi.EvaluationResult{
			EvalActionName: "s3:ListAllMyBuckets", EvalResourceName: new("*"), EvalDecision: "allowed"},
			SimulationDetail: iamapi.SimulationDetail{LayerDecisionDetails: map[string]string{"IAM Policy": "allowed"}}}}}
	}
	l := &policy.Layers{Identity: policy.NewSet(source("home", "user", homePolicy))}
	r := &policy.Request{Principal: &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"},
		Action: action, Resource: resource, ResourceAccount: "111122223333"}
	residual := policy.Partial(l, r)
	text, err := json.Marshal(map[string]any{"trace": policy.Explain(l, r), "open": append(residual.Open(), policy.OpenLayer{Layer: policy.LayerSCP, Level: 1})})
	if err != nil {
		panic(err)
	}
	verdict := policy.Decide(l, r).Verdict.String()
	return &iamapi.ExtendedSimulateOutput{IsTruncated: new(true), Marker: new("page-2"), EvaluationResults: []iamapi.ExtendedEvaluationResult{{
		EvaluationResult: iamapi.EvaluationResult{EvalActionName: action, EvalDecision: verdict},
		ResourceSpecificResults: []iamapi.ExtendedResourceSpecificResult{{
			ResourceSpecificResult: iamapi.ResourceSpecificResult{EvalResourceName: resource, EvalResourceDecision: verdict, MissingContextValues: residual.Missing()},
			SimulationDetail:       iamapi.SimulationDetail{Explanation: new(string(text))}}}}}}
}

func whoCanAnswer(marker string) *adminapi.WhoCanOutput {
	if marker == "" {
		return &adminapi.WhoCanOutput{IsTruncated: true, Marker: new("page-2"), Principals: []adminapi.PrincipalFinding{
			{Principal: "arn:aws:iam::111122223333:root", Type: "Root", Answer: adminapi.AnswerAllowed},
			{Principal: "arn:aws:iam::111122223333:user/\u202eevil", Type: "User", Answer: adminapi.AnswerAllowed, Layer: new("identity-based policy"), SourcePolicyId: new("home"), Statement: new(int64(0)), Sid: new("Own")}}}
	}
	residual := policy.Partial(&policy.Layers{Identity: policy.NewSet(source("home", "user", homePolicy))}, &policy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::home/alice/k",
		Principal: &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"}, ResourceAccount: "111122223333"})
	open, err := json.Marshal(residual.Open())
	if err != nil {
		panic(err)
	}
	return &adminapi.WhoCanOutput{Principals: []adminapi.PrincipalFinding{
		{Principal: "arn:aws:iam::111122223333:user/alice", Type: "User", Answer: adminapi.AnswerDepends, DependsOn: new(string(open))},
		{Principal: "arn:aws:iam::444455556666:root", Type: "Account", Answer: adminapi.AnswerAllowed, Also: new("444455556666")},
		{Principal: "arn:aws:iam::111122223333:role/r", Type: "Role", Answer: adminapi.AnswerSometimes, Ever: &adminapi.Possibility{Answer: adminapi.AnswerSometimes, ExampleAction: new("s3:GetObject"), ExampleResource: new("arn:aws:s3:::b/k")}},
		{Principal: "*", Type: "Everyone", Answer: adminapi.AnswerAllowed, Also: new("*")}}}
}

// whatCanAnswer knows one pattern that is never allowed, and of nobody but the root more than one statement.
func whatCanAnswer(form *wire.Form) *adminapi.WhatCanOutput {
	if action, ok := form.Get("ActionName"); ok {
		return &adminapi.WhatCanOutput{Capabilities: []adminapi.Capability{{ActionName: action, ResourceArn: "*", Possibility: adminapi.Possibility{
			Answer: adminapi.AnswerNever, Limit: new("with an explicit deny in a service control policy")}}}}
	}
	if who, _ := form.Get("PrincipalArn"); who == "arn:aws:iam::111122223333:root" {
		return &adminapi.WhatCanOutput{Capabilities: []adminapi.Capability{}}
	}
	by := func(answer string, more adminapi.Possibility) adminapi.Capability {
		more.Answer = answer
		return adminapi.Capability{ActionName: "s3:Get*", ResourceArn: "arn:aws:s3:::b/*", Possibility: more,
			Layer: new("identity-based policy"), SourcePolicyId: new("home"), Statement: new(int64(0)), Sid: new("Own")}
	}
	last := by(adminapi.AnswerPerhaps, adminapi.Possibility{Doubts: []string{"the value of a variable"}})
	last.NotAction, last.NotResource = true, true
	return &adminapi.WhatCanOutput{Cut: true, Capabilities: []adminapi.Capability{by(adminapi.AnswerAlways, adminapi.Possibility{}),
		by(adminapi.AnswerSometimes, adminapi.Possibility{ExampleAction: new("s3:GetObject"), ExampleResource: new("arn:aws:s3:::b/k"), ContextKeys: []string{"aws:SourceIp", "k:a"},
			Limit: new("because no permissions boundary allows the s3:GetBucketAcl action")}), last}}
}
