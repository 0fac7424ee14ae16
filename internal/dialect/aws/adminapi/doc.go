// Package adminapi holds the messages of Daypass's own operations, which ride on the query protocol of AWS under the service
// name daypass: explaining a denial, accounts, the keys that seal session tokens, and revoking sessions.
//
// The shapes are written by hand in the form of the generated ones of stsapi and iamapi: a structure, a field and a wire name
// are the same word. The package holds no logic and no words for clients; it never decides what a message means. The AWS door
// and our own client use it.
package adminapi
