// Package process runs the built program as a child process, for tests and measurements.
//
// It owns building the binary, starting a server on a free port, knowing when it is ready, collecting everything it says, and ending it
// in the gentle or the hard way. It knows nothing of the APIs. Callers: the stories of e2e and the load measurement.
package process
