package session

import (
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
)

const (
	// MaxMessage is the most characters of a sealed message: what DecodeAuthorizationMessage takes (STS API Reference).
	MaxMessage = 10240
	// MessageRoom is the most bytes that fit into one: four characters for three bytes, less what sealing adds.
	MessageRoom = MaxMessage/4*3 - 64

	// messageUse keeps messages and session tokens apart: neither opens as the other, whatever account or key id is claimed.
	messageUse = "authorization failure message "
)

// SealMessage seals what only those of an account may be told, by way of somebody who must not read it. No row is written, and there is
// no end to it but that of the ring's key. Nothing is compressed: who asks chooses some of the text, and a length that depends on how
// like it is to the rest would tell the rest.
func (m *Mint) SealMessage(v *iam.View, account string, plain []byte, now time.Time) (string, error) {
	if len(plain) > MessageRoom {
		return "", seal.ErrTooLarge
	}
	ring, err := m.unwrap(v)
	if err != nil {
		return "", err
	}
	sealed, err := ring.Seal(plain, []byte(messageUse+account), now)
	if err != nil {
		return "", err
	}
	return seal.EncodeText(sealed), nil
}

// OpenMessage undoes SealMessage for the same account. Whatever is wrong with the text is one error, [seal.ErrOpen]; another means that
// the ring is not to be had.
func (m *Mint) OpenMessage(v *iam.View, account, text string, now time.Time) ([]byte, error) {
	if len(text) > MaxMessage {
		return nil, seal.ErrOpen
	}
	sealed, err := seal.DecodeText(text)
	if err != nil {
		return nil, seal.ErrOpen
	}
	ring, err := m.unwrap(v)
	if err != nil {
		return nil, err
	}
	return ring.Open(sealed, []byte(messageUse+account), now)
}
