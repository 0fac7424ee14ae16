package simulate

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

const (
	clerkIs  = "arn:aws:iam::111111111111:role/clerk"
	abroadIs = "arn:aws:iam::222222222222:role/away"
	assume   = "sts:AssumeRole"
)

func trusting(principal, more string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":["sts:AssumeRole","sts:TagSession"]` + more + `}]}`
}

// extendedState has clerk trust the account, boss trust ann by name under a condition, and a role abroad that trusts everybody here.
func extendedState(t *testing.T) *iam.View {
	return state(t, func(tx *iam.Tx) {
		must[*iam.Role](t)(tx.CreateRole(home, iam.RoleSpec{Name: "boss", Trust: trusting(annIs, when(`{"StringEquals":{"sts:ExternalId":"x"}}`))}))
		must[*iam.Role](t)(tx.CreateRole(other, iam.RoleSpec{Name: "away", Trust: trusting(home, "")}))
	})
}

func TestExtension(t *testing.T) {
	v := extendedState(t)
	const bossIs = "arn:aws:iam::111111111111:role/boss"
	mayAssume := []string{allow("sts:*", "*")}
	told := []Entry{{"sts:ExternalId", "string", []string{"x"}}}
	full := allow("*", "*")
	for name, c := range map[string]struct {
		q       Question
		action  string
		want    policy.Verdict
		layers  string
		missing string
	}{
		"a trust that delegates, and no leave":    {Question{Source: annIs, Resources: []string{clerkIs}}, assume, policy.ImplicitDeny, "identity-based policy: implicitDeny, role trust policy: allowed", ""},
		"a trust that delegates, and leave":       {Question{Source: annIs, Resources: []string{clerkIs}, Policies: mayAssume}, assume, policy.Allow, "identity-based policy: allowed, role trust policy: allowed", ""},
		"a trust that names the user":             {Question{Source: annIs, Resources: []string{bossIs}, Context: told}, assume, policy.Allow, "identity-based policy: implicitDeny, role trust policy: allowed", ""},
		"a trust that asks":                       {Question{Source: annIs, Resources: []string{bossIs}}, assume, policy.ImplicitDeny, "identity-based policy: implicitDeny, role trust policy: implicitDeny", "sts:ExternalId"},
		"a trust that names somebody else":        {Question{Source: clerkIs, Resources: []string{bossIs}}, assume, policy.ImplicitDeny, "identity-based policy: implicitDeny, role trust policy: implicitDeny", ""},
		"tags as well":                            {Question{Source: annIs, Resources: []string{bossIs}, Context: told}, "STS:tagsession", policy.Allow, "identity-based policy: implicitDeny, role trust policy: allowed", ""},
		"not of another action":                   {Question{Source: annIs, Resources: []string{clerkIs}}, "iam:GetRole", policy.ImplicitDeny, "identity-based policy: implicitDeny", ""},
		"not of another account":                  {Question{Source: annIs, Resources: []string{abroadIs}, Policies: mayAssume}, assume, policy.Allow, "identity-based policy: allowed", ""},
		"not of a role that does not exist":       {Question{Source: annIs, Resources: []string{clerkIs + "s"}, Policies: mayAssume}, assume, policy.Allow, "identity-based policy: allowed", ""},
		"not of a user":                           {Question{Source: annIs, Resources: []string{annIs}, Policies: mayAssume}, assume, policy.Allow, "identity-based policy: allowed", ""},
		"not of what is not of IAM":               {Question{Source: annIs, Resources: []string{a}, Policies: mayAssume}, assume, policy.Allow, "identity-based policy: allowed", ""},
		"not for a group":                         {Question{Source: "arn:aws:iam::111111111111:group/staff", Resources: []string{clerkIs}, Policies: mayAssume}, assume, policy.Allow, "identity-based policy: allowed", ""},
		"a trust policy for the role":             {Question{Source: annIs, Resources: []string{clerkIs}, Extension: &Extension{Trust: trusting(annIs, "")}}, assume, policy.Allow, "identity-based policy: implicitDeny, role trust policy: allowed", ""},
		"a trust policy for a role abroad":        {Question{Source: annIs, Resources: []string{abroadIs}, Extension: &Extension{Trust: trusting(annIs, "")}}, assume, policy.ImplicitDeny, "identity-based policy: implicitDeny, role trust policy: allowed", ""},
		"a resource policy comes first":           {Question{Source: annIs, Resources: []string{clerkIs}, ResourcePolicy: trusting(annIs, "")}, assume, policy.Allow, "identity-based policy: implicitDeny, role trust policy: allowed", ""},
		"session policies limit":                  {Question{Source: annIs, Resources: []string{a}, Extension: &Extension{Session: []string{allow("sqs:*", "*"), allow("s3:Put*", "*")}}}, "s3:GetObject", policy.ImplicitDeny, "identity-based policy: allowed, session policy: implicitDeny", ""},
		"session policies add up":                 {Question{Source: annIs, Resources: []string{a}, Extension: &Extension{Session: []string{allow("sqs:*", "*"), allow("s3:Get*", "*")}}}, "s3:GetObject", policy.Allow, "identity-based policy: allowed, session policy: allowed", ""},
		"session policies grant nothing":          {Question{Source: annIs, Resources: []string{a}, Extension: &Extension{Session: []string{full}}}, "s3:CopyObject", policy.ImplicitDeny, "identity-based policy: implicitDeny, session policy: allowed", ""},
		"every level of an organization":          {Question{Source: annIs, Resources: []string{a}, Extension: &Extension{SCP: [][]string{{full}, {allow("sqs:*", "*")}}}}, "s3:GetObject", policy.ImplicitDeny, "identity-based policy: allowed, service control policy: implicitDeny", ""},
		"an organization that allows":             {Question{Source: annIs, Resources: []string{a}, Extension: &Extension{SCP: [][]string{{full}, {full}}}}, "s3:GetObject", policy.Allow, "identity-based policy: allowed, service control policy: allowed", ""},
		"a level without policies":                {Question{Source: annIs, Resources: []string{a}, Extension: &Extension{SCP: [][]string{{}}}}, "s3:GetObject", policy.ImplicitDeny, "identity-based policy: allowed, service control policy: implicitDeny", ""},
		"resource control policies":               {Question{Source: annIs, Resources: []string{a}, Extension: &Extension{RCP: [][]string{{policyOf("Allow", "*", "*", `,"Principal":"*"`), policyOf("Deny", "s3:*", "*", `,"Principal":"*"`)}}}}, "s3:GetObject", policy.ExplicitDeny, "identity-based policy: allowed, resource control policy: explicitDeny", ""},
		"a boundary":                              {Question{Source: annIs, Resources: []string{a}, Boundary: []string{allow("sqs:*", "*")}}, "s3:GetObject", policy.ImplicitDeny, "identity-based policy: allowed, permissions boundary: implicitDeny", ""},
		"policies of nobody":                      {Question{Policies: []string{full}, Extension: &Extension{SCP: [][]string{{allow("s3:*", "*")}}}}, "s3:GetObject", policy.Allow, "identity-based policy: allowed, service control policy: allowed", ""},
		"a caller for policies of nobody's own":   {Question{Policies: mayAssume, Caller: annIs, Resources: []string{clerkIs}}, assume, policy.Allow, "identity-based policy: allowed, role trust policy: allowed", ""},
		"a trust policy for policies of nobody's": {Question{Policies: mayAssume, Caller: annIs, Resources: []string{clerkIs}, Extension: &Extension{Trust: trusting(clerkIs, "")}}, assume, policy.ImplicitDeny, "identity-based policy: allowed, role trust policy: implicitDeny", ""},
	} {
		if c.q.Extension == nil {
			c.q.Extension = &Extension{}
		}
		r := ask(t, v, c.q, c.action)
		var layers []string
		for l := policy.LayerIdentity; l <= policy.LayerTrust; l++ {
			if v, ok := r.All[l]; ok {
				layers = append(layers, l.String()+": "+v.String())
			}
		}
		if r.Verdict != c.want || strings.Join(layers, ", ") != c.layers || strings.Join(r.Missing, " ") != c.missing || r.Reasons != nil {
			t.Errorf("%s: %s by %s, missing %q", name, r.Verdict, strings.Join(layers, ", "), r.Missing)
		}
		c.q.Extension = nil
		if plain := ask(t, v, c.q, c.action); plain.All != nil {
			t.Errorf("%s: without an extension the layers are %v", name, plain.All)
		}
	}
}

