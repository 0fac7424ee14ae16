package adminapi_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/wire"
)

var at = time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)

// filled has every message with every member set, and again with the optional ones left out.
func filled() map[string][]wire.Shape {
	return map[string][]wire.Shape{
		"CreateAccount": {
			&adminapi.CreateAccountInput{Cloud: "aws", AccountId: new("111122223333"), Name: "team a", AdminUserName: new("root-of-a")},
			&adminapi.CreateAccountInput{Cloud: "aws", Name: "a"},
			&adminapi.CreateAccountOutput{AccountId: "111122223333", Cloud: "aws", Name: "a",
				AdminUser: adminapi.AdminUser{UserName: "admin", AccessKeyId: "AKIAQNZGKIQY56JQ7WML", SecretAccessKey: "s3cr/et+x"}},
		},
		"Explain": {
			&adminapi.ExplainInput{RequestId: "0b0f1f4e-8e1c-4f0e-9a3e-6d1f5b0c9a11"},
			&adminapi.ExplainOutput{EventTime: at, PrincipalArn: "arn:aws:iam::111122223333:user/alice", Action: "demo:PutNote",
				Resource: "arn:aws:demo::111122223333:note/<b>&", Decision: "implicitDeny", ErrorMessage: new("no"), Explanation: new(`{"a":"<"}`)},
			&adminapi.ExplainOutput{EventTime: at, Decision: "allowed"},
		},
		"ListAccounts": {
			&adminapi.ListAccountsInput{Marker: new("m"), MaxItems: new(int64(7))},
			&adminapi.ListAccountsInput{},
			&adminapi.ListAccountsOutput{Accounts: []adminapi.Account{{AccountId: "111122223333", Cloud: "aws", Name: "a",
				State: adminapi.StateActive, Home: true, CreateDate: at}}, IsTruncated: true, Marker: new("n")},
			&adminapi.ListAccountsOutput{Accounts: []adminapi.Account{}},
		},
		"ListKeys": {
			&adminapi.ListKeysInput{},
			&adminapi.ListKeysOutput{Keys: []adminapi.Key{
				{KeyId: 1, Born: at, PrimaryFrom: at, Retired: new(at.Add(time.Hour)), State: adminapi.StateOpening},
				{KeyId: 1<<32 - 1, Born: at, PrimaryFrom: at, State: adminapi.StatePrimary}}},
		},
		"ResumeAccount": {&adminapi.ResumeAccountInput{AccountId: "111122223333"}},
		"RevokeSessions": {
			&adminapi.RevokeSessionsInput{RoleName: "clerk", IssuedBefore: new(at)},
			&adminapi.RevokeSessionsInput{RoleName: "clerk"},
			&adminapi.RevokeSessionsOutput{RoleName: "clerk", RevokedBefore: at},
		},
		"GetDelegationToken": {
			&adminapi.GetDelegationTokenInput{DelegationRequestId: "an-id"},
			&adminapi.GetDelegationTokenOutput{DelegationRequestId: "an-id", State: "FINALIZED", TradeInToken: new("token"), ExpiresAt: &at},
		},
		"RotateIssuerKeys": {
			&adminapi.RotateIssuerKeysInput{AccountId: "111122223333", Immediately: new(true)},
			&adminapi.RotateIssuerKeysOutput{Keys: []adminapi.IssuerKey{{KeyId: "k", Algorithm: "ES384", SignsFrom: at}, {KeyId: "old", Algorithm: "RS256", SignsFrom: at, PublishedUntil: &at}}},
		},
		"RotateKeys": {
			&adminapi.RotateKeysInput{},
			&adminapi.RotateKeysOutput{KeyId: 3, PrimaryFrom: at},
		},
		"WhatCan": {
			&adminapi.WhatCanInput{PrincipalArn: "arn:aws:iam::111122223333:user/alice", ActionName: new("s3:*"), ResourceArn: new("arn:aws:s3:::b/*"),
				ContextEntries: []adminapi.ContextEntry{{ContextKeyName: "aws:SourceIp", ContextKeyType: "ip", ContextKeyValues: []string{"10.0.0.1"}}}},
			&adminapi.WhatCanInput{PrincipalArn: "arn:aws:iam::111122223333:root"},
			&adminapi.WhatCanOutput{Cut: true, Capabilities: []adminapi.Capability{
				{ActionName: "s3:Get*", ResourceArn: "*", NotAction: true, NotResource: true, Layer: new("identity-based policy"), SourcePolicyId: new("p"), Statement: new(int64(0)), Sid: new("S"),
					Possibility: adminapi.Possibility{Answer: adminapi.AnswerSometimes, ExampleAction: new("s3:Get"), ExampleResource: new("arn:aws:s3:::<"), ContextKeys: []string{"k:a"}, Limit: new("because"), Doubts: []string{"d"}}},
				{ActionName: "s3:Put*", ResourceArn: "*", Possibility: adminapi.Possibility{Answer: adminapi.AnswerNever}}}},
			&adminapi.WhatCanOutput{Capabilities: []adminapi.Capability{}},
		},
		"WhoCan": {
			&adminapi.WhoCanInput{ActionName: "s3:GetObject", ResourceArn: new("arn:aws:s3:::b/k"), ResourceAccount: new("111122223333"), Marker: new("m"), MaxItems: new(int64(7)),
				ContextEntries: []adminapi.ContextEntry{{ContextKeyName: "aws:SourceIp", ContextKeyType: "ip", ContextKeyValues: []string{"10.0.0.1"}}}},
			&adminapi.WhoCanInput{ActionName: "s3:ListAllMyBuckets"},
			&adminapi.WhoCanOutput{Principals: []adminapi.PrincipalFinding{
				{Principal: "arn:aws:iam::111122223333:user/alice", Type: "User", Answer: adminapi.AnswerDepends, Also: new("444455556666"), Layer: new("identity-based policy"),
					SourcePolicyId: new("p"), Statement: new(int64(1)), Sid: new("S"), DependsOn: new(`[{"layer":"<"}]`)},
				{Principal: "u", Type: "User", Answer: adminapi.AnswerPerhaps, Ever: &adminapi.Possibility{Answer: adminapi.AnswerPerhaps, Doubts: []string{"d"}}},
				{Principal: "*", Type: "Everyone", Answer: adminapi.AnswerAllowed}}, IsTruncated: true, Marker: new("n")},
			&adminapi.WhoCanOutput{Principals: []adminapi.PrincipalFinding{}},
		},
		"SuspendAccount": {&adminapi.SuspendAccountInput{AccountId: "111122223333"}},
	}
}

