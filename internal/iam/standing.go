package iam

import (
	"slices"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/policy"
)

// Standing is where an account stands in its organization, as decisions see it.
type Standing struct {
	Organization string // its id
	Path         string // from the organization's id down to the account's parent, for aws:PrincipalOrgPaths
	// SCP and RCP are the control policies of each level from the root down to the account, each of which must allow; nil when the type
	// is not in use, and for the manager, whom none reach.
	SCP, RCP []*policy.Set

	mark *mark
}

// steering is a record that decides what control policies reach an account.
type steering interface{ steers() }

// steered marks the state as another one when a record that enters or leaves it steers.
func (s *tables) steered(r shelved) {
	if _, ok := r.(steering); ok {
		s.steer = new(mark)
	}
}

// Standing tells where an account stands; nil when it is in no organization. It is worked out when it is first asked for and kept with
// the membership until something that steers it changes anywhere. What is missing or broken stands as a policy that denies everything.
func (s *tables) Standing(account string) *Standing {
	if s.steer == nil {
		return nil // there is no organization on this server, and so nothing to look up for every request
	}
	m, ok := s.Membership(account)
	if !ok {
		return nil
	}
	if st := m.standing.Load(); st != nil && st.mark == s.steer {
		return st
	}
	st := s.stand(m)
	m.standing.Store(st)
	return st
}

func (s *tables) stand(m *Member) *Standing {
	st := &Standing{Organization: m.Org, mark: s.steer}
	o, ok := onShelf[*Organization](s, organizationKey(m.Org))
	if !ok {
		st.SCP, st.RCP = broken(m.Org), broken(m.Org)
		return st
	}
	st.Path = s.Path(o, m.Parent)
	if o.Manager == m.Account {
		return st
	}
	st.SCP, st.RCP = s.levels(o, m, ServiceControl), s.levels(o, m, ResourceControl)
	return st
}

// levels gives the policies of a type from the root down to an account.
func (s *tables) levels(o *Organization, m *Member, t ControlType) []*policy.Set {
	if !o.Uses(t) {
		return nil
	}
	levels := []*policy.Set{s.level(o, t, m)}
	id := m.Parent
	for range maxDepth + 1 {
		at, ok := s.place(o, id)
		if !ok {
			break
		}
		levels = append(levels, s.level(o, t, at))
		u, isUnit := at.(*Unit)
		if !isUnit {
			slices.Reverse(levels)
			return levels
		}
		id = u.Parent
	}
	return broken(id) // not under the root
}

// ServiceControls gives the service control policies that reach a root, unit or account: those of each level from it up to the root,
// each of which must allow. The manager is reached by none.
func (s *tables) ServiceControls(o *Organization, id string) []*policy.Set {
	if id == o.Manager {
		return nil
	}
	var levels []*policy.Set
	for range maxDepth + 2 {
		at, ok := s.place(o, id)
		if !ok {
			break
		}
		levels = append(levels, s.level(o, ServiceControl, at))
		if id == o.Root {
			return levels
		}
		if id, ok = s.above(o, id); !ok {
			break
		}
	}
	return broken(id)
}

func (s *tables) above(o *Organization, id string) (string, bool) {
	parent, err := s.ParentOf(o, id)
	return parent, err == nil
}

// ServiceControl gives one service control policy as decisions see it. It fails with NotFound.
func (s *tables) ServiceControl(o *Organization, id string) (*policy.Source, error) {
	p, err := s.ControlPolicy(o, id)
	if err == nil && p.Type != ServiceControl {
		err = fault.Missing(fault.ControlPolicy, id)
	}
	if err != nil {
		return nil, err
	}
	return p.compiled.source(), nil
}

func (s *tables) level(o *Organization, t ControlType, at place) *policy.Set {
	ids := o.inForce(t, at)
	sources := make([]policy.Source, 0, len(ids))
	for _, id := range ids {
		if p, err := s.ControlPolicy(o, id); err == nil {
			sources = append(sources, *p.compiled.source())
		} else {
			sources = append(sources, policy.Source{ID: id, Type: t.word()})
		}
	}
	return policy.NewSet(sources...)
}

// broken is a level that nothing passes.
func broken(id string) []*policy.Set {
	return []*policy.Set{policy.NewSet(policy.Source{ID: id, Type: "organization"})}
}
