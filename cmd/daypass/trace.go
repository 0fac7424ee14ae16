package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/daypass/daypass/policy"
)

const (
	nearest   = 3  // statements that are named as having come near
	maxValues = 5  // values of an element that are printed
	minNear   = 25 // a statement less near than this is no help
)

// printer writes lines for a person. The first failed write is kept; the lines after it are dropped.
type printer struct {
	out io.Writer
	err error
}

// line writes one line. Texts among args are made harmless for a terminal.
func (p *printer) line(indent int, format string, args ...any) {
	if p.err != nil {
		return
	}
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = clean(text)
		}
	}
	_, p.err = fmt.Fprintf(p.out, strings.Repeat("  ", indent)+format+"\n", args...)
}

// trace writes the layers in order, and then what came nearest to being allowed.
func (p *printer) trace(indent int, t *policy.Trace) {
	for i := range t.Layers {
		p.layer(indent, t, &t.Layers[i])
	}
	if t.Decision.Verdict == policy.Allow {
		return
	}
	misses := near(t)
	if t.Decision.Verdict == policy.ExplicitDeny && t.Decision.Source == "" {
		p.line(indent, "An explicit deny wins over every allow.")
		return
	}
	if t.Decision.Verdict == policy.ExplicitDeny {
		p.line(indent, "An explicit deny wins over every allow: change %s.", statementName(t.Decision.Source, t.Decision.Statement, t.Decision.Sid))
		return
	}
	if len(misses) == 0 && hidden(t) {
		return
	}
	if len(misses) == 0 {
		p.line(indent, "No statement of a %s comes near this request.", t.Decision.Layer.String())
		return
	}
	p.line(indent, "nearest:")
	for i := range misses {
		m := &misses[i]
		p.line(indent+1, "%s would allow it, but for:", statementName(m.Source, m.Statement, m.Sid))
		for j := range m.Failed {
			p.miss(indent+2, &m.Failed[j])
		}
	}
}

// hidden says that the policies of the layer that decided are not told.
func hidden(t *policy.Trace) bool {
	return slices.ContainsFunc(t.Layers, func(l policy.LayerTrace) bool {
		return l.Layer == t.Decision.Layer && l.Policies == nil && l.Note != ""
	})
}

// near leaves out what only resembles the request by accident: statements about other actions, when there is one about
// this action.
func near(t *policy.Trace) []policy.NearMiss {
	misses := t.Nearest(nearest)
	others := func(m policy.NearMiss) bool {
		return slices.ContainsFunc(m.Failed, func(f policy.ElementMiss) bool { return f.Element == "Action" || f.Element == "NotAction" })
	}
	about := len(misses) > 0 && !others(misses[0])
	return slices.DeleteFunc(misses, func(m policy.NearMiss) bool { return m.Near < minNear || about && others(m) })
}

func (p *printer) layer(indent int, t *policy.Trace, l *policy.LayerTrace) {
	mark, text := "✗", "no statement allows it"
	switch l.Outcome {
	case policy.Allow:
		mark, text = "✓", "allows it"
	case policy.ExplicitDeny:
		text = "denies it"
	}
	name := l.Layer.String()
	if l.Layer == policy.LayerSCP || l.Layer == policy.LayerRCP {
		name = levelName(l.Layer, l.Level)
	}
	if l.Note != "" {
		text += ": " + l.Note
	}
	if t.Decision.Verdict != policy.Allow && t.Decision.Layer == l.Layer && t.Decision.Verdict == l.Outcome {
		text += "  (this decided)"
	}
	p.line(indent, mark+" %s: %s", name, text)
	if len(l.Policies) == 0 && l.Outcome != policy.Allow && l.Note == "" {
		p.line(indent+1, "there is no policy")
	}
	for i := range l.Policies {
		p.policy(indent+1, &l.Policies[i], l.Outcome)
	}
}

// policy writes the statements that made the layer's outcome. For a layer that does not allow it also sums up the others.
func (p *printer) policy(indent int, pt *policy.PolicyTrace, outcome policy.Verdict) {
	wanted := policy.EffectAllow
	if outcome == policy.ExplicitDeny {
		wanted = policy.EffectDeny
	}
	p.line(indent, "%s (%s)", pt.Source, pt.Type)
	for i := range pt.Statements {
		s := &pt.Statements[i]
		switch {
		case s.Matched && s.Effect == wanted:
			p.statement(indent+1, s, "matches")
			if s.Grant != "" {
				p.line(indent+2, "%s", s.Grant)
			}
			for j := range s.Met {
				if m := &s.Met[j]; s.Effect == policy.EffectDeny {
					p.line(indent+2, "for %s %s  policy: %s  request: %s", m.Operator, m.Key, values(m.Policy), asked(m.Request, m.Absent))
				}
			}
		case !s.Matched && s.Effect == wanted && outcome == policy.ImplicitDeny:
			p.statement(indent+1, s, "does not match: "+elements(s.Failed))
		}
	}
}

func (p *printer) statement(indent int, s *policy.StatementTrace, what string) {
	p.line(indent, "%s %s, line %d: %s", s.Effect.String(), label(s.Index, s.Sid), s.Pos.Line, what)
}

// elements lists what of a statement failed, each once.
func elements(failed []policy.ElementMiss) string {
	var names []string
	for i := range failed {
		name := failed[i].Element
		if failed[i].Key != "" {
			name += " " + failed[i].Operator + " " + failed[i].Key
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// miss writes one element that the request does not meet, with the values of both sides.
func (p *printer) miss(indent int, m *policy.ElementMiss) {
	name := m.Element
	if m.Key != "" {
		name += " " + m.Operator + " " + m.Key
	}
	p.line(indent, "✗ %s  policy: %s  request: %s", name, values(m.Policy), asked(m.Request, m.Absent))
	if m.Note != "" {
		p.line(indent+1, "%s", m.Note)
	}
}

// asked is what a request has where a policy asks for something.
func asked(request []string, absent bool) string {
	if absent {
		return "absent"
	}
	return values(request)
}

func values(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	shown := list[:min(len(list), maxValues)]
	text := strings.Join(shown, ", ")
	if more := len(list) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func levelName(l policy.Layer, level int) string { return fmt.Sprintf("%s, level %d", l, level) }

func statementName(source string, statement int, sid string) string {
	return label(statement, sid) + " of " + orDash(source)
}

// label names a statement as people count: from one.
func label(index int, sid string) string {
	text := fmt.Sprintf("statement %d", index+1)
	if sid != "" {
		text += " (" + sid + ")"
	}
	return text
}
