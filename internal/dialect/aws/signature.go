package aws

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/sign"
	"github.com/daypass/daypass/internal/wire"
)

const stamp = "20060102T150405Z"

// signatureWords words what is wrong with a signature: IAM User Guide, "Troubleshoot Signature Version 4 requests", and the
// common errors of the API references.
func signatureWords(p *sign.Problem) words {
	if text := signatureText(p); text != "" {
		return words{"SignatureDoesNotMatch", http.StatusForbidden, text}
	}
	switch p.Kind {
	case sign.MissingToken:
		return words{"MissingAuthenticationToken", http.StatusForbidden, "Request is missing Authentication Token"}
	case sign.Incomplete:
		return words{"IncompleteSignature", http.StatusBadRequest, incompleteText(p)}
	case sign.TooLarge:
		return words{"IncompleteSignature", http.StatusBadRequest, fmt.Sprintf("%s exceeds the limit of %d", p.Field, p.Limit)}
	// What stands where another scheme or a credential should be may be a secret, so these two are not shown back.
	case sign.Unsupported:
		return words{"IncompleteSignature", http.StatusBadRequest, "Unsupported AWS 'algorithm'. Use AWS4-HMAC-SHA256."}
	case sign.Ambiguous:
		return words{"IncompleteSignature", http.StatusBadRequest, p.Field + " is given more than once in this request"}
	case sign.CredentialShape:
		return words{"IncompleteSignature", http.StatusBadRequest, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"}
	case sign.BadDate:
		return words{"IncompleteSignature", http.StatusBadRequest, "Date must be in ISO-8601 'basic format'. Got '" + p.Given + "'. See http://en.wikipedia.org/wiki/ISO_8601"}
	case sign.BadExpires:
		return words{"AuthorizationQueryParametersError", http.StatusBadRequest, fmt.Sprintf("X-Amz-Expires must be a number of seconds from 1 to %d", p.Limit)}
	}
	text := p.Field + " is malformed"
	if p.Given != "" {
		text += ": '" + p.Given + "'"
	}
	return words{"IncompleteSignature", http.StatusBadRequest, text}
}

// signatureText words the problems whose code is SignatureDoesNotMatch; "" for others.
func signatureText(p *sign.Problem) string {
	switch p.Kind {
	case sign.Mismatch:
		return "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	case sign.SkewPast:
		return fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s.)", p.Date.Format(stamp), p.Bound.Format(stamp), p.Now.Format(stamp), minutes(p.Window))
	case sign.SkewFuture:
		return fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %s.)", p.Date.Format(stamp), p.Bound.Format(stamp), p.Now.Format(stamp), minutes(p.Window))
	case sign.ExpiredPresign:
		return fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %s.)", p.Date.Format(stamp), p.Now.Add(-p.Window).Format(stamp), p.Now.Format(stamp), minutes(p.Window))
	case sign.ScopeDate:
		return fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s'.", p.Given, p.Want)
	case sign.ScopeService:
		return "Credential should be scoped to correct service: '" + p.Want + "'."
	case sign.ScopeTerminator:
		return "Credential should be scoped with a valid terminator: '" + p.Want + "', not '" + p.Given + "'."
	case sign.UnsignedHeader:
		return "'" + strings.ToLower(p.Field) + "' must be a 'SignedHeader' in the AWS Authorization."
	case sign.AbsentHeader:
		return "The signed header '" + p.Field + "' is not in the request."
	case sign.PayloadMode:
		return "The payload mode '" + p.Given + "' is not accepted by this service: sign the hash of the body."
	case sign.BadPayloadHash:
		return "The value of x-amz-content-sha256 is not the hash of the body."
	}
	return ""
}

func minutes(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

func incompleteText(p *sign.Problem) string {
	var b strings.Builder
	for _, part := range p.Missing {
		switch {
		case part == "X-Amz-Date" && !p.Presigned:
			b.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
		case p.Presigned:
			fmt.Fprintf(&b, "AWS query-string parameters must include '%s'. ", part)
		default:
			fmt.Fprintf(&b, "Authorization header requires '%s' parameter. ", part)
		}
	}
	if p.Presigned {
		return strings.TrimSpace(b.String())
	}
	return b.String() + "Authorization=" + withoutSignature(p.Given)
}

// withoutSignature cuts the signature out of an Authorization header that is shown to the caller and put on record.
func withoutSignature(header string) string {
	const max = 512
	if i := strings.Index(header, "Signature="); i >= 0 {
		header = header[:i] + "Signature=…"
	}
	if len(header) > max {
		header = header[:max] + "…"
	}
	return header
}

// formWords words what is wrong with a form as such.
func formWords(e *wire.FormError) words {
	switch {
	case errors.Is(e, wire.ErrDuplicateKey):
		return words{"InvalidParameterCombination", http.StatusBadRequest, "The parameter '" + e.Key + "' is given more than once."}
	case errors.Is(e, wire.ErrTooLarge), errors.Is(e, wire.ErrTooMany):
		return words{"RequestEntityTooLarge", http.StatusRequestEntityTooLarge, "The request has more or longer parameters than this server accepts."}
	}
	return words{"MalformedQueryString", http.StatusBadRequest, "The parameters are not a well-formed query string: " + e.Error()}
}
