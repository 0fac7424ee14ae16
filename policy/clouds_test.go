package policy_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy"
)

// Assuming a role takes both sides in every cloud but AWS.
func TestCloudsTrustTakesBothSides(t *testing.T) {
	for _, c := range clouds() {
		trust := c.source(t, policy.Trust, c.in(`"Effect":"Allow","Action":"`+c.toRole+`","Principal":`+c.trust))
		may := policy.NewSet(c.say(t, policy.Managed, "Allow", c.toRole, ""))
		other := c.say(t, policy.Managed, "Deny", c.every, "")
		root := &policy.Principal{Type: policy.Root, ARN: "root", Account: c.account}
		for name, row := range map[string]struct {
			l    policy.Layers
			who  *policy.Principal
			want policy.Decision
		}{
			"both":               {policy.Layers{Resource: &trust, Identity: may}, c.user, policy.Decision{Verdict: policy.Allow, Layer: policy.LayerTrust}},
			"a session, both":    {policy.Layers{Resource: &trust, Identity: may}, c.session, policy.Decision{Verdict: policy.Allow, Layer: policy.LayerTrust}},
			"trust alone":        {policy.Layers{Resource: &trust}, c.user, policy.Decision{Layer: policy.LayerIdentity}},
			"permission alone":   {policy.Layers{Identity: may}, c.user, policy.Decision{Layer: policy.LayerTrust}},
			"root needs no more": {policy.Layers{Resource: &trust}, root, policy.Decision{Verdict: policy.Allow, Layer: policy.LayerTrust}},
			"denied":             {policy.Layers{Resource: &trust, Identity: with(may, other)}, c.user, policy.Decision{Verdict: policy.ExplicitDeny, Layer: policy.LayerIdentity}},
		} {
			row.l.Grammar, row.l.Kind = c.g, policy.ResourceTrust
			verdict(t, &row.l, c.assume(row.who))
			if d := policy.Decide(&row.l, c.assume(row.who)); d.Verdict != row.want.Verdict || d.Layer != row.want.Layer {
				t.Errorf("%s, %s: %s by the %s", c.g.Name(), name, d.Verdict, d.Layer)
			}
		}
	}
}

