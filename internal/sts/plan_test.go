package sts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
)

func TestPlanOfAUser(t *testing.T) {
	w := newWorld(t)
	p, err := w.assume(w.ann(), ask("clerk", func(in *AssumeRole) {
		in.Tags, in.Transitive, in.SourceIdentity = []iam.Tag{{Key: "team", Value: "blue"}}, []string{"TEAM"}, "ann"
	}))
	if err != nil {
		t.Fatal(err)
	}
	r, _ := w.view.Role(home, "clerk")
	want := session.Session{Account: home, RoleID: r.ID, Name: "desk", Issued: noon, Expires: noon.Add(time.Hour), SourceIdentity: "ann",
		Tags: []iam.Tag{{Key: "team", Value: "blue"}}, Transitive: []string{"team"}, Origin: origin}
	if d := cmp.Diff(want, p.Session); d != "" || p.Role.ID != r.ID {
		t.Error(d)
	}
	// Half seconds are cut: sessions carry whole ones.
	p, err = NewPlan(w.view, w.ann(), origin, "", ask("clerk", nil), noon.Add(999*time.Millisecond).In(time.FixedZone("x", 3600)))
	if err != nil || !p.Session.Issued.Equal(noon) || p.Session.Issued.Location() != time.UTC {
		t.Errorf("%s, %v", p.Session.Issued, err)
	}
}

func TestPlanOfASession(t *testing.T) {
	w := newWorld(t)
	clerk := w.become(w.ann(), ask("clerk", nil))
	w.role(home, "second", trusting(home, ""))
	p, err := w.assume(clerk, ask("second", nil))
	if err != nil || p.Session.Parent != "ASIACALLER" || !p.Session.Chained || p.Session.Origin != origin {
		t.Errorf("%+v, %v", p, err)
	}
}

// A chain remembers the roles on its way, each once, and does not grow for ever.
func TestChain(t *testing.T) {
	w := newWorld(t)
	caller := w.ann()
	for i := range session.MaxLinks + 1 {
		name := fmt.Sprint("role", i)
		w.role(home, name, trusting(home, ""))
		caller = w.become(caller, ask(name, nil))
		if n := len(caller.Session.Via); n != i {
			t.Fatalf("%d links after %d roles", n, i+1)
		}
	}
	_, err := w.plan(caller, ask("clerk", nil))
	wantFault(t, "one more", err, fault.Limit, fault.Role)
	// Two roles that take turns are two links, and stay so.
	a := w.become(w.ann(), ask("role0", nil))
	for range 3 * session.MaxLinks {
		a = w.become(w.become(a, ask("role1", nil)), ask("role0", nil))
	}
	if n := len(a.Session.Via); n != 2 {
		t.Errorf("%d links", n)
	}
}

func TestRoleARN(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"nothing-valid-in-here", "arn:a:a::aaaaaaaaaa:", "", "arn:aws:iam::111111111111:user/ann", "arn:aws:iam::111111111111:root",
		"arn:aws:sts::111111111111:assumed-role/clerk/desk", "arn:aws:s3:::role/clerk", "arn:aws:iam::111111111111:role/", "arn:aws:iam::111111111111:role",
		"arn:aws:iam::111111111111:policy/clerk"} {
		_, err := w.plan(w.ann(), &AssumeRole{RoleARN: name, SessionName: "desk"})
		if f := wantFault(t, name, err, fault.Invalid, fault.ARN); f.Name != name {
			t.Errorf("%q is called %q", name, f.Name)
		}
	}
	// A role is meant by its exact name: the path and the case belong to it.
	w.change(func(tx *iam.Tx) {
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Path: "/deep/", Name: "Boss", Trust: trusting(home, "")}))
	})
	for name, want := range map[string]bool{"deep/Boss": true, "Boss": false, "deep/boss": false, "other/Boss": false} {
		if _, err := w.assume(w.ann(), ask(name, nil)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRootMayNotAssume(t *testing.T) {
	w := newWorld(t)
	for _, role := range []string{"clerk", "nobody", "arn:aws:iam::222222222222:role/x"} {
		_, err := w.plan(access.Root(w.view, home), ask(role, nil))
		wantFault(t, role, err, fault.Denied, fault.RootSession)
	}
}

func TestDurations(t *testing.T) {
	w := newWorld(t)
	w.change(func(tx *iam.Tx) {
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "short", Trust: trusting(home, "")})) // an hour at the most
	})
	clerk := w.become(w.ann(), ask("clerk", nil))
	for _, c := range []struct {
		caller *access.Subject
		role   string
		asked  time.Duration
		got    time.Duration
		about  fault.What // None: no fault
	}{
		{w.ann(), "clerk", 0, time.Hour, 0}, // whatever the role's maximum
		{w.ann(), "clerk", 15 * time.Minute, 15 * time.Minute, 0},
		{w.ann(), "clerk", 12 * time.Hour, 12 * time.Hour, 0},
		{w.ann(), "clerk", 12*time.Hour + time.Second, 0, fault.Duration},
		{w.ann(), "clerk", 15*time.Minute - time.Second, 0, fault.Parameter},
		{w.ann(), "clerk", -time.Hour, 0, fault.Parameter},
		{w.ann(), "clerk", time.Hour + time.Millisecond, 0, fault.Parameter},
		{w.ann(), "short", time.Hour, time.Hour, 0},
		{w.ann(), "short", time.Hour + time.Second, 0, fault.Duration},
		{clerk, "clerk", 0, time.Hour, 0},
		{clerk, "clerk", time.Hour, time.Hour, 0},
		{clerk, "clerk", time.Hour + time.Second, 0, fault.ChainDuration}, // though the role allows twelve
		{clerk, "short", 12 * time.Hour, 0, fault.ChainDuration},
	} {
		what := fmt.Sprint(c.caller.Principal.Type, " asks ", c.role, " for ", c.asked)
		p, err := w.assume(c.caller, ask(c.role, func(in *AssumeRole) { in.Duration = c.asked }))
		if c.about != fault.None {
			wantFault(t, what, err, fault.Invalid, c.about)
		} else if err != nil || p.Session.Expires.Sub(p.Session.Issued) != c.got {
			t.Errorf("%s: %v, %v", what, p, err)
		}
	}
}

