package session

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/daypass/daypass/internal/iam"
)

// The claims are a short binary record rather than JSON: a token travels in a header with every request, and opening
// one is on the path of every request.
//
//	format byte | kind byte | issued uvarint | lifetime uvarint | flags byte | [age of the second factor uvarint] | fields…
//
// A text is its length as uvarint and its bytes; a list is its length and its members. A new layout gets a new format
// byte; an unknown one is refused.
const (
	claimsFormat = 2
	flagChained  = 1
	flagMFA      = 2 // followed by when: seconds before the issue
)

// Allotment is how many bytes the policies and tags of one session may take up in its token. It is chosen so that the
// whole token, sealed and in base64, stays below 8 KiB: the longest single header line common proxies accept.
const Allotment = 5120

var errClaims = errors.New("session: claims are malformed")

// encode writes s. The access key id is not in it: it is the associated data of the seal.
func encode(s *Session) []byte {
	b := make([]byte, 0, 256+len(s.Policy))
	b = append(b, claimsFormat, byte(s.Kind))
	b = binary.AppendUvarint(b, uint64(s.Issued.Unix()))
	b = binary.AppendUvarint(b, uint64(s.Expires.Unix()-s.Issued.Unix()))
	var flags byte
	if s.Chained {
		flags |= flagChained
	}
	if !s.MFA.IsZero() {
		flags |= flagMFA
	}
	b = append(b, flags)
	if !s.MFA.IsZero() {
		b = binary.AppendUvarint(b, uint64(max(0, s.Issued.Unix()-s.MFA.Unix())))
	}
	for _, text := range []string{s.Account, s.RoleID, s.Name, s.SourceIdentity, s.Policy,
		s.Parent, s.Origin.Account, s.Origin.UserID, s.Origin.KeyID, s.Origin.Provider} {
		b = appendText(b, text)
	}
	b = appendList(b, s.PolicyARNs)
	b = appendList(b, s.Transitive)
	b = binary.AppendUvarint(b, uint64(len(s.Via)))
	for _, l := range s.Via {
		b = binary.AppendUvarint(appendText(b, l.RoleID), uint64(l.Issued.Unix()))
	}
	b = binary.AppendUvarint(b, uint64(len(s.Tags)))
	for _, t := range s.Tags {
		b = appendText(appendText(b, t.Key), t.Value)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Facts)))
	for _, f := range s.Facts {
		multi := byte(0)
		if f.Multi {
			multi = 1
		}
		b = appendList(append(appendText(b, f.Name), multi), f.Values)
	}
	return b
}

// decode reads what encode wrote. The bytes come out of an authenticated seal, but a key ring is shared by versions of
// the server, so nothing is taken for granted.
func decode(keyID string, b []byte) (*Session, error) {
	r := &reader{rest: b}
	if r.byte() != claimsFormat {
		return nil, errClaims
	}
	kind, issued, lifetime, flags := Kind(r.byte()), r.number(), r.number(), r.byte()
	if kind >= kinds || issued > 1<<40 || lifetime > 1<<32 || flags&^(flagChained|flagMFA) != 0 {
		return nil, errClaims
	}
	s := &Session{Kind: kind, KeyID: keyID, Chained: flags&flagChained != 0}
	s.Issued = time.Unix(int64(issued), 0).UTC()
	s.Expires = s.Issued.Add(time.Duration(lifetime) * time.Second)
	if flags&flagMFA != 0 {
		age := r.number()
		if age > issued {
			return nil, errClaims
		}
		s.MFA = time.Unix(int64(issued-age), 0).UTC()
	}
	for _, text := range []*string{&s.Account, &s.RoleID, &s.Name, &s.SourceIdentity, &s.Policy,
		&s.Parent, &s.Origin.Account, &s.Origin.UserID, &s.Origin.KeyID, &s.Origin.Provider} {
		*text = r.text()
	}
	s.PolicyARNs, s.Transitive = r.list(), r.list()
	for range r.count() {
		l := Link{RoleID: r.text()}
		issued := r.number()
		if issued > 1<<40 {
			return nil, errClaims
		}
		l.Issued = time.Unix(int64(issued), 0).UTC()
		s.Via = append(s.Via, l)
	}
	for range r.count() {
		s.Tags = append(s.Tags, iam.Tag{Key: r.text(), Value: r.text()})
	}
	for range r.count() {
		f := Fact{Name: r.text()}
		multi := r.byte()
		if f.Multi = multi == 1; multi > 1 {
			return nil, errClaims
		}
		f.Values = r.list()
		s.Facts = append(s.Facts, f)
	}
	if r.broken || len(r.rest) > 0 {
		return nil, errClaims
	}
	return s, nil
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendList(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendText(b, s)
	}
	return b
}

// reader takes fields off the front; the first fault makes every later field empty and is reported once at the end.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.broken = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) number() uint64 {
	n, used := binary.Uvarint(r.rest)
	if used <= 0 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[used:]
	return n
}

// count reads a list's length; a list can not have more members than bytes are left.
func (r *reader) count() uint64 {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.broken, r.rest = true, nil
		return 0
	}
	return n
}

func (r *reader) text() string {
	n := r.count()
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

func (r *reader) list() []string {
	var list []string
	for range r.count() {
		list = append(list, r.text())
	}
	return list
}

// Packed returns how many bytes of its [Allotment] the policies, tags and facts of s take up.
func (s *Session) Packed() int {
	n := len(s.Policy)
	for _, arn := range s.PolicyARNs {
		n += len(arn)
	}
	for _, t := range s.Tags {
		n += len(t.Key) + len(t.Value)
	}
	for _, key := range s.Transitive { // they stand in the token once more
		n += len(key)
	}
	for _, f := range s.Facts {
		n += len(f.Name)
		for _, value := range f.Values {
			n += len(value)
		}
	}
	return n
}
