package aws

import (
	"slices"
	"strconv"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/simulate"
	"github.com/daypass/daypass/policy"
)

// Questions to the policies: the condition keys they ask for, and which of them are about a service. For simulation see
// simulationsAsAWS and simulationsExtended.
func simulationOperations() []op.Operation {
	return []op.Operation{
		op.Read("GetContextKeysForPrincipalPolicy",
			func(c *op.Call, in *iamapi.GetContextKeysForPrincipalPolicyInput) ([]access.Ask, error) {
				return onEntity(c, in.PolicySourceArn)
			},
			func(c *op.Call, in *iamapi.GetContextKeysForPrincipalPolicyInput) (*iamapi.GetContextKeysForPrincipalPolicyOutput, error) {
				keys, err := simulate.ContextKeys(c.View, c.Account(), in.PolicySourceArn, in.PolicyInputList)
				return &iamapi.GetContextKeysForPrincipalPolicyOutput{ContextKeyNames: each(keys, self)}, err
			}),
		op.Read("GetContextKeysForCustomPolicy",
			func(c *op.Call, _ *iamapi.GetContextKeysForCustomPolicyInput) ([]access.Ask, error) {
				return onNothing(c)
			},
			func(c *op.Call, in *iamapi.GetContextKeysForCustomPolicyInput) (*iamapi.GetContextKeysForCustomPolicyOutput, error) {
				keys, err := simulate.ContextKeys(c.View, c.Account(), "", in.PolicyInputList)
				return &iamapi.GetContextKeysForCustomPolicyOutput{ContextKeyNames: each(keys, self)}, err
			}),
		op.Read("ListPoliciesGrantingServiceAccess",
			func(c *op.Call, in *iamapi.ListPoliciesGrantingServiceAccessInput) ([]access.Ask, error) {
				return onEntity(c, in.Arn)
			},
			listGranting),
	}
}

// onEntity asks about a user, group or role by its resource name, of which only the account, the kind and the name count.
func onEntity(c *op.Call, name string) ([]access.Ask, error) {
	e, err := simulate.ParseEntity(name)
	if err != nil {
		return nil, err
	}
	if e.Account != c.Account() {
		n, _ := arn.Parse(name)
		kind, _, _, _ := n.Entity()
		return one(access.Ask{Action: action(c), Resource: name, Label: kind + " " + e.Name})
	}
	switch e.Kind {
	case iam.KindUser:
		return one(onUser(c, e.Name))
	case iam.KindGroup:
		return one(onGroup(c, e.Name))
	}
	return one(onRole(c, e.Name))
}

// onNothing asks for an action that has no resource.
func onNothing(c *op.Call) ([]access.Ask, error) {
	return one(access.Ask{Action: action(c), Resource: "*"})
}

func contextEntry(e iamapi.ContextEntry) simulate.Entry {
	return simulate.Entry{Name: text(e.ContextKeyName, ""), Type: text(e.ContextKeyType, ""), Values: e.ContextKeyValues}
}

// aboutPrincipal and aboutPolicies are the questions of the two simulations.
func aboutPrincipal(in *iamapi.SimulatePrincipalPolicyInput) *simulate.Question {
	return &simulate.Question{Source: in.PolicySourceArn, Policies: in.PolicyInputList, Boundary: in.PermissionsBoundaryPolicyInputList,
		Actions: in.ActionNames, Resources: in.ResourceArns, Handling: text(in.ResourceHandlingOption, ""),
		ResourcePolicy: text(in.ResourcePolicy, ""), ResourceOwner: text(in.ResourceOwner, ""), Caller: text(in.CallerArn, ""),
		Context: each(in.ContextEntries, contextEntry)}
}

