// Package pattern cuts texts with wildcards and variables into pieces.
//
// It owns how such texts are read: the two wildcards, variables and their
// defaults, and which letters count as equal in names. It never sees a request
// and knows nothing of statements. Package policy and the packages below it
// are its only callers.
package pattern
