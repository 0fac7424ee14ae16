package policy

import (
	"fmt"
	"strings"
)

func (p *parser) checkPrincipal(s *statementText) {
	e := s.principals
	if e == nil {
		if p.rules.principal == required {
			p.missing(s, "Principal")
		}
		return
	}
	if p.rules.principal == prohibited {
		p.add(e.pos, FaultPrincipalDenied, textPrincipal, "who may do this is said by attaching the policy, not inside it")
		return
	}
	if e.not && !p.rules.notPrincipal {
		message := p.orTrust(textSyntax, textTrustNotCaller)
		if s.effect == EffectAllow {
			message = p.orTrust(textSyntax, textTrustAllowNot)
		}
		p.add(e.pos, FaultProhibited, message, "this kind of policy has no NotPrincipal")
		return
	}
	if p.doc.use == RCP {
		if len(e.items) != 1 || !e.bare || e.items[0].s != "*" {
			p.add(e.pos, FaultProhibited, textSyntax, "a resource control policy is about everyone: Principal is exactly \"*\"")
		}
		return
	}
	if e.not && s.effect == EffectAllow && p.doc.grammar.strict {
		p.add(e.pos, FaultProhibited, textSyntax, "Allow with NotPrincipal would let in everyone else, also those nobody has heard of")
		return
	}
	if e.bare {
		p.checkBare(e)
		return
	}
	for _, it := range e.items {
		if _, ok := p.doc.grammar.called(it.typ, it.s); !ok {
			p.add(it.pos, FaultPrincipal, p.principalText(it), "%s", p.doc.grammar.hint(it.typ, it.s))
		}
		if p.doc.use == Trust && it.s == cognito && s.effect == EffectAllow && len(s.conditions) == 0 {
			p.add(it.pos, FaultPrincipal, textTrustCognito, "without a condition on %s:aud every identity pool of every account is let in", cognito)
		}
	}
}

// cognito is the one provider that everybody shares by its bare name.
const cognito = "cognito-identity.amazonaws.com"

func (p *parser) principalText(it principalItem) string {
	if p.doc.use == Trust {
		switch it.typ {
		case "AWS", "Service":
		case "Federated":
			return textTrustFederated
		default:
			return p.position(it.pos)
		}
	}
	return InvalidPrincipal(it.typ, it.s)
}

func (p *parser) checkBare(e *principalText) {
	switch it := e.items[0]; {
	case !p.doc.grammar.public:
		p.add(it.pos, FaultPrincipal, textSyntax, "Principal must say what it names: {%q: …}", it.typ)
	case it.s != "*":
		p.add(it.pos, FaultPrincipal, p.orTrust(InvalidPrincipal("AWS", it.s), p.position(it.pos)), "the string form can only be \"*\"")
	case p.doc.use == Trust:
		p.add(it.pos, FaultPrincipal, textTrustStar, "a trust policy does not name everyone like this")
	}
}

// InvalidPrincipal is IAM's text for a principal that cannot be used, also for
// one in the right form that does not exist: whoever saves a document checks
// that with Document.Principals. IAM writes the type in capitals.
func InvalidPrincipal(typ, value string) string {
	return fmt.Sprintf(`Invalid principal in policy: "%s":"%s"`, strings.ToUpper(clip(typ)), clip(value))
}

// isUniqueID recognises the ids of users and roles. ("IAM identifiers", IAM
// User Guide: unique id prefixes.)
func isUniqueID(s string) bool {
	if len(s) < 16 || len(s) > 128 || !strings.HasPrefix(s, "AIDA") && !strings.HasPrefix(s, "AROA") {
		return false
	}
	for i := 4; i < len(s); i++ {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// isSessionID recognises a session by its role's unique id, as aws:userid has it: "AROA…:session". It is how a document is stored
// that named the session by ARN, so that a role of the same name that comes later is not meant.
func isSessionID(s string) bool {
	id, session, ok := strings.Cut(s, ":")
	if !ok || !isUniqueID(id) || id[:4] != "AROA" || len(session) < 2 || len(session) > 64 {
		return false
	}
	for i := range len(session) {
		if c := session[i]; !isAlnum(c) && strings.IndexByte("_+=,.@-", c) < 0 {
			return false
		}
	}
	return true
}

func isHostName(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isAlnum(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}
