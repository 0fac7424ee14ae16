package sign

import (
	"time"

	"github.com/daypass/daypass/internal/secret"
)

// Secret is the type of every secret in this package and those below it: it prints [secret].
type Secret = secret.Text

// Scheme names a way of signing as the wire spells it.
type Scheme string

// The schemes of the four dialects.
const (
	SigV4   Scheme = "AWS4-HMAC-SHA256"      // AWS, header or presigned query
	ACS3    Scheme = "ACS3-HMAC-SHA256"      // Alibaba Cloud, header
	RPCSHA1 Scheme = "HMAC-SHA1"             // Alibaba Cloud, query parameters of the older RPC style
	RPC256  Scheme = "HMAC-SHA256"           // Alibaba Cloud, the same with SHA-256
	SDKHMAC Scheme = "SDK-HMAC-SHA256"       // Huawei Cloud, header
	V11HMAC Scheme = "V11-HMAC-SHA256"       // Huawei Cloud, header, derived keys
	UCloud  Scheme = "UCLOUD-SHA1-PARAMETER" // UCloud, parameter; the wire gives it no name
)

// Mode says what the signature covers of the body.
type Mode uint8

// Modes of a payload.
const (
	// BodyHashed: the signature covers the hash of the whole body.
	BodyHashed Mode = iota
	// BodyUnsigned: the client declared that the body is not covered.
	BodyUnsigned
	// BodyStreamed: the body comes in chunks that are signed or summed one by one; Declared names the variant.
	BodyStreamed
)

// Payload is what the claim says about the body.
type Payload struct {
	Mode Mode
	// SHA256 is the lower-case hex hash that the signature covers; empty unless Mode is BodyHashed.
	SHA256 string
	// Declared is the value by which the client declared the mode, empty when it declared none.
	Declared string
	// Checked: the body's own hash was compared with SHA256. When false, whoever reads the body must compare.
	Checked bool
}

// Claim is what a request says about its signature. Nothing in it is believed before [Claim.Verify] returns nil.
type Claim struct {
	Scheme      Scheme
	AccessKeyID string
	// SessionToken is empty for a long-term key.
	SessionToken Secret
	// Date is the signing time that the request states, UTC, whole seconds.
	Date time.Time
	// Region and Service are the scope of the signing key; empty in schemes without one. Region is reported and never checked.
	Region, Service string
	// Presigned: the signature travels in the query and is good for Expires after Date.
	Presigned bool
	Expires   time.Duration
	// Nonce is the number that a request may use once; empty in schemes without one. The caller refuses repetition.
	Nonce string
	// SignedHeaders are the lower-case names of the headers that the signature covers, ascending.
	SignedHeaders []string
	Payload       Payload
	// Proof holds what the scheme needs to verify.
	Proof Proof
}

// Proof checks one parsed signature. The scheme that parsed the request makes it.
type Proof interface {
	// Verify returns nil when the request was signed with this secret and the time is right for it, else a [*Problem].
	Verify(key Secret, now time.Time) error
}

// Verify checks the claim with the secret of the key it names. now is the server's time. A nil error is the only proof that
// the request comes from a holder of the secret; every failure is a [*Problem]. An empty secret never verifies.
func (c *Claim) Verify(key Secret, now time.Time) error {
	if c == nil || c.Proof == nil || key.IsZero() {
		return &Problem{Kind: Mismatch}
	}
	return c.Proof.Verify(key, now)
}
