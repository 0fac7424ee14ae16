package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/daypass/daypass/internal/sign"
)

// HashBody returns the lower-case hex SHA-256 of a body.
func HashBody(body []byte) string {
	if len(body) == 0 {
		return emptySHA256
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// bodyHash returns the hash of the body and whether it is known. The body is hashed as bytes, whatever its content type.
func (d *Request) bodyHash() (string, bool) {
	switch {
	case d.BodySHA256 != "":
		return d.BodySHA256, isHash(d.BodySHA256)
	case d.BodyUnread:
		return "", false
	}
	return HashBody(d.Body), true
}

func isHash(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c-'0' > 9 && c-'a' > 5 {
			return false
		}
	}
	return true
}

// payload decides what the signature covers of the body. The second result is the last line of the canonical request.
func (r Rules) payload(d *Request, p *parts) (sign.Payload, string, error) {
	none := sign.Payload{}
	declared := p.payload
	switch {
	case declared == "" && r.S3 && p.presigned:
		// A presigned S3 URL covers no body unless it says so (Amazon S3 API Reference, "Authenticating Requests: Using Query
		// Parameters"), so this needs no leave beyond S3 itself.
		return sign.Payload{Mode: sign.BodyUnsigned}, UnsignedPayload, nil
	case declared == UnsignedPayload && (r.AllowUnsigned || r.S3 && p.presigned):
		return sign.Payload{Mode: sign.BodyUnsigned, Declared: declared}, declared, nil
	case strings.HasPrefix(declared, streamingPrefix) && r.AllowStreaming:
		return sign.Payload{Mode: sign.BodyStreamed, Declared: declared}, declared, nil
	case declared != "" && !isHash(declared):
		return none, "", &sign.Problem{Kind: sign.PayloadMode, Presigned: p.presigned, Field: headerPayload, Given: declared}
	}
	hash, known := d.bodyHash()
	if known && (declared == "" || declared == hash) {
		return sign.Payload{SHA256: hash, Declared: declared, Checked: true}, hash, nil
	}
	if !known && declared != "" && d.BodySHA256 == "" {
		return sign.Payload{SHA256: declared, Declared: declared}, declared, nil
	}
	return none, "", &sign.Problem{Kind: sign.BadPayloadHash, Presigned: p.presigned, Field: headerPayload, Given: declared, Want: hash}
}
