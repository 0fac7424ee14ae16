// Package access gathers what a decision needs and asks for it: which policies apply to this caller, this action and this
// resource in this View, and what the condition keys of the request are.
//
// [Subject] is a caller as policies see it; [Ask] is what it wants to do; [Subject.Decide] hands both to package policy.
// [Subject.Simulate] asks the same of a [Hypothesis], a request that nobody makes.
// The package holds no rule of the policy language and none of a wire protocol, and it never changes anything. Live requests come
// through guard alone, questions through simulate.
package access
