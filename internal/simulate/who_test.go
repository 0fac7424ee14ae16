package simulate

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// everybody reads all pages of n findings.
func everybody(t testing.TB, v *iam.View, w Who, n int) []Finding {
	t.Helper()
	if w.Account == "" {
		w.Account = home
	}
	var all []Finding
	marker := ""
	for range 10_000 {
		page, next, err := w.Page(v, marker, n)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > n {
			t.Fatalf("a page of %d", len(page))
		}
		all = append(all, page...)
		if marker = next; next == "" {
			return all
		}
	}
	t.Fatal("no end")
	return nil
}

// shown words findings: name, and what they hang on.
func shown(list []Finding) []string {
	out := []string{}
	for _, f := range list {
		text := f.Kind + " " + f.Name[strings.LastIndexByte(f.Name, ':')+1:]
		if !f.Allowed {
			text += " if"
			for _, o := range f.Open {
				text += " " + o.Layer.String()
				for _, s := range o.Statements {
					for _, c := range s.Conditions {
						text += fmt.Sprintf(" %s %s %s %s", s.Effect, c.Operator, c.Key, c.Values)
					}
				}
			}
		}
		if f.Also != "" {
			text += " and " + f.Also
		}
		out = append(out, text)
	}
	return out
}

func TestWhoCan(t *testing.T) {
	const hub, idp, boss = "arn:aws:iam::111111111111:oidc-provider/hub.example", "arn:aws:iam::111111111111:saml-provider/idp", "arn:aws:iam::111111111111:role/boss"
	v := state(t, func(tx *iam.Tx) {
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "office", policyOf("Deny", "s3:GetObject", "*", when(`{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`))))
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "boss", Tags: []iam.Tag{{Key: "Team", Value: "blue"}}, Trust: `{"Version":"2012-10-17","Statement":[
			{"Effect":"Allow","Principal":{"AWS":["` + annIs + `","222222222222","` + clerkIs + `","arn:aws:sts::111111111111:assumed-role/clerk/desk"]},"Action":"sts:AssumeRole"},
			{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringNotEquals":{"sts:ExternalId":"x"}}},
			{"Effect":"Allow","Principal":{"Federated":"` + hub + `"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"hub.example:aud":"daypass"}}},
			{"Effect":"Allow","Principal":{"Federated":"` + idp + `"},"Action":"sts:AssumeRoleWithSAML"},
			{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}))
		must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: "Bob"}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "Bob", "tagged", policyOf("Allow", "iam:*", "*", when(`{"StringEquals":{"iam:ResourceTag/Team":"${aws:PrincipalTag/Team}"}}`))))
		must[*iam.User](t)(tx.PutUserPolicy(home, "ann", "tagged", policyOf("Allow", "iam:DeleteRole", "*", when(`{"StringEquals":{"aws:ResourceTag/Team":"${aws:PrincipalTag/Team}"}}`))))
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "open", Trust: trusting("*", "")}))
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "eves", Trust: trusting("arn:aws:iam::222222222222:user/eve", "")}))
		must[*iam.Role](t)(tx.CreateRole(other, iam.RoleSpec{Name: "away", Trust: trusting(home, "")}))
		must[*iam.User](t)(tx.PutUserPolicy(home, "Bob", "nobody", policyOf("Allow", "sts:*", "arn:aws:iam::*:role/nobody", "")))
		must[*iam.Role](t)(tx.PutRolePolicy(home, "clerk", "federate", policyOf("Allow", "sts:GetFederationToken", "*", "")))
		must[*iam.User](t)(tx.PutUserPolicy(home, "Bob", "abroad", policyOf("Allow", "sts:AssumeRole", "*", when(`{"StringEquals":{"aws:ResourceAccount":"`+other+`"}}`))))
	})
	root := "Root root"
	external := []Entry{{"sts:ExternalId", "string", []string{"x"}}}
	for name, c := range map[string]struct {
		w    Who
		want []string
	}{
		"a condition is open":        {Who{Action: "s3:GetObject", Resource: a}, []string{root, "User user/team/ann if identity-based policy Deny NotIpAddress aws:SourceIp [10.0.0.0/8]", "Role role/clerk"}},
		"and told":                   {Who{Action: "s3:GetObject", Resource: a, Context: []Entry{{"aws:SourceIp", "ip", []string{"10.1.1.1"}}}}, []string{root, "User user/team/ann", "Role role/clerk"}},
		"and told otherwise":         {Who{Action: "s3:GetObject", Resource: a, Context: []Entry{{"aws:SourceIp", "ip", []string{"192.0.2.1"}}}}, []string{root, "Role role/clerk"}},
		"what is known is not told":  {Who{Action: "iam:GetRole", Resource: boss, Context: []Entry{{"aws:PrincipalTag/Team", "string", []string{"blue"}}, {"aws:username", "string", []string{"Bob"}}}}, []string{root}},
		"tags of what is asked":      {Who{Action: "iam:DeleteRole", Resource: boss}, []string{root, "User user/team/ann"}},
		"tags of somebody":           {Who{Action: "iam:DeleteRole", Resource: annIs}, []string{root, "User user/team/ann"}},
		"tags that are told":         {Who{Action: "iam:DeleteRole", Resource: boss, Context: []Entry{{"aws:ResourceTag/Team", "string", []string{"red"}}}}, []string{root}},
		"an action without resource": {Who{Action: "s3:ListAllMyBuckets", Resource: "*"}, []string{root, "Role role/clerk"}},
		"nobody's":                   {Who{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu:" + home + ":q"}, []string{root}},
		"abroad":                     {Who{Action: "s3:GetObject", Resource: a, Owner: other, Context: []Entry{{"aws:SourceIp", "ip", []string{"10.1.1.1"}}}}, []string{"Root root and 222222222222", "User user/team/ann and 222222222222", "Role role/clerk and 222222222222"}},
		"a role abroad":              {Who{Action: assume, Resource: abroadIs}, []string{"User user/Bob and 222222222222"}},
		"taking on": {Who{Action: assume, Resource: boss, Context: external}, []string{
			"User user/team/ann", "Role role/clerk", "Account root and 222222222222", "Session assumed-role/clerk/desk", "Service ec2.amazonaws.com"}},
		"taking on if": {Who{Action: assume, Resource: boss}, []string{
			"User user/team/ann if role trust policy Deny StringNotEquals sts:ExternalId [x]", "Role role/clerk if role trust policy Deny StringNotEquals sts:ExternalId [x]",
			"Account root if role trust policy Deny StringNotEquals sts:ExternalId [x] and 222222222222", "Session assumed-role/clerk/desk if role trust policy Deny StringNotEquals sts:ExternalId [x]", "Service ec2.amazonaws.com"}},
		"with a token":                {Who{Action: "sts:AssumeRoleWithWebIdentity", Resource: boss}, []string{"WebIdentity oidc-provider/hub.example if role trust policy Allow StringEquals hub.example:aud [daypass]"}},
		"with an assertion":           {Who{Action: "sts:AssumeRoleWithSAML", Resource: boss}, []string{"SAML saml-provider/idp"}},
		"whoever":                     {Who{Action: assume, Resource: "arn:aws:iam::111111111111:role/open"}, []string{"User user/team/ann", "User user/Bob", "Role role/boss", "Role role/clerk", "Role role/eves", "Role role/open", "Everyone * and *"}},
		"somebody abroad":             {Who{Action: assume, Resource: "arn:aws:iam::111111111111:role/eves"}, []string{"User user/eve and 222222222222"}},
		"tags":                        {Who{Action: "sts:TagSession", Resource: "arn:aws:iam::111111111111:role/eves"}, []string{"User user/eve and 222222222222"}},
		"no such role":                {Who{Action: assume, Resource: "arn:aws:iam::111111111111:role/nobody"}, []string{}},
		"somebody else's name for it": {Who{Action: assume, Resource: "arn:aws:iam::111111111111:role/path/boss", Context: external}, []string{}},
		"whose it is, its name tells": {Who{Action: assume, Resource: "arn:aws:iam::222222222222:role/nobody", Owner: home}, []string{"User user/Bob and 222222222222"}},
		"for somebody else":           {Who{Action: "sts:GetFederationToken", Resource: "arn:aws:sts::111111111111:federated-user/joe"}, []string{root}},
		"who am I":                    {Who{Action: "sts:GetCallerIdentity", Resource: "*"}, []string{root, "User user/team/ann", "User user/Bob", "Role role/boss", "Role role/clerk", "Role role/eves", "Role role/open"}},
		"a session":                   {Who{Action: "sts:GetSessionToken", Resource: "*"}, []string{root, "User user/team/ann", "User user/Bob"}},
	} {
		for _, size := range []int{1, 2, 100} {
			if got := shown(everybody(t, v, c.w, size)); !slices.Equal(got, c.want) {
				t.Errorf("%s, pages of %d:\n got %q\nwant %q", name, size, got, c.want)
				break
			}
		}
	}
}

func TestWhoCanRefuses(t *testing.T) {
	v := state(t, nil)
	for name, c := range map[string]struct {
		w     Who
		after string
		want  fault.What
	}{
		"no service":        {Who{Action: "GetObject", Resource: a}, "", fault.SimulatedAction},
		"no resource":       {Who{Action: "s3:GetObject", Resource: "box"}, "", fault.SimulatedResource},
		"no owner":          {Who{Action: "s3:GetObject", Resource: a, Owner: "them"}, "", fault.ResourceOwner},
		"a key twice":       {Who{Action: "s3:GetObject", Resource: a, Context: []Entry{{"k:a", "string", []string{"x"}}, {"K:A", "string", []string{"x"}}}}, "", fault.ContextKey},
		"a foreign marker":  {Who{Action: "s3:GetObject", Resource: a}, "x/y", fault.SimulationMarker},
		"a crooked number":  {Who{Action: "s3:GetObject", Resource: a}, "n/y", fault.SimulationMarker},
		"a negative number": {Who{Action: "s3:GetObject", Resource: a}, "n/-1", fault.SimulationMarker},
	} {
		c.w.Account = home
		if _, _, err := c.w.Page(v, c.after, 10); fault.Of(err) == nil || fault.Of(err).What != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if page, next, err := (Who{Account: home, Action: "s3:GetObject", Resource: a}).Page(v, "n/99", 10); err != nil || next != "" || len(page) != 0 {
		t.Errorf("past the end: %v, %q, %v", page, next, err)
	}
}

// organized is a state in which home's organization has the other account as a member, whom a service control policy limits.
func organized(t *testing.T, scp string) *iam.View {
	t.Helper()
	return state(t, func(tx *iam.Tx) {
		o := must[*iam.Organization](t)(tx.FoundOrganization(home, false))
		h := must[*iam.Handshake](t)(tx.Invite(home, other, "", nil))
		must[*iam.Handshake](t)(tx.AcceptHandshake(other, h.ID))
		must[*iam.Organization](t)(tx.EnableControls(home, o.Root, iam.ServiceControl))
		p := must[*iam.ControlPolicy](t)(tx.CreateControlPolicy(home, iam.ControlSpec{Type: iam.ServiceControl, Name: "limit", Content: scp}))
		if err := tx.AttachControl(home, p.ID, other); err != nil {
			t.Fatal(err)
		}
	})
}

func sessionOf(r *iam.Role) *session.Session {
	return &session.Session{Account: r.Account, RoleID: r.ID, Name: "desk", Issued: noon}
}

// What control policies hold is not told, only that it depends on them; and a foreign account's are not asked about at all.
func TestWhoCanKeepsOrganizationsToThemselves(t *testing.T) {
	v := organized(t, policyOf("Deny", "s3:*", "*", when(`{"StringEquals":{"k:secret":"x"}}`)))
	got := shown(everybody(t, v, Who{Account: other, Action: "s3:GetObject", Resource: a}, 10))
	if !slices.Equal(got, []string{"Root root if service control policy"}) {
		t.Errorf("%q", got)
	}
}

// Where another account stands in an organization is not the asker's to know, by whatever question; of the asker's own organization it is
// told that the account belongs to it.
func TestOtherAccountsOrganizationsAreNotTold(t *testing.T) {
	for name, member := range map[string]bool{"another organization": false, "the same": true} {
		var org *iam.Organization
		v := state(t, func(tx *iam.Tx) {
			manager := home
			if !member {
				manager = "333333333333"
				must[*iam.Account](t)(tx.CreateAccount(manager, manager))
			}
			org = must[*iam.Organization](t)(tx.FoundOrganization(manager, false))
			h := must[*iam.Handshake](t)(tx.Invite(manager, other, "", nil))
			must[*iam.Handshake](t)(tx.AcceptHandshake(other, h.ID))
		})
		for key, told := range map[string]bool{"aws:ResourceOrgID": member, "aws:ResourceOrgPaths": false} {
			operator := "StringLike"
			if key == "aws:ResourceOrgPaths" {
				operator = "ForAnyValue:StringLike"
			}
			question := policyOf("Allow", "s3:GetObject", "*", when(`{"`+operator+`":{"`+key+`":"`+org.ID+`*"}}`))
			got := ask(t, v, Question{Caller: annIs, Policies: []string{question}, Resources: []string{a}, ResourceOwner: "arn:aws:iam::" + other + ":root",
				ResourcePolicy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`, Extension: &Extension{Explain: true}}, "s3:GetObject")
			if allowed := got.Verdict == policy.Allow; allowed != told || (len(got.Missing) == 0) != told {
				t.Errorf("%s, %s: %v, missing %v, explained by %+v", name, key, got.Verdict, got.Missing, got.Reasons)
			}
		}
	}
}

