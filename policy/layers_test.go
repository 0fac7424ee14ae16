package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/policy"
)

const nothing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"none:Nothing","Resource":"*"}]}`

func role() *policy.Principal {
	return &policy.Principal{
		Type: policy.AssumedRole, ARN: "arn:aws:sts::111122223333:assumed-role/app/s1", Account: account,
		RoleARN: "arn:aws:iam::111122223333:role/team/app", RoleID: "AROAAPP0000000000001", SessionName: "s1",
	}
}

func federated() *policy.Principal {
	return &policy.Principal{
		Type: policy.FederatedUser, ARN: "arn:aws:sts::111122223333:federated-user/bob", Account: account,
		IssuerARN: "arn:aws:iam::111122223333:user/alice", IssuerID: "AIDAALICE00000000001",
	}
}

func root() *policy.Principal {
	return &policy.Principal{Type: policy.Root, ARN: "arn:aws:iam::111122223333:root", Account: account}
}

func service() *policy.Principal {
	return &policy.Principal{Type: policy.Service, ARN: "logs.example.com"}
}

func web() *policy.Principal {
	return &policy.Principal{Type: policy.WebIdentity, ARN: "arn:aws:iam::111122223333:oidc-provider/idp.example.com"}
}

func grantTo(t testing.TB, use policy.Use, principal string) *policy.Source {
	t.Helper()
	doc := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":%s,"Action":"*","Resource":"*"}]}`, principal)
	if use == policy.Trust {
		doc = fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":%s,"Action":"sts:AssumeRole*"}]}`, principal)
	}
	s := source(t, use, doc)
	return &s
}

