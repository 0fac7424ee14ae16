package simulate

import (
	"testing"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// A member's users, groups and roles are limited by the organization in a simulation as they are live, are told so, and are not told
// by what. The manager's are limited by nothing.
func TestOrganization(t *testing.T) {
	v := state(t, func(tx *iam.Tx) {
		o := must[*iam.Organization](t)(tx.FoundOrganization(home, false))
		h := must[*iam.Handshake](t)(tx.Invite(home, other, "", nil))
		must[*iam.Handshake](t)(tx.AcceptHandshake(other, h.ID))
		must[*iam.Organization](t)(tx.EnableControls(home, o.Root, iam.ServiceControl))
		p := must[*iam.ControlPolicy](t)(tx.CreateControlPolicy(home, iam.ControlSpec{Type: iam.ServiceControl, Name: "no-deletes",
			Content: policyOf("Deny", "s3:Delete*", "*", `,"Condition":{"Null":{"aws:RequestTag/sure":"true"}}`)}))
		for _, target := range []string{other, home} {
			if err := tx.AttachControl(home, p.ID, target); err != nil {
				t.Fatal(err)
			}
		}
		must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "zoe"}))
		must[*iam.User](t)(tx.PutUserPolicy(other, "zoe", "all", allow("s3:*", "*")))
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "max"}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "max", "all", allow("s3:*", "*")))
	})
	ask := func(account, name, action string) Result {
		t.Helper()
		s := must[*Simulation](t)(New(v, &Question{Account: account, Source: "arn:aws:iam::" + account + ":user/" + name, Resources: []string{a}}))
		answer := must[Answer](t)(s.Ask(action))
		u := must[*iam.User](t)(v.User(account, name))
		live := access.User(v, u).Decide(&access.Ask{Action: action, Resource: a}, &access.Environment{})
		if live.Verdict != answer.Verdict {
			t.Errorf("%s of %s: live %v, simulated %v", action, name, live.Verdict, answer.Verdict)
		}
		return answer.Result
	}
	if r := ask(other, "zoe", "s3:GetObject"); r.Verdict != policy.Allow || r.Organization == nil || !*r.Organization || len(r.Matched) != 1 {
		t.Errorf("what the organization allows: %+v", r)
	}
	if r := ask(other, "zoe", "s3:DeleteObject"); r.Verdict != policy.ExplicitDeny || r.Organization == nil || *r.Organization || r.Matched != nil || r.Missing != nil {
		t.Errorf("what the organization denies: %+v", r)
	}
	if r := ask(other, "zoe", "sqs:SendMessage"); r.Verdict != policy.ImplicitDeny || r.Organization == nil || !*r.Organization {
		t.Errorf("what nobody allows: %+v", r)
	}
	if r := ask(home, "max", "s3:DeleteObject"); r.Verdict != policy.Allow || r.Organization != nil {
		t.Errorf("the manager: %+v", r)
	}
}