// A page ends when it was work enough, and the next one goes on.
func TestWhoCanPagesAreBounded(t *testing.T) {
	many := `{"Version":"2012-10-17","Statement":[` + strings.TrimSuffix(strings.Repeat(`{"Effect":"Allow","Action":"a:b","Resource":"*"},`, 30), ",") + `]}`
	v := state(t, func(tx *iam.Tx) {
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "all"))
		must[*iam.Group](t)(tx.PutGroupPolicy(home, "all", "many", many))
		for i := range 2000 {
			name := fmt.Sprintf("u%04d", i)
			must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: name}))
			if err := tx.AddUserToGroup(home, "all", name); err != nil {
				t.Fatal(err)
			}
		}
	})
	pages, marker := 0, ""
	for marker != "" || pages == 0 {
		page, next, err := Who{Account: home, Action: "c:d", Resource: "*"}.Page(v, marker, 1000)
		if err != nil || len(page) > 1 {
			t.Fatalf("%d, %v", len(page), err)
		}
		marker = next
		if pages++; pages > 10 {
			t.Fatal("no end")
		}
	}
	want := 1 + 2000*31/pageWork
	if pages != want || want < 2 {
		t.Errorf("%d pages, want %d", pages, want)
	}
}

// So it does when it was long enough, though few statements were tried.
func TestWhoCanPagesAreBoundedInLength(t *testing.T) {
	const size = 4000
	long := policyOf("Allow", "a:b", "*", when(`{"StringEquals":{"k:a":"`+strings.Repeat("x", size)+`"}}`))
	v := state(t, func(tx *iam.Tx) {
		must[*iam.Group](t)(tx.CreateGroup(home, "/", "all"))
		must[*iam.Group](t)(tx.PutGroupPolicy(home, "all", "long", long))
		for i := range 1000 {
			name := fmt.Sprintf("u%04d", i)
			must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: name}))
			if err := tx.AddUserToGroup(home, "all", name); err != nil {
				t.Fatal(err)
			}
		}
	})
	page, next, err := Who{Account: home, Action: "a:b", Resource: "*"}.Page(v, "", 1000)
	if most := pageWork*openBytes/size + 2; err != nil || next == "" || len(page) < most/2 || len(page) > most {
		t.Errorf("%d principals with %d bytes each, want %d at most; next %q, %v", len(page), size, most, next, err)
	}
	if got := len(everybody(t, v, Who{Account: home, Action: "a:b", Resource: "*"}, 1000)); got != 1001 {
		t.Errorf("%d principals in all", got)
	}
}