// Which grant of a resource policy in the caller's own account is limited by
// what ("Evaluating identity-based policies with resource-based policies").
func TestResourceGrantsInOwnAccount(t *testing.T) {
	cases := []struct {
		name, principal              string
		who                          *policy.Principal
		alone, underBoundary, inside bool // identity silent; boundary silent; session policy silent
	}{
		{"user ARN", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, alice(), true, true, false},
		{"user id", `{"AWS":"AIDAALICE00000000001"}`, alice(), true, true, false},
		{"session ARN", `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, role(), true, true, true},
		{"role ARN", `{"AWS":"arn:aws:iam::111122223333:role/team/app"}`, role(), true, false, false},
		{"role id", `{"AWS":"AROAAPP0000000000001"}`, role(), true, false, false},
		{"role of the same name elsewhere", `{"AWS":"arn:aws:iam::111122223333:role/app"}`, role(), false, false, false},
		{"federated user ARN", `{"AWS":"arn:aws:sts::111122223333:federated-user/bob"}`, federated(), true, true, true},
		{"issuing user", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, federated(), false, false, false},
		{"everyone, a user", `"*"`, alice(), true, true, false},
		{"everyone, a session", `{"AWS":"*"}`, role(), true, true, true},
		{"account id", `{"AWS":"111122223333"}`, alice(), false, false, false},
		{"root ARN", `{"AWS":"arn:aws:iam::111122223333:root"}`, role(), false, false, false},
		{"someone else", `{"AWS":"arn:aws:iam::111122223333:user/carol"}`, alice(), false, false, false},
		{"service", `{"Service":"logs.example.com"}`, service(), true, true, true},
		{"everyone, a service", `"*"`, service(), true, true, true},
		{"account, a service", `{"AWS":"111122223333"}`, service(), false, false, false},
		{"everyone, anonymous", `"*"`, &policy.Principal{}, true, true, true},
		{"everyone, nobody", `"*"`, nil, true, true, true},
		{"canonical user", `{"CanonicalUser":"79a59df900b949e5"}`, alice(), false, false, false},
	}
	silent := source(t, policy.Managed, nothing)
	for _, c := range cases {
		l := &policy.Layers{Resource: grantTo(t, policy.Resource, c.principal), Identity: policy.NewSet(silent)}
		if got := verdict(t, l, getObject(c.who, nil)) == policy.Allow; got != c.alone {
			t.Errorf("%s, identity silent: %v", c.name, got)
		}
		l.Boundary = &silent
		if got := verdict(t, l, getObject(c.who, nil)) == policy.Allow; got != c.underBoundary {
			t.Errorf("%s, boundary silent: %v", c.name, got)
		}
		if c.who != nil && c.who.Type == policy.User {
			continue // users have no session policies
		}
		l.Boundary, l.HasSession = nil, true
		if got := verdict(t, l, getObject(c.who, nil)) == policy.Allow; got != c.inside {
			t.Errorf("%s, session silent: %v", c.name, got)
		}
	}
}

func TestIdentityLimits(t *testing.T) {
	all, silent := source(t, policy.Managed, allowAll), source(t, policy.Managed, nothing)
	deny := source(t, policy.SCP, statement("Deny", "s3:*", "*", ""))
	full := func(change func(*policy.Layers)) *policy.Layers {
		l := &policy.Layers{
			SCP: levels([]policy.Source{all}, []policy.Source{all}), RCP: levels([]policy.Source{all}), Endpoint: &all, Boundary: &all,
			HasSession: true, Session: policy.NewSet(silent, all), Identity: policy.NewSet(silent, all),
		}
		change(l)
		return l
	}
	cases := []struct {
		name    string
		change  func(*policy.Layers)
		verdict policy.Verdict
		layer   policy.Layer
	}{
		{"all allow", func(l *policy.Layers) {}, policy.Allow, policy.LayerIdentity},
		{"identity", func(l *policy.Layers) { l.Identity = nil }, policy.ImplicitDeny, policy.LayerIdentity},
		{"boundary", func(l *policy.Layers) { l.Boundary = &silent }, policy.ImplicitDeny, policy.LayerBoundary},
		{"session", func(l *policy.Layers) { l.Session = policy.NewSet(silent) }, policy.ImplicitDeny, policy.LayerSession},
		{"empty session", func(l *policy.Layers) { l.Session = nil }, policy.ImplicitDeny, policy.LayerSession},
		{"no session", func(l *policy.Layers) { l.Session, l.HasSession = nil, false }, policy.Allow, policy.LayerIdentity},
		{"one SCP level", func(l *policy.Layers) { l.SCP[1] = policy.NewSet(silent) }, policy.ImplicitDeny, policy.LayerSCP},
		{"empty SCP level", func(l *policy.Layers) { l.SCP[0] = nil }, policy.ImplicitDeny, policy.LayerSCP},
		{"RCP", func(l *policy.Layers) { l.RCP[0] = policy.NewSet(silent) }, policy.ImplicitDeny, policy.LayerRCP},
		{"endpoint", func(l *policy.Layers) { l.Endpoint = &silent }, policy.ImplicitDeny, policy.LayerEndpoint},
		{"RCP before SCP", func(l *policy.Layers) { l.RCP[0], l.SCP[0] = nil, nil }, policy.ImplicitDeny, policy.LayerRCP},
		{"deny in identity", func(l *policy.Layers) { l.Identity = with(l.Identity, deny) }, policy.ExplicitDeny, policy.LayerIdentity},
		{"deny in session", func(l *policy.Layers) { l.Session = with(l.Session, deny) }, policy.ExplicitDeny, policy.LayerSession},
		{"deny in boundary", func(l *policy.Layers) { l.Boundary = &deny }, policy.ExplicitDeny, policy.LayerBoundary},
		{"deny in endpoint", func(l *policy.Layers) { l.Endpoint = &deny }, policy.ExplicitDeny, policy.LayerEndpoint},
		{"deny in RCP", func(l *policy.Layers) { l.RCP[0] = with(l.RCP[0], deny) }, policy.ExplicitDeny, policy.LayerRCP},
		{"deny in SCP and identity", func(l *policy.Layers) { l.SCP[1] = with(l.SCP[1], deny); l.Identity = with(l.Identity, deny) }, policy.ExplicitDeny, policy.LayerSCP},
		{"unreadable identity policy", func(l *policy.Layers) { l.Identity = with(l.Identity, policy.Source{ID: "x"}) }, policy.ExplicitDeny, policy.LayerIdentity},
		{"unreadable boundary", func(l *policy.Layers) { l.Boundary = &policy.Source{} }, policy.ExplicitDeny, policy.LayerBoundary},
	}
	for _, c := range cases {
		l, r := full(c.change), getObject(role(), nil)
		if d := policy.Decide(l, r); d.Verdict != c.verdict || d.Layer != c.layer {
			t.Errorf("%s: %s by %s, want %s by %s", c.name, d.Verdict, d.Layer, c.verdict, c.layer)
		}
		verdict(t, l, r)
	}
}

func TestOrganizationPoliciesReach(t *testing.T) {
	deny := levels([]policy.Source{source(t, policy.SCP, allowAll), source(t, policy.SCP, statement("Deny", "*", "*", ""))})
	linked := role()
	linked.ServiceLinked = true
	for _, c := range []struct {
		name     string
		who      *policy.Principal
		scp, rcp bool // it stops the caller
	}{
		{"user", alice(), true, true},
		{"session", role(), true, true},
		{"root", root(), true, true},
		{"anonymous", nil, false, true},
		{"service", service(), false, true},
		{"service-linked role", linked, false, false},
	} {
		base := policy.Layers{Resource: grantTo(t, policy.Resource, `"*"`), Identity: policy.NewSet(source(t, policy.Managed, allowAll))}
		withSCP, withRCP := base, base
		withSCP.SCP, withRCP.RCP = deny, deny
		if got := verdict(t, &withSCP, getObject(c.who, nil)) == policy.ExplicitDeny; got != c.scp {
			t.Errorf("%s: SCP stops %v", c.name, got)
		}
		if got := verdict(t, &withRCP, getObject(c.who, nil)) == policy.ExplicitDeny; got != c.rcp {
			t.Errorf("%s: RCP stops %v", c.name, got)
		}
	}
}

func TestCrossAccount(t *testing.T) {
	all, silent := source(t, policy.Managed, allowAll), source(t, policy.Managed, nothing)
	for _, c := range []struct {
		name, principal string
		who             *policy.Principal
		change          func(*policy.Layers)
		want            bool
		layer           policy.Layer
	}{
		{"both sides", `{"AWS":"111122223333"}`, alice(), nil, true, policy.LayerResource},
		{"user named", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, alice(), nil, true, policy.LayerResource},
		{"identity silent", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, alice(), func(l *policy.Layers) { l.Identity = policy.NewSet(silent) }, false, policy.LayerIdentity},
		{"role named, identity silent", `{"AWS":"arn:aws:iam::111122223333:role/team/app"}`, role(), func(l *policy.Layers) { l.Identity = policy.NewSet(silent) }, false, policy.LayerIdentity},
		{"session named, identity silent", `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, role(), func(l *policy.Layers) { l.Identity = policy.NewSet(silent) }, false, policy.LayerIdentity},
		{"everyone, identity silent", `"*"`, alice(), func(l *policy.Layers) { l.Identity = policy.NewSet(silent) }, false, policy.LayerIdentity},
		{"boundary silent", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, alice(), func(l *policy.Layers) { l.Boundary = &silent }, false, policy.LayerBoundary},
		{"session named, session policy silent", `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, role(), func(l *policy.Layers) { l.HasSession = true }, false, policy.LayerSession},
		{"another account named", `{"AWS":"999999999999"}`, alice(), nil, false, policy.LayerResource},
		{"no resource policy", `"*"`, alice(), func(l *policy.Layers) { l.Resource = nil }, false, policy.LayerResource},
		{"root, account named", `{"AWS":"111122223333"}`, root(), func(l *policy.Layers) { l.Identity = nil }, true, policy.LayerResource},
		{"root, canonical id", `{"CanonicalUser":"79a59df900b949e5"}`, root(), func(l *policy.Layers) { l.Identity = nil }, false, policy.LayerResource},
		{"root, not named", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, root(), nil, false, policy.LayerResource},
	} {
		l := &policy.Layers{Resource: grantTo(t, policy.Resource, c.principal), Identity: policy.NewSet(all)}
		if c.change != nil {
			c.change(l)
		}
		r := getObject(c.who, nil)
		r.ResourceAccount = "444455556666"
		if d := policy.Decide(l, r); d.Allowed() != c.want || d.Layer != c.layer {
			t.Errorf("%s: %s by %s", c.name, d.Verdict, d.Layer)
		}
		r.ResourceAccount = "" // an unknown owner is not the caller's own account
		if c.name == "no resource policy" && policy.Decide(l, r).Allowed() {
			t.Error("allowed although the owner is unknown")
		}
	}
	who := root()
	who.CanonicalID = "79a59df900b949e5"
	r := getObject(who, nil)
	r.ResourceAccount = "444455556666"
	if verdict(t, &policy.Layers{Resource: grantTo(t, policy.Resource, `{"CanonicalUser":"79a59df900b949e5"}`)}, r) != policy.Allow {
		t.Error("canonical user id does not stand for its account")
	}
}

// Trust and key policies must allow themselves, also for root.
func TestTrustAndKeyPolicies(t *testing.T) {
	all := source(t, policy.Managed, allowAll)
	for _, c := range []struct {
		name, principal    string
		who                *policy.Principal
		identity           bool
		trusted, decrypted bool
	}{
		{"user named", `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, alice(), false, true, true},
		{"user id named", `{"AWS":"AIDAALICE00000000001"}`, alice(), false, true, true},
		{"user re-created", `{"AWS":"AIDAALICE00000000002"}`, alice(), true, false, false},
		{"account named, identity silent", `{"AWS":"111122223333"}`, alice(), false, false, false},
		{"account named", `{"AWS":"111122223333"}`, alice(), true, true, true},
		{"somebody else named", `{"AWS":"arn:aws:iam::111122223333:user/carol"}`, alice(), true, false, false},
		{"root, account named", `{"AWS":"111122223333"}`, root(), false, true, true},
		{"root, not named", `{"AWS":"arn:aws:iam::111122223333:user/carol"}`, root(), true, false, false},
		{"everyone, user", `{"AWS":"*"}`, alice(), false, true, true},
		{"everyone, anonymous", `{"AWS":"*"}`, nil, false, false, true},
		{"everyone, service", `{"AWS":"*"}`, service(), false, false, true},
		{"everyone, provider", `{"AWS":"*"}`, web(), false, false, true},
		{"provider", `{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com"}`, web(), false, true, true},
		{"another provider", `{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.org"}`, web(), false, false, false},
		{"service", `{"Service":"logs.example.com"}`, service(), false, true, true},
		{"several kinds", `{"AWS":"999999999999","Service":["a.b","logs.example.com"]}`, service(), false, true, true},
	} {
		l := &policy.Layers{Kind: policy.ResourceTrust, Resource: grantTo(t, policy.Trust, c.principal)}
		if c.identity {
			l.Identity = policy.NewSet(all)
		}
		r := &policy.Request{Principal: c.who, Action: "sts:AssumeRole", Resource: "arn:aws:iam::111122223333:role/x", ResourceAccount: account}
		if got := verdict(t, l, r) == policy.Allow; got != c.trusted {
			t.Errorf("%s: trusted %v", c.name, got)
		}
		l.Kind, l.Resource = policy.ResourceKMS, grantTo(t, policy.Resource, c.principal)
		if got := verdict(t, l, r) == policy.Allow; got != c.decrypted {
			t.Errorf("%s: key %v", c.name, got)
		}
	}
	l := &policy.Layers{Kind: policy.ResourceTrust, Identity: policy.NewSet(all)}
	if d := policy.Decide(l, getObject(alice(), nil)); d.Verdict != policy.ImplicitDeny || d.Layer != policy.LayerTrust {
		t.Errorf("no trust policy: %+v", d)
	}
}

