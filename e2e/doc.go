// Package e2e tells stories about the built program with real clients: the AWS command line interface, the AWS SDKs for Go, Python and JavaScript, curl and
// the program's own commands.
//
// It owns the stories (testdata/*.txtar and the tests beside them) and the attacks that can be sent over the wire, each a test named
// after its number. It never looks into the server: what it knows, it knows as a client or as an operator does. It is a module of its
// own, so that the clients it needs are no dependencies of the product. Nobody imports it.
package e2e
