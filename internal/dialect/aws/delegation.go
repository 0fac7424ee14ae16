package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/credential"
	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/sts"
	"github.com/daypass/daypass/policy"
	"strconv"
	"strings"
)

// delegationOperations let one account ask another for permissions for a while (IAM User Guide, "IAM temporary delegation").
func delegationOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreateDelegationRequest", onNewDelegation, createDelegation),
		op.Change("AssociateDelegationRequest",
			func(c *op.Call, in *iamapi.AssociateDelegationRequestInput) ([]access.Ask, error) {
				return one(onDelegation(c, in.DelegationRequestId))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AssociateDelegationRequestInput) error {
				_, err := tx.AssociateDelegation(c.Account(), in.DelegationRequestId, c.Subject.Principal.ARN)
				return err
			}),
		op.Read("GetDelegationRequest",
			func(c *op.Call, in *iamapi.GetDelegationRequestInput) ([]access.Ask, error) {
				return one(onDelegation(c, in.DelegationRequestId))
			},
			getDelegation),
		op.Read("ListDelegationRequests",
			func(c *op.Call, in *iamapi.ListDelegationRequestsInput) ([]access.Ask, error) {
				return one(ownedBy(onAccount(c), text(in.OwnerId, "")))
			},
			listDelegations),
		op.Change("UpdateDelegationRequest",
			func(c *op.Call, in *iamapi.UpdateDelegationRequestInput) ([]access.Ask, error) {
				return one(onDelegation(c, in.DelegationRequestId))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.UpdateDelegationRequestInput) error {
				_, err := tx.UpdateDelegation(c.Account(), in.DelegationRequestId, text(in.Notes, ""))
				return err
			}),
		op.Change("AcceptDelegationRequest",
			func(c *op.Call, in *iamapi.AcceptDelegationRequestInput) ([]access.Ask, error) {
				return one(onDelegation(c, in.DelegationRequestId))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.AcceptDelegationRequestInput) error {
				by, err := sts.ApproverOf(c.Subject, &c.Caller.Origin)
				if err != nil {
					return err
				}
				_, err = tx.AcceptDelegation(c.Account(), in.DelegationRequestId, by)
				return err
			}),
		op.Change("RejectDelegationRequest",
			func(c *op.Call, in *iamapi.RejectDelegationRequestInput) ([]access.Ask, error) {
				return one(onDelegation(c, in.DelegationRequestId))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.RejectDelegationRequestInput) error {
				_, err := tx.RejectDelegation(c.Account(), in.DelegationRequestId, text(in.Notes, ""))
				return err
			}),
		op.Change("SendDelegationToken",
			func(c *op.Call, in *iamapi.SendDelegationTokenInput) ([]access.Ask, error) {
				return one(onDelegation(c, in.DelegationRequestId))
			},
			func(c *op.Call, tx *iam.Tx, in *iamapi.SendDelegationTokenInput) error {
				token, err := credential.NewTradeIn(c.Guard.Root, c.Random, in.DelegationRequestId)
				if err != nil {
					return fault.Broken(err)
				}
				_, err = tx.FinalizeDelegation(c.Account(), in.DelegationRequestId, c.Subject.Principal.ARN, token)
				return err
			}),
		op.Read("GetHumanReadableSummary",
			func(c *op.Call, in *iamapi.GetHumanReadableSummaryInput) ([]access.Ask, error) {
				return one(onDelegation(c, delegationIn(in.EntityArn)))
			},
			summarize),
	}
}

// onDelegation asks about a delegation request, which stands in the account of whoever is asked. One that the caller may not know of is
// asked about like one that does not exist.
func onDelegation(c *op.Call, id string) access.Ask {
	a := access.Ask{Action: action(c), Resource: arn.DelegationRequest(c.Account(), id)}
	if d, err := c.View.DelegationRequest(c.Account(), id); err == nil {
		a = ownedBy(a, d.Owner)
	}
	return a
}

// ownedBy adds iam:DelegationRequestOwner.
func ownedBy(a access.Ask, owner string) access.Ask {
	if owner != "" {
		a.Keys = append(a.Keys, access.Key{Name: "iam:delegationrequestowner", Values: policy.Single(owner)})
	}
	return a
}

