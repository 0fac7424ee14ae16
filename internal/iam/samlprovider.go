package iam

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// SAMLProvider is an identity provider whose assertions are believed: who it is and the keys it signs with, as its metadata said when
// it was stored.
type SAMLProvider struct {
	Account  string    `json:"account"`
	ID       string    `json:"id"` // SAMLP…, never used again
	Name     string    `json:"name"`
	Created  time.Time `json:"created"`
	Metadata []byte    `json:"metadata"` // as it was given
	SAMLKeys
	EncryptionMode string `json:"encryption,omitzero"` // as it was given; "Allowed" or empty
	Tags           []Tag  `json:"tags,omitempty"`
}

// SAMLKeys are what metadata says of a provider.
type SAMLKeys struct {
	EntityID     string    `json:"entity"`
	Certificates [][]byte  `json:"certificates"`      // DER
	Until        time.Time `json:"until,omitzero"`    // when the metadata ends by its own word; zero: never
	Ends         time.Time `json:"ends"`              // when nothing signed by it is believed any more: Until, or the last certificate's end
	Formats      []string  `json:"formats,omitempty"` // of names, for readers
}

// PrefixSAMLProvider begins the unique ids of SAML providers, which the API wants to have 22 characters or more.
const PrefixSAMLProvider = "SAMLP"

// ARN is the provider's resource name.
func (p *SAMLProvider) ARN() string { return arn.SAMLProvider(p.Account, p.Name) }

func (p *SAMLProvider) rowKey() string  { return samlProvidersIn(p.Account) + fold(p.Name) }
func (p *SAMLProvider) also() []string  { return []string{providerKey(p.ARN())} }
func (p *SAMLProvider) born() time.Time { return p.Created }
func (p *SAMLProvider) prepare()        { p.Tags = tidy(p.Tags) }

func samlProvidersIn(account string) string { return "samlprovider/" + account + "/" }

func (p *SAMLProvider) check(c *checker) {
	c.ofAccount(p, p.Account)
	c.want(len(p.ID) == 22 && strings.HasPrefix(p.ID, PrefixSAMLProvider) && isUpperWord(p.ID), p, "bad id")
	c.want(checkProviderName(p.Name) == nil, p, "bad name")
	c.want(p.EntityID != "" && len(p.Metadata) > 0 && !p.Ends.IsZero(), p, "no metadata")
	c.want(len(p.Certificates) > 0, p, "no certificate")
	for _, der := range p.Certificates {
		_, err := x509.ParseCertificate(der)
		c.want(err == nil, p, "a certificate that can not be read")
	}
	c.want(p.EncryptionMode == "" || p.EncryptionMode == "Allowed", p, "bad mode of encryption")
	c.want(CheckTags(p.Tags) == nil && len(p.Tags) <= c.q.Tags, p, "bad tags")
}

// SAMLProvider finds a provider of an account by its resource name. It fails with Invalid (ARN) or NotFound; a provider of another
// account is not found.
func (s *tables) SAMLProvider(account, name string) (*SAMLProvider, error) {
	n, err := arn.Parse(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.ARN, name)
	}
	kind, path, _, ok := n.Entity()
	if !ok || n.Service != "iam" || kind != "saml-provider" || path != "/" {
		return nil, fault.New(fault.Invalid, fault.ARN, name)
	}
	// The name stands in trust policies, which compare it exactly: another spelling is another name.
	p, ok := onShelf[*SAMLProvider](s, providerKey(name))
	if !ok || p.Account != account {
		return nil, fault.Missing(fault.SAMLProvider, name)
	}
	return p, nil
}

// SAMLProviderByARN is SAMLProvider in the account that the name says, which must be active.
func (s *tables) SAMLProviderByARN(name string) (*SAMLProvider, error) {
	n, err := arn.Parse(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.ARN, name)
	}
	if !s.Active(n.Account) {
		return nil, fault.Missing(fault.SAMLProvider, name)
	}
	return s.SAMLProvider(n.Account, name)
}

