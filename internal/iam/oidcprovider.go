package iam

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// OIDCProvider is an issuer of ID tokens that an account believes. It has no name of its own: its URL is its identity, and without the
// scheme its resource name.
type OIDCProvider struct {
	Account string `json:"account"`
	// URL is the issuer exactly as its tokens spell it; a slash at the end counts.
	URL     string    `json:"url"`
	Created time.Time `json:"created"`
	// Clients are the audiences of tokens that are taken. Without any, no token is.
	Clients []string `json:"clients,omitempty"`
	// Thumbprints are SHA-1 sums of certificates that may stand in for a root of the issuer's certificate.
	Thumbprints []string `json:"thumbprints,omitempty"`
	Tags        []Tag    `json:"tags,omitempty"`
}

// Bounds of a provider (openIDConnectProviderUrlType, clientIDType and thumbprintType of the IAM API model).
const (
	maxIssuer     = 255
	maxClientID   = 255
	thumbprintLen = 40
)

// OIDCSpec is what a new provider is made from.
type OIDCSpec struct {
	URL         string
	Clients     []string
	Thumbprints []string
	Tags        []Tag
	// Plain allows an issuer without TLS on this very machine: development mode.
	Plain bool
}

// ARN is the provider's resource name.
func (p *OIDCProvider) ARN() string { return arn.OIDCProvider(p.Account, p.Host()) }

// Host is the URL without its scheme: what condition keys begin with.
func (p *OIDCProvider) Host() string { return withoutScheme(p.URL) }

func withoutScheme(issuer string) string {
	_, rest, _ := strings.Cut(issuer, "://")
	return rest
}

func (p *OIDCProvider) rowKey() string  { return oidcKey(p.Account, p.Host()) }
func (p *OIDCProvider) also() []string  { return []string{providerKey(p.ARN())} }
func (p *OIDCProvider) born() time.Time { return p.Created }
func (p *OIDCProvider) prepare()        { p.Tags = tidy(p.Tags) }

// oidcKey tells no case in the host's name, which is none of two hosts' but of one; paths tell case.
func oidcKey(account, host string) string {
	name, path, slash := strings.Cut(host, "/")
	if slash {
		path = "/" + path
	}
	return "oidc/" + account + "/" + fold(name) + path
}

func (p *OIDCProvider) check(c *checker) {
	c.ofAccount(p, p.Account)
	c.want(isIssuer(p.URL, true), p, "bad URL")
	c.want(CheckTags(p.Tags) == nil && len(p.Tags) <= c.q.Tags, p, "bad tags")
	c.want(len(p.Clients) <= c.q.ClientsPerOIDCProvider && checkClients(p.Clients) == nil && len(distinct(p.Clients)) == len(p.Clients), p, "bad client ids")
	c.want(len(p.Thumbprints) <= c.q.ThumbprintsPerOIDCProvider && checkThumbprints(p.Thumbprints) == nil, p, "bad thumbprints")
	c.want(shelfCount(c.s, "oidc/"+p.Account+"/") <= c.q.OIDCProvidersPerAccount, p, "is one of too many")
}

// OIDCProvider finds a provider of an account by its ARN. It fails with Invalid (ARN) or NotFound.
func (s *tables) OIDCProvider(account, name string) (*OIDCProvider, error) {
	n, err := arn.Parse(name)
	host, ours := strings.CutPrefix(n.Resource, "oidc-provider/")
	if err != nil || !ours || n.Service != "iam" || n.Region != "" {
		return nil, fault.New(fault.Invalid, fault.ARN, name)
	}
	p, ok := onShelf[*OIDCProvider](s, oidcKey(account, host))
	if !ok || p.ARN() != name {
		return nil, fault.Missing(fault.OIDCProvider, name)
	}
	return p, nil
}

// OIDCProviderOf finds the provider of an account for the issuer that a token names. It fails with NotFound, by the issuer's name.
func (s *tables) OIDCProviderOf(account, issuer string) (*OIDCProvider, error) {
	p, ok := onShelf[*OIDCProvider](s, oidcKey(account, withoutScheme(issuer)))
	if !ok || p.URL != issuer {
		return nil, fault.Missing(fault.OIDCProvider, issuer)
	}
	return p, nil
}

// OIDCProviders lists the providers of an account by their hosts. They are few (see Quotas).
func (s *tables) OIDCProviders(account string) []*OIDCProvider {
	return shelfAll[*OIDCProvider](s, "oidc/"+account+"/")
}

// CreateOIDCProvider registers an issuer. Client ids that come twice are kept once. It fails with NotFound (account), Invalid, Exists
// or Limit.
func (t *Tx) CreateOIDCProvider(account string, spec OIDCSpec) (*OIDCProvider, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	if !isIssuer(spec.URL, spec.Plain) {
		return nil, fault.New(fault.Invalid, fault.OIDCProvider, spec.URL)
	}
	p := &OIDCProvider{Account: account, URL: spec.URL, Created: t.now, Clients: distinct(spec.Clients),
		Thumbprints: slices.Clone(spec.Thumbprints), Tags: slices.Clone(spec.Tags)}
	if err := t.fit(p); err != nil {
		return nil, err
	}
	if err := t.newTags(fault.OIDCProvider, spec.URL, spec.Tags); err != nil {
		return nil, err
	}
	if _, taken := onShelf[*OIDCProvider](&t.tables, p.rowKey()); taken {
		return nil, fault.Taken(fault.OIDCProvider, spec.URL)
	}
	if shelfCount(&t.tables, "oidc/"+account+"/") >= t.quotas.OIDCProvidersPerAccount {
		return nil, fault.Exceeded(fault.Account, fault.OIDCProvider, account, t.quotas.OIDCProvidersPerAccount)
	}
	return put(t, p)
}

