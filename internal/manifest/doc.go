// Package manifest owns the declarative form of an account's identities: users, groups, roles, managed policies, instance profiles,
// identity providers and the alias, as one JSON document. It reads and writes the form, takes over the output of AWS's
// get-account-authorization-details, reads what a server has, and compares: the outcome is a [Plan] of API calls.
//
// It holds no rule about who may do what and no way around one: a plan is carried out with the API, by the caller, so that it can set
// nothing the caller could not set call by call. Secrets (access keys, passwords, MFA seeds, private keys) are not part of the form.
// Callers: the commands export, import and apply.
package manifest
