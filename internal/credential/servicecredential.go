package credential

import (
	"encoding/base64"
	"fmt"
	"io"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// keyMark begins the keys of services that take one text, so that scanners know a leaked one.
const keyMark = "ABSK"

// NewServiceCredential gives a user a credential for one service. Its secret exists in the clear only in the answer. Fails as the verbs
// of iam do.
func NewServiceCredential(tx *iam.Tx, root *seal.Root, random io.Reader, account, user, service string, days int) (*iam.ServiceCredential, secret.Text, error) {
	c, err := tx.NewServiceCredential(account, user, service, days)
	if err != nil {
		return nil, secret.Text{}, err
	}
	return withSecret(tx, root, random, c)
}

// ResetServiceCredential gives a credential another secret; the old one is worth nothing from then on.
func ResetServiceCredential(tx *iam.Tx, root *seal.Root, random io.Reader, account, user, id string) (*iam.ServiceCredential, secret.Text, error) {
	c, err := tx.ServiceCredential(account, user, id)
	if err != nil {
		return nil, secret.Text{}, err
	}
	return withSecret(tx, root, random, c)
}

// OpenServiceCredential gives the secret of a credential. It fails when the record was altered or another root wrapped it.
func OpenServiceCredential(root *seal.Root, c *iam.ServiceCredential) (secret.Text, error) {
	plain, err := root.Unwrap(c.Sealed, []byte(c.ID))
	if err != nil {
		return secret.Text{}, fmt.Errorf("credential: %s: %w", c.ID, err)
	}
	return secret.New(string(plain)), nil
}

func withSecret(tx *iam.Tx, root *seal.Root, random io.Reader, c *iam.ServiceCredential) (*iam.ServiceCredential, secret.Text, error) {
	var raw [32]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return nil, secret.Text{}, fmt.Errorf("credential: randomness for a password: %w", err)
	}
	text := base64.StdEncoding.EncodeToString(raw[:])
	if service, _ := iam.ServiceOf(c.Service); service.Key {
		text = keyMark + base64.StdEncoding.EncodeToString([]byte(c.Login+":"+text))
	}
	sealed, err := root.Wrap([]byte(text), []byte(c.ID))
	if err != nil {
		return nil, secret.Text{}, fmt.Errorf("credential: %w", err)
	}
	c, err = tx.AddServiceCredential(c, sealed)
	return c, secret.New(text), err
}
