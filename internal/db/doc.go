// Package db owns the state of the running server: the newest [iam.View], and the only way to change it.
//
// [DB.View] is one atomic load and never waits. [DB.Update] runs a function on an [iam.Tx] over the newest View and makes its
// changes durable; all rules are checked in memory against exactly the state they commit on, so the engine below needs no
// conditions of its own. Waiting updates are committed together (group commit), each with its own cause and its own verdict.
//
// The package holds no rule of the domain and knows no wire protocol. Callers: op and the doors, through guard; server opens it.
package db
