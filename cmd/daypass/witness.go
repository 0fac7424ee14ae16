package main

import (
	"bytes"
	"encoding/json"

	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/policy/question"
)

// difference is the JSON form of what policies grant.
type difference struct {
	Grants    string        `json:"grants"` // never, sometimes or perhaps
	Witnesses []witness     `json:"witnesses"`
	Doubts    []string      `json:"doubts,omitempty"`
	TakesAway string        `json:"takesAway,omitempty"` // the same the other way around
	Removed   []askedOfBoth `json:"removed,omitempty"`   // an example of it
}

// askedOfBoth is a request as a case has it.
type askedOfBoth struct {
	Principal       any            `json:"principal"`
	Action          string         `json:"action"`
	Resource        string         `json:"resource"`
	ResourceAccount string         `json:"resource_account,omitempty"`
	Context         map[string]any `json:"context"`
}

type witness struct {
	Request askedOfBoth     `json:"request"`
	Beside  string          `json:"beside,omitempty"`
	Old     policy.Decision `json:"old"`
	New     policy.Decision `json:"new"`
	Case    json.RawMessage `json:"case"` // for policy test: fails for as long as the request is allowed
}

// printDifference prints what is granted; back is what is taken away, if that was asked.
func (e *env) printDifference(subject string, d, back *question.Difference) error {
	if err := e.showDifference(subject, d, back); err != nil {
		return err
	}
	if d.Grants != question.Never {
		return &quietError{code: exitFindings}
	}
	return nil
}

func (e *env) showDifference(subject string, d, back *question.Difference) error {
	if e.json() {
		out := difference{Grants: d.Grants.String(), Witnesses: []witness{}, Doubts: d.Doubts}
		for i := range d.Witnesses {
			w := &d.Witnesses[i]
			line, err := caseOf(w)
			if err != nil {
				return err
			}
			out.Witnesses = append(out.Witnesses, witness{requestOf(&w.Example), w.Beside, w.Old, w.Decision, line})
		}
		if back != nil {
			out.TakesAway = back.Grants.String()
			for i := range back.Witnesses {
				out.Removed = append(out.Removed, requestOf(&back.Witnesses[i].Example))
			}
		}
		return e.printJSON(out)
	}
	p := &printer{out: e.out}
	something, nothing := "something of it", "nothing of it"
	if back != nil {
		something, nothing = "something new", "nothing new"
	}
	switch d.Grants {
	case question.Never:
		p.line(0, "%s grants %s", subject, nothing)
	case question.Perhaps:
		p.line(0, "%s may grant %s: there is no proof that it does not", subject, something)
	default:
		p.line(0, "%s grants %s, for example:", subject, something)
	}
	for i := range d.Witnesses {
		p.witness(&d.Witnesses[i], back != nil)
	}
	for _, why := range d.Doubts {
		p.line(1, "not everything was settled: %s", why)
	}
	if back != nil && len(back.Witnesses) > 0 {
		p.line(0, "it takes away, for example:")
		p.asked(1, &back.Witnesses[0].Example)
	}
	return p.err
}

func (p *printer) witness(w *question.Witness, both bool) {
	p.asked(1, &w.Example)
	if w.Beside != "" {
		p.line(2, "beside %s", w.Beside)
	}
	if both {
		p.line(2, "old: %s", verdict(w.Old.Verdict.String()))
		p.line(2, "new: %s", allowedBy(&w.Decision))
	} else {
		p.line(2, "%s", allowedBy(&w.Decision))
	}
	line, err := caseOf(w)
	if p.err == nil {
		p.err = err
	}
	p.line(2, "case: %s", line)
}

func allowedBy(d *policy.Decision) string {
	if d.Statement < 0 {
		return "allowed: nothing forbids it"
	}
	return "allowed by " + statementName(d.Source, d.Statement, d.Sid)
}

func (p *printer) asked(depth int, x *question.Example) {
	p.line(depth, "%s on %s", x.Action, x.Resource)
	who := "anonymous"
	if x.Principal != nil {
		who = x.Principal.ARN
	}
	if x.Principal != nil && x.Principal.Account == x.ResourceAccount {
		p.line(depth+1, "by %s", who)
	} else {
		p.line(depth+1, "by %s, for a resource of account %s", who, x.ResourceAccount)
	}
	for _, kv := range x.Keys {
		if kv.Values.Multi {
			p.line(depth+1, "with %s = %q", kv.Key, kv.Values.List)
		} else {
			p.line(depth+1, "with %s = %q", kv.Key, kv.Values.One)
		}
	}
}

// requestOf is the request of an example as cases have it.
func requestOf(x *question.Example) askedOfBoth {
	a := askedOfBoth{Principal: "anonymous", Action: x.Action, Resource: x.Resource, ResourceAccount: x.ResourceAccount, Context: map[string]any{}}
	if w := x.Principal; w != nil {
		named := map[string]string{"arn": w.ARN}
		for name, v := range map[string]string{
			"account": w.Account, "id": w.ID, "role_arn": w.RoleARN, "role_id": w.RoleID, "issuer_arn": w.IssuerARN, "issuer_id": w.IssuerID,
			"canonical_id": w.CanonicalID,
		} {
			if v != "" {
				named[name] = v
			}
		}
		a.Principal = named
	}
	for _, kv := range x.Keys {
		if kv.Values.Multi {
			a.Context[kv.Key] = kv.Values.List
		} else {
			a.Context[kv.Key] = kv.Values.One
		}
	}
	return a
}

// caseOf writes a witness as a case of policy test that wants the request denied.
func caseOf(w *question.Witness) (json.RawMessage, error) {
	l := w.After
	policies := map[string]any{}
	set := func(s *policy.Set) []json.RawMessage {
		docs := []json.RawMessage{}
		for _, src := range s.Sources() {
			docs = append(docs, documentOf(&src))
		}
		return docs
	}
	levels := func(name string, sets []*policy.Set) {
		var list [][]json.RawMessage
		for _, s := range sets {
			list = append(list, set(s))
		}
		if list != nil {
			policies[name] = list
		}
	}
	one := func(name string, s *policy.Source) {
		if s != nil {
			policies[name] = documentOf(s)
		}
	}
	if docs := set(l.Identity); len(docs) > 0 {
		policies["identity"] = docs
	}
	if federated := w.Principal != nil && w.Principal.Type == policy.FederatedUser; l.HasSession || federated {
		policies["session"] = set(l.Session)
	}
	levels("scp", l.SCP)
	levels("rcp", l.RCP)
	one("resource", l.Resource)
	one("boundary", l.Boundary)
	if l.Kind == policy.ResourceTrust {
		policies["resource_kind"] = "trust"
	}
	c := struct {
		ID       string         `json:"id"`
		Policies map[string]any `json:"policies"`
		Request  askedOfBoth    `json:"request"`
		Expect   string         `json:"expect"`
	}{w.Action + " on " + w.Resource, policies, requestOf(&w.Example), "deny"}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(c)
	return bytes.TrimSpace(b.Bytes()), err
}

// documentOf is a document on one line.
func documentOf(s *policy.Source) json.RawMessage {
	var b bytes.Buffer
	if err := json.Compact(&b, s.Policy.Document().Source()); err != nil {
		text, _ := json.Marshal(string(s.Policy.Document().Source()))
		return text
	}
	return b.Bytes()
}
