// Package policytest runs corpora of decision cases against the policy engine.
//
// It owns the case format (JSON lines, one case per line) and the translation
// of a case into policy.Layers and policy.Request. A case of another cloud than
// AWS names its grammar in "dialect"; an identity policy written as
// {"doc": …, "project": …} counts only if the request's "project" is the same,
// be it a project or a resource group. It never opens files, never
// decides anything itself, and adds no condition key of its own: the context
// of a case is closed.
//
// The tests of package policy use it, and so does the command that runs the
// cases an administrator keeps beside a policy. It may be called by anyone;
// it imports only package policy and the standard library.
package policytest
