// Package gate is the one pipeline of the cloud APIs: every request of every dialect takes the numbered steps of
// [Gate.handle], in that order, and none can be skipped. docs/walk.md follows one AssumeRole through it.
//
// It holds no rule of any step: dialects parse and word, guard identifies, decides and records, op runs the operation.
// Caller: server.
package gate
