// Package secret holds the one type that carries a secret text through the house without ever showing it by accident.
//
// It owns [Text]: a value that prints as [secret] with every fmt verb, in JSON, in YAML, in XML, in slog, and when it sits in an
// unexported field of a struct that somebody prints. The text comes out only through [Text.Reveal], so every place that
// handles it in the clear can be found by searching for that name.
//
// It never stores, derives, encrypts or logs anything and imports only the standard library. Every package may use it.
package secret