// SAMLProviders lists all providers of an account in order of their names; a quota keeps the list short.
func (s *tables) SAMLProviders(account string) []*SAMLProvider {
	return shelfAll[*SAMLProvider](s, samlProvidersIn(account))
}

// SAMLProviderSpec is what a new provider is made from.
type SAMLProviderSpec struct {
	Name           string
	Metadata       []byte
	Keys           SAMLKeys // what Metadata says
	EncryptionMode string
	Tags           []Tag
}

// CreateSAMLProvider adds an identity provider. It fails with NotFound (account), Invalid, Exists or Limit.
func (t *Tx) CreateSAMLProvider(account string, spec SAMLProviderSpec) (*SAMLProvider, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	if err := checkProviderName(spec.Name); err != nil {
		return nil, err
	}
	if err := t.newTags(fault.SAMLProvider, spec.Name, spec.Tags); err != nil {
		return nil, err
	}
	if _, taken := onShelf[*SAMLProvider](&t.tables, samlProvidersIn(account)+fold(spec.Name)); taken {
		return nil, fault.Taken(fault.SAMLProvider, spec.Name)
	}
	if len(t.SAMLProviders(account)) >= t.quotas.SAMLProvidersPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.SAMLProvider, account, t.quotas.SAMLProvidersPerAccount)
	}
	id, err := NewEntityID(PrefixSAMLProvider, t.random)
	if err != nil {
		return nil, err
	}
	return put(t, &SAMLProvider{
		Account: account, ID: id, Name: spec.Name, Created: t.now, Metadata: slices.Clone(spec.Metadata), SAMLKeys: spec.Keys,
		EncryptionMode: spec.EncryptionMode, Tags: slices.Clone(spec.Tags),
	})
}

// UpdateSAMLProvider replaces a provider's metadata, unless keys is nil, and how it wants assertions encrypted, unless mode is empty.
// The provider stays the same one: sessions that came from it go on. It fails with NotFound or Invalid.
func (t *Tx) UpdateSAMLProvider(account, name string, metadata []byte, keys *SAMLKeys, mode string) (*SAMLProvider, error) {
	p, err := t.SAMLProvider(account, name)
	if err != nil {
		return nil, err
	}
	c := *p
	if keys != nil {
		c.Metadata, c.SAMLKeys = slices.Clone(metadata), *keys
	}
	if mode != "" {
		c.EncryptionMode = mode
	}
	return put(t, &c)
}

// DeleteSAMLProvider removes a provider, and with it every session that came from it. Roles that trust it are left as they are. It
// fails with NotFound or Invalid.
func (t *Tx) DeleteSAMLProvider(account, name string) error {
	p, err := t.SAMLProvider(account, name)
	if err != nil {
		return err
	}
	t.drop(p)
	return nil
}

// TagSAMLProvider adds or replaces tags. It fails with NotFound, Invalid or Limit.
func (t *Tx) TagSAMLProvider(account, name string, tags []Tag) error {
	p, err := t.SAMLProvider(account, name)
	if err != nil {
		return err
	}
	c := *p
	if c.Tags, err = t.withTags(fault.SAMLProvider, name, p.Tags, tags); err != nil {
		return err
	}
	_, err = put(t, &c)
	return err
}

// UntagSAMLProvider removes tags by key, without regard to case. It fails with NotFound or Invalid.
func (t *Tx) UntagSAMLProvider(account, name string, keys []string) error {
	p, err := t.SAMLProvider(account, name)
	if err != nil {
		return err
	}
	c := *p
	c.Tags = withoutTags(p.Tags, keys)
	_, err = put(t, &c)
	return err
}

// checkProviderName holds a name against [\w._-]{1,128} (SAMLProviderNameType of the IAM API model).
func checkProviderName(name string) error {
	if name == "" || len(name) > 128 {
		return fault.BadParameter("name", name)
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '.', c == '-':
		default:
			return fault.BadParameter("name", name)
		}
	}
	return nil
}
