package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/policy/internal/pattern"
)

// check holds a well-formed document against the rules of its use.
func (p *parser) check() {
	sids := make(map[string]struct{})
	for i := range p.doc.statements {
		s := &p.doc.statements[i]
		if s.sid != "" {
			if _, twice := sids[s.sid]; twice {
				p.add(s.sidPos, FaultSid, p.orTrust(textSid, textTrustSid), "Sid %q appears twice", clip(s.sid))
			}
			sids[s.sid] = struct{}{}
		}
		p.checkEffect(s)
		p.checkPrincipal(s)
		if p.doc.grammar.strict {
			p.checkStrict(s)
			continue
		}
		p.checkActions(s)
		p.checkResources(s)
		for j := range s.conditions {
			p.checkCondition(&s.conditions[j])
		}
	}
}

func (p *parser) checkEffect(s *statementText) {
	if s.effect == EffectAllow && !p.rules.allow {
		p.add(s.pos, FaultProhibited, textSyntax, "this kind of policy can only deny")
	}
}

func (p *parser) checkActions(s *statementText) {
	if len(s.actions.items) == 0 {
		if p.doc.use == Trust {
			p.missing(s, "Action")
			return
		}
		p.add(s.pos, FaultNoAction, textNoAction, "the statement names no action")
		return
	}
	if s.actions.not && !p.rules.notAction {
		p.add(s.actions.pos, FaultProhibited, textSyntax, "this kind of policy has no NotAction")
	}
	for _, a := range s.actions.items {
		if p.doc.use == Trust {
			if s.actions.not || !p.doc.grammar.trustAction(a.s) {
				message := textTrustAction
				if s.actions.not || strings.ContainsAny(a.s, "*?") {
					message = textTrustPattern
				}
				p.add(a.pos, FaultAction, message, "a trust policy speaks only of assuming the role, its session tags and source identity")
			}
			continue
		}
		p.checkAction(a)
	}
}

// trustAction reports whether an action, or every action a pattern can mean, is
// one of assuming roles.
func (g *Grammar) trustAction(action string) bool {
	action = pattern.FoldASCII(action)
	for _, t := range g.trust {
		if t == action {
			return true
		}
	}
	// sts:AssumeRole* and narrower; a wider pattern would take in all of STS.
	return strings.HasPrefix(action, g.trust[0]) && strings.ContainsAny(action, "*?")
}

func (p *parser) checkAction(a text) {
	if a.s == "*" {
		if p.doc.use == RCP {
			p.add(a.pos, FaultProhibited, textSyntax, "a resource control policy must name services")
		}
		return
	}
	vendor, name, ok := strings.Cut(a.s, ":")
	switch {
	case !ok:
		p.add(a.pos, FaultAction, textPrefix, "an action is written service:Name")
	case strings.Contains(name, ":"):
		p.add(a.pos, FaultAction, textOneColon, "an action has one colon")
	case vendor != "*" && !isVendor(vendor):
		p.add(a.pos, FaultAction, fmt.Sprintf("Vendor %s is not valid", clip(vendor)),
			"the service may hold letters, digits, dots and hyphens, or be a single *")
	}
}

func isVendor(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isAlnum(c) && c != '-' && c != '.' {
			return false
		}
	}
	return s != ""
}

func (p *parser) checkResources(s *statementText) {
	r := &s.resources
	if p.rules.resource == prohibited {
		if r.present {
			message := textTrustResource
			if r.not {
				message = textTrustNotResource
			}
			p.add(r.pos, FaultProhibited, message, "a trust policy is about its role and names no resource")
		}
		return
	}
	if len(r.items) == 0 {
		p.add(s.pos, FaultNoResource, textNoResource, "the statement names no resource")
		return
	}
	for _, it := range r.items {
		p.checkResource(it)
	}
}

// checkResource gives a resource at most one fault.
func (p *parser) checkResource(t text) {
	if t.s == "*" {
		return
	}
	if message, detail := p.doc.grammar.resourceForm(t.s, p.doc.variables); message != "" {
		p.add(t.pos, FaultResource, message, "%s", detail)
		return
	}
	fields := pattern.FieldsOf(t.s, p.doc.grammar.resource.fields, p.doc.variables)
	switch {
	case len(fields) < 6 && !p.rules.complete:
		p.add(t.pos, FaultARN, textLegacy, "the ARN is incomplete; this kind of policy needs all six fields")
	case len(fields) < 6 && strings.Contains(t.s, "::"):
		p.add(t.pos, FaultARN, textLegacy, "the ARN has empty fields but not all six")
	case len(fields) > 2 && fields[2] == "":
		p.add(t.pos, FaultARN, textLegacy, "the ARN names no service")
	default:
		p.checkResourceVariables(t, fields)
	}
}

