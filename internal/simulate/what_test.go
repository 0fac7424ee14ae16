package simulate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy/question"
)

func TestWhatCan(t *testing.T) {
	v := state(t, func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "Mixed", `{"Version":"2012-10-17","Statement":[
			{"Sid":"Mine","Effect":"Allow","Action":["sqs:Send*","sqs:Receive*"],"Resource":"arn:aws:sqs:*:111111111111:${aws:username}"},
			{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}},
			{"Effect":"Deny","Action":"sqs:Receive*","Resource":"*"}]}`))
	})
	for name, c := range map[string]struct {
		w    What
		want []string
	}{
		"a user": {What{Principal: annIs}, []string{"s3:GetObject arn:aws:s3:::box/a always", "sqs:Send* arn:aws:sqs:*:111111111111:${aws:username} always", "sqs:Receive* arn:aws:sqs:*:111111111111:${aws:username} never with an explicit deny in an identity-based policy",
			"ec2:* * sometimes", "s3:DeleteObject * always", "s3:DeleteObject * always", "s3:PutObject arn:aws:s3:::box/b always"}},
		"a role":   {What{Principal: clerkIs}, []string{"s3:* * always"}},
		"the root": {What{Principal: "arn:aws:iam::111111111111:root"}, []string{}},
	} {
		c.w.Account = home
		list, cut, err := c.w.Most(v)
		if err != nil || cut {
			t.Errorf("%s: %t, %v", name, cut, err)
		}
		got := []string{}
		for _, one := range list {
			text := one.Action + " " + one.Resource + " " + one.Can.String()
			if one.Limit != nil {
				text += " " + one.Limit.Decision.Reason("")
			}
			got = append(got, strings.TrimSuffix(text, "  action"))
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
	w := What{Account: home, Principal: annIs}
	for pattern, want := range map[[2]string]question.Answer{
		{"s3:*", "arn:aws:s3:::box/*"}: question.Sometimes, {"s3:GetObject", a}: question.Always, {"iam:*", "*"}: question.Never, {"*", "arn:aws:s3:::box/b"}: question.Sometimes,
	} {
		if p, err := w.Ever(v, pattern[0], pattern[1]); err != nil || p.Can != want {
			t.Errorf("%q: %+v, %v", pattern, p, err)
		}
	}
	root := What{Account: home, Principal: "arn:aws:iam::111111111111:root"}
	if p, err := root.Ever(v, "s3:*", "*"); err != nil || p.Can != question.Always {
		t.Errorf("the root: %+v, %v", p, err)
	}
}

func TestWhatCanRefuses(t *testing.T) {
	v := state(t, nil)
	for name, c := range map[string]struct {
		w                What
		action, resource string
		want             fault.What
	}{
		"nobody":        {What{Principal: "arn:aws:iam::111111111111:user/bob"}, "", "", fault.User},
		"abroad":        {What{Principal: "arn:aws:iam::222222222222:user/eve"}, "", "", fault.User},
		"their root":    {What{Principal: "arn:aws:iam::222222222222:root"}, "", "", fault.EntityARN},
		"a group":       {What{Principal: "arn:aws:iam::111111111111:group/staff"}, "", "", fault.EntityARN},
		"a crooked key": {What{Principal: annIs, Context: []Entry{{"k:a", "", nil}}}, "", "", fault.ContextType},
		"no action":     {What{Principal: annIs}, "Get*", "*", fault.SimulatedAction},
		"no resource":   {What{Principal: annIs}, "s3:*", "box/*", fault.SimulatedResource},
	} {
		c.w.Account = home
		_, err := c.w.Ever(v, c.action, c.resource)
		if c.action == "" {
			_, _, err = c.w.Most(v)
		}
		if fault.Of(err) == nil || fault.Of(err).What != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What an organization takes away is told, and not by which statement.
func TestWhatCanKeepsOrganizationsToThemselves(t *testing.T) {
	v := organized(t, policyOf("Deny", "s3:*", "*", ""))
	p, err := What{Account: other, Principal: "arn:aws:iam::222222222222:root"}.Ever(v, "*", "*")
	if err != nil || p.Can != question.Sometimes || p.Limit == nil || p.Limit.Decision.Source != "" || p.Limit.Decision.Statement != -1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// Nor do examples show names that only the organization's policies hold.
func TestWhatCanShowsNoNamesOfOrganizations(t *testing.T) {
	for _, scp := range []string{
		policyOf("Deny", "s3:*", "arn:aws:s3:::hidden-vault/*", ""),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::hidden-vault/*"}]}`,
		policyOf("Deny", "s3:*", "*", when(`{"StringNotEquals":{"aws:PrincipalTag/hidden":"hidden-vault"}}`)),
		policyOf("Deny", "s3:hidden-vault", "*", ""),
	} {
		v := organized(t, scp)
		w := What{Account: other, Principal: "arn:aws:iam::222222222222:root"}
		for _, resource := range []string{"*", "arn:aws:s3:::*"} {
			p, err := w.Ever(v, "s3:*", resource)
			if err != nil || p.Can != question.Sometimes || p.Limit == nil {
				t.Errorf("%s: %+v, %v", scp, p, err)
				continue
			}
			if shown := fmt.Sprintf("%+v %+v", p.Example, *p.Limit); strings.Contains(shown, "hidden") {
				t.Errorf("%s: %s", scp, shown)
			}
		}
		list, _, err := w.Most(v)
		if err != nil || strings.Contains(fmt.Sprintf("%+v", list), "hidden-vault") {
			t.Errorf("%s: %+v, %v", scp, list, err)
		}
	}
}

// With a pattern, who-can lists who may ever.
func TestWhoCanEver(t *testing.T) {
	v := state(t, func(tx *iam.Tx) {
		for _, name := range []string{"u1", "u2", "u3"} {
			must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: name}))
		}
		must[*iam.User](t)(tx.PutUserPolicy(home, "u2", "sqs", allow("sqs:*", "*")))
	})
	for name, c := range map[string]struct {
		w    Who
		want []string
	}{
		"a folder":        {Who{Action: "s3:GetObject", Resource: "arn:aws:s3:::box/*"}, []string{"Root always", "User ann sometimes", "Role clerk always"}},
		"a service":       {Who{Action: "s3:*", Resource: "*"}, []string{"Root always", "User ann sometimes", "Role clerk always"}},
		"queues":          {Who{Action: "sqs:*", Resource: "arn:aws:sqs:*:111111111111:*"}, []string{"Root always", "User u2 always"}},
		"another account": {Who{Action: "sqs:*", Resource: "arn:aws:sqs:*:222222222222:*"}, []string{"Root always and 222222222222", "User u2 always and 222222222222"}},
	} {
		got := []string{}
		for _, f := range everybody(t, v, c.w, 2) {
			text := f.Kind
			if f.Kind != KindRoot {
				text += " " + f.Name[strings.LastIndexByte(f.Name, '/')+1:]
			}
			text += " " + f.Ever.Can.String()
			if f.Allowed != (f.Ever.Can == question.Always) {
				t.Errorf("%s: %+v", name, f)
			}
			if f.Also != "" {
				text += " and " + f.Also
			}
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
	for _, w := range []Who{{Action: assume, Resource: "arn:aws:iam::111111111111:role/*"}, {Action: "s3:*", Resource: "box/*"}} {
		w.Account = home
		if _, _, err := w.Page(v, "", 10); fault.Of(err) == nil || fault.Of(err).What != fault.SimulatedResource {
			t.Errorf("%s: %v", w.Action, err)
		}
	}
}
