// Package devissuer is the small issuer of ID tokens that development mode serves, so that web identity can be tried without setting one
// up: discovery document, key set, and a token for whoever asks, with the subject and claims asked for.
//
// It proves nothing about anybody, which is its use: only development mode mounts it, on loopback, and only the fixture's own provider
// believes it. It knows nothing of the state, and keeps nothing but the key it was made with. Only package server calls it.
package devissuer
