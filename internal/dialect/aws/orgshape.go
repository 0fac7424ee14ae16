package aws

import (
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/iam"
)

// This file turns records of the domain into the shapes of the Organizations API.

func organizationShape(o *iam.Organization, manager *iam.Member) *orgapi.Organization {
	s := &orgapi.Organization{Id: &o.ID, Arn: ptr(o.ARN()), FeatureSet: ptr(orgapi.OrganizationFeatureSetALL), MasterAccountId: &o.Manager,
		MasterAccountArn: ptr(o.AccountARN(o.Manager)), AvailablePolicyTypes: []orgapi.PolicyTypeSummary{}}
	if manager != nil {
		s.MasterAccountEmail = opt(manager.Email)
	}
	if o.BillingOnly {
		s.FeatureSet = ptr(orgapi.OrganizationFeatureSetCONSOLIDATEDBILLING)
		return s
	}
	// The member is deprecated and says what there is, not what is in use; AWS shows this one type.
	s.AvailablePolicyTypes = append(s.AvailablePolicyTypes, orgapi.PolicyTypeSummary{Type: ptr(string(iam.ServiceControl)), Status: ptr(orgapi.PolicyTypeStatusENABLED)})
	return s
}

func rootShape(o *iam.Organization) orgapi.Root {
	s := orgapi.Root{Id: &o.Root, Arn: ptr(o.RootARN()), Name: ptr(iam.RootName), PolicyTypes: []orgapi.PolicyTypeSummary{}}
	for _, t := range iam.ControlTypes() {
		if o.Uses(t) {
			s.PolicyTypes = append(s.PolicyTypes, orgapi.PolicyTypeSummary{Type: ptr(string(t)), Status: ptr(orgapi.PolicyTypeStatusENABLED)})
		}
	}
	return s
}

func unitShape(v pather, o *iam.Organization, u *iam.Unit) *orgapi.OrganizationalUnit {
	return &orgapi.OrganizationalUnit{Id: &u.ID, Arn: ptr(o.UnitARN(u.ID)), Name: &u.Name, Path: ptr(v.Path(o, u.ID))}
}

// pather tells where in its organization a thing stands.
type pather interface {
	Path(o *iam.Organization, id string) string
}

func accountShape(v *iam.View, o *iam.Organization, m *iam.Member) orgapi.Account {
	s := orgapi.Account{Id: &m.Account, Arn: ptr(o.AccountARN(m.Account)), Email: opt(m.Email), JoinedMethod: ptr(orgapi.AccountJoinedMethodCREATED),
		JoinedTimestamp: &m.Joined, Status: ptr(orgapi.AccountStatusACTIVE), State: ptr(orgapi.AccountStateACTIVE), Paths: []string{v.Path(o, m.Account)}}
	if m.Invited {
		s.JoinedMethod = ptr(orgapi.AccountJoinedMethodINVITED)
	}
	if a, err := v.Account(m.Account); err == nil {
		s.Name = &a.Name
		if a.Suspended {
			s.Status, s.State = ptr(orgapi.AccountStatusSUSPENDED), ptr(orgapi.AccountStateSUSPENDED)
		}
	}
	return s
}

func administratorShape(v *iam.View, o *iam.Organization, m *iam.Member, principal string) orgapi.DelegatedAdministrator {
	a := accountShape(v, o, m)
	s := orgapi.DelegatedAdministrator{Id: a.Id, Arn: a.Arn, Email: a.Email, Name: a.Name, Status: a.Status, State: a.State, JoinedMethod: a.JoinedMethod, JoinedTimestamp: a.JoinedTimestamp}
	for i, d := range m.Delegations {
		if (principal == "" || principal == d.Principal) && (s.DelegationEnabledDate == nil || d.Since.Before(*s.DelegationEnabledDate)) {
			s.DelegationEnabledDate = &m.Delegations[i].Since
		}
	}
	return s
}

// requestedAccount is the answer to the request itself: the account is being made, whatever has become of it by now.
func requestedAccount(r *iam.MemberRequest) *orgapi.CreateAccountStatus {
	return &orgapi.CreateAccountStatus{Id: &r.ID, AccountName: &r.Name, State: ptr(orgapi.CreateAccountStateINPROGRESS), RequestedTimestamp: &r.Asked}
}

func settledAccount(r *iam.MemberRequest) orgapi.CreateAccountStatus {
	s := *requestedAccount(r)
	s.State, s.CompletedTimestamp, s.AccountId, s.FailureReason = ptr(orgapi.CreateAccountStateSUCCEEDED), &r.Asked, opt(r.Account), opt(r.Failure)
	if r.Account == "" {
		s.State = ptr(orgapi.CreateAccountStateFAILED)
	}
	return s
}

func controlShape(p *iam.ControlPolicy) *orgapi.Policy {
	return &orgapi.Policy{PolicySummary: ptr(controlSummary(p)), Content: &p.Content}
}

func controlSummary(p *iam.ControlPolicy) orgapi.PolicySummary {
	return orgapi.PolicySummary{Id: &p.ID, Arn: ptr(p.ARN()), Name: &p.Name, Description: &p.Description, Type: ptr(string(p.Type)), AwsManaged: ptr(p.BuiltIn())}
}

func targetShape(t iam.Target) orgapi.PolicyTargetSummary {
	return orgapi.PolicyTargetSummary{TargetId: &t.ID, Arn: &t.ARN, Name: &t.Name, Type: &t.Kind}
}

func handshakeARN(h *iam.Handshake) string {
	return arn.Organizations(h.Manager, "handshake/"+h.Org+"/invite/"+h.ID)
}