func aboutPolicies(in *iamapi.SimulateCustomPolicyInput) *simulate.Question {
	return &simulate.Question{Policies: in.PolicyInputList, Boundary: in.PermissionsBoundaryPolicyInputList,
		Actions: in.ActionNames, Resources: in.ResourceArns, Handling: text(in.ResourceHandlingOption, ""),
		ResourcePolicy: text(in.ResourcePolicy, ""), ResourceOwner: text(in.ResourceOwner, ""), Caller: text(in.CallerArn, ""),
		Context: each(in.ContextEntries, contextEntry)}
}

// simulationsAsAWS are the simulations with the parameters and members that AWS has, and no others.
func simulationsAsAWS() []op.Operation {
	return []op.Operation{
		op.Read("SimulatePrincipalPolicy",
			func(c *op.Call, in *iamapi.SimulatePrincipalPolicyInput) ([]access.Ask, error) {
				return onEntity(c, in.PolicySourceArn)
			},
			func(c *op.Call, in *iamapi.SimulatePrincipalPolicyInput) (*iamapi.SimulatePrincipalPolicyOutput, error) {
				answers, truncated, next, err := simulated(c, aboutPrincipal(in), in.Marker, in.MaxItems)
				return &iamapi.SimulatePrincipalPolicyOutput{EvaluationResults: each(answers, evaluation), IsTruncated: truncated, Marker: next}, err
			}),
		op.Read("SimulateCustomPolicy",
			func(c *op.Call, _ *iamapi.SimulateCustomPolicyInput) ([]access.Ask, error) { return onNothing(c) },
			func(c *op.Call, in *iamapi.SimulateCustomPolicyInput) (*iamapi.SimulateCustomPolicyOutput, error) {
				answers, truncated, next, err := simulated(c, aboutPolicies(in), in.Marker, in.MaxItems)
				return &iamapi.SimulateCustomPolicyOutput{EvaluationResults: each(answers, evaluation), IsTruncated: truncated, Marker: next}, err
			}),
	}
}

// pageWork bounds what one page costs, in statements tried: a page ends early when its first actions were expensive.
const pageWork = 1_000_000

// simulated answers for a page of the actions. The marker is the number of the first action that is left, for the actions come again
// with each page.
func simulated(c *op.Call, q *simulate.Question, marker *string, items *int64) (out []simulate.Answer, truncated *bool, next *string, err error) {
	q.Account = c.Account()
	at, err := pageOf(marker, items)
	from := 0
	if err == nil && at.after != "" {
		from, err = strconv.Atoi(at.after)
	}
	if err != nil || from < 0 {
		return nil, nil, nil, fault.New(fault.Invalid, fault.SimulationMarker, "")
	}
	sim, err := simulate.New(c.View, q)
	if err != nil {
		return nil, nil, nil, err
	}
	out = []simulate.Answer{}
	i, work := from, 0
	for ; i < len(q.Actions) && len(out) < at.limit; i++ {
		if work += sim.Work(); work > pageWork && len(out) > 0 {
			break
		}
		a, err := sim.Ask(q.Actions[i])
		if err != nil {
			return nil, nil, nil, err
		}
		out = append(out, a)
	}
	last := ""
	if i < len(q.Actions) {
		last = strconv.Itoa(i)
	}
	truncated, next = more(last)
	return out, truncated, next, nil
}

// evaluation shows empty lists for the whole, and leaves them out of what it says of each resource, as recordings of IAM do.
func evaluation(a simulate.Answer) iamapi.EvaluationResult {
	r := iamapi.EvaluationResult{
		EvalActionName: a.Action, EvalResourceName: &a.Resource, EvalDecision: a.Verdict.String(),
		MatchedStatements: each(a.Matched, matchedStatement), MissingContextValues: each(a.Missing, self),
		PermissionsBoundaryDecisionDetail: boundaryDecision(a.Boundary),
	}
	if a.Organization != nil {
		r.OrganizationsDecisionDetail = &iamapi.OrganizationsDecisionDetail{AllowedByOrganizations: a.Organization}
	}
	if a.Each == nil {
		return r
	}
	r.EvalDecisionDetails = map[string]string{}
	for l, v := range a.Layers {
		r.EvalDecisionDetails[layerNames[l]] = v.String()
	}
	for i := range a.Each {
		r.ResourceSpecificResults = append(r.ResourceSpecificResults, onResource(&a.Each[i]))
	}
	return r
}

