// Package report makes the reports on an account that somebody asks for first and fetches later: the credential report, and which
// services an identity last used.
//
// It owns the desk where such orders and finished reports lie, in the memory of this node, bounded, and each the account's that
// ordered it; and the rules of what a report on last accessed services shows. It does not know how a report is written for a client.
// What is on the desk is gone after a restart, and whoever comes for it is told to order again. Callers: the IAM operations.
package report
