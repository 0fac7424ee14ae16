package policy_test

import (
	"fmt"

	"github.com/daypass/daypass/policy"
)

func Example() {
	doc, err := policy.Parse(policy.AWS(), policy.Inline, []byte(`{
		"Version": "2012-10-17",
		"Statement": {"Sid": "Home", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::home/${aws:username}/*"}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	layers := &policy.Layers{Identity: policy.NewSet(policy.Source{ID: "home", Type: "user", Policy: doc.Compile()})}
	keys := policy.MapKeys{}
	keys.Set("aws:username", "alice")
	for _, resource := range []string{"arn:aws:s3:::home/alice/notes", "arn:aws:s3:::home/bob/notes"} {
		d := policy.Decide(layers, &policy.Request{
			Principal: &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"},
			Action:    "s3:GetObject", Resource: resource, ResourceAccount: "111122223333", Keys: keys,
		})
		if d.Allowed() {
			fmt.Println(resource, "is allowed by", d.Source)
			continue
		}
		fmt.Println(resource, "is denied", d.Reason("s3:GetObject"))
	}
	// Output:
	// arn:aws:s3:::home/alice/notes is allowed by home
	// arn:aws:s3:::home/bob/notes is denied because no identity-based policy allows the s3:GetObject action
}

func ExampleParse() {
	_, err := policy.Parse(policy.AWS(), policy.Managed, []byte("{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"bucket\"}}"))
	fmt.Println(err)
	if s, ok := err.(*policy.SyntaxError); ok {
		f := s.Faults[0]
		fmt.Printf("line %d, column %d: %s\n", f.Pos.Line, f.Pos.Column, f.Detail)
	}
	// Output:
	// Resource bucket must be in ARN format or "*".
	// line 2, column 65: a resource is an ARN or a single *
}

func ExampleExplain() {
	doc, err := policy.Parse(policy.AWS(), policy.Inline, []byte(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
		"Action": "s3:Get*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	trace := policy.Explain(
		&policy.Layers{Identity: policy.NewSet(policy.Source{ID: "with-mfa", Policy: doc.Compile()})},
		&policy.Request{
			Principal: &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"},
			Action:    "s3:GetObject", Resource: "arn:aws:s3:::b/k", ResourceAccount: "111122223333",
		})
	for _, miss := range trace.Nearest(1) {
		for _, m := range miss.Failed {
			fmt.Println(miss.Source, m.Element, m.Operator, m.Key, m.Policy, "absent:", m.Absent)
		}
	}
	// Output:
	// with-mfa Condition Bool aws:MultiFactorAuthPresent [true] absent: true
}

func ExampleDocument_RewritePrincipals() {
	doc, err := policy.Parse(policy.AWS(), policy.Trust, []byte(`{"Statement": {"Effect": "Allow",
  "Principal": {"AWS": "arn:aws:iam::111122223333:user/alice"}, "Action": "sts:AssumeRole"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", doc.RewritePrincipals(func(typ, value string) string { return "AIDAALICE00000000001" }))
	// Output:
	// {"Statement": {"Effect": "Allow",
	//   "Principal": {"AWS": "AIDAALICE00000000001"}, "Action": "sts:AssumeRole"}}
}

// A list is filtered by what policies say of each item: they are decided once, without the tags, and of each item only what is left
// is asked.
func ExamplePartial() {
	doc, err := policy.Parse(policy.AWS(), policy.Inline, []byte(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*",
		 "Condition": {"StringEquals": {"s3:ExistingObjectTag/team": "${aws:PrincipalTag/team}"}}},
		{"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"s3:ExistingObjectTag/state": "draft"}}}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	keys := policy.MapKeys{}
	keys.Set("aws:PrincipalTag/team", "blue")
	residual := policy.Partial(
		&policy.Layers{Identity: policy.NewSet(policy.Source{ID: "reports", Policy: doc.Compile()})},
		&policy.Request{
			Principal: &policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333"},
			Action:    "s3:GetObject", Resource: "arn:aws:s3:::reports/2026", ResourceAccount: "111122223333", Keys: keys,
		})
	for _, layer := range residual.Open() {
		for _, s := range layer.Statements {
			fmt.Println(s.Effect, "if", s.Conditions[0].Operator, s.Conditions[0].Key, s.Conditions[0].Values)
		}
	}
	for _, object := range []struct{ name, team, state string }{
		{"annual", "blue", "final"}, {"plans", "red", "final"}, {"notes", "blue", "draft"},
	} {
		tags := policy.MapKeys{}
		tags.Set("s3:ExistingObjectTag/team", object.team)
		tags.Set("s3:ExistingObjectTag/state", object.state)
		if residual.Allows(tags) {
			fmt.Println("shown:", object.name)
		}
	}
	// Output:
	// Allow if StringEquals s3:ExistingObjectTag/team [blue]
	// Deny if StringEquals s3:ExistingObjectTag/state [draft]
	// shown: annual
}

// The same engine decides by another cloud's documents, and words the refusal as that cloud does.
func ExampleGrammar_Denial() {
	alibaba := policy.RAM()
	doc, err := policy.Parse(alibaba, policy.Managed, []byte(`{"Version": "1", "Statement": [
		{"Effect": "Allow", "Action": "iot:Query*", "Resource": "*"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	layers := &policy.Layers{
		Grammar: alibaba,
		Scoped:  map[string]*policy.Set{"rg-devices": policy.NewSet(policy.Source{ID: "Query", Type: "Custom", Policy: doc.Compile()})},
	}
	request := &policy.Request{
		Principal: &policy.Principal{Type: policy.AssumedRole, ARN: "acs:ram::1234567890123456:assumed-role/dev/s1", Account: "1234567890123456",
			RoleARN: "acs:ram::1234567890123456:role/dev", SessionName: "s1"},
		Action: "iot:QueryProduct", Resource: "acs:iot:cn-shanghai:1234567890123456:product/p", ResourceAccount: "1234567890123456",
	}
	for _, group := range []string{"rg-devices", "rg-other"} {
		request.Scope = group
		decision := policy.Decide(layers, request)
		denial := alibaba.Denial(decision, request)
		fmt.Printf("%s: %s %q %q\n", group, decision.Verdict, denial.PolicyType, denial.PrincipalName)
	}
	// Output:
	// rg-devices: allowed "" ""
	// rg-other: implicitDeny "ResourceGroupLevelIdentityBasedPolicy" "dev:s1"
}
