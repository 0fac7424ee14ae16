package access

import (
	"slices"
	"testing"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// organization is a state in which home manages an organization that other is a member of, under a unit. bob of other may do
// everything, and so may the role "there" of other, whom everybody may assume. attach attaches policies.
type organization struct {
	*iam.Organization
	unit string
	v    *iam.View
}

func organized(t testing.TB, attach func(tx *iam.Tx, o organization)) organization {
	t.Helper()
	var o organization
	o.v = state(t, func(tx *iam.Tx) {
		o.Organization = must[*iam.Organization](t)(tx.FoundOrganization(home, false))
		h := must[*iam.Handshake](t)(tx.Invite(home, other, "", nil))
		must[*iam.Handshake](t)(tx.AcceptHandshake(other, h.ID))
		for _, typ := range iam.ControlTypes() {
			o.Organization = must[*iam.Organization](t)(tx.EnableControls(home, o.Root, typ))
		}
		o.unit = must[*iam.Unit](t)(tx.CreateUnit(home, o.Root, "unit", nil)).ID
		must[*iam.Member](t)(tx.MoveMember(home, other, o.Root, o.unit))
		must[*iam.User](t)(tx.CreateUser(other, iam.UserSpec{Name: "bob"}))
		must[*iam.User](t)(tx.PutUserPolicy(other, "bob", "all", allow("*", "*")))
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "all", allow("*", "*")))
		must[*iam.Role](t)(tx.CreateRole(other, iam.RoleSpec{Name: "there",
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["111111111111","333333333333"]},"Action":"sts:AssumeRole"}]}`}))
		must[*iam.Role](t)(tx.PutRolePolicy(other, "there", "all", allow("*", "*")))
		must[*iam.Account](t)(tx.CreateAccount("333333333333", "Third"))
		must[*iam.User](t)(tx.CreateUser("333333333333", iam.UserSpec{Name: "eve"}))
		must[*iam.User](t)(tx.PutUserPolicy("333333333333", "eve", "all", allow("*", "*")))
		must[*iam.Role](t)(tx.CreateServiceLinkedRole(other, "support.amazonaws.com", nil, ""))
		if attach != nil {
			attach(tx, o)
		}
	})
	return o
}

func user(t testing.TB, v *iam.View, account, name string) *Subject {
	t.Helper()
	return User(v, must[*iam.User](t)(v.User(account, name)))
}

// put attaches a new policy.
func put(t testing.TB, tx *iam.Tx, typ iam.ControlType, target, document string) string {
	t.Helper()
	p := must[*iam.ControlPolicy](t)(tx.CreateControlPolicy(home, iam.ControlSpec{Type: typ, Name: string(typ) + target, Content: document}))
	if err := tx.AttachControl(home, p.ID, target); err != nil {
		t.Fatal(err)
	}
	return p.ARN()
}

// Service control policies bound every principal of a member, its root included, and nobody of the manager.
func TestServiceControl(t *testing.T) {
	var denies string
	o := organized(t, func(tx *iam.Tx, o organization) {
		denies = put(t, tx, iam.ServiceControl, o.unit, statement("Deny", "s3:Delete*", "*", ""))
	})
	r := must[*iam.Role](t)(o.v.Role(other, "there"))
	role := RoleSession(o.v, r, &session.Session{KeyID: "ASIAX", Account: other, RoleID: r.ID, Name: "desk", Issued: noon})
	asked := Ask{Action: "s3:DeleteObject", Resource: object}
	for name, s := range map[string]*Subject{"a user": user(t, o.v, other, "bob"), "a role": role, "the root": Root(o.v, other)} {
		d := s.Decide(&asked, environment())
		if d.Verdict != policy.ExplicitDeny || d.Layer != policy.LayerSCP || d.Source != denies {
			t.Errorf("%s: %+v", name, d)
		}
		if !allowed(s, &Ask{Action: "s3:GetObject", Resource: object}) {
			t.Errorf("%s may not do what is not denied", name)
		}
		trace := s.Explain(&asked, environment())
		levels := 0
		for _, l := range trace.Layers {
			if l.Layer == policy.LayerSCP {
				levels++
			}
		}
		if levels != 3 {
			t.Errorf("%s: the explanation shows %d levels", name, levels)
		}
	}
	linked := must[*iam.Role](t)(o.v.Role(other, "AWSServiceRoleForSupport"))
	service := RoleSession(o.v, linked, &session.Session{KeyID: "ASIAX", Account: other, RoleID: linked.ID, Name: "desk", Issued: noon})
	if d := service.Decide(&asked, environment()); d.Layer == policy.LayerSCP {
		t.Errorf("the role of a service: %+v", d)
	}
	for name, s := range map[string]*Subject{"the manager's user": ann(t, o.v), "the manager's root": Root(o.v, home), "a stranger": user(t, o.v, "333333333333", "eve")} {
		if !allowed(s, &asked) {
			t.Errorf("%s is limited", name)
		}
	}
}

// Resource control policies bound what anybody does with a member's resources, taking on its roles included.
func TestResourceControl(t *testing.T) {
	o := organized(t, func(tx *iam.Tx, o organization) {
		put(t, tx, iam.ResourceControl, o.unit, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["sts:AssumeRole","s3:*"],"Resource":"*","Condition":`+
			`{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"`+o.ID+`"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]}`)
	})
	r := must[*iam.Role](t)(o.v.Role(other, "there"))
	take := Ask{Action: "sts:AssumeRole", Resource: r.ARN(), Account: other, Policy: o.v.Trust(r), Kind: policy.ResourceTrust}
	if !allowed(ann(t, o.v), &take) {
		t.Error("somebody of the organization may not take on the role")
	}
	if d := user(t, o.v, "333333333333", "eve").Decide(&take, environment()); d.Verdict != policy.ExplicitDeny || d.Layer != policy.LayerRCP {
		t.Errorf("somebody from outside: %+v", d)
	}
	if d := Outside(o.v, &Outsider{Type: policy.WebIdentity, Provider: provider, Account: other}).Decide(&take, environment()); d.Verdict != policy.ExplicitDeny || d.Layer != policy.LayerRCP {
		t.Errorf("a web identity: %+v", d)
	}
	// The resources of the manager, and identities themselves, are out of their reach.
	bucket := func(account string) *Ask {
		return &Ask{Action: "s3:GetObject", Resource: object, Account: account, Policy: source(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"`+object+`"}]}`)}
	}
	eve := user(t, o.v, "333333333333", "eve")
	if allowed(eve, bucket(other)) || !allowed(eve, bucket(home)) {
		t.Error("the wrong accounts' resources are limited")
	}
	all := organized(t, func(tx *iam.Tx, o organization) {
		put(t, tx, iam.ResourceControl, o.unit, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["iam:*","organizations:*","daypass:*","s3:*"],"Resource":"*"}]}`)
	})
	bob := user(t, all.v, other, "bob")
	for action, want := range map[string]bool{"iam:GetUser": true, "organizations:DescribeOrganization": true, "daypass:Explain": true, "s3:GetObject": false} {
		if allowed(bob, &Ask{Action: action, Resource: "*"}) != want {
			t.Errorf("%s: allowed %t", action, !want)
		}
	}
}

