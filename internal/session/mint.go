package session

import (
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// Mint makes tokens and reads them. It stores no key: the ring is in the state, wrapped by the root, and what is unwrapped is
// kept for as long as the state's ring stays the same.
type Mint struct {
	root   *seal.Root
	random io.Reader
	ring   atomic.Pointer[unwrapped]
}

// unwrapped is a ring with the records it was made from. See docs/caches.md.
type unwrapped struct {
	revision uint64
	keys     []*iam.SealKey
	ring     *seal.Ring
}

// Credentials are what a client is handed, once.
type Credentials struct {
	KeyID   string
	Secret  secret.Text
	Token   secret.Text
	Expires time.Time
}

// NewMint makes a mint. random must be cryptographic and safe for concurrent use.
func NewMint(root *seal.Root, random io.Reader) *Mint { return &Mint{root: root, random: random} }

const (
	tokenUse  = "session token "
	secretUse = "session secret"
)

// Issue seals s into credentials with the key that is primary at s.Issued. It fills in s.KeyID. No row is written.
func (m *Mint) Issue(v *iam.View, s *Session) (Credentials, error) {
	ring, err := m.unwrap(v)
	if err != nil {
		return Credentials{}, err
	}
	keyID, err := iam.NewKeyID(iam.PrefixTemporaryKey, s.Account, m.random)
	if err != nil {
		return Credentials{}, err
	}
	sealed, err := ring.Seal(encode(s), []byte(tokenUse+keyID), s.Issued)
	if err != nil {
		return Credentials{}, fmt.Errorf("session: %w", err)
	}
	key, err := secretOf(ring, sealed, s.Issued)
	if err != nil {
		return Credentials{}, err
	}
	s.KeyID = keyID
	return Credentials{KeyID: keyID, Secret: key, Token: secret.New(seal.EncodeText(sealed)), Expires: s.Expires}, nil
}

// Open reads a token that came with an access key id, and gives the session and its secret. Whatever is wrong with the pair (the
// token was cut, extended, altered, re-encoded, belongs to another key id, was sealed by a retired key or by nobody here) is one
// error that does not say what. Expiry and revocation are not looked at: see [Session.Expired] and [Session.Alive].
func (m *Mint) Open(v *iam.View, keyID string, token secret.Text, now time.Time) (*Session, secret.Text, error) {
	ring, err := m.unwrap(v)
	if err != nil {
		return nil, secret.Text{}, err
	}
	sealed, err := seal.DecodeText(token.Reveal())
	if err != nil {
		return nil, secret.Text{}, seal.ErrOpen
	}
	claims, err := ring.Open(sealed, []byte(tokenUse+keyID), now)
	if err != nil {
		return nil, secret.Text{}, err
	}
	s, err := decode(keyID, claims)
	if err != nil {
		return nil, secret.Text{}, err
	}
	key, err := secretOf(ring, sealed, now)
	return s, key, err
}

// secretOf derives the secret access key of a token: 40 characters, as everywhere.
func secretOf(ring *seal.Ring, sealed []byte, now time.Time) (secret.Text, error) {
	id, ok := seal.KeyOf(sealed)
	if !ok {
		return secret.Text{}, seal.ErrOpen
	}
	raw, err := ring.Derive(id, secretUse, sealed, now)
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(base64.StdEncoding.EncodeToString(raw[:30])), nil
}

func (m *Mint) unwrap(v *iam.View) (*seal.Ring, error) {
	have := m.ring.Load()
	if have != nil && have.revision == v.Revision() {
		return have.ring, nil
	}
	keys := v.SealKeys()
	if have != nil && slices.Equal(have.keys, keys) {
		m.ring.Store(&unwrapped{v.Revision(), have.keys, have.ring})
		return have.ring, nil
	}
	ring, err := seal.NewRing(m.root, Records(keys))
	if err != nil {
		return nil, fmt.Errorf("session: the key ring: %w", err)
	}
	m.ring.Store(&unwrapped{v.Revision(), keys, ring})
	return ring, nil
}

// Records are the keys of the state as the ring takes them.
func Records(keys []*iam.SealKey) []seal.Key {
	list := make([]seal.Key, len(keys))
	for i, k := range keys {
		list[i] = seal.Key{ID: k.ID, Version: k.Version, Born: k.Born, PrimaryFrom: k.PrimaryFrom, Retired: k.Retired, Wrapped: k.Wrapped}
	}
	return list
}

// Primary is the id of the ring key that seals at now.
func (m *Mint) Primary(v *iam.View, now time.Time) (uint32, error) {
	ring, err := m.unwrap(v)
	if err != nil {
		return 0, err
	}
	return ring.Primary(now)
}
