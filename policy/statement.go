package policy

// Statement is one statement as its document writes it. An element that it does not have is nil.
type Statement struct {
	Sid          string          `json:"sid,omitempty"`
	Effect       Effect          `json:"effect"`
	Principals   []PrincipalRef  `json:"principals,omitempty"`
	Actions      []string        `json:"actions,omitempty"`
	NotActions   []string        `json:"notActions,omitempty"`
	Resources    []string        `json:"resources,omitempty"`
	NotResources []string        `json:"notResources,omitempty"`
	Conditions   []ConditionLine `json:"conditions,omitempty"`
}

// ConditionLine is one key of a Condition element with what it is compared with.
type ConditionLine struct {
	Operator string   `json:"operator"` // as the document writes it
	Key      string   `json:"key"`
	Values   []string `json:"values"`
}

// Statement returns the statement at an index, as [Decision] and [Trace] count them.
func (d *Document) Statement(i int) (Statement, bool) {
	if i < 0 || i >= len(d.statements) {
		return Statement{}, false
	}
	s := &d.statements[i]
	out := Statement{Sid: s.sid, Effect: s.effect}
	if p := s.principals; p != nil {
		for _, it := range p.items {
			out.Principals = append(out.Principals, PrincipalRef{Type: it.typ, Value: it.s, Not: p.not, Pos: d.lines.pos(it.pos)})
		}
	}
	if s.actions.not {
		out.NotActions = plain(s.actions.items)
	} else {
		out.Actions = plain(s.actions.items)
	}
	if s.resources.not {
		out.NotResources = plain(s.resources.items)
	} else {
		out.Resources = plain(s.resources.items)
	}
	for i := range s.conditions {
		c := &s.conditions[i]
		out.Conditions = append(out.Conditions, ConditionLine{Operator: c.name, Key: c.key.s, Values: plain(c.values)})
	}
	return out, true
}

func plain(list []text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.s)
	}
	return out
}
