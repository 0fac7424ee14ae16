package sts

import (
	"testing"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
)

const (
	noAssume  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}]}`
	onlyS3    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	noAnybody = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
)

// A session policy holds for what the session does next, also for becoming somebody else.
func TestAttack22_SessionDenyThroughChain(t *testing.T) {
	w := newWorld(t)
	w.role(home, "second", trusting(home, ""))
	w.role(home, "fromClerk", trusting("arn:aws:iam::111111111111:role/clerk", ""))
	w.role(home, "fromSession", trusting("arn:aws:sts::111111111111:assumed-role/clerk/desk", ""))
	for name, c := range map[string]struct {
		policy string
		arns   []string
		may    map[string]bool
	}{
		"no session policy":       {"", nil, map[string]bool{"second": true, "clerk": true, "fromClerk": true, "fromSession": true}},
		"a deny":                  {noAssume, nil, map[string]bool{}},
		"a deny of everything":    {noAnybody, nil, map[string]bool{}},
		"nothing that allows it":  {onlyS3, nil, map[string]bool{"fromSession": true}}, // the trust policy names this very session: IAM User Guide, "Policy evaluation logic"
		"a managed one, likewise": {"", []string{"arn:aws:iam::aws:policy/AmazonS3FullAccess"}, map[string]bool{"fromSession": true}},
	} {
		s := w.become(w.ann(), ask("clerk", func(in *AssumeRole) { in.Policy, in.PolicyARNs = c.policy, c.arns }))
		for _, role := range []string{"second", "clerk", "fromClerk", "fromSession"} {
			_, err := w.assume(s, ask(role, nil))
			if (err == nil) != c.may[role] {
				t.Errorf("%s: assume %s: %v", name, role, err)
			}
			if err != nil {
				wantDenied(t, name, err, "sts:AssumeRole")
			}
		}
	}
}

// A narrowed session asks for the same role again, without the policy that narrows it, or with a wider one.
func TestAttack21_SessionPolicyEscape(t *testing.T) {
	w := newWorld(t)
	narrow := w.become(w.ann(), ask("clerk", func(in *AssumeRole) { in.Policy = onlyS3 }))
	for name, in := range map[string]func(*AssumeRole){
		"without a policy":    nil,
		"with a wider policy": func(in *AssumeRole) { in.Policy = allowAll },
		"with a wide managed": func(in *AssumeRole) { in.PolicyARNs = []string{"arn:aws:iam::aws:policy/AdministratorAccess"} },
		"under another name":  func(in *AssumeRole) { in.SessionName = "other" },
	} {
		_, err := w.assume(narrow, ask("clerk", in))
		wantDenied(t, name, err, "sts:AssumeRole")
	}
	// Nor do a boundary or the denial of the role's own policies end with the next session of the same role.
	w.change(func(tx *iam.Tx) {
		must[*iam.Role](t)(tx.PutRoleBoundary(home, "clerk", "arn:aws:iam::aws:policy/AmazonS3FullAccess"))
	})
	bounded := w.become(w.ann(), ask("clerk", nil))
	_, err := w.assume(bounded, ask("clerk", nil))
	wantDenied(t, "bounded", err, "sts:AssumeRole")
}

// The names in a trust policy mean those who bore them when it was written.
func TestAttack32_DeletedPrincipalRecreated(t *testing.T) {
	w := newWorld(t)
	w.change(func(tx *iam.Tx) { must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "poor"})) })
	w.role(home, "forUser", trusting("arn:aws:iam::111111111111:user/poor", ""))
	w.role(home, "forRole", trusting("arn:aws:iam::111111111111:role/clerk", ""))
	poor := func() *access.Subject { return access.User(w.view, must[*iam.User](t)(w.view.User(home, "poor"))) }
	if _, err := w.assume(poor(), ask("forUser", nil)); err != nil {
		t.Fatal(err)
	}
	clerk := w.become(w.ann(), ask("clerk", nil))
	if _, err := w.assume(clerk, ask("forRole", nil)); err != nil {
		t.Fatal(err)
	}
	w.change(func(tx *iam.Tx) {
		if err := tx.DeleteUser(home, "poor"); err != nil {
			t.Fatal(err)
		}
		must[*iam.Role](t)(tx.DeleteRolePolicy(home, "clerk", "all"))
		if err := tx.DeleteRole(home, "clerk"); err != nil {
			t.Fatal(err)
		}
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "poor"}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "poor", "all", allowAll))
	})
	w.role(home, "clerk", trusting(home, ""))
	_, err := w.assume(poor(), ask("forUser", nil))
	wantDenied(t, "the user's namesake", err, "sts:AssumeRole")
	_, err = w.assume(w.become(w.ann(), ask("clerk", nil)), ask("forRole", nil))
	wantDenied(t, "the role's namesake", err, "sts:AssumeRole")
	// And a session of the old role is no session of the new one.
	old := clerk.Session
	r, _ := w.view.Role(home, "clerk")
	if old.RoleID == r.ID {
		t.Error("the new role bears the old id")
	}
	if _, alive := (&session.Session{Account: home, RoleID: old.RoleID, Issued: noon}).Alive(w.view); alive {
		t.Error("a session of the deleted role is alive")
	}
}

// A service that assumes roles for its customers is asked by one customer to assume another's.
func TestAttack33_ConfusedDeputyExternalID(t *testing.T) {
	w := newWorld(t)
	w.role(home, "exact", trusting(home, `{"StringEquals":{"sts:ExternalId":"customer-1"}}`))
	w.role(home, "list", trusting(home, `{"StringEquals":{"sts:ExternalId":["customer-1","customer-2"]}}`))
	w.role(home, "pattern", trusting(home, `{"StringLike":{"sts:ExternalId":"customer-*"}}`))
	w.role(home, "any", trusting(home, `{"StringLike":{"sts:ExternalId":"*"}}`))
	w.role(home, "present", trusting(home, `{"Null":{"sts:ExternalId":"false"}}`))
	for _, c := range []struct {
		role, id string
		want     bool
	}{
		{"exact", "customer-1", true}, {"exact", "", false}, {"exact", "customer-2", false}, {"exact", "Customer-1", false},
		{"exact", "customer-1 ", false}, {"exact", "customer-1,customer-2", false}, {"exact", "*", false}, {"exact", "customer-?", false},
		{"list", "customer-1", true}, {"list", "customer-2", true}, {"list", "", false}, {"list", "customer-1,customer-2", false}, {"list", "customer-3", false},
		{"pattern", "customer-9", true}, {"pattern", "", false}, {"pattern", "customer", false}, {"pattern", "*", false},
		{"any", "whatever", true}, {"any", "", false},
		{"present", "whatever", true}, {"present", "", false},
		{"clerk", "not asked for", true}, // a role that wants none does not mind one
	} {
		_, err := w.assume(w.ann(), ask(c.role, func(in *AssumeRole) { in.ExternalID = c.id }))
		if (err == nil) != c.want {
			t.Errorf("%s with %q: %v", c.role, c.id, err)
		}
		if err != nil {
			wantDenied(t, c.role, err, "sts:AssumeRole")
		}
	}
	// No other key stands in for it.
	_, err := w.assume(w.ann(), ask("exact", func(in *AssumeRole) {
		in.SessionName, in.SourceIdentity, in.Tags = "customer-1", "customer-1", []iam.Tag{{Key: "sts:ExternalId", Value: "customer-1"}}
	}))
	wantDenied(t, "elsewhere", err, "sts:AssumeRole")
}
