package iam

import "time"

// provider is a record of an identity provider outside, of whatever protocol. Besides its row key it stands under providerKey of its
// ARN, where the sessions that began with it find it.
type provider interface {
	shelved
	born() time.Time
}

func providerKey(name string) string { return "provider/" + name }

// ProviderSince finds an identity provider by its ARN and says when it was made, in whole seconds. Sessions that began with it are
// honoured as long as it is there.
func (s *tables) ProviderSince(name string) (born time.Time, ok bool) {
	p, ok := onShelf[provider](s, providerKey(name))
	if !ok {
		return time.Time{}, false
	}
	return p.born(), true
}
