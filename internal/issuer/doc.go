// Package issuer makes the identity tokens of accounts: signed JSON Web Tokens by which somebody known here proves to a service
// elsewhere who he is. It owns the making and opening of the key pairs that sign them, the form of the claims, and the documents by
// which others verify a token: discovery (OpenID Connect Discovery 1.0) and key set (RFC 7517).
//
// It never decides who may have a token and never serves one: package sts holds the rules, package oidcop the door for verifiers.
// Keys are records of package iam, their private half wrapped by the server's root key; they have nothing to do with the ring that
// seals session tokens, and no key of one is derived from the other.
package issuer
