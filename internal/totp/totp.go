package totp

import (
	"crypto/hmac"
	"crypto/sha1" // the algorithm authenticator apps know; HMAC does not need a hash free of collisions
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"time"
)

// Period is how long a code is shown.
const Period = 30 * time.Second

// digits is the length of a code, and modulus what it is taken by.
const (
	digits  = 6
	modulus = 1_000_000
)

// Step is the number of the period that a time falls in.
func Step(at time.Time) int64 { return at.Unix() / int64(Period/time.Second) }

// Code is the code of a seed in a period (RFC 4226, section 5.3).
func Code(seed []byte, step int64) string {
	mac := hmac.New(sha1.New, seed)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff%modulus)
}

// Find gives the period between first and last, both included, in which the first of the codes was shown and the others in those that
// follow it. It takes equally long whether and wherever it finds one. Of several the latest is given.
func Find(seed []byte, first, last int64, codes ...string) (step int64, ok bool) {
	if len(codes) == 0 {
		return 0, false
	}
	found := 0
	for s := first; s <= last; s++ {
		same := 1
		for i, code := range codes {
			same &= subtle.ConstantTimeCompare([]byte(Code(seed, s+int64(i))), []byte(code))
		}
		if same == 1 {
			step = s
		}
		found |= same
	}
	return step, found == 1
}
