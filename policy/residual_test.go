package policy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/policy"
)

// unsure draws statements in every operator and with variables, over a few keys of which any may be unknown.
type unsure struct{ world }

var unsureKeys = []string{"k:a", "k:b", "k:c", "aws:username"}

// unsureValues are what requests say; operators that cannot read one meet it all the same.
var unsureValues = []string{"", "a", "A", "alice", "a*", "7", "8", "true", "false", "10.1.2.3", "2026-01-01T00:00:00Z", "YWxpY2U=", "arn:aws:s3:::b/alice"}

func (w unsure) condition() string {
	operator := w.pick("operator", "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
		"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals", "DateLessThan", "DateNotEquals", "Bool", "BinaryEquals",
		"IpAddress", "NotIpAddress", "ArnLike", "ArnNotEquals", "Null")
	if operator != "Null" {
		operator = w.pick("set", "", "", "ForAllValues:", "ForAnyValue:") + operator + w.pick("if exists", "", "", "IfExists")
	}
	var of []string
	switch {
	case strings.Contains(operator, "String"):
		of = []string{"a", "alice", "a*", "${k:c}", "${k:b, 'a'}", "${*}", "x${aws:username}*"}
	case strings.Contains(operator, "Numeric"):
		of = []string{"7", "7.5"}
	case strings.Contains(operator, "Date"):
		of = []string{"2026-01-01T00:00:00Z", "2026-06-01"}
	case strings.Contains(operator, "Binary"):
		of = []string{"YWxpY2U="}
	case strings.Contains(operator, "Ip"):
		of = []string{"10.0.0.0/8", "192.0.2.1"}
	case strings.Contains(operator, "Arn"):
		of = []string{"arn:aws:s3:::b/*", "arn:aws:s3:::b/${k:a}", "arn:aws:s3:::${aws:username}"}
	default:
		of = []string{"true", "false"}
	}
	values := rapid.SliceOfN(rapid.SampledFrom(of), 0, 2).Draw(w.T, "values")
	text, _ := json.Marshal(append([]string{}, values...))
	return fmt.Sprintf(`{%q:{%q:%s}}`, operator, w.pick("key", unsureKeys...), text)
}

