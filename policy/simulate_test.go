package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy"
)

func simulate(t testing.TB, l *policy.Layers, resource string, keys policy.MapKeys) *policy.Simulation {
	t.Helper()
	return policy.Simulate(l, &policy.Request{
		Principal: alice(), Action: "s3:GetObject", Resource: resource, ResourceAccount: "111122223333", Keys: keys,
	})
}

func statements(list ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

func say(effect, condition string) string {
	s := `{"Effect":"` + effect + `","Action":"s3:GetObject","Resource":"*"`
	if condition != "" {
		s += `,"Condition":` + condition
	}
	return s + `}`
}

const object = "arn:aws:s3:::home/alice/notes"

func TestSimulateMissing(t *testing.T) {
	cond := func(op, key string) string { return `{"` + op + `":{"` + key + `":"10.0.0.1"}}` }
	for name, c := range map[string]struct {
		identity, boundary string
		keys               policy.MapKeys
		verdict            policy.Verdict
		missing            []string
	}{
		"nothing asked":                   {identity: statements(say("Allow", "")), verdict: policy.Allow},
		"an Allow that may yet match":     {identity: statements(say("Allow", cond("IpAddress", "aws:SourceIp"))), verdict: policy.ImplicitDeny, missing: []string{"aws:SourceIp"}},
		"an Allow that need not match":    {identity: statements(say("Allow", ""), say("Allow", cond("IpAddress", "aws:SourceIp"))), verdict: policy.Allow},
		"a Deny that may yet match":       {identity: statements(say("Allow", ""), say("Deny", cond("IpAddress", "aws:SourceIp"))), verdict: policy.Allow, missing: []string{"aws:SourceIp"}},
		"a Deny that matches when absent": {identity: statements(say("Allow", ""), say("Deny", cond("NotIpAddress", "aws:SourceIp"))), verdict: policy.ExplicitDeny, missing: []string{"aws:SourceIp"}},
		"a Deny alone":                    {identity: statements(say("Deny", cond("StringEquals", "k:missing"))), verdict: policy.ImplicitDeny, missing: []string{"k:missing"}},
		"a certain Deny besides":          {identity: statements(say("Deny", ""), say("Allow", cond("StringEquals", "k:missing"))), verdict: policy.ExplicitDeny},
		"the boundary says no anyway":     {identity: statements(say("Allow", cond("StringEquals", "k:missing"))), boundary: statements(`{"Effect":"Allow","Action":"sqs:*","Resource":"*"}`), verdict: policy.ImplicitDeny},
		"the boundary asks": {identity: statements(say("Allow", "")), boundary: statements(say("Allow", cond("StringEquals", "k:boundary"))),
			verdict: policy.ImplicitDeny, missing: []string{"k:boundary"}},
		"another action":            {identity: statements(`{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":` + cond("StringEquals", "k:x") + `}`), verdict: policy.ImplicitDeny},
		"another resource":          {identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":` + cond("StringEquals", "k:x") + `}`), verdict: policy.ImplicitDeny},
		"another condition is not":  {identity: statements(say("Allow", `{"StringEquals":{"k:x":"a","k:y":"b"}}`)), keys: keys("k:y=c"), verdict: policy.ImplicitDeny},
		"several, as spelled":       {identity: statements(say("Allow", `{"StringEquals":{"K:Beta":"a","k:alpha":"b"},"Bool":{"k:BETA":"true"}}`)), verdict: policy.ImplicitDeny, missing: []string{"K:Beta", "k:alpha"}},
		"IfExists":                  {identity: statements(say("Allow", cond("StringEqualsIfExists", "k:x"))), verdict: policy.Allow, missing: []string{"k:x"}},
		"Null":                      {identity: statements(say("Allow", `{"Null":{"k:x":"false"}}`)), verdict: policy.ImplicitDeny, missing: []string{"k:x"}},
		"known to be absent":        {identity: statements(say("Allow", `{"Null":{"k:x":"false"}}`)), keys: policy.MapKeys{"k:x": policy.List()}, verdict: policy.ImplicitDeny},
		"known and wrong":           {identity: statements(say("Allow", cond("StringEquals", "k:x"))), keys: keys("k:x=a"), verdict: policy.ImplicitDeny},
		"a variable in a resource":  {identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:UserName}/*"}`), verdict: policy.ImplicitDeny, missing: []string{"aws:UserName"}},
		"a variable with a value":   {identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:UserName}/*"}`), keys: keys("aws:username=alice"), verdict: policy.Allow},
		"a variable with a default": {identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::home/${ k:x , 'alice'}/*"}`), verdict: policy.Allow, missing: []string{"k:x"}},
		"a variable in a condition": {identity: statements(say("Allow", `{"StringLike":{"k:x":"${*}-${k:y}"}}`)), keys: keys("k:x=a"), verdict: policy.ImplicitDeny, missing: []string{"k:y"}},
		"key and variable":          {identity: statements(say("Allow", `{"StringLike":{"k:x":"${k:y}"}}`)), verdict: policy.ImplicitDeny, missing: []string{"k:x", "k:y"}},
		"no variables in this version": {identity: `{"Statement":[` + say("Allow", `{"StringLike":{"k:x":"${k:y}"}}`) + `]}`,
			verdict: policy.ImplicitDeny, missing: []string{"k:x"}},
	} {
		l := &policy.Layers{Identity: policy.NewSet(source(t, policy.Inline, c.identity))}
		if c.boundary != "" {
			b := source(t, policy.Managed, c.boundary)
			l.Boundary = &b
		}
		s := simulate(t, l, object, c.keys)
		if s.Decision.Verdict != c.verdict || !slices.Equal(s.Missing, c.missing) {
			t.Errorf("%s: %s, missing %q; want %s, %q", name, s.Decision.Verdict, s.Missing, c.verdict, c.missing)
		}
	}
}

func TestSimulateMatched(t *testing.T) {
	id := func(name, doc string) policy.Source {
		s := source(t, policy.Inline, doc)
		s.ID = name
		return s
	}
	bucket := source(t, policy.Resource, statements(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":"s3:*","Resource":"arn:aws:s3:::home/*"}`))
	no := source(t, policy.Managed, statements(say("Deny", "")))
	yes := source(t, policy.Managed, statements(say("Allow", "")))
	two, other := id("two", statements(say("Allow", ""), `{"Effect":"Allow","Action":"s3:Put*","Resource":"*"}`, say("Allow", ""))), id("other", statements(say("Allow", "")))
	for name, c := range map[string]struct {
		l       policy.Layers
		verdict policy.Verdict
		want    []string
		layers  map[policy.Layer]policy.Verdict
	}{
		"every Allow that grants": {policy.Layers{Identity: policy.NewSet(two, other), Boundary: &yes}, policy.Allow, []string{"two#0", "two#2", "other#0"},
			map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.Allow, policy.LayerBoundary: policy.Allow}},
		"only the Deny": {policy.Layers{Identity: policy.NewSet(two, no)}, policy.ExplicitDeny, []string{"managed#0"},
			map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.ExplicitDeny}},
		"every Deny": {policy.Layers{Identity: policy.NewSet(no, two), Boundary: &no}, policy.ExplicitDeny, []string{"managed#0", "managed#0"},
			map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.ExplicitDeny, policy.LayerBoundary: policy.ExplicitDeny}},
		"nothing allows": {policy.Layers{}, policy.ImplicitDeny, nil, map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.ImplicitDeny}},
		"the resource as well": {policy.Layers{Identity: policy.NewSet(other), Resource: &bucket}, policy.Allow, []string{"resource#0", "other#0"},
			map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.Allow, policy.LayerResource: policy.Allow}},
		"the organization does not": {policy.Layers{Identity: policy.NewSet(other), SCP: levels([]policy.Source{yes}, []policy.Source{no, yes}, nil)}, policy.ExplicitDeny, []string{"managed#0"},
			map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.Allow, policy.LayerSCP: policy.ExplicitDeny}},
		"one level is silent": {policy.Layers{Identity: policy.NewSet(other), SCP: levels([]policy.Source{yes}, nil)}, policy.ImplicitDeny, nil,
			map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.Allow, policy.LayerSCP: policy.ImplicitDeny}},
		"a policy that could not be read": {policy.Layers{Identity: policy.NewSet(other, policy.Source{ID: "broken"})}, policy.ExplicitDeny, nil,
			map[policy.Layer]policy.Verdict{policy.LayerIdentity: policy.ExplicitDeny}},
	} {
		s := simulate(t, &c.l, object, nil)
		var got []string
		for _, m := range s.Matched {
			got = append(got, fmt.Sprintf("%s#%d", m.Source, m.Statement))
		}
		if s.Decision.Verdict != c.verdict || !slices.Equal(got, c.want) || s.Missing != nil {
			t.Errorf("%s: %s by %q, missing %q", name, s.Decision.Verdict, got, s.Missing)
		}
		for l := policy.LayerIdentity; l <= policy.LayerTrust; l++ {
			v, ok := s.Outcome(l)
			if want, has := c.layers[l]; has != ok || v != want {
				t.Errorf("%s: the %s says %s, %t", name, l, v, ok)
			}
		}
	}
	if _, ok := new(policy.Simulation).Outcome(policy.LayerTrust + 1); ok {
		t.Error("a layer that does not exist")
	}
}

// Where statements are, as they are written, and as IAM's simulator counts: recordings of it have 3:17 to 9:6 and 9:6 to 15:6 for the
// first document.
func TestSimulatePositions(t *testing.T) {
	list := "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"s3:GetObject\",\n      \"Resource\": \"*\",\n      \"Sid\": \"First\"\n    },\n" +
		"    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"s3:*\",\n      \"Resource\": \"*\",\n      \"Sid\": \"Second\"\n    }\n  ]\n}"
	for name, c := range map[string]struct {
		doc  string
		want []string
	}{
		"a list":          {list, []string{"4:5 9:6 3:17", "10:5 15:6 9:6"}},
		"one line":        {statements(say("Allow", ""), say("Allow", "")), []string{"1:38 1:95 1:38", "1:96 1:153 1:95"}},
		"one object":      {`{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}`, []string{"1:15 1:77 1:16"}},
		"carriage return": {" \r\n{\r\n  \"Statement\": [\r\n    {\r\n" + say("Allow", "")[1:] + "\r\n  ]\r\n}\r\n ", []string{"4:5 5:57 3:17"}},
		"characters":      {`{"Id":"cafè","Statement":[` + say("Allow", "") + `]}`, []string{"1:27 1:84 1:27"}},
	} {
		s := simulate(t, &policy.Layers{Identity: policy.NewSet(source(t, policy.Inline, c.doc))}, object, nil)
		var got []string
		for _, m := range s.Matched {
			got = append(got, fmt.Sprintf("%d:%d %d:%d %d:%d", m.Pos.Line, m.Pos.Column, m.End.Line, m.End.Column, m.After.Line, m.After.Column))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestContextKeys(t *testing.T) {
	for name, c := range map[string]struct {
		docs, want []string
	}{
		"none":                {[]string{statements(say("Allow", ""))}, nil},
		"conditions":          {[]string{statements(say("Allow", `{"Null":{"AWS:SourceIp":"false"},"StringEquals":{"s3:ExistingObjectTag/Owner":"x"}}`))}, []string{"AWS:SourceIp", "s3:ExistingObjectTag/Owner"}},
		"variables, in order": {[]string{statements(`{"Effect":"Allow","Condition":{"StringEquals":{"k:c":"${k:v}"}},"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/Team}/${aws:username}","Action":"*"}`)}, []string{"k:c", "k:v", "aws:PrincipalTag/Team", "aws:username"}},
		"NotResource":         {[]string{statements(`{"Effect":"Deny","NotResource":"arn:aws:s3:::b/${k:v}","Action":"*"}`)}, []string{"k:v"}},
		"defaults, literals":  {[]string{statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username, 'd'}/${*}/${?}/${$}/${}"}`)}, []string{"aws:username"}},
		"the oldest version":  {[]string{`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}]}`}, nil},
		"once":                {[]string{statements(say("Allow", `{"Bool":{"k:a":"true"},"BoolIfExists":{"K:A":"true"}}`)), statements(say("Deny", `{"Bool":{"k:A":"true","k:b":"true"}}`))}, []string{"k:a", "k:b"}},
	} {
		var docs []*policy.Document
		for _, src := range c.docs {
			docs = append(docs, compile(t, policy.Inline, src).Document())
		}
		if got := policy.ContextKeys(docs...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestGrantsService(t *testing.T) {
	act := func(effect, element, actions, more string) string {
		return fmt.Sprintf(`{"Effect":%q,%q:%s,"Resource":"*"%s}`, effect, element, actions, more)
	}
	for name, c := range map[string]struct {
		doc       string
		s3, other bool
	}{
		"an action":            {statements(act("Allow", "Action", `"s3:GetObject"`, "")), true, false},
		"everything":           {statements(act("Allow", "Action", `"*"`, "")), true, true},
		"in any case":          {statements(act("Allow", "Action", `["sqs:Send*","S3:*"]`, "")), true, false},
		"any service":          {statements(act("Allow", "Action", `"*:Get*"`, "")), true, true},
		"all but":              {statements(act("Allow", "NotAction", `["s3:*"]`, "")), false, true},
		"all but some":         {statements(act("Allow", "NotAction", `["s3:Put*"]`, "")), true, true},
		"under a condition":    {statements(act("Allow", "Action", `"s3:*"`, `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`)), true, false},
		"only denied":          {statements(act("Deny", "Action", `"s3:*"`, "")), false, false},
		"taken back":           {statements(act("Allow", "Action", `"*"`, ""), act("Deny", "Action", `"s3:**"`, "")), false, true},
		"taken back in part":   {statements(act("Allow", "Action", `"*"`, ""), act("Deny", "Action", `"s3:Put*"`, "")), true, true},
		"taken back at times":  {statements(act("Allow", "Action", `"*"`, ""), act("Deny", "Action", `"s3:*"`, `,"Condition":{"Bool":{"k:x":"true"}}`)), true, true},
		"taken back somewhere": {statements(act("Allow", "Action", `"*"`, ""), `{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b"}`), true, true},
		"all but taken back":   {statements(act("Allow", "Action", `"*"`, ""), act("Deny", "NotAction", `"sqs:*"`, "")), false, false},
		"not of nothing":       {statements(act("Allow", "Action", `"s3:"`, "")), false, false},
	} {
		p := compile(t, policy.Inline, c.doc)
		if p.GrantsService("s3") != c.s3 || p.GrantsService("ec2") != c.other {
			t.Errorf("%s: s3 %t, ec2 %t", name, p.GrantsService("s3"), p.GrantsService("ec2"))
		}
	}
}

// A simulation decides as a live request does, and what it says of missing keys is true: where it reports none, no value of a key
// that was not told changes the verdict; where it reports some, the verdict hangs on no key beside them.
func TestSimulateAgreesWithDecide(t *testing.T) {
	names := []string{"k:a", "k:b", "k:c"}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(label string) policy.Source {
			var list []string
			for i := range rapid.IntRange(1, 3).Draw(rt, label+" statements") {
				at := fmt.Sprintf("%s %d ", label, i)
				resource := rapid.SampledFrom([]string{"*", "arn:aws:s3:::home/*", "arn:aws:s3:::home/${k:a}/*", "arn:aws:s3:::other"}).Draw(rt, at+"resource")
				action := rapid.SampledFrom([]string{"s3:*", "s3:GetObject", "s3:Put*"}).Draw(rt, at+"action")
				effect := rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(rt, at+"effect")
				op := rapid.SampledFrom([]string{"", "StringEquals", "StringNotEquals", "StringEqualsIfExists", "Null", "ForAnyValue:StringLike", "ForAllValues:StringEquals"}).Draw(rt, at+"operator")
				condition := ""
				if op != "" {
					key := rapid.SampledFrom(names).Draw(rt, at+"key")
					value := rapid.SampledFrom([]string{"true", "alice", "${k:c}"}).Draw(rt, at+"value")
					if op == "Null" {
						value = "true"
					}
					condition = fmt.Sprintf(`,"Condition":{%q:{%q:%q}}`, op, key, value)
				}
				list = append(list, fmt.Sprintf(`{"Effect":%q,"Action":%q,"Resource":%q%s}`, effect, action, resource, condition))
			}
			return source(t, policy.Managed, statements(list...))
		}
		l := &policy.Layers{Identity: policy.NewSet(draw("identity"))}
		if rapid.Bool().Draw(rt, "boundary") {
			b := draw("boundary")
			l.Boundary = &b
		}
		if rapid.Bool().Draw(rt, "scp") {
			l.SCP = levels([]policy.Source{draw("scp")})
		}
		value := rapid.SampledFrom([]string{"", "true", "alice", "bob"})
		told := policy.MapKeys{}
		for _, name := range names {
			if rapid.Bool().Draw(rt, "tell "+name) {
				if v := value.Draw(rt, name); v == "" {
					told.SetList(name)
				} else {
					told.Set(name, v)
				}
			}
		}
		r := policy.Request{Principal: alice(), Action: "s3:GetObject", Resource: object, ResourceAccount: "111122223333", Keys: told}
		s := policy.Simulate(l, &r)
		if d := policy.Decide(l, &r); s.Decision != d {
			rt.Fatalf("simulated %+v, decided %+v", s.Decision, d)
		}
		for range 20 {
			full := policy.MapKeys{}
			for _, name := range names {
				if v, known := told[name]; known {
					full[name] = v
				} else if v := value.Draw(rt, "then "+name); v != "" && !slices.Contains(s.Missing, name) {
					full.Set(name, v)
				}
			}
			r.Keys = full
			if d := policy.Decide(l, &r); d.Verdict != s.Decision.Verdict {
				rt.Fatalf("%s with %v told and %q missing; with %v it is %s", s.Decision.Verdict, told, s.Missing, full, d.Verdict)
			}
		}
	})
}
