// Package simulate answers what policies would say: to a request that nobody makes ([New], [Simulation.Ask]), which condition keys
// they ask for ([ContextKeys]), which of somebody's policies are about a service ([Granting]), which principals may do something
// ([Who]), and what a principal can do at most ([What]).
//
// It owns the rules of such questions: what may be asked about, which policies count, who is taken for the caller and the owner, how
// condition keys are told, what of other accounts and of organizations is shown. It decides nothing itself: every answer is that of
// the engine in package policy, or of the search in policy/question that asks it, reached through access as live requests are, so that
// a simulation and the request it stands for cannot disagree.
//
// It never changes anything, and asks nobody for leave: the operations that call it do. Only dialects call it.
package simulate
