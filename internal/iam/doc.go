// Package iam is the domain: accounts, users, groups, roles, managed policies, access keys and the session key ring, and every
// rule that holds between them.
//
// It owns two types. A [View] is an immutable snapshot that only reads; any goroutine may keep one as long as it likes. A [Tx] is
// a snapshot that can be written: each verb enforces its own rule (the thing exists, its name is free, no quota is exceeded,
// nothing stands in the way of a deletion, a document is well formed), sees what the verbs before it did, and leaves everything
// as it was when it fails. What a Tx did comes out twice: as the [Row] changes that are stored and sent to other nodes, and as the
// next View. Applying the rows to the old View gives exactly that next View.
//
// It speaks no cloud's dialect: errors are fault.Error values, names of operations, codes and texts belong to the doors. It does no
// I/O, reads no clock and no randomness of its own, and holds no secret in the clear: what must be recoverable is sealed by the
// caller before it comes here. It never imports wire, net/http, store or db.
//
// Records (User, Role, …) are handed out as pointers and must not be changed by the receiver.
//
// # Compiled policies
//
// Every stored document is compiled at most once, on first use, and the result stays with the document. The list of policies that
// speak for a user or role is kept with that record together with a mark of its account's groups and managed policies; every change
// to one of these gives the account a new mark, so that a list is used only in views whose groups and policies are the very ones it
// was made from. A document that no longer compiles stands for one that denies everything.
package iam
