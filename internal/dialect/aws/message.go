package aws

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/dialect/aws/stsapi"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/guard"
	"github.com/daypass/daypass/internal/op"
	"github.com/daypass/daypass/policy"
)

// messageOperations read the messages that denials of other services carry.
func messageOperations() []op.Operation {
	return []op.Operation{
		op.Read("DecodeAuthorizationMessage", onAny[stsapi.DecodeAuthorizationMessageInput],
			func(c *op.Call, in *stsapi.DecodeAuthorizationMessageInput) (*stsapi.DecodeAuthorizationMessageOutput, error) {
				file, err := c.Guard.Unseal(c.View, c.Account(), in.EncodedMessage, c.Now)
				if err != nil {
					return nil, err
				}
				decoded, err := json.Marshal(decodedMessage(file))
				if err != nil {
					return nil, fault.Broken(err)
				}
				return &stsapi.DecodeAuthorizationMessageOutput{DecodedMessage: ptr(string(decoded))}, nil
			}),
	}
}

// items is how a decoded message writes every list.
type items[T any] struct {
	Items []T `json:"items"`
}

type itemValue struct {
	Value string `json:"value"`
}

type itemCondition struct {
	Key      string           `json:"key"`
	Operator string           `json:"operator,omitempty"` // ours: without it a condition says little
	Values   items[itemValue] `json:"values"`
}

type messageStatement struct {
	StatementID string               `json:"statementId"`
	Effect      string               `json:"effect"`
	Principals  items[itemValue]     `json:"principals"`
	Groups      items[itemValue]     `json:"principalGroups"`
	Actions     items[itemValue]     `json:"actions"`
	Resources   items[itemValue]     `json:"resources"`
	Conditions  items[itemCondition] `json:"conditions"`
	// Ours.
	NotActions       []string `json:"notActions,omitempty"`
	NotResources     []string `json:"notResources,omitempty"`
	SourcePolicyID   string   `json:"sourcePolicyId"`
	SourcePolicyType string   `json:"sourcePolicyType"`
}

// message is what clients know of AWS's decoded messages, with one member of ours. See docs/decisions/029.
type message struct {
	Allowed      bool                    `json:"allowed"`
	ExplicitDeny bool                    `json:"explicitDeny"`
	Matched      items[messageStatement] `json:"matchedStatements"`
	Failures     items[itemValue]        `json:"failures"`
	Context      messageContext          `json:"context"`
	Daypass      messageDetail           `json:"daypass"`
}

type messageContext struct {
	Principal struct {
		ID  string `json:"id"`
		ARN string `json:"arn"`
	} `json:"principal"`
	Action     string               `json:"action"`
	Resource   string               `json:"resource"`
	Conditions items[itemCondition] `json:"conditions"`
}

type messageDetail struct {
	RequestID string        `json:"requestId"`
	Time      time.Time     `json:"time"`
	Reason    string        `json:"reason"`
	Cut       bool          `json:"cut"`
	Withheld  bool          `json:"withheld"`
	Trace     *policy.Trace `json:"trace"`
}

func decodedMessage(f *guard.Dossier) *message {
	m := &message{
		ExplicitDeny: f.Decision.Verdict == policy.ExplicitDeny,
		Matched:      items[messageStatement]{[]messageStatement{}}, Failures: values(nil),
		Context: messageContext{Action: f.Action, Resource: f.Resource, Conditions: items[itemCondition]{[]itemCondition{}}},
		Daypass: messageDetail{RequestID: f.ID, Time: f.Time, Reason: f.Decision.Reason(f.Action), Cut: f.Cut, Withheld: f.Withheld, Trace: f.Trace},
	}
	if f.Foreign {
		m.Daypass.Reason = "because the account of the resource does not allow it"
	}
	m.Context.Principal.ID, m.Context.Principal.ARN = f.PrincipalID, f.Principal
	for _, k := range f.Context {
		m.Context.Conditions.Items = append(m.Context.Conditions.Items, itemCondition{Key: k.Key, Values: values(k.Values)})
	}
	if f.Statement != nil {
		m.Matched.Items = append(m.Matched.Items, matched(f))
	}
	return m
}

// matched shows the statement that denied. One of a policy that names nobody is about the caller.
func matched(f *guard.Dossier) messageStatement {
	st := f.Statement
	var principals []string
	for _, p := range st.Principals {
		principals = append(principals, p.Value)
	}
	if principals == nil {
		principals = []string{f.PrincipalID}
	}
	out := messageStatement{
		StatementID: st.Sid, Effect: strings.ToUpper(st.Effect.String()), Principals: values(principals), Groups: values(nil),
		Actions: values(st.Actions), Resources: values(st.Resources), Conditions: items[itemCondition]{[]itemCondition{}},
		NotActions: st.NotActions, NotResources: st.NotResources, SourcePolicyID: f.Decision.Source, SourcePolicyType: f.Decision.SourceType,
	}
	for _, c := range st.Conditions {
		out.Conditions.Items = append(out.Conditions.Items, itemCondition{Key: c.Key, Operator: c.Operator, Values: values(c.Values)})
	}
	return out
}

func values(list []string) items[itemValue] {
	out := items[itemValue]{make([]itemValue, len(list))}
	for i, v := range list {
		out.Items[i].Value = v
	}
	return out
}
