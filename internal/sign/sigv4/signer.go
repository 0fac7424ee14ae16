package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/sign"
)

// Signer signs requests as one identity in one scope. It changes nothing of itself and may be shared.
type Signer struct {
	AccessKeyID string
	Secret      sign.Secret
	// SessionToken goes along with temporary credentials; zero for a long-term key.
	SessionToken    sign.Secret
	Region, Service string
	// S3 signs the path as sent and always declares the payload hash.
	S3 bool
	// DeclareHash sends X-Amz-Content-Sha256 also when S3 is not set.
	DeclareHash bool
	// Also names further headers to sign when the request has them. Host, Content-Type and X-Amz-* are always signed.
	Also []string
	// Keys remembers signing keys; nil derives them every time.
	Keys *KeyCache
}

// errSigner is returned for a Signer whose identity or scope cannot be written into a credential.
var errSigner = errors.New("sigv4: access key id, secret, region and service are needed, of letters, digits and ._-")

// ready checks the fields that go into the credential.
func (s *Signer) ready() error {
	if s.Secret.IsZero() || !isName(s.AccessKeyID) || !isName(s.Region) || !isName(s.Service) {
		return errSigner
	}
	return nil
}

// Sign sets X-Amz-Date, the session token, where due the payload hash, and Authorization on an outgoing request. Body is the whole
// body that will be sent. The request must not be changed afterwards. Fails when the request is beyond the bounds of this package.
func (s *Signer) Sign(r *http.Request, body []byte, now time.Time) error {
	if err := s.ready(); err != nil {
		return err
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	stamp := now.UTC().Format(stampForm)
	r.Header.Del(headerAuthorization)
	r.Header.Set(headerDate, stamp)
	r.Header.Del(headerToken)
	if !s.SessionToken.IsZero() {
		r.Header.Set(headerToken, s.SessionToken.Reveal())
	}
	hash := HashBody(body)
	if s.S3 || s.DeclareHash {
		r.Header.Set(headerPayload, hash)
	}
	list, signature, err := s.signature(r, r.URL.RequestURI(), stamp, hash)
	if err != nil {
		return err
	}
	sc := s.scope(stamp)
	r.Header.Set(headerAuthorization, scheme+" Credential="+string(sc.append([]byte(sc.accessKeyID+"/")))+
		", SignedHeaders="+list+", Signature="+signature)
	return nil
}

// Presign returns the URL that lets its bearer send this request for life, 1 second to 7 days in whole seconds, with the signed
// headers of r and no body. For S3 it lets the bearer send any body. The request is left as it is.
func (s *Signer) Presign(r *http.Request, life time.Duration, now time.Time) (string, error) {
	if err := s.ready(); err != nil {
		return "", err
	}
	seconds := int(life / time.Second)
	if seconds < 1 || seconds > MaxExpiry {
		return "", &sign.Problem{Kind: sign.BadExpires, Presigned: true, Field: queryExpires, Given: life.String(), Limit: MaxExpiry}
	}
	stamp := now.UTC().Format(stampForm)
	sc := s.scope(stamp)
	hash := emptySHA256
	target := *r.URL
	names := s.names(r)
	add := []param{
		{queryAlgorithm, scheme}, {queryCredential, string(sc.append([]byte(sc.accessKeyID + "/")))}, {queryDate, stamp},
		{queryExpires, strconv.Itoa(seconds)}, {querySigned, strings.Join(names, ";")},
	}
	if !s.SessionToken.IsZero() {
		add = append(add, param{queryToken, s.SessionToken.Reveal()})
	}
	if s.S3 {
		hash = UnsignedPayload
		add = append(add, param{queryPayload, hash})
	}
	for _, p := range add {
		if target.RawQuery != "" {
			target.RawQuery += "&"
		}
		target.RawQuery += p.name + "=" + encode(p.value, false)
	}
	_, signature, err := s.signature(r, target.RequestURI(), stamp, hash)
	if err != nil {
		return "", err
	}
	target.RawQuery += "&" + querySignature + "=" + signature
	target.Fragment, target.RawFragment = "", ""
	return target.String(), nil
}

func (s *Signer) scope(stamp string) scope {
	return scope{s.AccessKeyID, stamp[:8], s.Region, s.Service}
}

// names lists the headers that are signed, ascending.
func (s *Signer) names(r *http.Request) []string {
	names := []string{"host"}
	for name := range r.Header {
		lower := strings.ToLower(name)
		wanted := func(also string) bool { return strings.EqualFold(also, lower) }
		if lower == "content-type" || strings.HasPrefix(lower, "x-amz-") || slices.ContainsFunc(s.Also, wanted) {
			names = append(names, lower)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// signature computes the hex signature of the request for the target, in the usual canonical form.
func (s *Signer) signature(r *http.Request, target, stamp, hash string) (list, signature string, err error) {
	d := &Request{Method: r.Method, Target: target, Host: r.Host, Header: r.Header, ContentLength: -1}
	if d.Method == "" {
		d.Method = http.MethodGet
	}
	if d.Host == "" {
		d.Host = r.URL.Host
	}
	if err := d.check(); err != nil {
		return "", "", err
	}
	path, query := d.split()
	pairs, _, err := params(query)
	if err != nil {
		return "", "", err
	}
	names := s.names(r)
	list = strings.Join(names, ";")
	forms, _, err := paths(path, s.S3)
	if err != nil {
		return "", "", err
	}
	text, err := d.canonical([]byte(d.Method+"\n"+forms[0]), pairs, names, list, hash)
	if err != nil {
		return "", "", err
	}
	sc := s.scope(stamp)
	key := s.Keys.Key(s.Secret, sc.day, sc.region, sc.service)
	sum := key.sign(stringToSign(stamp, sc, sha256.Sum256(text)))
	return list, hex.EncodeToString(sum[:]), nil
}