func (w unsure) statement(withPrincipal bool) string {
	s := fmt.Sprintf(`{"Effect":%q,%q:%q,%q:%q`, w.pick("effect", "Allow", "Allow", "Deny"),
		w.pick("action element", "Action", "Action", "Action", "NotAction"), w.pick("action", "*", "s3:Get*", "ec2:*"),
		w.pick("resource element", "Resource", "Resource", "NotResource"),
		w.pick("resource", "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${k:a}/${k:b,'k'}", "arn:aws:s3:::c"))
	if withPrincipal {
		s += fmt.Sprintf(`,%q:%s`, w.pick("principal element", "Principal", "Principal", "Principal", "NotPrincipal"),
			w.pick("principal", `{"AWS":"*"}`, `{"AWS":"111122223333"}`, `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, `{"AWS":"arn:aws:iam::111122223333:role/team/app"}`,
				`{"AWS":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, `{"Service":"logs.example.com"}`))
	}
	if w.pick("conditional", "yes", "yes", "no") == "yes" {
		s += `,"Condition":` + w.condition()
	}
	return s + "}"
}

func (w unsure) document(label string, use policy.Use) policy.Source {
	var list []string
	for range rapid.IntRange(1, 3).Draw(w.T, label) {
		list = append(list, w.statement(use == policy.Resource))
	}
	doc, err := policy.Read(policy.AWS(), use, []byte(statements(list...)))
	if doc == nil {
		w.Fatalf("%s: %v", statements(list...), err)
	}
	return policy.Source{ID: label, Type: use.String(), Policy: doc.Compile()}
}

func (w unsure) layers() *policy.Layers {
	l := &policy.Layers{}
	list := func(label string, use policy.Use, atLeast int) []policy.Source {
		var sources []policy.Source
		for i := range rapid.IntRange(atLeast, 2).Draw(w.T, label+" policies") {
			sources = append(sources, w.document(fmt.Sprintf("%s %d", label, i), use))
		}
		return sources
	}
	one := func(label string, use policy.Use) *policy.Source {
		if !w.flip(label) {
			return nil
		}
		s := w.document(label, use)
		return &s
	}
	l.Identity = policy.NewSet(list("identity", policy.Managed, 0)...)
	l.Resource, l.Boundary = one("resource", policy.Resource), one("boundary", policy.Managed)
	l.Kind = rapid.SampledFrom([]policy.ResourceKind{policy.ResourceDefault, policy.ResourceDefault, policy.ResourceTrust}).Draw(w.T, "kind")
	if w.flip("session") {
		l.HasSession, l.Session = true, policy.NewSet(list("session", policy.Managed, 0)...)
	}
	switch w.pick("organization", "none", "none", "scp", "rcp", "endpoint", "unreadable") {
	case "scp":
		l.SCP = []*policy.Set{policy.NewSet(list("scp 0", policy.Managed, 1)...), policy.NewSet(list("scp 1", policy.Managed, 0)...)}
	case "rcp":
		l.RCP = []*policy.Set{policy.NewSet(list("rcp", policy.Managed, 1)...)}
	case "endpoint":
		l.Endpoint = one("endpoint", policy.Managed)
	case "unreadable":
		l.SCP = []*policy.Set{policy.NewSet(append(list("scp", policy.Managed, 0), policy.Source{ID: "broken"})...)}
	}
	return l
}

// tell draws values for some keys: one, several, or that it is absent.
func (w unsure) tell(label string, names []string) policy.MapKeys {
	keys := policy.MapKeys{}
	for _, name := range names {
		switch w.pick(label+" "+name, "unknown", "unknown", "one", "one", "list", "absent") {
		case "one":
			keys.Set(name, w.pick("value of "+name, unsureValues...))
		case "list":
			keys.SetList(name, rapid.SliceOfN(rapid.SampledFrom(unsureValues), 1, 3).Draw(w.T, "values of "+name)...)
		case "absent":
			keys.SetList(name)
		}
	}
	return keys
}

func together(list ...policy.MapKeys) policy.MapKeys {
	all := policy.MapKeys{}
	for _, keys := range slices.Backward(list) {
		maps.Copy(all, keys)
	}
	return all
}

// Whatever the unknown keys turn out to be, the residual decides as the policies do: at once, in steps, and by the statement.
func TestPropertyResidualIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := unsure{world{t}}
		l, r := w.layers(), w.request()
		known := w.tell("known", unsureKeys)
		r.Keys = known
		res := policy.Partial(l, r)
		verdict, sure := res.Verdict()
		missing := res.Missing()
		if sure != (missing == nil) || sure != (res.Open() == nil) {
			t.Fatalf("sure: %t, missing %q, open %v", sure, missing, res.Open())
		}
		for range 5 {
			some, rest := w.tell("then", unsureKeys), w.tell("at last", unsureKeys)
			full := *r
			full.Keys = together(known, some, rest)
			want := policy.Decide(l, &full)
			if got := res.Decide(together(some, rest)); got != want {
				t.Fatalf("the residual decides %+v, the policies %+v", got, want)
			}
			if got := res.With(some).Decide(rest); got != want {
				t.Fatalf("the residual of the residual decides %+v, the policies %+v", got, want)
			}
			if res.Allows(together(some, rest)) != want.Allowed() {
				t.Fatalf("Allows is not %s", want.Verdict)
			}
			if sure && want.Verdict != verdict {
				t.Fatalf("%s whatever comes, but then %s", verdict, want.Verdict)
			}
			if want.Allowed() && !res.Best().Allowed() || !want.Allowed() && res.Worst().Allowed() {
				t.Fatalf("%s is not between %s and %s", want.Verdict, res.Worst().Verdict, res.Best().Verdict)
			}
			same := policy.MapKeys{} // the missing keys as before, the others in any other way
			maps.Copy(same, w.tell("otherwise", unsureKeys))
			for _, name := range missing {
				key := policy.FoldKey(name)
				if v, ok := together(some, rest)[key]; ok {
					same[key] = v
				} else {
					delete(same, key)
				}
			}
			if got := res.Decide(same); got.Verdict != want.Verdict {
				t.Fatalf("%s, but %s when nothing is different that was missing", want.Verdict, got.Verdict)
			}
		}
	})
}