func TestExtensionsThatAreRefused(t *testing.T) {
	v := extendedState(t)
	get := []string{"s3:GetObject"}
	for name, c := range map[string]struct {
		q    Question
		want fault.Error
	}{
		"a broken session policy": {Question{Extension: &Extension{Session: []string{allow("*", "*"), "{"}}}, fault.Error{Kind: fault.Malformed, What: fault.SimulatedPolicy, Name: "SessionPolicyInputList.2"}},
		"a broken SCP":            {Question{Extension: &Extension{SCP: [][]string{nil, {"{"}}}}, fault.Error{Kind: fault.Malformed, What: fault.SimulatedPolicy, Name: "ServiceControlPolicyInputList.2.1"}},
		"a broken RCP":            {Question{Extension: &Extension{RCP: [][]string{{"{"}}}}, fault.Error{Kind: fault.Malformed, What: fault.SimulatedPolicy, Name: "ResourceControlPolicyInputList.1.1"}},
		"a broken trust policy":   {Question{Source: annIs, Extension: &Extension{Trust: allow("*", "*")}}, fault.Error{Kind: fault.Malformed, What: fault.ResourcePolicy}},
		"trust in nobody":         {Question{Extension: &Extension{Trust: trusting(annIs, "")}}, fault.Error{Kind: fault.Invalid, What: fault.CallerMissing}},
		"too many reasons": {Question{Resources: slices.Repeat([]string{a, b}, 11), Extension: &Extension{Session: []string{`{"Version":"2012-10-17","Statement":[` + strings.Repeat(`{"Effect":"Allow","Action":"*","Resource":"*"},`, 999) +
			`{"Effect":"Allow","Action":"*","Resource":"*"}]}`}, Explain: true}}, fault.Error{Kind: fault.Limit, What: fault.Simulation, Limit: maxWork / reasonsCost}},
		"too long reasons": {Question{Source: annIs, Resources: slices.Repeat([]string{a}, 100), Extension: &Extension{Session: []string{policyOf("Allow", "s3:*", "*",
			when(`{"StringEquals":{"k:a":"`+strings.Repeat("x", 100_000)+`"}}`))}, Explain: true}}, fault.Error{Kind: fault.Limit, What: fault.Simulation, Limit: maxWork / reasonsCost}},
		"long reasons of the request": {Question{Source: annIs, Resources: slices.Repeat([]string{a}, 100), Context: []Entry{{"k:a", "string", []string{strings.Repeat("x", 100_000)}}}, Extension: &Extension{
			Session: []string{policyOf("Allow", "s3:*", "*", when(`{"StringEquals":{"k:a":"y"}}`))}, Explain: true}}, fault.Error{Kind: fault.Limit, What: fault.Simulation, Limit: maxWork / reasonsCost}},
	} {
		c.q.Actions = get
		fails(t, v, name, c.q, c.want)
	}
}

