package simulate

import (
	"github.com/daypass/daypass/internal/access"
	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/policy"
)

// Entity names a user, group or role. Like IAM, which knows them by their names, it does not mind the path.
type Entity struct {
	Kind    iam.EntityKind
	Account string
	Name    string
	ARN     string // as it was given
}

// ParseEntity reads the resource name of a user, group or role. It fails with Invalid (What EntityARN).
func ParseEntity(name string) (Entity, error) {
	kinds := map[string]iam.EntityKind{"user": iam.KindUser, "group": iam.KindGroup, "role": iam.KindRole}
	if n, err := arn.Parse(name); err == nil && n.Partition == "aws" && n.Service == "iam" && n.Region == "" && arn.IsAccount(n.Account) {
		if kind, _, last, ok := n.Entity(); ok && kinds[kind] != iam.KindAny {
			return Entity{Kind: kinds[kind], Account: n.Account, Name: last, ARN: name}, nil
		}
	}
	return Entity{}, fault.New(fault.Invalid, fault.EntityARN, name)
}

// found is an entity that exists, with what policies say for it.
type found struct {
	held     []iam.Held
	boundary *policy.Source
	subject  *access.Subject
}

// find looks an entity of an account up. One of another account is NotFound, like one that does not exist.
func (e Entity) find(v *iam.View, account string) (found, error) {
	elsewhere := e.Account != account
	switch e.Kind {
	case iam.KindUser:
		u, err := v.User(account, e.Name)
		if elsewhere || err != nil {
			return found{}, fault.Missing(fault.User, e.Name)
		}
		return found{held: v.HeldByUser(u), boundary: v.Boundary(u.Boundary), subject: access.User(v, u)}, nil
	case iam.KindGroup:
		g, err := v.Group(account, e.Name)
		if elsewhere || err != nil {
			return found{}, fault.Missing(fault.Group, e.Name)
		}
		return found{held: v.HeldByGroup(g), subject: access.SomeUser(v, account, "")}, nil
	}
	r, err := v.Role(account, e.Name)
	if elsewhere || err != nil {
		return found{}, fault.Missing(fault.Role, e.Name)
	}
	return found{held: v.HeldByRole(r), boundary: v.Boundary(r.Boundary), subject: access.AnySession(v, r)}, nil
}

// caller is the entity as who asks. It need not exist; of another account it is nothing but its name, so that no answer depends on
// who exists there.
func (e Entity) caller(v *iam.View, account string) *access.Subject {
	if f, err := e.find(v, account); err == nil {
		return f.subject
	}
	if e.Account != account {
		v = iam.Empty() // what its organization denies there is not told either
	}
	switch e.Kind {
	case iam.KindUser:
		return access.SomeUser(v, e.Account, e.ARN)
	case iam.KindRole:
		return access.SomeRole(v, e.Account, e.ARN)
	}
	return access.SomeUser(v, e.Account, "")
}
