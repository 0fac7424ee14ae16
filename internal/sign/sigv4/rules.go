package sigv4

import (
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/sign"
)

const (
	terminator = "aws4_request"
	scheme     = string(sign.SigV4)

	// DefaultExpiry is the life of a presigned request that states none, as GetCallerIdentity presigned by aws-sdk-go-v2.
	DefaultExpiry = 15 * time.Minute
	// MaxExpiry is the longest life that a presigned request may state, in seconds: seven days.
	MaxExpiry = 604800

	// UnsignedPayload is the declared payload hash of a body that the signature does not cover.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
	streamingPrefix = "STREAMING-"

	emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// Rules say which signatures are acceptable in one place. The zero value accepts none, because it names no service.
type Rules struct {
	// Services are the names that the scope may carry; the first is the one a text tells the client.
	Services []string
	// S3 takes the path as sent and lets a presigned request cover no body.
	S3 bool
	// Skew is how far the signing time may be from now, each way; zero is sign.DefaultSkew.
	Skew time.Duration
	// AllowUnsigned and AllowStreaming accept declared payload modes other than a hash.
	AllowUnsigned, AllowStreaming bool
	// PresignedLife, if set, is how long a presigned request is good whatever X-Amz-Expires says. AWS STS goes by 15 minutes, and
	// tokens for Kubernetes clusters rely on it: they state 60 seconds and are used for longer.
	PresignedLife time.Duration
	// Keys remembers signing keys; nil derives them every time.
	Keys *KeyCache
}

// parts is a signature taken apart, from wherever it was.
type parts struct {
	presigned     bool
	credential    string
	signature     string
	signedList    string
	stamp         string
	expires       string
	token         string
	payload       string
	hasExpires    bool
	authorization string
}

// scope is a credential taken apart.
type scope struct{ accessKeyID, day, region, service string }

// Parse reads what the request says about its signature. Every failure is a [*sign.Problem]; MissingToken means that there is no
// trace of a signature of this scheme. Verify of the claim needs neither the request nor its body any more.
func (r Rules) Parse(d *Request) (*sign.Claim, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	_, query := d.split()
	list, recoded, err := params(query)
	if err != nil {
		return nil, err
	}
	p, err := find(d, list)
	if err != nil {
		return nil, err
	}
	if missing := p.missing(); missing != nil {
		return nil, &sign.Problem{Kind: sign.Incomplete, Presigned: p.presigned, Missing: missing, Given: p.authorization}
	}
	sc, err := readScope(p.credential)
	if err != nil {
		return nil, err
	}
	date, err := readDate(d, p)
	if err != nil {
		return nil, err
	}
	if err := r.checkScope(sc, date); err != nil {
		return nil, err
	}
	life, err := r.life(p)
	if err != nil {
		return nil, err
	}
	signed, err := readSigned(d, p.signedList)
	if err != nil {
		return nil, err
	}
	payload, line, err := r.payload(d, p)
	if err != nil {
		return nil, err
	}
	proof, err := r.prove(d, list, recoded, signed, p, sc, date, line)
	if err != nil {
		return nil, err
	}
	proof.life = life
	return &sign.Claim{
		Scheme: sign.SigV4, AccessKeyID: sc.accessKeyID, SessionToken: secretOf(p.token), Date: date,
		Region: sc.region, Service: sc.service, Presigned: p.presigned, Expires: life,
		SignedHeaders: signed, Payload: payload, Proof: proof,
	}, nil
}

// missing lists the absent parts in the order of AWS's texts.
func (p *parts) missing() []string {
	var list []string
	prefix := ""
	if p.presigned {
		prefix = "X-Amz-"
	}
	for _, part := range []struct{ name, value string }{
		{prefix + "Credential", p.credential}, {prefix + "Signature", p.signature}, {prefix + "SignedHeaders", p.signedList},
		{"X-Amz-Date", p.stamp},
	} {
		if part.value == "" {
			list = append(list, part.name)
		}
	}
	return list
}

// life is how long after its date a presigned request is good.
func (r Rules) life(p *parts) (time.Duration, error) {
	switch {
	case !p.presigned:
		return 0, nil
	case r.PresignedLife > 0:
		return r.PresignedLife, nil
	case !p.hasExpires:
		return DefaultExpiry, nil
	}
	seconds := 0
	for i := 0; i < len(p.expires); i++ {
		c := p.expires[i] - '0'
		if c > 9 || seconds > MaxExpiry {
			seconds = 0
			break
		}
		seconds = seconds*10 + int(c)
	}
	if seconds < 1 || seconds > MaxExpiry {
		return 0, &sign.Problem{Kind: sign.BadExpires, Presigned: true, Field: queryExpires, Given: p.expires, Limit: MaxExpiry}
	}
	return time.Duration(seconds) * time.Second, nil
}

// readScope takes a credential apart: key/day/region/service/aws4_request.
func readScope(credential string) (scope, error) {
	bad := &sign.Problem{Kind: sign.CredentialShape, Field: "Credential", Given: credential}
	if strings.Count(credential, "/") != 4 {
		return scope{}, bad
	}
	var s scope
	rest := credential
	s.accessKeyID, rest, _ = strings.Cut(rest, "/")
	s.day, rest, _ = strings.Cut(rest, "/")
	s.region, rest, _ = strings.Cut(rest, "/")
	s.service, rest, _ = strings.Cut(rest, "/")
	for _, part := range []string{s.accessKeyID, s.day, s.region, s.service} {
		if !isName(part) {
			return scope{}, bad
		}
	}
	if rest != terminator {
		return scope{}, &sign.Problem{Kind: sign.ScopeTerminator, Field: "Credential", Given: rest, Want: terminator}
	}
	return s, nil
}

// isName reports whether s is 1 to 128 letters, digits, dots, hyphens and underscores.
func isName(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !unreserved(s[i]) || s[i] == '~' {
			return false
		}
	}
	return true
}

