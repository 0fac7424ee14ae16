package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/sign"
)

// Proof is what is needed to verify a parsed signature. It holds no secret and none of the request.
type Proof struct {
	date      time.Time
	presigned bool
	life      time.Duration
	skew      time.Duration
	scope     scope
	given     sign.Signature
	sent      string
	texts     [4][]byte // strings to sign, one per form of path and query; the usual one first
	n         int
	keys      *KeyCache
}

// prove builds the strings to sign.
func (r Rules) prove(d *Request, list []param, recoded bool, signed []string, p *parts, sc scope, date time.Time, payload string) (*Proof, error) {
	path, query := d.split()
	forms, n, err := paths(path, r.S3)
	if err != nil {
		return nil, err
	}
	proof := &Proof{date: date, presigned: p.presigned, skew: r.Skew, scope: sc, sent: p.signature, keys: r.Keys}
	if proof.skew == 0 {
		proof.skew = sign.DefaultSkew
	}
	if isHash(p.signature) {
		// What is not hex of the right length stays empty, and an empty signature equals none.
		raw, _ := hex.DecodeString(p.signature)
		proof.given = sign.SignatureOf(raw)
	}
	stamp := date.Format(stampForm)
	lists := [][]param{list}
	if recoded {
		lists = append(lists, verbatim(query))
	}
	for _, list := range lists {
		buf := append(append(append(make([]byte, 0, 1024+len(d.Target)), d.Method...), '\n'), forms[0]...)
		start := len(buf)
		if buf, err = d.canonical(buf, list, signed, p.signedList, payload); err != nil {
			return nil, err
		}
		for i := range n {
			whole := buf
			if i > 0 {
				whole = slices.Concat([]byte(d.Method), []byte{'\n'}, []byte(forms[i]), buf[start:])
			}
			proof.texts[proof.n] = stringToSign(stamp, sc, sha256.Sum256(whole))
			proof.n++
		}
	}
	return proof, nil
}

func stringToSign(stamp string, sc scope, hash [sha256.Size]byte) []byte {
	out := make([]byte, 0, 192)
	out = append(append(out, scheme...), '\n')
	out = append(append(out, stamp...), '\n')
	out = append(sc.append(out), '\n')
	return hex.AppendEncode(out, hash[:])
}

// append appends the scope without the key id.
func (s scope) append(out []byte) []byte {
	out = append(append(out, s.day...), '/')
	out = append(append(out, s.region...), '/')
	out = append(append(out, s.service...), '/')
	return append(out, terminator...)
}

// Verify checks the time and then the signature; see [sign.Proof].
func (p *Proof) Verify(secret sign.Secret, now time.Time) error {
	if err := p.checkTime(now); err != nil {
		return err
	}
	return p.match(p.keys.Key(secret, p.scope.day, p.scope.region, p.scope.service))
}

// VerifyKey is Verify for a caller that holds a signing key and not the secret. The key must be of the claim's day, region and
// service; of another scope it does not match.
func (p *Proof) VerifyKey(key Key, now time.Time) error {
	if err := p.checkTime(now); err != nil {
		return err
	}
	return p.match(key)
}

func (p *Proof) checkTime(now time.Time) error {
	if p.presigned {
		return sign.CheckLife(p.date, now, p.life, p.skew)
	}
	return sign.CheckSkew(p.date, now, p.skew)
}

func (p *Proof) match(key Key) error {
	if !key.IsZero() {
		for _, text := range p.texts[:p.n] {
			sum := key.sign(text)
			if p.given.Equal(sign.SignatureOf(sum[:])) {
				return nil
			}
		}
	}
	return &sign.Problem{Kind: sign.Mismatch, Presigned: p.presigned}
}

// Day is the UTC day of the scope, YYYYMMDD: with the claim's region and service it names the signing key.
func (p *Proof) Day() string { return p.scope.day }

// Sent is the signature as sent, hex. The first chunk of a streamed body is chained to it; nothing else may use it.
func (p *Proof) Sent() string { return p.sent }
