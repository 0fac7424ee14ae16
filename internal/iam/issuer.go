package iam

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// Issuer is an account as an issuer of identity tokens for the world outside: what the tokens are signed with, and by what name
// others know it. It outlives being switched off, so that an account that comes back is known by the same name.
type Issuer struct {
	Account  string      `json:"account"`
	ID       string      `json:"id"` // random, a UUID: the part of the issuer's URL that is its own
	Created  time.Time   `json:"created"`
	Disabled time.Time   `json:"disabled,omitzero"` // when it was switched off; zero while it issues
	Keys     []IssuerKey `json:"keys"`              // oldest first
}

// IssuerKey is one key pair of an issuer. Its private half is wrapped by the server's root key.
type IssuerKey struct {
	ID        string    `json:"id"`             // "kid": the thumbprint of the public key
	Algorithm string    `json:"alg"`            // "RS256" or "ES384"
	Public    []byte    `json:"public"`         // PKIX, DER
	Wrapped   []byte    `json:"wrapped"`        // PKCS 8, DER, wrapped
	Born      time.Time `json:"born"`           // published from here on
	From      time.Time `json:"from"`           // signs from here on, until another takes over
	Until     time.Time `json:"until,omitzero"` // not published any more from here on; zero while nothing follows it
}

// Algorithms are those that an issuer has a key for (STS API Reference, GetWebIdentityToken).
func Algorithms() []string { return []string{"RS256", "ES384"} }

// How the keys of an issuer follow one another: a new key is published IssuerLead before it signs, because relying parties
// remember key sets for a while, and stays published for IssuerOverlap after it ceased to sign: the longest life of a token, one
// hour, and as much as clocks may differ. After IssuerPeriod the next one is due.
const (
	IssuerLead    = 24 * time.Hour
	IssuerPeriod  = 90 * 24 * time.Hour
	IssuerOverlap = time.Hour + 15*time.Minute
)

// maxIssuerKeys bounds the keys on record: two algorithms, and per algorithm what retires, what signs and what is to come.
const maxIssuerKeys = 16

func (i *Issuer) rowKey() string { return "issuer/" + i.Account }
func (i *Issuer) also() []string { return []string{issuerID(i.ID)} }
func (i *Issuer) prepare()       {}

func issuerID(id string) string { return "issuer-id/" + id }

func (i *Issuer) check(c *checker) {
	c.ofAccount(i, i.Account)
	c.want(isUUID(i.ID), i, "bad id")
	c.want(len(i.Keys) <= maxIssuerKeys, i, "%d keys", len(i.Keys))
	ids := map[string]bool{}
	for _, k := range i.Keys {
		c.want(k.check() == nil && !ids[k.ID], i, "key %s is malformed or there twice", k.ID)
		ids[k.ID] = true
	}
	for _, alg := range Algorithms() {
		n := 0
		for _, k := range i.Keys {
			if k.Algorithm == alg && k.Until.IsZero() {
				n++
			}
		}
		c.want(n == 1, i, "%d keys for %s that nothing follows", n, alg)
	}
}

func (k *IssuerKey) check() error {
	switch {
	case !slices.Contains(Algorithms(), k.Algorithm):
		return fmt.Errorf("algorithm %q", k.Algorithm)
	case k.ID == "" || len(k.Public) == 0 || len(k.Public) > maxWrapped || len(k.Wrapped) == 0 || len(k.Wrapped) > maxWrapped:
		return fmt.Errorf("no id, or material of %d and %d bytes", len(k.Public), len(k.Wrapped))
	case k.Born.IsZero() || k.From.Before(k.Born):
		return fmt.Errorf("signs before it is born")
	case !k.Until.IsZero() && k.Until.Before(k.From):
		return fmt.Errorf("ends before it signs")
	}
	return nil
}

// Enabled says whether the account issues tokens.
func (i *Issuer) Enabled() bool { return i.Disabled.IsZero() }

// Published lists the keys that others may verify with at a time. After the issuer was switched off there are some until the last
// of its tokens has ended.
func (i *Issuer) Published(now time.Time) []IssuerKey {
	if !i.Enabled() && !now.Before(i.Disabled.Add(IssuerOverlap)) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(i.Keys), func(k IssuerKey) bool { return !k.Until.IsZero() && !now.Before(k.Until) })
}

// Signing is the key that signs with an algorithm at a time: the newest that has begun to.
func (i *Issuer) Signing(algorithm string, now time.Time) (IssuerKey, bool) {
	for n := len(i.Keys) - 1; n >= 0; n-- {
		if k := i.Keys[n]; k.Algorithm == algorithm && !k.From.After(now) && (k.Until.IsZero() || now.Before(k.Until)) {
			return k, true
		}
	}
	return IssuerKey{}, false
}

// Due is when new keys should be published, so that none signs for longer than IssuerPeriod.
func (i *Issuer) Due() time.Time {
	var from time.Time
	for _, k := range i.Keys {
		if k.From.After(from) {
			from = k.From
		}
	}
	return from.Add(IssuerPeriod - IssuerLead)
}