func TestTags(t *testing.T) {
	w := newWorld(t)
	many := func(n int) (list []iam.Tag) {
		for i := range n {
			list = append(list, iam.Tag{Key: fmt.Sprint("k", i), Value: "v"})
		}
		return list
	}
	parent := w.become(w.ann(), ask("clerk", func(in *AssumeRole) {
		in.Tags = []iam.Tag{{Key: "Team", Value: "blue"}, {Key: "job", Value: "x"}}
		in.Transitive = []string{"team"}
	}))
	for name, c := range map[string]struct {
		caller *access.Subject
		in     func(*AssumeRole)
		kind   fault.Kind
		about  fault.What
	}{
		"twice":                {w.ann(), func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "a", Value: "1"}, {Key: "A", Value: "2"}} }, fault.Invalid, fault.DuplicateTag},
		"reserved":             {w.ann(), func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "AwS:x"}} }, fault.Invalid, fault.TagPrefix},
		"no key":               {w.ann(), func(in *AssumeRole) { in.Tags = []iam.Tag{{Value: "x"}} }, fault.Invalid, fault.Parameter},
		"a key too long":       {w.ann(), func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: strings.Repeat("k", 129)}} }, fault.Invalid, fault.Parameter},
		"a value too long":     {w.ann(), func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "k", Value: strings.Repeat("v", 257)}} }, fault.Invalid, fault.Parameter},
		"transitive, no tag":   {w.ann(), func(in *AssumeRole) { in.Tags, in.Transitive = many(1), []string{"k1"} }, fault.Invalid, fault.TransitiveTag},
		"transitive, none":     {w.ann(), func(in *AssumeRole) { in.Transitive = []string{"k1"} }, fault.Invalid, fault.TransitiveTag},
		"inherited":            {parent, func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "TEAM", Value: "red"}} }, fault.Invalid, fault.InheritedTag},
		"inherited, same":      {parent, func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "Team", Value: "blue"}} }, fault.Invalid, fault.InheritedTag},
		"too many":             {w.ann(), func(in *AssumeRole) { in.Tags = many(51) }, fault.Limit, fault.SessionTags},
		"too many, inherited":  {parent, func(in *AssumeRole) { in.Tags = many(50) }, fault.Limit, fault.SessionTags},
		"larger than allotted": {w.ann(), func(in *AssumeRole) { in.Tags = large(20) }, fault.TooLarge, fault.SessionTags},
	} {
		_, err := w.plan(c.caller, ask("clerk", c.in))
		wantFault(t, name, err, c.kind, c.about)
	}
	for name, c := range map[string]struct {
		caller *access.Subject
		in     func(*AssumeRole)
	}{
		"fifty":                        {w.ann(), func(in *AssumeRole) { in.Tags = many(50) }},
		"forty-nine and one inherited": {parent, func(in *AssumeRole) { in.Tags = many(49) }},
		"what was not inherited":       {parent, func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "job", Value: "y"}} }},
		"an empty value":               {w.ann(), func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "k"}} }},
	} {
		if _, err := w.assume(c.caller, ask("clerk", c.in)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// large gives tags of 300 bytes each.
func large(n int) (list []iam.Tag) {
	for i := range n {
		list = append(list, iam.Tag{Key: fmt.Sprint(strings.Repeat("k", 48), 10+i), Value: strings.Repeat("v", 250)})
	}
	return list
}

// Transitive tags go from role to role; the others end with their session.
func TestTransitiveTags(t *testing.T) {
	w := newWorld(t)
	w.role(home, "second", trusting(home, ""), iam.Tag{Key: "team", Value: "of the role"}, iam.Tag{Key: "site", Value: "north"})
	first := w.become(w.ann(), ask("clerk", func(in *AssumeRole) {
		in.Tags = []iam.Tag{{Key: "Team", Value: "blue"}, {Key: "job", Value: "x"}}
		in.Transitive = []string{"team", "TEAM", "Team"} // one key, however often it is named
	}))
	second := w.become(first, ask("second", func(in *AssumeRole) {
		in.Tags, in.Transitive = []iam.Tag{{Key: "stage", Value: "2"}}, []string{"stage"}
	}))
	if d := cmp.Diff([]iam.Tag{{Key: "Team", Value: "blue"}, {Key: "stage", Value: "2"}}, second.Session.Tags); d != "" {
		t.Error(d)
	}
	third := w.become(second, ask("clerk", nil))
	if d := cmp.Diff([]iam.Tag{{Key: "Team", Value: "blue"}, {Key: "stage", Value: "2"}}, third.Session.Tags); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"Team", "stage"}, third.Session.Transitive); d != "" {
		t.Error(d)
	}
	// A role's own tags are the principal's, after what was inherited, and are handed on to nobody.
	if v, _ := second.Tag("team"); v != "blue" {
		t.Errorf("team is %q", v)
	}
	if v, _ := second.Tag("site"); v != "north" {
		t.Errorf("site is %q", v)
	}
	if _, ok := third.Tag("site"); ok {
		t.Error("a role's tag was handed on")
	}
}

