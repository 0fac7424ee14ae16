package iam

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/fault"
)

// ServiceCredential is a name and a password by which a user is known to one service that does not understand signatures.
type ServiceCredential struct {
	Account string    `json:"account"`
	User    string    `json:"user"` // unique id
	ID      string    `json:"id"`   // ACCA…
	Service string    `json:"service"`
	Login   string    `json:"login"` // USER-at-ACCOUNT; it stays when the user is renamed
	Active  bool      `json:"active,omitzero"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"` // zero: never
	// Sealed is the password, sealed by the caller with the id as associated data before it came here.
	Sealed []byte `json:"sealed"`
}

func (s *ServiceCredential) rowKey() string { return serviceCredentialsOf(s.Account, s.User) + s.ID }
func (s *ServiceCredential) prepare()       {}
func (s *ServiceCredential) also() []string {
	return []string{"servicecredential-of/" + s.Account + "/" + s.Service + "/" + fold(s.Login)}
}

func serviceCredentialsIn(account string) string { return "servicecredential/" + account + "/" }

func serviceCredentialsOf(account, userID string) string {
	return serviceCredentialsIn(account) + userID + "/"
}

func (s *ServiceCredential) check(c *checker) {
	c.ofUser(s, s.Account, s.User)
	c.want(len(s.ID) == 21 && strings.HasPrefix(s.ID, PrefixServiceCredential) && isUpperWord(s.ID), s, "bad id")
	_, known := ServiceOf(s.Service)
	c.want(known && s.Login != "", s, "of an unknown service")
	c.want(len(s.Sealed) > 0 && len(s.Sealed) <= maxSealed, s, "no secret")
	n := 0
	for _, other := range shelfAll[*ServiceCredential](c.s, serviceCredentialsOf(s.Account, s.User)) {
		if other.Service == s.Service {
			n++
		}
	}
	c.want(n <= c.q.ServiceCredentialsPerUser, s, "too many credentials")
}

// CredentialService is a service that service-specific credentials are for.
type CredentialService struct {
	// Key says that the service takes one text, a key, in place of a name and a password, and that the key may expire.
	Key bool
}

// ServiceOf finds a service by its principal.
func ServiceOf(service string) (CredentialService, bool) {
	switch service {
	case "codecommit.amazonaws.com", "cassandra.amazonaws.com":
		return CredentialService{}, true
	case "bedrock.amazonaws.com", "logs.amazonaws.com":
		return CredentialService{Key: true}, true
	}
	return CredentialService{}, false
}

// maxCredentialAge bounds the days a key is good for (IAM API model).
const maxCredentialAge = 36600

// ServiceCredentials lists the credentials of a user, or with a nil user those of all users of the account, for one service or with an
// empty one for all.
func (s *tables) ServiceCredentials(account string, u *User, service, after string, limit int) (page []*ServiceCredential, next string) {
	prefix := serviceCredentialsIn(account)
	if u != nil {
		prefix = serviceCredentialsOf(account, u.ID)
	}
	return shelfPage(s, prefix, after, limit, func(c *ServiceCredential) bool { return service == "" || c.Service == service })
}

// ServiceCredential finds a credential of a user. It fails with NotFound: the user, or the credential, also when it is somebody else's.
func (s *tables) ServiceCredential(account, user, id string) (*ServiceCredential, error) {
	u, err := s.User(account, user)
	if err != nil {
		return nil, err
	}
	if c, ok := onShelf[*ServiceCredential](s, serviceCredentialsOf(account, u.ID)+id); ok {
		return c, nil
	}
	return nil, fault.Missing(fault.ServiceCredential, id)
}

// NewServiceCredential makes a credential without its secret, which is sealed under its id and then given to [Tx.AddServiceCredential].
// days is how long it is good for; 0: for ever. It fails with NotFound (user), Invalid (What ServiceCredential: no such service;
// Parameter) or Limit.
func (t *Tx) NewServiceCredential(account, user, service string, days int) (*ServiceCredential, error) {
	u, err := t.User(account, user)
	if err != nil {
		return nil, err
	}
	kind, ok := ServiceOf(service)
	if !ok {
		return nil, fault.New(fault.Invalid, fault.ServiceCredential, service)
	}
	if days < 0 || days > maxCredentialAge || days > 0 && !kind.Key {
		return nil, fault.BadParameter("credentialAgeDays", fmt.Sprint(days))
	}
	n := 0
	for _, c := range shelfAll[*ServiceCredential](&t.tables, serviceCredentialsOf(account, u.ID)) {
		if c.Service == service {
			n++
		}
	}
	if n >= t.quotas.ServiceCredentialsPerUser {
		return nil, fault.Exceeded(fault.User, fault.ServiceCredential, user, t.quotas.ServiceCredentialsPerUser)
	}
	id, err := NewEntityID(PrefixServiceCredential, t.random)
	if err != nil {
		return nil, err
	}
	c := &ServiceCredential{Account: account, User: u.ID, ID: id, Service: service, Active: true, Created: t.now}
	if days > 0 {
		c.Expires = t.now.Add(time.Duration(days) * 24 * time.Hour)
	}
	// The plain name belongs to the first credential of a service; where it is taken, and for keys always, a number follows the user's.
	for i := 0; c.Login == "" || t.shelfTaken(c); i++ {
		c.Login = u.Name
		if i > 0 || kind.Key {
			c.Login += fmt.Sprintf("+%d", max(i, 1))
		}
		c.Login += "-at-" + account
	}
	return c, nil
}

// AddServiceCredential stores a credential with its sealed secret. It fails with Invalid.
func (t *Tx) AddServiceCredential(c *ServiceCredential, sealed []byte) (*ServiceCredential, error) {
	n := *c
	if err := checkSealed("servicePassword", sealed); err != nil {
		return nil, err
	}
	n.Sealed = slices.Clone(sealed)
	return put(t, &n)
}

// UpdateServiceCredential switches a credential on or off. It fails with NotFound.
func (t *Tx) UpdateServiceCredential(account, user, id string, active bool) error {
	c, err := t.ServiceCredential(account, user, id)
	if err != nil || c.Active == active {
		return err
	}
	n := *c
	n.Active = active
	_, err = put(t, &n)
	return err
}

// DeleteServiceCredential takes a credential away. It fails with NotFound.
func (t *Tx) DeleteServiceCredential(account, user, id string) error {
	c, err := t.ServiceCredential(account, user, id)
	if err != nil {
		return err
	}
	t.drop(c)
	return nil
}
