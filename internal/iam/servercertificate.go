package iam

import (
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// ServerCertificate is a certificate of a server with its private key.
type ServerCertificate struct {
	Account    string    `json:"account"`
	ID         string    `json:"id"` // ASCA…, never used again
	Path       string    `json:"path"`
	Name       string    `json:"name"`
	Created    time.Time `json:"created"`
	Expiration time.Time `json:"expiration"`
	Body       string    `json:"body"`            // PEM
	Chain      string    `json:"chain,omitempty"` // PEM; empty: none
	// Sealed is the private key, sealed by the caller with the certificate's id as associated data before it came here. Nothing
	// gives it out.
	Sealed []byte `json:"sealed"`
	Tags   []Tag  `json:"tags,omitempty"`
}

// maxSealedKey bounds a sealed private key in bytes.
const maxSealedKey = maxUpload + 256

// ARN is the certificate's resource name.
func (s *ServerCertificate) ARN() string { return arn.ServerCertificate(s.Account, s.Path, s.Name) }

func (s *ServerCertificate) rowKey() string { return serverCertificatesIn(s.Account) + fold(s.Name) }
func (s *ServerCertificate) also() []string { return nil }
func (s *ServerCertificate) prepare()       { s.Tags = tidy(s.Tags) }

func serverCertificatesIn(account string) string { return "servercertificate/" + account + "/" }

func (s *ServerCertificate) check(c *checker) {
	c.ofAccount(s, s.Account)
	c.want(len(s.ID) == 21 && strings.HasPrefix(s.ID, PrefixCertificate) && isUpperWord(s.ID), s, "bad id")
	path, err := checkEntity("", s.Path, s.Name, 128)
	c.want(err == nil && path == s.Path, s, "bad path or name")
	c.want(CheckTags(s.Tags) == nil && len(s.Tags) <= c.q.Tags, s, "bad tags")
	c.want(len(s.Sealed) > 0 && len(s.Sealed) <= maxSealedKey, s, "no private key")
	leaf, err := CheckServerCertificate(s.Body, s.Chain)
	c.want(err == nil && leaf.NotAfter.Equal(s.Expiration), s, "its certificates do not hold")
}

// ServerCertificate finds a server certificate by name, without regard to case; NotFound otherwise.
func (s *tables) ServerCertificate(account, name string) (*ServerCertificate, error) {
	if c, ok := onShelf[*ServerCertificate](s, serverCertificatesIn(account)+fold(name)); ok {
		return c, nil
	}
	return nil, fault.Missing(fault.ServerCertificate, name)
}

// ServerCertificates lists an account's server certificates whose path begins with pathPrefix.
func (s *tables) ServerCertificates(account, pathPrefix, after string, limit int) (page []*ServerCertificate, next string) {
	return shelfPage(s, serverCertificatesIn(account), after, limit, func(c *ServerCertificate) bool { return strings.HasPrefix(c.Path, pathPrefix) })
}

// CheckServerCertificate reads a certificate and its chain, which may be empty, and holds each against the one that is to have signed it. It
// fails with Malformed: What ServerCertificate, or CertificateChain with the index of the first that does not hold in Detail.
func CheckServerCertificate(body, chain string) (*x509.Certificate, error) {
	list, ok := readCertificates(body, 1)
	if !ok || len(body) > maxUpload || !strongEnough(list[0]) {
		return nil, &fault.Error{Kind: fault.Malformed, What: fault.ServerCertificate}
	}
	if strings.TrimSpace(chain) == "" {
		return list[0], nil
	}
	above, ok := readCertificates(chain, maxChain)
	if !ok {
		return nil, &fault.Error{Kind: fault.Malformed, What: fault.CertificateChain, Detail: "0"}
	}
	child := list[0]
	for i, parent := range above {
		if err := child.CheckSignatureFrom(parent); err != nil {
			return nil, &fault.Error{Kind: fault.Malformed, What: fault.CertificateChain, Detail: fmt.Sprint(i - 1)}
		}
		child = parent
	}
	return list[0], nil
}

// ServerCertificateSpec is what a new server certificate is made from.
type ServerCertificateSpec struct {
	ID          string // from [Tx.NewServerCertificateID]
	Path        string // empty for "/"
	Name        string
	Body, Chain string // PEM
	Sealed      []byte
	Tags        []Tag
}

// NewServerCertificateID makes the id of a server certificate, so that its private key can be sealed under it.
func (t *Tx) NewServerCertificateID() (string, error) {
	return NewEntityID(PrefixCertificate, t.random)
}

// UploadServerCertificate adds a server certificate. It fails with NotFound (account), Invalid, Malformed, Exists or Limit.
func (t *Tx) UploadServerCertificate(account string, spec ServerCertificateSpec) (*ServerCertificate, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	path, err := checkEntity("serverCertificateName", spec.Path, spec.Name, 128)
	if err != nil {
		return nil, err
	}
	if err := t.newTags(fault.ServerCertificate, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	if len(spec.Sealed) == 0 || len(spec.Sealed) > maxSealedKey || len(spec.ID) != 21 {
		return nil, fault.BadParameter("privateKey", "")
	}
	leaf, err := CheckServerCertificate(spec.Body, spec.Chain)
	if err != nil {
		return nil, err
	}
	if _, err := t.ServerCertificate(account, spec.Name); err == nil {
		return nil, fault.Taken(fault.ServerCertificate, spec.Name)
	}
	if shelfCount(&t.tables, serverCertificatesIn(account)) >= t.quotas.ServerCertificatesPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.ServerCertificate, account, t.quotas.ServerCertificatesPerAccount)
	}
	return put(t, &ServerCertificate{Account: account, ID: spec.ID, Path: path, Name: spec.Name, Created: t.now, Expiration: leaf.NotAfter.UTC(),
		Body: tidyPEM(spec.Body), Chain: tidyPEM(spec.Chain), Sealed: slices.Clone(spec.Sealed), Tags: slices.Clone(spec.Tags)})
}

