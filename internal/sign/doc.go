// Package sign says what a request claims about its signature, in words that all four dialects share.
//
// It owns [Claim] (what the request says: who signs, with which token, when, for which service; parsed, not yet verified),
// [Signature] (bytes that can be compared only in constant time), and [Problem] (why a signature does not hold, with the data a
// dialect needs to word it). The schemes themselves live below it: sigv4, acs, sdkhmac, ucloud. Each parses a request into a
// Claim and hangs its own [Proof] on it.
//
// A Claim is worth nothing before [Claim.Verify] returns nil. The order is: parse, look up the secret that AccessKeyID and
// SessionToken name, Verify, and only then believe any field.
//
// It never looks up a key, opens a token, decides an authorization, reads a clock or answers a request, and it knows no HTTP
// status and no wire error code: the dialects choose their words by [Kind].
//
// Callers: guard (Verify), the dialects and the authorization endpoint (parse and word), the command line and the public authz
// client (sign).
package sign