// Pending says whether keys are published that do not sign yet.
func (i *Issuer) Pending(now time.Time) bool {
	return slices.ContainsFunc(i.Keys, func(k IssuerKey) bool { return k.From.After(now) })
}

// Issuer gives the issuer of an account; NotFound when it never was one. It may be switched off.
func (s *tables) Issuer(account string) (*Issuer, error) {
	if i, ok := onShelf[*Issuer](s, "issuer/"+account); ok {
		return i, nil
	}
	return nil, fault.Missing(fault.Issuer, account)
}

// IssuerByID finds an issuer by the id in its URL.
func (s *tables) IssuerByID(id string) (*Issuer, bool) { return onShelf[*Issuer](s, issuerID(id)) }

// Issuers lists the issuers of all accounts, after one account and up to limit.
func (s *tables) Issuers(after string, limit int) (page []*Issuer, next string) {
	return shelfPage[*Issuer](s, "issuer/", after, limit, func(*Issuer) bool { return true })
}

// EnableIssuer makes an account an issuer, or one again. The fresh keys, one per algorithm, are for an account that has none. It
// fails with NotFound (account) or Exists (it is enabled).
func (t *Tx) EnableIssuer(account string, fresh []IssuerKey) (*Issuer, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	if old, err := t.Issuer(account); err == nil {
		if old.Enabled() {
			return nil, fault.Taken(fault.Issuer, account)
		}
		c := *old
		c.Disabled = time.Time{}
		return put(t, &c)
	}
	if err := wholeSet(fresh); err != nil {
		return nil, err
	}
	id, err := newUUID(t.random)
	if err != nil {
		return nil, err
	}
	i := &Issuer{Account: account, ID: id, Created: t.now}
	for _, k := range fresh {
		k.Born, k.From, k.Until = t.now, t.now, time.Time{}
		i.Keys = append(i.Keys, k)
	}
	return put(t, i)
}

// DisableIssuer ends the issuing of tokens. Those that are out stay good until they expire. It fails with NotFound: the account is
// no issuer, or not any more.
func (t *Tx) DisableIssuer(account string) error {
	i, err := t.Issuer(account)
	if err != nil {
		return err
	}
	if !i.Enabled() {
		return fault.Missing(fault.Issuer, account)
	}
	c := *i
	c.Disabled = t.now
	_, err = put(t, &c)
	return err
}

// RotateIssuer publishes fresh keys, one per algorithm, which sign in IssuerLead, and drops those that are past. Asked again before
// they sign, it is the same rotation and the keys given now are not used. It fails with NotFound.
func (t *Tx) RotateIssuer(account string, fresh []IssuerKey) (*Issuer, error) {
	old, err := t.Issuer(account)
	if err != nil || old.Pending(t.now) {
		return old, err
	}
	if err := wholeSet(fresh); err != nil {
		return nil, err
	}
	c := *old
	c.Keys = nil
	from := t.now.Add(IssuerLead)
	for _, k := range old.Keys {
		if k.Until.IsZero() {
			k.Until = from.Add(IssuerOverlap)
		}
		if k.Until.After(t.now) {
			c.Keys = append(c.Keys, k)
		}
	}
	for _, k := range fresh {
		k.Born, k.From, k.Until = t.now, from, time.Time{}
		c.Keys = append(c.Keys, k)
	}
	return put(t, &c)
}

// ReplaceIssuerKeys puts fresh keys in the place of all others at once, for when one may be known to somebody. Tokens that those
// signed are refused by whoever reads the new key set. It fails with NotFound.
func (t *Tx) ReplaceIssuerKeys(account string, fresh []IssuerKey) (*Issuer, error) {
	old, err := t.Issuer(account)
	if err != nil {
		return nil, err
	}
	if err := wholeSet(fresh); err != nil {
		return nil, err
	}
	c := *old
	c.Keys = nil
	for _, k := range fresh {
		k.Born, k.From, k.Until = t.now, t.now, time.Time{}
		c.Keys = append(c.Keys, k)
	}
	return put(t, &c)
}

// wholeSet demands one well-formed key for each algorithm.
func wholeSet(keys []IssuerKey) error {
	if len(keys) == 0 {
		// None were made because none were needed when it was looked; somebody else was faster.
		return &fault.Error{Kind: fault.Conflict, What: fault.Issuer}
	}
	var have []string
	for _, k := range keys {
		k.Born, k.From, k.Until = time.Unix(1, 0), time.Unix(1, 0), time.Time{}
		if err := k.check(); err != nil {
			return &fault.Error{Kind: fault.Internal, What: fault.Issuer, Name: k.ID, Err: err}
		}
		have = append(have, k.Algorithm)
	}
	want := Algorithms()
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return &fault.Error{Kind: fault.Internal, What: fault.Issuer, Err: fmt.Errorf("iam: keys for %q", have)}
	}
	return nil
}

// newUUID makes a random UUID (RFC 9562, version 4).
func newUUID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fault.Broken(fmt.Errorf("iam: no randomness: %w", err))
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