func onResource(r *simulate.Result) iamapi.ResourceSpecificResult {
	s := iamapi.ResourceSpecificResult{
		EvalResourceName: r.Resource, EvalResourceDecision: r.Verdict.String(), PermissionsBoundaryDecisionDetail: boundaryDecision(r.Boundary),
	}
	if len(r.Matched) > 0 {
		s.MatchedStatements = each(r.Matched, matchedStatement)
	}
	if len(r.Missing) > 0 {
		s.MissingContextValues = slices.Clone(r.Missing)
	}
	for l, v := range r.Layers {
		if s.EvalDecisionDetails == nil {
			s.EvalDecisionDetails = map[string]string{}
		}
		s.EvalDecisionDetails[layerNames[l]] = v.String()
	}
	return s
}

func boundaryDecision(allowed *bool) *iamapi.PermissionsBoundaryDecisionDetail {
	if allowed == nil {
		return nil
	}
	return &iamapi.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: allowed}
}

// layerNames are what the simulator calls kinds of policies. They are not the values that the service model lists.
var layerNames = map[policy.Layer]string{
	policy.LayerIdentity: "IAM Policy", policy.LayerResource: "Resource Policy", policy.LayerTrust: "Resource Policy",
	policy.LayerBoundary: "Permissions Boundary Policy",
}

// matchedStatement says where a statement is. IAM counts it from just past what stands before it.
func matchedStatement(m policy.Match) iamapi.Statement {
	return iamapi.Statement{SourcePolicyId: &m.Source, SourcePolicyType: ptr(layerNames[m.Layer]), StartPosition: position(m.After), EndPosition: position(m.End)}
}

func position(p policy.Pos) *iamapi.Position {
	return &iamapi.Position{Line: ptr(int64(p.Line)), Column: ptr(int64(p.Column))}
}

func listGranting(c *op.Call, in *iamapi.ListPoliciesGrantingServiceAccessInput) (*iamapi.ListPoliciesGrantingServiceAccessOutput, error) {
	if in.Marker != nil {
		return nil, fault.New(fault.Invalid, fault.Marker, "") // the list is never cut, so no marker is ours
	}
	e, err := simulate.ParseEntity(in.Arn)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ListPoliciesGrantingServiceAccessOutput{PoliciesGrantingServiceAccess: []iamapi.ListPoliciesGrantingServiceAccessEntry{}, IsTruncated: ptr(false)}
	for _, service := range in.ServiceNamespaces {
		held, err := simulate.Granting(c.View, c.Account(), e, service)
		if err != nil {
			return nil, err
		}
		out.PoliciesGrantingServiceAccess = append(out.PoliciesGrantingServiceAccess,
			iamapi.ListPoliciesGrantingServiceAccessEntry{ServiceNamespace: &service, Policies: each(held, grantingPolicy)})
	}
	return out, nil
}

var ownerTypes = map[iam.EntityKind]string{iam.KindUser: "USER", iam.KindGroup: "GROUP", iam.KindRole: "ROLE"}

// grantingPolicy names the owner of an inline policy and the resource name of a managed one.
func grantingPolicy(h iam.Held) iamapi.PolicyGrantingServiceAccess {
	if h.ARN != "" {
		return iamapi.PolicyGrantingServiceAccess{PolicyName: h.Name, PolicyType: "MANAGED", PolicyArn: &h.ARN}
	}
	return iamapi.PolicyGrantingServiceAccess{PolicyName: h.Name, PolicyType: "INLINE", EntityType: ptr(ownerTypes[h.Kind]), EntityName: &h.Owner}
}
