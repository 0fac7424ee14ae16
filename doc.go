// Package daypass is the root of the module and holds nothing but the tests of its layout (arch_test.go) and of its documents.
// The server is cmd/daypass; services embed authz; the policy language is policy. docs/walk.md follows one request through it.
package daypass