// written is what is open in a layer as a document of its own, with what it says otherwise.
func written(t *rapid.T, o *policy.OpenLayer) policy.Source {
	list := []any{}
	if o.Otherwise == policy.Allow {
		list = append(list, map[string]any{"Effect": "Allow", "Action": "*", "Resource": "*"})
	}
	for _, s := range o.Statements {
		st := map[string]any{"Effect": s.Effect.String(), "Action": "*", "Resource": "*"}
		if s.Resources != nil {
			delete(st, "Resource")
			element := "Resource"
			if s.NotResource {
				element = "NotResource"
			}
			st[element] = s.Resources
		}
		conditions := map[string]map[string][]string{}
		for _, c := range s.Conditions {
			if conditions[c.Operator] == nil {
				conditions[c.Operator] = map[string][]string{}
			}
			conditions[c.Operator][c.Key] = append([]string{}, c.Values...)
		}
		if len(conditions) > 0 {
			st["Condition"] = conditions
		}
		list = append(list, st)
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": list})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := policy.Read(policy.AWS(), policy.Managed, text)
	if doc == nil {
		t.Fatalf("%s: %v", text, err)
	}
	return policy.Source{ID: "written", Policy: doc.Compile()}
}

// What is shown of a residual is the residual: a policy written from it, variables filled in, decides as the layer it stands for.
func TestPropertyOpenIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := unsure{world{t}}
		l, r := w.layers(), w.request()
		known := w.tell("known", unsureKeys)
		r.Keys = known
		shown := *l
		for _, o := range policy.Partial(l, r).Open() {
			s := written(t, &o)
			switch o.Layer {
			case policy.LayerIdentity:
				shown.Identity = policy.NewSet(s)
			case policy.LayerSession:
				shown.Session = policy.NewSet(s)
			case policy.LayerBoundary:
				shown.Boundary = &s
			case policy.LayerSCP:
				shown.SCP = slices.Clone(shown.SCP)
				shown.SCP[o.Level] = policy.NewSet(s)
			case policy.LayerRCP:
				shown.RCP = slices.Clone(shown.RCP)
				shown.RCP[o.Level] = policy.NewSet(s)
			case policy.LayerEndpoint:
				shown.Endpoint = &s
			}
		}
		for range 5 {
			full := *r
			full.Keys = together(known, w.tell("then", unsureKeys))
			if want, got := policy.Decide(l, &full).Verdict, policy.Decide(&shown, &full).Verdict; got != want {
				t.Fatalf("what is shown says %s, the policies say %s", got, want)
			}
		}
	})
}

