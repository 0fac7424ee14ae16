package report

import (
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/arn"
	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/policy"
)

// Job is an order for a report on the services that an identity may use, and when it last did. The report is drawn up from what is
// known when it is fetched.
type Job struct {
	ID      string
	Account string
	Made    time.Time
	Actions bool // show the actions too
	subject subject
	part    part // of an organization, if it is about that instead
}

// subject is what a report is about, by unique id or, a managed policy, by resource name.
type subject struct {
	kind iam.EntityKind // KindAny: a managed policy
	id   string
}

// Service is one line of a report.
type Service struct {
	Namespace string
	Used      int // how many identities used it
	Last      usage.Access
	By        string // resource name of whoever used it last
	Actions   []Action
}

// Action is what was last done with one action; By is "" when nobody used it.
type Action struct {
	Name string
	Last usage.Access
	By   string
}

// Actor is a user or role that a report counts.
type Actor struct {
	Kind       iam.EntityKind
	ID, ARN    string
	Path, Name string
}

// NewJob reads the resource name of a user, group, role or managed policy. It fails with Invalid (What ARN), or NotFound; of another
// account everything is.
func NewJob(v *iam.View, account, name string) (*Job, error) {
	j := &Job{Account: account}
	n, err := arn.Parse(name)
	kind, _, last, ok := n.Entity()
	if err != nil || !ok || n.Service != "iam" {
		return nil, fault.New(fault.Invalid, fault.ARN, name)
	}
	if kind == "policy" {
		p, err := v.Policy(account, name)
		if err != nil {
			return nil, err
		}
		j.subject = subject{iam.KindAny, p.ARN()}
		return j, nil
	}
	if n.Account != account {
		account = "" // nobody's
	}
	switch kind {
	case "user":
		u, err := v.User(account, last)
		if err != nil {
			return nil, err
		}
		j.subject = subject{iam.KindUser, u.ID}
	case "group":
		g, err := v.Group(account, last)
		if err != nil {
			return nil, err
		}
		j.subject = subject{iam.KindGroup, g.ID}
	case "role":
		r, err := v.Role(account, last)
		if err != nil {
			return nil, err
		}
		j.subject = subject{iam.KindRole, r.ID}
	default:
		return nil, fault.New(fault.Invalid, fault.ARN, name)
	}
	return j, nil
}

// Itself is the resource name and tags of what the report is about, as it is now; nothing when it is gone.
func (j *Job) Itself(v *iam.View) (name string, tags []iam.Tag, ok bool) {
	switch j.subject.kind {
	case iam.KindUser:
		if u, found := v.UserByID(j.subject.id); found {
			return u.ARN(), u.Tags, true
		}
	case iam.KindGroup:
		if g, found := v.GroupByID(j.subject.id); found {
			return g.ARN(), nil, true
		}
	case iam.KindRole:
		if r, found := v.RoleByID(j.subject.id); found {
			return r.ARN(), r.Tags, true
		}
	default:
		if p, err := v.Policy(j.Account, j.subject.id); err == nil {
			return p.ARN(), p.Tags, true
		}
	}
	return "", nil, false
}

// policies are those that say which services the report shows. It fails with NotFound when the subject is gone.
func (j *Job) policies(v *iam.View) (list []*policy.Policy, err error) {
	var held []iam.Held
	switch j.subject.kind {
	case iam.KindUser:
		if u, ok := v.UserByID(j.subject.id); ok {
			held = v.HeldByUser(u)
		} else {
			err = fault.Missing(fault.User, j.subject.id)
		}
	case iam.KindGroup:
		if g, ok := v.GroupByID(j.subject.id); ok {
			held = v.HeldByGroup(g)
		} else {
			err = fault.Missing(fault.Group, j.subject.id)
		}
	case iam.KindRole:
		if r, ok := v.RoleByID(j.subject.id); ok {
			held = v.HeldByRole(r)
		} else {
			err = fault.Missing(fault.Role, j.subject.id)
		}
	default:
		if _, err = v.Policy(j.Account, j.subject.id); err == nil {
			list = append(list, v.Managed(j.subject.id).Policy)
		}
	}
	for i := range held {
		list = append(list, held[i].Source.Policy)
	}
	return list, err
}