// While a trust policy is evaluated the inherited tags stand in for the role's own.
func TestInheritedTagsStandInForTheRoles(t *testing.T) {
	w := newWorld(t)
	w.role(home, "blue", trusting(home, `{"StringEquals":{"aws:ResourceTag/team":"blue"}}`), iam.Tag{Key: "Team", Value: "red"})
	w.role(home, "red", trusting(home, `{"StringEquals":{"aws:ResourceTag/team":"red"}}`), iam.Tag{Key: "Team", Value: "red"})
	tagged := w.become(w.ann(), ask("clerk", func(in *AssumeRole) {
		in.Tags, in.Transitive = []iam.Tag{{Key: "team", Value: "blue"}}, []string{"team"}
	}))
	for _, c := range []struct {
		caller *access.Subject
		role   string
		want   bool
	}{{w.ann(), "red", true}, {w.ann(), "blue", false}, {tagged, "red", false}, {tagged, "blue", true}} {
		if _, err := w.assume(c.caller, ask(c.role, nil)); (err == nil) != c.want {
			t.Errorf("%s assumes %s: %v", c.caller.Principal.ARN, c.role, err)
		}
	}
}

func TestSourceIdentity(t *testing.T) {
	w := newWorld(t)
	as := func(name string) func(*AssumeRole) { return func(in *AssumeRole) { in.SourceIdentity = name } }
	for _, name := range []string{"aws:ann", "AWS:ann"} {
		_, err := w.plan(w.ann(), ask("clerk", as(name)))
		wantFault(t, name, err, fault.Invalid, fault.SourceIdentity)
	}
	first := w.become(w.ann(), ask("clerk", as("ann")))
	if first.Session.SourceIdentity != "ann" {
		t.Errorf("%+v", first.Session)
	}
	for _, again := range []string{"", "ann"} {
		if s := w.become(first, ask("clerk", as(again))); s.Session.SourceIdentity != "ann" {
			t.Errorf("asked for %q: %q", again, s.Session.SourceIdentity)
		}
	}
	_, err := w.plan(first, ask("clerk", as("bob")))
	wantFault(t, "another name", err, fault.Denied, fault.SourceIdentity)
	// One may come in later in the chain, and then stays.
	late := w.become(w.become(w.ann(), ask("clerk", nil)), ask("clerk", as("bob")))
	if late.Session.SourceIdentity != "bob" {
		t.Errorf("%+v", late.Session)
	}
}