func TestFederatedSessions(t *testing.T) {
	all := source(t, policy.Managed, allowAll)
	l := &policy.Layers{Identity: policy.NewSet(all)}
	if d := policy.Decide(l, getObject(federated(), nil)); d.Layer != policy.LayerSession || d.Allowed() {
		t.Errorf("without a session policy: %+v", d)
	}
	l.HasSession, l.Session = true, policy.NewSet(all)
	if !policy.Decide(l, getObject(federated(), nil)).Allowed() {
		t.Error("identity and session policy allow")
	}
	l.Identity = nil
	if policy.Decide(l, getObject(federated(), nil)).Allowed() {
		t.Error("a session policy granted")
	}
	byRoot := federated()
	byRoot.IssuerARN, byRoot.IssuerID = "arn:aws:iam::111122223333:root", ""
	if !policy.Decide(l, getObject(byRoot, nil)).Allowed() {
		t.Error("a session of the root user, session policy allows")
	}
	// The user who made the session is named: its session policy still limits.
	named := &policy.Layers{Resource: grantTo(t, policy.Resource, `{"AWS":"AIDAALICE00000000001"}`), HasSession: true, Session: policy.NewSet(all)}
	if !policy.Decide(named, getObject(federated(), nil)).Allowed() {
		t.Error("issuer named and session policy allows")
	}
}

