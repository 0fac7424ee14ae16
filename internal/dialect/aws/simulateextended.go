package aws

import (
	"encoding/json"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/iamapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/simulate"
	"github.com/daypass/daypass/policy"
)

// simulationsExtended are the simulations with what Daypass adds to them: trust, session and control policies. Clients of AWS do not
// see the difference but in questions about taking on a role, whose trust policy then takes part. See docs/decisions/039.
func simulationsExtended() []op.Operation {
	return []op.Operation{
		op.Read("SimulatePrincipalPolicy",
			func(c *op.Call, in *iamapi.ExtendedSimulatePrincipalPolicyInput) ([]access.Ask, error) {
				return onEntity(c, in.PolicySourceArn)
			},
			func(c *op.Call, in *iamapi.ExtendedSimulatePrincipalPolicyInput) (*iamapi.ExtendedSimulateOutput, error) {
				return extended(c, aboutPrincipal(&in.SimulatePrincipalPolicyInput), &in.SimulationExtension, in.Marker, in.MaxItems)
			}),
		op.Read("SimulateCustomPolicy",
			func(c *op.Call, _ *iamapi.ExtendedSimulateCustomPolicyInput) ([]access.Ask, error) {
				return onNothing(c)
			},
			func(c *op.Call, in *iamapi.ExtendedSimulateCustomPolicyInput) (*iamapi.ExtendedSimulateOutput, error) {
				return extended(c, aboutPolicies(&in.SimulateCustomPolicyInput), &in.SimulationExtension, in.Marker, in.MaxItems)
			}),
	}
}

func extended(c *op.Call, q *simulate.Question, in *iamapi.SimulationExtension, marker *string, items *int64) (*iamapi.ExtendedSimulateOutput, error) {
	q.Extension = &simulate.Extension{
		Session: in.SessionPolicyInputList, SCP: each(in.ServiceControlPolicyInputList, levelPolicies), RCP: each(in.ResourceControlPolicyInputList, levelPolicies),
		Trust: text(in.TrustPolicyInput, ""), Explain: in.IncludeExplanation != nil && *in.IncludeExplanation,
	}
	answers, truncated, next, err := simulated(c, q, marker, items)
	if err != nil {
		return nil, err
	}
	out := &iamapi.ExtendedSimulateOutput{EvaluationResults: []iamapi.ExtendedEvaluationResult{}, IsTruncated: truncated, Marker: next}
	for _, a := range answers {
		if a.Each != nil {
			a.Reasons = nil // they stand with each resource
		}
		r := iamapi.ExtendedEvaluationResult{EvaluationResult: evaluation(a)}
		if in.Used() {
			if r.SimulationDetail, err = detail(&a.Result); err != nil {
				return nil, err
			}
		}
		for i, plain := range r.EvaluationResult.ResourceSpecificResults {
			s := iamapi.ExtendedResourceSpecificResult{ResourceSpecificResult: plain}
			if in.Used() {
				if s.SimulationDetail, err = detail(&a.Each[i]); err != nil {
					return nil, err
				}
			}
			r.ResourceSpecificResults = append(r.ResourceSpecificResults, s)
		}
		out.EvaluationResults = append(out.EvaluationResults, r)
	}
	return out, nil
}

func levelPolicies(l iamapi.ControlPolicyLevel) []string { return l.PolicyInputList }

// detailNames are what details call kinds of policies: as the simulator does, and those it has no name for.
var detailNames = map[policy.Layer]string{
	policy.LayerIdentity: layerNames[policy.LayerIdentity], policy.LayerResource: layerNames[policy.LayerResource],
	policy.LayerBoundary: layerNames[policy.LayerBoundary], policy.LayerSession: "Session Policy", policy.LayerTrust: "Trust Policy",
	policy.LayerSCP: "Service Control Policy", policy.LayerRCP: "Resource Control Policy",
}

func detail(r *simulate.Result) (iamapi.SimulationDetail, error) {
	d := iamapi.SimulationDetail{LayerDecisionDetails: map[string]string{}}
	for l, v := range r.All {
		d.LayerDecisionDetails[detailNames[l]] = v.String()
	}
	if r.Reasons == nil {
		return d, nil
	}
	b, err := json.Marshal(r.Reasons)
	if err != nil {
		return d, fault.Broken(err)
	}
	d.Explanation = ptr(string(b))
	return d, nil
}