func TestSessionPolicies(t *testing.T) {
	w := newWorld(t)
	w.change(func(tx *iam.Tx) {
		must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "get", Document: allowAll}))
		must[*iam.Policy](t)(tx.CreatePolicy(other, iam.PolicySpec{Name: "get", Document: allowAll}))
	})
	const own, foreign, gone = "arn:aws:iam::111111111111:policy/get", "arn:aws:iam::222222222222:policy/get", "arn:aws:iam::111111111111:policy/gone"
	padded := func(n int) string { return allowAll[:len(allowAll)-1] + strings.Repeat(" ", n-len(allowAll)) + "}" }
	for name, c := range map[string]struct {
		policy string
		arns   []string
		kind   fault.Kind
		about  fault.What
		limit  int
	}{
		"no JSON":                     {"{", nil, fault.Malformed, fault.SessionPolicy, 0},
		"with a principal":            {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`, nil, fault.Malformed, fault.SessionPolicy, 0},
		"a character too long":        {padded(2049), nil, fault.TooLarge, fault.SessionPolicy, 101},
		"twice as long":               {padded(4096), nil, fault.TooLarge, fault.SessionPolicy, 200},
		"no resource name":            {"", []string{"get"}, fault.Invalid, fault.ARN, 0},
		"of another account":          {"", []string{own, foreign}, fault.NotFound, fault.SessionPolicy, 0},
		"that is not there":           {"", []string{gone}, fault.NotFound, fault.SessionPolicy, 0},
		"eleven":                      {"", strings.Split(strings.Repeat(own+" ", 10)+own, " "), fault.Limit, fault.SessionPolicy, 10},
		"more than fits, with others": {padded(2048), []string{own, "arn:aws:iam::111111111111:policy/" + strings.Repeat("x/", 600) + "y", "arn:aws:iam::111111111111:policy/" + strings.Repeat("x/", 900) + "y"}, fault.TooLarge, fault.SessionPolicy, 99},
	} {
		_, err := w.assume(w.ann(), ask("clerk", func(in *AssumeRole) { in.Policy, in.PolicyARNs = c.policy, c.arns }))
		f := wantFault(t, name, err, c.kind, c.about)
		if c.limit == 99 && f.Limit <= 100 || c.limit != 99 && f.Limit != c.limit {
			t.Errorf("%s: limit %d", name, f.Limit)
		}
	}
	for name, c := range map[string]struct {
		policy string
		arns   []string
	}{
		"none":                    {"", nil},
		"one":                     {allowAll, nil},
		"as long as may be":       {padded(2048), nil},
		"of the role's account":   {"", []string{own}},
		"of all accounts":         {"", []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}},
		"ten":                     {"", strings.Split(strings.Repeat(own+" ", 9)+own, " ")},
		"both kinds":              {allowAll, []string{own}},
		"2048 letters, not bytes": {strings.Replace(allowAll, `"Statement"`, `"Id":"`+strings.Repeat("é", 1900)+`","Statement"`, 1), nil},
	} {
		p, err := w.assume(w.ann(), ask("clerk", func(in *AssumeRole) { in.Policy, in.PolicyARNs = c.policy, c.arns }))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Session.Policy != c.policy || len(p.Session.PolicyARNs) != len(c.arns) {
			t.Errorf("%s: %+v", name, p.Session)
		}
	}
}

func TestPackedPolicySize(t *testing.T) {
	w := newWorld(t)
	for name, c := range map[string]struct {
		in   func(*AssumeRole)
		want int
		ok   bool
	}{
		"nothing":           {nil, 0, false},
		"a source identity": {func(in *AssumeRole) { in.SourceIdentity = "ann" }, 0, false},
		"one tag":           {func(in *AssumeRole) { in.Tags = []iam.Tag{{Key: "k", Value: "v"}} }, 1, true},
		"a policy":          {func(in *AssumeRole) { in.Policy = allowAll }, (len(allowAll)*100 + session.Allotment - 1) / session.Allotment, true},
		"a tenth": {func(in *AssumeRole) {
			in.Tags = []iam.Tag{{Key: strings.Repeat("k", 128), Value: strings.Repeat("v", 256)}, {Key: "x", Value: strings.Repeat("v", 127)}}
		}, 10, true},
		"a tenth and a byte": {func(in *AssumeRole) {
			in.Tags = []iam.Tag{{Key: strings.Repeat("k", 128), Value: strings.Repeat("v", 256)}, {Key: "x", Value: strings.Repeat("v", 128)}}
		}, 11, true},
		"nearly all there is": {func(in *AssumeRole) { in.Tags = large(17) }, 100, true},
	} {
		p, err := w.plan(w.ann(), ask("clerk", c.in))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, ok := p.PackedPolicySize(); got != c.want || ok != c.ok {
			t.Errorf("%s: %d%%, %t, want %d%%", name, got, ok, c.want)
		}
	}
}