func TestRoot(t *testing.T) {
	if !policy.Decide(&policy.Layers{}, getObject(root(), nil)).Allowed() {
		t.Error("root needs no policy in its own account")
	}
	deny := source(t, policy.Resource, `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}`)
	if policy.Decide(&policy.Layers{Resource: &deny}, getObject(root(), nil)).Verdict != policy.ExplicitDeny {
		t.Error("a Deny binds root")
	}
}

func TestNotPrincipal(t *testing.T) {
	doc := func(effect string, names string) *policy.Source {
		s := source(t, policy.Resource, fmt.Sprintf(`{"Statement":{"Effect":%q,"NotPrincipal":{"AWS":%s},"Action":"*","Resource":"*"}}`, effect, names))
		return &s
	}
	const acc, user = `"111122223333"`, `"arn:aws:iam::111122223333:user/alice"`
	const roleARN, session = `"arn:aws:iam::111122223333:role/team/app"`, `"arn:aws:sts::111122223333:assumed-role/app/s1"`
	for _, c := range []struct {
		names string
		who   *policy.Principal
		deny  bool
	}{
		{"[" + acc + "," + user + "]", alice(), false},
		{"[" + user + "]", alice(), true},
		{"[" + acc + "]", alice(), true},
		{"[" + acc + "]", root(), false},
		{"[" + acc + "," + roleARN + "," + session + "]", role(), false},
		{"[" + acc + "," + roleARN + "]", role(), true},
		{"[" + acc + "," + session + "]", role(), true},
		{"[" + acc + `,"AROAAPP0000000000001",` + session + "]", role(), false},
		{"[" + acc + "," + user + "]", nil, true},
		{"[" + acc + "," + user + "]", service(), true},
		{`"*"`, alice(), false},
	} {
		l := &policy.Layers{Resource: doc("Deny", c.names), Identity: policy.NewSet(source(t, policy.Managed, allowAll))}
		if got := verdict(t, l, getObject(c.who, nil)) == policy.ExplicitDeny; got != c.deny {
			t.Errorf("NotPrincipal %s: denied %v", c.names, got)
		}
		// Nobody with a boundary is spared.
		if c.who != nil && c.who.Type == policy.User {
			l.Boundary = &l.Identity.Sources()[0]
			if verdict(t, l, getObject(c.who, nil)) != policy.ExplicitDeny {
				t.Errorf("NotPrincipal %s spares a caller with a boundary", c.names)
			}
		}
	}
	for _, c := range []struct {
		names string
		who   *policy.Principal
		want  bool
	}{
		{user, alice(), false}, {user, role(), true}, {user, nil, true}, {acc, alice(), false}, {roleARN, role(), false}, {`"*"`, nil, false},
	} {
		l := &policy.Layers{Resource: doc("Allow", c.names)}
		if got := verdict(t, l, getObject(c.who, nil)) == policy.Allow; got != c.want {
			t.Errorf("Allow NotPrincipal %s: %v", c.names, got)
		}
	}
}