// The condition keys of organizations, for both sides, and for nobody outside one.
func TestOrganizationKeys(t *testing.T) {
	o := organized(t, nil)
	root := o.ID + "/" + o.Root + "/"
	for name, c := range map[string]struct {
		s     *Subject
		owner string
		want  map[string][]string
	}{
		"a member at home": {user(t, o.v, other, "bob"), "", map[string][]string{"aws:PrincipalOrgID": {o.ID}, "aws:PrincipalOrgPaths": {root + o.unit + "/"},
			"aws:ResourceOrgID": {o.ID}, "aws:ResourceOrgPaths": {root + o.unit + "/"}}},
		"the manager abroad": {ann(t, o.v), other, map[string][]string{"aws:PrincipalOrgID": {o.ID}, "aws:PrincipalOrgPaths": {root},
			"aws:ResourceOrgID": {o.ID}, "aws:ResourceOrgPaths": {root + o.unit + "/"}}},
		"a stranger":            {user(t, o.v, "333333333333", "eve"), other, map[string][]string{"aws:ResourceOrgID": {o.ID}, "aws:ResourceOrgPaths": {root + o.unit + "/"}}},
		"a member at another's": {user(t, o.v, other, "bob"), "333333333333", map[string][]string{"aws:PrincipalOrgID": {o.ID}, "aws:PrincipalOrgPaths": {root + o.unit + "/"}}},
	} {
		a := &Ask{Action: "s3:GetObject", Resource: object, Account: c.owner, Keys: []Key{{"aws:principalorgid", policy.Single("o-made-up")}}}
		for _, key := range []string{"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:ResourceOrgID", "aws:ResourceOrgPaths"} {
			got, ok := lookup(c.s, a, key)
			var values []string
			if ok && got.Multi {
				values = got.List
			} else if ok {
				values = []string{got.One}
			}
			if !slices.Equal(values, c.want[key]) || ok && got.Multi != (key[len(key)-5:] == "Paths") {
				t.Errorf("%s: %s is %v, want %v", name, key, values, c.want[key])
			}
		}
	}
}

// TestAttack54_NoStateDenies: a caller of whom it is not known what limits it is refused, be the mistake ours.
func TestAttack54_NoStateDenies(t *testing.T) {
	v := state(t, nil)
	s := Root(v, home)
	s.view = nil
	if d := s.Decide(&Ask{Action: "s3:GetObject", Resource: object}, environment()); d.Verdict != policy.ExplicitDeny {
		t.Errorf("%+v", d)
	}
	nobody := &Subject{}
	open := source(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"`+object+`"}]}`)
	if d := nobody.Decide(&Ask{Action: "s3:GetObject", Resource: object, Account: home, Policy: open}, environment()); d.Verdict != policy.ExplicitDeny {
		t.Errorf("%+v", d)
	}
}