func (r Rules) checkScope(s scope, date time.Time) error {
	if want := date.Format("20060102"); s.day != want {
		return &sign.Problem{Kind: sign.ScopeDate, Field: "Credential", Given: s.day, Want: want, Date: date}
	}
	if !slices.Contains(r.Services, s.service) {
		p := &sign.Problem{Kind: sign.ScopeService, Field: "Credential", Given: s.service}
		if len(r.Services) > 0 {
			p.Want = r.Services[0]
		}
		return p
	}
	return nil
}

// readSigned reads the list of signed headers, which has one spelling only, and holds the request to it.
func readSigned(d *Request, list string) ([]string, error) {
	bad := &sign.Problem{Kind: sign.Malformed, Field: "SignedHeaders", Given: list}
	if strings.Count(list, ";") >= MaxSignedHeaders {
		return nil, &sign.Problem{Kind: sign.TooLarge, Field: "SignedHeaders", Limit: MaxSignedHeaders}
	}
	signed := strings.Split(list, ";")
	host := false
	for i, name := range signed {
		if !isToken(name) || hasUpper(name) || i > 0 && signed[i-1] >= name {
			return nil, bad
		}
		host = host || name == "host"
	}
	if !host {
		return nil, &sign.Problem{Kind: sign.UnsignedHeader, Field: "host"}
	}
	for name := range d.Header {
		if strings.HasPrefix(name, "X-Amz-") && !containsFold(signed, name) {
			return nil, &sign.Problem{Kind: sign.UnsignedHeader, Field: strings.ToLower(name)}
		}
	}
	return signed, nil
}

func hasUpper(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i]-'A' < 26 {
			return true
		}
	}
	return false
}

func containsFold(list []string, name string) bool {
	for _, s := range list {
		if len(s) == len(name) && strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}
