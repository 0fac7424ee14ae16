// Package signparity holds the product's SigV4 room against the signer of aws-sdk-go-v2: what the SDK signs and sends over a real
// connection verifies, and what our signer signs is byte for byte what the SDK would have signed.
//
// It has tests only. Nobody imports it.
package signparity
