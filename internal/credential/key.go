package credential

import (
	"encoding/base64"
	"fmt"
	"io"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/seal"
	"github.com/daypass/daypass/internal/secret"
)

// NewSecret makes the secret of a key: 40 characters from 240 random bits.
func NewSecret(random io.Reader) (secret.Text, error) {
	var b [30]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return secret.Text{}, fmt.Errorf("credential: randomness for a secret: %w", err)
	}
	return secret.New(base64.StdEncoding.EncodeToString(b[:])), nil
}

// Make adds a key to a user, or with an empty user to the account's root. Its id and secret are made up; the secret exists in the
// clear only in the answer. Fails as the verbs of iam do.
func Make(tx *iam.Tx, root *seal.Root, random io.Reader, account, user string) (*iam.AccessKey, secret.Text, error) {
	id, err := tx.NewAccessKeyID(account)
	if err != nil {
		return nil, secret.Text{}, err
	}
	key, err := NewSecret(random)
	if err != nil {
		return nil, secret.Text{}, err
	}
	k, err := Add(tx, root, account, user, id, key)
	return k, key, err
}

// Add is Make for an id and a secret that somebody brings along.
func Add(tx *iam.Tx, root *seal.Root, account, user, id string, key secret.Text) (*iam.AccessKey, error) {
	sealed, err := root.Wrap([]byte(key.Reveal()), []byte(id))
	if err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	return tx.CreateAccessKey(account, user, id, sealed)
}

// Open gives the secret of a key. It fails when the record was altered or another root wrapped it.
func Open(root *seal.Root, k *iam.AccessKey) (secret.Text, error) {
	plain, err := root.Unwrap(k.Sealed, []byte(k.ID))
	if err != nil {
		return secret.Text{}, fmt.Errorf("credential: key %s: %w", k.ID, err)
	}
	return secret.New(string(plain)), nil
}

// administrator is the managed policy of the first user of an account.
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

// NewAccount adds an account and a user who may do everything in it, still without a key. An empty id is chosen.
func NewAccount(tx *iam.Tx, id, name, admin string) (*iam.Account, error) {
	a, err := tx.CreateAccount(id, name)
	if err != nil {
		return nil, err
	}
	if _, err := tx.CreateUser(a.ID, iam.UserSpec{Path: "/", Name: admin}); err != nil {
		return nil, err
	}
	_, err = tx.AttachUserPolicy(a.ID, admin, administrator)
	return a, err
}
