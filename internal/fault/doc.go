// Package fault holds the one error type of the product and its closed lists of kinds and things.
//
// It owns the vocabulary in which the core says what went wrong: a [Kind] (what sort of failure), a [What] (which thing it is
// about) and the data a reader needs (name, limit, detail). It never holds an error code, an HTTP status or a sentence of any
// cloud: each dialect has a table from Kind and What to those, and tests that table against [Kinds] and [Whats].
//
// Every package may use it; it uses only the standard library.
package fault
