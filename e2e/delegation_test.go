package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/daypass/daypass/e2e/process"
)

// inbox fetches the trade-in token that was sent to an account.
func inbox(t *testing.T, w *who, id string) string {
	t.Helper()
	r := w.ask(t, "daypass", versions["daypass"], "GetDelegationToken", "DelegationRequestId", id)
	if r.status != 200 {
		t.Fatalf("GetDelegationToken: %d %s", r.status, r.body)
	}
	_, token, _ := strings.Cut(r.body, "<TradeInToken>")
	token, _, _ = strings.Cut(token, "<")
	return token
}

// partnership is a server with a customer, who is the home account, and a partner with an account of his own.
type partnership struct {
	s                 *process.Server
	customer, partner *who
	template, account string // of the partner
}

func newPartnership(t *testing.T) *partnership {
	t.Helper()
	p := &partnership{s: devServer(t)}
	p.customer = by(p.s, admin(p.s))
	var made struct {
		AccountID string `json:"accountId"`
		Admin     struct {
			ID     string `json:"accessKeyId"`
			Secret string `json:"secretAccessKey"`
		} `json:"adminUser"`
	}
	ok(t, json.Unmarshal([]byte(well(t, as(p.s, p.customer.creds), "daypass", "account", "create", "Partner", "--output", "json")), &made))
	p.account = made.AccountID
	p.partner = by(p.s, creds{id: made.Admin.ID, secret: made.Admin.Secret})
	if !strings.Contains(p.partner.arn(t), p.account) {
		t.Fatalf("the partner is %s", p.partner.arn(t))
	}
	p.template = *must(p.partner.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("reader"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListUsers","iam:GetUser","iam:@{Verbs}"],"Resource":["arn:aws:iam::` + p.s.Account.ID + `:user/@{Kinds}"]}]}`)}))(t).Policy.Arn
	return p
}

// request asks the customer to let the partner list, read and tag users of these names.
func (p *partnership) request(workflow string, kinds []string, change func(*iam.CreateDelegationRequestInput)) (*iam.CreateDelegationRequestOutput, error) {
	in := &iam.CreateDelegationRequestInput{OwnerAccountId: &p.s.Account.ID, Description: aws.String("Sets things up"), NotificationChannel: aws.String("inbox"),
		RequestorWorkflowId: &workflow, SessionDuration: aws.Int32(7200), RequestMessage: aws.String("please"), RedirectUrl: aws.String("https://partner.example/done"),
		Permissions: &types.DelegationPermission{PolicyTemplateArn: &p.template, Parameters: []types.PolicyParameter{
			{Name: aws.String("Verbs"), Type: types.PolicyParameterTypeEnumString, Values: []string{"TagUser"}},
			{Name: aws.String("Kinds"), Type: types.PolicyParameterTypeEnumStringList, Values: kinds}}}}
	if change != nil {
		change(in)
	}
	return p.partner.iam.CreateDelegationRequest(ctx, in)
}

func (w *who) delegation(t *testing.T, id *string) *types.DelegationRequest {
	t.Helper()
	return must(w.iam.GetDelegationRequest(ctx, &iam.GetDelegationRequestInput{DelegationRequestId: id}))(t).DelegationRequest
}

func (w *who) trade(token string) (*sts.GetDelegatedAccessTokenOutput, error) {
	return w.sts.GetDelegatedAccessToken(ctx, &sts.GetDelegatedAccessTokenInput{TradeInToken: &token})
}

// TestDelegation: a partner asks, the customer takes the request on, sends it for approval, approves and hands over; the partner gets
// what was asked for and nothing else, for as long as was asked.
func TestDelegation(t *testing.T) {
	t.Parallel()
	p := newPartnership(t)
	c, user := p.customer, []string{"*", "team/*"}
	id := must(p.request("workflow 1", user, nil))(t).DelegationRequestId
	_, err := p.request("workflow 1", user, nil)
	fails(t, err, "EntityAlreadyExists", "workflow 1")

	d := c.delegation(t, id)
	own := "arn:aws:iam::" + p.s.Account.ID
	wanted := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListUsers","iam:GetUser","iam:TagUser"],"Resource":["` + own + `:user/*","` + own + `:user/team/*"]}]}`
	if d.State != types.StateTypeUnassigned || *d.RequestorId != p.account || *d.RequestorName != "Partner" || *d.PermissionPolicy != wanted || d.OwnerId != nil || len(d.Permissions.Parameters) != 2 {
		t.Errorf("asked: %s %+v", *d.PermissionPolicy, d)
	}
	if list := must(c.iam.ListDelegationRequests(ctx, &iam.ListDelegationRequestsInput{}))(t); len(list.DelegationRequests) != 0 {
		t.Errorf("nobody owns it, and it is listed: %+v", list)
	}
	_, err = c.iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: id})
	fails(t, err, "NoSuchEntity")

	// A developer takes it on, and has an administrator approve it.
	dev := c.user(t, "developer", allow("iam:*DelegationRequest*", "*"), allow("iam:SendDelegationToken", "*"))
	must(dev.iam.AssociateDelegationRequest(ctx, &iam.AssociateDelegationRequestInput{DelegationRequestId: id}))(t)
	_, err = c.iam.AssociateDelegationRequest(ctx, &iam.AssociateDelegationRequestInput{DelegationRequestId: id})
	fails(t, err, "InvalidInput", "ASSIGNED")
	must(dev.iam.UpdateDelegationRequest(ctx, &iam.UpdateDelegationRequestInput{DelegationRequestId: id, Notes: aws.String("for the admin")}))(t)
	if d = c.delegation(t, id); d.State != types.StateTypePendingApproval || *d.Notes != "for the admin" || *d.OwnerId != own+":user/developer" || *d.OwnerAccountId != p.s.Account.ID {
		t.Errorf("pending: %+v", d)
	}
	checked := must(dev.iam.GetDelegationRequest(ctx, &iam.GetDelegationRequestInput{DelegationRequestId: id, DelegationPermissionCheck: true}))(t)
	if checked.PermissionCheckStatus != types.PermissionCheckStatusTypeComplete || checked.PermissionCheckResult != types.PermissionCheckResultTypeUnsure {
		t.Errorf("checked: %+v", checked)
	}
	summary := must(c.iam.GetHumanReadableSummary(ctx, &iam.GetHumanReadableSummaryInput{EntityArn: aws.String(own + ":delegation-request/" + *id)}))(t)
	if summary.SummaryState != types.SummaryStateTypeAvailable || !strings.Contains(*summary.SummaryContent, "Account "+p.account+" asks to act in this account for 2h0m0s. It may do iam:ListUsers, iam:GetUser") {
		t.Errorf("summary: %+v", summary)
	}
	_, err = c.iam.SendDelegationToken(ctx, &iam.SendDelegationTokenInput{DelegationRequestId: id})
	fails(t, err, "InvalidInput", "PENDING_APPROVAL")
	must(c.iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: id}))(t)
	if token := inbox(t, p.partner, *id); token != "" {
		t.Error("the partner has a token that nobody sent")
	}
	must(dev.iam.SendDelegationToken(ctx, &iam.SendDelegationTokenInput{DelegationRequestId: id}))(t)
	_, err = c.iam.RejectDelegationRequest(ctx, &iam.RejectDelegationRequestInput{DelegationRequestId: id})
	fails(t, err, "InvalidInput", "FINALIZED")
	if list := must(c.iam.ListDelegationRequests(ctx, &iam.ListDelegationRequestsInput{OwnerId: aws.String(own + ":user/developer")}))(t); len(list.DelegationRequests) != 1 {
		t.Errorf("listed: %+v", list)
	}
	p.use(t, inbox(t, p.partner, *id))
}

// use trades a token in, twice, and tries what the credentials are good for.
func (p *partnership) use(t *testing.T, token string) {
	t.Helper()
	start := time.Now()
	out := must(p.partner.trade(token))(t)
	own := p.s.Account.ID
	if *out.AssumedPrincipal != "arn:aws:iam::"+own+":user/alice" || out.Credentials.Expiration.Before(start.Add(time.Hour+59*time.Minute)) || out.Credentials.Expiration.After(start.Add(2*time.Hour+time.Minute)) {
		t.Errorf("traded: %s until %s", *out.AssumedPrincipal, out.Credentials.Expiration)
	}
	c := out.Credentials
	delegate := by(p.s, creds{*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken})
	if name := delegate.arn(t); name != "arn:aws:sts::"+own+":federated-user/delegated-"+p.account {
		t.Errorf("the partner acts as %s", name)
	}
	must(delegate.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	must(delegate.iam.TagUser(ctx, &iam.TagUserInput{UserName: aws.String("alice"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}))(t)
	_, err := delegate.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("backdoor")})
	fails(t, err, "AccessDenied", "because no session policy allows the iam:CreateUser action")
	_, err = delegate.try(p.customer.role(t, "open", trust("arn:aws:iam::"+own+":user/alice", "")), nil)
	fails(t, err, "AccessDenied")
	_, err = delegate.trade(token)
	fails(t, err, "AccessDenied")

	// Later there is less left, and in the end nothing.
	must(p.s.Advance(time.Hour))(t)
	again := must(p.partner.trade(token))(t).Credentials
	if !again.Expiration.Equal(*c.Expiration) {
		t.Errorf("the second time until %s, the first %s", again.Expiration, c.Expiration)
	}
	must(p.s.Advance(time.Hour))(t)
	_, err = delegate.iam.ListUsers(ctx, &iam.ListUsersInput{})
	fails(t, err, "ExpiredToken")
	_, err = p.partner.trade(token)
	fails(t, err, "ExpiredTradeInTokenException")
}

// TestDelegationRefusals: what is not asked well, approved well or in time is nothing.
func TestDelegationRefusals(t *testing.T) {
	t.Parallel()
	p := newPartnership(t)
	c := p.customer
	for why, change := range map[string]func(*iam.CreateDelegationRequestInput){
		"another's template": func(in *iam.CreateDelegationRequestInput) {
			in.Permissions.PolicyTemplateArn = aws.String("arn:aws:iam::" + p.s.Account.ID + ":policy/x")
		},
		"AWS's policy": func(in *iam.CreateDelegationRequestInput) {
			in.Permissions.PolicyTemplateArn = aws.String("arn:aws:iam::aws:policy/AdministratorAccess")
		},
		"a parameter too few": func(in *iam.CreateDelegationRequestInput) { in.Permissions.Parameters = in.Permissions.Parameters[:1] },
		"one too many": func(in *iam.CreateDelegationRequestInput) {
			in.Permissions.Parameters = append(in.Permissions.Parameters, types.PolicyParameter{Name: aws.String("other"), Type: types.PolicyParameterTypeEnumString, Values: []string{"x"}})
		},
	} {
		if _, err := p.request("bad "+why, []string{"*"}, change); err == nil {
			t.Errorf("%s: accepted", why)
		} else {
			fails(t, err, "InvalidInput")
		}
	}
	// A value stays in its string, whatever it holds.
	sly := must(p.request("sly one", []string{"*"}, func(in *iam.CreateDelegationRequestInput) {
		in.Permissions.Parameters[0].Values = []string{`x","*`}
	}))(t).DelegationRequestId
	if d := c.delegation(t, sly); !strings.Contains(*d.PermissionPolicy, `"iam:x\",\"*"`) {
		t.Errorf("the policy is %s", *d.PermissionPolicy)
	}
	// The root of an account approves for four hours at most.
	long := must(p.request("long one", []string{"*"}, func(in *iam.CreateDelegationRequestInput) { in.SessionDuration = aws.Int32(14401) }))(t).DelegationRequestId
	must(c.iam.AssociateDelegationRequest(ctx, &iam.AssociateDelegationRequestInput{DelegationRequestId: long}))(t)
	_, err := by(p.s, root(p.s)).iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: long})
	fails(t, err, "InvalidInput", "14400")
	// Whom a session policy limits hands nothing on.
	limited := c.assume(t, c.role(t, "approver", trust("arn:aws:iam::"+p.s.Account.ID+":root", ""), allow("*", "*")), &sts.AssumeRoleInput{Policy: aws.String(allow("iam:*", "*"))})
	_, err = limited.iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: long})
	fails(t, err, "AccessDenied")
	must(c.iam.RejectDelegationRequest(ctx, &iam.RejectDelegationRequestInput{DelegationRequestId: long, Notes: aws.String("too long")}))(t)
	if d := c.delegation(t, long); d.State != types.StateTypeRejected || *d.RejectionReason != "too long" {
		t.Errorf("rejected: %+v", d)
	}
	_, err = c.iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: long})
	fails(t, err, "InvalidInput", "REJECTED")
	// In a day nobody can take it on any more.
	late := must(p.request("late one", []string{"*"}, nil))(t).DelegationRequestId
	must(p.s.Advance(24 * time.Hour))(t)
	_, err = c.iam.AssociateDelegationRequest(ctx, &iam.AssociateDelegationRequestInput{DelegationRequestId: late})
	fails(t, err, "InvalidInput", "EXPIRED")
	for _, token := range []string{"x", *late, *late + ".x", ""} {
		if _, err := p.partner.trade(token); err == nil {
			t.Errorf("%q: credentials", token)
		}
	}
	_, err = p.partner.trade("no such token")
	fails(t, err, "ExpiredTradeInTokenException")
}

// TestDelegatedRole: a session of a role may approve; the permissions end with the role's sessions, with the key behind them, or when the
// owner alone may hand them over and another tries.
func TestDelegatedRole(t *testing.T) {
	t.Parallel()
	p := newPartnership(t)
	c := p.customer
	role := c.role(t, "boss", trust("arn:aws:iam::"+p.s.Account.ID+":root", ""), allow("*", "*"))
	boss := c.assume(t, role, nil)
	id := must(p.request("by a role", []string{"*"}, func(in *iam.CreateDelegationRequestInput) { in.OnlySendByOwner = true }))(t).DelegationRequestId
	must(boss.iam.AssociateDelegationRequest(ctx, &iam.AssociateDelegationRequestInput{DelegationRequestId: id}))(t)
	must(boss.iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: id}))(t)
	_, err := c.iam.SendDelegationToken(ctx, &iam.SendDelegationTokenInput{DelegationRequestId: id})
	fails(t, err, "AccessDenied", "by its owner")
	must(boss.iam.SendDelegationToken(ctx, &iam.SendDelegationTokenInput{DelegationRequestId: id}))(t)
	token := inbox(t, p.partner, *id)
	out := must(p.partner.trade(token))(t).Credentials
	delegate := by(p.s, creds{*out.AccessKeyId, *out.SecretAccessKey, *out.SessionToken})
	if name := delegate.arn(t); name != "arn:aws:sts::"+p.s.Account.ID+":assumed-role/boss/delegated-"+p.account {
		t.Errorf("the partner acts as %s", name)
	}
	must(delegate.iam.ListUsers(ctx, &iam.ListUsersInput{}))(t)
	_, err = delegate.iam.ListRoles(ctx, &iam.ListRolesInput{})
	fails(t, err, "AccessDenied", "because no session policy allows")
	_, err = delegate.try(role, nil)
	fails(t, err, "AccessDenied")
	well(t, as(p.s, c.creds), "daypass", "session", "revoke", "boss")
	identity(t, p.s, delegate.creds).refused(t, "after the role's sessions were revoked", "InvalidClientTokenId")
	_, err = p.partner.trade(token)
	fails(t, err, "ExpiredTradeInTokenException")
}

// TestAttack51_DelegationHandles: the id or the token of a request is nothing to those whom it does not concern.
func TestAttack51_DelegationHandles(t *testing.T) {
	t.Parallel()
	p := newPartnership(t)
	c := p.customer
	id := must(p.request("for the customer", []string{"*"}, nil))(t).DelegationRequestId
	var third struct {
		Admin struct {
			ID     string `json:"accessKeyId"`
			Secret string `json:"secretAccessKey"`
		} `json:"adminUser"`
	}
	ok(t, json.Unmarshal([]byte(well(t, as(p.s, c.creds), "daypass", "account", "create", "Third", "--output", "json")), &third))
	stranger := by(p.s, creds{id: third.Admin.ID, secret: third.Admin.Secret})
	tries := func(w *who, but string) {
		t.Helper()
		for _, name := range []string{"GetDelegationRequest", "AssociateDelegationRequest", "UpdateDelegationRequest", "AcceptDelegationRequest", "RejectDelegationRequest", "SendDelegationToken"} {
			if name == but {
				continue
			}
			w.ask(t, "iam", versions["iam"], name, "DelegationRequestId", *id).refused(t, name, "NoSuchEntity")
		}
	}
	tries(stranger, "")
	tries(p.partner, "GetDelegationRequest") // who asks does not approve
	must(c.iam.AssociateDelegationRequest(ctx, &iam.AssociateDelegationRequestInput{DelegationRequestId: id}))(t)
	must(c.iam.AcceptDelegationRequest(ctx, &iam.AcceptDelegationRequestInput{DelegationRequestId: id}))(t)
	must(c.iam.SendDelegationToken(ctx, &iam.SendDelegationTokenInput{DelegationRequestId: id}))(t)
	token := inbox(t, p.partner, *id)
	for _, w := range []*who{stranger, c} {
		w.ask(t, "daypass", versions["daypass"], "GetDelegationToken", "DelegationRequestId", *id).refused(t, "another's inbox", "NoSuchEntity")
		_, err := w.trade(token)
		fails(t, err, "ExpiredTradeInTokenException")
	}
	tries(stranger, "")
	for _, bad := range []string{token[:len(token)-1], token + "A", strings.ToUpper(token), strings.Replace(token, ".", "..", 1)} {
		_, err := p.partner.trade(bad)
		fails(t, err, "ExpiredTradeInTokenException")
	}
	must(p.partner.trade(token))(t)
}
