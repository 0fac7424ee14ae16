package aws

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/simulate"
	"github.com/daypass/daypass/policy/question"
)

// onPrincipal asks about a user, a role or the root by its resource name.
func onPrincipal(c *op.Call, name string) ([]access.Ask, error) {
	if name == arn.Root(c.Account()) {
		return one(access.Ask{Action: action(c), Resource: name})
	}
	return onEntity(c, name)
}

func whatCan(c *op.Call, in *adminapi.WhatCanInput) (*adminapi.WhatCanOutput, error) {
	w := simulate.What{Account: c.Account(), Principal: in.PrincipalArn, Context: each(in.ContextEntries, entry)}
	if in.ActionName != nil {
		resource := text(in.ResourceArn, "*")
		p, err := w.Ever(c.View, *in.ActionName, resource)
		if err != nil {
			return nil, err
		}
		return &adminapi.WhatCanOutput{Capabilities: []adminapi.Capability{{ActionName: *in.ActionName, ResourceArn: resource, Possibility: possibility(p)}}}, nil
	}
	list, cut, err := w.Most(c.View)
	if err != nil {
		return nil, err
	}
	return &adminapi.WhatCanOutput{Capabilities: each(list, capability), Cut: cut}, nil
}

func capability(c question.Capability) adminapi.Capability {
	return adminapi.Capability{
		ActionName: c.Action, ResourceArn: c.Resource, NotAction: c.NotAction, NotResource: c.NotResource, Possibility: possibility(&c.Possibility),
		Layer: ptr(c.Layer.String()), SourcePolicyId: opt(c.Source), Statement: ptr(int64(c.Statement)), Sid: opt(c.Sid),
	}
}

func possibility(p *question.Possibility) adminapi.Possibility {
	s := adminapi.Possibility{Answer: p.Can.String(), ContextKeys: p.Keys, Doubts: p.Doubts}
	if p.Example != nil {
		s.ExampleAction, s.ExampleResource = &p.Example.Action, &p.Example.Resource
	}
	if p.Limit != nil {
		s.Limit = opt(p.Limit.Decision.Reason(p.Limit.Action))
	}
	return s
}
