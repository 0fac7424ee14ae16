// Package sigv4 reads, verifies and makes AWS Signature Version 4 signatures (AWS4-HMAC-SHA256), in the Authorization header or in
// the query of a presigned URL.
//
// It owns the canonical form of a request and the derivation of signing keys. [Rules.Parse] turns a described [Request] into a
// [sign.Claim]; the claim's Verify checks it. [Signer] signs requests with the same canonical form. [KeyCache] keeps derived keys.
//
// What it insists on, beyond the arithmetic, because each has been somebody's hole:
//   - one signature in one place: a second Authorization header, header and query together, a doubled or oddly cased
//     X-Amz-* authentication parameter are refused as ambiguous
//   - host and every x-amz-* header in the request are signed, so nobody between client and server can add one
//   - the scope names a service that the caller accepts; the region is reported only, because clients put theirs there
//   - a declared payload hash is the body's hash; unsigned and streamed bodies are refused unless the rules allow them
//   - everything is bounded: target, headers, names, parameters
//
// The path is canonicalised as AWS does for all services but S3: dot segments and repeated slashes are removed and what was sent is
// encoded once more. A signature over the path as sent, encoded once more, is accepted too, since some SDKs skip the removal. So
// for these services /a//b and /a/b carry the same signature: a caller that maps paths to resources must map both alike or
// refuse paths that are not in normal form. With Rules.S3 the path is taken as sent.
//
// Never here: looking up a secret, reading a body, chunk signatures of streamed bodies, words or statuses of an answer, SigV4A.
//
// Sources: AWS IAM User Guide, "Signature Version 4 for API requests"; Amazon S3 API Reference, "Authenticating Requests (AWS
// Signature Version 4)"; the public aws4_testsuite.
//
// Callers: the AWS dialect, the authorization endpoint, the S3 gateway, the command line and the public authz client.
package sigv4
