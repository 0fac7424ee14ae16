package simulate

import (
	"strings"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// What asks what a principal of an account can do at most with the resources of its account, under all policies that reach it.
type What struct {
	Account   string // whose state may be looked at
	Principal string // resource name of a user, a role (any session of it) or the account's root
	Context   []Entry
}

// Bounds of a search, in its steps: of a question about one principal, and of one about many for each of them.
const (
	searchSteps = 5_000_000
	everySteps  = 500_000
)

// Most lists what the statements that allow come to; cut is true if there is more than an answer holds. It fails with NotFound, or
// Invalid: What EntityARN or one of those of condition keys.
func (w What) Most(v *iam.View) (list []question.Capability, cut bool, err error) {
	q, err := w.query(v)
	if err != nil {
		return nil, false, err
	}
	list, cut = question.WhatCan(q)
	if own, limited := apart(q); limited {
		seen, _ := question.WhatCan(own)
		for i := range list {
			withhold(q, &list[i].Possibility, &seen[i].Possibility, list[i].Action)
		}
	}
	return list, cut, nil
}

// Ever asks whether there is an action of a pattern and a resource of a pattern that the principal may. It fails as Most does, and with
// Invalid (What SimulatedAction, SimulatedResource) for what is no pattern.
func (w What) Ever(v *iam.View, action, resource string) (*question.Possibility, error) {
	q, err := w.query(v)
	if err != nil {
		return nil, err
	}
	return ever(q, action, resource)
}

func ever(q *question.Query, action, resource string) (*question.Possibility, error) {
	if action != "*" && !strings.Contains(action, ":") {
		return nil, fault.New(fault.Invalid, fault.SimulatedAction, action)
	}
	p, err := question.Can(q, action, resource)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Invalid, What: fault.SimulatedResource, Name: resource, Err: err}
	}
	if own, limited := apart(q); limited {
		seen, err := question.Can(own, action, resource)
		if err != nil {
			return nil, &fault.Error{Kind: fault.Invalid, What: fault.SimulatedResource, Name: resource, Err: err}
		}
		withhold(q, p, seen, action)
	}
	return p, nil
}

// apart is the query without the organization's policies; limited is false if there are none.
func apart(q *question.Query) (own *question.Query, limited bool) {
	layers := *q.Layers
	layers.SCP, layers.RCP = nil, nil
	o := *q
	o.Layers = &layers
	return &o, q.Layers.SCP != nil || q.Layers.RCP != nil
}

// withhold takes out what the policies of an organization hold. The examples of an answer are made of names and values in policies, also in
// those. So the ones that are shown are made without them, if they are examples of the answer as well.
func withhold(q *question.Query, p, seen *question.Possibility, action string) {
	if p.Example != nil {
		if p.Example = seen.Example; p.Example != nil {
			x := *seen.Example
			x.Decision = policy.Decide(q.Layers, x.Request())
			if p.Example = &x; !x.Decision.Allowed() {
				p.Example = nil
			}
		}
	}
	if p.Limit == nil {
		return
	}
	if seen.Limit != nil { // what is denied without them is denied with them
		p.Limit = seen.Limit
		return
	}
	d := p.Limit.Decision
	p.Limit = &question.Example{Action: action, Decision: policy.Decision{Verdict: d.Verdict, Layer: d.Layer, Statement: -1}}
}

func (w What) query(v *iam.View) (*question.Query, error) {
	told, err := told(w.Context)
	if err != nil {
		return nil, err
	}
	sub := access.Root(v, w.Account)
	if w.Principal != arn.Root(w.Account) {
		e, err := ParseEntity(w.Principal)
		if err != nil || e.Kind == iam.KindGroup {
			return nil, fault.New(fault.Invalid, fault.EntityARN, w.Principal)
		}
		f, err := e.find(v, w.Account)
		if err != nil {
			return nil, err
		}
		sub = f.subject
	}
	h := sub.Own("*", "*")
	h.Told, h.Firm = told, true
	return queryOf(sub, &h, searchSteps), nil
}

// queryOf puts a hypothesis to the search in place of the evaluator.
func queryOf(sub *access.Subject, h *access.Hypothesis, steps int) *question.Query {
	layers, r := sub.Suppose(h)
	return &question.Query{Layers: &layers, Principal: r.Principal, Owner: r.ResourceAccount, Known: r.Keys, Bound: question.Bound{Steps: steps}}
}