func TestPartial(t *testing.T) {
	prefix := `{"StringLike":{"s3:prefix":"${aws:username}/*"}}`
	for name, c := range map[string]struct {
		identity, boundary string
		keys               policy.MapKeys
		want               string // verdict, or what it depends on
	}{
		"nothing asked":            {identity: statements(say("Allow", "")), want: "allowed"},
		"nothing said":             {identity: statements(`{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":` + prefix + `}`), want: "implicitDeny"},
		"a Deny whatever comes":    {identity: statements(say("Deny", ""), say("Allow", prefix)), want: "explicitDeny"},
		"a condition":              {identity: statements(say("Allow", prefix)), want: "identity-based policy: Allow 0 if StringLike s3:prefix [${aws:username}/*]"},
		"a variable that is known": {identity: statements(say("Allow", prefix)), keys: keys("aws:username=al*ce"), want: "identity-based policy: Allow 0 if StringLike s3:prefix [al${*}ce/*]"},
		"a variable that is not":   {identity: statements(say("Allow", `{"StringEquals":{"k:a":"${k:b}"}}`)), keys: keys("k:a=x"), want: "identity-based policy: Allow 0 if StringEquals k:a [${k:b}] is [x]"},
		"a value like a variable":  {identity: statements(say("Allow", `{"StringEquals":{"k:a":"${k:b}"}}`)), keys: keys("k:b=${k:c}"), want: "identity-based policy: Allow 0 if StringEquals k:a [${$}{k:c}]"},
		"half of it is settled":    {identity: statements(say("Allow", `{"StringEquals":{"k:a":"x","k:b":"y"}}`)), keys: keys("k:a=x"), want: "identity-based policy: Allow 0 if StringEquals k:b [y]"},
		"a resource": {identity: statements(`{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::x","arn:aws:s3:::home/${k:a}/${k:b}"]}`),
			keys: keys("k:a=alice"), want: "identity-based policy: Allow 0 on [arn:aws:s3:::home/alice/${k:b}]"},
		"all but a resource":  {identity: statements(`{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::home/${k:a}/*"}`), want: "identity-based policy: Allow 0 not on [arn:aws:s3:::home/${k:a}/*]"},
		"an Allow not needed": {identity: statements(say("Allow", prefix), say("Allow", ""), say("Deny", `{"Bool":{"k:a":"true"}}`)), want: "identity-based policy: else allowed: Deny 2 if Bool k:a [true]"},
		"two layers": {identity: statements(say("Allow", prefix)), boundary: statements(say("Allow", `{"Null":{"k:a":"true"}}`)),
			want: "permissions boundary: Allow 0 if Null k:a [true]; identity-based policy: Allow 0 if StringLike s3:prefix [${aws:username}/*]"},
		"the boundary is settled": {identity: statements(say("Allow", prefix)), boundary: statements(say("Allow", "")), want: "identity-based policy: Allow 0 if StringLike s3:prefix [${aws:username}/*]"},
		"known to be absent":      {identity: statements(say("Allow", prefix)), keys: policy.MapKeys{"s3:prefix": policy.List()}, want: "implicitDeny"},
	} {
		l := &policy.Layers{Identity: policy.NewSet(source(t, policy.Inline, c.identity))}
		if c.boundary != "" {
			b := source(t, policy.Managed, c.boundary)
			l.Boundary = &b
		}
		res := policy.Partial(l, &policy.Request{Principal: alice(), Action: "s3:GetObject", Resource: object, ResourceAccount: account, Keys: c.keys})
		if best, worst := res.Best().Allowed(), res.Worst().Allowed(); worst != (c.want == "allowed") || best == strings.HasSuffix(c.want, "Deny") {
			t.Errorf("%s: at best allowed: %t, at worst: %t", name, best, worst)
		}
		if got := depends(res); got != c.want {
			t.Errorf("%s: %s\nwant %s", name, got, c.want)
		}
	}
}

// depends words a residual.
func depends(r *policy.Residual) string {
	if v, known := r.Verdict(); known {
		return v.String()
	}
	var layers []string
	for _, o := range r.Open() {
		text := o.Layer.String() + ":"
		if o.Otherwise != policy.ImplicitDeny {
			text += " else " + o.Otherwise.String() + ":"
		}
		for _, s := range o.Statements {
			text += fmt.Sprintf(" %s %d", s.Effect, s.Statement)
			switch {
			case s.NotResource:
				text += fmt.Sprintf(" not on %s", s.Resources)
			case s.Resources != nil:
				text += fmt.Sprintf(" on %s", s.Resources)
			}
			for _, c := range s.Conditions {
				text += fmt.Sprintf(" if %s %s %s", c.Operator, c.Key, c.Values)
				if c.Request != nil {
					text += fmt.Sprintf(" is %s", c.Request)
				}
			}
		}
		layers = append(layers, text)
	}
	return strings.Join(layers, "; ")
}

