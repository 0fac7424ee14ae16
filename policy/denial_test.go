package policy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/policy"
)

// One decision in the words of every cloud.
func TestDenialInTheWordsOfTheClouds(t *testing.T) {
	ali, hua, uc := clouds()[0], clouds()[1], clouds()[2]
	for _, c := range []struct {
		g    *policy.Grammar
		d    policy.Decision
		r    *policy.Request
		want policy.Denial
	}{
		{policy.AWS(), policy.Decision{Layer: policy.LayerBoundary}, getObject(alice(), nil), policy.Denial{
			Message: "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k " +
				"because no permissions boundary allows the s3:GetObject action",
			Reason:        "because no permissions boundary allows the s3:GetObject action",
			PrincipalName: "AIDAALICE00000000001", PrincipalOwner: account, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k",
		}},
		{ali.g, policy.Decision{Verdict: policy.ExplicitDeny, Layer: policy.LayerSCP}, ali.request(ali.user, nil), policy.Denial{
			Message: "You are not authorized to do this action. You should be authorized by RAM.", PolicyType: "ControlPolicy", Kind: "ExplicitDeny",
			PrincipalType: "SubUser", PrincipalName: ali.user.ID, PrincipalOwner: ali.account, Action: ali.action, Resource: ali.resource,
		}},
		{ali.g, policy.Decision{Layer: policy.LayerScoped}, ali.request(ali.session, nil), policy.Denial{
			Message:    "You are not authorized to do this action. You should be authorized by RAM.",
			PolicyType: "ResourceGroupLevelIdentityBasedPolicy", Kind: "ImplicitDeny",
			PrincipalType: "AssumedRoleUser", PrincipalName: "dev:s1", PrincipalOwner: ali.account, Action: ali.action, Resource: ali.resource,
		}},
		{ali.g, policy.Decision{Layer: policy.LayerTrust},
			ali.request(&policy.Principal{Type: policy.SAML, ARN: "acs:ram::" + ali.account + ":saml-provider/AzureAD"}, nil), policy.Denial{
				Message: "You are not authorized to do this action. You should be authorized by RAM.", PolicyType: "AssumeRolePolicy", Kind: "ImplicitDeny",
				PrincipalType: "Federated", PrincipalName: "saml-provider/AzureAD", Action: ali.action, Resource: ali.resource,
			}},
		{hua.g, policy.Decision{}, hua.request(hua.user, nil), policy.Denial{
			Message: "User: " + hua.user.ARN + " is not authorized to perform action ecs:servers:get on resource " + hua.resource +
				" because no identity-based policy allows the ecs:servers:get action.",
			Reason:        "because no identity-based policy allows the ecs:servers:get action",
			Failure:       "implicit deny by identity-based policy",
			PrincipalName: hua.user.ID, PrincipalOwner: hua.account, Action: hua.action, Resource: hua.resource,
		}},
		{hua.g, policy.Decision{Verdict: policy.ExplicitDeny, Layer: policy.LayerTrust}, hua.request(nil, nil), policy.Denial{
			Message: "User:  is not authorized to perform action ecs:servers:get on resource " + hua.resource + " with an explicit deny in the trust policy.",
			Reason:  "with an explicit deny in the trust policy", Failure: "explicit deny by trust policy",
			Action: hua.action, Resource: hua.resource,
		}},
		{uc.g, policy.Decision{}, uc.request(uc.user, nil), policy.Denial{
			Message:       "IAM permission error: uhost:TerminateUHostInstance on " + uc.resource,
			PrincipalName: "alice", PrincipalOwner: uc.account, Action: uc.action, Resource: uc.resource,
		}},
		{ali.g, policy.Decision{Verdict: policy.Allow}, ali.request(ali.user, nil), policy.Denial{}},
	} {
		if diff := cmp.Diff(c.want, c.g.Denial(c.d, c.r)); diff != "" {
			t.Errorf("%s: %s", c.g.Name(), diff)
		}
	}
}

// What a caller brings stays text: it is never filled in a second time.
func TestDenialFillsInOnce(t *testing.T) {
	r := getObject(alice(), nil)
	r.Action, r.Resource = "s3:{resource}", "{principal}{layer}"
	const want = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:{resource} on resource: {principal}{layer} " +
		"because no identity-based policy allows the s3:{resource} action"
	if got := policy.AWS().Denial(policy.Decision{}, r).Message; got != want {
		t.Error(got)
	}
}

// The sentence's end, which AWS's dialect puts behind its own beginning.
func TestReason(t *testing.T) {
	for d, want := range map[policy.Decision]string{
		{Verdict: policy.Allow}:        "",
		{}:                             "because no identity-based policy allows the a:B action",
		{Layer: policy.LayerScoped}:    "because no identity-based policy allows the a:B action",
		{Layer: policy.LayerEndpoint}:  "because no VPC endpoint policy allows the a:B action",
		{Verdict: policy.ExplicitDeny}: "with an explicit deny in an identity-based policy",
		{Verdict: policy.ExplicitDeny, Layer: policy.LayerResource}: "with an explicit deny in a resource-based policy",
		{Verdict: policy.ExplicitDeny, Layer: policy.LayerTrust}:    "with an explicit deny in the role trust policy",
	} {
		if got := d.Reason("a:B"); got != want {
			t.Errorf("%+v: %q", d, got)
		}
	}
}