// Actors are the users and roles whose use counts, by resource name: the identity itself, the members of a group, or everybody who has
// the policy, be it by a group.
func (j *Job) Actors(v *iam.View) []Actor {
	seen := map[string]Actor{}
	user := func(u *iam.User) { seen[u.ID] = Actor{iam.KindUser, u.ID, u.ARN(), u.Path, u.Name} }
	role := func(r *iam.Role) { seen[r.ID] = Actor{iam.KindRole, r.ID, r.ARN(), r.Path, r.Name} }
	members := func(id string) {
		g, ok := v.GroupByID(id)
		for after := ""; ok; {
			page, next := v.Members(g, after, iam.MaxPage)
			for _, u := range page {
				user(u)
			}
			after, ok = next, next != ""
		}
	}
	switch j.subject.kind {
	case iam.KindUser:
		if u, ok := v.UserByID(j.subject.id); ok {
			user(u)
		}
	case iam.KindGroup:
		members(j.subject.id)
	case iam.KindRole:
		if r, ok := v.RoleByID(j.subject.id); ok {
			role(r)
		}
	default:
		for after, more := "", true; more; {
			page, next := v.Entities(j.Account, j.subject.id, iam.EntityFilter{Usage: iam.UsagePermissions}, after, iam.MaxPage)
			for _, e := range page {
				if u, ok := v.UserByID(e.ID); ok {
					user(u)
				} else if r, ok := v.RoleByID(e.ID); ok {
					role(r)
				} else {
					members(e.ID)
				}
			}
			after, more = next, next != ""
		}
	}
	list := make([]Actor, 0, len(seen))
	for _, a := range seen {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b Actor) int { return strings.Compare(a.ARN, b.ARN) })
	return list
}

// Services draws up the report, by namespace: every service that the policies allow something of. known lists the actions of the
// services whose actions are known in full. It fails with NotFound when the subject is gone.
func (j *Job) Services(v *iam.View, uses *usage.Accesses, known map[string][]string, now time.Time) ([]Service, error) {
	policies, err := j.policies(v)
	if err != nil {
		return nil, err
	}
	actors := j.Actors(v)
	did := make([]map[string]usage.ServiceAccess, len(actors))
	for i := range actors {
		did[i] = uses.Services(actors[i].ID, now.Add(-usage.Kept))
	}
	var list []Service
	for _, namespace := range candidates(policies, did, known) {
		if !slices.ContainsFunc(policies, func(p *policy.Policy) bool { return p.GrantsService(namespace) }) {
			continue
		}
		s := Service{Namespace: namespace}
		for i := range actors {
			if u, ok := did[i][namespace]; ok {
				s.Used++
				if u.At.After(s.Last.At) {
					s.Last, s.By = u.Access, actors[i].ARN
				}
			}
		}
		if j.Actions {
			s.Actions = actions(namespace, policies, actors, did, known[namespace])
		}
		list = append(list, s)
	}
	return list, nil
}

// candidates are the namespaces a report may show: well-known ones, those of this server, those the policies name, and those used.
func candidates(policies []*policy.Policy, did []map[string]usage.ServiceAccess, known map[string][]string) []string {
	var all []string
	for name := range serviceNames {
		all = append(all, name)
	}
	for name := range known {
		all = append(all, name)
	}
	for _, p := range policies {
		all = append(all, p.Services()...)
	}
	for _, d := range did {
		for name := range d {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// actions are the known actions of a service that the policies allow, and those that were used, by name.
func actions(namespace string, policies []*policy.Policy, actors []Actor, did []map[string]usage.ServiceAccess, known []string) []Action {
	found := map[string]*Action{}
	for _, name := range known {
		found[name] = &Action{Name: name}
	}
	for i := range actors {
		for name, u := range did[i][namespace].Actions {
			a := found[name]
			if a == nil {
				a = &Action{Name: name}
				found[name] = a
			}
			if u.At.After(a.Last.At) {
				a.Last, a.By = u, actors[i].ARN
			}
		}
	}
	list := []Action{}
	for name, a := range found {
		if slices.ContainsFunc(policies, func(p *policy.Policy) bool { return p.GrantsAction(namespace + ":" + name) }) {
			list = append(list, *a)
		}
	}
	slices.SortFunc(list, func(a, b Action) int { return strings.Compare(a.Name, b.Name) })
	return list
}