// Who is listed as allowed may do it; who is listed with conditions may or may not; nobody else may.
func TestPropertyWhoCanAgreesWithLiveDecisions(t *testing.T) {
	env := &access.Environment{Now: noon, Source: netip.MustParseAddr("10.1.2.3"), Secure: true, UserAgent: "cli", Region: "eu-central-1"}
	conditions := []string{"", "", `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, `{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, `{"Bool":{"aws:SecureTransport":"false"}}`, `{"StringEquals":{"aws:username":"u1"}}`,
		`{"StringEquals":{"aws:PrincipalTag/team":"${aws:ResourceTag/team}"}}`, `{"Null":{"aws:PrincipalTag/team":"true"}}`, `{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`, `{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}`,
		`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}`, `{"StringEquals":{"sts:ExternalId":"x"}}`}
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, label) }
		draw := func(label string) string {
			more := ""
			if c := pick(label+" condition", conditions...); c != "" {
				more = when(c)
			}
			return policyOf(pick(label+" effect", "Allow", "Allow", "Deny"), pick(label+" action", "*", "sts:*", "sts:AssumeRole", "iam:*"), pick(label+" resource", "*", "arn:aws:iam::*:role/r1", "arn:aws:iam::*:role/*"), more)
		}
		v := state(t, func(tx *iam.Tx) {
			boundary := must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "b", Document: draw("boundary")}))
			for i := range 3 {
				name := fmt.Sprint("u", i)
				must[*iam.User](t)(tx.CreateUser(home, iam.UserSpec{Name: name, Tags: []iam.Tag{{Key: "team", Value: pick("team", "blue", "red")}}[:rapid.IntRange(0, 1).Draw(rt, "tags")]}))
				for j := range rapid.IntRange(0, 2).Draw(rt, "policies") {
					must[*iam.User](t)(tx.PutUserPolicy(home, name, fmt.Sprint("p", j), draw(fmt.Sprint(name, j))))
				}
				if rapid.Bool().Draw(rt, "bounded") {
					must[*iam.User](t)(tx.PutUserBoundary(home, name, boundary.ARN()))
				}
			}
			for i := range 2 {
				name := fmt.Sprint("r", i)
				principal := pick("principal", "*", home, other, "arn:aws:iam::111111111111:user/u1", clerkIs)
				condition := ""
				if c := pick("trust condition", conditions...); c != "" {
					condition = when(c)
				}
				must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: name, Tags: []iam.Tag{{Key: "team", Value: "blue"}}, Trust: trusting(principal, condition)}))
				must[*iam.Role](t)(tx.PutRolePolicy(home, name, "p", draw(name)))
			}
		})
		action, resource := pick("action", assume, "iam:GetRole"), "arn:aws:iam::111111111111:role/r1"
		w := Who{Account: home, Action: action, Resource: resource}
		if rapid.Bool().Draw(rt, "told") {
			w.Context = []Entry{{"aws:SourceIp", "ip", []string{"10.1.2.3"}}, {"aws:SecureTransport", "boolean", []string{"true"}}, {"aws:CurrentTime", "date", []string{noon.Format(time.RFC3339)}}}
		}
		listed := map[string]bool{}
		for _, f := range everybody(t, v, w, 3) {
			if f.Also == "" {
				listed[f.Name] = f.Allowed
			}
		}
		role := must[*iam.Role](t)(v.Role(home, "r1"))
		live := access.Ask{Action: action, Resource: resource, ResourceTags: role.Tags}
		if action == assume {
			live.Policy, live.Kind = v.Trust(role), policy.ResourceTrust
			if rapid.Bool().Draw(rt, "external id") {
				live.Keys = []access.Key{{Name: "sts:externalid", Values: policy.Single("x")}}
			}
		}
		subjects := map[string]*access.Subject{}
		for _, name := range []string{"u0", "u1", "u2", "ann"} {
			u := must[*iam.User](t)(v.User(home, name))
			subjects[u.ARN()] = access.User(v, u)
		}
		for _, name := range []string{"r0", "r1", "clerk"} {
			r := must[*iam.Role](t)(v.Role(home, name))
			subjects[r.ARN()] = access.RoleSession(v, r, sessionOf(r))
		}
		if action != assume {
			subjects["arn:aws:iam::111111111111:root"] = access.Root(v, home)
		}
		for name, s := range subjects {
			d := s.Decide(&live, env)
			switch sure, ok := listed[name]; {
			case d.Allowed() && !ok:
				rt.Fatalf("%s is left out, and allowed by %+v", name, d)
			case !d.Allowed() && sure:
				rt.Fatalf("%s is listed, and denied by %+v", name, d)
			}
		}
	})
}