// fit holds the lists of a provider against their rules and quotas.
func (t *Tx) fit(p *OIDCProvider) error {
	if err := checkClients(p.Clients); err != nil {
		return err
	}
	if len(p.Clients) > t.quotas.ClientsPerOIDCProvider {
		return fault.Exceeded(fault.OIDCProvider, fault.ClientID, p.Host(), t.quotas.ClientsPerOIDCProvider)
	}
	if err := checkThumbprints(p.Thumbprints); err != nil {
		return err
	}
	if len(p.Thumbprints) > t.quotas.ThumbprintsPerOIDCProvider {
		return fault.Exceeded(fault.OIDCProvider, fault.Thumbprint, p.Host(), t.quotas.ThumbprintsPerOIDCProvider)
	}
	return nil
}

// DeleteOIDCProvider removes a provider; its sessions end with it. One that is not there is no error. It fails with Invalid, and with
// NotFound for one of another account.
func (t *Tx) DeleteOIDCProvider(account, name string) error {
	p, err := t.OIDCProvider(account, name)
	if fault.IsNotFound(err) && strings.HasPrefix(name, arn.OIDCProvider(account, "")) {
		return nil
	}
	if err != nil {
		return err
	}
	t.drop(p)
	return nil
}

// AddOIDCClient adds a client id; one that is there already is no error. It fails with NotFound, Invalid or Limit.
func (t *Tx) AddOIDCClient(account, name, id string) (*OIDCProvider, error) {
	return t.changeOIDC(account, name, func(p *OIDCProvider) error {
		p.Clients = distinct(append(slices.Clip(p.Clients), id))
		return t.fit(p)
	})
}

// RemoveOIDCClient removes a client id; one that is not there is no error. It fails with NotFound or Invalid.
func (t *Tx) RemoveOIDCClient(account, name, id string) (*OIDCProvider, error) {
	return t.changeOIDC(account, name, func(p *OIDCProvider) error {
		p.Clients = slices.DeleteFunc(slices.Clone(p.Clients), func(c string) bool { return c == id })
		return nil
	})
}

// SetOIDCThumbprints replaces the thumbprints. It fails with NotFound, Invalid or Limit.
func (t *Tx) SetOIDCThumbprints(account, name string, thumbprints []string) (*OIDCProvider, error) {
	return t.changeOIDC(account, name, func(p *OIDCProvider) error {
		p.Thumbprints = slices.Clone(thumbprints)
		return t.fit(p)
	})
}

// TagOIDCProvider adds or replaces tags. It fails with NotFound, Invalid or Limit.
func (t *Tx) TagOIDCProvider(account, name string, tags []Tag) (*OIDCProvider, error) {
	return t.changeOIDC(account, name, func(p *OIDCProvider) (err error) {
		p.Tags, err = t.withTags(fault.OIDCProvider, name, p.Tags, tags)
		return err
	})
}

// UntagOIDCProvider removes tags by key, without regard to case. It fails with NotFound.
func (t *Tx) UntagOIDCProvider(account, name string, keys []string) (*OIDCProvider, error) {
	return t.changeOIDC(account, name, func(p *OIDCProvider) error {
		p.Tags = withoutTags(p.Tags, keys)
		return nil
	})
}

// changeOIDC stores what change makes of a copy.
func (t *Tx) changeOIDC(account, name string, change func(*OIDCProvider) error) (*OIDCProvider, error) {
	p, err := t.OIDCProvider(account, name)
	if err != nil {
		return nil, err
	}
	c := *p
	if err := change(&c); err != nil {
		return nil, err
	}
	if len(c.Clients) == 0 {
		c.Clients = nil
	}
	return put(t, &c)
}

func distinct(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func checkClients(list []string) error {
	for _, id := range list {
		if id == "" || len(id) > 4*maxClientID || !isDisplayName(id, maxClientID) {
			return fault.BadParameter("clientID", id)
		}
	}
	return nil
}

func checkThumbprints(list []string) error {
	for _, s := range list {
		if len(s) != thumbprintLen || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
			return fault.BadParameter("thumbprintList", s)
		}
	}
	return nil
}

// isIssuer accepts https://HOST[:PORT][/PATH]; plain accepts http:// as well where the host is this machine. A host name of one label
// needs a port or a path: alone it would make condition keys that look like a service's ("s3:prefix"). docs/decisions/013 says why
// ports are accepted.
func isIssuer(issuer string, plain bool) bool {
	if len(issuer) > maxIssuer || strings.ContainsAny(issuer, "?#@*\\\"<>^`{|}") {
		return false
	}
	for i := range len(issuer) {
		if issuer[i] <= ' ' || issuer[i] > '~' {
			return false
		}
	}
	scheme, rest, ok := strings.Cut(issuer, "://")
	host, path, slash := strings.Cut(rest, "/")
	name, port, hasPort := strings.Cut(host, ":")
	if u, err := url.Parse(issuer); err != nil || u.Host != host {
		return false
	}
	if !ok || !isIssuerHost(name) || hasPort && !isPort(port) || !hasPort && !slash && !strings.Contains(name, ".") {
		return false
	}
	for segment := range strings.SplitSeq(strings.TrimSuffix(path, "/"), "/") {
		if segment == "." || segment == ".." || segment == "" && path != "" {
			return false
		}
	}
	if scheme == "http" {
		a, err := netip.ParseAddr(name)
		return plain && (name == "localhost" || err == nil && a.IsLoopback())
	}
	return scheme == "https"
}

func isIssuerHost(name string) bool {
	return isHostName(name) || !strings.Contains(name, ".") && isHostName(name+".x")
}

func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 1<<16 && strconv.Itoa(n) == s
}
