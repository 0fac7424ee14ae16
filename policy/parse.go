package policy

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Parse reads a document. It accepts at most 131,072 characters and refuses
// everything it does not understand: unknown, duplicate and wrong-typed
// elements, null, text before or after the document.
//
// The error is a *SyntaxError. Its faults are in the order in which IAM would
// report them; a document that is not JSON has exactly one.
func Parse(g *Grammar, use Use, src []byte) (*Document, error) {
	d, err := Read(g, use, src)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Read is Parse for a document that is only to be decided by, not saved: for a policy of another system, or one that was accepted
// under other rules. What Parse refuses for the way it is written, but what still has one meaning (an empty list of statements, a
// partition or an action in a form AWS does not take, a Sid used twice), is given back along with the error. For everything else
// the document is nil, as with Parse; so it is for every fault in a grammar other than that of AWS, where it is not known what
// the cloud makes of it.
func Read(g *Grammar, use Use, src []byte) (*Document, error) {
	// The bound comes before anything that costs memory.
	if len(src) > utf8.UTFMax*maxDocumentChars {
		return nil, tooLong()
	}
	if !utf8.Valid(src) {
		return nil, &SyntaxError{[]Fault{{Pos: Pos{Line: 1, Column: 1}, Code: FaultSyntax, Message: textSyntax, Detail: "the document is not UTF-8"}}}
	}
	if len(src) > maxDocumentChars && utf8.RuneCount(src) > maxDocumentChars {
		return nil, tooLong()
	}
	d := &Document{grammar: g, use: use, src: string(src)}
	d.lines = newLineTable(d.src)
	p := &parser{doc: d, rules: g.rules(use), faultList: faultList{lines: d.lines, plain: g.strict}}
	if !slices.Contains(g.uses, use) {
		p.add(0, FaultSyntax, textSyntax, "this cloud has no policies of the kind %s", use)
		return nil, p.err()
	}
	root, bad := scan(d.src)
	if bad != nil {
		message := textSyntax
		if use == Trust {
			message = textTrustJSON
		}
		p.add(bad.offset, FaultSyntax, message, "%s", bad.detail)
		return nil, p.err()
	}
	p.document(&root)
	p.check()
	err := p.err()
	if err == nil || p.readable() && !g.strict {
		return d, err
	}
	return nil, err
}

func tooLong() error {
	return &SyntaxError{[]Fault{{
		Pos: Pos{Line: 1, Column: 1}, Code: FaultSyntax, Message: textSyntax,
		Detail: "the document is longer than 131072 characters",
	}}}
}

type parser struct {
	faultList
	doc   *Document
	rules rules
}

// syntax adds a fault of the grammar; the offset is that of the value which cannot stand where it does.
func (p *parser) syntax(offset int, format string, args ...any) {
	p.add(offset, FaultSyntax, p.position(offset), format, args...)
}

// position is the text for such a value: a trust policy is told where, counted to just behind the first character of the value.
func (p *parser) position(offset int) string {
	if p.doc.use != Trust {
		return textSyntax
	}
	at := p.lines.pos(offset)
	return fmt.Sprintf(textTrustPosition, at.Line, at.Column+1)
}

// orTrust chooses the text of a fault by the kind of policy.
func (p *parser) orTrust(text, trust string) string {
	if p.doc.use == Trust {
		return trust
	}
	return text
}

func (p *parser) document(n *node) {
	if n.kind != nodeObject {
		message := p.orTrust(textSyntax, textTrustJSON)
		if n.kind == nodeNull {
			message = p.orTrust(textSyntax, textTrustNull)
		}
		p.add(n.pos, FaultSyntax, message, "a policy is an object, not %s", n.kind)
		return
	}
	found, versioned := false, false
	for i := range n.members {
		m := &n.members[i]
		if !slices.Contains(p.doc.grammar.document, m.key) {
			p.unknown(m, "the policy")
			continue
		}
		switch m.key {
		case "Version":
			versioned = true
			p.version(&m.value)
		case "Id":
			p.str(&m.value, "Id")
		case "Statement":
			found = true
			p.statements(&m.value)
		}
	}
	if !found {
		offset := n.pos
		if p.doc.use == Trust {
			offset = n.end - 1 // IAM finds out at the closing brace
		}
		p.syntax(offset, "the policy has no Statement")
	}
	if !versioned && p.doc.grammar.strict {
		p.syntax(n.pos, "the policy must state its Version, %q", p.doc.grammar.versions[0].name)
	}
	p.setVersion(n.pos)
}

func (p *parser) unknown(m *member, where string) {
	p.add(m.pos, FaultSyntax, p.orTrust(textSyntax, fmt.Sprintf(textTrustUnknown, clip(m.key))), "unknown element %q in %s", clip(m.key), where)
}

func (p *parser) version(n *node) {
	s, ok := p.str(n, "Version")
	if !ok {
		return
	}
	for _, v := range p.doc.grammar.versions {
		if v.name == s.s {
			p.doc.version = s.s
			return
		}
	}
	p.add(n.pos, FaultSyntax, p.orTrust(textSyntax, textTrustVersion), "there is no version %q of the policy language", clip(s.s))
}

// setVersion derives what the version means; no Version is the oldest one.
func (p *parser) setVersion(pos int) {
	vs := p.doc.grammar.versions
	v := vs[len(vs)-1]
	for _, known := range vs {
		if known.name == p.doc.version {
			v = known
		}
	}
	p.doc.variables = v.variables
	if !v.managed && !p.rules.oldVersion {
		p.add(pos, FaultVersion, textVersion, "a managed policy must state the newest version of the language")
	}
}

func (p *parser) str(n *node, element string) (text, bool) {
	if n.kind != nodeString {
		p.syntax(n.pos, "%s must be a string, not %s", element, n.kind)
		return text{}, false
	}
	return text{n.text, n.pos, n.end}, true
}

func (p *parser) statements(n *node) {
	switch n.kind {
	case nodeObject:
		if p.doc.grammar.strict {
			p.syntax(n.pos, "Statement must be a list of objects, also if there is only one")
			return
		}
		p.statement(n, n.pos+1)
	case nodeArray:
		if len(n.items) == 0 {
			p.add(n.pos, FaultEmpty, p.orTrust(textSyntax, textTrustEmpty), "Statement is an empty list")
		}
		after := n.pos + 1
		for i := range n.items {
			if n.items[i].kind != nodeObject {
				p.syntax(n.items[i].pos, "a statement must be an object, not %s", n.items[i].kind)
				continue
			}
			p.statement(&n.items[i], after)
			after = n.items[i].end
		}
	default:
		p.syntax(n.pos, "Statement must be an object or a list of objects, not %s", n.kind)
	}
}

func (p *parser) statement(n *node, after int) {
	p.doc.statements = append(p.doc.statements, statementText{pos: n.pos, end: n.end, after: after, sidPos: n.pos})
	s := &p.doc.statements[len(p.doc.statements)-1]
	hasEffect := false
	for i := range n.members {
		m := &n.members[i]
		if !slices.Contains(p.doc.grammar.statement, m.key) {
			p.unknown(m, "a statement")
			continue
		}
		switch m.key {
		case "Sid":
			p.sid(s, &m.value)
		case "Effect":
			hasEffect = true
			p.effect(s, &m.value)
		case "Principal", "NotPrincipal":
			p.principal(s, m)
		case "Action", "NotAction":
			p.list(&s.actions, m, "Action")
		case "Resource", "NotResource":
			p.list(&s.resources, m, "Resource")
		case "Condition":
			p.condition(s, &m.value)
		}
	}
	if !hasEffect {
		p.missing(s, "Effect")
	}
}

// missing is a fault of its own in a trust policy only: there, what must not stand in a statement is found before.
func (p *parser) missing(s *statementText, element string) {
	code := FaultSyntax
	if p.doc.use == Trust {
		code = FaultMissing
	}
	p.add(s.pos, code, p.orTrust(textSyntax, fmt.Sprintf(textTrustMissing, element)), "a statement of this kind of policy needs %s", element)
}

func (p *parser) sid(s *statementText, n *node) {
	t, ok := p.str(n, "Sid")
	if !ok {
		return
	}
	s.sid, s.sidPos = t.s, t.pos
	if p.rules.looseSid {
		return
	}
	for i := 0; i < len(t.s); i++ {
		// The grammar page has letters and digits; the API takes underscores as well.
		if c := t.s[i]; !isAlnum(c) && c != '_' {
			p.add(n.pos, FaultSid, textSidForm, "a Sid may hold only letters, digits and underscores")
			return
		}
	}
}

func (p *parser) effect(s *statementText, n *node) {
	t, ok := p.str(n, "Effect")
	switch {
	case !ok:
	case t.s == "Allow":
		s.effect = EffectAllow
	case t.s == "Deny":
		s.effect = EffectDeny
	case p.doc.use == Trust:
		p.add(n.pos, FaultSyntax, fmt.Sprintf(textTrustEffect, clip(t.s)), "Effect is written exactly Allow or Deny")
	case strings.EqualFold(t.s, "Allow") || strings.EqualFold(t.s, "Deny"):
		p.add(n.pos, FaultLegacy, textLegacy, "Effect is written exactly Allow or Deny")
	default:
		p.syntax(n.pos, "Effect must be Allow or Deny")
	}
}

// list reads Action, NotAction, Resource and NotResource.
func (p *parser) list(l *listText, m *member, element string) {
	if l.present {
		p.syntax(m.pos, "a statement has both %s and Not%s", element, element)
		return
	}
	*l = listText{present: true, not: m.key != element, pos: m.pos}
	switch n := &m.value; n.kind {
	case nodeString:
		l.items = []text{{n.text, n.pos, n.end}}
	case nodeArray:
		l.items = make([]text, 0, len(n.items))
		for i := range n.items {
			// IAM takes null among resources, where it names nothing; a list of nothing but null is refused below.
			if n.items[i].kind == nodeNull && element == "Resource" && !p.doc.grammar.strict {
				continue
			}
			if t, ok := p.str(&n.items[i], m.key); ok {
				l.items = append(l.items, t)
			}
		}
		if len(l.items) == 0 && len(n.items) > 0 && element == "Resource" {
			p.syntax(n.pos, "%s names nothing", m.key)
		}
	default:
		p.syntax(n.pos, "%s must be a string or a list of strings, not %s", m.key, n.kind)
	}
}

func (p *parser) principal(s *statementText, m *member) {
	if s.principals != nil {
		p.syntax(m.pos, "a statement has both Principal and NotPrincipal")
		return
	}
	s.principals = &principalText{not: m.key == "NotPrincipal", pos: m.pos}
	identity := p.doc.grammar.principals[0]
	switch n := &m.value; {
	case n.kind == nodeString:
		s.principals.bare = !identity.bare
		s.principals.items = []principalItem{{identity.name, text{n.text, n.pos, n.end}}}
	case n.kind == nodeArray && identity.bare:
		p.principalType(s.principals, &member{key: identity.name, value: *n})
	case n.kind == nodeObject:
		for i := range n.members {
			p.principalType(s.principals, &n.members[i])
		}
		if len(n.members) == 0 {
			p.add(n.pos, FaultSyntax, p.orTrust(textSyntax, textTrustNobody), "%s names nobody", m.key)
		}
	default:
		p.syntax(n.pos, "%s must be \"*\" or an object, not %s", m.key, n.kind)
	}
}

func (p *parser) principalType(into *principalText, m *member) {
	switch n := &m.value; n.kind {
	case nodeString:
		into.items = append(into.items, principalItem{m.key, text{n.text, n.pos, n.end}})
	case nodeArray:
		if len(n.items) == 0 {
			p.syntax(n.pos, "the list of principals is empty")
		}
		for i := range n.items {
			if t, ok := p.str(&n.items[i], "a principal"); ok {
				into.items = append(into.items, principalItem{m.key, t})
			}
		}
	default:
		p.syntax(n.pos, "principals must be a string or a list of strings, not %s", n.kind)
	}
}

func (p *parser) condition(s *statementText, n *node) {
	if n.kind != nodeObject {
		p.syntax(n.pos, "Condition must be an object, not %s", n.kind)
		return
	}
	for i := range n.members {
		m := &n.members[i]
		if m.value.kind != nodeObject {
			p.syntax(m.value.pos, "%q must hold an object of keys, not %s", clip(m.key), m.value.kind)
			continue
		}
		if len(m.value.members) == 0 && !p.doc.grammar.strict {
			continue // IAM takes it, whatever the operator's name, and it asks nothing
		}
		op, set, ifExists, ok := p.doc.grammar.operator(m.key)
		if !ok {
			p.syntax(m.pos, "there is no condition operator %q", clip(m.key))
			continue
		}
		if len(m.value.members) == 0 {
			p.syntax(m.value.pos, "%s asks for no key", m.key)
		}
		p.operatorKeys(s, m, conditionText{op: op, set: set, ifExists: ifExists, name: m.key})
	}
}

func (p *parser) operatorKeys(s *statementText, m *member, c conditionText) {
	var folded map[string]struct{}
	if len(m.value.members) > 1 {
		folded = make(map[string]struct{}, len(m.value.members))
	}
	for i := range m.value.members {
		k := &m.value.members[i]
		if folded != nil {
			// Two spellings of one key in one block leave it open which is meant.
			fold := FoldKey(k.key)
			if _, twice := folded[fold]; twice {
				p.syntax(k.pos, "the key %q appears twice under %s", clip(k.key), m.key)
				continue
			}
			folded[fold] = struct{}{}
		}
		if k.key == "" {
			p.syntax(k.pos, "a condition key is empty")
			continue
		}
		c.key = text{k.key, k.pos, k.value.pos}
		c.values = p.conditionValues(&k.value)
		s.conditions = append(s.conditions, c)
	}
}

func (p *parser) conditionValues(n *node) []text {
	switch n.kind {
	case nodeObject, nodeNull:
		p.syntax(n.pos, "a condition value must be a string, number, boolean or a list of them, not %s", n.kind)
		return nil
	case nodeArray:
		values := make([]text, 0, len(n.items))
		for i := range n.items {
			it := &n.items[i]
			if it.kind == nodeObject || it.kind == nodeArray || it.kind == nodeNull {
				p.syntax(it.pos, "a condition value must be a string, number or boolean, not %s", it.kind)
				continue
			}
			values = append(values, text{it.text, it.pos, it.end})
		}
		return values
	}
	return []text{{n.text, n.pos, n.end}}
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
