package sts

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// FillTemplate puts parameters into the placeholders of a policy, "@{Name}" inside a string; of a string with a list as placeholder there
// is then one for each of its values. Values can not break out of their string. Every placeholder needs a parameter and every parameter a placeholder. It
// fails with Invalid and DelegationTemplate.
func FillTemplate(document string, given []iam.DelegationParameter) (string, error) {
	byName := make(map[string]*iam.DelegationParameter, len(given))
	for i := range given {
		p := &given[i]
		if byName[p.Name] != nil || len(p.Values) == 0 || !p.List && len(p.Values) != 1 {
			return "", badTemplate("The parameter " + p.Name + " is given twice, or has no value or too many.")
		}
		byName[p.Name] = p
	}
	var out strings.Builder
	used := map[string]bool{}
	// One pass: what a value holds is never looked at again.
	for rest := document; ; {
		before, after, found := strings.Cut(rest, "@{")
		if !found {
			out.WriteString(rest)
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		p := byName[name]
		if !closed || p == nil {
			return "", badTemplate("The template has a placeholder for " + name + ", which no parameter fills.")
		}
		used[name] = true
		if !p.List {
			out.WriteString(before + escaped(p.Values[0]))
			rest = tail
			continue
		}
		quote := strings.LastIndexByte(before, '"')
		end, next, whole := strings.Cut(tail, `"`)
		if quote < 0 || !whole || strings.ContainsAny(before[quote:], `\`) || strings.Contains(end, "@{") || strings.ContainsAny(end, `\`) {
			return "", badTemplate("The list " + name + " must be the only placeholder of its string.")
		}
		out.WriteString(before[:quote])
		for i, v := range p.Values {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(before[quote:] + escaped(v) + end + `"`)
		}
		rest = next
	}
	for _, p := range given {
		if !used[p.Name] {
			return "", badTemplate("The template has no placeholder for the parameter " + p.Name + ".")
		}
	}
	return out.String(), nil
}

func badTemplate(text string) error {
	return &fault.Error{Kind: fault.Invalid, What: fault.DelegationTemplate, Detail: text}
}

// escaped is a text as it stands between the quotes of a JSON string.
func escaped(s string) string {
	b, _ := json.Marshal(s) // a string can always be written
	return string(b[1 : len(b)-1])
}

// ApproverOf is the caller as the one whose permissions a delegation request is for. An identity that session policies limit, or that is
// not its own, can not hand anything on: what it was limited to would be lost. It fails with Denied.
func ApproverOf(s *access.Subject, origin *session.Origin) (iam.Approver, error) {
	a := iam.Approver{ARN: s.Principal.ARN, Account: origin.Account, UserID: origin.UserID, KeyID: origin.KeyID, Provider: origin.Provider}
	if s.Session == nil {
		return a, nil
	}
	if k := s.Session.Kind; s.Session.Restricted() || k != session.OfRole && k != session.OfUser {
		return iam.Approver{}, fault.New(fault.Denied, fault.SessionCredentials, "AcceptDelegationRequest")
	}
	a.RoleID = s.Session.RoleID
	for _, l := range s.Session.Handed() {
		a.Via = append(a.Via, iam.ApproverRole{RoleID: l.RoleID, Issued: l.Issued})
	}
	return a, nil
}

// Delegated is the session that a finalized request is exchanged for at a time: its approver, limited to what was asked for, until the
// time is over that began when the token was sent. It fails with Expired and TradeInToken.
func Delegated(d *iam.DelegationRequest, parent string, now time.Time) (*session.Session, error) {
	now = now.UTC().Truncate(time.Second)
	if d.StateAt(now) != iam.DelegationFinalized || d.Approver == nil || !now.Before(d.Ends()) {
		return nil, fault.New(fault.Expired, fault.TradeInToken, "")
	}
	a := d.Approver
	s := &session.Session{
		Kind: session.OfDelegate, Account: d.OwnerAccount, RoleID: a.RoleID, Name: "delegated-" + d.Requestor, Issued: now, Expires: d.Ends(),
		Policy: d.Policy, Parent: parent, Chained: true,
		Origin: session.Origin{Account: a.Account, UserID: a.UserID, KeyID: a.KeyID, Provider: a.Provider},
	}
	for _, v := range a.Via {
		s.Via = append(s.Via, session.Link{RoleID: v.RoleID, Issued: v.Issued})
	}
	return s, nil
}

// Covers says whether the caller may do all that a request asks for: "ALLOWED" or "DENIED" where that can be asked, and "UNSURE" where
// the policy has conditions or patterns, which stand for more than can be tried.
func Covers(document string, s *access.Subject, env *access.Environment) string {
	answer := "ALLOWED"
	list, ok := statements(document)
	if !ok {
		return "UNSURE"
	}
	for _, st := range list {
		switch {
		case st.Effect != "Allow":
			continue
		case st.Other || len(st.Actions) == 0 || len(st.Resources) == 0:
			answer = "UNSURE"
			continue
		}
		for _, action := range st.Actions {
			for _, resource := range st.Resources {
				pattern := strings.ContainsAny(action, "*?") || strings.ContainsAny(resource, "*?$") && resource != "*"
				if s.Decide(&access.Ask{Action: action, Resource: resource}, env).Verdict == policy.ExplicitDeny {
					return "DENIED"
				}
				if pattern {
					answer = "UNSURE"
				} else if s.Decide(&access.Ask{Action: action, Resource: resource}, env).Verdict != policy.Allow {
					return "DENIED"
				}
			}
		}
	}
	return answer
}

// Summary says in English what a request asks for.
func Summary(d *iam.DelegationRequest) string {
	var b strings.Builder
	b.WriteString("Account " + d.Requestor + " asks to act in this account for " + (time.Duration(d.Seconds) * time.Second).String() + ".")
	list, ok := statements(d.Policy)
	for i, st := range list {
		verb := " It may do"
		if st.Effect != "Allow" {
			verb = " It may not do"
		}
		b.WriteString(verb)
		if len(st.Actions) == 0 {
			b.WriteString(" all actions but some")
		} else {
			b.WriteString(" " + few(st.Actions))
		}
		if len(st.Resources) == 0 {
			b.WriteString(" on all resources but some")
		} else {
			b.WriteString(" on " + few(st.Resources))
		}
		if st.Other {
			b.WriteString(", with exceptions or conditions that the policy names")
		}
		b.WriteString(".")
		if i == 19 {
			b.WriteString(" The policy has more statements.")
			break
		}
	}
	if !ok {
		b.WriteString(" The policy says for what.")
	}
	return b.String()
}

// few lists the first members of a list and says how many there are.
func few(list []string) string {
	const most = 5
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:most], ", ") + " and others"
}

type statement struct {
	Effect             string
	Actions, Resources []string
	Other              bool // it has elements beside these
}

// statements reads the parts of a policy that was parsed before.
func statements(document string) (list []statement, ok bool) {
	var d struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(document), &d) != nil {
		return nil, false
	}
	var raw []map[string]json.RawMessage
	if json.Unmarshal(d.Statement, &raw) != nil {
		raw = make([]map[string]json.RawMessage, 1)
		if json.Unmarshal(d.Statement, &raw[0]) != nil {
			return nil, false
		}
	}
	for _, r := range raw {
		var s statement
		for name, value := range r {
			switch name {
			case "Effect":
				_ = json.Unmarshal(value, &s.Effect)
			case "Action":
				s.Actions = texts(value)
			case "Resource":
				s.Resources = texts(value)
			case "Sid":
			default:
				s.Other = true
			}
		}
		list = append(list, s)
	}
	return list, true
}

func texts(value json.RawMessage) []string {
	var one string
	if json.Unmarshal(value, &one) == nil {
		return []string{one}
	}
	var many []string
	_ = json.Unmarshal(value, &many)
	return slices.Clip(many)
}
