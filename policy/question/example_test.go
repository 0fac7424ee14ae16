package question_test

import (
	"fmt"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

func read(name, statement string) policy.Source {
	d, err := policy.Parse(policy.AWS(), policy.Managed, []byte(`{"Version":"2012-10-17","Statement":`+statement+`}`))
	if err != nil {
		panic(err)
	}
	return policy.Source{ID: name, Policy: d.Compile()}
}

// The new version looks narrower, and is not: without MFA the key is absent, and Bool does not hold of what is absent.
func ExampleDiff() {
	old := read("old", `[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*"},
		{"Effect":"Deny","Action":"s3:Delete*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]`)
	new := read("new", `[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/public/*"},
		{"Effect":"Deny","Action":"s3:Delete*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]`)
	d, err := question.Diff([]policy.Source{old}, []policy.Source{new}, question.Bound{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Grants)
	for _, w := range d.Witnesses {
		fmt.Println(w.Action, "on", w.Resource, "was", w.Old.Verdict, "and is", w.Decision.Verdict)
	}
	// Output:
	// sometimes
	// s3:DeleteExample on arn:aws:s3:::home/alice/public/example was explicitDeny and is allowed
}

func ExampleWhatCan() {
	boundary := read("boundary", `{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}`)
	layers := &policy.Layers{
		Identity: policy.NewSet(read("own", `[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*"},
			{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::c/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]`)),
		Boundary: &boundary,
	}
	alice := &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"}
	list, _ := question.WhatCan(&question.Query{Layers: layers, Principal: alice})
	for _, c := range list {
		fmt.Println(c.Can, c.Action, "on", c.Resource, c.Keys)
		if c.Limit != nil {
			fmt.Println("  because of the", c.Limit.Decision.Layer)
		}
	}
	// Output:
	// always s3:GetObject on arn:aws:s3:::b/* []
	// never s3:PutObject on arn:aws:s3:::b/* []
	//   because of the permissions boundary
	// sometimes s3:GetObject on arn:aws:s3:::c/* [aws:SourceIp]
}