func onNewDelegation(c *op.Call, in *iamapi.CreateDelegationRequestInput) ([]access.Ask, error) {
	return one(access.Ask{Action: action(c), Resource: arn.DelegationRequest(c.Account(), "*"), Keys: []access.Key{
		{Name: "iam:delegationduration", Values: policy.Single(strconv.FormatInt(in.SessionDuration, 10))},
		{Name: "iam:notificationchannel", Values: policy.Single(in.NotificationChannel)},
		{Name: "iam:templatearn", Values: policy.Single(text(in.Permissions.PolicyTemplateArn, ""))},
	}})
}

// createDelegation takes a managed policy of the caller's own account as the template.
func createDelegation(c *op.Call, tx *iam.Tx, in *iamapi.CreateDelegationRequestInput) (*iamapi.CreateDelegationRequestOutput, error) {
	d := iam.DelegationRequest{
		Requestor: c.Account(), Workflow: in.RequestorWorkflowId, Channel: in.NotificationChannel, Text: in.Description, Message: text(in.RequestMessage, ""),
		Redirect: text(in.RedirectUrl, ""), Template: text(in.Permissions.PolicyTemplateArn, ""), Seconds: int(in.SessionDuration), OnlyOwner: yes(in.OnlySendByOwner),
		OwnerAccount: text(in.OwnerAccountId, ""),
	}
	for _, p := range in.Permissions.Parameters {
		d.Given = append(d.Given, iam.DelegationParameter{Name: text(p.Name, ""), Values: p.Values, List: text(p.Type, "") == iamapi.PolicyParameterTypeEnumStringList})
	}
	template, err := tx.Policy(c.Account(), d.Template)
	if err != nil || template.AWS() {
		return nil, &fault.Error{Kind: fault.Invalid, What: fault.DelegationTemplate, Detail: "PolicyTemplateArn must name a managed policy of the requesting account."}
	}
	if d.Policy, err = sts.FillTemplate(template.DefaultVersion().Document, d.Given); err != nil {
		return nil, err
	}
	made, err := tx.CreateDelegation(d)
	if err != nil {
		return nil, err
	}
	return &iamapi.CreateDelegationRequestOutput{DelegationRequestId: &made.ID}, nil
}

func getDelegation(c *op.Call, in *iamapi.GetDelegationRequestInput) (*iamapi.GetDelegationRequestOutput, error) {
	d, err := c.View.DelegationRequest(c.Account(), in.DelegationRequestId)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetDelegationRequestOutput{DelegationRequest: ptr(delegationShape(c, d))}
	if yes(in.DelegationPermissionCheck) {
		out.PermissionCheckStatus = ptr(iamapi.PermissionCheckStatusTypeCOMPLETE)
		out.PermissionCheckResult = ptr(sts.Covers(d.Policy, c.Subject, &c.Env))
	}
	return out, nil
}

func listDelegations(c *op.Call, in *iamapi.ListDelegationRequestsInput) (*iamapi.ListDelegationRequestsOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	list, next := c.View.DelegationRequests(c.Account(), text(in.OwnerId, ""), p.after, p.limit)
	out := &iamapi.ListDelegationRequestsOutput{DelegationRequests: each(list, func(d *iam.DelegationRequest) iamapi.DelegationRequest { return delegationShape(c, d) })}
	out.IsTruncated, out.Marker = more(next)
	return out, nil
}

func delegationShape(c *op.Call, d *iam.DelegationRequest) iamapi.DelegationRequest {
	s := iamapi.DelegationRequest{
		DelegationRequestId: &d.ID, OwnerAccountId: opt(d.OwnerAccount), Description: &d.Text, RequestMessage: opt(d.Message),
		Permissions: &iamapi.DelegationPermission{PolicyTemplateArn: &d.Template}, PermissionPolicy: &d.Policy,
		OwnerId: opt(d.Owner), State: ptr(d.StateAt(c.Now)), ExpirationTime: ptr(d.Expires()), RequestorId: &d.Requestor,
		CreateDate: &d.Created, SessionDuration: ptr(int64(d.Seconds)), RedirectUrl: opt(d.Redirect), Notes: opt(d.Notes),
		RejectionReason: opt(d.Reason), OnlySendByOwner: &d.OnlyOwner, UpdatedTime: &d.Since,
	}
	if d.Approver != nil {
		s.ApproverId = &d.Approver.ARN
	}
	if a, err := c.View.Account(d.Requestor); err == nil {
		s.RequestorName = ptr(a.Name[:min(len(a.Name), 30)])
	}
	for _, p := range d.Given {
		kind := iamapi.PolicyParameterTypeEnumString
		if p.List {
			kind = iamapi.PolicyParameterTypeEnumStringList
		}
		s.Permissions.Parameters = append(s.Permissions.Parameters, iamapi.PolicyParameter{Name: &p.Name, Values: p.Values, Type: ptr(kind)})
	}
	return s
}

