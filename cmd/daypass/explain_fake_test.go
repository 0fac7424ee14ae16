package main

import (
	"encoding/json"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/wire"
	"github.com/daypass/daypass/policy"
)

// explainAnswer explains the request "r-scp" with an explicit deny, "r-old" without a trace, and any other with the
// denial of a note outside the caller's own folder.
func explainAnswer(form *wire.Form) *adminapi.ExplainOutput {
	out := &adminapi.ExplainOutput{EventTime: at, PrincipalArn: "arn:aws:sts::111122223333:assumed-role/uploader/alice", Action: "demo:PutNote",
		Resource: "arn:aws:demo::111122223333:note/bob/hello", Decision: adminapi.DecisionImplicitDeny,
		ErrorMessage: new("alice is not authorized")}
	l := &policy.Layers{Identity: policy.NewSet(source("own-notes", "role", `{"Version":"2012-10-17","Statement":[
		{"Sid":"Own","Effect":"Allow","Action":"demo:*","Resource":"arn:aws:demo::111122223333:note/alice/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},
		{"Sid":"Other","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::x"}]}`))}
	id, _ := form.Get("RequestId")
	switch id {
	case "r-old":
		return out
	case "r-scp":
		out.Decision = adminapi.DecisionExplicitDeny
		l.SCP = []*policy.Set{policy.NewSet(source("FullAccess", "scp", `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"NoNotes","Effect":"Deny","Action":"demo:*","Resource":"*"}]}`))}
	}
	trace := policy.Explain(l, &policy.Request{
		Principal: &policy.Principal{Type: policy.AssumedRole, ARN: out.PrincipalArn, Account: "111122223333",
			RoleARN: "arn:aws:iam::111122223333:role/uploader", SessionName: "alice"},
		Action: out.Action, Resource: out.Resource, ResourceAccount: "111122223333",
		Keys: policy.MapKeys{},
	})
	text, err := json.Marshal(trace)
	if err != nil {
		panic(err)
	}
	out.Explanation = new(string(text))
	return out
}

func source(id, kind, document string) policy.Source {
	d, err := policy.Parse(policy.AWS(), policy.Inline, []byte(document))
	if err != nil {
		panic(err)
	}
	return policy.Source{ID: id, Type: kind, Policy: d.Compile()}
}