// Reasons tell of what was given and of the source's own policies, and of what is in force elsewhere only what it says.
func TestReasons(t *testing.T) {
	v := extendedState(t)
	reasons := func(q Question, action string) string {
		t.Helper()
		q.Extension.Explain = true
		r := ask(t, v, q, action)
		if r.Reasons == nil || r.Reasons.Trace.Decision.Verdict != r.Verdict {
			t.Fatalf("%+v", r)
		}
		text, err := json.Marshal(r.Reasons)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const bossIs = "arn:aws:iam::111111111111:role/boss"
	got := reasons(Question{Source: annIs, Resources: []string{bossIs}, Extension: &Extension{}}, assume)
	for _, want := range []string{`"user_ann_Get"`, `"layer":"role trust policy","outcome":"implicitDeny","note":"what it holds is not told"}`, `"open":[{"layer":"role trust policy","otherwise":"implicitDeny","statements":null}]`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
	if strings.Contains(got, "ExternalId") {
		t.Errorf("the trust policy is told: %s", got)
	}
	trust := trusting(annIs, when(`{"StringEquals":{"sts:ExternalId":"x"}}`))
	if got = reasons(Question{Source: annIs, Resources: []string{bossIs}, Extension: &Extension{Trust: trust}}, assume); !strings.Contains(got, `"operator":"StringEquals","key":"sts:ExternalId","values":["x"]`) {
		t.Errorf("a trust policy that was given is not told: %s", got)
	}
	scp := [][]string{{policyOf("Deny", "s3:*", "*", "")}}
	if got = reasons(Question{Source: annIs, Resources: []string{a}, Extension: &Extension{SCP: scp}}, "s3:GetObject"); !strings.Contains(got, `"source":"ServiceControlPolicyInputList.1.1"`) {
		t.Errorf("an SCP that was given is not told: %s", got)
	}
	// One resource or several: the whole has reasons only as the one resource's.
	if r := ask(t, v, Question{Source: annIs, Resources: []string{a, b}, Extension: &Extension{Explain: true}}, "s3:GetObject"); r.Reasons != nil || r.Each[1].Reasons == nil {
		t.Errorf("%+v", r.Reasons)
	}
}
