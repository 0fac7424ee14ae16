package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/fault"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/usage"
	"github.com/daypass/daypass/policy"
)

// part is what a report on an organization is about: its root, a unit or an account, and if not "", one service control policy.
type part struct {
	path, policy string
}

// PartService is one line of a report on a part of an organization.
type PartService struct {
	Namespace string
	Accounts  int // how many accounts in the part used it
	Last      usage.Access
	Path      string // of the account that used it last
}

// NewPartJob reads the path of a root, unit or account ("o-…/r-…/ou-…/123456789012") and the id of a service control policy, which may
// be "". It fails with NotFound (organization, What PolicyType: none are in use, ControlPolicy), Denied (the account is not the
// manager), or Invalid when nothing stands at that path.
func NewPartJob(v *iam.View, account, path, control string) (*Job, error) {
	j := &Job{Account: account, part: part{strings.TrimSuffix(path, "/"), control}}
	_, _, err := j.place(v)
	return j, err
}

// place finds the part again: it may have moved or gone since it was ordered.
func (j *Job) place(v *iam.View) (o *iam.Organization, id string, err error) {
	if o, err = v.Managing(j.Account); err != nil {
		return nil, "", err
	}
	if !o.Uses(iam.ServiceControl) {
		return nil, "", fault.Missing(fault.PolicyType, string(iam.ServiceControl))
	}
	id = j.part.path[strings.LastIndexByte(j.part.path, '/')+1:]
	if at := v.Path(o, id); at == "" || at != j.part.path+"/" {
		return nil, "", fault.BadParameter("entityPath", j.part.path)
	}
	if j.part.policy != "" {
		_, err = v.ServiceControl(o, j.part.policy)
	}
	return o, id, err
}

// Part draws up a report on a part of an organization, by namespace: every service that the service control policies over it allow, or
// the one policy the report is about. Nobody keeps what the root of an account uses, so that is not in it. It fails as NewPartJob does.
func (j *Job) Part(v *iam.View, uses *usage.Accesses, known map[string][]string, now time.Time) ([]PartService, error) {
	o, id, err := j.place(v)
	if err != nil {
		return nil, err
	}
	levels := v.ServiceControls(o, id)
	if j.part.policy != "" {
		s, err := v.ServiceControl(o, j.part.policy)
		if err != nil {
			return nil, err
		}
		levels = []*policy.Set{policy.NewSet(*s)}
	}
	var policies []*policy.Policy
	for _, level := range levels {
		for _, s := range level.Sources() {
			if s.Policy != nil {
				policies = append(policies, s.Policy)
			}
		}
	}
	used := map[string]*PartService{}
	var did []map[string]usage.ServiceAccess
	for after, more := "", true; more; {
		members, next := v.AccountsOf(o, after, iam.MaxPage)
		for _, m := range members {
			if path := v.Path(o, m.Account); strings.HasPrefix(path, j.part.path+"/") {
				one := byAccount(v, uses, m.Account, now.Add(-usage.Kept))
				did = append(did, one)
				for name, u := range one {
					used[name] = used[name].and(name, path, u.Access)
				}
			}
		}
		after, more = next, next != ""
	}
	list := []PartService{}
	for _, name := range candidates(policies, did, known) {
		if !passes(levels, name) {
			continue
		}
		if u := used[name]; u != nil {
			list = append(list, *u)
		} else {
			list = append(list, PartService{Namespace: name})
		}
	}
	return list, nil
}

// and counts one more account that used the service.
func (s *PartService) and(name, path string, u usage.Access) *PartService {
	if s == nil {
		s = &PartService{Namespace: name}
	}
	s.Accounts++
	if u.At.After(s.Last.At) {
		s.Last, s.Path = u, strings.TrimSuffix(path, "/")
	}
	return s
}

// passes says whether every level has a policy that allows something of a service, and none denies it as a whole.
func passes(levels []*policy.Set, service string) bool {
	for _, level := range levels {
		some := false
		for _, s := range level.Sources() {
			if s.Policy == nil || s.Policy.DeniesService(service) {
				return false
			}
			some = some || s.Policy.GrantsService(service)
		}
		if !some {
			return false
		}
	}
	return true
}

// byAccount gives when which service was last used by any user or role of an account.
func byAccount(v *iam.View, uses *usage.Accesses, account string, since time.Time) map[string]usage.ServiceAccess {
	all := map[string]usage.ServiceAccess{}
	note := func(id string) {
		for name, u := range uses.Services(id, since) {
			if old, ok := all[name]; !ok || u.At.After(old.At) {
				all[name] = u
			}
		}
	}
	for after, more := "", true; more; {
		page, next := v.Users(account, "/", after, iam.MaxPage)
		for _, u := range page {
			note(u.ID)
		}
		after, more = next, next != ""
	}
	for after, more := "", true; more; {
		page, next := v.Roles(account, "/", after, iam.MaxPage)
		for _, r := range page {
			note(r.ID)
		}
		after, more = next, next != ""
	}
	return all
}

// Order is how the lines of a report on an organization are sorted.
type Order struct {
	ByTime, Descending bool
}

func (o Order) compare(a, b *PartService) int {
	n := 0
	if o.ByTime {
		n = a.Last.At.Compare(b.Last.At)
	}
	if n = cmp.Or(n, strings.Compare(a.Namespace, b.Namespace)); o.Descending {
		return -n
	}
	return n
}

// Page sorts the lines and gives those that come after a mark, "" for the first. next is the mark of the last one if more follow. It
// fails with Invalid (What Marker).
func (o Order) Page(list []PartService, after string, limit int) (page []PartService, next string, err error) {
	slices.SortFunc(list, func(a, b PartService) int { return o.compare(&a, &b) })
	if after != "" {
		seconds, name, ok := strings.Cut(after, "/")
		n, err := strconv.ParseInt(seconds, 10, 64)
		if err != nil || !ok {
			return nil, "", fault.New(fault.Invalid, fault.Marker, "")
		}
		last := PartService{Namespace: name}
		if n > 0 {
			last.Last.At = time.Unix(n, 0)
		}
		list = slices.DeleteFunc(list, func(s PartService) bool { return o.compare(&s, &last) <= 0 })
	}
	if len(list) <= limit {
		return list, "", nil
	}
	s := list[limit-1]
	return list[:limit], strconv.FormatInt(max(0, s.Last.At.Unix()), 10) + "/" + s.Namespace, nil
}
