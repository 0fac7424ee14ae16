package iam

import (
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
)

// Alias is a name of an account that people can remember. An account has at most one, and no two accounts of a server share one.
type Alias struct {
	Name    string    `json:"name"`
	Account string    `json:"account"`
	Created time.Time `json:"created"`
}

func (a *Alias) rowKey() string { return "alias/" + a.Name }
func (a *Alias) also() []string { return []string{aliasOf(a.Account)} }
func (a *Alias) prepare()       {}

func (a *Alias) check(c *checker) {
	c.ofAccount(a, a.Account)
	c.want(isAlias(a.Name), a, "bad name")
}

func aliasOf(account string) string { return "alias-of/" + account }

// Alias gives the alias of an account, if it has one.
func (s *tables) Alias(account string) (*Alias, bool) { return onShelf[*Alias](s, aliasOf(account)) }

// SetAlias gives an account its alias, in the place of the one it had. It fails with NotFound (account), Invalid or Exists: the
// alias is another account's, or the account's own already.
func (t *Tx) SetAlias(account, name string) (*Alias, error) {
	if _, err := t.Account(account); err != nil {
		return nil, err
	}
	if !isAlias(name) {
		return nil, fault.BadParameter("accountAlias", name)
	}
	a := &Alias{Name: name, Account: account, Created: t.now}
	if _, taken := onShelf[*Alias](&t.tables, a.rowKey()); taken {
		return nil, fault.Taken(fault.Alias, name)
	}
	if old, ok := t.Alias(account); ok {
		t.drop(old)
	}
	return put(t, a)
}

// DeleteAlias takes an account's alias away. It fails with NotFound when the account does not have that one.
func (t *Tx) DeleteAlias(account, name string) error {
	a, ok := t.Alias(account)
	if !ok || a.Name != name {
		return fault.Missing(fault.Alias, name)
	}
	t.drop(a)
	return nil
}

// isAlias holds the rule for an alias: 3 to 63 lower case letters, digits and single hyphens inside, not the form of an account id
// (IAM API Reference, CreateAccountAlias).
func isAlias(name string) bool {
	if len(name) < 3 || len(name) > 63 || arn.IsAccount(name) {
		return false
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case c == '-' && i > 0 && i < len(name)-1 && name[i-1] != '-':
		default:
			return false
		}
	}
	return true
}