// What a layer cannot change is not listed: a grant that bypasses it, a root user who needs none.
func TestPartialLeavesOutWhatIsNotNeeded(t *testing.T) {
	open := source(t, policy.Managed, statements(say("Allow", `{"Bool":{"k:a":"true"}}`), say("Deny", `{"Bool":{"k:b":"true"}}`)))
	grants := source(t, policy.Resource, statement("Allow", "s3:*", "*", `"Principal":"*"`))
	l := &policy.Layers{Identity: policy.NewSet(open), Boundary: &open, Session: policy.NewSet(open), HasSession: true, Resource: &grants}
	const both = "permissions boundary: Deny 1 if Bool k:b [true]; session policy: Deny 1 if Bool k:b [true]; identity-based policy: Deny 1 if Bool k:b [true]"
	if got := depends(policy.Partial(l, getObject(alice(), nil))); got != both {
		t.Errorf("bypassed: %s", got)
	}
	l = &policy.Layers{Identity: policy.NewSet(open), SCP: []*policy.Set{policy.NewSet(open)}}
	const scp = "service control policy: Allow 0 if Bool k:a [true] Deny 1 if Bool k:b [true]; identity-based policy: Deny 1 if Bool k:b [true]"
	if got := depends(policy.Partial(l, getObject(root(), nil))); got != scp {
		t.Errorf("root: %s", got)
	}
}

// A residual is made of what the policies hold and multiplies nothing out.
func TestResidualIsBounded(t *testing.T) {
	var list []string
	for i := range 500 {
		list = append(list, say("Allow", fmt.Sprintf(`{"StringEquals":{"k:%d":"a","k:%d":"b"},"Bool":{"k:x":"true"}}`, i, i+1)))
	}
	s := source(t, policy.Inline, statements(list...))
	l := &policy.Layers{Identity: policy.NewSet(s), Boundary: &s, SCP: []*policy.Set{policy.NewSet(s), policy.NewSet(s)}}
	n, conditions := 0, 0
	for _, o := range policy.Partial(l, getObject(alice(), nil)).Open() {
		for _, st := range o.Statements {
			n++
			conditions += len(st.Conditions)
		}
	}
	if n != 4*500 || conditions != 4*500*3 {
		t.Errorf("%d statements with %d conditions", n, conditions)
	}
}

// Whatever a document says, a residual of it decides as it does.
func FuzzPartial(f *testing.F) {
	f.Add(statements(say("Allow", `{"StringLike":{"k:a":"${k:b, 'x'}*"}}`), say("Deny", `{"ForAnyValue:StringEquals":{"k:b":["a","b"]}}`)), "a", "b", true)
	f.Add(statements(say("Allow", `{"Null":{"k:a":"true"}}`)), "", "", false)
	f.Add(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::${k:a}/${k:b}"}}`, "home", "*", false)
	f.Fuzz(func(t *testing.T, text, a, b string, list bool) {
		doc, _ := policy.Read(policy.AWS(), policy.Managed, []byte(text))
		if doc == nil {
			return
		}
		rest := policy.MapKeys{"k:b": policy.Single(b)}
		if list {
			rest.SetList("k:b", a, b)
		}
		known := policy.MapKeys{"k:a": policy.Single(a)}
		l := &policy.Layers{Identity: policy.NewSet(policy.Source{ID: "p", Policy: doc.Compile()})}
		for _, keys := range []policy.MapKeys{nil, known} {
			r := &policy.Request{Principal: alice(), Action: "s3:GetObject", Resource: object, ResourceAccount: account, Keys: keys}
			res := policy.Partial(l, r)
			full := *r
			full.Keys = together(known, rest)
			if got, want := res.Decide(full.Keys), policy.Decide(l, &full); got != want {
				t.Fatalf("the residual decides %+v, the policy %+v", got, want)
			}
			if _, sure := res.Verdict(); sure != (res.Open() == nil) {
				t.Fatalf("sure: %t, open %v", sure, res.Open())
			}
		}
	})
}