// In Alibaba naming the user or the role is no more than naming the account.
func TestAlibabaTrustNamesCallers(t *testing.T) {
	c := clouds()[0]
	for principal, want := range map[string]bool{
		c.user.ARN: true, c.session.RoleARN: true, "acs:ram::" + c.account + ":user/bob": false, "acs:ram::6543210987654321:root": false,
	} {
		trust := c.source(t, policy.Trust, c.in(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"`+principal+`"}`))
		for _, silent := range []bool{true, false} {
			l := &policy.Layers{Grammar: c.g, Kind: policy.ResourceTrust, Resource: &trust}
			if !silent {
				l.Identity = policy.NewSet(c.say(t, policy.Managed, "Allow", "*", ""))
			}
			who := c.user
			if strings.Contains(principal, ":role/") {
				who = c.session
			}
			if got := verdict(t, l, c.assume(who)) == policy.Allow; got != (want && !silent) {
				t.Errorf("%s, identity silent %v: %v", principal, silent, got)
			}
		}
	}
}

// A resource policy of the own account is enough, whoever of it is named, and
// never past a session policy.
func TestCloudsResourcePolicies(t *testing.T) {
	for _, c := range clouds()[:2] {
		bucket := c.source(t, policy.Resource, c.in(`"Effect":"Allow","Action":"*","Resource":"*","Principal":`+c.trust))
		yes := policy.NewSet(c.say(t, policy.Session, "Allow", "*", ""))
		no := policy.NewSet(c.say(t, policy.Session, "Allow", strings.Replace(c.action, "ecs", "oss", 1), ""))
		away := c.request(c.session, nil)
		away.ResourceAccount = strings.Repeat("9", len(c.account))
		for name, row := range map[string]struct {
			l     policy.Layers
			r     *policy.Request
			want  policy.Verdict
			layer policy.Layer
		}{
			"alone":                    {policy.Layers{Resource: &bucket}, c.request(c.session, nil), policy.Allow, policy.LayerResource},
			"session policy allows":    {policy.Layers{Resource: &bucket, HasSession: true, Session: yes}, c.request(c.session, nil), policy.Allow, policy.LayerResource},
			"session policy is silent": {policy.Layers{Resource: &bucket, HasSession: true, Session: no}, c.request(c.session, nil), policy.ImplicitDeny, policy.LayerSession},
			"elsewhere":                {policy.Layers{Resource: &bucket}, away, policy.ImplicitDeny, policy.LayerIdentity},
			"elsewhere, both":          {policy.Layers{Resource: &bucket, Identity: yes}, away, policy.Allow, policy.LayerResource},
			"elsewhere, permission":    {policy.Layers{Identity: yes}, away, policy.ImplicitDeny, policy.LayerResource},
		} {
			row.l.Grammar = c.g
			verdict(t, &row.l, row.r)
			if d := policy.Decide(&row.l, row.r); d.Verdict != row.want || d.Layer != row.layer {
				t.Errorf("%s, %s: %s by the %s", c.g.Name(), name, d.Verdict, d.Layer)
			}
		}
	}
}

// Alibaba asks one layer after the other: the first that does not allow is the
// one that is told, also before a Deny further on.
func TestAlibabaAsksStepByStep(t *testing.T) {
	c := clouds()[0]
	yes, no := c.say(t, policy.Managed, "Allow", "*", ""), c.say(t, policy.Managed, "Allow", "oss:*", "")
	deny := c.say(t, policy.Managed, "Deny", "*", "")
	bucket := c.source(t, policy.Resource, c.in(`"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"`))
	set := policy.NewSet
	for name, row := range map[string]struct {
		l     policy.Layers
		want  policy.Verdict
		layer policy.Layer
	}{
		"everything allows":       {policy.Layers{SCP: []*policy.Set{set(yes)}, HasSession: true, Session: set(yes), Identity: set(yes)}, policy.Allow, policy.LayerIdentity},
		"control policy first":    {policy.Layers{SCP: []*policy.Set{set(yes), set(no)}, HasSession: true, Session: set(deny), Identity: set(deny)}, policy.ImplicitDeny, policy.LayerSCP},
		"a Deny among them":       {policy.Layers{SCP: []*policy.Set{set(yes, deny)}, Identity: set(yes)}, policy.ExplicitDeny, policy.LayerSCP},
		"the level above":         {policy.Layers{SCP: []*policy.Set{set(no), set(deny)}, Identity: set(yes)}, policy.ImplicitDeny, policy.LayerSCP},
		"then the session":        {policy.Layers{SCP: []*policy.Set{set(yes)}, HasSession: true, Session: set(no), Resource: &bucket, Identity: set(deny)}, policy.ImplicitDeny, policy.LayerSession},
		"an empty session":        {policy.Layers{HasSession: true, Identity: set(yes)}, policy.ImplicitDeny, policy.LayerSession},
		"then the resource":       {policy.Layers{HasSession: true, Session: set(yes), Resource: &bucket, Identity: set(deny)}, policy.ExplicitDeny, policy.LayerResource},
		"then the identity":       {policy.Layers{HasSession: true, Session: set(yes), Identity: set(yes, deny)}, policy.ExplicitDeny, policy.LayerIdentity},
		"nothing at all":          {policy.Layers{}, policy.ImplicitDeny, policy.LayerIdentity},
		"a boundary is asked":     {policy.Layers{Boundary: &no, Identity: set(yes)}, policy.ImplicitDeny, policy.LayerBoundary},
		"an endpoint is asked":    {policy.Layers{Endpoint: &no, Identity: set(yes)}, policy.ImplicitDeny, policy.LayerEndpoint},
		"an RCP is asked":         {policy.Layers{RCP: []*policy.Set{set(no)}, Identity: set(yes)}, policy.ImplicitDeny, policy.LayerRCP},
		"one that is not legible": {policy.Layers{HasSession: true, Session: set(policy.Source{ID: "x"}), Identity: set(yes)}, policy.ExplicitDeny, policy.LayerSession},
	} {
		row.l.Grammar = c.g
		r := c.request(c.session, nil)
		verdict(t, &row.l, r)
		if d := policy.Decide(&row.l, r); d.Verdict != row.want || d.Layer != row.layer {
			t.Errorf("%s: %s by the %s", name, d.Verdict, d.Layer)
		}
	}
}

// every statement matches, where it can only.
func every(*policy.Policy, int) (sure, possible bool) { return true, true }

// Policies of a resource group or a project count only in it: in Alibaba when
// those of the account say nothing, in UCloud together with them.
func TestCloudsScopes(t *testing.T) {
	for _, c := range clouds() {
		yes, no := c.say(t, policy.Managed, "Allow", c.every, ""), c.say(t, policy.Managed, "Deny", c.every, "")
		last := c.g == policy.RAM()
		for name, row := range map[string]struct {
			everywhere, inside []policy.Source
			scope              string
			want               policy.Verdict
			layer              policy.Layer
		}{
			"granted inside":         {nil, []policy.Source{yes}, "rg", policy.Allow, policy.LayerScoped},
			"asked elsewhere":        {nil, []policy.Source{yes}, "other", policy.ImplicitDeny, policy.LayerScoped},
			"asked nowhere":          {nil, []policy.Source{yes}, "", policy.ImplicitDeny, policy.LayerIdentity},
			"granted everywhere":     {[]policy.Source{yes}, nil, "rg", policy.Allow, policy.LayerIdentity},
			"denied everywhere":      {[]policy.Source{no}, []policy.Source{yes}, "rg", policy.ExplicitDeny, policy.LayerIdentity},
			"denied inside":          {nil, []policy.Source{yes, no}, "rg", policy.ExplicitDeny, policy.LayerScoped},
			"denied, but elsewhere":  {[]policy.Source{yes}, []policy.Source{no}, "other", policy.Allow, policy.LayerIdentity},
			"granted, denied inside": {[]policy.Source{yes}, []policy.Source{no}, "rg", policy.ExplicitDeny, policy.LayerScoped},
		} {
			if name == "granted, denied inside" && last {
				row.want, row.layer = policy.Allow, policy.LayerIdentity
			}
			if name == "asked elsewhere" && !last { // both were asked together
				row.layer = policy.LayerIdentity
			}
			l := &policy.Layers{Grammar: c.g, Identity: policy.NewSet(row.everywhere...), Scoped: map[string]*policy.Set{"rg": policy.NewSet(row.inside...)}}
			r := c.request(c.user, nil)
			r.Scope = row.scope
			verdict(t, l, r)
			if d := policy.Decide(l, r); d.Verdict != row.want || d.Layer != row.layer {
				t.Errorf("%s, %s: %s by the %s", c.g.Name(), name, d.Verdict, d.Layer)
			}
			if least, most := policy.Weigh(l, r, every); (least == policy.Allow) != (row.want == policy.Allow) || most != least {
				t.Errorf("%s, %s: weighs %s to %s", c.g.Name(), name, least, most)
			}
			if s := policy.Simulate(l, r); s.Decision.Verdict != row.want || s.Decision.Allowed() != (len(s.Matched) > 0 && s.Matched[0].Effect == policy.EffectAllow) {
				t.Errorf("%s, %s: simulated %+v", c.g.Name(), name, s)
			}
		}
	}
}

// Who is beyond the policies of an organization.
func TestCloudsOrganizationAndRoot(t *testing.T) {
	for _, c := range clouds()[:2] {
		no := c.say(t, policy.SCP, "Deny", "*", "")
		root := &policy.Principal{Type: policy.Root, ARN: "root", Account: c.account}
		want := policy.ExplicitDeny
		if c.g == policy.RAM() {
			want = policy.Allow
		}
		l := &policy.Layers{Grammar: c.g, SCP: []*policy.Set{policy.NewSet(no)}}
		if got := verdict(t, l, c.request(root, nil)); got != want {
			t.Errorf("%s: %s", c.g.Name(), got)
		}
		l.Identity = policy.NewSet(c.say(t, policy.Managed, "Allow", "*", ""))
		if got := verdict(t, l, c.request(c.user, nil)); got != policy.ExplicitDeny {
			t.Errorf("%s: %s", c.g.Name(), got)
		}
	}
}

// A document of another cloud is not understood, wherever it turns up, and what
// is not understood may be a Deny.
func TestForeignGrammarDenies(t *testing.T) {
	all := append(clouds(), cloud{g: policy.AWS(), version: "2012-10-17"})
	for _, c := range clouds() {
		for _, other := range all {
			if other.g == c.g {
				continue
			}
			own, foreign := c.say(t, policy.Managed, "Allow", "*", ""), other.say(t, policy.Managed, "Allow", "*", "")
			for name, l := range map[string]*policy.Layers{
				"identity": {Identity: policy.NewSet(own, foreign)},
				"session":  {Identity: policy.NewSet(own), HasSession: true, Session: policy.NewSet(own, foreign)},
				"scp":      {Identity: policy.NewSet(own), SCP: []*policy.Set{policy.NewSet(own), policy.NewSet(foreign)}},
				"boundary": {Identity: policy.NewSet(own), Boundary: &foreign},
				"resource": {Identity: policy.NewSet(own), Resource: &foreign},
				"scoped":   {Scoped: map[string]*policy.Set{"s": policy.NewSet(foreign)}},
			} {
				l.Grammar = c.g
				r := c.request(c.session, nil)
				r.Scope = "s"
				if got := verdict(t, l, r); got != policy.ExplicitDeny {
					t.Errorf("%s reads %s in %s: %s", c.g.Name(), other.g.Name(), name, got)
				}
				if tr := policy.Explain(l, r); tr.Decision.Source != foreign.ID {
					t.Errorf("%+v", tr.Decision)
				}
				if s := policy.Simulate(l, r); s.Decision.Verdict != policy.ExplicitDeny {
					t.Errorf("%+v", s)
				}
				if v, sure := policy.Partial(l, r).Verdict(); v != policy.ExplicitDeny || !sure {
					t.Errorf("%s reads %s in %s: %s in part", c.g.Name(), other.g.Name(), name, v)
				}
				if least, most := policy.Weigh(l, r, every); least != policy.ExplicitDeny || most != least {
					t.Errorf("%s reads %s in %s: weighs %s to %s", c.g.Name(), other.g.Name(), name, least, most)
				}
			}
		}
	}
}

// In every cloud, whatever the unknown keys turn out to be, the residual
// decides as the policies do, and so does the trace.
func TestPropertyResidualOfClouds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(clouds()[:2]).Draw(t, "cloud")
		w := unsure{world{t}}
		operators := []string{"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "NotIpAddress", "Bool"}
		values := []string{"a", "b", "true"}
		resources := []string{c.resource, "*"}
		if c.g == policy.Huawei() {
			operators = append(operators, "StringNotMatchIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringStartWith", "Null")
			values = append(values, "${k:c}", "${k:b, 'a'}", "x${k:a}")
			resources = append(resources, "ecs:*:*:instance:${k:a}", "ecs:*:*:instance:${k:b, 'i-1'}")
		}
		list := func(label string, atLeast int) []policy.Source {
			var sources []policy.Source
			for range rapid.IntRange(atLeast, 2).Draw(t, label) {
				effect := w.pick("effect", "Allow", "Allow", "Deny")
				operator := w.pick("operator", operators...)
				of := values
				switch operator {
				case "Bool", "Null":
					of = []string{"true", "false"}
				case "NotIpAddress":
					of = []string{"10.0.0.0/8"}
				}
				text, _ := json.Marshal(rapid.SliceOfN(rapid.SampledFrom(of), 1, 2).Draw(t, "values"))
				about, _ := json.Marshal(rapid.SliceOfN(rapid.SampledFrom(resources), 1, 2).Draw(t, "resources"))
				doc := c.in(fmt.Sprintf(`"Effect":%q,"Action":"*","Resource":%s,"Condition":{%q:{%q:%s}}`, effect, about, operator, w.pick("key", "k:a", "k:b"), text))
				d, err := policy.Parse(c.g, policy.Managed, []byte(doc))
				if err != nil {
					t.Fatalf("%s: %v", doc, err)
				}
				sources = append(sources, policy.Source{ID: label, Policy: d.Compile()})
			}
			return sources
		}
		l := &policy.Layers{Grammar: c.g, Identity: policy.NewSet(list("identity", 0)...), Scoped: map[string]*policy.Set{"rg": policy.NewSet(list("scoped", 0)...)}}
		if w.flip("scp") {
			l.SCP = levels(list("scp", 1), list("scp below", 0))
		}
		if w.flip("session") {
			l.HasSession, l.Session = true, policy.NewSet(list("session", 0)...)
		}
		r := c.request(c.session, nil)
		r.Scope = w.pick("scope", "", "rg", "other")
		names := []string{"k:a", "k:b", "k:c"}
		known := w.tell("known", names)
		r.Keys = known
		res := policy.Partial(l, r)
		verdict, sure := res.Verdict()
		if sure != (res.Missing() == nil) || sure && res.Open() != nil {
			t.Fatalf("%s: sure %v, missing %q", c.g.Name(), sure, res.Missing())
		}
		for range 4 {
			rest := w.tell("then", names)
			full := *r
			full.Keys = together(known, rest)
			want := policy.Decide(l, &full)
			if got := res.Decide(rest); got != want {
				t.Fatalf("%s: the residual decides %+v, the policies %+v", c.g.Name(), got, want)
			}
			if sure && want.Verdict != verdict {
				t.Fatalf("%s: %s whatever comes, but then %s", c.g.Name(), verdict, want.Verdict)
			}
			if e := policy.Explain(l, &full); e.Decision != want {
				t.Fatalf("Explain says %+v, Decide %+v", e.Decision, want)
			}
		}
	})
}

func TestDecideDoesNotAllocateInAnyCloud(t *testing.T) {
	for _, c := range clouds() {
		yes := c.say(t, policy.Managed, "Allow", c.action, `,"Resource":["`+c.resource+`"]`)
		l := &policy.Layers{Grammar: c.g, Identity: policy.NewSet(yes), HasSession: true, Session: policy.NewSet(yes), Scoped: map[string]*policy.Set{"s": policy.NewSet(yes)}}
		r := c.request(c.session, nil)
		r.Scope = "s"
		if n := testing.AllocsPerRun(100, func() { policy.Decide(l, r) }); n != 0 {
			t.Errorf("%s: %v allocations per decision, want none", c.g.Name(), n)
		}
	}
}

// Many statements are found by an index; in every cloud it finds what a look at
// each of them does.
func TestPropertyIndexOfClouds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(clouds()).Draw(t, "cloud")
		w := world{t}
		service, _, _ := strings.Cut(c.action, ":")
		names := []string{c.resource, strings.TrimRight(c.resource, "1c") + "*", strings.Replace(c.resource, c.account, "*", 1), c.role, "*"}
		switch c.g {
		case policy.RAM():
			names = append(names, "acs:ecs:::instance/i-1", "acs:*:*:*:instance/?-1", "acs:ecs::*:*", "acs:ram:*:"+c.account+":role/d*")
		case policy.Huawei():
			names = append(names, "ecs:*:*:instance:${k:a}", "ecs:*:*:*:i-?", "*:*:*:instance:i-1", "iam::*:agency:*")
		default:
			names = append(names, "ucs:uhost:*:*:instance/*", "ucs:*:*:*:*", "ucs:iam:*:"+c.account+":role/dev")
		}
		actions := []string{c.action, strings.ToUpper(c.action), c.toRole, "*"}
		if c.g == policy.Huawei() {
			actions = append(actions, service+":*:*", "*:*:get", "e*:servers:*", "sts::tagSession")
		} else {
			actions = append(actions, service+":*", "*:Start*", service+":?tartInstance")
		}
		var list []string
		for range rapid.IntRange(48, 70).Draw(t, "statements") {
			effect := "Allow"
			if rapid.IntRange(0, 30).Draw(t, "deny") == 0 {
				effect = "Deny"
			}
			name := w.pick("resource", names...)
			if rapid.Bool().Draw(t, "some other") {
				name = strings.Replace(name, "i", "j", 1) + fmt.Sprint(len(list))
				if !strings.Contains(name, ":") {
					name = c.role + name
				}
			}
			list = append(list, fmt.Sprintf(`{"Effect":%q,"Action":[%q],"Resource":[%q]}`, effect, w.pick("action", actions...), name))
		}
		d, err := policy.Parse(c.g, policy.Managed, []byte(fmt.Sprintf(`{"Version":%q,"Statement":[%s]}`, c.version, strings.Join(list, ","))))
		if err != nil {
			t.Skip(err) // a name that was changed too much
		}
		l := &policy.Layers{Grammar: c.g, Identity: policy.NewSet(policy.Source{ID: "many", Policy: d.Compile()})}
		r := c.request(c.user, keys("k:a=i-1"))
		if rapid.Bool().Draw(t, "assume") {
			r = c.assume(c.user)
		}
		want := policy.ImplicitDeny
		for _, s := range policy.Explain(l, r).Layers[0].Policies[0].Statements {
			switch {
			case s.Matched && s.Effect == policy.EffectDeny:
				want = policy.ExplicitDeny
			case s.Matched && want == policy.ImplicitDeny:
				want = policy.Allow
			}
		}
		if got := policy.Decide(l, r).Verdict; got != want {
			t.Fatalf("%s: the index says %s, the statements %s", c.g.Name(), got, want)
		}
	})
}
