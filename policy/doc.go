// Package policy is the policy language of Daypass: it parses documents,
// compiles them once, decides requests against them and explains decisions.
// The languages of AWS, Alibaba Cloud, Huawei Cloud and UCloud are read into one
// form and decided by one evaluator; a Grammar says how they differ.
//
// # What it owns
//
// The grammar of a document and its faults (Parse), the compiled form
// (Document.Compile), and the one function that says yes or no (Decide) with
// its talkative twin (Explain). All layers that can limit or grant a request
// meet here: organization policies level by level, VPC endpoint policy,
// resource policy, permissions boundary, session policies and identity
// policies.
//
// # What it never does
//
// No input or output, no clock, no randomness, no goroutine, no import beyond
// the standard library. It does not know which policies are attached to whom,
// which keys a request carries, or which two actions are never subject to
// policies at all (sts:GetCallerIdentity, sts:GetSessionToken): the caller
// gathers Layers and Request and handles those two before asking.
//
// # Who may call it
//
// Everybody: it is public and pure. A *Policy is immutable and may be shared
// by any number of goroutines; Decide only reads its arguments.
//
// # How it decides
//
// A Deny that matches in any layer wins. Otherwise every limiting layer that
// is present must allow, and something must grant: an identity policy, a
// resource policy that names the caller, or, across accounts, both. The rules
// follow the AWS IAM User Guide ("Policy evaluation logic", "Cross-account
// policy evaluation logic", "IAM JSON policy elements"); where another cloud
// decides otherwise, its grammar says so (docs/decisions/035). Where that text is
// silent the safe answer is taken: the zero Verdict is a denial, a value that
// cannot be read satisfies no condition, and a missing variable matches no
// resource.
//
// Conditions are evaluated in three values (false, true, unknown), so that the
// same code can serve questions in which some keys are not known yet.
package policy
