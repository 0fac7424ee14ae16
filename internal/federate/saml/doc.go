// Package saml reads what SAML 2.0 identity providers say: their metadata, and the responses by which they vouch for somebody.
//
// It owns two questions. [ParseMetadata] says who a provider is and with which keys it signs. [Provider.Verify] says whether a
// response was signed by that provider, for this server, for now, and gives the [Assertion] in it; [Assertion.Claims] reads the
// attributes that a cloud defined for its roles.
//
// What is read is what was signed: a signature must cover, by its one reference and by the two transforms that SAML knows, the very
// element that bears it, and everything is read from the canonical bytes that the signature was checked over. Before that a response
// must have a form in which two readers can not find two different assertions: one Response, one Assertion directly below it,
// signatures only where the schema has them, every id once, no comments, no processing instructions, no document type. A key counts
// only if the metadata names it; what a response says about keys is not read.
//
// It is pure: no network, no clock, no store. That an assertion is used only once is asked of the state, by the callers, who are the
// issuing rules (sts) and the doors that store metadata. Encrypted assertions are refused, and so are SHA-1, inclusive
// canonicalization and RSA keys of less than 2048 bits.
package saml
