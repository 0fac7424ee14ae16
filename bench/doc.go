// Package bench compares the policy engine with two others on the same statements and requests, in one run.
//
// It is a module of its own, so that nobody who uses Daypass has to load the engines it is compared with. The peers speak other
// languages, so every document is translated: into Cedar, where a statement becomes a policy, and into Rego, where it becomes a rule
// that OPA can find by the service of the action. Variables are replaced by their values beforehand, which spares the peers that work.
// A test holds that all three answer alike.
package bench
