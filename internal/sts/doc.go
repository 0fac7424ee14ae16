// Package sts holds the issuing rules: who may become a role for how long, which tags and which source identity a session
// gets, what a chain of roles hands on.
//
// It speaks in the domain's terms (roles, sessions, durations), never in those of a wire protocol, and it decides no
// policy: [Plan] says what leave an AssumeRole needs, guard asks for it, and [Plan.Issue] mints. Callers: the dialects'
// operations.
package sts
