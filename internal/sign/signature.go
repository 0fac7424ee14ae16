package sign

import "crypto/hmac"

// Signature is the bytes of a signature or of a message authentication code.
//
// The type cannot be compared with ==: that would answer faster the earlier the first difference is, and so tell a forger how
// far he got. [Signature.Equal] takes the same time wherever the difference is.
type Signature struct {
	_     [0]func()
	bytes []byte
}

// SignatureOf wraps the bytes, which the caller must not change afterwards.
func SignatureOf(bytes []byte) Signature { return Signature{bytes: bytes} }

// Equal compares in constant time. Two empty signatures are not equal: nothing proves nothing.
func (s Signature) Equal(other Signature) bool {
	return len(s.bytes) != 0 && hmac.Equal(s.bytes, other.bytes)
}

// IsZero reports whether there are no bytes.
func (s Signature) IsZero() bool { return len(s.bytes) == 0 }

// String hides the bytes: the right signature of a refused request is as good as the secret for that request.
func (s Signature) String() string { return "[signature]" }

// GoString is String.
func (s Signature) GoString() string { return s.String() }
