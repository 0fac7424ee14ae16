// Package oidcop is the door for those who verify the identity tokens that accounts of this server issue: it serves the discovery
// document and the key set of each issuer, to anybody, without a signature. Everything it says is public.
//
// It never issues a token, never looks at a Host header, and tells nothing about accounts that are no issuers. Only package server
// mounts it.
package oidcop
