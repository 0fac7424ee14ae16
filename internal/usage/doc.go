// Package usage remembers when long-term access keys were last used, for what and where.
//
// It is kept per node, beside the state and not in it: it changes with every request and may be minutes old, as in the clouds
// themselves, so it is written out now and then by whoever owns the file. It never decides anything. Callers: gate notes, the
// IAM operations read, server loads and saves.
package usage
