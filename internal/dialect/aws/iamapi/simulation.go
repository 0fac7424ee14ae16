package iamapi

import "github.com/daypass/daypass/internal/wire"

// This file holds what Daypass adds to both simulations of policies: further parameters, and members of the answers that clients of
// AWS pass over. In strict mode none of it exists. See docs/decisions/039.

// maxLevels bounds a proposed organization: its root, five levels of units and the account.
const maxLevels = 7

var ruleControlPolicyLevels = wire.Rule{Size: &wire.Range{Max: maxLevels}}

// SimulationExtension are the parameters that AWS does not have.
type SimulationExtension struct {
	// SessionPolicyInputList are session policies of the caller.
	SessionPolicyInputList []string
	// ServiceControlPolicyInputList and ResourceControlPolicyInputList are control policies, from the root of an organization down to
	// the account, in place of those in force.
	ServiceControlPolicyInputList  []ControlPolicyLevel
	ResourceControlPolicyInputList []ControlPolicyLevel
	// TrustPolicyInput is the trust policy of the roles among the resources, in place of those in force.
	TrustPolicyInput *string
	// IncludeExplanation asks for SimulationDetail.Explanation.
	IncludeExplanation *bool
}

// Used says whether a client asked for anything beyond AWS, and so takes answers with members beyond AWS's.
func (v *SimulationExtension) Used() bool {
	return v.SessionPolicyInputList != nil || v.ServiceControlPolicyInputList != nil || v.ResourceControlPolicyInputList != nil ||
		v.TrustPolicyInput != nil || v.IncludeExplanation != nil
}

// Walk implements wire.Shape.
func (v *SimulationExtension) Walk(w wire.Walker) {
	w.Texts("SessionPolicyInputList", &v.SessionPolicyInputList, &ruleSimulationPolicyListType)
	wire.List(w, "ServiceControlPolicyInputList", &v.ServiceControlPolicyInputList, &ruleControlPolicyLevels)
	wire.List(w, "ResourceControlPolicyInputList", &v.ResourceControlPolicyInputList, &ruleControlPolicyLevels)
	w.OptText("TrustPolicyInput", &v.TrustPolicyInput, &rulePolicyDocumentType)
	w.OptBool("IncludeExplanation", &v.IncludeExplanation, nil)
}

// ControlPolicyLevel are the control policies of one level of an organization.
type ControlPolicyLevel struct{ PolicyInputList []string }

// Walk implements wire.Shape.
func (v *ControlPolicyLevel) Walk(w wire.Walker) {
	w.Texts("PolicyInputList", &v.PolicyInputList, &ruleSimulationPolicyListType)
}

// ExtendedSimulatePrincipalPolicyInput is the input of SimulatePrincipalPolicy with what Daypass adds.
type ExtendedSimulatePrincipalPolicyInput struct {
	SimulatePrincipalPolicyInput
	SimulationExtension
}

// Walk implements wire.Shape.
func (v *ExtendedSimulatePrincipalPolicyInput) Walk(w wire.Walker) {
	v.SimulatePrincipalPolicyInput.Walk(w)
	v.SimulationExtension.Walk(w)
}

// ExtendedSimulateCustomPolicyInput is the input of SimulateCustomPolicy with what Daypass adds.
type ExtendedSimulateCustomPolicyInput struct {
	SimulateCustomPolicyInput
	SimulationExtension
}

// Walk implements wire.Shape.
func (v *ExtendedSimulateCustomPolicyInput) Walk(w wire.Walker) {
	v.SimulateCustomPolicyInput.Walk(w)
	v.SimulationExtension.Walk(w)
}

// ExtendedSimulateOutput is the output of both simulations with what Daypass adds.
type ExtendedSimulateOutput struct {
	EvaluationResults []ExtendedEvaluationResult
	IsTruncated       *bool
	Marker            *string
}

// Walk implements wire.Shape.
func (v *ExtendedSimulateOutput) Walk(w wire.Walker) {
	wire.List(w, "EvaluationResults", &v.EvaluationResults, nil)
	w.OptBool("IsTruncated", &v.IsTruncated, nil)
	w.OptText("Marker", &v.Marker, nil)
}

// SimulationDetail is what Daypass adds to a result, when the question used the extension.
type SimulationDetail struct {
	// LayerDecisionDetails tells what each kind of policy says that takes part, in the words of EvalDecision, under the names of
	// EvalDecisionDetails and, beside these, "Session Policy", "Service Control Policy", "Resource Control Policy" and "Trust Policy".
	LayerDecisionDetails map[string]string
	// Explanation is JSON with the members "trace", a policy.Trace, and "open", the []policy.OpenLayer of what the verdict depends on;
	// nil unless IncludeExplanation asked for it.
	Explanation *string
}

// Walk implements wire.Shape.
func (v *SimulationDetail) Walk(w wire.Walker) {
	w.TextMap("LayerDecisionDetails", &v.LayerDecisionDetails, nil)
	w.OptText("Explanation", &v.Explanation, nil)
}

// ExtendedEvaluationResult is an EvaluationResult with what Daypass adds. Its own ResourceSpecificResults stand in place of the
// embedded ones.
type ExtendedEvaluationResult struct {
	EvaluationResult
	ResourceSpecificResults []ExtendedResourceSpecificResult
	SimulationDetail
}

// Walk implements wire.Shape.
func (v *ExtendedEvaluationResult) Walk(w wire.Walker) {
	r := &v.EvaluationResult
	w.Text("EvalActionName", &r.EvalActionName, &ruleActionNameType)
	w.OptText("EvalResourceName", &r.EvalResourceName, &ruleResourceNameType)
	w.Text("EvalDecision", &r.EvalDecision, &rulePolicyEvaluationDecisionType)
	wire.List(w, "MatchedStatements", &r.MatchedStatements, nil)
	w.Texts("MissingContextValues", &r.MissingContextValues, &ruleContextKeyNamesResultListType)
	wire.OptStruct(w, "OrganizationsDecisionDetail", &r.OrganizationsDecisionDetail, nil)
	wire.OptStruct(w, "PermissionsBoundaryDecisionDetail", &r.PermissionsBoundaryDecisionDetail, nil)
	w.TextMap("EvalDecisionDetails", &r.EvalDecisionDetails, &ruleEvalDecisionDetailsType)
	wire.List(w, "ResourceSpecificResults", &v.ResourceSpecificResults, nil)
	v.SimulationDetail.Walk(w)
}

// ExtendedResourceSpecificResult is a ResourceSpecificResult with what Daypass adds.
type ExtendedResourceSpecificResult struct {
	ResourceSpecificResult
	SimulationDetail
}

// Walk implements wire.Shape.
func (v *ExtendedResourceSpecificResult) Walk(w wire.Walker) {
	v.ResourceSpecificResult.Walk(w)
	v.SimulationDetail.Walk(w)
}
