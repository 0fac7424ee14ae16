package iam

import (
	"fmt"
	"iter"
	"strings"
)

// The shelf holds every kind of record that is found by its keys alone: one ordered table for all of them, under the row key and
// under whatever further keys a record names itself. Whoever adds a kind writes the record with the methods of shelved, and its
// line in newShelved.
//
// Keys begin with the kind and a slash, then usually the account. Further keys begin with a word that is no kind, such as
// "alias-of/ACCOUNT".

// shelved is a record on the shelf.
type shelved interface {
	record
	// also are the further keys the record is found by. Like the row key they are unique on the whole server.
	also() []string
	// check reports what is wrong with the record or with what it refers to.
	check(*checker)
}

// newShelved makes an empty record of a kind, which is the first part of its row key; nil when the kind is not of the shelf.
func newShelved(kind string) shelved {
	switch kind {
	case "oidc":
		return new(OIDCProvider)
	case "alias":
		return new(Alias)
	case "mfa":
		return new(MFADevice)
	case "login":
		return new(LoginProfile)
	case "passwordpolicy":
		return new(PasswordPolicy)
	case "roledeletion":
		return new(RoleDeletion)
	case "sshkey":
		return new(SSHKey)
	case "signingcertificate":
		return new(SigningCertificate)
	case "servercertificate":
		return new(ServerCertificate)
	case "servicecredential":
		return new(ServiceCredential)
	case "instanceprofile":
		return new(InstanceProfile)
	case "organization":
		return new(Organization)
	case "orgunit":
		return new(Unit)
	case "orgaccount":
		return new(Member)
	case "orgpolicy":
		return new(ControlPolicy)
	case "handshake":
		return new(Handshake)
	case "orgrequest":
		return new(MemberRequest)
	case "issuer":
		return new(Issuer)
	case "samlprovider":
		return new(SAMLProvider)
	case "samlused":
		return new(SAMLUse)
	case "delegation":
		return new(DelegationRequest)
	}
	return nil
}

// onShelf finds the record of a key, be it its row key or a further one.
func onShelf[T shelved](s *tables, key string) (T, bool) {
	r, ok := s.shelf.Get(key)
	if !ok {
		var none T
		return none, false
	}
	t, ok := r.(T)
	return t, ok
}

// shelfPage lists the records whose key begins with a prefix, in byte order of the rest of the key, which is the marker.
func shelfPage[T shelved](s *tables, prefix, after string, limit int, keep func(T) bool) (page []T, next string) {
	return pageOf(shelfFrom[T](s, prefix, after), limit, keep)
}

// shelfAll gives all records whose key begins with a prefix, in order. It is for lists that a quota keeps short.
func shelfAll[T shelved](s *tables, prefix string) []T {
	var all []T
	for _, r := range shelfFrom[T](s, prefix, "") {
		all = append(all, r)
	}
	return all
}

// shelfCount counts the records whose key begins with a prefix.
func shelfCount(s *tables, prefix string) (n int) {
	for range s.shelf.Prefix(prefix) {
		n++
	}
	return n
}

func shelfFrom[T shelved](s *tables, prefix, after string) iter.Seq2[string, T] {
	from := s.shelf.From(prefix)
	if after != "" {
		from = s.shelf.After(prefix + after)
	}
	return func(yield func(string, T) bool) {
		for key, r := range from {
			rest, ours := strings.CutPrefix(key, prefix)
			if !ours {
				return
			}
			if t, ok := r.(T); ok && !yield(rest, t) {
				return
			}
		}
	}
}

// shelve puts a record in the place of the one that has its row key.
func (s *tables) shelve(r shelved) {
	s.steered(r)
	if old, ok := s.shelf.Get(r.rowKey()); ok {
		s.unshelve(old)
	}
	for key := range shelfKeys(r) {
		s.shelf = s.shelf.Set(key, r)
	}
}

func (s *tables) unshelve(r shelved) {
	s.steered(r)
	for key := range shelfKeys(r) {
		s.shelf = s.shelf.Delete(key)
	}
}

// shelfTaken reports whether one of a record's keys stands for another record.
func (s *tables) shelfTaken(r shelved) bool {
	for key := range shelfKeys(r) {
		if _, taken := s.shelf.Get(key); taken {
			return true
		}
	}
	return false
}

func shelfKeys(r shelved) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(r.rowKey()) {
			return
		}
		for _, key := range r.also() {
			if !yield(key) {
				return
			}
		}
	}
}

// onShelves checks every record on the shelf and that nothing stands there without reason.
func (c *checker) onShelves() {
	keys := 0
	for key, r := range c.s.shelf.All() {
		if key != r.rowKey() {
			continue
		}
		for k := range shelfKeys(r) {
			found, _ := c.s.shelf.Get(k)
			c.want(found == r, r, "does not stand under %s", k)
			keys++
		}
		kind, _, _ := strings.Cut(key, "/")
		c.want(newShelved(kind) != nil, r, "is of an unknown kind")
		value, err := encode(r)
		c.want(err == nil && len(value) <= MaxRow, r, "cannot be stored")
		r.check(c)
	}
	c.wantPlain(keys == c.s.shelf.Len(), "the shelf has %d keys, its records %d", c.s.shelf.Len(), keys)
}

// ofAccount checks that the account of a record exists.
func (c *checker) ofAccount(r record, account string) {
	_, err := c.s.Account(account)
	c.want(err == nil, r, "its account does not exist")
}

// ofUser checks that the user whom a record belongs to exists.
func (c *checker) ofUser(r record, account, userID string) {
	u, ok := c.s.users.Get(userID)
	c.want(ok && u.Account == account, r, "its user does not exist")
}

// readShelved decodes the value of a row of the shelf.
func readShelved(kind string, value []byte) (shelved, error) {
	r := newShelved(kind)
	if r == nil {
		return nil, fmt.Errorf("unknown kind of record")
	}
	body, ok := strings.CutPrefix(string(value), rowHead)
	if !ok {
		return nil, fmt.Errorf("the value does not begin with %s", rowHead)
	}
	return r, strict([]byte("{"+body), r)
}
