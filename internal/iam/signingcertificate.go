package iam

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// SigningCertificate is an X.509 certificate by whose key a user, or an account's root, signs requests to services that want that.
type SigningCertificate struct {
	Account string    `json:"account"`
	User    string    `json:"user,omitzero"` // unique id; empty: the account's root
	ID      string    `json:"id"`            // 32 capitals and digits
	Body    string    `json:"body"`          // PEM
	Active  bool      `json:"active,omitzero"`
	Created time.Time `json:"created"`

	digest string // of the certificate, in hexadecimal
}

func (s *SigningCertificate) rowKey() string { return signingCertificatesOf(s.Account, s.User) + s.ID }
func (s *SigningCertificate) also() []string { return []string{signingBody(s.Account, s.digest)} }

func (s *SigningCertificate) prepare() {
	if list, ok := readCertificates(s.Body, 1); ok {
		sum := sha256.Sum256(list[0].Raw)
		s.digest = hex.EncodeToString(sum[:])
	}
}

func signingCertificatesOf(account, userID string) string {
	if userID == "" {
		userID = "root"
	}
	return "signingcertificate/" + account + "/" + userID + "/"
}

func signingBody(account, digest string) string {
	return "signingcertificate-of/" + account + "/" + digest
}

func (s *SigningCertificate) check(c *checker) {
	c.ofAccount(s, s.Account)
	if s.User != "" {
		c.ofUser(s, s.Account, s.User)
	}
	c.want(len(s.ID) == 32 && isUpperWord(s.ID), s, "bad id")
	c.want(s.digest != "", s, "no certificate")
	c.want(shelfCount(c.s, signingCertificatesOf(s.Account, s.User)) <= c.q.CertificatesPerUser, s, "too many certificates")
}

// SigningCertificates are those of a user by unique id, or with an empty id of the account's root; a quota keeps them few.
func (s *tables) SigningCertificates(account, userID string) []*SigningCertificate {
	return shelfAll[*SigningCertificate](s, signingCertificatesOf(account, userID))
}

// UploadSigningCertificate adds an active certificate to a user, or with an empty user to the account's root. It fails with NotFound,
// Malformed, Invalid (it has expired or its key is too short), Exists (somebody in the account has it already) or Limit.
func (t *Tx) UploadSigningCertificate(account, user, body string) (*SigningCertificate, error) {
	owner, err := t.keyOwner(account, user)
	if err != nil {
		return nil, err
	}
	if len(body) > maxUpload {
		return nil, fault.BadParameter("certificateBody", "")
	}
	list, ok := readCertificates(body, 1)
	if !ok {
		return nil, &fault.Error{Kind: fault.Malformed, What: fault.SigningCertificate, Name: body}
	}
	if t.now.After(list[0].NotAfter) || !strongEnough(list[0]) {
		return nil, fault.New(fault.Invalid, fault.SigningCertificate, "")
	}
	if n := len(t.SigningCertificates(account, owner)); n >= t.quotas.CertificatesPerUser {
		return nil, fault.Exceeded(fault.User, fault.SigningCertificate, user, t.quotas.CertificatesPerUser)
	}
	var raw [20]byte
	if _, err := io.ReadFull(t.random, raw[:]); err != nil {
		return nil, fault.Broken(fmt.Errorf("iam: no randomness: %w", err))
	}
	c := &SigningCertificate{Account: account, User: owner, ID: base32Text.EncodeToString(raw[:]), Body: strings.Clone(body), Active: true, Created: t.now}
	c.prepare()
	if t.shelfTaken(c) {
		return nil, fault.Taken(fault.SigningCertificate, user)
	}
	return put(t, c)
}

// UpdateSigningCertificate switches a certificate on or off. It fails with NotFound, also when it is somebody else's.
func (t *Tx) UpdateSigningCertificate(account, user, id string, active bool) error {
	c, err := t.signingCertificate(account, user, id)
	if err != nil || c.Active == active {
		return err
	}
	n := *c
	n.Active = active
	_, err = put(t, &n)
	return err
}

// DeleteSigningCertificate takes a certificate away. It fails with NotFound, also when it is somebody else's.
func (t *Tx) DeleteSigningCertificate(account, user, id string) error {
	c, err := t.signingCertificate(account, user, id)
	if err != nil {
		return err
	}
	t.drop(c)
	return nil
}

func (t *Tx) signingCertificate(account, user, id string) (*SigningCertificate, error) {
	owner, err := t.keyOwner(account, user)
	if err != nil {
		return nil, err
	}
	if c, ok := onShelf[*SigningCertificate](&t.tables, signingCertificatesOf(account, owner)+id); ok {
		return c, nil
	}
	return nil, fault.Missing(fault.SigningCertificate, id)
}