// checkResourceVariables: a variable may stand in the last field only. IAM
// would store it elsewhere and never match it, which silently disarms a Deny.
func (p *parser) checkResourceVariables(t text, fields []string) {
	if !p.doc.variables || !strings.Contains(t.s, "${") {
		return
	}
	for i, f := range fields {
		if bad := template(f); bad != "" {
			p.add(t.pos, FaultLegacy, textLegacy, "%s", bad)
			return
		}
		if i < 5 && pattern.HasVariable(f) {
			p.add(t.pos, FaultLegacy, textLegacy, "a variable may stand only after the fifth colon of an ARN")
			return
		}
	}
}

// resourceForm checks the first fields as IAM does, returning IAM's text.
func (g *Grammar) resourceForm(r string, variables bool) (message, detail string) {
	fields := pattern.FieldsOf(r, g.resource.fields, variables)
	if len(fields) < 2 || fields[0] != "arn" && len(fields) > 2 && containsWord(g.partition, fields[1]) {
		return fmt.Sprintf(`Resource %s must be in ARN format or "*".`, clip(r)), "a resource is an ARN or a single *"
	}
	if !containsWord(g.partition, fields[1]) {
		return badPartition(fields), "the partition is not one of this grammar"
	}
	if len(fields) < 3 || strings.ContainsAny(fields[2], "*?") {
		return textVendor, "the service must be written out"
	}
	if len(fields) < 4 {
		return "", ""
	}
	rest := ""
	if len(fields) == 6 {
		rest = fields[5]
	}
	region := fields[3]
	switch fields[2] {
	case "iam":
		if region != "" && region != "*" {
			return fmt.Sprintf("IAM resource %s cannot contain region information.", clip(r)), "IAM has no regions"
		}
		if len(fields) == 6 && !g.iamPath(rest) {
			return fmt.Sprintf(`IAM resource path must either be "*" or start with %s.`, strings.Join(g.iamPaths, ", ")),
				"the last field does not name a kind of IAM resource"
		}
	case "s3":
		if region != "" && region != "*" && !strings.HasPrefix(rest, "accesspoint/") && !strings.HasPrefix(rest, "job/") && !strings.HasPrefix(rest, "storage-lens/") {
			return fmt.Sprintf("Resource %s can not contain region information.", clip(r)), "bucket ARNs have no region"
		}
	}
	return "", ""
}

func badPartition(fields []string) string {
	var rest [4]string
	for i := range rest {
		rest[i] = "*"
		if len(fields) > i+2 {
			rest[i] = fields[i+2]
		}
	}
	return fmt.Sprintf(`Partition "%s" is not valid for resource "arn:%s:%s:%s:%s:%s".`,
		clip(fields[1]), clip(fields[1]), clip(rest[0]), clip(rest[1]), clip(rest[2]), clip(rest[3]))
}

// iamPath accepts the kinds of IAM resources, and patterns that may mean them.
func (g *Grammar) iamPath(rest string) bool {
	kind, _, _ := strings.Cut(rest, "/")
	if strings.ContainsAny(kind, "*?$") {
		return true
	}
	known := func(p string) bool { return strings.HasPrefix(rest, p) }
	return slices.ContainsFunc(g.iamPaths, known) || slices.ContainsFunc(g.iamNewer, known)
}

func (p *parser) checkCondition(c *conditionText) {
	for _, v := range c.values {
		if c.op.class == classDate && !dateForm(v.s) {
			p.add(v.pos, FaultLegacy, textLegacy, "%q is neither an ISO 8601 date nor seconds since 1970", clip(v.s))
			continue
		}
		if !p.doc.variables {
			continue
		}
		if !c.op.class.variables() {
			if pattern.HasVariable(v.s) {
				p.add(v.pos, FaultLegacy, textLegacy, "%s takes no variables", c.name)
			}
			continue
		}
		if bad := template(v.s); bad != "" {
			p.add(v.pos, FaultLegacy, textLegacy, "%s", bad)
		}
	}
}

// template says what is wrong with the variables of a text. A quote in a default cannot be written in the grammar of AWS.
func template(s string) (bad string) {
	if !strings.Contains(s, "${") {
		return ""
	}
	pieces, bad := pattern.Template(s, true)
	for _, piece := range pieces {
		if strings.Contains(piece.Def, "'") {
			return "a default cannot hold a quote"
		}
	}
	return bad
}

func containsWord(words []string, w string) bool {
	for _, have := range words {
		if have == w {
			return true
		}
	}
	return false
}
