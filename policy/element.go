package policy

// Elements is one statement with the place of everything in it, for whoever reads policies instead of deciding by them. Places are
// byte offsets in the document's text; Document.Pos makes lines and columns of them. An element that the statement does not have is
// nil, or zero.
type Elements struct {
	Start, End int // of the statement; End is just past it
	Sid        Token
	Effect     Effect
	Principal  *PrincipalElement
	Action     *ListElement
	Resource   *ListElement
	Conditions []ConditionElement
}

// Token is a text of a document with its place, which includes the quotes.
type Token struct {
	Text       string
	Start, End int
}

// ListElement is Action or NotAction, Resource or NotResource.
type ListElement struct {
	Not   bool
	Start int // of the element's name
	Items []Token
}

// PrincipalElement is Principal or NotPrincipal.
type PrincipalElement struct {
	Not   bool
	Bare  bool // the string form "*"; its item has the grammar's type of identities
	Start int  // of the element's name
	Items []PrincipalItem
}

// PrincipalItem is one principal and its type, such as AWS or Federated.
type PrincipalItem struct {
	Type string
	Token
}

// ConditionElement is one key under one operator.
type ConditionElement struct {
	Operator Operator
	Key      Token
	Values   []Token // numbers and booleans as their text; Start tells them from strings
}

// Operator is a condition operator, taken apart.
type Operator struct {
	Name     string // as written: ForAnyValue:StringNotLikeIfExists
	Base     string // StringNotLike
	Set      string // ForAnyValue, ForAllValues or empty
	IfExists bool
	Negated  bool
	Values   ValueType
}

// ValueType is what an operator takes its values for.
type ValueType uint8

// The types of values.
const (
	StringValue  ValueType = iota
	FoldedValue            // a string, compared without case
	PatternValue           // a string with wildcards
	NumberValue
	DateValue
	BoolValue
	BinaryValue
	AddressValue
	ARNValue
	PresenceValue // of the key: Null
)

var valueTypes = [...]ValueType{
	classString: StringValue, classFold: FoldedValue, classLike: PatternValue, classNumber: NumberValue, classDate: DateValue,
	classBool: BoolValue, classBinary: BinaryValue, classIP: AddressValue, classARN: ARNValue, classNull: PresenceValue,
}

// Statements is how many statements the document has.
func (d *Document) Statements() int { return len(d.statements) }

// Variables reports whether ${…} means a variable in the document's version.
func (d *Document) Variables() bool { return d.variables }

// Pos is the line and column of a byte offset.
func (d *Document) Pos(offset int) Pos { return d.lines.pos(offset) }

// Elements returns the statement at an index with the places of its elements. ok is false when there is no such statement.
func (d *Document) Elements(i int) (e Elements, ok bool) {
	if i < 0 || i >= len(d.statements) {
		return Elements{}, false
	}
	s := &d.statements[i]
	e = Elements{Start: s.pos, End: s.end, Effect: s.effect, Action: s.actions.element(), Resource: s.resources.element()}
	if s.sidPos != s.pos {
		e.Sid = d.token(s.sid, s.sidPos)
	}
	if p := s.principals; p != nil {
		e.Principal = &PrincipalElement{Not: p.not, Bare: p.bare, Start: p.pos}
		for _, it := range p.items {
			e.Principal.Items = append(e.Principal.Items, PrincipalItem{it.typ, Token{it.s, it.pos, it.end}})
		}
	}
	for j := range s.conditions {
		c := &s.conditions[j]
		e.Conditions = append(e.Conditions, ConditionElement{Operator: c.operator(), Key: d.token(c.key.s, c.key.pos), Values: tokens(c.values)})
	}
	return e, true
}

func (l *listText) element() *ListElement {
	if !l.present {
		return nil
	}
	return &ListElement{Not: l.not, Start: l.pos, Items: tokens(l.items)}
}

func (c *conditionText) operator() Operator {
	sets := [...]string{setNone: "", setAll: "ForAllValues", setAny: "ForAnyValue"}
	return Operator{Name: c.name, Base: c.op.name, Set: sets[c.set], IfExists: c.ifExists, Negated: c.op.negated, Values: valueTypes[c.op.class]}
}

func tokens(list []text) []Token {
	out := make([]Token, len(list))
	for i, t := range list {
		out[i] = Token{t.s, t.pos, t.end}
	}
	return out
}

// token is a string whose end was not kept.
func (d *Document) token(s string, start int) Token {
	end := start + 1
	for end < len(d.src) && d.src[end] != '"' {
		if d.src[end] == '\\' {
			end++
		}
		end++
	}
	return Token{s, start, min(end+1, len(d.src))}
}
