package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// delegations are requests of an account to itself: one that nobody has taken on, one that is taken on, and the token of one whose
// permissions were handed over.
type delegations struct{ fresh, taken, done, token string }

func newDelegations(t *testing.T, a *who) delegations {
	t.Helper()
	template := *must(a.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("template"), PolicyDocument: aws.String(allow("s3:GetObject", "*"))}))(t).Policy.Arn
	var ids []*string
	for _, workflow := range []string{"fresh", "taken", "finalized"} {
		made := must(a.iam.CreateDelegationRequest(ctx, &iam.CreateDelegationRequestInput{Description: aws.String("story"), NotificationChannel: aws.String("inbox"),
			RequestorWorkflowId: &workflow, SessionDuration: aws.Int32(3600), Permissions: &types.DelegationPermission{PolicyTemplateArn: &template}}))(t)
		ids = append(ids, made.DelegationRequestId)
	}
	for _, id := range ids[1:] {
		must(a.iam.AssociateDelegationRequest(ctx, &iam.AssociateDelegationRequestInput{DelegationRequestId: id}))(t)
	}
	must(a.iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: ids[2]}))(t)
	must(a.iam.SendDelegationToken(ctx, &iam.SendDelegationTokenInput{DelegationRequestId: ids[2]}))(t)
	return delegations{*ids[0], *ids[1], *ids[2], inbox(t, a, *ids[2])}
}

// delegationArea is about requests of one account for permissions of another, and the version of tokens that an account prefers.
func delegationArea(f fixture) (a area) {
	iam, sts, own := in("iam", &a.list), in("sts", &a.list), in("daypass", &a.list)
	d, account := f.delegations, "arn:aws:iam::"+f.account
	iam("SetSecurityTokenServicePreferences", "GlobalEndpointTokenVersion", "v2Token")
	iam("CreateDelegationRequest", "Description", "story", "Permissions.PolicyTemplateArn", account+":policy/template", "RequestorWorkflowId", "another",
		"NotificationChannel", "inbox", "SessionDuration", "3600")
	for _, name := range []string{"GetDelegationRequest", "AssociateDelegationRequest", "UpdateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken"} {
		iam(name, "DelegationRequestId", d.fresh)
	}
	iam("RejectDelegationRequest", "DelegationRequestId", d.taken)
	iam("ListDelegationRequests")
	iam("GetHumanReadableSummary", "EntityArn", account+":delegation-request/"+d.fresh)
	own("GetDelegationToken", "DelegationRequestId", d.done)
	sts("GetDelegatedAccessToken", "TradeInToken", d.token)
	return a
}
