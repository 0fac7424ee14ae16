package iam

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/daypass/daypass/internal/fault"
)

// SSHKey is a public key of a user.
type SSHKey struct {
	Account string    `json:"account"`
	User    string    `json:"user"` // unique id
	ID      string    `json:"id"`   // APKA…
	Key     []byte    `json:"key"`  // in SSH's wire form (RFC 4253, section 6.6)
	Active  bool      `json:"active,omitzero"`
	Created time.Time `json:"created"`
}

// Bounds of an RSA key in bits; the lower one is AWS's (IAM API Reference, UploadSSHPublicKey).
const (
	minRSA = 2048
	maxRSA = 16384
)

// maxUpload bounds what is uploaded as a key or a certificate, in bytes (IAM API model).
const maxUpload = 16384

func (k *SSHKey) rowKey() string { return sshKeysOf(k.Account, k.User) + k.ID }
func (k *SSHKey) also() []string { return nil }
func (k *SSHKey) prepare()       {}

func sshKeysOf(account, userID string) string { return "sshkey/" + account + "/" + userID + "/" }

func (k *SSHKey) check(c *checker) {
	c.ofUser(k, k.Account, k.User)
	account, ok := AccountOfKey(k.ID)
	c.want(ok && account == k.Account && strings.HasPrefix(k.ID, PrefixPublicKey), k, "bad id")
	_, err := rsaOf(k.Key)
	c.want(err == nil, k, "no RSA key")
	c.want(shelfCount(c.s, sshKeysOf(k.Account, k.User)) <= c.q.SSHKeysPerUser, k, "too many keys")
}

// Fingerprint is the MD5 digest of the key, the form in which people compare keys.
func (k *SSHKey) Fingerprint() string {
	key, err := ssh.ParsePublicKey(k.Key)
	if err != nil {
		return ""
	}
	return ssh.FingerprintLegacyMD5(key)
}

// SSH is the key as a line of an authorized_keys file, without a comment.
func (k *SSHKey) SSH() string {
	key, err := ssh.ParsePublicKey(k.Key)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(ssh.MarshalAuthorizedKey(key)), "\n")
}

// PEM is the key as a PEM block of a SubjectPublicKeyInfo.
func (k *SSHKey) PEM() string {
	key, err := rsaOf(k.Key)
	if err != nil {
		return ""
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), "\n")
}

// SSHKeys are the keys of a user in the order of their ids; a quota keeps them few.
func (s *tables) SSHKeys(u *User) []*SSHKey { return shelfAll[*SSHKey](s, sshKeysOf(u.Account, u.ID)) }

// SSHKey finds a key of a user. It fails with NotFound: the user, or the key, also when it is somebody else's.
func (s *tables) SSHKey(account, user, id string) (*SSHKey, error) {
	u, err := s.User(account, user)
	if err != nil {
		return nil, err
	}
	if k, ok := onShelf[*SSHKey](s, sshKeysOf(account, u.ID)+id); ok {
		return k, nil
	}
	return nil, fault.Missing(fault.SSHKey, id)
}

// UploadSSHKey adds an active key to a user. It fails with NotFound, Invalid (What SSHKey: no usable key; What Encoding: neither SSH's nor
// PEM), Exists (the user has it already) or Limit.
func (t *Tx) UploadSSHKey(account, user, body string) (*SSHKey, error) {
	u, err := t.User(account, user)
	if err != nil {
		return nil, err
	}
	key, err := readSSHKey(body)
	if err != nil {
		return nil, err
	}
	have := t.SSHKeys(u)
	if slices.ContainsFunc(have, func(k *SSHKey) bool { return bytes.Equal(k.Key, key) }) {
		return nil, fault.Taken(fault.SSHKey, user)
	}
	if len(have) >= t.quotas.SSHKeysPerUser {
		return nil, fault.Exceeded(fault.User, fault.SSHKey, user, t.quotas.SSHKeysPerUser)
	}
	id, err := NewKeyID(PrefixPublicKey, account, t.random)
	if err != nil {
		return nil, err
	}
	k := &SSHKey{Account: account, User: u.ID, ID: id, Key: key, Active: true, Created: t.now}
	if t.shelfTaken(k) {
		return nil, fault.New(fault.Conflict, fault.SSHKey, "")
	}
	return put(t, k)
}

// UpdateSSHKey switches a key on or off. It fails with NotFound.
func (t *Tx) UpdateSSHKey(account, user, id string, active bool) error {
	k, err := t.SSHKey(account, user, id)
	if err != nil || k.Active == active {
		return err
	}
	c := *k
	c.Active = active
	_, err = put(t, &c)
	return err
}

// DeleteSSHKey takes a key away from its user. It fails with NotFound.
func (t *Tx) DeleteSSHKey(account, user, id string) error {
	k, err := t.SSHKey(account, user, id)
	if err != nil {
		return err
	}
	t.drop(k)
	return nil
}

// readSSHKey reads an RSA key from a line of an authorized_keys file or a PEM block, and gives it in SSH's wire form.
func readSSHKey(body string) ([]byte, error) {
	body = strings.TrimSpace(body)
	invalid := fault.New(fault.Invalid, fault.SSHKey, "")
	switch {
	case len(body) > maxUpload:
		return nil, invalid
	case strings.HasPrefix(body, "-----BEGIN "):
		block, rest := pem.Decode([]byte(body))
		if block == nil || len(bytes.TrimSpace(rest)) > 0 {
			return nil, invalid
		}
		var key any
		var err error
		switch block.Type {
		case "PUBLIC KEY":
			key, err = x509.ParsePKIXPublicKey(block.Bytes)
		case "RSA PUBLIC KEY":
			key, err = x509.ParsePKCS1PublicKey(block.Bytes)
		}
		public, ok := key.(*rsa.PublicKey)
		if err != nil || !ok {
			return nil, invalid
		}
		made, err := ssh.NewPublicKey(public)
		if err != nil {
			return nil, invalid
		}
		return checkRSA(made.Marshal())
	case strings.HasPrefix(body, "ssh-") && !strings.ContainsAny(body, "\r\n"):
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(body))
		if err != nil {
			return nil, invalid
		}
		return checkRSA(key.Marshal())
	}
	return nil, fault.New(fault.Invalid, fault.Encoding, "")
}

func checkRSA(wire []byte) ([]byte, error) {
	if _, err := rsaOf(wire); err != nil {
		return nil, err
	}
	return wire, nil
}

// rsaOf is the RSA key of SSH's wire form.
func rsaOf(wire []byte) (*rsa.PublicKey, error) {
	invalid := fault.New(fault.Invalid, fault.SSHKey, "")
	key, err := ssh.ParsePublicKey(wire)
	if err != nil || key.Type() != ssh.KeyAlgoRSA {
		return nil, invalid
	}
	crypto, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return nil, invalid
	}
	public, ok := crypto.CryptoPublicKey().(*rsa.PublicKey)
	if !ok || public.N.BitLen() < minRSA || public.N.BitLen() > maxRSA {
		return nil, invalid
	}
	return public, nil
}
