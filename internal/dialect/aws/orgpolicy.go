package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/dialect/aws/orgapi"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/op"
)

// controlOperations are on the policies of an organization and on what they are attached to.
func controlOperations() []op.Operation {
	return []op.Operation{
		op.Write("CreatePolicy",
			func(c *op.Call, in *orgapi.CreatePolicyInput) ([]access.Ask, error) {
				a := ofType(inOrganization(c), in.Type)
				a.RequestTags = orgTags(in.Tags)
				return withTags(a, "organizations:TagResource")
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.CreatePolicyInput) (*orgapi.CreatePolicyOutput, error) {
				p, err := tx.CreateControlPolicy(c.Account(), iam.ControlSpec{Type: iam.ControlType(in.Type), Name: in.Name, Description: in.Description,
					Content: in.Content, Tags: orgTags(in.Tags)})
				if err != nil {
					return nil, err
				}
				return &orgapi.CreatePolicyOutput{Policy: controlShape(p)}, nil
			}),
		op.Write("UpdatePolicy",
			func(c *op.Call, in *orgapi.UpdatePolicyInput) ([]access.Ask, error) {
				return one(onPlace(c, in.PolicyId))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.UpdatePolicyInput) (*orgapi.UpdatePolicyOutput, error) {
				p, err := tx.UpdateControlPolicy(c.Account(), in.PolicyId, in.Name, in.Description, in.Content)
				if err != nil {
					return nil, err
				}
				return &orgapi.UpdatePolicyOutput{Policy: controlShape(p)}, nil
			}),
		op.Change("DeletePolicy",
			func(c *op.Call, in *orgapi.DeletePolicyInput) ([]access.Ask, error) {
				return one(onPlace(c, in.PolicyId))
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.DeletePolicyInput) error {
				return tx.DeleteControlPolicy(c.Account(), in.PolicyId)
			}),
		op.Read("DescribePolicy",
			func(c *op.Call, in *orgapi.DescribePolicyInput) ([]access.Ask, error) {
				return one(onPlace(c, in.PolicyId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.DescribePolicyInput) (*orgapi.DescribePolicyOutput, error) {
				p, err := c.View.ControlPolicy(o, in.PolicyId)
				if err != nil {
					return nil, err
				}
				return &orgapi.DescribePolicyOutput{Policy: controlShape(p)}, nil
			})),
		op.Read("ListPolicies",
			func(c *op.Call, in *orgapi.ListPoliciesInput) ([]access.Ask, error) {
				return one(ofType(inOrganization(c), in.Filter))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListPoliciesInput) (*orgapi.ListPoliciesOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				list, next := c.View.ControlPolicies(o, iam.ControlType(in.Filter), p.after, p.limit)
				return &orgapi.ListPoliciesOutput{Policies: each(list, controlSummary), NextToken: orgMore(next)}, nil
			})),
		op.Change("AttachPolicy",
			func(c *op.Call, in *orgapi.AttachPolicyInput) ([]access.Ask, error) {
				return onControl(c, in.PolicyId, in.TargetId)
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.AttachPolicyInput) error {
				return tx.AttachControl(c.Account(), in.PolicyId, in.TargetId)
			}),
		op.Change("DetachPolicy",
			func(c *op.Call, in *orgapi.DetachPolicyInput) ([]access.Ask, error) {
				return onControl(c, in.PolicyId, in.TargetId)
			},
			func(c *op.Call, tx *iam.Tx, in *orgapi.DetachPolicyInput) error {
				return tx.DetachControl(c.Account(), in.PolicyId, in.TargetId)
			}),
		op.Read("ListPoliciesForTarget",
			func(c *op.Call, in *orgapi.ListPoliciesForTargetInput) ([]access.Ask, error) {
				return one(ofType(onPlace(c, in.TargetId), in.Filter))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListPoliciesForTargetInput) (*orgapi.ListPoliciesForTargetOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				all, err := c.View.PoliciesAt(o, in.TargetId, iam.ControlType(in.Filter))
				if err != nil {
					return nil, err
				}
				list, next := iam.Slice(all, func(p *iam.ControlPolicy) string { return p.ID }, p.after, p.limit)
				return &orgapi.ListPoliciesForTargetOutput{Policies: each(list, controlSummary), NextToken: orgMore(next)}, nil
			})),
		op.Read("ListTargetsForPolicy",
			func(c *op.Call, in *orgapi.ListTargetsForPolicyInput) ([]access.Ask, error) {
				return one(onPlace(c, in.PolicyId))
			},
			overseen(func(c *op.Call, o *iam.Organization, in *orgapi.ListTargetsForPolicyInput) (*orgapi.ListTargetsForPolicyOutput, error) {
				p, err := orgPage(in.NextToken, in.MaxResults)
				if err != nil {
					return nil, err
				}
				at, err := c.View.ControlPolicy(o, in.PolicyId)
				if err != nil {
					return nil, err
				}
				list, next := c.View.Targets(o, at, p.after, p.limit)
				return &orgapi.ListTargetsForPolicyOutput{Targets: each(list, targetShape), NextToken: orgMore(next)}, nil
			})),
	}
}
