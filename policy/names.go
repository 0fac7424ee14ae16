package policy

import "slices"

// NameForm is how resources are named in the language of a cloud: fields with
// colons between them, of which the last may hold more colons.
type NameForm struct {
	Prefix string // what every name begins with, with its colon
	Fields int    // all of them, those of the prefix included
	Cross  bool   // a star that ends a field other than the last may run over colons
	Silent []int  // fields in which a pattern that says nothing means everything
}

// NameForm returns how the grammar names resources.
func (g *Grammar) NameForm() NameForm {
	f := &g.resource
	return NameForm{Prefix: f.prefix, Fields: f.fields, Cross: f.cross, Silent: slices.Clone(f.silent)}
}
