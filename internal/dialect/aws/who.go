package aws

import (
	"encoding/json"

	"github.com/daypass/daypass/internal/dialect/aws/adminapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/internal/simulate"
	"github.com/daypass/daypass/policy"
)

func whoCan(c *op.Call, in *adminapi.WhoCanInput) (*adminapi.WhoCanOutput, error) {
	p, err := pageOf(in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	w := simulate.Who{Account: c.Account(), Action: in.ActionName, Resource: text(in.ResourceArn, "*"), Owner: text(in.ResourceAccount, ""), Context: each(in.ContextEntries, entry)}
	list, next, err := w.Page(c.View, p.after, p.limit)
	if err != nil {
		return nil, err
	}
	out := &adminapi.WhoCanOutput{Principals: make([]adminapi.PrincipalFinding, len(list))}
	for i := range list {
		if out.Principals[i], err = principalFinding(&list[i]); err != nil {
			return nil, err
		}
	}
	truncated, marker := more(next)
	out.IsTruncated, out.Marker = *truncated, marker
	return out, nil
}

func entry(e adminapi.ContextEntry) simulate.Entry {
	return simulate.Entry{Name: e.ContextKeyName, Type: e.ContextKeyType, Values: e.ContextKeyValues}
}

func principalFinding(f *simulate.Finding) (adminapi.PrincipalFinding, error) {
	s := adminapi.PrincipalFinding{Principal: f.Name, Type: f.Kind, Answer: adminapi.AnswerAllowed, Also: opt(f.Also)}
	if f.Ever != nil {
		p := possibility(f.Ever)
		s.Answer, s.Ever = p.Answer, &p
		return s, nil
	}
	if d := &f.Decision; d.Statement >= 0 {
		s.Layer, s.SourcePolicyId, s.Statement, s.Sid = ptr(d.Layer.String()), opt(d.Source), ptr(int64(d.Statement)), opt(d.Sid)
	}
	if f.Allowed {
		return s, nil
	}
	s.Answer = adminapi.AnswerDepends
	return s, asJSON(f.Open, &s.DependsOn)
}

func asJSON(list []policy.OpenLayer, into **string) error {
	b, err := json.Marshal(list)
	if err != nil {
		return fault.Broken(err)
	}
	*into = ptr(string(b))
	return nil
}