func TestOperations(t *testing.T) {
	declared := make(map[string]bool)
	for _, e := range adminapi.Errors() {
		declared[e.Code] = true
	}
	last := ""
	for _, op := range adminapi.Operations() {
		if op.Name <= last {
			t.Errorf("%s stands after %s", op.Name, last)
		}
		last = op.Name
		if want := op.Name + "Result"; op.NewOutput != nil && op.ResultWrapper != want || op.NewOutput == nil && op.ResultWrapper != "" {
			t.Errorf("%s has the result wrapper %q", op.Name, op.ResultWrapper)
		}
		if !slices.IsSorted(op.Errors) {
			t.Errorf("%s: errors are not sorted", op.Name)
		}
		for _, code := range op.Errors {
			if !declared[code] {
				t.Errorf("%s: error %s is not declared", op.Name, code)
			}
		}
	}
}

// What one side writes, the other reads, and the rules accept.
func TestShapesRoundTrip(t *testing.T) {
	samples := filled()
	for _, op := range adminapi.Operations() {
		if len(samples[op.Name]) == 0 {
			t.Errorf("%s has no sample", op.Name)
		}
		for _, sample := range samples[op.Name] {
			if violations := wire.Check(sample); len(violations) > 0 {
				t.Errorf("%s: %T violates %v", op.Name, sample, violations)
			}
			input := op.NewInput()
			if cmp.Equal(typeName(input), typeName(sample)) {
				form, err := wire.ParseForm(wire.AppendForm(nil, sample, wire.MemberList), wire.DefaultFormLimits())
				if err != nil {
					t.Fatal(err)
				}
				if violations := wire.ReadForm(form, input, wire.MemberList); len(violations) > 0 {
					t.Errorf("%s: %v", op.Name, violations)
				}
				if diff := cmp.Diff(sample, input); diff != "" {
					t.Errorf("%s: %s", op.Name, diff)
				}
				continue
			}
			output := op.NewOutput()
			answer := wire.AppendXMLResponse(nil, op.Name, adminapi.Namespace, "r-1", sample)
			if id, err := wire.ReadXMLResponse(answer, op.Name, output, wire.DefaultXMLLimits()); err != nil || id != "r-1" {
				t.Fatalf("%s: %q, %v", op.Name, id, err)
			}
			if diff := cmp.Diff(sample, output); diff != "" {
				t.Errorf("%s: %s", op.Name, diff)
			}
		}
	}
}