func TestDecisionNamesTheStatement(t *testing.T) {
	const second = `{"Sid": "B", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}`
	doc := "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [\n  {\"Sid\": \"A\", \"Effect\": \"Allow\", \"Action\": \"x:Ü\", \"Resource\": \"*\"}, " + second + "\n ]\n}"
	l := &policy.Layers{Identity: policy.NewSet(
		policy.Source{ID: "first", Type: "group", Policy: compile(t, policy.Managed, nothing)},
		policy.Source{ID: "arn:aws:iam::111122223333:policy/p", Type: "user-managed", Policy: compile(t, policy.Managed, doc)},
	)}
	at := strings.Index(doc, second)
	column := utf8.RuneCountInString(doc[strings.LastIndex(doc[:at], "\n")+1:at]) + 1
	want := policy.Decision{
		Verdict: policy.Allow, Layer: policy.LayerIdentity, Source: "arn:aws:iam::111122223333:policy/p", SourceType: "user-managed",
		Statement: 1, Sid: "B", Pos: policy.Pos{Offset: at, Line: 4, Column: column},
		End: policy.Pos{Offset: at + len(second), Line: 4, Column: column + len(second)},
	}
	if diff := cmp.Diff(want, policy.Decide(l, getObject(alice(), nil))); diff != "" {
		t.Error(diff)
	}
	r := getObject(alice(), nil)
	r.Action = "s3:PutObject"
	d := policy.Decide(l, r)
	if d.Statement != -1 || d.Reason("s3:PutObject") != "because no identity-based policy allows the s3:PutObject action" {
		t.Errorf("%+v %s", d, d.Reason("s3:PutObject"))
	}
	d = policy.Decision{Verdict: policy.ExplicitDeny, Layer: policy.LayerTrust}
	if got := d.Reason("x"); got != "with an explicit deny in the role trust policy" {
		t.Error(got)
	}
	if got := (policy.Decision{Verdict: policy.ExplicitDeny}).Reason("x"); got != "with an explicit deny in an identity-based policy" {
		t.Error(got)
	}
	var zero policy.Decision
	if zero.Allowed() {
		t.Error("the zero Decision allows")
	}
}

// Without HasSession there are no session policies, in any cloud and for every question.
func TestSessionPoliciesOnlyOfSessions(t *testing.T) {
	for _, c := range clouds() {
		l := &policy.Layers{Grammar: c.g, Session: policy.NewSet(c.say(t, policy.Session, "Deny", "*", "")), Identity: policy.NewSet(c.say(t, policy.Managed, "Allow", "*", ""))}
		r := c.request(c.user, nil)
		if got := verdict(t, l, r); got != policy.Allow {
			t.Errorf("%s: %s", c.g.Name(), got)
		}
		least, most := policy.Weigh(l, r, func(*policy.Policy, int) (sure, possible bool) { return true, true })
		if least != policy.Allow || most != policy.Allow {
			t.Errorf("%s: weighed %s to %s", c.g.Name(), least, most)
		}
	}
}