// delegationIn is the id at the end of a delegation request's name; what has none is a name that nothing has.
func delegationIn(name string) string {
	n, err := arn.Parse(name)
	if err != nil || n.Service != "iam" {
		return name
	}
	id, ok := strings.CutPrefix(n.Resource, "delegation-request/")
	if !ok {
		return name
	}
	return id
}

// summarize words what the request asks for, by rule and in English.
func summarize(c *op.Call, in *iamapi.GetHumanReadableSummaryInput) (*iamapi.GetHumanReadableSummaryOutput, error) {
	id := delegationIn(in.EntityArn)
	if id == in.EntityArn {
		return nil, &fault.Error{Kind: fault.Invalid, What: fault.DelegationTemplate, Detail: "Only delegation requests have a summary."}
	}
	d, err := c.View.DelegationRequest(c.Account(), id)
	if err != nil {
		return nil, err
	}
	locale := text(in.Locale, "en")
	if language, _, _ := strings.Cut(strings.ToLower(locale), "-"); language != "en" {
		return &iamapi.GetHumanReadableSummaryOutput{Locale: &locale, SummaryState: ptr(iamapi.SummaryStateTypeNOTSUPPORTED)}, nil
	}
	return &iamapi.GetHumanReadableSummaryOutput{Locale: &locale, SummaryContent: ptr(sts.Summary(d)), SummaryState: ptr(iamapi.SummaryStateTypeAVAILABLE)}, nil
}

func tradeInOperations() []op.Operation {
	return []op.Operation{
		op.Read("GetDelegatedAccessToken",
			func(c *op.Call, _ *stsapi.GetDelegatedAccessTokenInput) ([]access.Ask, error) {
				return one(access.Ask{Action: action(c), Resource: arn.Self(c.Account())})
			},
			tradeIn),
	}
}

// tradeIn exchanges a token for credentials. Every token that does not do is answered alike: one of another account too.
func tradeIn(c *op.Call, in *stsapi.GetDelegatedAccessTokenInput) (*stsapi.GetDelegatedAccessTokenOutput, error) {
	refused := fault.New(fault.Expired, fault.TradeInToken, "")
	d, err := c.View.DelegationRequest(c.Account(), credential.RequestOf(in.TradeInToken))
	if err != nil || d.Requestor != c.Account() || d.State != iam.DelegationFinalized {
		return nil, refused
	}
	if good, err := credential.IsTradeIn(c.Guard.Root, d, in.TradeInToken); err != nil {
		return nil, fault.Broken(err)
	} else if !good {
		return nil, refused
	}
	s, err := sts.Delegated(d, c.Caller.KeyID, c.Now)
	if err != nil {
		return nil, err
	}
	if _, alive := access.Of(c.View, s); !alive {
		return nil, refused // whoever approved it is gone, and with him what he had to give
	}
	creds, err := issue(c, s)
	if err != nil {
		return nil, err
	}
	return &stsapi.GetDelegatedAccessTokenOutput{AssumedPrincipal: &d.Approver.ARN,
		Credentials: creds}, nil
}

// getDelegationToken gives a requestor the token that was sent to him: this server has no other channel to deliver it by.
func getDelegationToken(c *op.Call, in *adminapi.GetDelegationTokenInput) (*adminapi.GetDelegationTokenOutput, error) {
	d, err := c.View.DelegationRequest(c.Account(), in.DelegationRequestId)
	if err != nil {
		return nil, err
	}
	if d.Requestor != c.Account() {
		return nil, fault.Missing(fault.DelegationRequest, in.DelegationRequestId)
	}
	out := &adminapi.GetDelegationTokenOutput{DelegationRequestId: d.ID, State: d.StateAt(c.Now)}
	if out.State != iam.DelegationFinalized {
		return out, nil
	}
	token, err := credential.TradeIn(c.Guard.Root, d)
	if err != nil {
		return nil, fault.Broken(err)
	}
	out.TradeInToken, out.ExpiresAt = ptr(token.Reveal()), ptr(d.Ends())
	return out, nil
}
