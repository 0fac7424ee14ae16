package policy

import (
	"strings"
	"unicode/utf8"
)

// Use says what a document is for. It decides which elements a document must
// or must not have, and which texts its faults are told in.
type Use uint8

// The uses.
const (
	Managed  Use = iota // identity policy kept under its own ARN; also a boundary
	Inline              // identity policy inside a user, group or role
	Trust               // who may assume a role
	Session             // passed along with AssumeRole or GetFederationToken
	Resource            // on a resource, or on a VPC endpoint
	SCP                 // service control policy
	// RCP is a resource control policy as customers may write it: Deny only. The
	// built-in policy that allows everything is a Resource document.
	RCP
)

var useWords = [...]string{"managed", "inline", "trust", "session", "resource", "scp", "rcp"}

// String returns the use in one lower-case word.
func (u Use) String() string { return word(useWords[:], uint8(u), "use") }

// Document is a policy as it was written: accepted, with every element's place
// in the text. It is immutable.
type Document struct {
	grammar    *Grammar
	use        Use
	src        string
	lines      *lineTable
	version    string
	variables  bool
	statements []statementText
}

// text is a string of the document with the place of its token.
type text struct {
	s        string
	pos, end int
}

type statementText struct {
	pos, end   int
	after      int // just past what stands before the statement: see Match
	sid        string
	sidPos     int
	effect     Effect
	principals *principalText // nil: no such element
	actions    listText
	resources  listText
	conditions []conditionText
}

// listText is Action or NotAction, Resource or NotResource.
type listText struct {
	present bool
	not     bool
	pos     int
	items   []text
}

type principalText struct {
	not   bool
	pos   int
	bare  bool // the string form "*"
	items []principalItem
}

type principalItem struct {
	typ string
	text
}

type conditionText struct {
	op       operator
	set      setOp
	ifExists bool
	name     string // the operator as written
	key      text
	values   []text
}

// PrincipalRef is one value of a Principal or NotPrincipal element.
type PrincipalRef struct {
	Type  string // as the grammar calls it: AWS, Service, Federated, RAM, IAM, …
	Value string
	Not   bool // stands in NotPrincipal
	Pos   Pos
}

// Grammar returns the grammar the document was read with.
func (d *Document) Grammar() *Grammar { return d.grammar }

// Use returns what the document is for.
func (d *Document) Use() Use { return d.use }

// Version returns the Version element; "" if the document has none, which
// means the oldest version.
func (d *Document) Version() string { return d.version }

// Source returns the document's text, byte for byte, as a copy.
func (d *Document) Source() []byte { return []byte(d.src) }

// Size counts the characters of the document the way quotas do: white space
// counts only inside strings. ("IAM and AWS STS quotas", IAM User Guide.)
func (d *Document) Size() int {
	n, inside, escaped := 0, false, false
	for _, r := range d.src {
		switch {
		case escaped:
			escaped = false
		case inside && r == '\\':
			escaped = true
		case r == '"':
			inside = !inside
		case !inside && (r == ' ' || r == '\t' || r == '\n' || r == '\r'):
			continue
		}
		n++
	}
	return n
}

// Principals lists every value of every Principal and NotPrincipal element, in
// the order of the text. A value that stands as Principal itself, such as "*", is
// reported as the grammar's type of identities: AWS, RAM, IAM or UCS.
func (d *Document) Principals() []PrincipalRef {
	var refs []PrincipalRef
	for i := range d.statements {
		p := d.statements[i].principals
		if p == nil {
			continue
		}
		for _, it := range p.items {
			refs = append(refs, PrincipalRef{Type: it.typ, Value: it.s, Not: p.not, Pos: d.lines.pos(it.pos)})
		}
	}
	return refs
}

// RewritePrincipals returns the document's text with every principal value
// replaced by what f makes of it; everything else, and every value that f
// returns unchanged, stays byte for byte. A trust policy is bound to unique ids
// with it when it is saved, and shows ARNs again when it is read. The result
// has to be parsed again to be used.
func (d *Document) RewritePrincipals(f func(typ, value string) string) []byte {
	var b strings.Builder
	done := 0
	for i := range d.statements {
		p := d.statements[i].principals
		if p == nil || p.bare {
			continue
		}
		for _, it := range p.items {
			value := f(it.typ, it.s)
			if value == it.s {
				continue
			}
			b.WriteString(d.src[done:it.pos])
			quote(&b, value)
			done = it.end
		}
	}
	b.WriteString(d.src[done:])
	return []byte(b.String())
}

// quote writes s as a JSON string.
func quote(b *strings.Builder, s string) {
	const hex = "0123456789abcdef"
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ':
			b.WriteString(`\u00`)
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&15])
		case r == utf8.RuneError:
			b.WriteString(`\ufffd`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
