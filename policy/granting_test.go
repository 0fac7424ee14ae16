package policy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/daypass/daypass/policy"
)

func TestGrantsAction(t *testing.T) {
	act := func(effect, element, actions, more string) string {
		return fmt.Sprintf(`{"Effect":%q,%q:%s,"Resource":"*"%s}`, effect, element, actions, more)
	}
	for name, c := range map[string]struct {
		doc      string
		get, put bool
	}{
		"the action":           {statements(act("Allow", "Action", `"s3:GetObject"`, "")), true, false},
		"in any case":          {statements(act("Allow", "Action", `"S3:getobject"`, "")), true, false},
		"a pattern":            {statements(act("Allow", "Action", `["sqs:*","s3:Get*"]`, "")), true, false},
		"everything":           {statements(act("Allow", "Action", `"*"`, "")), true, true},
		"all but":              {statements(act("Allow", "NotAction", `["s3:Get*"]`, "")), false, true},
		"under a condition":    {statements(act("Allow", "Action", `"s3:*"`, `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`)), true, true},
		"taken back":           {statements(act("Allow", "Action", `"s3:*"`, ""), act("Deny", "Action", `"s3:Get*"`, "")), false, true},
		"taken back at times":  {statements(act("Allow", "Action", `"s3:*"`, ""), act("Deny", "Action", `"s3:*"`, `,"Condition":{"Bool":{"k:x":"true"}}`)), true, true},
		"taken back somewhere": {statements(act("Allow", "Action", `"*"`, ""), `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b"}`), true, true},
		"only denied":          {statements(act("Deny", "Action", `"s3:*"`, "")), false, false},
	} {
		p := compile(t, policy.Inline, c.doc)
		if p.GrantsAction("s3:GetObject") != c.get || p.GrantsAction("s3:PutObject") != c.put {
			t.Errorf("%s: get %t, put %t", name, p.GrantsAction("s3:GetObject"), p.GrantsAction("s3:PutObject"))
		}
	}
}

func TestServices(t *testing.T) {
	p := compile(t, policy.Inline, statements(`{"Effect":"Allow","Action":["S3:Get*","sqs:SendMessage","*:List*","s3:PutObject"],"Resource":"*"}`,
		`{"Effect":"Allow","NotAction":"ec2:*","Resource":"*"}`, `{"Effect":"Deny","Action":"kms:*","Resource":"*"}`))
	if got := p.Services(); !slices.Equal(got, []string{"s3", "sqs"}) {
		t.Errorf("%v", got)
	}
}
