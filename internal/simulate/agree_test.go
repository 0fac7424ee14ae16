package simulate

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// A simulation that is told all that a live request would carry decides as that request is decided, whatever the policies.
func TestSimulationAgreesWithLiveDecisions(t *testing.T) {
	env := &access.Environment{Now: noon, Source: netip.MustParseAddr("10.1.2.3"), Secure: true, UserAgent: "cli", Region: "eu-central-1"}
	context := []Entry{
		{"aws:CurrentTime", "date", []string{noon.Format(time.RFC3339)}}, {"aws:SourceIp", "ip", []string{"10.1.2.3"}},
		{"aws:SecureTransport", "boolean", []string{"true"}}, {"aws:ViaAWSService", "boolean", []string{"false"}},
		{"aws:RequestedRegion", "string", []string{"eu-central-1"}},
	}
	conditions := []string{"", "", `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, `{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, `{"Bool":{"aws:SecureTransport":"false"}}`,
		`{"StringEquals":{"aws:username":"ann"}}`, `{"StringNotEquals":{"aws:username":"ann"}}`, `{"StringEquals":{"aws:PrincipalTag/team":"blue"}}`, `{"Null":{"aws:PrincipalTag/job":"true"}}`,
		`{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, `{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}`,
		`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/team/*"}}`, `{"StringEqualsIfExists":{"aws:RequestedRegion":["eu-west-1"]}}`, `{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}`}
	resources := []string{"*", a, b, "arn:aws:s3:::box/${aws:username}", "arn:aws:sqs:*:" + other + ":*", "arn:aws:s3:::*"}
	actions := []string{"*", "s3:*", "s3:GetObject", "s3:Put*", "sqs:SendMessage"}
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(label string) (effect, action, resource, more string) {
			if c := rapid.SampledFrom(conditions).Draw(rt, label+" condition"); c != "" {
				more = when(c)
			}
			return rapid.SampledFrom([]string{"Allow", "Allow", "Allow", "Deny"}).Draw(rt, label+" effect"), rapid.SampledFrom(actions).Draw(rt, label+" action"),
				rapid.SampledFrom(resources).Draw(rt, label+" resource"), more
		}
		v := state(t, func(tx *iam.Tx) {
			must[*iam.Policy](t)(tx.CreatePolicy(home, iam.PolicySpec{Name: "m", Document: policyOf(draw("managed"))}))
			for i := range rapid.IntRange(0, 3).Draw(rt, "policies") {
				must[*iam.User](t)(tx.PutUserPolicy(home, "ann", fmt.Sprint("p", i), policyOf(draw(fmt.Sprint("own ", i)))))
			}
			must[*iam.Group](t)(tx.PutGroupPolicy(home, "staff", "g", policyOf(draw("group"))))
			switch rapid.IntRange(0, 2).Draw(rt, "managed as") {
			case 1:
				must[*iam.User](t)(tx.PutUserBoundary(home, "ann", "arn:aws:iam::111111111111:policy/m"))
			case 2:
				must[*iam.User](t)(tx.AttachUserPolicy(home, "ann", "arn:aws:iam::111111111111:policy/m"))
			}
		})
		action := rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject", "sqs:SendMessage"}).Draw(rt, "action")
		resource := rapid.SampledFrom([]string{a, b, "arn:aws:s3:::box/ann", "arn:aws:sqs:eu:" + other + ":q"}).Draw(rt, "resource")
		q := Question{Source: annIs, Resources: []string{resource}, Context: context}
		live := access.Ask{Action: action, Resource: resource}
		if rapid.Bool().Draw(rt, "resource policy") {
			principal := rapid.SampledFrom([]string{"*", home, other, annIs}).Draw(rt, "principal")
			effect, act, res, more := draw("resource policy")
			q.ResourcePolicy = policyOf(effect, act, res, more+`,"Principal":{"AWS":"`+principal+`"}`)
			doc := must[*policy.Document](t)(policy.Parse(policy.AWS(), policy.Resource, []byte(q.ResourcePolicy)))
			live.Policy = &policy.Source{ID: "ResourcePolicy", Policy: doc.Compile()}
			if owner := rapid.SampledFrom([]string{home, other}).Draw(rt, "owner"); owner == other || resource[8:11] == "sqs" {
				live.Account = other
				q.ResourceOwner = "arn:aws:iam::" + other + ":root"
			}
		}
		u := must[*iam.User](t)(v.User(home, "ann"))
		want := access.User(v, u).Decide(&live, env)
		r := ask(t, v, q, action)
		if r.Verdict != want.Verdict {
			rt.Fatalf("simulated %s (missing %q), decided %+v", r.Verdict, r.Missing, want)
		}
		// What is still missing the live request does not have either: who calls with a long-term key is not asked for a code.
		for _, key := range r.Missing {
			if !slices.Contains([]string{"aws:MultiFactorAuthPresent"}, key) {
				rt.Fatalf("%s is missing", key)
			}
		}
	})
}
