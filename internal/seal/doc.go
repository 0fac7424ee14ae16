// Package seal keeps bytes secret and whole: the session tokens that Daypass hands out and the secrets that it stores.
//
// It owns two things. A [Root] is the one key that an operator keeps outside the data: it wraps key material at rest, with the
// record's identity bound to it. A [Ring] is a set of keys, stored as [Key] records with wrapped material, of which one at a time
// is primary: it seals with the primary, opens with every key that is not retired, and derives secrets that only the ring can
// derive again. A [Schedule] says when a key is published, becomes primary and retires; rotation never breaks a live session.
//
// The cipher of a ring is XAES-256-GCM (C2SP), whose 192 random bits per message leave no limit that an STS could reach. A root wraps
// with AES-256-GCM and random nonces, good for the 2^32 values that no server has keys for, and opens in a fraction of the time: the
// secret of a long-term key is opened for every request it signs. Key material is 32
// random bytes; from it HKDF-SHA256 (RFC 5869) expands one key for sealing and one for deriving. Nothing here is ever derived
// from an access key, a password or any other secret that a person holds, and the root only wraps: whoever knows an admin's secret,
// or the root without the stored records, can make no token.
//
// A value that does not open gives one error, [ErrOpen], whatever is wrong with it: unknown version, unknown or retired key,
// missing, added or altered bytes, other associated data.
//
// It never reads a file, a clock or the environment, starts nothing and stores nothing. Key material comes from the random source
// that the caller passes; the per-message randomness is tink's own.
//
// Callers: db and the composition root (records, rotation), session (tokens, derived secrets), iam and db (secrets at rest).
package seal
