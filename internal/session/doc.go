// Package session owns temporary credentials: what a session is, how it becomes a token, and how a token becomes a
// session again.
//
// A session needs no stored row. Everything it says is sealed into its token by a key of the server's ring, bound to the
// access key id that goes with it; its secret is derived from the token by the same key, so nobody but the server can
// compute either. What can change after issue (the role was deleted, the key that asked for it was disabled, sessions
// were revoked) is not in the token: [Session.Alive] asks the state for it at every use.
//
// It never decides what a session may do (access), never verifies a signature (sign) and never applies issuing rules
// such as durations or inherited tags (sts). Callers: guard opens, sts mints.
package session
