package main

import (
	"strings"

	"github.com/daypass/daypass/policy"
)

// verdictOf is what policies say to an action on a resource, and why: the form of the JSON output.
type verdictOf struct {
	Action      string
	Resource    string
	Decision    string
	Missing     []string           `json:",omitempty"` // condition keys that were not told and on which it depends
	DependsOn   []policy.OpenLayer `json:",omitempty"`
	Explanation *policy.Trace      `json:",omitempty"`
	Nearest     []policy.NearMiss  `json:",omitempty"`
}

func (v *verdictOf) explain(t *policy.Trace, open []policy.OpenLayer) {
	v.Explanation, v.DependsOn = t, open
	if t != nil && t.Decision.Verdict == policy.ImplicitDeny {
		v.Nearest = near(t)
	}
}

func (e *env) printVerdicts(list []verdictOf) error {
	if e.json() {
		return e.printJSON(struct{ Answers []verdictOf }{list})
	}
	p := &printer{out: e.out}
	for i := range list {
		v := &list[i]
		if i > 0 {
			p.line(0, "")
		}
		p.line(0, "%s on %s: %s", v.Action, v.Resource, verdict(v.Decision))
		if v.Explanation != nil {
			p.trace(1, v.Explanation)
		}
		if len(v.Missing) > 0 {
			p.line(1, "depends on keys that were not told: %s", strings.Join(v.Missing, ", "))
			p.open(2, v.DependsOn)
		}
	}
	return p.err
}

// open writes what a verdict depends on.
func (p *printer) open(indent int, layers []policy.OpenLayer) {
	for i := range layers {
		o := &layers[i]
		name := o.Layer.String()
		if o.Layer == policy.LayerSCP || o.Layer == policy.LayerRCP {
			name = levelName(o.Layer, o.Level)
		}
		if len(o.Statements) == 0 {
			p.line(indent, "%s: what it holds is not told", name)
		}
		for j := range o.Statements {
			s := &o.Statements[j]
			p.line(indent, "%s: %s %s, line %d, if", name, s.Effect.String(), statementName(s.Source, s.Statement, s.Sid), s.Pos.Line)
			if s.Resources != nil {
				element := "Resource"
				if s.NotResource {
					element = "NotResource"
				}
				p.line(indent+1, "%s %s", element, values(s.Resources))
			}
			for k := range s.Conditions {
				c := &s.Conditions[k]
				request := ""
				if c.Request != nil {
					request = "  request: " + values(c.Request)
				}
				p.line(indent+1, "%s %s %s%s", c.Operator, c.Key, values(c.Values), request)
			}
		}
	}
}
