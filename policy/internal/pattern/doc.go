// Package pattern cuts texts with wildcards and variables into pieces, and
// answers questions about the sets of texts that such patterns match.
//
// It owns how such texts are read: the two wildcards, variables and their
// defaults, and which letters count as equal in names; and the algebra of
// patterns (Language): do two meet, is one within others, which combinations of
// matching and not matching are there, each with a shortest text. Every search
// is bounded in steps and says when that did not suffice.
//
// It never sees a request and knows nothing of statements. Package policy and
// the packages below it are its only callers.
package pattern
