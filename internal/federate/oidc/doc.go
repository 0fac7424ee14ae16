// Package oidc verifies outside ID tokens: it turns a token and the provider record that an account has registered for the token's
// issuer into [Claims], or says why not.
//
// It owns everything between the two: how a token is taken apart, which keys an issuer has ([Verifier] fetches and keeps them), to
// which addresses a connection may go ([Network]), whose certificate is believed, and what the claims must say. It asks only
// registered issuers, starts no goroutine, holds no state that must survive, and never looks into the state of the server. What a
// token entitles to is not decided here: that is the trust policy's business.
//
// Nothing in a token is believed before its signature is: not the algorithm, which the key decides, and not the issuer, which only
// selects the record that the caller hands in. Every input has a bound on size, depth and time.
//
// Callers: op and the dialects, before any transaction begins, because a fetch may take seconds.
package oidc
