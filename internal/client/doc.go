// Package client is how our own command line talks to a server: one signed call of the AWS query protocol, and where its
// endpoint and credentials come from (the variables and files of the AWS command line, so that nothing needs setting up
// twice).
//
// It never retries, never follows a redirect with a signature in hand, never stores anything and never prints. It knows
// no operation: shapes come from the packages of the AWS door. Caller: cmd/daypass.
package client
