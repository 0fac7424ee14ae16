// Package obs is how an operator sees the server: the log and the metrics.
//
// It owns the log handler, with a net that keeps secrets out of it, and the
// names, labels and help texts of all metrics. What is measured is told to a
// Metrics value that is passed in; there is no global registry and no global
// logger. Labels take values from bounded vocabularies only, because every new
// value is a time series that is kept for ever and clients choose what they
// send.
//
// It never decides anything, never records audit events (that is package
// audit: a log line may be lost, an audit event may not) and never starts a
// goroutine. The composition root builds both and hands them to the rooms,
// which declare the few methods they use as interfaces of their own.
package obs
