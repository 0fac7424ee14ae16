// Package parity proves our wire shapes against the serializers and parsers of the AWS SDK for Go, for every operation of IAM and
// STS at once: what the SDK sends, we read without loss, and what we answer, the SDK reads as we meant it.
//
// It has tests only.
package parity
