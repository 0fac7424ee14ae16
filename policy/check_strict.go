package policy

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// The grammars besides that of AWS take only what the documentation of their
// cloud shows. What a cloud makes of anything else is not known, and a document
// must not mean one thing here and another there.

func (p *parser) checkStrict(s *statementText) {
	p.strictActions(s)
	p.strictResources(s)
	if p.doc.use == SCP {
		p.strictSCP(s)
	}
	for i := range s.conditions {
		p.strictCondition(&s.conditions[i])
	}
}

func (p *parser) strictActions(s *statementText) {
	g := p.doc.grammar
	if len(s.actions.items) == 0 {
		p.add(s.pos, FaultNoAction, textNoAction, "the statement names no action")
		return
	}
	for _, a := range s.actions.items {
		switch {
		case p.doc.use != Trust:
			if why := g.action.fault(a.s); why != "" {
				p.add(a.pos, FaultAction, textPrefix, "%s", why)
			}
		case s.actions.not || !containsWord(g.trust, pattern.FoldASCII(a.s)):
			p.add(a.pos, FaultAction, textTrustPattern, "a trust policy names only %s", strings.Join(g.trust, ", "))
		}
	}
}

// fault says what is wrong with an action, "" if nothing is.
func (f actionForm) fault(action string) string {
	if action == "*" {
		return ""
	}
	parts := strings.Split(action, ":")
	if len(parts) != f.parts {
		if f.parts == 3 {
			return "an action is written service:type:operation"
		}
		return "an action is written service:operation"
	}
	for i, part := range parts {
		switch {
		case part == "" && !(f.empty && i > 0 && i < len(parts)-1):
			return "a part of the action is empty"
		case strings.ContainsAny(part, " \t\r\n"):
			return "an action has no white space"
		}
	}
	if !f.wild && parts[0] != "*" && strings.ContainsAny(parts[0], "*?") {
		return "the service is written out, or is a single *"
	}
	return ""
}

func (p *parser) strictResources(s *statementText) {
	r := &s.resources
	switch {
	case p.rules.resource == prohibited:
		if r.present {
			p.add(r.pos, FaultProhibited, textTrustResource, "a trust policy is about its role and names no resource")
		}
		return
	case p.rules.resource == optional && !r.present:
		return
	case len(r.items) == 0:
		p.add(s.pos, FaultNoResource, textNoResource, "the statement names no resource")
	}
	for _, t := range r.items {
		if t.s == "*" {
			continue
		}
		if why := p.doc.grammar.resource.fault(t.s, p.doc.variables); why != "" {
			p.add(t.pos, FaultResource, textVendor, "%s", why)
		}
	}
}

// fault says what is wrong with the pattern of a resource, "" if nothing is.
func (f *nameForm) fault(s string, variables bool) string {
	fields := pattern.FieldsOf(s, f.fields, variables)
	if len(fields) != f.fields || !strings.HasPrefix(s, f.prefix) {
		if f.prefix == "" {
			return "a resource is a single *, or service:region:account:type:path"
		}
		return "a resource is a single *, or " + f.prefix + "service:region:account:id"
	}
	start := strings.Count(f.prefix, ":")
	if fields[start] == "" {
		return "the resource names no service"
	}
	last := len(fields) - 1
	if fields[last] == "" {
		return "the resource ends before it names anything"
	}
	if !variables {
		return ""
	}
	for i, field := range fields {
		if i < last && pattern.HasVariable(field) {
			return "a variable may stand only in the last part of a resource"
		}
	}
	_, bad := pattern.Template(fields[last], true)
	return bad
}

// strictSCP: what organization policies of the cloud cannot say.
func (p *parser) strictSCP(s *statementText) {
	form := p.doc.grammar.scp
	if form.notResource && s.resources.present && s.resources.not {
		p.add(s.resources.pos, FaultProhibited, textSyntax, "this kind of policy has no NotResource")
	}
	if form.plainAllow && s.effect == EffectAllow {
		if s.actions.not {
			p.add(s.actions.pos, FaultProhibited, textSyntax, "in this kind of policy Allow has no NotAction")
		}
		if len(s.conditions) > 0 {
			p.add(s.conditions[0].key.pos, FaultProhibited, textSyntax, "in this kind of policy Allow has no Condition")
		}
		for _, r := range s.resources.items {
			if r.s != "*" {
				p.add(r.pos, FaultProhibited, textSyntax, "in this kind of policy Allow is about every resource: \"*\"")
			}
		}
	}
	for _, a := range s.actions.items {
		if star := strings.IndexAny(a.s, "*?"); form.tailStar && star >= 0 && (star < len(a.s)-1 || a.s[star] != '*') {
			// "service:*:*" is a star at the end, written once for each part.
			if strings.Trim(a.s[star:], "*:") != "" {
				p.add(a.pos, FaultProhibited, textSyntax, "in this kind of policy a * stands alone or ends an action")
			}
		}
	}
}

func (p *parser) strictCondition(c *conditionText) {
	if len(c.values) == 0 {
		p.add(c.key.pos, FaultSyntax, textSyntax, "%s asks for no value of %s", c.name, clip(c.key.s))
	}
	for _, v := range c.values {
		switch {
		case p.doc.src[v.pos] != '"':
			p.add(v.pos, FaultSyntax, textSyntax, "a condition value is a string")
		case p.doc.variables && c.op.class.variables():
			if _, bad := pattern.Template(v.s, true); bad != "" {
				p.add(v.pos, FaultSyntax, textSyntax, "%s", bad)
			}
		case !c.op.class.readable(v.s):
			p.add(v.pos, FaultSyntax, textSyntax, "%q is not a value of %s", clip(v.s), c.name)
		}
	}
}

// readable reports whether a text is a value of the class in the form that
// every cloud documents.
func (c opClass) readable(v string) bool {
	switch c {
	case classNumber:
		_, ok := parseDecimal(v)
		return ok && !strings.ContainsAny(v, "eE+")
	case classDate:
		_, ok := parseDate(v)
		return ok && strings.Contains(v, "T") && slices.ContainsFunc([]string{"Z", "+", "-"}, func(zone string) bool {
			return strings.Contains(v[strings.Index(v, "T"):], zone)
		})
	case classBool, classNull:
		return v == "true" || v == "false"
	case classIP:
		if _, err := netip.ParseAddr(v); err == nil {
			return !strings.Contains(v, "%")
		}
		_, err := netip.ParsePrefix(v)
		return err == nil
	}
	return true
}
