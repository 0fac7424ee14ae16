// Package usage remembers when long-term access keys were last used, for what and where, and when which user or role last tried to
// use which service and action.
//
// It is kept per node, beside the state and not in it: it changes with every request and may be minutes old, as in the clouds
// themselves, so it is written out now and then by whoever owns the file. It never decides anything. Callers: gate and authzd note, the
// IAM operations read, server loads and saves.
package usage
