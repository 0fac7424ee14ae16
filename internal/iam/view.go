package iam

import (
	"strings"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/table"
)

// View is an immutable snapshot of the whole state.
type View struct {
	tables
}

// Empty is the state of a new server: no accounts, only the managed policies that every account sees.
func Empty() *View { return &View{tables{catalog: newCatalog()}} }

// tables is what a View reads and a Tx rewrites. Copying it is a snapshot.
type tables struct {
	accounts table.Sorted[*Account]
	realms   table.Table[*realm] // by account id
	users    table.Table[*User]  // by unique id, and so on
	groups   table.Table[*Group]
	roles    table.Table[*Role]
	policies table.Table[*Policy]
	keys     table.Table[*AccessKey]
	seals    table.Sorted[*SealKey]
	shelf    table.Sorted[shelved] // see shelf.go
	steer    *mark                 // stands for all organizations as they are; nil where there never was one
	catalog  *catalog
	revision uint64
}

// Revision is the position in the history of changes that this state stands at. In a Tx it is that of the View it began with.
func (s *tables) Revision() uint64 { return s.revision }

// Account finds an account by its id; NotFound otherwise.
func (s *tables) Account(id string) (*Account, error) {
	if a, ok := s.accounts.Get(id); ok {
		return a, nil
	}
	return nil, fault.Missing(fault.Account, id)
}

// Active says whether an account exists and is not suspended.
func (s *tables) Active(account string) bool {
	a, ok := s.accounts.Get(account)
	return ok && !a.Suspended
}

// User finds a user by name, without regard to case; NotFound otherwise.
func (s *tables) User(account, name string) (*User, error) {
	if u, ok := s.realm(account).users.Get(fold(name)); ok {
		return u, nil
	}
	return nil, fault.Missing(fault.User, name)
}

// UserByID finds a user by unique id, in whatever account.
func (s *tables) UserByID(id string) (*User, bool) { return s.users.Get(id) }

// Group finds a group by name, without regard to case; NotFound otherwise.
func (s *tables) Group(account, name string) (*Group, error) {
	if g, ok := s.realm(account).groups.Get(fold(name)); ok {
		return g, nil
	}
	return nil, fault.Missing(fault.Group, name)
}

// GroupByID finds a group by unique id, in whatever account.
func (s *tables) GroupByID(id string) (*Group, bool) { return s.groups.Get(id) }

// Role finds a role by name, without regard to case; NotFound otherwise.
func (s *tables) Role(account, name string) (*Role, error) {
	if r, ok := s.realm(account).roles.Get(fold(name)); ok {
		return r, nil
	}
	return nil, fault.Missing(fault.Role, name)
}

// RoleByID finds a role by unique id, in whatever account.
func (s *tables) RoleByID(id string) (*Role, bool) { return s.roles.Get(id) }

// RoleByARN finds a role by its resource name, which must be spelled as the role's own: path, case and all. Anything else is
// NotFound.
func (s *tables) RoleByARN(name string) (*Role, error) {
	if n, err := arn.Parse(name); err == nil {
		if kind, _, last, ok := n.Entity(); ok && kind == "role" {
			if r, found := s.realm(n.Account).roles.Get(fold(last)); found && r.ARN() == name {
				return r, nil
			}
		}
	}
	return nil, fault.Missing(fault.Role, name)
}

// Policy finds a managed policy by its resource name, as an account sees it: its own policies and those of "aws". A policy of
// another account is NotFound like one that does not exist. A text that is no resource name is Invalid with What ARN.
func (s *tables) Policy(account, name string) (*Policy, error) {
	n, err := arn.Parse(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, fault.ARN, name)
	}
	if n.Account == account || n.Account == awsAccount {
		if p, ok := s.policyNamed(n, name); ok {
			return p, nil
		}
	}
	return nil, fault.Missing(fault.Policy, name)
}

// policyByARN finds a policy of whatever account.
func (s *tables) policyByARN(name string) (*Policy, bool) {
	n, err := arn.Parse(name)
	if err != nil {
		return nil, false
	}
	return s.policyNamed(n, name)
}

func (s *tables) policyNamed(n arn.Name, name string) (*Policy, bool) {
	kind, _, last, ok := n.Entity()
	if !ok || kind != "policy" {
		return nil, false
	}
	var p *Policy
	if n.Account == awsAccount {
		p, ok = s.catalog.policies.Get(fold(last))
	} else {
		p, ok = s.realm(n.Account).policies.Get(fold(last))
	}
	return p, ok && p.ARN() == name
}

// Key finds an access key by its id, in whatever account.
func (s *tables) Key(id string) (*AccessKey, bool) { return s.keys.Get(id) }

// KeysOf gives the access keys of a user by unique id, or with an empty id those of the account's root, in the order of their ids.
func (s *tables) KeysOf(account, userID string) []*AccessKey {
	keys, _ := s.realm(account).keys.Get(userID)
	return keys
}

// SealKeys gives the session key ring in the order of the ids.
func (s *tables) SealKeys() []*SealKey {
	all := make([]*SealKey, 0, s.seals.Len())
	for _, k := range s.seals.All() {
		all = append(all, k)
	}
	return all
}

// Counts are the numbers of things in an account.
type Counts struct {
	Users, Groups, Roles, Policies int
}

// Counts counts what an account holds.
func (s *tables) Counts(account string) Counts {
	r := s.realm(account)
	return Counts{Users: r.users.Len(), Groups: r.groups.Len(), Roles: r.roles.Len(), Policies: r.policies.Len()}
}

// Resolve turns the resource name of a user or role into its unique id. The name must be spelled as the entity's own, path and
// case included, so that a name means at most one entity.
func (s *tables) Resolve(name string) (id string, ok bool) {
	n, err := arn.Parse(name)
	if err != nil || n.Service != "iam" || n.Region != "" {
		return "", false
	}
	kind, _, last, ok := n.Entity()
	if !ok {
		return "", false
	}
	switch kind {
	case "user":
		if u, found := s.realm(n.Account).users.Get(fold(last)); found && u.ARN() == name {
			return u.ID, true
		}
	case "role":
		if r, found := s.realm(n.Account).roles.Get(fold(last)); found && r.ARN() == name {
			return r.ID, true
		}
	}
	return "", false
}

// Display turns the unique id of a user or role into its resource name as it is now. ok is false when the entity is gone.
func (s *tables) Display(id string) (name string, ok bool) {
	switch {
	case strings.HasPrefix(id, PrefixUser):
		if u, found := s.users.Get(id); found {
			return u.ARN(), true
		}
	case strings.HasPrefix(id, PrefixRole):
		if r, found := s.roles.Get(id); found {
			return r.ARN(), true
		}
	}
	return "", false
}
