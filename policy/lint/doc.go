// Package lint says what is doubtful in policy documents: what cannot work,
// what grants more than its author may have meant, what two readers could
// understand differently, and what could be left out.
//
// It owns the rules (Rules lists them, docs/policy-lint.md explains them) and
// their codes. A code that the public catalogue of AWS's Access Analyzer has
// too means the same here; the words are our own.
//
// It never changes or refuses anything: a finding is advice, and whoever asked
// decides what becomes of it. It sees one document, not who has it, and knows
// of other services only what Options tell. The answer depends on the
// arguments alone, and the work is bounded: comparing elements with each other
// ends after a fixed number of steps, which is then a finding of its own.
//
// Everybody may call it: it is public and pure, like package policy, its only
// import.
//
// A rule is one entry in one of the tables in this folder (rulesOf… in the
// files named after what they are about): its code, its severity, what it
// means, what to do about it, and the function that finds it.
package lint