func typeName(s wire.Shape) string {
	switch s.(type) {
	case *adminapi.CreateAccountOutput, *adminapi.ExplainOutput, *adminapi.ListAccountsOutput, *adminapi.ListKeysOutput,
		*adminapi.RevokeSessionsOutput, *adminapi.RotateKeysOutput, *adminapi.RotateIssuerKeysOutput, *adminapi.GetDelegationTokenOutput, *adminapi.WhoCanOutput, *adminapi.WhatCanOutput:
		return "output"
	}
	return "input"
}

func TestInputsAreRefused(t *testing.T) {
	for _, c := range []struct {
		form string
		into wire.Shape
		want wire.Kind
	}{
		{"Cloud=aws&Name=a&AccountId=12345678901", new(adminapi.CreateAccountInput), wire.TooShort},
		{"Cloud=aws&Name=a&AccountId=12345678901x", new(adminapi.CreateAccountInput), wire.NoMatch},
		{"Cloud=azure&Name=a", new(adminapi.CreateAccountInput), wire.NotInEnum},
		{"Cloud=aws", new(adminapi.CreateAccountInput), wire.Missing},
		{"RequestId=a%0Ab", new(adminapi.ExplainInput), wire.NoMatch},
		{"RequestId=" + strings.Repeat("a", 129), new(adminapi.ExplainInput), wire.TooLong},
		{"RoleName=path/name", new(adminapi.RevokeSessionsInput), wire.NoMatch},
		{"RoleName=a&IssuedBefore=yesterday", new(adminapi.RevokeSessionsInput), wire.NotTime},
		{"MaxItems=0", new(adminapi.ListAccountsInput), wire.TooSmall},
		{"", new(adminapi.SuspendAccountInput), wire.Missing},
		{"ActionName=s3", new(adminapi.WhoCanInput), wire.TooShort},
		{"ActionName=s3:x&ResourceAccount=me", new(adminapi.WhoCanInput), wire.TooShort},
	} {
		form, err := wire.ParseForm([]byte(c.form), wire.DefaultFormLimits())
		if err != nil {
			t.Fatal(err)
		}
		violations := wire.ReadForm(form, c.into, wire.MemberList)
		if !slices.ContainsFunc(violations, func(v wire.Violation) bool { return v.Kind == c.want }) {
			t.Errorf("%.40s: %v", c.form, violations)
		}
	}
}

func TestSecretIsRedacted(t *testing.T) {
	out := &adminapi.CreateAccountOutput{AdminUser: adminapi.AdminUser{SecretAccessKey: "s3cret"}}
	if text := string(wire.AppendJSON(nil, out, wire.JSONStyle{Redact: true})); strings.Contains(text, "s3cret") {
		t.Error(text)
	}
}
