package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/daypass/daypass/internal/secret"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/xaesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const (
	// RootSize is the length of a root key in bytes.
	RootSize = 32
	// MaxPlain is the longest plaintext in bytes.
	MaxPlain = 256 << 10

	rootVersion = 1
	markSize    = 8
	saltSize    = 12 // XAES-256-GCM: 96 bits of salt, 96 of nonce
	overhead    = saltSize + 12 + 16
	maxSealed   = MaxPlain + overhead + 64
	// minDistinct is how many different bytes a root key must have. A random one has fewer once in 10^13; a typed or a default
	// one often does.
	minDistinct = 16
)

// Errors of a root.
var (
	// ErrRootKey: the text is not a root key as [GenerateRoot] makes them.
	ErrRootKey = errors.New("seal: a root key is 32 random bytes in standard base64")
	// ErrOtherRoot: the value was wrapped by another root.
	ErrOtherRoot = errors.New("seal: wrapped by another root key")
	// ErrTooLarge: the plaintext is longer than MaxPlain.
	ErrTooLarge = errors.New("seal: plaintext is too large")
)

// Root wraps key material at rest. It is immutable and safe for concurrent use.
type Root struct {
	aead cipher.AEAD
	mark [markSize]byte
}

// GenerateRoot makes a new root key as text for a file or an environment variable.
func GenerateRoot(random io.Reader) (secret.Text, error) {
	key := make([]byte, RootSize)
	if _, err := io.ReadFull(random, key); err != nil {
		return secret.Text{}, fmt.Errorf("seal: randomness for a root key: %w", err)
	}
	return secret.New(EncodeText(key)), nil
}

// NewRoot reads a root key as [GenerateRoot] wrote it; blanks and line ends around it are ignored. Fails with [ErrRootKey], also
// when the key is plainly not random.
func NewRoot(text secret.Text) (*Root, error) {
	key, err := DecodeText(strings.TrimSpace(text.Reveal()))
	if err != nil || len(key) != RootSize {
		return nil, ErrRootKey
	}
	var seen [256]bool
	distinct := 0
	for _, b := range key {
		if !seen[b] {
			seen[b], distinct = true, distinct+1
		}
	}
	if distinct < minDistinct {
		return nil, ErrRootKey
	}
	r := &Root{}
	block, err := aes.NewCipher(expand(key, "root wrap"))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if r.aead, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	copy(r.mark[:], expand(key, "root mark"))
	return r, nil
}

// expand derives an independent 32-byte key for one use (RFC 5869, section 2.3; the input is uniformly random already).
func expand(key []byte, use string) []byte {
	out, err := hkdf.Expand(sha256.New, key, "daypass seal v1 "+use, 32)
	if err != nil {
		panic("seal: " + err.Error()) // only a length above 255 hashes fails
	}
	return out
}

// newAEAD makes the XAES-256-GCM of a key.
func newAEAD(key []byte) (tink.AEAD, error) {
	params, err := xaesgcm.NewParameters(xaesgcm.VariantNoPrefix, saltSize)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	k, err := xaesgcm.NewKey(secretdata.NewBytesFromData(key, insecuresecretdataaccess.Token{}), 0, params)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	manager := keyset.NewManager()
	id, err := manager.AddKey(k)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return aead.New(handle)
}

// Wrap seals plaintext and binds it to associated, which is not stored and must be given again to unwrap. Use the identity of
// the record that will hold the result, so that no record's secret can be moved into another's place.
func (r *Root) Wrap(plaintext, associated []byte) ([]byte, error) {
	if len(plaintext) > MaxPlain {
		return nil, ErrTooLarge
	}
	head := append([]byte{rootVersion}, r.mark[:]...)
	return r.aead.Seal(head, nil, plaintext, bind(head, associated)), nil
}

// Unwrap undoes Wrap. It fails with [ErrOtherRoot] when another root wrapped the value and with [ErrOpen] when the value or its
// associated data is not what was wrapped.
func (r *Root) Unwrap(wrapped, associated []byte) ([]byte, error) {
	if len(wrapped) < 1+markSize+r.aead.Overhead() || len(wrapped) > maxSealed || wrapped[0] != rootVersion {
		return nil, ErrOpen
	}
	head, body := wrapped[:1+markSize], wrapped[1+markSize:]
	if !bytes.Equal(head[1:], r.mark[:]) {
		return nil, ErrOtherRoot
	}
	plaintext, err := r.aead.Open(nil, nil, body, bind(head, associated))
	if err != nil {
		return nil, ErrOpen
	}
	return plaintext, nil
}

// bind puts the clear head of a sealed value in front of the associated data. Heads of one kind have one length, so no two pairs
// give the same bytes.
func bind(head, associated []byte) []byte {
	out := make([]byte, 0, len(head)+len(associated))
	return append(append(out, head...), associated...)
}

// EncodeText writes bytes in standard base64 with padding.
func EncodeText(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// DecodeText reads what [EncodeText] wrote and nothing else: no white space, no other alphabet, no missing padding, no stray bits in
// the last character. One value has one text. Fails with [ErrOpen].
func DecodeText(text string) ([]byte, error) {
	if len(text) > base64.StdEncoding.EncodedLen(maxSealed) {
		return nil, ErrOpen
	}
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || base64.StdEncoding.EncodedLen(len(data)) != len(text) {
		// The length catches line ends, which the decoder skips silently.
		return nil, ErrOpen
	}
	return data, nil
}