// UpdateServerCertificate renames or moves a server certificate; an empty value leaves the old one. It fails with NotFound, Invalid or
// Exists.
func (t *Tx) UpdateServerCertificate(account, name, newPath, newName string) error {
	s, err := t.ServerCertificate(account, name)
	if err != nil {
		return err
	}
	c := *s
	if c.Path, c.Name, err = renamed("newServerCertificateName", s.Path, s.Name, newPath, newName, 128); err != nil {
		return err
	}
	if other, err := t.ServerCertificate(account, c.Name); err == nil && other.ID != s.ID {
		return fault.Taken(fault.ServerCertificate, newName)
	}
	if c.rowKey() != s.rowKey() {
		t.drop(s)
	}
	_, err = put(t, &c)
	return err
}

// DeleteServerCertificate forgets a certificate and its private key. It fails with NotFound.
func (t *Tx) DeleteServerCertificate(account, name string) error {
	s, err := t.ServerCertificate(account, name)
	if err != nil {
		return err
	}
	t.drop(s)
	return nil
}

// TagServerCertificate adds or replaces tags. It fails with NotFound, Invalid or Limit.
func (t *Tx) TagServerCertificate(account, name string, tags []Tag) error {
	s, err := t.ServerCertificate(account, name)
	if err != nil {
		return err
	}
	c := *s
	if c.Tags, err = t.withTags(fault.ServerCertificate, name, s.Tags, tags); err != nil {
		return err
	}
	_, err = put(t, &c)
	return err
}

// UntagServerCertificate removes tags by key, without regard to case. It fails with NotFound.
func (t *Tx) UntagServerCertificate(account, name string, keys []string) error {
	s, err := t.ServerCertificate(account, name)
	if err != nil {
		return err
	}
	c := *s
	c.Tags = withoutTags(s.Tags, keys)
	_, err = put(t, &c)
	return err
}
